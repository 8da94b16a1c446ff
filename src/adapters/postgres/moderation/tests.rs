//! Beside the conformance suite: what the store itself shows.

use super::super::DecisionOutbox;
use super::super::testing::{Scratch, scratch};
use super::*;
use crate::domain::event::{Event, Subject};
use crate::domain::moderation::{ContentKind, ModerationEvent, ReportReason, RulingAction};
use crate::domain::user::AccountRole;
use crate::ports::events::Outbox;
use crate::ports::moderation::conformance::{Staff, conformance, pictures};
use crate::ports::operator::OperatorStore;
use crate::ports::permission::{PermissionStore, Suspended, Suspension};
use crate::ports::user::conformance::created;

#[tokio::test]
async fn keeps_what_a_moderation_store_promises() {
    let Some(store) = scratch().await else { return };
    let made = async |name: &str, role| {
        let user = created(&*store, name, name).await;
        store.give_role(name, role, WallMs(1)).await.unwrap();
        user.id
    };
    let staff = Staff {
        admin: made("chief", AccountRole::Admin).await,
        one: made("keeper", AccountRole::Moderator).await,
        two: made("warden", AccountRole::Moderator).await,
    };
    conformance(&*store, &*store, &*store, &staff).await;
    let owner = created(&*store, "painter", "painter").await;
    pictures::conformance(&*store, &*store, &staff, owner.id).await;
}

/// A person, an admin and a moderator.
async fn people(store: &Scratch) -> (UserId, UserId, UserId) {
    let person = created(&**store, "person", "person").await.id;
    let mut staff = Vec::new();
    for (name, role) in [
        ("chief", AccountRole::Admin),
        ("keeper", AccountRole::Moderator),
    ] {
        staff.push(created(&**store, name, name).await.id);
        store.give_role(name, role, WallMs(1)).await.unwrap();
    }
    (person, staff[0], staff[1])
}

fn by(actor: UserId) -> Trace {
    Trace {
        actor: Some(actor),
        ..Trace::default()
    }
}

/// The person is suspended at this time until then; the decision.
async fn suspended(
    store: &Scratch,
    person: UserId,
    moderator: UserId,
    (at, until): (u64, Option<u64>),
) -> Ruling {
    let thing = Thing {
        kind: ContentKind::User,
        subject: person.to_string(),
        author: Some(person),
        text: "이름".to_owned(),
    };
    let new = NewRuling {
        case: store.hold(&thing, WallMs(at)).await.unwrap(),
        action: RulingAction::Suspend,
        rule: ReportReason::Abuse,
        note: String::new(),
        until: until.map(WallMs),
        at: WallMs(at),
    };
    let decided = store.decide(&new, &by(moderator), None).await.unwrap();
    match decided {
        Done::Now(Decided::Done(settled)) => settled.ruling,
        other => panic!("nothing was in the way, yet {other:?}"),
    }
}

async fn taken_back(store: &Scratch, person: UserId, chief: UserId, ruling: &Ruling, at: u64) {
    let now = WallMs(at);
    let appealed = store.appeal(person, ruling.id, "아니에요", None, now).await;
    assert!(matches!(appealed.unwrap(), Done::Now(Appealed::Done(_))));
    let overturned = AppealState::Overturned;
    let trace = by(chief);
    let judged = store.judge(ruling.id, overturned, &trace, None, now);
    assert!(matches!(judged.await.unwrap(), Done::Now(Judged::Done(_))));
}

/// Until when the person is kept out.
async fn out(store: &Scratch) -> Option<Option<i64>> {
    let until = sqlx::query_scalar("SELECT until_ms FROM suspension");
    until.fetch_optional(&store.pool).await.unwrap()
}

#[tokio::test]
async fn of_suspensions_the_longest_that_stands_counts() {
    let Some(store) = scratch().await else { return };
    let (person, chief, keeper) = people(&store).await;
    let long = suspended(&store, person, keeper, (100, Some(9_000))).await;
    let short = suspended(&store, person, keeper, (200, Some(5_000))).await;
    assert_eq!(out(&store).await, Some(Some(9_000)), "not cut short");
    let longest = suspended(&store, person, keeper, (300, None)).await;
    assert_eq!(out(&store).await, Some(None));
    taken_back(&store, person, chief, &longest, 400).await;
    assert_eq!(out(&store).await, Some(Some(9_000)));
    taken_back(&store, person, chief, &long, 500).await;
    assert_eq!(out(&store).await, Some(Some(5_000)));
    taken_back(&store, person, chief, &short, 600).await;
    assert_eq!(out(&store).await, None);
    // Whoever was let in stays in when a later decision is taken back.
    suspended(&store, person, keeper, (700, None)).await;
    let let_in = store.reinstate(person, &by(chief), WallMs(750)).await;
    let_in.unwrap();
    let last = suspended(&store, person, keeper, (800, Some(8_000))).await;
    taken_back(&store, person, chief, &last, 900).await;
    assert_eq!(out(&store).await, None);
}

#[tokio::test]
async fn a_suspension_without_a_case_is_a_decision_like_others_and_one_however_often_asked() {
    let Some(store) = scratch().await else { return };
    let (person, chief, keeper) = people(&store).await;
    let suspension = Suspension {
        user_id: person,
        reason: "스팸".to_owned(),
        until: None,
    };
    for at in [100, 200] {
        let laid = store.suspend(&suspension, &by(keeper), WallMs(at)).await;
        assert!(matches!(laid.unwrap(), Suspended::Done(_)));
    }
    let own = store.rulings_of(person, None, 9).await.unwrap();
    assert_eq!(own.len(), 1);
    assert_eq!((own[0].kind, own[0].case), (ContentKind::User, None));
    assert_eq!(store.log(None, 9).await.unwrap(), own);
    taken_back(&store, person, chief, &own[0], 300).await;
    assert_eq!(out(&store).await, None);
}

#[tokio::test]
async fn what_moderators_decide_is_told_without_who_reported_or_decided_and_what_was_written() {
    let Some(store) = scratch().await else { return };
    let (person, chief, keeper) = people(&store).await;
    let ruling = suspended(&store, person, keeper, (100, Some(9_000))).await;
    taken_back(&store, person, chief, &ruling, 200).await;
    let waiting = DecisionOutbox(store.store.clone())
        .waiting(0, 9)
        .await
        .unwrap();
    let told: Vec<_> = waiting
        .iter()
        .map(|entry| (entry.subject, &entry.event))
        .collect();
    let (subject, thing) = (Subject::Decision(ruling.id), person.to_string());
    let decided = Event::Moderation(ModerationEvent::Decided {
        kind: ContentKind::User,
        thing: thing.clone(),
        author: Some(person),
        action: RulingAction::Suspend,
        rule: ReportReason::Abuse,
        until: Some(WallMs(9_000)),
        at: WallMs(100),
    });
    let judged = Event::Moderation(ModerationEvent::AppealDecided {
        kind: ContentKind::User,
        thing,
        author: Some(person),
        outcome: AppealState::Overturned,
        at: WallMs(200),
    });
    assert_eq!(told, [(subject, &decided), (subject, &judged)]);
}
