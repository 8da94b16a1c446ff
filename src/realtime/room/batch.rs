//! Numbered batches: in order, at most once, the same answer again.

use maru_protocol::{ErrorCode, Event, Op as WireOp, ServerFrame};
use sha2::{Digest, Sha256};

use super::member::{MemberNo, SessionNo};
use super::refused::{self, Why};
use super::{ConnId, Effect, Now, Room, limits, send, wire};
use crate::catalogue::{self, Fixture};
use crate::domain::clock::WallMs;
use crate::domain::filter::Place;
use crate::domain::id::SessionId;
use crate::domain::room::{
    Applied, BatchOutcome, Decision, Document, GuestOrigin, ItemId, Op, PersonRef, Refusal, Seq,
    apply_batch,
};
use crate::domain::rules::Rule;
use crate::domain::text::ChatText;
use crate::ports::room::{Answer, KeptRefusal, Verdict};
use crate::realtime::wire::Asked;

/// One batch as received.
pub(super) struct Batch {
    pub number: u32,
    pub base_seq: Seq,
    pub resend: bool,
    pub ops: Vec<WireOp>,
}

/// Who makes a change, and what they had seen.
pub(super) struct Author {
    pub session: SessionId,
    pub person: PersonRef,
    /// Set for guests.
    pub guest: Option<GuestOrigin>,
    pub base_seq: Seq,
    pub resend: bool,
}

impl Author {
    pub fn applied(&self, at: WallMs, items_max: usize) -> Applied<'_> {
        Applied {
            session: self.session,
            author_id: &self.person.id,
            author_name: &self.person.name,
            guest: self.guest,
            base_seq: self.base_seq,
            resend: self.resend,
            at,
            items_max,
            restores: None,
        }
    }
}

/// What others are shown of a batch.
pub(super) struct Shown {
    pub ops: Vec<WireOp>,
    /// The decision it was, if any.
    pub decision: Option<Decision>,
}

/// What became of a batch.
pub(super) enum Outcome {
    Applied(Shown),
    Superseded,
    Refused(Refusal),
    /// Not at this moment: as if it had never been sent.
    NotNow(Why),
}

impl Room {
    pub(super) fn batch(
        &mut self,
        conn: ConnId,
        batch: Batch,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        let number = batch.number;
        let Some(no) = self.by_conn.get(&conn).copied() else {
            return;
        };
        let Some(session) = self.sessions.get(&no) else {
            return;
        };
        let digest = digest(&batch.ops);
        if number <= session.last_number() && Rule::Answers.holds() {
            self.answer_again(conn, no, number, digest, effects);
            return;
        }
        if let Some(why) = self.not_now(no, number, now) {
            return why.tell(conn, Some(number), effects);
        }
        let outcome = self.apply(no, batch, now);
        match &outcome {
            Outcome::NotNow(why) => return why.tell(conn, Some(number), effects),
            Outcome::Refused(refusal) => refused::count(refused::limit_of(*refusal), effects),
            Outcome::Applied(_) | Outcome::Superseded => {}
        }
        if let Some(decision) = self.record(no, number, digest, outcome, now) {
            self.follow(&decision, now, effects);
        }
    }

    /// Something of a connection was lost between nodes, perhaps a batch: the client sends what has no answer.
    pub(super) fn missed(&self, conn: ConnId, effects: &mut Vec<Effect>) {
        let session = self.by_conn.get(&conn).and_then(|no| self.sessions.get(no));
        let Some(session) = session else {
            return;
        };
        let missing = Why::new(ErrorCode::Gap, "send again what has no answer").wait(0);
        missing.tell(conn, Some(session.last_number() + 1), effects);
    }

    /// A number already answered: the same batch gets the same answer, another one is refused.
    fn answer_again(
        &self,
        conn: ConnId,
        no: SessionNo,
        number: u32,
        digest: u64,
        effects: &mut Vec<Effect>,
    ) {
        let Some(session) = self.sessions.get(&no) else {
            return;
        };
        let known = session
            .record
            .answers
            .iter()
            .find(|answer| answer.number == number);
        let Some(known) = known else {
            let message = "the answer to this batch is no longer kept";
            return Why::new(ErrorCode::Gap, message).tell(conn, Some(number), effects);
        };
        let acks = if known.digest != digest {
            let verdict = Verdict::Refused(KeptRefusal(Refusal::NumberReused));
            vec![wire::ack(
                &Answer {
                    number,
                    digest,
                    verdict,
                    seq: Seq(0),
                },
                false,
            )]
        } else if number <= session.saved_number {
            vec![wire::ack(known, true)]
        } else {
            // Its answer follows when it is saved.
            return;
        };
        effects.push(send(
            conn,
            &ServerFrame::Acks {
                epoch: self.epoch.0,
                acks,
            },
        ));
    }

