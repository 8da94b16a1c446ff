//! The suite of the port, and what only this store can be asked.

mod again;

use std::sync::Arc;

use super::*;
use crate::adapters::sqlite::role::set_role;
use crate::domain::asset::{AssetState, VariantName};
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::id::RulingId;
use crate::domain::moderation::{
    APPEAL_MS, AppealState, ContentKind, ReportReason, RulingAction, Standing,
};
use crate::domain::user::AccountRole;
use crate::ports::asset::conformance::{conformance, ready};
use crate::ports::asset::{AssetStore, AssetWork, PurgeQueue};
use crate::ports::moderation::desk::{
    Appealed, Decided, Judged, ModerationStore, NewRuling, Thing, settle,
};
use crate::ports::moderation::{Contents, ModeratedContent};
use crate::ports::once::Done;
use crate::ports::personal_data::{Erasing, PersonalData};
use crate::ports::user::conformance::created;

#[tokio::test]
async fn keeps_what_a_store_of_uploads_promises() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path()).await.unwrap();
    let owner = created(&store, "painter", "painter").await;
    let other = created(&store, "other", "other").await;
    conformance(&store, owner.id, other.id).await;
}

#[tokio::test]
async fn moderators_hide_show_and_remove() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path()).await.unwrap();
    let owner = created(&store, "painter", "painter").await;
    let other = created(&store, "other", "other").await;
    let id = ready(&store, owner.id, 1).await;
    let moderated = ModeratedAssets(store.clone());
    assert_eq!(moderated.kind(), ContentKind::Asset);
    let text = id.to_string();
    let content = moderated.content(&text).await.unwrap().unwrap();
    assert_eq!(
        (content.text.as_str(), content.author),
        ("고양이", Some(owner.id))
    );
    let seen = async |viewer| moderated.is_seen_by(&text, viewer).await.unwrap();
    assert!(
        seen(owner.id).await && !seen(other.id).await,
        "nothing shows it"
    );
    store
        .set_avatar(owner.id, Some(id), &Default::default())
        .await
        .unwrap();
    assert!(seen(other.id).await);
    for (standing, shown) in [
        (Standing::Hidden, 0),
        (Standing::Shown, 1),
        (Standing::Removed, 0),
    ] {
        assert!(moderated.stand(&text, standing, WallMs(9)).await.unwrap());
        assert_eq!(
            store.pictures(&[id]).await.unwrap().len(),
            shown,
            "{standing:?}"
        );
    }
    assert!(
        moderated
            .stand(&text, Standing::Shown, WallMs(9))
            .await
            .unwrap()
    );
    let content = moderated.content(&text).await.unwrap().unwrap();
    assert_eq!(
        (content.text.as_str(), content.standing),
        ("", Standing::Removed)
    );
    assert!(
        !moderated
            .stand("nothing", Standing::Hidden, WallMs(9))
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn an_erased_persons_pictures_go_and_their_bytes_are_let_go() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path()).await.unwrap();
    let owner = created(&store, "painter", "painter").await;
    let id = ready(&store, owner.id, 1).await;
    store
        .set_avatar(owner.id, Some(id), &Default::default())
        .await
        .unwrap();
    while store.erase(owner.id, WallMs(9)).await.unwrap() == Erasing::Begun {}
    assert_eq!(store.asset(id).await.unwrap(), None);
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM asset_use")
        .fetch_one(&store.read)
        .await
        .unwrap();
    assert_eq!(left, 0);
    let due = store.due(99, WallMs(9)).await.unwrap();
    assert!(due.iter().any(|purge| purge.asset == id));
    let gone = store.let_go(9, WallMs(u64::from(u32::MAX))).await.unwrap();
    assert_eq!(gone, [[1; 32]]);
}

const NOW: WallMs = WallMs(1_000_000);

fn later(ms: u64) -> WallMs {
    WallMs(NOW.0 + ms)
}

/// A store with two people and two moderators, who decide about pictures.
struct Court {
    store: Sqlite,
    contents: Contents,
    people: [UserId; 2],
    staff: [UserId; 2],
    _folder: tempfile::TempDir,
}

