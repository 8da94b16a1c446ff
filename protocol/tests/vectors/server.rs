//! A frame of every kind a server sends.

use maru_protocol::{
    Ack, Action, BanInfo, Edit, EditPart, ErrorCode, Event, ItemState, LayoutInfo, LimitsInfo,
    MemberDrag, MemberTyping, MuteInfo, NoticeKind, OutcomeCode, Reason, RemovedItem, Role, Sender,
    ServerFrame,
};

use crate::sample::{avatar, guest, item, line, ops, person, person_ref, preview, room, theme};

/// 2026-11-18, in milliseconds since the Unix epoch.
const AT_MS: u64 = 1_795_000_000_123;

/// The named frames.
pub fn server_frames() -> Vec<(String, ServerFrame)> {
    let named = [
        visit_frames(),
        long_snapshot(),
        lists(),
        signals(),
        notices(),
    ]
    .concat();
    let named = named.into_iter();
    let named = named.map(|(name, frame)| (name.to_owned(), frame));
    let named = named.chain(errors());
    named.chain(kinds_of_notices()).collect()
}

fn visit_frames() -> Vec<(&'static str, ServerFrame)> {
    let welcome = ServerFrame::Welcome {
        epoch: 3,
        session: 2,
        member: 7,
        resume_token: "dG9rZW4".into(),
        role: Role::Editor,
        room: room(),
        limits: LimitsInfo {
            heartbeat_ms: 10_000,
            silence_ms_max: 25_000,
            grace_ms: 10_000,
            unacked_max: 64,
            items_max: 200,
            chat_chars_max: 200,
            move_interval_ms: 100,
            ops_per_second: 20,
            ops_burst: 40,
            chat_per_second: 2,
            chat_burst: 6,
            idle_ms: 300_000,
            typing_ms: 6_000,
            layouts_max: 10,
        },
        last_number: 12,
        resumed: true,
    };
    let snapshot = ServerFrame::Snapshot {
        epoch: 3,
        seq: 300,
        theme: theme(),
        items: vec![item()],
        chat: vec![line()],
        people: vec![person(false), guest()],
        parts: 0,
        room: room(),
    };
    let changes = ServerFrame::Changes {
        epoch: 4,
        seq: 301,
        theme: Some(theme()),
        items: vec![item()],
        removed: vec![RemovedItem { id: 41, seq: 301 }],
        chat: vec![],
        people: vec![person(true)],
    };
    let changed = Event::Changed {
        seq: 301,
        member: 7,
        session: 2,
        number: 13,
        at_ms: AT_MS,
        ops: ops(),
    };
    let events = vec![
        changed,
        Event::Joined { person: guest() },
        Event::Updated {
            person: person(true),
        },
        Event::Left { member: 300 },
    ];
    let hidden = Event::Changed {
        seq: 302,
        member: 7,
        session: 2,
        number: 14,
        at_ms: AT_MS,
        ops: vec![],
    };
    let decided = vec![
        hidden,
        Event::Left { member: 300 },
        Event::RoomChanged { room: room() },
    ];
    let ack = |number, outcome, seq, reason| Ack {
        number,
        outcome,
        seq,
        reason,
    };
    let acks = vec![
        ack(1, OutcomeCode::Applied, 301, None),
        ack(2, OutcomeCode::Superseded, 0, None),
        ack(3, OutcomeCode::Duplicate, 299, None),
        ack(4, OutcomeCode::Rejected, 0, Some(Reason::OutOfBounds)),
    ];
    let rejections = Reason::ALL.iter().zip(5..);
    let rejections =
        rejections.map(|(reason, number)| ack(number, OutcomeCode::Rejected, 0, Some(*reason)));
    let limited = ServerFrame::Error {
        code: ErrorCode::RateLimited,
        message: "too many batches".into(),
        retry_after_ms: Some(250),
        number: Some(14),
        limit: Some("live.connection_ops".into()),
    };
    let malformed = ServerFrame::Error {
        code: ErrorCode::MalformedFrame,
        message: "not a frame of this protocol".into(),
        retry_after_ms: None,
        number: None,
        limit: None,
    };
    vec![
        ("welcome", welcome),
        ("snapshot", snapshot),
        ("changes", changes),
        (
            "nothing changed",
            ServerFrame::Changes {
                epoch: 3,
                seq: 300,
                theme: None,
                items: vec![],
                removed: vec![],
                chat: vec![],
                people: vec![],
            },
        ),
        (
            "events",
            ServerFrame::Events {
                epoch: 3,
                flush: 1_000,
                seq: 301,
                events,
            },
        ),
        (
            "a decision as others see it",
            ServerFrame::Events {
                epoch: 3,
                flush: 1_001,
                seq: 302,
                events: decided,
            },
        ),
        (
            "avatars",
            ServerFrame::Avatars {
                epoch: 3,
                avatars: vec![avatar()],
            },
        ),
        ("acks", ServerFrame::Acks { epoch: 3, acks }),
        (
            "acks with every reason",
            ServerFrame::Acks {
                epoch: 3,
                acks: rejections.collect(),
            },
        ),
        ("server ping", ServerFrame::Ping { nonce: 65_536 }),
        ("server pong", ServerFrame::Pong { nonce: 127 }),
        ("rate limited", limited),
        ("malformed", malformed),
        (
            "go away",
            ServerFrame::GoAway {
                reconnect_after_ms: 1_500,
            },
        ),
    ]
}

