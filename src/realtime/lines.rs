//! The connections of each account on this node: what concerns the person rather than a room reaches them by these,
//! whichever node owns the room they are in.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use maru_protocol::{NoticeKind as WireKind, Sender, ServerFrame, encode_server};
use tokio::sync::Notify;

use super::frame;
use super::outbox::Outbox;
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::notification::{Delivery, NoticeKind};
use crate::ports::notification::NotificationSink;
use crate::ports::people::PeopleChanges;
use crate::ports::relations::RelationChanges;
use crate::ports::whereabouts::{Stay, Whereabouts};

/// The way to one connection.
struct End {
    room: RoomId,
    since: WallMs,
    outbox: Arc<Outbox>,
    /// Says that what was looked up of the person is out of date, and keeps saying so until that is heard.
    changed: Arc<Notify>,
}

/// Whose connections are here.
#[derive(Default)]
pub struct Lines {
    ends: Mutex<HashMap<UserId, BTreeMap<u64, End>>>,
    next: AtomicU64,
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lines(..)")
    }
}

impl Lines {
    /// Registers a connection of an account. To be done before the account is looked up, so that no change falls
    /// between the two.
    pub fn open(
        self: &Arc<Self>,
        user: UserId,
        (room, since): (RoomId, WallMs),
        outbox: Arc<Outbox>,
    ) -> Line {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let changed = Arc::new(Notify::new());
        let end = End {
            room,
            since,
            outbox,
            changed: changed.clone(),
        };
        self.ends().entry(user).or_default().insert(number, end);
        Line {
            lines: self.clone(),
            user,
            number,
            changed,
        }
    }

    /// How many connections of accounts are here.
    pub fn count(&self) -> usize {
        self.ends().values().map(BTreeMap::len).sum()
    }

    /// What was looked up of the person is to be looked up again.
    fn outdate(&self, user: UserId) {
        let ends = self.ends();
        for end in ends.get(&user).into_iter().flat_map(BTreeMap::values) {
            end.changed.notify_one();
        }
    }

    fn ends(&self) -> MutexGuard<'_, HashMap<UserId, BTreeMap<u64, End>>> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl NotificationSink for Lines {
    fn notified(&self, delivery: &Delivery) {
        let ends = self.ends();
        let Some(ends) = ends.get(&delivery.to) else {
            return;
        };
        let bytes = frame::binary(&encode_server(&wire(delivery)));
        for end in ends.values() {
            end.outbox.push(bytes.clone());
        }
    }
}

impl Whereabouts for Lines {
    fn of(&self, user: UserId) -> Vec<Stay> {
        let ends = self.ends();
        let ends = ends.get(&user).into_iter().flat_map(BTreeMap::values);
        // Inside are those whom the room has bid welcome and not sent away.
        let inside = ends.filter(|end| end.outbox.is_greeted() && !end.outbox.is_closing());
        let mut stays: BTreeMap<RoomId, WallMs> = BTreeMap::new();
        for end in inside {
            let since = stays.entry(end.room).or_insert(end.since);
            *since = end.since.min(*since);
        }
        let stays = stays.into_iter().map(|(room, since)| Stay { room, since });
        let mut stays: Vec<Stay> = stays.collect();
        stays.sort_by_key(|stay| std::cmp::Reverse(stay.since));
        stays
    }
}

impl RelationChanges for Lines {
    fn changed(&self, user: UserId) {
        self.outdate(user);
    }
}

impl PeopleChanges for Lines {
    fn changed(&self, user: UserId) {
        self.outdate(user);
    }

    fn all_changed(&self) {
        let ends = self.ends();
        for end in ends.values().flat_map(BTreeMap::values) {
            end.changed.notify_one();
        }
    }
}

/// One connection of an account, while it lasts.
#[derive(Debug)]
pub struct Line {
    lines: Arc<Lines>,
    user: UserId,
    number: u64,
    changed: Arc<Notify>,
}

impl Line {
    /// Comes back when what was looked up of the person is out of date, since the last time it did.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let mut ends = self.lines.ends();
        if let Some(of_user) = ends.get_mut(&self.user) {
            of_user.remove(&self.number);
            if of_user.is_empty() {
                ends.remove(&self.user);
            }
        }
    }
}

fn wire(delivery: &Delivery) -> ServerFrame {
    let notice = &delivery.notice;
    let from = notice.from.as_ref().map(|user| Sender {
        id: user.id.to_string(),
        handle: user.handle.clone(),
        name: user.display_name.clone(),
    });
    ServerFrame::Notification {
        id: notice.id.0,
        kind: kind_out(notice.kind),
        from,
        at_ms: notice.at.0,
        unread: delivery.unread,
    }
}

const fn kind_out(kind: NoticeKind) -> WireKind {
    match kind {
        NoticeKind::Follow => WireKind::Follow,
        NoticeKind::FollowRequest => WireKind::FollowRequest,
        NoticeKind::RequestApproved => WireKind::RequestApproved,
        NoticeKind::TieRequest => WireKind::TieRequest,
        NoticeKind::TieMade => WireKind::TieMade,
        NoticeKind::Testimonial => WireKind::Testimonial,
        NoticeKind::Guestbook => WireKind::Guestbook,
        NoticeKind::RoomEditor => WireKind::RoomEditor,
        NoticeKind::Comment => WireKind::Comment,
        NoticeKind::Reaction => WireKind::Reaction,
        NoticeKind::Mention => WireKind::Mention,
        NoticeKind::Decision => WireKind::Decision,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_one_name_in_the_store_on_rest_and_on_the_wire() {
        for kind in NoticeKind::ALL {
            assert_eq!(kind_out(*kind).as_str(), kind.as_str());
        }
        assert_eq!(NoticeKind::ALL.len(), WireKind::ALL.len());
    }
}
