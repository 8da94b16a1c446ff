//! What every store of muted words must keep, whatever stands behind it.

use futures_util::future::join_all;

use super::{KeptWord, Muted, MutedWordStore};
use crate::domain::clock::WallMs;
use crate::domain::filter::muted_words::{MutedWord, WORDS_MAX};
use crate::domain::id::UserId;
use crate::ports::once::{Done, Once, OnceKey, RequestDigest};
use crate::ports::user::UserStore;
use crate::ports::user::conformance::created;

const NOW: WallMs = WallMs(1_000_000);

/// Runs the whole suite on an empty store.
pub(crate) async fn conformance(store: &dyn MutedWordStore, users: &dyn UserStore) {
    a_word_is_there_until_it_is_taken_away(store, users).await;
    the_same_word_again_changes_its_end(store, users).await;
    there_are_never_too_many_however_many_come_at_once(store, users).await;
    a_request_takes_effect_once(store, users).await;
    nobody_mutes_no_words(store).await;
}

fn word(text: &str, until: Option<u64>) -> MutedWord {
    MutedWord::parse(text, until.map(WallMs)).unwrap()
}

async fn add(store: &dyn MutedWordStore, of: UserId, text: &str, until: Option<u64>) -> KeptWord {
    match store.mute_word(of, &word(text, until), None, NOW).await {
        Ok(Done::Now(Muted::Word(kept))) => kept,
        other => panic!("nothing was in the way, yet {other:?}"),
    }
}

async fn texts(store: &dyn MutedWordStore, of: UserId, now: WallMs) -> Vec<String> {
    let words = store.list_words(of, None, 1_000, now).await.unwrap();
    words
        .iter()
        .map(|kept| kept.word.text().to_owned())
        .collect()
}

async fn a_word_is_there_until_it_is_taken_away(store: &dyn MutedWordStore, users: &dyn UserStore) {
    let me = created(users, "word_muter", "word_muter").await.id;
    let other = created(users, "word_other", "word_other").await.id;
    assert!(store.list_words(me, None, 9, NOW).await.unwrap().is_empty());
    let one = add(store, me, "축구", None).await;
    let two = add(store, me, "Spoiler", Some(NOW.0 + 10)).await;
    let three = add(store, me, "三", None).await;
    assert_eq!(texts(store, me, NOW).await, ["三", "Spoiler", "축구"]);
    let after = |kept: &KeptWord| Some((kept.at, kept.id));
    let rest = store.list_words(me, after(&three), 1, NOW).await.unwrap();
    assert_eq!(rest, std::slice::from_ref(&two));
    let rest = store.list_words(me, after(&two), 9, NOW).await.unwrap();
    assert_eq!(rest, std::slice::from_ref(&one));
    assert_eq!(texts(store, me, WallMs(NOW.0 + 10)).await, ["三", "축구"]);
    let words = store.muted_words(me).await.unwrap();
    assert!(words.hide("no spoiler here", NOW) && words.hide("축구장", NOW));
    assert!(!words.hide("no spoiler here", WallMs(NOW.0 + 10)));
    assert!(texts(store, other, NOW).await.is_empty());
    assert!(!store.unmute_word(other, one.id).await.unwrap());
    assert!(store.unmute_word(me, one.id).await.unwrap());
    assert!(!store.unmute_word(me, one.id).await.unwrap());
    assert!(!store.muted_words(me).await.unwrap().hide("축구", NOW));
}

async fn the_same_word_again_changes_its_end(store: &dyn MutedWordStore, users: &dyn UserStore) {
    let me = created(users, "word_twice", "word_twice").await.id;
    let one = add(store, me, "ｃａｔ", None).await;
    let two = add(store, me, "Cat", Some(NOW.0 + 5)).await;
    assert_eq!((one.id, one.at), (two.id, two.at));
    assert_eq!(two.word, word("Cat", Some(NOW.0 + 5)));
    assert_eq!(store.list_words(me, None, 9, NOW).await.unwrap(), [two]);
}

async fn there_are_never_too_many_however_many_come_at_once(
    store: &dyn MutedWordStore,
    users: &dyn UserStore,
) {
    let me = created(users, "word_many", "word_many").await.id;
    let end = NOW.0 + 5;
    let words: Vec<MutedWord> = (0..WORDS_MAX + 5)
        .map(|n| word(&format!("word {n}"), Some(end)))
        .collect();
    let added = words
        .iter()
        .map(|word| store.mute_word(me, word, None, NOW));
    let added = join_all(added).await;
    let many = |done: &&Result<Done<Muted>, _>| matches!(done, Ok(Done::Now(Muted::TooMany)));
    assert_eq!(added.iter().filter(many).count(), 5);
    assert_eq!(texts(store, me, NOW).await.len(), WORDS_MAX);
    // One that is there is none more.
    let there = store.list_words(me, None, 1, NOW).await.unwrap();
    let again = store
        .mute_word(me, &there[0].word, None, NOW)
        .await
        .unwrap();
    assert_eq!(again, Done::Now(Muted::Word(there[0].clone())));
    // What has ended makes room, and is gone.
    let late = WallMs(end);
    let new = store.mute_word(me, &word("new", None), None, late).await;
    assert!(matches!(new, Ok(Done::Now(Muted::Word(_)))));
    assert_eq!(store.muted_words(me).await.unwrap().iter().count(), 1);
}

async fn a_request_takes_effect_once(store: &dyn MutedWordStore, users: &dyn UserStore) {
    let me = created(users, "word_once", "word_once").await.id;
    let once = |digest| Once {
        owner: me,
        key: OnceKey::parse(b"key").unwrap(),
        digest: RequestDigest([digest; 32]),
    };
    let word = word("once", None);
    let first = store.mute_word(me, &word, Some(&once(1)), NOW).await;
    let Ok(Done::Now(Muted::Word(kept))) = first else {
        panic!("{first:?}");
    };
    store.unmute_word(me, kept.id).await.unwrap();
    let again = store.mute_word(me, &word, Some(&once(1)), NOW).await;
    assert_eq!(again.unwrap(), Done::Before(Muted::Word(kept)));
    let other = store.mute_word(me, &word, Some(&once(2)), NOW).await;
    assert_eq!(other.unwrap(), Done::KeyReused);
    assert!(texts(store, me, NOW).await.is_empty());
}

async fn nobody_mutes_no_words(store: &dyn MutedWordStore) {
    let nobody = UserId::generate();
    let muted = store.mute_word(nobody, &word("x", None), None, NOW).await;
    assert_eq!(muted.unwrap(), Done::Now(Muted::NoSuchUser));
    assert_eq!(store.muted_words(nobody).await.unwrap().iter().count(), 0);
}
