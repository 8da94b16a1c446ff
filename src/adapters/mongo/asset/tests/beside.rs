//! When what lies with other services cannot be reached, or the store itself: nothing is lost, nothing is done twice.

use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::domain::asset::AssetState;
use crate::domain::audit::Trace;
use crate::domain::moderation::{ReportReason, Standing};
use crate::domain::notification::Delivery;
use crate::domain::profile::{Profile, ProfileChange};
use crate::domain::search::NameQuery;
use crate::domain::version::{Expected, Version};
use crate::ports::asset::conformance::ready;
use crate::ports::asset::{AssetStore, AssetWork, AvatarSet, Settled, TakenDown};
use crate::ports::moderation::desk::ModerationStore;
use crate::ports::moderation::pictures::{LastRemoval, Removal};
use crate::ports::profile::{Changed, Found, FoundAfter, FoundPage, HandleRules, Renamed};

const NOW: WallMs = WallMs(1_000_000);

/// The other services, which are away when they are told to be: for what is written there alone.
struct Away {
    others: Sqlite,
    is_away: AtomicBool,
}

impl Away {
    fn gone(&self) -> bool {
        self.is_away.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl PictureRulings for Away {
    async fn removed(&self, removal: &Removal) -> Result<Vec<Delivery>, ModerationUnavailable> {
        if self.gone() {
            return Err(ModerationUnavailable("away".to_owned()));
        }
        self.others.removed(removal).await
    }

    async fn last_removal(
        &self,
        picture: AssetId,
    ) -> Result<Option<LastRemoval>, ModerationUnavailable> {
        self.others.last_removal(picture).await
    }

    async fn may_come_back(
        &self,
        picture: AssetId,
        now: WallMs,
    ) -> Result<bool, ModerationUnavailable> {
        self.others.may_come_back(picture, now).await
    }

    async fn take_back(
        &self,
        picture: AssetId,
        with: Option<AssetId>,
        at: WallMs,
    ) -> Result<Option<Standing>, ModerationUnavailable> {
        self.others.take_back(picture, with, at).await
    }
}

#[async_trait]
impl ProfileStore for Away {
    async fn profile(&self, id: UserId) -> Result<Option<Profile>, UserStoreError> {
        self.others.profile(id).await
    }

    async fn find(&self, handle: &str, now: WallMs) -> Result<Option<Found>, UserStoreError> {
        self.others.find(handle, now).await
    }

    async fn change(
        &self,
        id: UserId,
        change: &ProfileChange,
        expected: &Expected,
    ) -> Result<Changed<Profile>, UserStoreError> {
        if self.gone() {
            return Err(sqlx::Error::PoolTimedOut.into());
        }
        self.others.change(id, change, expected).await
    }

    async fn rename(
        &self,
        id: UserId,
        handle: &str,
        rules: HandleRules,
        expected: &Expected,
        at: WallMs,
    ) -> Result<Renamed, UserStoreError> {
        self.others.rename(id, handle, rules, expected, at).await
    }

    async fn search(
        &self,
        query: &NameQuery,
        viewer: Option<UserId>,
        after: Option<&FoundAfter>,
        limit: u32,
        now: WallMs,
    ) -> Result<FoundPage, UserStoreError> {
        self.others.search(query, viewer, after, limit, now).await
    }
}

impl Here {
    /// The same store with neighbours that may be away.
    fn apart(&self) -> (MongoAssets, Arc<Away>) {
        let away = Arc::new(Away {
            others: self.others.clone(),
            is_away: AtomicBool::new(false),
        });
        let others = Arc::new(self.others.clone());
        let beside = AssetNeighbours {
            people: others.clone(),
            relations: others,
            profiles: away.clone(),
            rulings: away.clone(),
        };
        (MongoAssets::new(self.stage.mongo.clone(), beside), away)
    }
}

#[tokio::test]
async fn a_decision_that_cannot_be_put_on_record_is_owed_and_the_picture_is_closed_meanwhile() {
    let Some(here) = here().await else { return };
    let [owner, other] = here.people;
    let id = ready(&here.assets, owner, 1).await;
    let copy = ready(&here.assets, other, 1).await;
    let (apart, away) = here.apart();
    away.is_away.store(true, Ordering::Relaxed);
    let by = Trace {
        actor: Some(here.staff[0]),
        address: Some(std::net::IpAddr::from([192, 0, 2, 7]).into()),
        user_agent: "browser".to_owned(),
        ..Trace::default()
    };
    let rule = Some(ReportReason::Privacy);
    let down = apart.take_down(id, rule, &by, None, NOW).await;
    down.expect_err("nobody can be told");
    assert!(apart.pictures(&[id]).await.unwrap().is_empty());
    apart.sweep(NOW).await.expect_err("still not");
    let rulings = async |of| here.others.rulings_of(of, None, 9).await.unwrap();
    assert_eq!(rulings(owner).await, []);
    away.is_away.store(false, Ordering::Relaxed);
    while apart.sweep(NOW).await.unwrap() > 0 {}
    for (of, picture) in [(owner, id), (other, copy)] {
        let rulings = rulings(of).await;
        assert_eq!(rulings.len(), 1, "once");
        let (subject, rule) = (&rulings[0].subject, rulings[0].rule);
        assert_eq!(
            (subject, rule),
            (&picture.to_string(), ReportReason::Privacy)
        );
        let asset = apart.asset(picture).await.unwrap().unwrap();
        assert_eq!(asset.state, AssetState::TakenDown);
    }
    assert_eq!(rulings(owner).await[0].moderator, by.actor);
    let again = apart.take_down(id, rule, &by, None, NOW).await.unwrap();
    assert!(matches!(again, TakenDown::Done(_, told) if told.is_empty()));
    assert_eq!(rulings(owner).await.len(), 1);
    here.end().await;
}

#[tokio::test]
async fn a_profile_hears_of_its_picture_when_it_can_be_told() {
    let Some(here) = here().await else { return };
    let [owner, _] = here.people;
    let (first, second) = (
        ready(&here.assets, owner, 1).await,
        ready(&here.assets, owner, 2).await,
    );
    let (apart, away) = here.apart();
    let version = async || here.others.profile(owner).await.unwrap().unwrap().version;
    let before = version().await;
    away.is_away.store(true, Ordering::Relaxed);
    let set = apart.set_avatar(owner, Some(first), &Expected::Any).await;
    set.expect_err("the profile does not know");
    assert_eq!(version().await, before);
    away.is_away.store(false, Ordering::Relaxed);
    // Whoever chooses for the version before comes too late, though nobody had told.
    let old = Expected::OneOf(vec![Version(before)]);
    let stale = apart.set_avatar(owner, Some(second), &old).await;
    assert_eq!(stale.unwrap(), AvatarSet::Stale);
    assert_eq!(version().await, before + 1);
    assert_eq!(apart.avatars(&[owner]).await.unwrap()[&owner].id, first);
    away.is_away.store(true, Ordering::Relaxed);
    let set = apart.set_avatar(owner, Some(second), &Expected::Any).await;
    set.expect_err("the profile does not know");
    away.is_away.store(false, Ordering::Relaxed);
    while apart.sweep(NOW).await.unwrap() > 0 {}
    assert_eq!(version().await, before + 2);
    here.end().await;
}

#[tokio::test]
async fn of_two_who_choose_for_the_same_version_one_is_first() {
    let Some(here) = here().await else { return };
    let [owner, _] = here.people;
    let pictures = [
        ready(&here.assets, owner, 1).await,
        ready(&here.assets, owner, 2).await,
    ];
    let elsewhere = assets_in(here.stage.elsewhere(), &here.others);
    let version = here.others.profile(owner).await.unwrap().unwrap().version;
    let only = Expected::OneOf(vec![Version(version)]);
    let (one, two) = tokio::join!(
        here.assets.set_avatar(owner, Some(pictures[0]), &only),
        elsewhere.set_avatar(owner, Some(pictures[1]), &only),
    );
    let (one, two) = (one.unwrap(), two.unwrap());
    let done = |set| matches!(set, AvatarSet::Done(_));
    assert!(done(one) != done(two), "{one:?} {two:?}");
    let won = pictures[usize::from(done(two))];
    assert_eq!(here.assets.avatars(&[owner]).await.unwrap()[&owner].id, won);
    here.end().await;
}

#[tokio::test]
async fn what_is_made_while_its_bytes_are_banned_is_never_left_out() {
    use crate::domain::asset::{
        Alt, LicenseNote, Purpose, Source, SourceType, Variant, VariantName,
    };
    use crate::ports::asset::{Allowance, NewAsset};
    let Some(here) = here().await else { return };
    let [owner, other] = here.people;
    let elsewhere = assets_in(here.stage.elsewhere(), &here.others);
    let plenty = Allowance {
        count: 99,
        bytes: 1_000_000,
    };
    for sha in 1..6_u8 {
        let id = ready(&here.assets, owner, sha).await;
        let new = NewAsset {
            id: AssetId::generate(),
            owner: other,
            purpose: Purpose::Picture,
            alt: Alt::default(),
            license_note: LicenseNote::default(),
            source: Source {
                content_type: SourceType::Png,
                bytes: 9,
                sha256: [sha; 32],
            },
            until: None,
        };
        elsewhere.add(&new, plenty, None, NOW).await.unwrap();
        assert!(
            elsewhere
                .hold(&[[sha; 32]], WallMs(NOW.0 * 2))
                .await
                .unwrap()
        );
        let sizes = [Variant {
            name: VariantName::Large,
            sha256: [sha; 32],
            width: 1,
            height: 1,
            bytes: 1,
        }];
        let trace = Trace::default();
        let (made, down) = tokio::join!(
            elsewhere.ready(new.id, "LKO2", &sizes, NOW),
            here.assets.take_down(id, None, &trace, None, NOW),
        );
        down.unwrap();
        while here.assets.sweep(NOW).await.unwrap() > 0 {}
        let state = here.assets.asset(new.id).await.unwrap().unwrap().state;
        match made.unwrap() {
            Settled::Banned => assert_eq!(state, AssetState::Refused),
            Settled::Ready => assert_eq!(state, AssetState::TakenDown),
            Settled::Gone => panic!("it waited"),
        }
    }
    here.end().await;
}

#[tokio::test]
async fn a_lost_answer_neither_loses_an_upload_nor_adds_it_twice() {
    use crate::domain::asset::{Alt, LicenseNote, Purpose, Source, SourceType};
    use crate::ports::asset::{Added, Allowance, NewAsset};
    use crate::ports::once::{Once, OnceKey, RequestDigest};
    let Some(here) = here().await else { return };
    let [owner, _] = here.people;
    let (mongo, proxy) = here.stage.by_proxy().await;
    let far = assets_in(mongo, &here.others);
    let plenty = Allowance {
        count: 99,
        bytes: 1_000_000,
    };
    let new = || NewAsset {
        id: AssetId::generate(),
        owner,
        purpose: Purpose::Picture,
        alt: Alt::default(),
        license_note: LicenseNote::default(),
        source: Source {
            content_type: SourceType::Png,
            bytes: 9,
            sha256: [1; 32],
        },
        until: None,
    };
    let once = Once {
        owner,
        key: OnceKey::parse(b"far").unwrap(),
        digest: RequestDigest([1; 32]),
    };
    proxy.lose("commitTransaction", 1);
    let first = far.add(&new(), plenty, Some(&once), NOW).await.unwrap();
    assert_eq!(proxy.lost(), 1);
    assert!(matches!(first, Added::Kept(_)));
    let mut other = once.clone();
    other.key = OnceKey::parse(b"farther").unwrap();
    proxy.lose("commitTransaction", 99);
    let lost = far.add(&new(), plenty, Some(&other), NOW).await;
    lost.expect_err("nobody knows");
    let again = here.assets.add(&new(), plenty, Some(&once), NOW).await;
    assert_eq!(again.unwrap(), first);
    let again = here.assets.add(&new(), plenty, Some(&other), NOW).await;
    assert!(matches!(again.unwrap(), Added::Kept(_)));
    let all = here.assets.of_owner(owner, None, 9).await.unwrap();
    assert_eq!(all.len(), 2);
    here.end().await;
}
