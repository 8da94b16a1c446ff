//! What people choose, from a real log and a real store of settings, told to owners of pictures in memory.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;

use super::*;
use crate::adapters::sqlite::{Beside, Sqlite, UserOutbox};
use crate::domain::settings::SettingsChange;
use crate::domain::version::Expected;
use crate::ports::backend::NoAnswer;
use crate::ports::events::{ATTEMPTS_MAX, EventDesk, retry_at};
use crate::ports::user::conformance::created;
use crate::workers::outbox;

const NOW: WallMs = WallMs(1_000_000);

/// What owners were said to have chosen. It fails for some of them, or does not answer at all.
#[derive(Default)]
struct Told {
    all: Mutex<Vec<OwnerPrivacy>>,
    fails_for: Mutex<Vec<UserId>>,
    is_away: AtomicBool,
    /// Who has pictures, and which version of their settings is known.
    known: Mutex<BTreeMap<UserId, u64>>,
}

impl Told {
    fn is_away(&self) -> bool {
        self.is_away.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl PictureOwners for Told {
    async fn chose(&self, privacy: &OwnerPrivacy) -> Result<(), AssetsUnavailable> {
        if self.is_away() || self.fails_for.lock().unwrap().contains(&privacy.owner) {
            return Err(AssetsUnavailable("not now".to_owned()));
        }
        self.all.lock().unwrap().push(*privacy);
        Ok(())
    }

    async fn owners_after(
        &self,
        after: Option<UserId>,
        _: u32,
    ) -> Result<Vec<(UserId, u64)>, AssetsUnavailable> {
        if self.is_away() {
            return Err(AssetsUnavailable("not now".to_owned()));
        }
        let known = self.known.lock().unwrap().clone().into_iter();
        Ok(known.filter(|(owner, _)| Some(*owner) > after).collect())
    }
}

#[async_trait]
impl Backend for Told {
    fn name(&self) -> &'static str {
        "pictures"
    }

    async fn answers(&self) -> Result<(), NoAnswer> {
        match self.is_away() {
            true => Err(NoAnswer("away".to_owned())),
            false => Ok(()),
        }
    }
}

struct Here {
    store: Sqlite,
    told: Arc<Told>,
    privacy: Privacy,
    folder: tempfile::TempDir,
}

impl Here {
    async fn set() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        let told = Arc::<Told>::default();
        let privacy = Privacy {
            events: Arc::new(store.clone()),
            settings: Arc::new(store.clone()),
            owners: told.clone(),
            backends: vec![Arc::new(store.clone()), told.clone()],
        };
        Self {
            store,
            told,
            privacy,
            folder,
        }
    }

    async fn choose(&self, owner: UserId, is_private: bool) {
        let change = SettingsChange {
            account_private: Some(is_private),
            ..SettingsChange::default()
        };
        let any = Expected::Any;
        let chosen = self.store.change_settings(owner, change, &any, NOW);
        chosen.await.unwrap();
    }

    /// What has happened to people is in the log.
    async fn publish(&self) {
        let outbox = UserOutbox(self.store.clone());
        while outbox::pass(&outbox, &self.store, NOW).await.unwrap() > 0 {}
    }

    async fn consumer(&self) -> Box<dyn EventConsumer> {
        self.privacy.events.durable(PRIVACY).await.unwrap()
    }

    /// Reads on to the end.
    async fn read(&self, consumer: &mut dyn EventConsumer, now: WallMs) {
        while self.privacy.pass(consumer, now).await.unwrap() != Heard::Events(0) {}
    }

    /// What was told since the last time.
    fn told(&self) -> Vec<(UserId, bool, u64)> {
        let told = std::mem::take(&mut *self.told.all.lock().unwrap());
        let told = told.into_iter();
        told.map(|one| (one.owner, one.is_private, one.version))
            .collect()
    }
}

#[tokio::test]
async fn what_is_told_is_what_is_so_now_and_once() {
    let here = Here::set().await;
    let [painter, other] = [
        created(&here.store, "painter", "painter").await.id,
        created(&here.store, "other", "other").await.id,
    ];
    here.choose(painter, false).await;
    here.choose(painter, true).await;
    here.choose(other, false).await;
    here.publish().await;
    let mut consumer = here.consumer().await;
    here.read(&mut *consumer, NOW).await;
    let mut told = here.told();
    told.sort_unstable();
    // Both of the painter's are there to be read: each says how it is now.
    let mut wanted = [(painter, true, 2), (painter, true, 2), (other, false, 1)];
    wanted.sort_unstable();
    assert_eq!(told, wanted);
    drop(consumer);
    // Another process goes on from there.
    here.choose(other, true).await;
    here.publish().await;
    here.read(&mut *here.consumer().await, NOW).await;
    assert_eq!(here.told(), [(other, true, 2)]);
}

