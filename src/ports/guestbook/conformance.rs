//! What every guestbook store must keep, whatever stands behind it.

use futures_util::future::join_all;

use super::{Changed, Entry, GuestbookStore, NewEntry, Target, Wrote};
use crate::domain::clock::WallMs;
use crate::domain::id::{EntryId, RoomId, UserId};
use crate::domain::moderation::Standing;
use crate::domain::notification::{Delivery, NoticeKind};
use crate::domain::room::{Access, Ban, Denied, Visibility};
use crate::domain::version::{Expected, Version};
use crate::domain::visit::{EDIT_WITHIN_MS, EntryText, REPLIES_MAX};
use crate::ports::moderation::ModeratedContent;
use crate::ports::once::{Done, Once, OnceKey, RequestDigest};
use crate::ports::visit::Met;
use crate::ports::visit::conformance::{House, NOW};

mod moderated;

/// A store, what moderators see of it, and the people around.
#[derive(Clone, Copy)]
pub(crate) struct Books<'a> {
    pub(crate) store: &'a dyn GuestbookStore,
    pub(crate) content: &'a dyn ModeratedContent,
    pub(crate) house: House<'a>,
}

fn text(text: &str) -> EntryText {
    EntryText::parse(text).unwrap()
}

fn new(target: Target, author: UserId, words: &str, at: WallMs) -> NewEntry {
    NewEntry {
        id: EntryId::generate(),
        target,
        author,
        text: text(words),
        standing: Standing::Shown,
        at,
    }
}

fn into(room: RoomId, is_secret: bool) -> Target {
    Target::Room { room, is_secret }
}

impl Books<'_> {
    async fn try_write(self, target: Target, author: UserId, words: &str) -> Wrote {
        let new = new(target, author, words, NOW);
        self.store.write(&new, None).await.unwrap()
    }

    async fn writes(self, target: Target, author: UserId, words: &str) -> (Entry, Vec<Delivery>) {
        match self.try_write(target, author, words).await {
            Wrote::Done(done, told) => (done.result().unwrap(), told),
            other => panic!("nothing was in the way, yet {other:?}"),
        }
    }

    /// The texts a viewer finds in a book, and how many it says there are.
    async fn texts(self, room: RoomId, viewer: Option<UserId>) -> (Vec<String>, u32) {
        match self
            .store
            .entries(room, viewer, NOW, None, 99)
            .await
            .unwrap()
        {
            Met::Open(listed) => {
                let texts = listed.entries.into_iter().map(|entry| entry.text);
                (texts.collect(), listed.count)
            }
            other => panic!("the room is open, yet {other:?}"),
        }
    }

    async fn replies(self, entry: EntryId, viewer: UserId) -> Option<Vec<String>> {
        let viewer = Some(viewer);
        let replies = self.store.replies(entry, viewer, NOW, None, 999).await;
        let replies = replies.unwrap()?.into_iter();
        Some(replies.map(|reply| reply.text).collect())
    }

    async fn sees(self, id: EntryId, viewer: Option<UserId>) -> bool {
        self.store.entry(id, viewer, NOW).await.unwrap().is_some()
    }
}

/// Runs the whole suite on an empty store.
pub(crate) async fn conformance(books: Books<'_>) {
    who_may_come_in_may_write(books).await;
    secrets_are_between_two(books).await;
    people_who_are_hidden_are_left_out(books).await;
    replies_belong_to_their_entry(books).await;
    authors_change_their_words_for_a_day(books).await;
    authors_and_owners_take_away(books).await;
    owners_put_out_of_sight(books).await;
    moderated::conformance(books).await;
    a_key_writes_once(books).await;
    pages_go_on_where_they_ended(books).await;
    replies_at_once_are_no_more_than_may_be(books).await;
}

