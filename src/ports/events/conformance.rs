//! What every event log and its consumers must do, as one suite for all of them.

use std::time::Duration;

use super::{
    ATTEMPTS_MAX, Aside, DeadLetter, EventConsumer, EventConsumers, EventDesk, EventLog,
    LoggedEvent, OutboxEntry, retry_at,
};
use crate::domain::clock::WallMs;
use crate::domain::event::{Event, Subject};
use crate::domain::id::{RoomId, UserId};
use crate::domain::relation::RelationEvent;
use crate::domain::room::{RoomEvent, Seq};

/// How long a log may take to hand over what was published.
const WITHIN: Duration = Duration::from_secs(40);

const NOW: WallMs = WallMs(1_800_000_000_000);

/// A log of its own, with all that is done with it.
#[derive(Clone, Copy)]
pub(crate) struct Stage<'a> {
    pub(crate) log: &'a dyn EventLog,
    pub(crate) consumers: &'a dyn EventConsumers,
    pub(crate) desk: &'a dyn EventDesk,
}

pub(crate) fn changed(room: RoomId, version: u64) -> OutboxEntry {
    OutboxEntry {
        id: version,
        subject: Subject::Room(room),
        event: Event::Room(RoomEvent::Changed {
            version: Seq(version),
        }),
    }
}

fn followed(by: UserId, id: u64) -> OutboxEntry {
    let whom = UserId::generate();
    OutboxEntry {
        id,
        subject: Subject::User(by),
        event: Event::Relation(RelationEvent::Followed { by, whom }),
    }
}

/// Runs the whole suite on an empty log.
pub(crate) async fn conformance(stage: Stage<'_>) {
    each_comes_in_the_order_of_its_subject(stage).await;
    what_is_not_finished_comes_again(stage).await;
    one_that_fails_holds_up_its_own_subject_alone(stage).await;
    whoever_follows_from_now_hears_only_what_is_new(stage).await;
    all_of_it_comes_again(stage).await;
}

impl Stage<'_> {
    async fn publish(self, entries: &[OutboxEntry]) {
        self.log.publish(entries, NOW).await.expect("published");
    }

    async fn durable(self, name: &str) -> Box<dyn EventConsumer> {
        self.consumers.durable(name).await.expect("a consumer")
    }

    async fn dead(self, name: &str) -> Vec<DeadLetter> {
        self.desk.dead(name, 99).await.expect("dead letters")
    }
}

/// One turn, in which these ids fail.
async fn turn(
    consumer: &mut dyn EventConsumer,
    fails: &[String],
    now: WallMs,
) -> (Vec<LoggedEvent>, Vec<Aside>) {
    let given = consumer.next(50, now).await.expect("given");
    let (mut done, mut aside) = (Vec::new(), Vec::new());
    for event in given {
        if fails.contains(&event.id) {
            let failed = consumer.set_aside(&event, "the room\nis not there", now);
            aside.push(failed.await.expect("set aside"));
        } else {
            done.push(event);
        }
    }
    consumer.finish().await.expect("finished");
    (done, aside)
}

/// Turns until so many are done, or have failed; those that were done, in their order.
async fn turns(
    consumer: &mut dyn EventConsumer,
    wanted: (usize, usize),
    fails: &[String],
    now: WallMs,
) -> (Vec<LoggedEvent>, Vec<Aside>) {
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    let all = async {
        while done.len() < wanted.0 || failed.len() < wanted.1 {
            let (more, aside) = turn(consumer, fails, now).await;
            done.extend(more);
            failed.extend(aside);
        }
    };
    let waited = tokio::time::timeout(WITHIN, all).await;
    assert!(waited.is_ok(), "{wanted:?} wanted: {done:?}, {failed:?}");
    assert_eq!((done.len(), failed.len()), wanted);
    (done, failed)
}

async fn done(consumer: &mut dyn EventConsumer, count: usize) -> Vec<LoggedEvent> {
    turns(consumer, (count, 0), &[], NOW).await.0
}