    /// Why a batch cannot be taken at this moment; its number stays free.
    fn not_now(&self, no: SessionNo, number: u32, now: Now) -> Option<Why> {
        let session = self.sessions.get(&no)?;
        let wait_ms = self.limits.busy_retry_ms;
        if self.draining {
            return Some(Why::new(ErrorCode::Unavailable, "the server restarts").wait(wait_ms));
        }
        let last = session.last_number();
        if number > last + 1 && Rule::Numbers.holds() {
            let message = "send the batches before this one first";
            return Some(Why::new(ErrorCode::Gap, message));
        }
        if last.saturating_sub(session.saved_number) as usize >= limits::UNACKED_MAX {
            let message = "wait for answers to earlier batches";
            let why = Why::new(ErrorCode::TooManyUnacked, message);
            return Some(why.limit("unacked_max", wait_ms));
        }
        self.owes_too_much(now)
    }

    /// Why nothing is taken at this moment that would have to be saved.
    pub(super) fn owes_too_much(&self, now: Now) -> Option<Why> {
        if self.handed_over {
            let why = Why::new(ErrorCode::Unavailable, "the server restarts");
            return Some(why.wait(self.limits.busy_retry_ms));
        }
        let limit = self.debt.limit_reached(&self.limits, now.tick);
        let limit = limit.filter(|_| Rule::Debt.holds())?;
        let message = "the room cannot save fast enough";
        let why = Why::new(ErrorCode::Unavailable, message);
        Some(why.limit(limit, self.limits.busy_retry_ms))
    }

    fn apply(&mut self, no: SessionNo, batch: Batch, now: Now) -> Outcome {
        let author = self.author(no, &batch);
        let asked = match wire::parse_batch(self.catalogue, batch.ops) {
            Ok(asked) => asked,
            Err(refusal) => return Outcome::Refused(refusal),
        };
        let Some(author) = author else {
            return Outcome::Refused(Refusal::Forbidden);
        };
        if let Err(refusal) = self.authorise(no, &asked) {
            return Outcome::Refused(refusal);
        }
        match asked {
            Asked::Edits(mut ops) => match self.screen_lines(&mut ops) {
                Ok(()) => self.edit(ops, &author, now),
                Err(refusal) => Outcome::Refused(refusal),
            },
            Asked::Decision(decision) => self.decide(decision, &author, now.wall),
        }
    }

    /// What is said becomes what may be said here, before it is kept or anybody hears it: the document, the saves and
    /// every reader have the same text. Nothing in a room waits for a moderator.
    fn screen_lines(&self, ops: &mut [Op]) -> Result<(), Refusal> {
        for op in ops {
            let Op::Say { text } = op else {
                continue;
            };
            let said = self.screen.at_once(Place::Chat, text.as_str());
            let said = said.map_err(|_| Refusal::ContentRefused)?;
            if said != text.as_str() {
                *text = ChatText::parse(&said).map_err(|_| Refusal::ContentRefused)?;
            }
        }
        Ok(())
    }

    /// Who sent a batch, and what they had seen as far as that can be compared.
    fn author(&mut self, no: SessionNo, batch: &Batch) -> Option<Author> {
        let session = self.sessions.get_mut(&no)?;
        if !batch.resend {
            session.base_max = None;
        }
        let member = self.members.get(&session.member)?;
        Some(Author {
            session: session.id,
            person: PersonRef {
                id: member.person_id.clone(),
                name: member.name.clone(),
            },
            guest: member.guest(),
            base_seq: session
                .base_max
                .unwrap_or(batch.base_seq)
                .min(batch.base_seq),
            resend: batch.resend,
        })
    }

