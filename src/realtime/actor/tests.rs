//! The task around a room, with a store in memory that can fall silent.

mod store;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{ActorParts, Asked, Command, RoomActor};
use crate::domain::clock::Clock;
use crate::domain::id::NodeId;
use crate::domain::room::{Decision, PolicyChange};
use crate::domain::version::Expected;
use crate::ports::relay::Alone;
use crate::realtime::host::{Host, HostParts};
use crate::realtime::limits::Limits;
use crate::realtime::token::TokenKey;
use store::OneRoom;

/// How long these rooms wait for their store.
const STORE_WITHIN: Duration = Duration::from_millis(60);

/// An actor about to run, and the way to it.
fn actor(store: &Arc<OneRoom>, limits: Limits) -> (RoomActor, mpsc::Sender<Command>) {
    let (node, limits) = (NodeId::generate(), Arc::new(limits));
    let parts = ActorParts {
        store: store.clone(),
        relay: Arc::new(Alone),
        clock: Clock::start(),
        serves_until: Arc::new(AtomicU64::new(u64::MAX)),
        lapses: Arc::default(),
        metrics: Arc::default(),
        store_within: STORE_WITHIN,
        tasks: TaskTracker::new(),
        split_min: limits.split_min,
        shards_max: 2,
        commands_per_turn_max: limits.commands_per_turn_max,
    };
    let host = HostParts {
        node,
        token_key: TokenKey::new(&[5; 32]),
        limits: limits.clone(),
        screen: crate::services::screen::Screen::off(),
        link: 1,
        catch_up_bytes: usize::MAX,
    };
    let (commands, waiting) = mpsc::channel(limits.commands_waiting_max);
    let room = store.card().id;
    let host = Host::new(room, host);
    let actor = RoomActor::new((room, node), host, parts, waiting, Arc::default());
    (actor, commands)
}

/// The owner locks the room from elsewhere than a connection.
fn lock(store: &OneRoom) -> (Command, oneshot::Receiver<super::CommandOutcome>) {
    let (answer, answered) = oneshot::channel();
    let change = PolicyChange {
        locked: Some(true),
        ..PolicyChange::default()
    };
    let asked = Asked {
        by: store.card().owner_id,
        name: "주인".to_owned(),
        decision: Box::new(Decision::SetPolicy(change)),
        expected: Expected::Any,
        answer,
    };
    (Command::Decide(Box::new(asked)), answered)
}

#[tokio::test]
async fn a_store_that_does_not_answer_a_claim_keeps_nobody_waiting() {
    let store = Arc::new(OneRoom::default());
    store.fall_silent();
    let (actor, commands) = actor(&store, Limits::DEFAULT);
    let running = TaskTracker::new().spawn(actor.run(CancellationToken::new()));
    let (command, answered) = lock(&store);
    commands.send(command).await.expect("it runs");
    let patience = STORE_WITHIN * 20;
    let answer = tokio::time::timeout(patience, answered).await;
    assert!(
        answer.expect("in time").is_err(),
        "what became of it is unknown"
    );
    let ended = tokio::time::timeout(patience, running).await;
    ended.expect("in time").expect("the room is given up");
}

#[tokio::test]
async fn a_save_without_an_answer_is_looked_up_and_answered() {
    let store = Arc::new(OneRoom::default());
    let (actor, commands) = actor(&store, Limits::DEFAULT);
    let stop = CancellationToken::new();
    let running = TaskTracker::new().spawn(actor.run(stop.clone()));
    let (command, answered) = lock(&store);
    store.keep_saves_quiet(1);
    commands.send(command).await.expect("it runs");
    let answer = tokio::time::timeout(STORE_WITHIN * 20, answered).await;
    let outcome = answer.expect("in time").expect("answered");
    assert!(matches!(outcome, super::CommandOutcome::Done { .. }));
    assert!(store.card().access.locked);
    // It stops although its hand-over is not answered.
    store.keep_releases_quiet();
    stop.cancel();
    let ended = tokio::time::timeout(STORE_WITHIN * 20, running).await;
    ended.expect("in time").expect("it ends");
}
