//! The room's lists, for those who may read them.

use maru_protocol::{ErrorCode, Role, Topic};

use super::refused::Why;
use super::{ConnId, Effect, Now, Room, send, wire};
use crate::domain::rules::Rule;

impl Room {
    /// Answers with the list asked for, or says that it is not for this reader.
    pub(super) fn read(&self, conn: ConnId, topic: Topic, now: Now, effects: &mut Vec<Effect>) {
        let session = self.by_conn.get(&conn).and_then(|no| self.sessions.get(no));
        let Some(member) = session.and_then(|session| self.members.get(&session.member)) else {
            return;
        };
        let allowed = match topic {
            Topic::History => member.role != Role::Visitor,
            Topic::Layouts | Topic::Access => member.role == Role::Owner,
        };
        if !allowed && Rule::Authorise.holds() {
            let why = Why::new(ErrorCode::Forbidden, "this list is not for you");
            return why.tell(conn, None, effects);
        }
        let epoch = self.epoch.0;
        let frame = match topic {
            Topic::History => wire::history(epoch, &self.document),
            Topic::Layouts => wire::layouts(epoch, &self.document),
            Topic::Access => wire::access(epoch, &self.card.access, now.wall),
        };
        effects.push(send(conn, &frame));
    }
}