impl Court {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        let mut ids = Vec::new();
        for name in ["painter", "other", "keeper", "warden"] {
            ids.push(created(&store, name, name).await.id);
        }
        for name in ["keeper", "warden"] {
            let set = set_role(folder.path(), name, AccountRole::Moderator, WallMs(1)).await;
            set.unwrap();
        }
        let kept: Arc<dyn ModeratedContent> = Arc::new(ModeratedAssets(store.clone()));
        Self {
            contents: [kept].into_iter().collect(),
            store,
            people: [ids[0], ids[1]],
            staff: [ids[2], ids[3]],
            _folder: folder,
        }
    }

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
        let case = ModerationStore::hold(&self.store, &thing, NOW)
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
        let decided = self.store.decide(&new, &self.by(0), None).await.unwrap();
        assert!(
            matches!(decided, Done::Now(Decided::Done(_))),
            "{decided:?}"
        );
        settle(&self.store, &self.contents, NOW).await.unwrap();
    }

    /// The newest decision about something of theirs but so many is appealed against.
    async fn appeal(&self, person: UserId, but: usize, at: WallMs) -> RulingId {
        let rulings = self.store.rulings_of(person, None, 9).await.unwrap();
        self.appeal_against(person, rulings[but].id, at).await
    }

    async fn appeal_against(&self, person: UserId, id: RulingId, at: WallMs) -> RulingId {
        let appealed = self
            .store
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
        let judged = self.store.judge(ruling, state, &self.by(1), None, at).await;
        let judged = judged.unwrap();
        assert!(matches!(judged, Done::Now(Judged::Done(_))), "{judged:?}");
        settle(&self.store, &self.contents, at).await.unwrap();
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
        let left: i64 = sqlx::query_scalar("SELECT count(*) FROM asset_blob WHERE sha256 = ?")
            .bind([sha; 32].as_slice())
            .fetch_one(&self.store.read)
            .await
            .unwrap();
        left > 0
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

#[tokio::test]
async fn bytes_are_kept_closed_until_nobody_can_appeal_any_more() {
    let court = Court::new().await;
    let [owner, _] = court.people;
    let (silent, appealed) = (
        ready(&court.store, owner, 1).await,
        ready(&court.store, owner, 2).await,
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

#[tokio::test]
async fn what_is_against_the_law_is_destroyed_at_once_with_its_copies() {
    let court = Court::new().await;
    let [owner, other] = court.people;
    let id = ready(&court.store, owner, 1).await;
    let copy = ready(&court.store, other, 1).await;
    court
        .decides(id, RulingAction::Remove, ReportReason::Illegal)
        .await;
    assert!(!court.keeps(1, NOW).await);
    let rulings = court.store.rulings_of(other, None, 9).await.unwrap();
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
    ready(&court.store, owner, 1).await;
}

#[tokio::test]
async fn a_picture_comes_back_to_what_other_decisions_say_of_it() {
    let court = Court::new().await;
    let [owner, _] = court.people;
    let id = ready(&court.store, owner, 1).await;
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

#[tokio::test]
async fn copies_come_back_with_what_they_went_with_but_for_those_decided_by_themselves() {
    let court = Court::new().await;
    let [owner, other] = court.people;
    let id = ready(&court.store, owner, 1).await;
    let (own, refused) = (
        ready(&court.store, other, 1).await,
        ready(&court.store, other, 1).await,
    );
    // More than come in one step.
    let mut more = Vec::new();
    for _ in 0..70 {
        more.push(ready(&court.store, owner, 1).await);
    }
    court
        .decides(id, RulingAction::Remove, ReportReason::Privacy)
        .await;
    assert!(court.keeps(1, NOW).await);
    for copy in more.iter().chain([&own, &refused]) {
        assert_eq!(court.state(*copy).await, DOWN);
    }
    let of = async |id: AssetId| {
        let rulings = court.store.rulings_of(other, None, 9).await.unwrap();
        let found = rulings.iter().position(|it| it.subject == id.to_string());
        found.unwrap()
    };
    let ruling = court.appeal(other, of(own).await, NOW).await;
    court.judge(ruling, AppealState::Overturned, NOW).await;
    assert!(court.is_served(own).await, "for itself alone");
    assert_eq!(court.state(id).await, DOWN);
    let ruling = court.appeal(other, of(refused).await, NOW).await;
    court.judge(ruling, AppealState::Upheld, NOW).await;
    let rulings = court.store.rulings_of(owner, None, 99).await.unwrap();
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
    let after = court.store.rulings_of(owner, None, 99).await.unwrap();
    for ruling in &after {
        let appeal = ruling.appeal.as_ref().unwrap();
        assert_eq!(appeal.state, AppealState::Overturned);
    }
}
