//! A frame of every kind a client sends.

use maru_protocol::{
    ClientFrame, ItemCopy, Op, ReadPoint, Role, Standing, Status, Topic, Visibility,
};

use crate::sample::{avatar, ops, preview, put};

/// The named frames.
pub fn client_frames() -> Vec<(&'static str, ClientFrame)> {
    [visit_frames(), signal_frames(), decision_frames()].concat()
}

fn visit_frames() -> Vec<(&'static str, ClientFrame)> {
    let have = Some(ReadPoint {
        epoch: 3,
        seq: 70_000,
    });
    vec![
        (
            "join",
            ClientFrame::Join {
                ticket: "dGlja2V0".into(),
                avatar: None,
            },
        ),
        (
            "join at a place",
            ClientFrame::Join {
                ticket: "dGlja2V0".into(),
                avatar: Some(avatar()),
            },
        ),
        (
            "resume",
            ClientFrame::Resume {
                token: "dG9rZW4".into(),
                have,
                avatar: Some(avatar()),
            },
        ),
        (
            "resume with nothing",
            ClientFrame::Resume {
                token: "dG9rZW4".into(),
                have: None,
                avatar: None,
            },
        ),
        (
            "ops",
            ClientFrame::Ops {
                number: 1,
                base_seq: 299,
                resend: false,
                ops: ops(),
            },
        ),
        (
            "ops again",
            ClientFrame::Ops {
                number: 4_000_000_000,
                base_seq: 0,
                resend: true,
                ops: vec![put()],
            },
        ),
        (
            "move",
            ClientFrame::Move {
                x: 0,
                y: 999,
                facing: 3,
                standing: Standing::Sitting,
            },
        ),
        (
            "ping",
            ClientFrame::Ping {
                nonce: 4_294_967_295,
            },
        ),
        ("pong", ClientFrame::Pong { nonce: 0 }),
        ("leave", ClientFrame::Leave {}),
    ]
}

fn signal_frames() -> Vec<(&'static str, ClientFrame)> {
    let status = |status| ClientFrame::SetStatus { status };
    let read = |topic| ClientFrame::Read { topic };
    let drag = |preview| ClientFrame::Drag { preview };
    vec![
        ("typing", ClientFrame::Typing { active: true }),
        ("typing no more", ClientFrame::Typing { active: false }),
        ("drag", drag(Some(preview()))),
        ("drag no more", drag(None)),
        ("available", status(Status::Available)),
        ("busy", status(Status::Busy)),
        ("refresh", ClientFrame::Refresh {}),
        ("read history", read(Topic::History)),
        ("read layouts", read(Topic::Layouts)),
        ("read access", read(Topic::Access)),
    ]
}

/// Duplicates, and what owners decide about their rooms: one operation a batch.
fn decision_frames() -> Vec<(&'static str, ClientFrame)> {
    let person = || "018f3c1e-8f5a-7cc0-9d55-5a1f6c2b7e03".to_owned();
    let name = || "봄맞이".to_owned();
    let copies = vec![
        ItemCopy { from: 42, to: 43 },
        ItemCopy {
            from: 9_007_199_254_740_991,
            to: 1,
        },
    ];
    let mute = |minutes| Op::Mute {
        person: person(),
        minutes,
    };
    let set_role = |role| Op::SetRole {
        person: person(),
        role,
    };
    let whole_policy = Op::SetPolicy {
        name: Some("조용한 방".into()),
        visibility: Some(Visibility::Private),
        guests_allowed: Some(false),
        locked: Some(true),
        people_max: Some(1_000),
    };
    let unlock = Op::SetPolicy {
        name: None,
        visibility: None,
        guests_allowed: None,
        locked: Some(false),
        people_max: None,
    };
    let (dx, dy) = (2, -1);
    let decisions = vec![
        ("duplicate", Op::Duplicate { copies, dx, dy }),
        ("kick", Op::Kick { person: person() }),
        ("ban", Op::Ban { person: person() }),
        ("unban", Op::Unban { person: person() }),
        ("mute for an hour", mute(Some(60))),
        ("mute until unmuted", mute(None)),
        ("unmute", Op::Unmute { person: person() }),
        ("make an editor", set_role(Role::Editor)),
        ("make a visitor", set_role(Role::Visitor)),
        ("set every rule", whole_policy),
        ("unlock", unlock),
        ("save a layout", Op::SaveLayout { name: name() }),
        ("restore a layout", Op::RestoreLayout { name: name() }),
        ("remove a layout", Op::RemoveLayout { name: name() }),
    ];
    let frames = decisions.into_iter().zip(14..);
    let frames = frames.map(|((name, op), number)| {
        let frame = ClientFrame::Ops {
            number,
            base_seq: 301,
            resend: false,
            ops: vec![op],
        };
        (name, frame)
    });
    frames.collect()
}
