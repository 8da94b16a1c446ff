//! `/metrics`, read as strictly as the format is written down, and where it is served.

use std::collections::BTreeMap;

use maru_protocol::ErrorCode;

use crate::stage::Stage;

/// The samples of one family.
#[derive(Debug, Default)]
struct Family {
    kind: String,
    /// Name with suffix, labels, value.
    samples: Vec<(String, BTreeMap<String, String>, f64)>,
}

fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// `name{label="text",...} value`.
fn sample(line: &str) -> (String, BTreeMap<String, String>, f64) {
    let end = line
        .find(['{', ' '])
        .expect("a name, then labels or a value");
    let (name, mut rest) = line.split_at(end);
    assert!(is_name(name), "{line}");
    let mut labels = BTreeMap::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        loop {
            let (label, after) = rest.split_once("=\"").expect("a label");
            assert!(is_name(label), "{line}");
            let (mut text, mut chars) = (String::new(), after.char_indices());
            let end = loop {
                match chars.next().expect("the end of a label") {
                    (at, '"') => break at,
                    (_, '\\') => match chars.next().expect("an escape").1 {
                        'n' => text.push('\n'),
                        c @ ('"' | '\\') => text.push(c),
                        c => panic!("no such escape: {c}"),
                    },
                    (_, c) => text.push(c),
                }
            };
            assert!(
                labels.insert(label.to_owned(), text).is_none(),
                "twice: {line}"
            );
            rest = &after[end + 1..];
            match rest.strip_prefix(',') {
                Some(more) => rest = more,
                None => break,
            }
        }
        rest = rest.strip_prefix('}').expect("the end of the labels");
    }
    let value = rest.strip_prefix(' ').expect("one space before the value");
    let value: f64 = value.parse().expect("a number");
    (name.to_owned(), labels, value)
}

/// The families of a page, or a panic that says what is wrong with it.
fn parse(page: &str) -> BTreeMap<String, Family> {
    assert!(page.ends_with('\n'), "the last line ends too");
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let (mut current, mut helped) = (String::new(), String::new());
    for line in page.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, help) = help.split_once(' ').expect("a text");
            assert!(is_name(name) && !help.trim().is_empty(), "{line}");
            assert!(!families.contains_key(name), "{name} comes twice");
            helped = name.to_owned();
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').expect("a kind");
            assert_eq!(name, helped, "help comes first");
            assert!(matches!(kind, "counter" | "gauge" | "histogram"), "{line}");
            current = name.to_owned();
            let family = families.entry(current.clone()).or_default();
            family.kind = kind.to_owned();
        } else {
            let sample = sample(line);
            let family = families.get_mut(&current).expect("a family begun");
            let suffix = sample
                .0
                .strip_prefix(current.as_str())
                .expect("of this family");
            let suffixes: &[&str] = match family.kind.as_str() {
                "histogram" => &["_bucket", "_sum", "_count"],
                _ => &[""],
            };
            assert!(suffixes.contains(&suffix), "{line}");
            assert!(sample.2 >= 0.0, "{line}");
            let known = family.samples.iter();
            let mut same =
                known.filter(|(name, labels, _)| (name, labels) == (&sample.0, &sample.1));
            assert!(same.next().is_none(), "twice: {line}");
            family.samples.push(sample);
        }
    }
    families
}

/// Names, units and buckets are as they must be.
fn is_sound(families: &BTreeMap<String, Family>) {
    for (name, family) in families {
        assert!(name.starts_with("maru_"), "{name}");
        assert_eq!(family.kind == "counter", name.ends_with("_total"), "{name}");
        if family.kind == "histogram" {
            assert!(
                name.ends_with("_seconds") || name.ends_with("_bytes"),
                "{name}"
            );
            buckets_add_up(name, family);
        }
    }
}

fn buckets_add_up(name: &str, family: &Family) {
    let mut series: BTreeMap<_, Vec<(f64, f64)>> = BTreeMap::new();
    for (sample, labels, value) in &family.samples {
        let mut labels = labels.clone();
        if let Some(bound) = labels.remove("le") {
            assert_eq!(*sample, format!("{name}_bucket"));
            let bound = bound.parse().unwrap_or(f64::INFINITY);
            series.entry(labels).or_default().push((bound, *value));
        }
    }
    for (labels, buckets) in series {
        assert!(
            buckets.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1),
            "{name} {buckets:?}"
        );
        let last = buckets.last().expect("a bucket");
        assert_eq!(last.0, f64::INFINITY);
        let mut counts = family.samples.iter();
        let count =
            counts.find(|(sample, own, _)| *sample == format!("{name}_count") && *own == labels);
        assert_eq!(count.expect("a count").2, last.1);
    }
}

