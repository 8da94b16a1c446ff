//! An afternoon: fifty people write, comment, react, upload, visit, follow and block each other at once. Nobody is
//! shown what they may not see meanwhile, and afterwards every count and feed is what the raw records say.
//!
//! `MARU_TEST_AFTERNOON_S` says how long it lasts, `MARU_TEST_SEED` what people do.

mod acts;
mod audit;
mod feeds;
mod journal;
mod people;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use maru::app::Server;
use maru::config::Config;
use maru::domain::limits::{Allowance, Rate};

use self::people::{Afternoon, settle};
use crate::front::Front;

const PEOPLE: usize = 50;
const LASTS_S: u64 = 60;

fn number(name: &str, otherwise: u64) -> u64 {
    let given = std::env::var(name).ok();
    given
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

/// A server for many people at one address who act without rest.
async fn server(data: &std::path::Path) -> Server {
    let mut config = Config::default();
    config.server.listen = ([127, 0, 0, 1], 0).into();
    config.store.data = data.to_owned();
    config.media.decoder = Some(env!("CARGO_BIN_EXE_maru").into());
    // People who write twenty things a second look like machines.
    config.filter.enabled = false;
    let rate = Rate {
        per_minute: 1_000_000,
        burst: 1_000_000,
    };
    let rest = &mut config.rest;
    for limit in [
        &mut rest.user_read,
        &mut rest.user_write,
        &mut rest.user_search,
        &mut rest.user_upload,
        &mut rest.address_read,
        &mut rest.address_write,
        &mut rest.address_search,
        &mut rest.address_upload,
        &mut rest.address_sign_in,
    ] {
        *limit = rate;
    }
    for limit in [
        &mut config.live.tickets,
        &mut config.live.address_connects,
        &mut config.live.address_frames,
    ] {
        *limit = Allowance {
            per_second: 10_000,
            burst: 10_000,
        };
    }
    Server::start(&config).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_an_afternoon_of_fifty_people_everything_adds_up() {
    let data = tempfile::tempdir().unwrap();
    let server = server(data.path()).await;
    let front = Front::new(server.address());
    let seed = number("MARU_TEST_SEED", 20_261_128);
    let lasts = Duration::from_secs(number("MARU_TEST_AFTERNOON_S", LASTS_S));
    let afternoon = Arc::new(Afternoon::begin(front.clone(), PEOPLE, seed).await);
    let tasks: Vec<_> = (0..PEOPLE)
        .map(|who| tokio::spawn(acts::live(afternoon.clone(), who, lasts)))
        .collect();
    let mut done: BTreeMap<&'static str, [u32; 2]> = BTreeMap::new();
    for task in tasks {
        for (act, [took, refused]) in task.await.unwrap() {
            let sum = done.entry(act).or_default();
            sum[0] += took;
            sum[1] += refused;
        }
    }
    settle(data.path()).await;
    eprintln!("seed {seed}, {PEOPLE} people, {} s", lasts.as_secs());
    for (act, [took, refused]) in &done {
        eprintln!("{act:>14}: {took:>6} done {refused:>6} refused");
        assert!(*took > 0, "nobody ever did: {act}");
    }
    {
        let journal = afternoon.journal.lock().unwrap();
        let mut places: BTreeMap<&str, u32> = BTreeMap::new();
        for seen in &journal.sightings {
            *places.entry(seen.at).or_default() += 1;
        }
        eprintln!("posts shown: {places:?}");
        assert_eq!(places.len(), 7, "nobody looked everywhere");
        let offences: Vec<_> = journal
            .sightings
            .iter()
            .filter_map(|seen| journal.offence(seen).map(|why| (why, seen)))
            .collect();
        eprintln!(
            "{} posts shown, {} of them wrongly",
            journal.sightings.len(),
            offences.len()
        );
        assert!(
            offences.is_empty(),
            "{:#?}",
            &offences[..offences.len().min(5)]
        );
        assert!(journal.sightings.len() > 1_000);
    }
    let counted = audit::counts(data.path()).await;
    eprintln!("{counted} counts compared with their records");
    let compared = feeds::compare(&afternoon, data.path()).await;
    eprintln!("{compared} feeds compared with the records");
    drop(server);
}