fn long_snapshot() -> Vec<(&'static str, ServerFrame)> {
    let first = ServerFrame::Snapshot {
        epoch: 3,
        seq: 300,
        theme: theme(),
        items: vec![item()],
        chat: vec![],
        people: vec![],
        parts: 2,
        room: room(),
    };
    let part = |part, items, chat, people| ServerFrame::Part {
        epoch: 3,
        seq: 300,
        part,
        items,
        chat,
        people,
    };
    let another = ItemState { id: 43, ..item() };
    let people = vec![person(false), guest()];
    vec![
        ("snapshot in parts", first),
        (
            "its first part",
            part(1, vec![another], vec![line()], vec![]),
        ),
        ("its last part", part(2, vec![], vec![], people)),
    ]
}

fn lists() -> Vec<(&'static str, ServerFrame)> {
    let edit_part = |action, subject: &str, count| EditPart {
        action,
        subject: subject.to_owned(),
        count,
    };
    let furnished = Edit {
        seq: 301,
        at_ms: AT_MS,
        author: person_ref(),
        parts: vec![
            edit_part(Action::Put, "sofa", 2),
            edit_part(Action::Patch, "window", 1),
            edit_part(Action::Remove, "rug", 300),
            edit_part(Action::SetTheme, "", 0),
        ],
    };
    let restored = Edit {
        seq: 300,
        parts: vec![edit_part(Action::RestoreLayout, "봄맞이", 41)],
        ..furnished.clone()
    };
    let edits = vec![furnished, restored];
    let layouts = vec![LayoutInfo {
        name: "봄맞이".into(),
        saved_at_ms: AT_MS,
        items: 41,
    }];
    let mute = |until_ms| MuteInfo {
        person: person_ref(),
        until_ms,
    };
    let access = ServerFrame::Access {
        epoch: 3,
        editors: vec![person_ref()],
        bans: vec![BanInfo {
            person: person_ref(),
            at_ms: AT_MS,
        }],
        mutes: vec![mute(Some(AT_MS)), mute(None)],
    };
    vec![
        ("history", ServerFrame::History { epoch: 3, edits }),
        ("layouts", ServerFrame::Layouts { epoch: 3, layouts }),
        ("access", access),
    ]
}

fn signals() -> Vec<(&'static str, ServerFrame)> {
    let typing = |member, active| MemberTyping { member, active };
    let drag = |member, preview| MemberDrag { member, preview };
    let signals = ServerFrame::Signals {
        epoch: 3,
        typing: vec![typing(7, true), typing(300, false)],
        drags: vec![drag(7, Some(preview())), drag(300, None)],
    };
    vec![("signals", signals)]
}

fn notice(kind: NoticeKind, from: Option<Sender>) -> ServerFrame {
    ServerFrame::Notification {
        id: 65_536,
        kind,
        from,
        at_ms: AT_MS,
        unread: 3,
    }
}

fn notices() -> Vec<(&'static str, ServerFrame)> {
    let from = Sender {
        id: person_ref().id,
        handle: "haneul".into(),
        name: person_ref().name,
    };
    vec![
        ("notification", notice(NoticeKind::Follow, Some(from))),
        (
            "notification of a guest",
            notice(NoticeKind::Guestbook, None),
        ),
    ]
}

/// One frame of every kind of notice.
fn kinds_of_notices() -> impl Iterator<Item = (String, ServerFrame)> {
    let kinds = NoticeKind::ALL.iter();
    kinds.map(|kind| (format!("notice {kind}"), notice(*kind, None)))
}

/// One frame of every error code.
fn errors() -> impl Iterator<Item = (String, ServerFrame)> {
    ErrorCode::ALL.iter().map(|code| {
        let error = ServerFrame::Error {
            code: *code,
            message: "for developers".into(),
            retry_after_ms: None,
            number: None,
            limit: None,
        };
        (format!("error {code}"), error)
    })
}
