//! Events as they lie in Kafka: CloudEvents 1.0 in binary mode, the event itself as JSON in the value.

use rdkafka::message::{BorrowedHeaders, Header, Headers, OwnedHeaders};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::domain::clock::WallMs;
use crate::domain::event::{Event, Subject};
use crate::ports::events::{EventsUnavailable, LoggedEvent};

/// The greatest value that is read, in bytes.
const VALUE_BYTES_MAX: usize = 1024 * 1024;

/// The longest header that is read, in bytes.
const HEADER_BYTES_MAX: usize = 1024;

/// Whose a redriven event is; nobody else takes it.
pub(super) const FOR: &str = "maru_for";

/// The dead letter, by partition and offset, up to which a subject's were redriven with this one.
pub(super) const UP_TO: &str = "maru_up_to";

/// Why a dead letter is one.
pub(super) const WHY: &str = "maru_why";

/// Where a dead letter was published before.
pub(super) const TOPIC: &str = "maru_topic";

/// Since when it is one, in milliseconds since the epoch.
pub(super) const SINCE: &str = "maru_since_ms";

/// An event on its way.
#[derive(Debug, Clone)]
pub(super) struct Envelope {
    /// The subject's id.
    pub key: String,
    pub headers: OwnedHeaders,
    pub value: Vec<u8>,
}

/// One header more.
pub(super) fn with(headers: OwnedHeaders, key: &str, value: &str) -> OwnedHeaders {
    let value = Some(value);
    headers.insert(Header { key, value })
}

/// An event as it is published.
pub(super) fn sealed(
    id: &str,
    subject: Subject,
    event: &Event,
    at: WallMs,
) -> Result<Envelope, EventsUnavailable> {
    let failed = |error: &dyn std::fmt::Display| EventsUnavailable(format!("{id}: {error}"));
    let value = serde_json::to_vec(event).map_err(|error| failed(&error))?;
    let time = at.to_offset().format(&Rfc3339);
    let time = time.map_err(|error| failed(&error))?;
    let key = subject.uuid().to_string();
    let kind = format!("maru.{}.{}", subject.topic(), event.kind());
    let source = format!("/maru/{}", subject.topic());
    let headers = [
        ("ce_specversion", "1.0"),
        ("ce_id", id),
        ("ce_type", kind.as_str()),
        ("ce_source", source.as_str()),
        ("ce_subject", key.as_str()),
        ("ce_time", time.as_str()),
        ("content-type", "application/json"),
    ];
    let headers = headers
        .into_iter()
        .fold(OwnedHeaders::new(), |headers, (key, value)| {
            with(headers, key, value)
        });
    Ok(Envelope {
        key,
        headers,
        value,
    })
}

/// A header's text; none where there is none, or it is none.
pub(super) fn header<'a>(headers: Option<&'a BorrowedHeaders>, key: &str) -> Option<&'a str> {
    let found = headers?.iter().find(|header| header.key == key)?.value?;
    let text = std::str::from_utf8(found).ok()?;
    (text.len() <= HEADER_BYTES_MAX).then_some(text)
}

/// Reads what somebody has published of this kind of subject, or says what is wrong with it.
pub(super) fn opened(
    kind: &str,
    key: Option<&[u8]>,
    headers: Option<&BorrowedHeaders>,
    value: Option<&[u8]>,
) -> Result<LoggedEvent, String> {
    let value = value.ok_or("it has no value")?;
    if value.len() > VALUE_BYTES_MAX {
        return Err(format!("it has {} bytes", value.len()));
    }
    let version = header(headers, "ce_specversion").ok_or("no ce_specversion")?;
    if version != "1.0" {
        return Err("a ce_specversion other than 1.0".to_owned());
    }
    let id = header(headers, "ce_id").ok_or("no ce_id")?.to_owned();
    let time = header(headers, "ce_time").ok_or("no ce_time")?;
    let time = OffsetDateTime::parse(time, &Rfc3339).map_err(|error| error.to_string())?;
    let at = u64::try_from(time.unix_timestamp_nanos() / 1_000_000);
    let at = WallMs(at.map_err(|error| error.to_string())?);
    let key = key.and_then(|key| std::str::from_utf8(key).ok());
    let key: Uuid = key
        .and_then(|key| key.parse().ok())
        .ok_or("its key is no id")?;
    let subject = Subject::filed(kind, key).ok_or_else(|| format!("no such topic: {kind}"))?;
    let event = serde_json::from_slice(value).map_err(|error| error.to_string())?;
    Ok(LoggedEvent {
        id,
        at,
        subject,
        event,
    })
}
