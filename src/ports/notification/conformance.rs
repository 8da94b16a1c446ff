//! What every store of notices must keep, whatever stands behind it.

use super::NotificationStore;
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::notification::{
    COALESCE_MS, Delivery, NOTICES_MAX, NewNotice, Notice, NoticeId, NoticeKind,
};
use crate::domain::settings::{NotificationsChange, SettingsChange};
use crate::ports::once::{Done, Once, OnceKey, RequestDigest};
use crate::ports::relations::RelationStore;
use crate::ports::settings::SettingsStore;
use crate::ports::settings::conformance::choose;
use crate::ports::user::UserStore;
use crate::ports::user::conformance::created;

/// A store, the accounts, the relations and the settings in it.
#[derive(Clone, Copy)]
struct All<'a> {
    store: &'a dyn NotificationStore,
    users: &'a dyn UserStore,
    relations: &'a dyn RelationStore,
    settings: &'a dyn SettingsStore,
}

const NOW: WallMs = WallMs(1_000_000);

/// Runs the whole suite on an empty store.
pub(crate) async fn conformance(
    store: &dyn NotificationStore,
    users: &dyn UserStore,
    relations: &dyn RelationStore,
    settings: &dyn SettingsStore,
) {
    let all = All {
        store,
        users,
        relations,
        settings,
    };
    notices_are_listed_newest_first_and_read_up_to_one(all).await;
    the_same_is_told_once_within_a_day(all).await;
    the_unwanted_is_not_written(all).await;
    what_the_hidden_did_is_not_shown_and_does_not_come_back(all).await;
    what_is_taken_back_is_not_shown(all).await;
    what_is_not_shown_may_be_again(all).await;
    what_told_of_a_thing_that_is_over_is_not_shown(all).await;
    reading_by_a_key_is_done_once(all).await;
    only_the_newest_are_kept(all).await;
    the_house_and_guests_are_nobody(all).await;
}

impl All<'_> {
    async fn people<const N: usize>(self, name: &str) -> [UserId; N] {
        let mut ids = Vec::new();
        for n in 0..N {
            let handle = format!("{name}_{n}");
            ids.push(created(self.users, &handle, &handle).await.id);
        }
        ids.try_into().unwrap()
    }

    async fn tell(self, notice: NewNotice) -> Option<Delivery> {
        self.store.notify(&notice).await.unwrap()
    }

    async fn list(self, user: UserId) -> Vec<Notice> {
        self.store.list(user, None, 1_000).await.unwrap()
    }

    async fn read(self, user: UserId, up_to: NoticeId) -> u32 {
        let read = self.store.read(user, up_to, None, NOW).await;
        read.unwrap().result().unwrap()
    }

    async fn unread(self, user: UserId) -> u32 {
        self.store.unread(user).await.unwrap()
    }
}

fn mention(to: UserId, from: UserId, subject: &str) -> NewNotice {
    NewNotice {
        to,
        kind: NoticeKind::Mention,
        from: Some(from),
        subject: subject.to_owned(),
        at: NOW,
    }
}

async fn notices_are_listed_newest_first_and_read_up_to_one(all: All<'_>) {
    let [me, from] = all.people("told").await;
    let mut ids = Vec::new();
    for n in 0..5 {
        let told = all.tell(mention(me, from, &n.to_string())).await.unwrap();
        assert_eq!((told.to, told.unread), (me, n + 1));
        let notice = &told.notice;
        assert_eq!(notice.from.as_ref().map(|user| user.id), Some(from));
        assert_eq!((notice.kind, notice.at), (NoticeKind::Mention, NOW));
        assert!(notice.unread);
        ids.push(notice.id);
    }
    let page = all.store.list(me, None, 2).await.unwrap();
    let subjects = |page: &[Notice]| {
        let subjects = page.iter().map(|notice| notice.subject.clone());
        subjects.collect::<Vec<_>>()
    };
    assert_eq!(subjects(&page), ["4", "3"]);
    let rest = all.store.list(me, Some(page[1].id), 9).await.unwrap();
    assert_eq!(subjects(&rest), ["2", "1", "0"]);

    assert_eq!(all.read(me, ids[2]).await, 2);
    assert_eq!(all.read(me, ids[0]).await, 2, "read stays read");
    let unread: Vec<bool> = all.list(me).await.iter().map(|n| n.unread).collect();
    assert_eq!(unread, [true, true, false, false, false]);
    // What is to come is not read, however far one reads.
    assert_eq!(all.read(me, NoticeId(u64::MAX)).await, 0);
    let next = all.tell(mention(me, from, "next")).await.unwrap();
    assert_eq!((next.unread, all.unread(me).await), (1, 1));
    assert_eq!(all.unread(from).await, 0);
    assert_eq!(all.read(from, ids[4]).await, 0);
    assert_eq!(all.unread(me).await, 1, "one reads one's own");
}

