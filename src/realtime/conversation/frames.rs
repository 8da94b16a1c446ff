//! What a member's frames come to: inputs of the room, answers, refusals.

use maru_protocol::{ClientFrame, ErrorCode, ServerFrame, decode_client};
use serde::Deserializer;
use serde::de::{SeqAccess, Visitor as Reads};

use super::{Heard, Output, Refusal, Visit, send};
use crate::domain::clock::Tick;
use crate::domain::room::Seq;
use crate::domain::visitor::Bearer;
use crate::realtime::meter::Cost;
use crate::realtime::quota::ConnectionGuard;
use crate::realtime::room::{ConnId, Input};

/// The kind of `ClientFrame::Ops` on the wire.
const OPS: u64 = 3;

impl Visit {
    /// One message from inside the room. An error ends the connection.
    pub(super) fn take(
        &mut self,
        heard: &Heard,
        guard: &ConnectionGuard,
        conn: ConnId,
        now: Tick,
        outputs: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        let taken = match heard {
            Heard::Binary(bytes) => self.take_bytes(bytes, guard, conn, now, outputs),
            Heard::Text => Err(Refusal::protocol(ErrorCode::TextFrame, "frames are binary")),
            Heard::Control => self.charge(Cost::OTHER, guard, now),
            Heard::Closed | Heard::Violation(_) => Ok(()),
        };
        let Err(refusal) = taken else {
            return Ok(());
        };
        outputs.push(Output::Send(refusal.frame()));
        if self.meter.strike(now) {
            return Err(refusal.once_too_often());
        }
        Ok(())
    }

    fn take_bytes(
        &mut self,
        bytes: &[u8],
        guard: &ConnectionGuard,
        conn: ConnId,
        now: Tick,
        outputs: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        let frame = decode_client(bytes).map_err(|error| {
            tracing::debug!(%error, "frame refused");
            let message = "not a frame of this protocol";
            Refusal::protocol(ErrorCode::MalformedFrame, message).of_batch(batch_number(bytes))
        })?;
        let number = match &frame {
            ClientFrame::Ops { number, .. } => Some(*number),
            _ => None,
        };
        let charged = self.charge(Cost::of(&frame), guard, now);
        charged.map_err(|refusal| refusal.of_batch(number))?;
        outputs.extend(self.answer(frame, conn)?);
        Ok(())
    }

    /// Takes what a frame costs of this connection's allowances, then of those it shares with others.
    fn charge(&mut self, cost: Cost, guard: &ConnectionGuard, now: Tick) -> Result<(), Refusal> {
        let charged = self.meter.charge(cost, now);
        let charged = charged.and_then(|()| guard.charge(cost, now));
        charged.map_err(Refusal::excess)
    }

    fn answer(&self, frame: ClientFrame, conn: ConnId) -> Result<Option<Output>, Refusal> {
        let input = match frame {
            ClientFrame::Ops {
                number,
                base_seq,
                resend,
                ops,
            } => Input::Batch {
                conn,
                number,
                base_seq: Seq(base_seq),
                resend,
                ops,
            },
            ClientFrame::Move {
                x,
                y,
                facing,
                standing,
            } => Input::Move {
                conn,
                x,
                y,
                facing,
                standing,
            },
            ClientFrame::Typing { active } => Input::Typing { conn, active },
            ClientFrame::Drag { preview } => Input::Drag { conn, preview },
            ClientFrame::SetStatus { status } => Input::SetStatus { conn, status },
            ClientFrame::Read { topic } => Input::Read { conn, topic },
            ClientFrame::Leave {} => Input::Leave { conn },
            ClientFrame::Ping { nonce } => return Ok(Some(send(ServerFrame::Pong { nonce }))),
            // All there is to a guest came with the ticket.
            ClientFrame::Refresh {} => {
                let bearer = |(id, login)| Bearer::User { id, login };
                return Ok(self.account.map(|account| Output::Lookup(bearer(account))));
            }
            ClientFrame::Join { .. } | ClientFrame::Resume { .. } => {
                let message = "this connection has joined";
                return Err(Refusal::protocol(ErrorCode::AlreadyJoined, message));
            }
            // A pong has been heard, which is all it is for; a frame of a newer protocol may be ignored.
            _ => return Ok(None),
        };
        Ok(Some(Output::Tell(input)))
    }
}

/// The number of a batch of which the rest makes no sense, so that its author knows which was refused.
fn batch_number(bytes: &[u8]) -> Option<u32> {
    let mut number = None;
    // What follows the number is wrong, or it would not have come to this.
    let _ = rmp_serde::Deserializer::new(bytes).deserialize_seq(Number(&mut number));
    number
}

struct Number<'a>(&'a mut Option<u32>);

impl<'de> Reads<'de> for Number<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a batch")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        if fields.next_element::<u64>()? == Some(OPS) {
            *self.0 = fields.next_element()?;
        }
        Ok(())
    }
}
