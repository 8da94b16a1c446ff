//! What becomes of pictures by decisions about them, of one by itself; of those that are the same, more than once, in
//! [`again`].

use async_trait::async_trait;

use super::{NOW, Whole, later, ready};
use crate::domain::asset::{AssetState, VariantName};
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, RulingId, UserId};
use crate::domain::moderation::{
    APPEAL_MS, AppealState, ContentKind, ReportReason, RulingAction, Standing,
};
use crate::ports::moderation::Contents;
use crate::ports::moderation::desk::{
    Appealed, Decided, Judged, ModerationStore, NewRuling, Thing, settle,
};
use crate::ports::once::Done;

pub(crate) mod again;

/// What of a store of uploads no port shows.
#[async_trait]
pub(crate) trait Depths: Sync {
    /// Whether these bytes are kept for anything.
    async fn has_bytes(&self, sha256: [u8; 32]) -> bool;
    /// How many sizes are kept of a picture.
    async fn sizes(&self, id: AssetId) -> usize;
    /// Whether these bytes are taken from nobody.
    async fn is_banned(&self, sha256: [u8; 32]) -> bool;
}

/// Stores with two people who have pictures, and with two moderators, of whom one decides and the other judges.
pub(crate) struct Court<'a> {
    pub store: &'a dyn Whole,
    pub depths: &'a dyn Depths,
    pub moderation: &'a dyn ModerationStore,
    pub contents: &'a Contents,
    pub people: [UserId; 2],
    pub staff: [UserId; 2],
}

/// What a court is in.
#[async_trait]
pub(crate) trait House {
    fn court(&self) -> Court<'_>;
    async fn end(self);
}

/// Runs the suite, each case in a house of its own.
pub(crate) async fn suite<H: House>(house: impl AsyncFn() -> H) {
    macro_rules! case {
        ($case:ident) => {
            let house = house().await;
            $case(&house.court()).await;
            house.end().await;
        };
    }
    case!(bytes_are_kept_closed_until_nobody_can_appeal_any_more);
    case!(what_is_against_the_law_is_destroyed_at_once_with_its_copies);
    case!(a_picture_comes_back_to_what_other_decisions_say_of_it);
    case!(copies_come_back_with_what_they_went_with_but_for_those_decided_by_themselves);
}

impl Court<'_> {
    fn by(&self, which: usize) -> Trace {
        Trace {
            actor: Some(self.staff[which]),
            ..Trace::default()
        }
    }

    /// What is decided about a picture follows.
    async fn decides(&self, id: AssetId, action: RulingAction, rule: ReportReason) {
        let thing = Thing {
            kind: ContentKind::Asset,
            subject: id.to_string(),
            author: Some(self.people[0]),
            text: String::new(),
        };
        let case = ModerationStore::hold(self.moderation, &thing, NOW)
            .await
            .unwrap();
        let new = NewRuling {
            case,
            action,
            rule,
            note: String::new(),
            until: None,
            at: NOW,
        };
        let decided = self
            .moderation
            .decide(&new, &self.by(0), None)
            .await
            .unwrap();
        assert!(
            matches!(decided, Done::Now(Decided::Done(_))),
            "{decided:?}"
        );
        settle(self.moderation, self.contents, NOW).await.unwrap();
    }

    /// The newest decision about something of theirs but so many is appealed against.
    async fn appeal(&self, person: UserId, but: usize, at: WallMs) -> RulingId {
        let rulings = self.moderation.rulings_of(person, None, 9).await.unwrap();
        self.appeal_against(person, rulings[but].id, at).await
    }

    async fn appeal_against(&self, person: UserId, id: RulingId, at: WallMs) -> RulingId {
        let appealed = self
            .moderation
            .appeal(person, id, "제 사진이에요", None, at)
            .await;
        let appealed = appealed.unwrap();
        assert!(
            matches!(appealed, Done::Now(Appealed::Done(_))),
            "{appealed:?}"
        );
        id
    }

    async fn judge(&self, ruling: RulingId, state: AppealState, at: WallMs) {
        let judged = self
            .moderation
            .judge(ruling, state, &self.by(1), None, at)
            .await;
        let judged = judged.unwrap();
        assert!(matches!(judged, Done::Now(Judged::Done(_))), "{judged:?}");
        settle(self.moderation, self.contents, at).await.unwrap();
    }

    /// Clears away; whether anything is left of the bytes of this name.
    async fn keeps(&self, sha: u8, at: WallMs) -> bool {
        for _ in 0..99 {
            if self.store.sweep(at).await.unwrap() == 0 {
                break;
            }
        }
        let gone = self
            .store
            .let_go(99, WallMs(u64::from(u32::MAX) * 4))
            .await
            .unwrap();
        self.store.gone(&gone).await.unwrap();
        self.depths.has_bytes([sha; 32]).await
    }

    async fn state(&self, id: AssetId) -> (AssetState, Standing) {
        let asset = self.store.asset(id).await.unwrap().unwrap();
        (asset.state, asset.standing)
    }

    async fn is_served(&self, id: AssetId) -> bool {
        let served = self.store.served(id, VariantName::Large, NOW).await;
        served.unwrap().is_some()
    }
}