async fn the_same_is_told_once_within_a_day(all: All<'_>) {
    let [me, from, other] = all.people("once").await;
    assert!(all.tell(mention(me, from, "a")).await.is_some());
    assert_eq!(all.tell(mention(me, from, "a")).await, None);
    assert!(all.tell(mention(me, from, "b")).await.is_some());
    assert!(all.tell(mention(me, other, "a")).await.is_some());
    let again = NewNotice {
        at: WallMs(NOW.0 + COALESCE_MS),
        ..mention(me, from, "a")
    };
    assert!(all.tell(again).await.is_some());
    let subjects: Vec<String> = all.list(me).await.into_iter().map(|n| n.subject).collect();
    assert_eq!(
        subjects,
        ["a", "a", "b"],
        "the later one in place of the first"
    );
}

async fn the_unwanted_is_not_written(all: All<'_>) {
    let [me, from, muted] = all.people("unwanted").await;
    assert_eq!(all.tell(mention(me, me, "own")).await, None);
    assert_eq!(all.tell(mention(UserId::generate(), from, "")).await, None);
    let mentions = |wanted| {
        let notifications = Some(NotificationsChange {
            mention: Some(wanted),
            reaction: Some(false),
            ..NotificationsChange::default()
        });
        SettingsChange {
            notifications,
            ..SettingsChange::default()
        }
    };
    choose(all.settings, me, mentions(false)).await;
    assert_eq!(all.tell(mention(me, from, "silenced")).await, None);
    choose(all.settings, me, mentions(true)).await;
    assert!(all.tell(mention(me, from, "wanted")).await.is_some());
    let until = Some(WallMs(NOW.0 + 1));
    all.relations.mute(me, muted, until, NOW).await.unwrap();
    assert_eq!(all.tell(mention(me, muted, "muted")).await, None);
    let later = NewNotice {
        at: WallMs(NOW.0 + 1),
        ..mention(me, muted, "heard again")
    };
    assert!(all.tell(later).await.is_some());
    assert_eq!(all.unread(me).await, 2);
}

async fn what_the_hidden_did_is_not_shown_and_does_not_come_back(all: All<'_>) {
    let [me, from] = all.people("hidden").await;
    all.tell(mention(me, from, "before")).await.unwrap();
    for (blocker, blocked) in [(me, from), (from, me)] {
        all.relations.block(blocker, blocked, NOW).await.unwrap();
        assert_eq!((all.list(me).await, all.unread(me).await), (vec![], 0));
        assert_eq!(all.tell(mention(me, from, "meanwhile")).await, None);
        all.relations.unblock(blocker, blocked).await.unwrap();
        assert_eq!((all.list(me).await, all.unread(me).await), (vec![], 0));
    }
    let anew = all.tell(mention(me, from, "anew")).await;
    assert!(anew.is_some_and(|told| told.unread == 1));
}