async fn nothing(consumer: &mut dyn EventConsumer, now: WallMs) {
    for _ in 0..3 {
        assert_eq!(consumer.next(50, now).await.expect("given"), []);
    }
}

fn of(subject: Subject, events: &[LoggedEvent]) -> Vec<String> {
    let of_it = events.iter().filter(|event| event.subject == subject);
    of_it.map(|event| event.id.clone()).collect()
}

fn ids(entries: &[OutboxEntry]) -> Vec<String> {
    entries.iter().map(OutboxEntry::event_id).collect()
}

async fn each_comes_in_the_order_of_its_subject(stage: Stage<'_>) {
    let (one, other, user) = (RoomId::generate(), RoomId::generate(), UserId::generate());
    let published = [
        changed(one, 1),
        changed(other, 1),
        followed(user, 1),
        changed(one, 2),
        changed(one, 3),
        followed(user, 2),
    ];
    stage.publish(&published).await;
    let mut consumer = stage.durable("first").await;
    let events = done(&mut *consumer, published.len()).await;
    for subject in [
        Subject::Room(one),
        Subject::Room(other),
        Subject::User(user),
    ] {
        let wanted = published.iter().filter(|entry| entry.subject == subject);
        let wanted: Vec<_> = wanted.map(OutboxEntry::event_id).collect();
        assert_eq!(of(subject, &events), wanted, "in order, each once");
    }
    for entry in &published {
        let id = entry.event_id();
        let event = events.iter().find(|event| event.id == id).expect("there");
        assert_eq!((&event.event, event.at), (&entry.event, NOW));
    }
    nothing(&mut *consumer, NOW).await;
    drop(consumer);
    // Somebody else goes on with it.
    let last = [changed(other, 2)];
    stage.publish(&last).await;
    let mut consumer = stage.durable("first").await;
    let events = done(&mut *consumer, 1).await;
    assert_eq!(events[0].id, last[0].event_id());
    nothing(&mut *consumer, NOW).await;
}

async fn what_is_not_finished_comes_again(stage: Stage<'_>) {
    let room = RoomId::generate();
    let mut consumer = stage.durable("second").await;
    done(&mut *consumer, 7).await;
    stage.publish(&[changed(room, 1), changed(room, 2)]).await;
    let given = tokio::time::timeout(WITHIN, async {
        loop {
            let given = consumer.next(50, NOW).await.expect("given");
            if !given.is_empty() {
                return given;
            }
        }
    });
    let given = given.await.expect("in time");
    assert_eq!(of(Subject::Room(room), &given), ids(&[changed(room, 1)]));
    assert_eq!(consumer.next(50, NOW).await.expect("given"), given);
    drop(consumer);
    let mut consumer = stage.durable("second").await;
    let events = done(&mut *consumer, 2).await;
    let wanted = ids(&[changed(room, 1), changed(room, 2)]);
    assert_eq!(of(Subject::Room(room), &events), wanted);
}