async fn who_may_come_in_may_write(books: Books<'_>) {
    let house = books.house;
    let [owner, stranger, follower, banned, blocked] = house.people("write").await;
    house.follow(follower, owner).await;
    house.block(owner, blocked).await;
    let open = house.room(owner, Visibility::Public).await;
    let half = house.room(owner, Visibility::Followers).await;
    let shut = house.room(owner, Visibility::Private).await;
    let mut access = Access::new(Visibility::Public, false);
    let ban = Ban {
        name: "x".to_owned(),
        at: NOW,
        guest: None,
    };
    access.bans.insert(banned.to_string(), ban);
    access.locked = true;
    let strict = house.room_with(owner, access).await;
    let outcome = async |room, author| match books.try_write(into(room, false), author, "말").await
    {
        Wrote::Done(..) => "written",
        Wrote::NoRoom => "no room",
        Wrote::Denied(Denied::Banned) => "banned",
        Wrote::Denied(_) => "denied",
        other => panic!("{other:?}"),
    };
    for (room, author, wanted) in [
        (open, owner, "written"),
        (open, stranger, "written"),
        (open, blocked, "no room"),
        (half, stranger, "denied"),
        (half, follower, "written"),
        (shut, follower, "no room"),
        (shut, owner, "written"),
        (strict, banned, "banned"),
        (strict, stranger, "written"),
        (RoomId::generate(), stranger, "no room"),
    ] {
        assert_eq!(outcome(room, author).await, wanted);
    }
    assert_eq!(books.texts(open, None).await.1, 2);
    let read = async |room, viewer| {
        books
            .store
            .entries(room, viewer, NOW, None, 9)
            .await
            .unwrap()
    };
    assert!(matches!(read(half, Some(stranger)).await, Met::Denied(_)));
    assert!(
        matches!(read(strict, None).await, Met::Denied(_)),
        "guests may not come in"
    );
    assert_eq!(read(shut, Some(follower)).await, Met::NoRoom);
    assert_eq!(read(open, Some(blocked)).await, Met::NoRoom);
}

async fn secrets_are_between_two(books: Books<'_>) {
    let house = books.house;
    let [owner, author, other] = house.people("secret").await;
    let room = house.room(owner, Visibility::Public).await;
    let (secret, _) = books.writes(into(room, true), author, "비밀").await;
    books.writes(into(room, false), author, "공개").await;
    for (viewer, count) in [
        (Some(owner), 2),
        (Some(author), 2),
        (Some(other), 1),
        (None, 1),
    ] {
        let (texts, said) = books.texts(room, viewer).await;
        assert_eq!((texts.len(), said), (count, u32::try_from(count).unwrap()));
        assert_eq!(books.sees(secret.id, viewer).await, count == 2);
    }
    let reply = Target::Entry(secret.id);
    assert_eq!(books.try_write(reply, other, "뭐야").await, Wrote::NoEntry);
    let (answer, told) = books.writes(reply, owner, "답").await;
    assert!(answer.is_secret);
    assert_eq!(told.len(), 1);
    assert!(!books.sees(answer.id, Some(other)).await);
    assert_eq!(
        books.replies(secret.id, author).await,
        Some(vec!["답".to_owned()])
    );
    assert_eq!(books.replies(secret.id, other).await, None);
}

async fn people_who_are_hidden_are_left_out(books: Books<'_>) {
    let house = books.house;
    let [owner, one, two, third] = house.people("hidden").await;
    let room = house.room(owner, Visibility::Public).await;
    let (entry, _) = books.writes(into(room, false), one, "하나").await;
    books.writes(into(room, false), two, "둘").await;
    books.writes(Target::Entry(entry.id), two, "둘의 답").await;
    house.block(two, third).await;
    assert_eq!(
        books.texts(room, Some(third)).await,
        (vec!["하나".to_owned()], 1)
    );
    let seen = books.store.entry(entry.id, Some(third), NOW).await.unwrap();
    assert_eq!(seen.unwrap().replies, 0);
    let seen = books.store.entry(entry.id, Some(one), NOW).await.unwrap();
    assert_eq!(seen.unwrap().replies, 1);
    assert_eq!(books.replies(entry.id, third).await, Some(vec![]));
    // Whoever mutes does not read them, but in their own book.
    house.mute(third, one).await;
    house.mute(owner, one).await;
    assert_eq!(books.texts(room, Some(third)).await, (vec![], 0));
    assert_eq!(books.texts(room, Some(owner)).await.1, 2);
    // Beneath what is not seen nothing is.
    house.block(third, one).await;
    assert_eq!(books.replies(entry.id, third).await, None);
}

