//! Who shows what, told by others; what is told in turn; and the end of a person.

use super::*;
use crate::domain::asset::{AssetEvent, VariantName};
use crate::domain::event::{Event, Subject};
use crate::domain::id::PostId;
use crate::domain::moderation::{ContentKind, Standing};
use crate::ports::asset::conformance::ready;
use crate::ports::asset::{
    AssetStore, AssetWork, OwnerPrivacy, PictureOwners, PictureUses, PostShows, PurgeQueue,
};
use crate::ports::events::Outbox;
use crate::ports::personal_data::{Archive, ArchiveStopped, Erasing, PersonalData};

const NOW: WallMs = WallMs(1_000_000);

impl Here {
    async fn shows(&self, post: PostId, pictures: &[AssetId], is_public: bool, stamp: u64) {
        let shows = PostShows {
            post,
            stamp,
            pictures: pictures.to_vec(),
            is_public,
        };
        self.assets.post_shows(&shows).await.unwrap();
    }

    /// How many things show it, and whether anybody may have it.
    async fn uses(&self, id: AssetId) -> (u32, bool) {
        let asset = self.assets.asset(id).await.unwrap().unwrap();
        (asset.uses, asset.picture.unwrap().is_public)
    }

    /// How many caches are told of a picture at once; they are told.
    async fn told(&self, id: AssetId) -> usize {
        let due = self.assets.due(99, NOW).await.unwrap();
        let about = due.iter().filter(|purge| purge.asset == id);
        let about: Vec<i64> = about.map(|purge| purge.id).collect();
        self.assets.done(&about).await.unwrap();
        about.len()
    }
}

#[tokio::test]
async fn a_fact_counts_once_and_an_older_one_never() {
    let Some(here) = here().await else { return };
    let [owner, other] = here.people;
    let (one, two) = (
        ready(&here.assets, owner, 1).await,
        ready(&here.assets, owner, 2).await,
    );
    let (post, more) = (PostId::generate(), PostId::generate());
    let may_show = async |who, what: &[AssetId]| here.assets.may_show(who, what).await.unwrap();
    assert!(may_show(owner, &[one, two]).await && may_show(owner, &[]).await);
    assert!(!may_show(other, &[one]).await);
    assert!(!may_show(owner, &[one, AssetId::generate()]).await);
    here.shows(post, &[one, two], true, 3).await;
    for (is_public, stamp) in [(true, 3), (false, 2)] {
        here.shows(post, &[], is_public, stamp).await;
        assert_eq!(here.uses(one).await, (1, true), "told twice, or late");
    }
    here.shows(more, &[one, one, AssetId::generate()], false, 1)
        .await;
    assert_eq!(here.uses(one).await, (2, true), "each once");
    here.shows(more, &[one], true, 2).await;
    here.shows(post, &[two], false, 4).await;
    assert_eq!(here.uses(one).await, (1, true));
    assert_eq!(here.uses(two).await, (1, false));
    assert_eq!((here.told(one).await, here.told(two).await), (0, 3));
    here.shows(more, &[], false, 3).await;
    assert_eq!(here.uses(one).await, (0, false));
    assert_eq!(
        here.told(one).await,
        3,
        "not everybody may have it any more"
    );
    here.shows(more, &[one], true, 2).await;
    assert_eq!(here.uses(one).await, (0, false), "it is gone");
    here.end().await;
}

