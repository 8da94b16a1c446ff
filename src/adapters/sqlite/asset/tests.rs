//! The suite of the port, and what only this store can be asked.

use super::*;
use crate::domain::clock::WallMs;
use crate::domain::moderation::{ContentKind, Standing};
use crate::ports::asset::conformance::{conformance, ready};
use crate::ports::asset::{AssetStore, PurgeQueue};
use crate::ports::moderation::ModeratedContent;
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
    use crate::ports::asset::AssetWork;
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