async fn replies_belong_to_their_entry(books: Books<'_>) {
    let house = books.house;
    let [owner, author, other] = house.people("reply").await;
    let room = house.room(owner, Visibility::Public).await;
    let (entry, told) = books.writes(into(room, false), author, "글").await;
    let heard = |told: &[Delivery]| -> Vec<(UserId, NoticeKind, String)> {
        let told = told.iter();
        told.map(|told| (told.to, told.notice.kind, told.notice.subject.clone()))
            .collect()
    };
    let notice = |to| (to, NoticeKind::Guestbook, entry.id.to_string());
    assert_eq!(heard(&told), [notice(owner)]);
    let (reply, told) = books.writes(Target::Entry(entry.id), other, "답").await;
    assert_eq!(heard(&told), [notice(author), notice(owner)]);
    assert_eq!(reply.parent, Some(entry.id));
    let (_, told) = books.writes(Target::Entry(entry.id), author, "또").await;
    assert_eq!(
        heard(&told),
        [],
        "the owner was told of this thread by them today"
    );
    let nested = Target::Entry(reply.id);
    assert_eq!(books.try_write(nested, author, "더").await, Wrote::NoEntry);
    let replies = books.replies(entry.id, other).await.unwrap();
    assert_eq!(replies, ["답", "또"]);
    assert_eq!(books.texts(room, None).await, (vec!["글".to_owned()], 1));
}

async fn authors_change_their_words_for_a_day(books: Books<'_>) {
    let house = books.house;
    let [owner, author] = house.people("rewrite").await;
    let room = house.room(owner, Visibility::Public).await;
    let (entry, _) = books.writes(into(room, false), author, "처음").await;
    let rewrite = async |by, words, expected: Expected, at: u64| {
        let (words, at) = (text(words), WallMs(NOW.0 + at));
        let how = (&words, Standing::Shown);
        books
            .store
            .rewrite(entry.id, by, how, &expected, at)
            .await
            .unwrap()
    };
    let Changed::Done(changed) = rewrite(author, "고침", Expected::Any, 5).await else {
        panic!("it is theirs");
    };
    assert_eq!(
        (changed.text.as_str(), changed.version),
        ("고침", Version(2))
    );
    assert_eq!(changed.edited, Some(WallMs(NOW.0 + 5)));
    let stale = Expected::OneOf(vec![Version(1)]);
    assert_eq!(rewrite(author, "늦음", stale, 6).await, Changed::Stale);
    assert_eq!(
        rewrite(owner, "남", Expected::Any, 6).await,
        Changed::NotTheirs
    );
    let late = EDIT_WITHIN_MS + 1;
    assert_eq!(
        rewrite(author, "늦음", Expected::Any, late).await,
        Changed::TooLate
    );
    let current = Expected::OneOf(vec![Version(2)]);
    let last = rewrite(author, "끝", current, EDIT_WITHIN_MS).await;
    assert!(matches!(last, Changed::Done(_)));
    // What must be looked at first is not shown.
    let held = text("나쁜 말");
    let how = (&held, Standing::Held);
    let changed = books
        .store
        .rewrite(entry.id, author, how, &Expected::Any, NOW)
        .await;
    assert!(matches!(changed.unwrap(), Changed::Done(_)));
    assert!(!books.sees(entry.id, Some(owner)).await && books.sees(entry.id, Some(author)).await);
    assert!(matches!(
        rewrite(author, "착한 말", Expected::Any, 7).await,
        Changed::Done(_)
    ));
    assert!(
        !books.sees(entry.id, Some(owner)).await,
        "a moderator decides"
    );
}

async fn authors_and_owners_take_away(books: Books<'_>) {
    let house = books.house;
    let [owner, author, other] = house.people("delete").await;
    let room = house.room(owner, Visibility::Public).await;
    let delete = async |id, by, is_reply| books.store.delete(id, by, is_reply, NOW).await.unwrap();
    let (entry, _) = books.writes(into(room, false), author, "하나").await;
    let (reply, _) = books.writes(Target::Entry(entry.id), other, "답").await;
    assert_eq!(delete(entry.id, other, false).await, Changed::NotTheirs);
    assert_eq!(
        delete(entry.id, author, true).await,
        Changed::NoEntry,
        "no reply"
    );
    assert_eq!(delete(reply.id, author, true).await, Changed::NotTheirs);
    assert_eq!(delete(entry.id, author, false).await, Changed::Done(()));
    assert_eq!(delete(entry.id, author, false).await, Changed::NoEntry);
    assert!(!books.sees(reply.id, Some(other)).await, "replies go along");
    let (entry, _) = books.writes(into(room, false), author, "둘").await;
    let (reply, _) = books.writes(Target::Entry(entry.id), other, "답").await;
    assert_eq!(delete(reply.id, owner, true).await, Changed::Done(()));
    // One's own words are one's own wherever they are.
    house.block(owner, author).await;
    assert!(!books.sees(entry.id, Some(author)).await);
    assert_eq!(delete(entry.id, author, false).await, Changed::Done(()));
}

