//! What every driver of a network of caches must do.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use super::CdnPurge;

/// What the network does when it is asked next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Mood {
    /// What it is asked.
    #[default]
    Willing,
    /// It answers with this status.
    Status(u16),
    /// It answers that it is well, and that it did not do it, in its own words.
    Unwilling,
    /// It takes so many requests, and none after them.
    Tires(u32),
    /// It does not answer.
    Silent,
}

/// A network that does as its mood is and remembers what it dropped.
#[derive(Debug, Clone, Default)]
pub(crate) struct Caches {
    pub(crate) mood: Arc<Mutex<Mood>>,
    /// Each address, as often as it was told.
    pub(crate) dropped: Arc<Mutex<Vec<String>>>,
    /// Requests, whatever came of them.
    pub(crate) asked: Arc<Mutex<u32>>,
}

impl Caches {
    fn be(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
        *self.asked.lock().unwrap() = 0;
        self.dropped.lock().unwrap().clear();
    }

    fn asked(&self) -> u32 {
        *self.asked.lock().unwrap()
    }

    fn dropped(&self) -> Vec<String> {
        self.dropped.lock().unwrap().clone()
    }
}

/// A driver, and the network it drives. The network refuses whoever does not prove who they are.
pub(crate) trait Driven {
    /// What the driver proves who it is with.
    const SECRET: &'static str;

    /// A driver with this secret for a network that knows [`Self::SECRET`]; or for an address where nobody is.
    fn driver(&self, secret: &str, is_there: bool) -> Box<dyn CdnPurge>;

    /// Whether the network's answers may say that it did not do it, under a status that says it did.
    fn may_be_unwilling(&self) -> bool;

    /// The network.
    fn caches(&self) -> &Caches;
}

fn urls(count: usize) -> Vec<String> {
    let url = |number| format!("https://media.example:8443/media/{number}/thumb/ab.webp");
    (0..count).map(url).collect()
}

/// Runs the suite.
pub(crate) async fn conformance<D: Driven>(driven: &D) {
    let (driver, caches) = (driven.driver(D::SECRET, true), driven.caches());
    every_address_is_dropped(&*driver, caches).await;
    no_failure_is_a_success::<D>(driven, &*driver, caches).await;
    secrets_stay_secret(driven, caches).await;
}

async fn every_address_is_dropped(driver: &dyn CdnPurge, caches: &Caches) {
    caches.be(Mood::Willing);
    driver.purge(&[]).await.unwrap();
    assert_eq!(caches.asked(), 0, "nobody is told of nothing");
    for count in [1, 2, 30, 31, 75] {
        caches.be(Mood::Willing);
        // May be repeated.
        for _ in 0..2 {
            driver.purge(&urls(count)).await.unwrap();
        }
        let dropped = caches.dropped();
        assert_eq!(dropped.len(), 2 * count);
        let each: BTreeSet<String> = dropped.into_iter().collect();
        assert_eq!(each, urls(count).into_iter().collect());
    }
}

async fn no_failure_is_a_success<D: Driven>(driven: &D, driver: &dyn CdnPurge, caches: &Caches) {
    for status in [301, 400, 401, 403, 404, 429, 500, 503] {
        caches.be(Mood::Status(status));
        let failed = driver.purge(&urls(1)).await;
        assert!(failed.is_err(), "{status} is no success");
        assert_eq!(caches.asked(), 1, "who has to wait asks again later");
    }
    if driven.may_be_unwilling() {
        caches.be(Mood::Unwilling);
        assert!(driver.purge(&urls(1)).await.is_err());
    }
    caches.be(Mood::Tires(1));
    let half = driver.purge(&urls(75)).await;
    let all = caches.dropped().len() == 75;
    assert_eq!(half.is_ok(), all, "a half is no success");
    caches.be(Mood::Silent);
    assert!(driver.purge(&urls(1)).await.is_err(), "silence is none");
    let nowhere = driven.driver(D::SECRET, false);
    assert!(nowhere.purge(&urls(1)).await.is_err(), "nobody is there");
}

async fn secrets_stay_secret<D: Driven>(driven: &D, caches: &Caches) {
    caches.be(Mood::Willing);
    let stranger = driven.driver("an0ther", true);
    let failed = stranger.purge(&urls(1)).await.unwrap_err().to_string();
    assert!(caches.dropped().is_empty(), "the network knows who asks");
    assert!(!failed.contains("an0ther"), "{failed}");
    let nowhere = driven.driver(D::SECRET, false);
    let failed = nowhere.purge(&urls(1)).await.unwrap_err().to_string();
    assert!(!failed.contains(D::SECRET), "{failed}");
}
