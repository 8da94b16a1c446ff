//! What a reader is given to be up to date: the welcome, a delta where it can be proved whole, else all.

use maru_protocol::{ReadPoint, ServerFrame, encode_server};

use super::member::{Entry, Member, MemberNo, SessionNo};
use super::{ConnId, Effect, Now, Room, frame, send, wire};
use crate::domain::room::{Epoch, Seq};
use crate::domain::rules::Rule;
use crate::realtime::token::Claims;

impl Room {
    /// What a session is told first: who it is, then the room.
    pub(super) fn welcome(
        &self,
        conn: ConnId,
        no: SessionNo,
        entry: &Entry,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        let Some((session, member)) = self
            .sessions
            .get(&no)
            .and_then(|session| Some((session, self.members.get(&session.member)?)))
        else {
            return;
        };
        let claims = Claims {
            room: self.card.id,
            session: session.id,
            generation: session.offered,
            bearer: member.bearer.clone(),
            issued: now.wall,
        };
        let (resumed, have) = match entry {
            Entry::Join { .. } => (false, None),
            Entry::Resume { have, .. } => (true, have.as_ref()),
        };
        effects.push(send(
            conn,
            &ServerFrame::Welcome {
                epoch: self.epoch.0,
                session: no.0,
                member: member.no.0,
                resume_token: self.token_key.seal(&claims),
                role: member.role,
                room: self.room_info(),
                limits: self.limits_info(),
                last_number: session.last_number(),
                resumed,
            },
        ));
        effects.push(send(conn, &self.catch_up(member.no, have)));
        self.repeat_answers(no, effects);
    }

    /// A delta where it can be proved whole, else the room as it is.
    fn catch_up(&self, member: MemberNo, have: Option<&ReadPoint>) -> ServerFrame {
        let hidden = self.hidden_from(member);
        let people = self.members.values().filter(|m| !hidden.contains(&m.no));
        let people = people.map(Member::person).collect();
        let since = have.and_then(|have| self.delta_base(have));
        let frame = match since {
            Some(since) => wire::changes(self.epoch.0, &self.document, since, people),
            None => wire::snapshot(self.epoch.0, &self.document, people),
        };
        self.without_hidden_chat(frame, member)
    }

    /// The seq from which a delta is whole: within what the reader's epoch saved, above the horizon.
    fn delta_base(&self, have: &ReadPoint) -> Option<Seq> {
        let seq = Seq(have.seq);
        if !Rule::Delta.holds() {
            return Some(seq);
        }
        let end = if Epoch(have.epoch) == self.epoch {
            self.document.seq
        } else {
            let past = self
                .past_epochs
                .iter()
                .find(|(epoch, _)| epoch.0 == have.epoch)?;
            past.1
        };
        (seq <= end && seq >= self.document.horizon).then_some(seq)
    }

    /// Lines of people the reader must not see are left out of what is kept, too.
    fn without_hidden_chat(&self, mut frame: ServerFrame, reader: MemberNo) -> ServerFrame {
        let hidden = self.members.get(&reader).map(|member| &member.hidden);
        let Some(hidden) = hidden.filter(|hidden| !hidden.is_empty()) else {
            return frame;
        };
        if let ServerFrame::Snapshot { chat, .. } | ServerFrame::Changes { chat, .. } = &mut frame {
            chat.retain(|line| !hidden.contains(&line.author_id));
        }
        frame
    }

    /// A reader that had fallen behind has taken what waited: it gets what it missed.
    pub(super) fn drained(
        &mut self,
        conn: ConnId,
        stale: bool,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        let Some(no) = self.by_conn.get(&conn).copied() else {
            return;
        };
        let Some(member) = self.sessions.get(&no).map(|session| session.member) else {
            return;
        };
        if stale {
            // What waits goes to the others now, so that it does not follow the snapshot that holds it.
            self.flush(now, effects);
            let snapshot = self.catch_up(member, None);
            let bytes = frame::binary(&encode_server(&snapshot));
            effects.push(Effect::Resync { conn, bytes });
            self.repeat_answers(no, effects);
        } else {
            effects.extend(self.all_avatars(conn, member));
        }
    }
}
