//! What a session asked for: its batches, numbered and kept until they are answered, and the answers, each the
//! same however often it comes.

use std::collections::{BTreeMap, VecDeque};

use crate::{Ack, ClientFrame, Op, OutcomeCode, Reason};

/// The answers to a session's batches, by number.
#[derive(Debug, Clone, Default)]
pub struct Answers(BTreeMap<u32, Ack>);

impl Answers {
    /// Takes an answer in; one that was given before must be the same. `NumberReused` is no answer to the batch
    /// that had the number first.
    pub fn take(&mut self, ack: &Ack) {
        let Some(before) = self.0.get(&ack.number) else {
            self.0.insert(ack.number, ack.clone());
            return;
        };
        assert!(
            ack.reason == Some(Reason::NumberReused) || essence(before) == essence(ack),
            "the same number gets the same answer: {before:?}, then {ack:?}"
        );
    }

    /// A `Welcome` knows at least the batches that were answered.
    pub fn check_welcome(&self, last_number: u32) {
        let answered = self.0.keys().next_back().copied().unwrap_or(0);
        assert!(
            answered <= last_number,
            "answered up to {answered}, known up to {last_number}"
        );
    }

    pub fn get(&self, number: u32) -> Option<&Ack> {
        self.0.get(&number)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Ack> {
        self.0.values()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets them, so that the next ones are taken as the first.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// What stays the same: an applied batch is a duplicate when it comes again.
fn essence(ack: &Ack) -> (OutcomeCode, u64, Option<Reason>) {
    let outcome = match ack.outcome {
        OutcomeCode::Duplicate => OutcomeCode::Applied,
        other => other,
    };
    (outcome, ack.seq, ack.reason)
}

/// A batch without an answer.
#[derive(Debug, Clone)]
pub struct Unanswered {
    pub number: u32,
    pub base_seq: u64,
    pub ops: Vec<Op>,
}

impl Unanswered {
    /// The frame that sends it.
    pub fn frame(&self, resend: bool) -> ClientFrame {
        ClientFrame::Ops {
            number: self.number,
            base_seq: self.base_seq,
            resend,
            ops: self.ops.clone(),
        }
    }
}

/// The batches of a client that loses none and never uses a number twice.
#[derive(Debug, Default)]
pub struct Batches {
    pub last_number: u32,
    pub unanswered: VecDeque<Unanswered>,
    pub answers: Answers,
    /// Those applied, with their seqs, over all sessions.
    pub applied: Vec<(u64, Vec<Op>)>,
}

impl Batches {
    /// Numbers a batch and keeps it.
    pub fn make(&mut self, base_seq: u64, ops: Vec<Op>) -> &Unanswered {
        self.last_number += 1;
        let batch = Unanswered {
            number: self.last_number,
            base_seq,
            ops,
        };
        self.unanswered.push_back(batch);
        &self.unanswered[self.unanswered.len() - 1]
    }

    pub fn answered(&mut self, ack: &Ack) {
        assert_ne!(ack.reason, Some(Reason::NumberReused), "it never was");
        self.answers.take(ack);
        let mut waiting = self.unanswered.iter();
        let place = waiting.position(|batch| batch.number == ack.number);
        let Some(batch) = place.and_then(|place| self.unanswered.remove(place)) else {
            return;
        };
        if essence(ack).0 == OutcomeCode::Applied {
            self.applied.push((ack.seq, batch.ops));
        }
    }

    /// Whether a batch is answered, and how: one applied counts as applied each time.
    pub fn outcome(&self, number: u32) -> Option<OutcomeCode> {
        self.answers.get(number).map(|ack| essence(ack).0)
    }

    /// Why a batch was rejected.
    pub fn reason(&self, number: u32) -> Option<Reason> {
        self.answers.get(number)?.reason
    }

    /// The session is over for good: the next one counts anew. What had no answer is shown to the user.
    pub fn forget_session(&mut self) {
        self.last_number = 0;
        self.unanswered.clear();
        self.answers.clear();
    }
}
