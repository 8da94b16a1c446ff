//! What a reader is given to be up to date: the welcome, a delta where it can be proved whole, else all.

use bytes::{Bytes, BytesMut};
use maru_protocol::{ReadPoint, ServerFrame, encode_server_with};

use super::io::Entry;
use super::member::{Member, MemberNo, SessionNo};
use super::{ConnId, Effect, Now, Room, frame, parts, send, wire};
use crate::domain::room::{Epoch, Seq};
use crate::domain::rules::Rule;
use crate::realtime::token::Claims;

impl Room {
    /// What a session is told first: who it is, then the room.
    pub(super) fn welcome(
        &mut self,
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
            bearer: session.bearer.clone(),
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
        let bytes = self.catch_up(member.no, have);
        self.outgoing.is_told(conn);
        effects.push(Effect::Send { conn, bytes });
        self.repeat_answers(no, effects);
    }

    /// What brings a reader up to date, framed: a delta where it can be proved whole and, people left out, is not
    /// longer than a part of a snapshot, else the room as it is; then the signals of now.
    pub(super) fn catch_up(&mut self, no: MemberNo, have: Option<&ReadPoint>) -> Bytes {
        let mut bytes = BytesMut::new();
        let apart = self.apart_from(no);
        for member in self.members.values_mut() {
            member.write();
        }
        let Some(reader) = self.members.get(&no) else {
            return bytes.freeze();
        };
        let people = self.members.values();
        let people = people.filter(|member| !apart.hidden.contains(&member.no));
        let people = people.filter_map(|member| Some(&member.written.as_ref()?.bytes[..]));
        let people: Vec<&[u8]> = people.collect();
        let part_bytes_max = self.limits.snapshot_part_bytes;
        let since = have.and_then(|have| self.delta_base(have));
        let delta = since.and_then(|since| {
            let changes = wire::changes(self.epoch.0, &self.document, since);
            let changes = self.without_hidden_chat(changes, reader);
            (parts::weight(&changes) <= part_bytes_max).then_some(changes)
        });
        if let Some(delta) = delta {
            frame::put_binary(&mut bytes, &encode_server_with(&delta, &people));
        } else {
            let snapshot = wire::snapshot(self.epoch.0, &self.document, self.room_info());
            let snapshot = self.without_hidden_chat(snapshot, reader);
            parts::put_snapshot(&mut bytes, snapshot, &people, part_bytes_max);
        }
        self.put_all_signals(&mut bytes, &apart, have.is_none());
        bytes.freeze()
    }

    /// The seq from which a delta is whole: within what the reader's epoch saved, above the horizon.
    fn delta_base(&self, have: &ReadPoint) -> Option<Seq> {
        let seq = Seq(have.seq);
        if !Rule::Delta.holds() {
            return (seq <= self.document.seq).then_some(seq);
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

    /// Lines of people the reader must not see, or does not want to hear, are left out of what is kept, too.
    fn without_hidden_chat(&self, mut frame: ServerFrame, reader: &Member) -> ServerFrame {
        if let ServerFrame::Snapshot { chat, .. } | ServerFrame::Changes { chat, .. } = &mut frame {
            chat.retain(|line| !self.is_hidden_author(reader, &line.author_id));
        }
        frame
    }

    /// A reader that had fallen behind has taken what waited: it gets what it missed.
    pub(super) fn drained(&mut self, conn: ConnId, stale: bool, effects: &mut Vec<Effect>) {
        let Some((session, member)) = self.behind(conn) else {
            return;
        };
        if stale {
            let bytes = self.catch_up(member, None);
            self.outgoing.is_told(conn);
            effects.push(Effect::Resync { conn, bytes });
            self.repeat_answers(session, effects);
        } else {
            let bytes = self.all_latest(member);
            effects.push(Effect::Send { conn, bytes });
        }
    }
}