#[tokio::test]
async fn what_is_about_to_be_shown_does_not_go_meanwhile() {
    use crate::domain::asset::limits::UNUSED_KEPT_MS;
    let Some(here) = here().await else { return };
    let [owner, other] = here.people;
    let (wanted, unwanted) = (
        ready(&here.assets, owner, 1).await,
        ready(&here.assets, owner, 2).await,
    );
    let swept = async |days: u64| {
        let now = WallMs(NOW.0 + days * UNUSED_KEPT_MS);
        while here.assets.sweep(now).await.unwrap() > 0 {}
        let left = here.assets.pictures(&[wanted, unwanted]).await.unwrap();
        left.into_keys().collect::<Vec<_>>()
    };
    assert!(here.assets.may_show(owner, &[wanted]).await.unwrap());
    // Nobody else keeps what is not theirs.
    assert!(!here.assets.may_show(other, &[unwanted]).await.unwrap());
    assert_eq!(swept(1).await, [wanted]);
    here.shows(PostId::generate(), &[wanted], false, 1).await;
    assert_eq!(swept(2).await, [wanted]);
    assert_eq!(swept(3).await, [wanted]);
    let left = ready(&here.assets, owner, 3).await;
    assert!(here.assets.may_show(owner, &[left]).await.unwrap());
    swept(1).await;
    assert!(here.assets.asset(left).await.unwrap().is_some());
    swept(2).await;
    assert!(
        here.assets.asset(left).await.unwrap().is_none(),
        "never shown"
    );
    here.end().await;
}

#[tokio::test]
async fn what_a_private_account_shows_in_posts_is_not_for_everybody() {
    let Some(here) = here().await else { return };
    let [owner, _] = here.people;
    let (shown, chosen) = (
        ready(&here.assets, owner, 1).await,
        ready(&here.assets, owner, 2).await,
    );
    let post = PostId::generate();
    here.shows(post, &[shown, chosen], true, 1).await;
    here.assets
        .set_avatar(owner, Some(chosen), &Default::default())
        .await
        .unwrap();
    let chose = async |is_private, version| {
        let privacy = OwnerPrivacy {
            owner,
            is_private,
            version,
        };
        here.assets.chose(&privacy).await.unwrap();
        (here.uses(shown).await.1, here.uses(chosen).await.1)
    };
    assert_eq!(chose(true, 2).await, (false, true));
    let served = here.assets.served(shown, VariantName::Small, NOW).await;
    assert!(!served.unwrap().unwrap().is_public);
    assert_eq!((here.told(shown).await, here.told(chosen).await), (3, 0));
    assert_eq!(chose(false, 1).await, (false, true), "told late");
    here.assets
        .set_avatar(owner, None, &Default::default())
        .await
        .unwrap();
    assert_eq!(chose(true, 2).await, (false, false));
    assert_eq!((here.told(shown).await, here.told(chosen).await), (0, 3));
    assert_eq!(chose(false, 3).await, (true, true));
    here.end().await;
}

#[tokio::test]
async fn facts_told_at_once_are_all_counted() {
    let Some(here) = here().await else { return };
    let [owner, _] = here.people;
    let picture = ready(&here.assets, owner, 1).await;
    let elsewhere = assets_in(here.stage.elsewhere(), &here.others);
    let told = (0..8).map(|which| {
        let shows = PostShows {
            post: PostId::generate(),
            stamp: 1,
            pictures: vec![picture],
            is_public: which % 2 == 0,
        };
        let assets = [&here.assets, &elsewhere][which % 2].clone();
        async move { assets.post_shows(&shows).await.unwrap() }
    });
    futures_util::future::join_all(told).await;
    assert_eq!(here.uses(picture).await, (8, true));
    here.end().await;
}

