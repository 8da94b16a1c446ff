//! What moderation holds of somebody: as author, reporter and moderator.

use maru::adapters::sqlite::Sqlite;
use maru::app::AccountRole;
use maru::domain::audit::Trace;
use maru::domain::clock::{Clock, WallMs};
use maru::domain::filter::simhash::SimHash;
use maru::domain::id::{RulingId, UserId};
use maru::domain::moderation::{ContentKind, ReportReason, RulingAction};
use maru::ports::moderation::desk::{
    Appealed, Decided, ModerationStore, NewReport, NewRuling, Reported, Thing,
};
use maru::ports::once::Done;
use maru::ports::spam::{Marks, SpamFacts, Written};

use crate::server::Server;

/// `id`, who is a moderator, reports, decides, is reported, decided about, and appeals.
pub(super) async fn moderated(server: &Server, id: UserId, neighbour: UserId, third: UserId) {
    let set = maru::app::set_role(server.data(), "neighbour", AccountRole::Admin);
    set.await.unwrap();
    let (store, now) = (&server.store, Clock::start().wall());
    report(store, (id, third), "셋째", "지워질 신고", now).await;
    let made = decide(store, id, "지워질 메모", now).await;
    assert_eq!(made, 1);
    report(store, (neighbour, id), "지워질 사건", "이웃의 신고", now).await;
    decide(store, neighbour, "지워질 사람에게", now).await;
    let against = store.rulings_of(id, None, 9).await.unwrap();
    let ruling: RulingId = against[0].id;
    let appealed = store.appeal(id, ruling, "지워질 이의", None, now).await;
    assert!(matches!(appealed.unwrap(), Done::Now(Appealed::Done(_))));
    // One case of theirs is still open.
    let thing = Thing {
        subject: "01890000-0000-7000-8000-000000000001".to_owned(),
        kind: ContentKind::Post,
        author: Some(id),
        text: "지워질 사건".to_owned(),
    };
    store.hold(&thing, now).await.unwrap();
    let written = Written {
        hash: SimHash::of("지워질 말"),
        hosts: ["erased.example".to_owned()].into(),
        mentioned: vec![third],
        marks: Marks::default(),
    };
    store.note(id, &written, now).await.unwrap();
    server
        .sql(
            "INSERT INTO room_chat_moderated
             SELECT room_id, seq, line, at_ms, author_id, author_name, guest, text, 'hidden' FROM room_chat",
        )
        .await;
}

async fn report(
    store: &Sqlite,
    (reporter, about): (UserId, UserId),
    text: &str,
    comment: &str,
    at: WallMs,
) {
    let report = NewReport {
        thing: Thing {
            kind: ContentKind::User,
            subject: about.to_string(),
            author: Some(about),
            text: text.to_owned(),
        },
        reporter,
        reason: ReportReason::Other,
        comment: comment.to_owned(),
        at,
    };
    let reported = store.report(&report, None).await.unwrap();
    assert!(matches!(reported, Done::Now(Reported::Report(_))));
}

/// Warns in every open case; how many there were.
async fn decide(store: &Sqlite, actor: UserId, note: &str, at: WallMs) -> usize {
    let state = maru::domain::moderation::CaseState::Open;
    let cases = store.cases(state, None, 9).await.unwrap();
    for case in &cases {
        let new = NewRuling {
            case: case.id,
            action: RulingAction::Warn,
            rule: ReportReason::Other,
            note: note.to_owned(),
            until: None,
            at,
        };
        let trace = Trace {
            actor: Some(actor),
            ..Trace::default()
        };
        let decided = store.decide(&new, &trace, None).await.unwrap();
        assert!(
            matches!(decided, Done::Now(Decided::Done(_))),
            "{decided:?}"
        );
    }
    cases.len()
}