    fn edit(&mut self, ops: Vec<Op>, by: &Author, now: Now) -> Outcome {
        let catalogue = self.catalogue;
        let applied = by.applied(now.wall, self.limits.items_max);
        let outcome = apply_batch(&mut self.document, ops, applied, |document, id| {
            fits(catalogue, document, id)
        });
        match outcome {
            BatchOutcome::Applied(ops) => {
                self.debt.owe_ops(&ops);
                Outcome::Applied(Shown {
                    ops: ops.into_iter().map(wire::op_out).collect(),
                    decision: None,
                })
            }
            BatchOutcome::Superseded => Outcome::Superseded,
            BatchOutcome::Refused(refusal) => Outcome::Refused(refusal),
        }
    }

    /// Tells everyone of a batch just applied.
    pub(super) fn show(
        &mut self,
        member: MemberNo,
        (session, number): (u32, u32),
        shown: Shown,
        now: Now,
    ) -> Option<Decision> {
        let event = Event::Changed {
            seq: self.document.seq.0,
            member: member.0,
            session,
            number,
            at_ms: now.wall.0,
            ops: shown.ops,
        };
        self.outgoing.event(member, event);
        shown.decision
    }

    /// Keeps the answer and tells everyone; the decision that was carried out, if any.
    fn record(
        &mut self,
        no: SessionNo,
        number: u32,
        digest: u64,
        outcome: Outcome,
        now: Now,
    ) -> Option<Decision> {
        let member = self.sessions.get(&no)?.member;
        let mut decision = None;
        let (verdict, seq) = match outcome {
            Outcome::Applied(shown) => {
                decision = self.show(member, (no.0, number), shown, now);
                (Verdict::Applied, self.document.seq)
            }
            Outcome::Superseded => (Verdict::Superseded, Seq(0)),
            Outcome::Refused(refusal) => (Verdict::Refused(KeptRefusal(refusal)), Seq(0)),
            Outcome::NotNow(_) => return None,
        };
        let session = self.sessions.get_mut(&no)?;
        let answers = &mut session.record.answers;
        answers.push_back(Answer {
            number,
            digest,
            verdict,
            seq,
        });
        while answers.len() > limits::UNACKED_MAX {
            answers.pop_front();
        }
        session.record.seen = now.wall;
        self.debt.owe_answer(session.id, now.tick);
        decision
    }

    /// Every durable answer still kept, for a client that may have missed some.
    pub(super) fn repeat_answers(&self, no: SessionNo, effects: &mut Vec<Effect>) {
        let Some((session, conn)) = self.sessions.get(&no).and_then(|s| Some((s, s.conn?))) else {
            return;
        };
        let answers = session.record.answers.iter();
        let durable = answers.filter(|answer| answer.number <= session.saved_number);
        let acks: Vec<_> = durable.map(|answer| wire::ack(answer, false)).collect();
        if !acks.is_empty() {
            effects.push(send(
                conn,
                &ServerFrame::Acks {
                    epoch: self.epoch.0,
                    acks,
                },
            ));
        }
    }
}

/// Whether an item may stand where it is.
pub(super) fn fits(
    catalogue: &catalogue::Catalogue,
    document: &Document,
    id: ItemId,
) -> Result<(), Refusal> {
    let fixture =
        |item: &'_ crate::domain::room::Item| (item.piece.standpoint, item.piece.rotation);
    let Some(item) = document.items.get(&id) else {
        return Err(Refusal::NoSuchItem);
    };
    let (standpoint, rotation) = fixture(item);
    let candidate = Fixture {
        kind: &item.piece.kind,
        standpoint,
        rotation,
    };
    let others = document
        .items
        .iter()
        .filter(|(other, _)| **other != id)
        .map(|(_, other)| {
            let (standpoint, rotation) = fixture(other);
            Fixture {
                kind: &other.piece.kind,
                standpoint,
                rotation,
            }
        });
    catalogue::check(catalogue, candidate, others)
}

/// What a batch asks for, without the number it is sent under or what its author had seen.
fn digest(ops: &[WireOp]) -> u64 {
    // Operations hold only types MessagePack has.
    let bytes = rmp_serde::to_vec(ops).unwrap_or_default();
    let hash = Sha256::digest(&bytes);
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    u64::from_be_bytes(first)
}