fn value(families: &BTreeMap<String, Family>, family: &str, labels: &[(&str, &str)]) -> f64 {
    let samples = &families
        .get(family.trim_end_matches("_count"))
        .unwrap()
        .samples;
    let wanted: BTreeMap<String, String> = labels
        .iter()
        .map(|(label, text)| ((*label).to_owned(), (*text).to_owned()))
        .collect();
    let found = samples
        .iter()
        .find(|(name, own, _)| name == family && *own == wanted);
    found.unwrap_or_else(|| panic!("no {family} {labels:?}")).2
}

async fn read(url: &str) -> (u16, String, String) {
    let answer = reqwest::get(url).await.unwrap();
    let kind = answer.headers().get("content-type");
    let kind = kind.map_or("", |kind| kind.to_str().unwrap()).to_owned();
    (answer.status().as_u16(), kind, answer.text().await.unwrap())
}

#[tokio::test]
async fn what_happens_in_rooms_is_counted() {
    let mut stage = Stage::set_as(|config| {
        config.live.connection_chat.burst = 3;
        config.live.people_max = 2;
    })
    .await;
    stage.host.say("hello").await;
    let says = |n| maru_protocol::Op::Say {
        text: format!("line {n}"),
    };
    let mut talker = stage.guest("talker").await;
    talker.batch((0..4).map(says).collect()).await;
    talker.refused(ErrorCode::RateLimited).await;
    let ticket = stage.front.guest_ticket(&stage.room, "late").await;
    let mut late = stage.stranger().await;
    let avatar = None;
    let join = maru_protocol::ClientFrame::Join { ticket, avatar };
    late.send(&join).await;
    late.refused(ErrorCode::RoomFull).await;
    stage.host.say("still here").await;
    let address = stage
        .server
        .metrics_address()
        .expect("on this machine in development");
    assert!(address.ip().is_loopback());
    let (status, kind, page) = read(&format!("http://{address}/metrics")).await;
    assert_eq!(status, 200);
    assert_eq!(kind, "text/plain; version=0.0.4; charset=utf-8");
    let families = parse(&page);
    is_sound(&families);
    let value = |family: &str, labels: &[(&str, &str)]| value(&families, family, labels);
    assert_eq!(value("maru_rooms", &[]), 1.0);
    assert!(value("maru_people", &[]) >= 3.0);
    assert!(value("maru_connections", &[]) >= 3.0);
    assert_eq!(value("maru_unsaved_batches", &[]), 0.0);
    assert!(value("maru_frames_in_total", &[("class", "chat")]) >= 2.0);
    assert_eq!(
        value("maru_refusals_total", &[("limit", "live.connection_chat")]),
        1.0
    );
    assert_eq!(
        value("maru_refusals_total", &[("limit", "live.people_max")]),
        1.0,
        "what the room itself refuses counts too"
    );
    assert!(value("maru_ack_seconds_count", &[]) >= 2.0);
    assert!(value("maru_saves_total", &[("outcome", "saved")]) >= 2.0);
    assert!(value("maru_deliveries_total", &[("outcome", "sent")]) >= 2.0);
    let tickets = [
        ("method", "POST"),
        ("route", "/v1/rooms/{id}/tickets"),
        ("status", "201"),
    ];
    assert!(value("maru_http_requests_total", &tickets) >= 3.0);
    let live = [
        ("method", "GET"),
        ("route", "/v1/rooms/{id}/live"),
        ("status", "101"),
    ];
    assert!(value("maru_http_requests_total", &live) >= 3.0);
    assert!(!page.contains(&stage.room), "nothing of single rooms");
}

#[tokio::test]
async fn whatever_is_asked_for_the_page_grows_no_label_of_it() {
    let stage = Stage::set().await;
    for path in [
        "/v1/rooms/x%22y",
        "/nowhere/at/all",
        "/v1/users/somebody",
        "/v1/users/else",
    ] {
        stage.front.get(path, None).await;
    }
    let odd = reqwest::Method::from_bytes(b"BREW").unwrap();
    stage.front.call(odd, "/v1/me", None, None).await;
    let address = stage.server.metrics_address().unwrap();
    let (_, _, page) = read(&format!("http://{address}/metrics")).await;
    is_sound(&parse(&page));
    for part in ["somebody", "nowhere", "BREW", "x%22y"] {
        assert!(!page.contains(part), "{part}");
    }
    assert!(page.contains("route=\"other\"") && page.contains("method=\"other\""));
}

#[tokio::test]
async fn the_main_address_shows_it_only_when_told_to() {
    let stage = Stage::set().await;
    let (status, _) = stage.front.get("/metrics", None).await;
    assert_eq!(status, 404);
    let address = stage.server.metrics_address().unwrap();
    let (status, _, _) = read(&format!("http://{address}/v1/me")).await;
    assert_eq!(status, 404, "and nothing else is there");
    let stage = Stage::set_as(|config| config.metrics.public = true).await;
    assert_eq!(stage.server.metrics_address(), None);
    let (status, _, page) = read(&format!("{}/metrics", stage.front.origin())).await;
    assert_eq!(status, 200);
    is_sound(&parse(&page));
}