async fn owners_put_out_of_sight(books: Books<'_>) {
    let house = books.house;
    let [owner, author, other] = house.people("hide").await;
    let room = house.room(owner, Visibility::Public).await;
    let (entry, _) = books.writes(into(room, false), author, "글").await;
    let hide = async |by, hidden| books.store.hide(entry.id, by, hidden, NOW).await.unwrap();
    assert_eq!(hide(author, true).await, Changed::NotTheirs);
    for _ in 0..2 {
        let Changed::Done(hidden) = hide(owner, true).await else {
            panic!("it is their book");
        };
        assert!(hidden.is_hidden);
        assert_eq!(hidden.version, Version(2));
    }
    assert!(books.sees(entry.id, Some(author)).await && books.sees(entry.id, Some(owner)).await);
    assert!(!books.sees(entry.id, Some(other)).await && !books.sees(entry.id, None).await);
    assert_eq!(books.texts(room, Some(other)).await, (vec![], 0));
    assert_eq!(hide(other, false).await, Changed::NoEntry);
    assert!(matches!(hide(owner, false).await, Changed::Done(_)));
    assert!(books.sees(entry.id, None).await);
}

async fn a_key_writes_once(books: Books<'_>) {
    let house = books.house;
    let [owner, author] = house.people("key").await;
    let room = house.room(owner, Visibility::Public).await;
    let once = |digest| Once {
        owner: author,
        key: OnceKey::parse(b"one").unwrap(),
        digest: RequestDigest([digest; 32]),
    };
    let write = async |digest| {
        let new = new(into(room, false), author, "한 번", NOW);
        match books.store.write(&new, Some(&once(digest))).await.unwrap() {
            Wrote::Done(done, _) => *done,
            other => panic!("{other:?}"),
        }
    };
    let all = join_all([1, 1, 1].map(write)).await;
    let now = all
        .iter()
        .filter(|done| matches!(done, Done::Now(_)))
        .count();
    assert_eq!(now, 1);
    let mut entries = all.into_iter().map(|done| done.result().unwrap());
    let first = entries.next().unwrap();
    assert!(entries.all(|entry| entry == first));
    assert_eq!(write(2).await, Done::KeyReused);
    assert_eq!(books.texts(room, None).await.1, 1);
}

async fn pages_go_on_where_they_ended(books: Books<'_>) {
    let house = books.house;
    let [owner, author] = house.people("page").await;
    let room = house.room(owner, Visibility::Public).await;
    for n in 0..5 {
        // Two at a time.
        let at = WallMs(NOW.0 + n / 2);
        let new = new(into(room, false), author, &format!("{n}"), at);
        books.store.write(&new, None).await.unwrap();
    }
    let (whole, _) = books.texts(room, None).await;
    let (mut after, mut paged) = (None, Vec::new());
    while let Met::Open(page) = books
        .store
        .entries(room, None, NOW, after, 2)
        .await
        .unwrap()
    {
        assert_eq!(page.count, 5);
        let Some(last) = page.entries.last() else {
            break;
        };
        after = Some(last.place());
        paged.extend(page.entries.iter().map(|entry| entry.text.clone()));
    }
    assert_eq!(paged, whole);
    assert_eq!(paged.len(), 5);
}

async fn replies_at_once_are_no_more_than_may_be(books: Books<'_>) {
    let house = books.house;
    let [owner, author] = house.people("full").await;
    let room = house.room(owner, Visibility::Public).await;
    let (entry, _) = books.writes(into(room, false), author, "글").await;
    let reply = || books.try_write(Target::Entry(entry.id), owner, "답");
    for _ in 0..REPLIES_MAX - 10 {
        assert!(matches!(reply().await, Wrote::Done(..)));
    }
    let all = join_all((0..15).map(|_| reply())).await;
    let full = all
        .iter()
        .filter(|wrote| matches!(wrote, Wrote::Full))
        .count();
    assert_eq!(full, 5);
    let replies = books.replies(entry.id, author).await.unwrap();
    assert_eq!(replies.len(), REPLIES_MAX as usize);
}
