//! The connections of each account on this node: what concerns the person rather than a room reaches them by these,
//! whichever node owns the room they are in.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
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
use crate::ports::relay::PersonRelay;
use crate::ports::whereabouts::{OwnStays, Stay, merged};

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
    /// The way to those on other nodes.
    others: Option<Arc<dyn PersonRelay>>,
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lines(..)")
    }
}

impl Lines {
    /// Lines of a node among others: what people are told here reaches their connections there too.
    pub fn beside(others: Arc<dyn PersonRelay>) -> Self {
        Self {
            others: Some(others),
            ..Self::default()
        }
    }

    /// Sends frames that are of no room to a person's connections here; also what another node has sent for them.
    pub fn push(&self, user: UserId, frames: &Bytes) {
        let ends = self.ends();
        for end in ends.get(&user).into_iter().flat_map(BTreeMap::values) {
            end.outbox.push(frames.clone());
        }
    }

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
        let bytes = frame::binary(&encode_server(&wire(delivery)));
        self.push(delivery.to, &bytes);
        if let Some(others) = &self.others {
            others.push(delivery.to, bytes);
        }
    }
}

impl OwnStays for Lines {
    fn stays(&self, user: UserId) -> Vec<Stay> {
        let ends = self.ends();
        ends.get(&user).map_or_else(Vec::new, stays)
    }

    fn all_stays(&self) -> Vec<(UserId, Vec<Stay>)> {
        let ends = self.ends();
        let all = ends.iter().map(|(user, ends)| (*user, stays(ends)));
        all.filter(|(_, stays)| !stays.is_empty()).collect()
    }
}

/// Inside are those whom the room has bid welcome and not sent away.
fn stays(ends: &BTreeMap<u64, End>) -> Vec<Stay> {
    let ends = ends.values();
    let inside = ends.filter(|end| end.outbox.is_greeted() && !end.outbox.is_closing());
    let stays = inside.map(|end| Stay {
        room: end.room,
        since: end.since,
    });
    merged(stays)
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