async fn what_is_not_shown_may_be_again(all: All<'_>) {
    let [to, from, other] = all.people("again").await;
    let told = |to, from, subject: &str| NewNotice {
        to,
        kind: NoticeKind::Guestbook,
        from: Some(from),
        subject: subject.to_owned(),
        at: NOW,
    };
    for notice in [
        told(to, from, "it"),
        told(to, from, "another"),
        told(to, other, "it"),
        told(other, from, "it"),
    ] {
        assert!(all.store.notify(&notice).await.unwrap().is_some());
    }
    let count = async |of| all.store.list(of, None, 9).await.unwrap().len();
    for (shown, left) in [(false, 2), (false, 2), (true, 3)] {
        let notice = told(to, from, "it");
        all.store.show(&notice, shown).await.unwrap();
        assert_eq!(count(to).await, left);
        assert_eq!(count(other).await, 1, "of others nothing was said");
    }
}

async fn what_told_of_a_thing_that_is_over_is_not_shown(all: All<'_>) {
    let [to, from, other] = all.people("over").await;
    for (to, subject) in [(to, "over"), (to, "goes on"), (other, "over")] {
        let told = NewNotice {
            to,
            kind: NoticeKind::Comment,
            from: Some(from),
            subject: subject.to_owned(),
            at: NOW,
        };
        all.store.notify(&told).await.unwrap().unwrap();
    }
    all.store.withdraw("over", &[to]).await.unwrap();
    let left = async |of| {
        let list = all.store.list(of, None, 9).await.unwrap();
        let subjects = list.into_iter().map(|notice| notice.subject);
        subjects.collect::<Vec<_>>()
    };
    assert_eq!(left(to).await, ["goes on"]);
    assert_eq!(left(other).await, ["over"], "of others nothing was said");
    let crowd = vec![to; super::WITHDRAWN_AT_ONCE + 1];
    assert!(all.store.withdraw("goes on", &crowd).await.is_err());
}

async fn what_is_taken_back_is_not_shown(all: All<'_>) {
    let [me, fan] = all.people("back").await;
    for _ in 0..3 {
        let followed = all.relations.follow(fan, me, NOW).await.unwrap();
        assert!(followed.told.len() <= 1);
        assert_eq!(all.list(me).await.len(), 1, "one notice, however often");
        all.relations.unfollow(fan, me).await.unwrap();
        assert_eq!((all.list(me).await, all.unread(me).await), (vec![], 0));
    }
    let quiet = all.relations.follow(fan, me, NOW).await.unwrap();
    assert_eq!(quiet.told, [], "told before");
    assert_eq!(all.unread(me).await, 1);
}

async fn reading_by_a_key_is_done_once(all: All<'_>) {
    let [me, from] = all.people("keyed").await;
    let first = all.tell(mention(me, from, "0")).await.unwrap().notice.id;
    let once = |digest| Once {
        owner: me,
        key: OnceKey::parse(b"key").unwrap(),
        digest: RequestDigest([digest; 32]),
    };
    let read = async |once: &Once| {
        let read = all.store.read(me, first, Some(once), NOW).await;
        read.unwrap()
    };
    assert_eq!(read(&once(1)).await, Done::Now(0));
    all.tell(mention(me, from, "1")).await.unwrap();
    assert_eq!(read(&once(1)).await, Done::Before(0), "as it was answered");
    assert_eq!(read(&once(2)).await, Done::KeyReused);
    assert_eq!(all.unread(me).await, 1);
}

async fn only_the_newest_are_kept(all: All<'_>) {
    let [me, from] = all.people("many").await;
    for n in 0..NOTICES_MAX + 3 {
        all.tell(mention(me, from, &n.to_string())).await.unwrap();
    }
    let kept = all.list(me).await;
    assert_eq!(kept.len(), NOTICES_MAX as usize);
    assert_eq!(kept.last().unwrap().subject, "3");
    assert_eq!(all.unread(me).await, NOTICES_MAX);
}

async fn the_house_and_guests_are_nobody(all: All<'_>) {
    let [me] = all.people("anonymous").await;
    let notice = NewNotice {
        kind: NoticeKind::Guestbook,
        from: None,
        ..mention(me, me, "room")
    };
    for _ in 0..2 {
        let told = all.tell(notice.clone()).await.unwrap();
        assert_eq!(told.notice.from, None);
    }
    assert_eq!(all.unread(me).await, 2);
}
