//! The suite of the port, and what only this store can be asked.

use std::sync::Arc;

use super::*;
use crate::adapters::sqlite::role::set_role;
use crate::domain::clock::WallMs;
use crate::domain::moderation::{ContentKind, Standing};
use crate::domain::user::AccountRole;
use crate::ports::asset::conformance::court::{self, Court, Depths, House};
use crate::ports::asset::conformance::{conformance, ready};
use crate::ports::asset::{AssetStore, AssetWork, PurgeQueue};
use crate::ports::moderation::{Contents, ModeratedContent};
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
    assert_eq!(gone.bytes, [[1; 32]]);
}

/// A store with people and moderators, who decide about pictures.
struct Here {
    store: Sqlite,
    contents: Contents,
    people: [UserId; 2],
    staff: [UserId; 2],
    _folder: tempfile::TempDir,
}

impl Here {
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
}

#[async_trait]
impl Depths for Sqlite {
    async fn has_bytes(&self, sha256: [u8; 32]) -> bool {
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM asset_blob WHERE sha256 = ?)")
            .bind(sha256.as_slice())
            .fetch_one(&self.read)
            .await
            .unwrap()
    }

    async fn sizes(&self, id: AssetId) -> usize {
        let sizes: i64 =
            sqlx::query_scalar("SELECT count(*) FROM asset_variant WHERE asset_id = ?")
                .bind(id.uuid())
                .fetch_one(&self.read)
                .await
                .unwrap();
        usize::try_from(sizes).unwrap()
    }

    async fn is_banned(&self, sha256: [u8; 32]) -> bool {
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM asset_banned WHERE sha256 = ?)")
            .bind(sha256.as_slice())
            .fetch_one(&self.read)
            .await
            .unwrap()
    }
}

#[async_trait]
impl House for Here {
    fn court(&self) -> Court<'_> {
        Court {
            store: &self.store,
            depths: &self.store,
            moderation: &self.store,
            contents: &self.contents,
            people: self.people,
            staff: self.staff,
        }
    }

    async fn end(self) {}
}

#[tokio::test]
async fn pictures_go_and_come_back_by_decisions() {
    court::suite(Here::new).await;
}

#[tokio::test]
async fn pictures_that_are_the_same_go_and_come_back_together_and_by_themselves() {
    court::again::suite(Here::new).await;
}

#[tokio::test]
async fn a_decision_taken_back_with_another_is_logged_with_its_judge() {
    let here = Here::new().await;
    court::again::with_its_copy(&here.court()).await;
    let lines: Vec<(uuid::Uuid, uuid::Uuid)> = sqlx::query_as(
        "SELECT audit.actor_id, audit.subject_id FROM audit JOIN ruling ON judge_id = audit.actor_id
         WHERE act = 'appeal_decided' AND author_id = subject_id
           AND json_extract(detail, '$.outcome') = 'overturned' ORDER BY audit.id",
    )
    .fetch_all(&here.store.read)
    .await
    .unwrap();
    let judge = here.staff[1].uuid();
    assert_eq!(
        lines,
        [
            (judge, here.people[0].uuid()),
            (judge, here.people[1].uuid())
        ]
    );
}
