//! What every store of facts about authors must keep, whatever stands behind it.

use futures_util::future::join_all;

use super::{HOSTS_PER_TEXT_MAX, Marks, SpamFacts, TEXTS_KEPT_MS, Written};
use crate::domain::clock::WallMs;
use crate::domain::filter::simhash::SimHash;
use crate::domain::filter::spam::RECENT_MAX;
use crate::domain::id::{PostId, UserId};
use crate::ports::once::{Once, OnceKey, RequestDigest};
use crate::ports::relations::RelationStore;
use crate::ports::user::UserStore;
use crate::ports::user::conformance::created;

const HOUR_MS: u64 = 60 * 60 * 1_000;

/// Long after the accounts of the suite were made.
const NOW: WallMs = WallMs(1_800_000_000_000);

const TEXTS: [&str; 2] = [
    "지금 가입하면 누구나 무료로 선물을 받을 수 있어요",
    "오늘 방명록 남기고 갑니다 방이 정말 예쁘네요",
];

/// Runs the whole suite on an empty store.
pub(crate) async fn conformance(
    store: &dyn SpamFacts,
    users: &dyn UserStore,
    relations: &dyn RelationStore,
) {
    what_was_written_is_known_for_a_day(store, users).await;
    no_more_is_remembered_than_is_compared(store, users).await;
    hosts_are_new_once(store, users).await;
    who_follows_is_no_stranger(store, users, relations).await;
    what_is_said_anew_counts_once(store, users).await;
}

fn written(text: &str) -> Written {
    Written {
        hash: SimHash::of(text),
        hosts: [].into(),
        mentioned: Vec::new(),
        marks: Marks::default(),
    }
}

async fn what_was_written_is_known_for_a_day(store: &dyn SpamFacts, users: &dyn UserStore) {
    let me = created(users, "writer", "writer").await.id;
    let [one, two] = TEXTS.map(written);
    let known = store.note(me, &one, NOW).await.unwrap();
    assert_eq!((known.texts_last_minute, known.recent), (1, vec![]));
    assert!(known.account_age_h > 24 * 365);
    let known = store.note(me, &two, WallMs(NOW.0 + 59_000)).await.unwrap();
    assert_eq!(known.texts_last_minute, 2);
    assert_eq!(known.recent, [one.hash]);
    let later = WallMs(NOW.0 + HOUR_MS);
    let known = store.note(me, &one, later).await.unwrap();
    assert_eq!(known.texts_last_minute, 1);
    assert_eq!(known.recent, [two.hash, one.hash]);
    assert!(known.recent[0].is_telling());
    let known = store
        .note(me, &one, WallMs(NOW.0 + HOUR_MS + TEXTS_KEPT_MS))
        .await;
    assert_eq!(known.unwrap().recent, []);
    let nobody = store.note(UserId::generate(), &one, NOW).await.unwrap();
    assert_eq!((nobody.account_age_h, nobody.recent), (0, vec![]));
}

async fn no_more_is_remembered_than_is_compared(store: &dyn SpamFacts, users: &dyn UserStore) {
    let me = created(users, "fast_writer", "fast_writer").await.id;
    let [text, _] = TEXTS.map(written);
    let count = RECENT_MAX + 10;
    let noted = join_all((0..count).map(|_| store.note(me, &text, NOW))).await;
    let mut counted: Vec<u32> = noted
        .into_iter()
        .map(|known| known.unwrap().texts_last_minute)
        .collect();
    counted.sort_unstable();
    let most = u32::try_from(RECENT_MAX).unwrap() + 1;
    let expected: Vec<u32> = (1..=most).chain((0..9).map(|_| most)).collect();
    assert_eq!(counted, expected, "each counts those before it");
    let known = store.note(me, &text, NOW).await.unwrap();
    assert_eq!(known.recent.len(), RECENT_MAX);
}

async fn hosts_are_new_once(store: &dyn SpamFacts, users: &dyn UserStore) {
    let me = created(users, "linker", "linker").await.id;
    let to = |hosts: &[String]| Written {
        hosts: hosts.iter().cloned().collect(),
        ..written(TEXTS[0])
    };
    let hosts = ["one.example".to_owned(), "two.example".to_owned()];
    let new = async |hosts: &[String]| {
        let known = store.note(me, &to(hosts), NOW).await;
        known.unwrap().new_hosts
    };
    assert_eq!(new(&hosts[..1]).await, 1);
    assert_eq!(new(&hosts).await, 1);
    assert_eq!(new(&hosts).await, 0);
    let many: Vec<String> = (0..200).map(|n| format!("many{n}.example")).collect();
    let most = u32::try_from(HOSTS_PER_TEXT_MAX).unwrap();
    assert_eq!(new(&many).await, most);
}

async fn who_follows_is_no_stranger(
    store: &dyn SpamFacts,
    users: &dyn UserStore,
    relations: &dyn RelationStore,
) {
    let me = created(users, "caller", "caller").await.id;
    let friend = created(users, "called", "called").await.id;
    let stranger = created(users, "uncalled", "uncalled").await.id;
    relations.follow(friend, me, NOW).await.unwrap();
    let calls = Written {
        mentioned: vec![friend, stranger, stranger],
        ..written(TEXTS[0])
    };
    let known = store.note(me, &calls, NOW).await.unwrap();
    assert_eq!((known.strangers_mentioned, known.ties), (1, 0));
    relations.follow(me, friend, NOW).await.unwrap();
    let known = store.note(me, &calls, NOW).await.unwrap();
    assert_eq!(known.ties, 1, "mutual follows");
}

async fn what_is_said_anew_counts_once(store: &dyn SpamFacts, users: &dyn UserStore) {
    let me = created(users, "again", "again").await.id;
    let other = created(users, "again_too", "again_too").await.id;
    let once = |digest| Once {
        owner: me,
        key: OnceKey::parse(b"key").unwrap(),
        digest: RequestDigest([digest; 32]),
    };
    let post = PostId::generate().uuid();
    let first = Written {
        marks: Marks::of(post, Some(&once(1))),
        hosts: ["again.example".to_owned()].into(),
        ..written(TEXTS[0])
    };
    let known = store.note(me, &first, NOW).await.unwrap();
    assert_eq!((known.texts_last_minute, known.new_hosts), (1, 1));
    // The request again, for what would be another post; then that post changed.
    let second = PostId::generate().uuid();
    let again = Written {
        marks: Marks::of(second, Some(&once(1))),
        ..first.clone()
    };
    let changed = Written {
        marks: Marks::of(second, None),
        ..first.clone()
    };
    for anew in [&again, &again, &changed] {
        let known = store.note(me, anew, NOW).await.unwrap();
        assert_eq!((known.texts_last_minute, known.recent), (1, vec![]));
        assert_eq!(known.new_hosts, 1, "no better known for being sent again");
    }
    // Something else is compared with it as it was last, and so is what somebody else sends.
    let another = Written {
        marks: Marks::of(PostId::generate().uuid(), Some(&once(2))),
        ..first.clone()
    };
    let known = store.note(me, &another, NOW).await.unwrap();
    assert_eq!(
        (known.texts_last_minute, known.recent),
        (2, vec![first.hash])
    );
    assert_eq!(known.new_hosts, 0);
    let known = store.note(other, &again, NOW).await.unwrap();
    assert_eq!((known.texts_last_minute, known.new_hosts), (1, 0));
    let known = store.note(me, &written(TEXTS[1]), NOW).await.unwrap();
    assert_eq!(known.texts_last_minute, 3, "they are both still there");
}
