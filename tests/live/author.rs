//! A client that loses nothing: it keeps its batches until they are answered and sends them again when
//! refused or cut off, as the protocol asks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use maru_protocol::replica::Answers;
use maru_protocol::{ClientFrame, ErrorCode, Op, OutcomeCode, ServerFrame, encode_client};
use tokio_tungstenite::tungstenite::Message;

use crate::client::{Client, DEADLINE, Heard, refusal};
use crate::front::Front;

/// The most batches a client may have unanswered.
const UNANSWERED_MAX: usize = 64;

/// How long to listen between two batches of a stream.
const BREATH: Duration = Duration::from_millis(1);

/// Where a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Unsent,
    Sent,
    /// Not taken; to be sent again after a wait.
    Refused {
        wait_ms: u32,
    },
}

#[derive(Debug)]
struct Batch {
    ops: Vec<Op>,
    base_seq: u64,
    stage: Stage,
    /// Sent on a connection that was lost: the server may have it.
    resend: bool,
}

/// One session and everything it ever sent.
#[derive(Debug)]
pub(crate) struct Author {
    pub(crate) front: Front,
    room: String,
    pub(crate) client: Client,
    batches: BTreeMap<u32, Batch>,
    /// How often the session was taken up again.
    pub(crate) resumed: usize,
    /// The last close code.
    pub(crate) last_close: Option<u16>,
    /// Whether the last connection was told to come back.
    pub(crate) sent_away: bool,
    /// Numbers refused for coming too fast.
    too_fast: BTreeSet<u32>,
    answered: Arc<AtomicUsize>,
}

impl Author {
    pub(crate) fn new(front: &Front, room: &str, client: Client) -> Self {
        Self {
            front: front.clone(),
            room: room.to_owned(),
            client,
            batches: BTreeMap::new(),
            resumed: 0,
            last_close: None,
            sent_away: false,
            too_fast: BTreeSet::new(),
            answered: Arc::default(),
        }
    }

    /// How many of its batches are answered, as others may watch.
    pub(crate) fn answered(&self) -> Arc<AtomicUsize> {
        self.answered.clone()
    }

    /// Makes a batch, to be sent in its turn.
    pub(crate) fn add(&mut self, ops: Vec<Op>) {
        let number = self.batches.len() + 1;
        let batch = Batch {
            ops,
            base_seq: self.client.room.contents.seq,
            stage: Stage::Unsent,
            resend: false,
        };
        self.batches.insert(u32::try_from(number).unwrap(), batch);
    }

    fn unanswered(&self) -> impl Iterator<Item = (u32, &Batch)> {
        let batches = self.batches.iter().map(|(number, batch)| (*number, batch));
        batches.filter(|(number, _)| self.client.acks.get(*number).is_none())
    }

    /// Sends everything at once, without a look at what comes back.
    pub(crate) async fn send_all(&mut self) {
        let numbers: Vec<_> = self.unanswered().map(|(number, _)| number).collect();
        for number in numbers {
            if !self.transmit(number).await {
                return;
            }
        }
    }

    /// Sends and reads until everything is answered, coming back as often as it takes.
    pub(crate) async fn settle(&mut self) -> BTreeSet<u32> {
        let settling = async {
            while self.unanswered().next().is_some() {
                if !self.step().await {
                    self.come_back().await;
                }
            }
        };
        let settled = tokio::time::timeout(DEADLINE, settling).await;
        settled.expect("everything is answered in time");
        std::mem::take(&mut self.too_fast)
    }

    /// Sends and reads until everything is answered or the connection is gone.
    pub(crate) async fn stream(&mut self) {
        while self.unanswered().next().is_some() {
            if !self.step().await {
                return;
            }
        }
    }

    /// One thing after the other; false when the connection is gone.
    async fn step(&mut self) -> bool {
        let first = self.unanswered().next();
        if let Some((number, Stage::Refused { wait_ms })) = first.map(|(no, b)| (no, b.stage)) {
            tokio::time::sleep(Duration::from_millis(wait_ms.into())).await;
            return self.transmit(number).await || self.read_out().await;
        }
        let in_order = self
            .unanswered()
            .all(|(_, b)| !matches!(b.stage, Stage::Refused { .. }));
        let on_their_way = self
            .unanswered()
            .filter(|(_, b)| b.stage == Stage::Sent)
            .count();
        let next = self.unanswered().find(|(_, b)| b.stage == Stage::Unsent);
        match next.map(|(number, _)| number) {
            Some(number) if in_order && on_their_way < UNANSWERED_MAX => {
                if !self.transmit(number).await {
                    return self.read_out().await;
                }
                match tokio::time::timeout(BREATH, self.client.next()).await {
                    Ok(heard) => self.take(heard),
                    Err(_) => true,
                }
            }
            _ => {
                let heard = self.client.hear().await;
                self.take(heard)
            }
        }
    }

