//! What holds whatever is heard, and whenever.

use bytes::Bytes;
use maru_protocol::{ClientFrame, ErrorCode, encode_client};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::{Talk, join, user};
use crate::realtime::conversation::{Heard, Output, account_gone, unavailable};
use crate::realtime::room::{Entry, Input};
use crate::realtime::socket::Violation;

/// What may happen to a conversation.
#[derive(Debug, Clone)]
enum Step {
    Binary(Vec<u8>),
    Text,
    Control,
    Closed,
    Violation,
    Identified {
        known: bool,
    },
    LookedUp {
        known: bool,
        passing: bool,
    },
    RoomGone,
    Stalled,
    Stopping,
    Drained(bool),
    Tick,
    /// Time passes.
    Wait(u64),
}

fn frame() -> impl Strategy<Value = Vec<u8>> {
    let ops = any::<u32>().prop_map(|number| ClientFrame::Ops {
        number,
        base_seq: 0,
        resend: false,
        ops: Vec::new(),
    });
    prop_oneof![
        2 => vec(any::<u8>(), 0..40),
        3 => Just(encode_client(&join())),
        3 => ops.prop_map(|frame| encode_client(&frame)),
        1 => Just(encode_client(&ClientFrame::Refresh {})),
        1 => Just(encode_client(&ClientFrame::Leave {})),
        2 => any::<u32>().prop_map(|nonce| encode_client(&ClientFrame::Ping { nonce })),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => frame().prop_map(Step::Binary),
        2 => Just(Step::Text),
        4 => Just(Step::Control),
        1 => Just(Step::Closed),
        1 => Just(Step::Violation),
        10 => any::<bool>().prop_map(|known| Step::Identified { known }),
        2 => any::<(bool, bool)>().prop_map(|(known, passing)| Step::LookedUp { known, passing }),
        1 => Just(Step::RoomGone),
        1 => Just(Step::Stalled),
        1 => Just(Step::Stopping),
        4 => any::<bool>().prop_map(Step::Drained),
        8 => Just(Step::Tick),
        8 => (0..30_000_u64).prop_map(Step::Wait),
    ]
}

fn take(talk: &mut Talk, step: Step, outputs: &mut Vec<Output>) {
    let (conversation, now) = (&mut talk.conversation, talk.now);
    match step {
        Step::Binary(bytes) => conversation.hear(Heard::Binary(Bytes::from(bytes)), now, outputs),
        Step::Text => conversation.hear(Heard::Text, now, outputs),
        Step::Control => conversation.hear(Heard::Control, now, outputs),
        Step::Closed => conversation.hear(Heard::Closed, now, outputs),
        Step::Violation => {
            let broken = Violation {
                code: ErrorCode::WebSocketProtocol,
                message: "RFC 6455 was violated",
                close: 1_002,
            };
            conversation.hear(Heard::Violation(broken), now, outputs);
        }
        Step::Identified { known } => {
            let session = crate::domain::id::SessionId::generate();
            let entry = Entry::Join {
                session,
                avatar: None,
            };
            let found = known.then(|| (Box::new(user()), entry));
            conversation.identified(found.ok_or_else(unavailable), now, outputs);
        }
        Step::LookedUp { known, passing } => {
            let refusal = if passing {
                unavailable()
            } else {
                account_gone()
            };
            let found = known.then(|| Box::new(user())).ok_or(refusal);
            conversation.looked_up(found, now, outputs);
        }
        Step::RoomGone => conversation.room_gone(outputs),
        Step::Stalled => conversation.stalled(outputs),
        Step::Stopping => conversation.stopping(outputs),
        Step::Drained(stale) => conversation.drained(stale, outputs),
        Step::Tick => conversation.tick(now, outputs),
        Step::Wait(ms) => talk.now = now.plus_ms(ms),
    }
}

/// What was seen of a conversation.
#[derive(Default)]
struct Seen {
    entered: bool,
    lost: bool,
    closed: bool,
    over: bool,
}

proptest! {
    #[test]
    fn nothing_follows_the_end_and_the_room_hears_of_it_once(steps in vec(step(), 1..120)) {
        let mut talk = Talk::begin();
        let mut seen = Seen::default();
        let mut gone = false;
        for step in steps {
            gone |= matches!(step, Step::RoomGone);
            let mut outputs = Vec::new();
            take(&mut talk, step, &mut outputs);
            for output in outputs {
                prop_assert!(!seen.over, "{output:?} after the end");
                match output {
                    Output::Over => seen.over = true,
                    Output::Close { .. } => {
                        prop_assert!(!std::mem::replace(&mut seen.closed, true), "closed twice");
                    }
                    Output::Send(_) => prop_assert!(!seen.closed, "a frame after a close"),
                    Output::Identify(_) => prop_assert!(!seen.entered, "asked who it is twice"),
                    Output::Tell(Input::Enter { .. }) => {
                        prop_assert!(!std::mem::replace(&mut seen.entered, true), "entered twice");
                    }
                    Output::Tell(input) => {
                        prop_assert!(seen.entered && !seen.lost, "{input:?} from nobody");
                        seen.lost = matches!(input, Input::Lost { .. });
                    }
                    Output::Lookup(_) => prop_assert!(seen.entered),
                }
            }
            prop_assert_eq!(talk.conversation.is_over(), seen.over);
            prop_assert!(!seen.over || talk.conversation.deadline().is_none());
        }
        // Whoever came in and is over is lost, unless there is no room to tell.
        prop_assert!(!seen.over || seen.lost == seen.entered || gone);
    }

    #[test]
    fn whatever_is_left_alone_ends(steps in vec(step(), 0..60)) {
        let mut talk = Talk::begin();
        let mut outputs = Vec::new();
        for step in steps {
            take(&mut talk, step, &mut outputs);
        }
        // Nobody answers, nothing is heard: a few deadlines on it must be over.
        take(&mut talk, Step::Identified { known: true }, &mut outputs);
        for _ in 0..6 {
            if let Some(due) = talk.conversation.deadline() {
                talk.now = talk.now.max(due);
                take(&mut talk, Step::Tick, &mut outputs);
            }
        }
        prop_assert!(talk.conversation.is_over());
    }
}