#[tokio::test]
async fn other_events_are_nothing_to_it_nor_is_whoever_has_no_choice_any_more() {
    let here = Here::set().await;
    let owner = created(&here.store, "painter", "painter").await.id;
    let of = |event| (Subject::User(owner), Event::Account(event));
    let (subject, renamed) = of(AccountEvent::ProfileChanged { version: 9 });
    assert!(!here.privacy.act_on(subject, &renamed).await.unwrap());
    let (subject, chosen) = of(AccountEvent::SettingsChanged { version: 1 });
    assert!(here.privacy.act_on(subject, &chosen).await.unwrap());
    assert_eq!(here.told(), []);
}

#[tokio::test]
async fn one_that_fails_is_set_aside_and_holds_up_nobody_else() {
    let here = Here::set().await;
    let [sick, well] = [
        created(&here.store, "sick", "sick").await.id,
        created(&here.store, "well", "well").await.id,
    ];
    here.told.fails_for.lock().unwrap().push(sick);
    here.choose(sick, true).await;
    here.choose(well, true).await;
    here.publish().await;
    let mut consumer = here.consumer().await;
    let mut now = NOW;
    for attempt in 1..=ATTEMPTS_MAX {
        here.read(&mut *consumer, now).await;
        let wanted: &[_] = match attempt {
            1 => &[(well, true, 1)],
            _ => &[],
        };
        assert_eq!(here.told(), wanted);
        now = retry_at(attempt, now).unwrap_or(now);
    }
    let desk = Beside::new(here.folder.path());
    let dead = desk.dead(PRIVACY, 9).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert!(dead[0].why.contains("not now"), "{dead:?}");
    here.told.fails_for.lock().unwrap().clear();
    assert_eq!(desk.redrive(PRIVACY).await.unwrap(), 1);
    here.read(&mut *consumer, now).await;
    assert_eq!(here.told(), [(sick, true, 1)]);
}

#[tokio::test]
async fn while_a_store_does_not_answer_nothing_is_given_up() {
    let here = Here::set().await;
    let owner = created(&here.store, "painter", "painter").await.id;
    here.choose(owner, true).await;
    here.publish().await;
    here.told.is_away.store(true, Ordering::SeqCst);
    let mut consumer = here.consumer().await;
    let mut now = NOW;
    for _ in 0..2 * ATTEMPTS_MAX {
        // Accounts are created before settings are changed: what is no choice is passed over.
        let heard = loop {
            match here.privacy.pass(&mut *consumer, now).await.unwrap() {
                Heard::Events(count) if count > 0 => {}
                heard => break heard,
            }
        };
        assert_eq!(heard, Heard::Waiting("pictures"));
        now = WallMs(now.0 + 60_000);
    }
    let desk = Beside::new(here.folder.path());
    assert_eq!(desk.dead(PRIVACY, 9).await.unwrap(), []);
    here.told.is_away.store(false, Ordering::SeqCst);
    here.read(&mut *consumer, now).await;
    assert_eq!(here.told(), [(owner, true, 1)]);
}

#[tokio::test]
async fn what_was_never_heard_is_found_by_going_through_owners() {
    let here = Here::set().await;
    let mut people = Vec::new();
    for name in ["sick", "lost", "heard", "unchosen"] {
        people.push(created(&here.store, name, name).await.id);
    }
    for one in &people[..3] {
        here.choose(*one, true).await;
    }
    let erased = UserId::generate();
    let known = [0, 0, 1, 0].into_iter().chain([7]);
    let owners = people.iter().copied().chain([erased]).zip(known);
    here.told.known.lock().unwrap().extend(owners);
    here.told.fails_for.lock().unwrap().push(people[0]);
    // None of these events was published.
    let last = here.privacy.turn(None).await.unwrap();
    assert_eq!(here.told(), [(people[1], true, 1)]);
    assert!(last.is_some());
    assert_eq!(here.privacy.turn(last).await.unwrap(), None);
    here.told.fails_for.lock().unwrap().clear();
    here.told.known.lock().unwrap().insert(people[1], 1);
    here.privacy.turn(None).await.unwrap();
    assert_eq!(here.told(), [(people[0], true, 1)]);
    here.told.is_away.store(true, Ordering::SeqCst);
    assert!(here.privacy.turn(None).await.is_err());
}

#[tokio::test]
async fn it_goes_on_by_itself_until_it_is_dropped() {
    let here = Here::set().await;
    let owner = created(&here.store, "painter", "painter").await.id;
    let running = here.privacy.clone().run(Clock::start());
    here.choose(owner, true).await;
    here.publish().await;
    let told = async {
        loop {
            let told = here.told();
            if !told.is_empty() {
                return told;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let told = async { tokio::time::timeout(Duration::from_secs(20), told).await };
    let told = tokio::select! {
        () = running => unreachable!("it does not end"),
        told = told => told,
    };
    assert_eq!(told.unwrap(), [(owner, true, 1)]);
}