#[tokio::test]
async fn moderators_hide_show_and_remove_and_the_rest_of_the_world_hears_in_order() {
    let Some(here) = here().await else { return };
    let [owner, other] = here.people;
    let id = ready(&here.assets, owner, 1).await;
    let moderated = ModeratedAssets(here.assets.clone());
    let text = id.to_string();
    let content = moderated.content(&text).await.unwrap().unwrap();
    assert_eq!(
        (content.text.as_str(), content.author),
        ("고양이", Some(owner))
    );
    let seen = async |viewer| moderated.is_seen_by(&text, viewer).await.unwrap();
    assert!(seen(owner).await && !seen(other).await, "nothing shows it");
    here.assets
        .set_avatar(owner, Some(id), &Default::default())
        .await
        .unwrap();
    assert!(seen(other).await);
    for (standing, shown) in [
        (Standing::Hidden, 0),
        (Standing::Shown, 1),
        (Standing::Removed, 0),
    ] {
        assert!(moderated.stand(&text, standing, NOW).await.unwrap());
        let pictures = here.assets.pictures(&[id]).await.unwrap();
        assert_eq!(pictures.len(), shown, "{standing:?}");
    }
    assert!(!seen(owner).await);
    // Nothing is on record of it: it is destroyed, and does not come back.
    assert!(moderated.stand(&text, Standing::Shown, NOW).await.unwrap());
    let content = moderated.content(&text).await.unwrap().unwrap();
    assert_eq!(
        (content.text.as_str(), content.standing),
        ("", Standing::Removed)
    );
    assert!(
        !moderated
            .stand("nothing", Standing::Hidden, NOW)
            .await
            .unwrap()
    );
    assert_eq!(moderated.kind(), ContentKind::Asset);
    let waiting = here.assets.waiting(0, 9).await.unwrap();
    let events: Vec<_> = waiting
        .iter()
        .map(|entry| (entry.subject, entry.event.clone()))
        .collect();
    let about = |event| (Subject::Asset(id), Event::Asset(event));
    let all = [
        about(AssetEvent::AssetReady { owner }),
        about(AssetEvent::AssetTakenDown {}),
    ];
    assert_eq!(events, all);
    let rest = here.assets.waiting(waiting[0].id, 9).await.unwrap();
    assert_eq!(rest, waiting[1..]);
    here.assets.clear(&[waiting[0].id]).await.unwrap();
    assert_eq!(here.assets.waiting(0, 9).await.unwrap(), rest);
    here.end().await;
}

/// What comes into an archive.
#[derive(Default)]
struct Written(Vec<serde_json::Value>);

#[async_trait]
impl Archive for Written {
    async fn begin(&mut self, name: &str) -> Result<(), ArchiveStopped> {
        assert_eq!(name, "assets");
        Ok(())
    }

    async fn add(&mut self, json: String) -> Result<(), ArchiveStopped> {
        self.0.push(serde_json::from_str(&json).unwrap());
        Ok(())
    }
}

#[tokio::test]
async fn an_erased_persons_pictures_go_and_their_bytes_are_let_go() {
    let Some(here) = here().await else { return };
    let [owner, other] = here.people;
    let (id, down) = (
        ready(&here.assets, owner, 1).await,
        ready(&here.assets, owner, 2).await,
    );
    let left = ready(&here.assets, other, 3).await;
    here.assets
        .set_avatar(owner, Some(id), &Default::default())
        .await
        .unwrap();
    let trace = crate::domain::audit::Trace::default();
    let taken = here.assets.take_down(down, None, &trace, None, NOW);
    taken.await.unwrap();
    let mut archive = Written::default();
    here.assets.export(owner, &mut archive).await.unwrap();
    let sha256 = "01".repeat(32);
    assert_eq!(archive.0.len(), 2);
    let of = |field: &str| [&archive.0[0][field], &archive.0[1][field]];
    assert_eq!(
        of("sha256"),
        [&serde_json::json!(sha256), &serde_json::Value::Null]
    );
    assert_eq!(of("public"), [true, false]);
    assert_eq!(of("alt"), ["고양이", ""]);
    while here.assets.erase(owner, NOW).await.unwrap() == Erasing::Begun {}
    for gone in [id, down] {
        assert_eq!(here.assets.asset(gone).await.unwrap(), None);
    }
    assert!(here.assets.avatars(&[owner]).await.unwrap().is_empty());
    let served = here.assets.served(left, VariantName::Small, NOW).await;
    assert!(served.unwrap().is_some(), "another's");
    assert!(here.told(id).await > 0);
    let end = WallMs(u64::from(u32::MAX));
    let mut gone = here.assets.let_go(9, end).await.unwrap().bytes;
    gone.sort_unstable();
    assert_eq!(gone, [[1; 32], [2; 32]]);
    here.end().await;
}