async fn one_that_fails_holds_up_its_own_subject_alone(stage: Stage<'_>) {
    let (sick, well) = (RoomId::generate(), RoomId::generate());
    let mut consumer = stage.durable("third").await;
    done(&mut *consumer, 9).await;
    let bad = [changed(sick, 1)];
    let fails = ids(&bad);
    stage
        .publish(&[changed(sick, 1), changed(sick, 2), changed(well, 1)])
        .await;
    // The other room's goes on, what follows of this one waits.
    let (others, aside) = turns(&mut *consumer, (1, 1), &fails, NOW).await;
    assert_eq!(of(Subject::Room(well), &others), ids(&[changed(well, 1)]));
    let mut at = retry_at(1, NOW).expect("tried again");
    assert_eq!(aside, [Aside::Until(at)]);
    nothing(&mut *consumer, WallMs(at.0 - 1)).await;
    for attempt in 2..=ATTEMPTS_MAX {
        let (_, aside) = turns(&mut *consumer, (0, 1), &fails, at).await;
        match retry_at(attempt, at) {
            Some(later) => {
                assert_eq!(aside, [Aside::Until(later)]);
                assert_eq!(stage.dead("third").await, []);
                at = later;
            }
            None => assert_eq!(aside, [Aside::Dead]),
        }
    }
    // Given up, it still is before what follows, whoever goes on.
    let later = WallMs(at.0 + 1_000_000);
    nothing(&mut *consumer, later).await;
    drop(consumer);
    stage.publish(&[changed(sick, 3), changed(well, 2)]).await;
    let mut consumer = stage.durable("third").await;
    let (others, _) = turns(&mut *consumer, (1, 0), &fails, later).await;
    assert_eq!(of(Subject::Room(well), &others), ids(&[changed(well, 2)]));
    nothing(&mut *consumer, later).await;
    let dead = stage.dead("third").await;
    let given_up: Vec<String> = dead.iter().map(|letter| letter.id.clone()).collect();
    let all = ids(&[changed(sick, 1), changed(sick, 2), changed(sick, 3)]);
    assert_eq!(given_up, all);
    assert_eq!(dead[0].why, "the room is not there");
    assert_eq!(dead[0].topic, "room");
    assert_eq!(stage.dead("first").await, []);

    assert_eq!(stage.desk.redrive("third").await.expect("redriven"), 3);
    let (again, _) = turns(&mut *consumer, (3, 0), &[], later).await;
    assert_eq!(of(Subject::Room(sick), &again), all);
    assert_eq!(stage.dead("third").await, []);
    stage.publish(&[changed(sick, 4)]).await;
    let (next, _) = turns(&mut *consumer, (1, 0), &[], later).await;
    assert_eq!(of(Subject::Room(sick), &next), ids(&[changed(sick, 4)]));
    assert_eq!(stage.desk.redrive("third").await.expect("redriven"), 0);
}

async fn whoever_follows_from_now_hears_only_what_is_new(stage: Stage<'_>) {
    let (sick, well) = (RoomId::generate(), RoomId::generate());
    let mut followers = [
        stage.consumers.since_now().await.expect("a follower"),
        stage.consumers.since_now().await.expect("a follower"),
    ];
    let published = [changed(sick, 1), changed(sick, 2), changed(well, 1)];
    stage.publish(&published).await;
    let fails = ids(&published[..1]);
    for follower in &mut followers {
        let (events, _) = turns(&mut **follower, (1, 1), &fails, NOW).await;
        assert_eq!(of(Subject::Room(well), &events), ids(&published[2..]));
        let mut at = NOW;
        for attempt in 1..ATTEMPTS_MAX {
            at = retry_at(attempt, at).expect("tried again");
            turns(&mut **follower, (0, 1), &fails, at).await;
        }
        // It is given up, and nobody asks for it.
        let (events, _) = turns(&mut **follower, (1, 0), &fails, at).await;
        assert_eq!(of(Subject::Room(sick), &events), ids(&published[1..2]));
        nothing(&mut **follower, at).await;
    }
}

async fn all_of_it_comes_again(stage: Stage<'_>) {
    let count = 7 + 2 + 6 + 3;
    let mut consumer = stage.durable("fourth").await;
    let once = done(&mut *consumer, count).await;
    drop(consumer);
    // Where servers share a log, one that has just gone is missed a little later.
    let replayed = async {
        while stage.desk.replay("fourth").await.is_err() {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let waited = tokio::time::timeout(WITHIN, replayed).await;
    waited.expect("nobody is at work");
    let mut consumer = stage.durable("fourth").await;
    let again = done(&mut *consumer, count).await;
    for event in &once {
        assert_eq!(of(event.subject, &once), of(event.subject, &again));
    }
    nothing(&mut *consumer, NOW).await;
}