    /// What came before the connection went; always false.
    async fn read_out(&mut self) -> bool {
        loop {
            let heard = self.client.hear().await;
            if !self.take(heard) {
                return false;
            }
        }
    }

    fn take(&mut self, heard: Heard) -> bool {
        match heard {
            Heard::Frame(frame) => {
                if let Some(refused) = refusal(&frame) {
                    self.was_refused(&refused);
                }
                self.sent_away |= matches!(frame, ServerFrame::GoAway { .. });
                self.answered
                    .store(self.client.acks.len(), Ordering::Relaxed);
                true
            }
            Heard::Pong(_) => true,
            Heard::Closed(code) => {
                self.last_close = Some(code);
                true
            }
            Heard::Ended | Heard::Broken => false,
        }
    }

    fn was_refused(&mut self, refused: &crate::client::Refused) {
        let Some(number) = refused.number else {
            return;
        };
        match refused.code {
            ErrorCode::RateLimited => {
                assert!(refused.retry_after_ms.is_some(), "when to try again");
                self.too_fast.insert(number);
            }
            ErrorCode::Gap | ErrorCode::TooManyUnacked | ErrorCode::Unavailable => {}
            other => panic!("batch {number} was refused: {other}"),
        }
        let batch = self.batches.get_mut(&number).expect("one of its own");
        let wait_ms = refused.retry_after_ms.unwrap_or(0);
        batch.stage = Stage::Refused { wait_ms };
    }

    async fn transmit(&mut self, number: u32) -> bool {
        let batch = self.batches.get_mut(&number).expect("one of its own");
        batch.stage = Stage::Sent;
        let ops = encode_client(&ClientFrame::Ops {
            number,
            base_seq: batch.base_seq,
            resend: batch.resend,
            ops: batch.ops.clone(),
        });
        self.client.try_send(Message::Binary(ops.into())).await
    }

    /// Takes the session up again and sends what is unanswered.
    pub(crate) async fn come_back(&mut self) {
        let token = self.client.welcome().token.clone();
        let had = self.client.room.clone();
        let acks = std::mem::take(&mut self.client.acks);
        self.client = Client::resume(&self.front, &self.room, token, had).await;
        self.resumed += 1;
        acks.check_welcome(self.client.welcome().last_number);
        for ack in acks.iter() {
            self.client.acks.take(ack);
        }
        let sent = self
            .unanswered()
            .filter(|(_, batch)| batch.stage != Stage::Unsent);
        let sent: Vec<_> = sent.map(|(number, _)| number).collect();
        for number in sent {
            self.batches.get_mut(&number).unwrap().resend = true;
            if !self.transmit(number).await {
                return;
            }
        }
    }

    /// Every answer there is.
    pub(crate) fn answers(&self) -> &Answers {
        &self.client.acks
    }

    /// What was applied, by seq.
    pub(crate) fn applied(&self) -> impl Iterator<Item = (u64, &[Op])> {
        self.answers().iter().map(|ack| {
            let took = matches!(ack.outcome, OutcomeCode::Applied | OutcomeCode::Duplicate);
            assert!(took, "batch {} was not applied: {ack:?}", ack.number);
            (ack.seq, self.batches[&ack.number].ops.as_slice())
        })
    }

    /// The seq of its newest batch.
    pub(crate) fn newest(&self) -> u64 {
        self.applied().map(|(seq, _)| seq).max().unwrap_or(0)
    }

    /// Checks that its batches, and nothing else, were applied from this seq on: each once, in order.
    pub(crate) fn was_applied_in_order_from(&self, first: u64) {
        let seqs: Vec<_> = self.applied().map(|(seq, _)| seq).collect();
        let wanted = (first..).take(self.batches.len());
        assert_eq!(seqs, wanted.collect::<Vec<_>>());
    }
}
