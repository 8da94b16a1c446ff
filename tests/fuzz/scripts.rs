//! Random scripts: anything at all, and things that make sense often enough to get far into a room.

use maru_protocol::any::Any;
use maru_protocol::{
    Avatar, ClientFrame, ItemCopy, Op, Place, ReadPoint, Role, Standpoint, Status, Visibility,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::house::{Reached, play};
use crate::people::{PEOPLE, person_id};
use crate::script::{Happening, LINES, read, write};

/// A text, mostly one that names something.
fn name(names: &[&'static str]) -> impl Strategy<Value = String> + use<> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    prop_oneof![20 => select(names), 1 => String::any()]
}

fn id() -> impl Strategy<Value = u64> {
    prop_oneof![20 => 1_u64..12, 1 => u64::any()]
}

fn place() -> impl Strategy<Value = (Place, i32, i32)> {
    let near = || prop_oneof![20 => 0..19, 1 => i32::any()];
    let place = prop_oneof![4 => Just(Place::Floor), 1 => Place::any()];
    (place, near(), near())
}

/// An operation that decides about the room itself.
fn likely_decision() -> impl Strategy<Value = Op> {
    let person = || (0..PEOPLE).prop_map(person_id);
    let layout = || name(&["spring", "summer"]);
    let copies = vec((id(), id()), 1..3).prop_map(|copies| {
        let copies = copies.into_iter();
        copies.map(|(from, to)| ItemCopy { from, to }).collect()
    });
    let policy = (
        option::of(Visibility::any()),
        option::of(any::<bool>()),
        option::of(any::<bool>()),
        option::of(0_u32..4),
    );
    prop_oneof![
        3 => (copies, -4..5, -4..5).prop_map(|(copies, dx, dy)| Op::Duplicate { copies, dx, dy }),
        1 => person().prop_map(|person| Op::Kick { person }),
        1 => person().prop_map(|person| Op::Ban { person }),
        1 => person().prop_map(|person| Op::Unban { person }),
        1 => (person(), option::of(0_u32..4))
            .prop_map(|(person, minutes)| Op::Mute { person, minutes }),
        1 => person().prop_map(|person| Op::Unmute { person }),
        1 => (person(), Role::any()).prop_map(|(person, role)| Op::SetRole { person, role }),
        1 => policy.prop_map(|(visibility, guests_allowed, locked, people_max)| Op::SetPolicy {
            name: None,
            visibility,
            guests_allowed,
            locked,
            people_max,
        }),
        2 => layout().prop_map(|name| Op::SaveLayout { name }),
        2 => layout().prop_map(|name| Op::RestoreLayout { name }),
        1 => layout().prop_map(|name| Op::RemoveLayout { name }),
    ]
}

/// An operation that a room might take.
fn likely_op() -> impl Strategy<Value = Op> {
    let kind = || {
        name(&[
            "chair",
            "cactus",
            "sofa",
            "window",
            "bookshelf",
            "rug_round",
        ])
    };
    let color = || name(&["", "mint", "coral", "wood"]);
    let light = || option::of(name(&["day", "night"]));
    let rotation = || prop_oneof![9 => 0_u8..4, 9 => Just(0), 1 => u8::any()];
    let put = (id(), kind(), place(), rotation(), color()).prop_map(
        |(id, kind, (place, x, y), rotation, color)| Op::Put {
            id,
            kind,
            place,
            x,
            y,
            rotation,
            color,
        },
    );
    let to = place().prop_map(|(place, x, y)| Standpoint { place, x, y });
    let if_seq = || option::weighted(0.1, 0_u64..20);
    let patch = (
        id(),
        option::of(to),
        option::of(rotation()),
        option::of(color()),
        if_seq(),
    )
        .prop_map(|(id, standpoint, rotation, color, if_seq)| Op::Patch {
            id,
            standpoint,
            rotation,
            color,
            if_seq,
        });
    let remove = (id(), if_seq()).prop_map(|(id, if_seq)| Op::Remove { id, if_seq });
    let theme = light().prop_map(|light| Op::SetTheme {
        wallpaper: None,
        flooring: None,
        light,
    });
    let say = "[가-힣a-z ]{1,12}".prop_map(|text| Op::Say { text });
    prop_oneof![4 => put, 3 => patch, 2 => remove, 1 => theme, 3 => say, 2 => likely_decision()]
}

fn likely_join() -> impl Strategy<Value = ClientFrame> {
    option::of(Avatar::any()).prop_map(|avatar| ClientFrame::Join {
        ticket: String::new(),
        avatar,
    })
}

/// A batch is atomic: a long one seldom fits.
fn likely_ops() -> impl Strategy<Value = Vec<Op>> {
    prop_oneof![4 => vec(likely_op(), 1), 1 => vec(likely_op(), 0..5)]
}

/// A frame that a room might take.
fn likely_frame() -> impl Strategy<Value = ClientFrame> {
    // Relative to the line's next batch, which is 1.
    let number = prop_oneof![12 => Just(1_u32), 1 => Just(0), 1 => Just(2), 1 => u32::any()];
    let ops = (number, 0_u64..40, bool::any(), likely_ops()).prop_map(
        |(number, base_seq, resend, ops)| ClientFrame::Ops {
            number,
            base_seq,
            resend,
            ops,
        },
    );
    let have = (0_u64..4, 0_u64..40).prop_map(|(epoch, seq)| ReadPoint { epoch, seq });
    let resume = (".", option::of(have)).prop_map(|(token, have)| ClientFrame::Resume {
        token,
        have,
        avatar: None,
    });
    let walk = (0..=1_000, 0..=1_000, 0..4_u8).prop_map(|(x, y, facing)| ClientFrame::Move {
        x,
        y,
        facing,
        standing: maru_protocol::Standing::Walking,
    });
    let status = Status::any().prop_map(|status| ClientFrame::SetStatus { status });
    prop_oneof![30 => ops, 2 => likely_join(), 2 => resume, 2 => walk, 1 => status, 2 => ClientFrame::any()]
}

fn happening(frame: impl Strategy<Value = ClientFrame>) -> impl Strategy<Value = Happening> {
    let line = || prop_oneof![6 => Just(0), 4 => 1_u8..6, 1 => 0..LINES];
    let pass = select(vec![0_u16, 1, 10, 100, 3_000, 10_000, u16::MAX]);
    prop_oneof![
        60 => (line(), frame).prop_map(|(line, frame)| Happening::Frame(line, frame)),
        6 => line().prop_map(Happening::Heard),
        2 => line().prop_map(Happening::Lost),
        2 => (line(), any::<bool>()).prop_map(|(line, stale)| Happening::Drained(line, stale)),
        10 => Just(Happening::Saved),
        1 => prop_oneof![
            Just(Happening::Fenced),
            any::<bool>().prop_map(Happening::Failed),
            Just(Happening::Drain),
        ],
        10 => pass.prop_map(Happening::Pass),
    ]
}

/// A script that gets far into a room.
pub(crate) fn likely() -> impl Strategy<Value = Vec<Happening>> {
    let join = likely_join().prop_map(|frame| Happening::Frame(0, frame));
    let rest = vec(happening(likely_frame()), 1..160);
    (join, rest).prop_map(|(join, rest)| [vec![join], rest].concat())
}

/// Scripts that all bounce off the door would prove nothing.
#[test]
fn likely_scripts_get_far() {
    let mut runner = TestRunner::deterministic();
    let reached: Vec<Reached> = (0..64)
        .map(|_| play(&likely().new_tree(&mut runner).unwrap().current()))
        .collect();
    let far = |far: fn(&Reached) -> bool| reached.iter().filter(|r| far(r)).count();
    assert!(far(|script| script.welcomes > 2) >= 32, "people come in");
    assert!(far(|script| script.resumes > 0) >= 32, "they come back");
    assert!(far(|script| script.acks > 4) >= 16, "they are answered");
    assert!(far(|script| script.errors > 0) >= 16, "or refused");
    assert!(far(|script| script.claims > 0) >= 12, "rooms change hands");
    assert!(far(|script| script.seq > 3) >= 6, "rooms change");
}

proptest! {
    #[test]
    fn a_room_bears_whatever_clients_send(script in vec(happening(ClientFrame::any()), 1..60)) {
        play(&script);
    }

    #[test]
    fn a_room_bears_what_nearly_makes_sense(script in likely()) {
        play(&script);
    }

    #[test]
    fn any_bytes_are_a_script(bytes in vec(any::<u8>(), 0..400)) {
        play(&read(&bytes));
    }

    #[test]
    fn a_script_comes_back_from_its_bytes(script in likely()) {
        prop_assert_eq!(read(&write(&script)), script);
    }
}