const DOWN: (AssetState, Standing) = (AssetState::TakenDown, Standing::Removed);

async fn bytes_are_kept_closed_until_nobody_can_appeal_any_more(court: &Court<'_>) {
    let [owner, _] = court.people;
    let (silent, appealed) = (
        ready(court.store, owner, 1).await,
        ready(court.store, owner, 2).await,
    );
    for id in [silent, appealed] {
        court
            .decides(id, RulingAction::Remove, ReportReason::Sexual)
            .await;
        assert_eq!(court.state(id).await, DOWN);
        assert!(!court.is_served(id).await);
    }
    let ruling = court.appeal(owner, 0, later(APPEAL_MS)).await;
    for sha in [1, 2] {
        assert!(court.keeps(sha, later(APPEAL_MS)).await, "{sha}: in time");
    }
    let end = later(APPEAL_MS + 2 * 60 * 60 * 1_000);
    assert!(!court.keeps(1, end).await, "nobody can appeal any more");
    assert!(court.keeps(2, end).await, "somebody is to decide still");
    court.judge(ruling, AppealState::Upheld, end).await;
    assert!(!court.keeps(2, end).await, "somebody has decided");
    for id in [silent, appealed] {
        assert_eq!(
            court.state(id).await,
            DOWN,
            "that it was there stays on record"
        );
    }
}

async fn what_is_against_the_law_is_destroyed_at_once_with_its_copies(court: &Court<'_>) {
    let [owner, other] = court.people;
    let id = ready(court.store, owner, 1).await;
    let copy = ready(court.store, other, 1).await;
    court
        .decides(id, RulingAction::Remove, ReportReason::Illegal)
        .await;
    assert!(!court.keeps(1, NOW).await);
    let rulings = court.moderation.rulings_of(other, None, 9).await.unwrap();
    assert_eq!(rulings[0].rule, ReportReason::Illegal);
    let ruling = court.appeal(owner, 0, NOW).await;
    court.judge(ruling, AppealState::Overturned, NOW).await;
    for id in [id, copy] {
        assert_eq!(
            court.state(id).await,
            DOWN,
            "there is nothing to bring back"
        );
    }
    ready(court.store, owner, 1).await;
}

async fn a_picture_comes_back_to_what_other_decisions_say_of_it(court: &Court<'_>) {
    let [owner, _] = court.people;
    let id = ready(court.store, owner, 1).await;
    court
        .decides(id, RulingAction::Hide, ReportReason::Sexual)
        .await;
    court
        .decides(id, RulingAction::Remove, ReportReason::Sexual)
        .await;
    let removed = court.appeal(owner, 0, NOW).await;
    court.judge(removed, AppealState::Overturned, NOW).await;
    let hidden = (AssetState::Ready, Standing::Hidden);
    assert_eq!(court.state(id).await, hidden);
    assert!(!court.is_served(id).await);
    let hid = court.appeal(owner, 1, NOW).await;
    court.judge(hid, AppealState::Overturned, NOW).await;
    assert!(court.is_served(id).await);
}

async fn copies_come_back_with_what_they_went_with_but_for_those_decided_by_themselves(
    court: &Court<'_>,
) {
    let [owner, other] = court.people;
    let id = ready(court.store, owner, 1).await;
    let (own, refused) = (
        ready(court.store, other, 1).await,
        ready(court.store, other, 1).await,
    );
    // More than come in one step.
    let mut more = Vec::new();
    for _ in 0..70 {
        more.push(ready(court.store, owner, 1).await);
    }
    court
        .decides(id, RulingAction::Remove, ReportReason::Privacy)
        .await;
    assert!(court.keeps(1, NOW).await);
    for copy in more.iter().chain([&own, &refused]) {
        assert_eq!(court.state(*copy).await, DOWN);
    }
    let of = async |id: AssetId| {
        let rulings = court.moderation.rulings_of(other, None, 9).await.unwrap();
        let found = rulings.iter().position(|it| it.subject == id.to_string());
        found.unwrap()
    };
    let ruling = court.appeal(other, of(own).await, NOW).await;
    court.judge(ruling, AppealState::Overturned, NOW).await;
    assert!(court.is_served(own).await, "for itself alone");
    assert_eq!(court.state(id).await, DOWN);
    let ruling = court.appeal(other, of(refused).await, NOW).await;
    court.judge(ruling, AppealState::Upheld, NOW).await;
    let rulings = court.moderation.rulings_of(owner, None, 99).await.unwrap();
    let first = rulings.iter().position(|it| it.subject == id.to_string());
    let ruling = court
        .appeal_against(owner, rulings[first.unwrap()].id, NOW)
        .await;
    court.judge(ruling, AppealState::Overturned, NOW).await;
    assert!(court.keeps(1, NOW).await);
    for copy in more.iter().chain([&id, &own]) {
        assert!(court.is_served(*copy).await);
    }
    assert_eq!(
        court.state(refused).await,
        DOWN,
        "its own appeal was refused"
    );
    let after = court.moderation.rulings_of(owner, None, 99).await.unwrap();
    for ruling in &after {
        let appeal = ruling.appeal.as_ref().unwrap();
        assert_eq!(appeal.state, AppealState::Overturned);
    }
}
