//! Runs tables of cases against the echo server and names each that fails.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

use crate::case::{Case, Verdict};
use crate::client::Client;
use crate::server;

/// Longer than any case may take, so that a failure ends; no case measures time.
const DEADLINE: Duration = Duration::from_secs(60);

/// Cases at once.
const CASES_MAX: usize = 8;

/// Where the deviations are written down.
const DOCUMENT: &str = include_str!("../../docs/websocket.md");

/// Runs one section, which has so many cases.
pub(crate) async fn run(section: &str, count: usize, cases: Vec<Case>) {
    assert_eq!(cases.len(), count, "cases of section {section}");
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), count, "a name is there twice");
    for case in &cases {
        assert!(case.name.starts_with(section), "{} is elsewhere", case.name);
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let _server = AbortOnDropHandle::new(tokio::task::spawn(server::serve(listener)));
    let failures = futures_util::stream::iter(&cases)
        .map(|case| failure(case, address))
        .buffer_unordered(CASES_MAX)
        .filter_map(std::future::ready);
    let mut failures: Vec<String> = failures.collect().await;
    failures.extend(cases.iter().filter_map(misjudged));
    assert!(
        failures.is_empty(),
        "{} faults in {count} cases:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

/// Why a case failed, if it did.
async fn failure(case: &Case, server: SocketAddr) -> Option<String> {
    let playing = async {
        let mut client = Client::connect(server).await.map_err(|e| e.to_string())?;
        client.play(&case.steps).await
    };
    let played = tokio::time::timeout(DEADLINE, playing).await;
    let played = played.unwrap_or_else(|_| Err("something due never came".to_owned()));
    played.err().map(|why| format!("{}: {why}", case.name))
}

/// A case whose verdict the document leaves out, or makes up.
fn misjudged(case: &Case) -> Option<String> {
    let words = match case.verdict {
        Verdict::Ok => "",
        Verdict::NonStrict => "NON-STRICT",
        Verdict::Informational => "INFORMATIONAL",
        Verdict::Deviation => "not in the suite",
    };
    let start = format!("| {} | ", case.name);
    let row = DOCUMENT.lines().find_map(|line| line.strip_prefix(&start));
    let agrees = match row {
        None => words.is_empty(),
        Some(row) => !words.is_empty() && row.starts_with(words),
    };
    (!agrees).then(|| format!("{}: docs/websocket.md does not say {words:?}", case.name))
}
