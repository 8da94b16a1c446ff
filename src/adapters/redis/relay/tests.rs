//! The relay against a real cluster, and without one.

#![allow(
    clippy::disallowed_methods,
    reason = "the tasks of a test end with its runtime"
)]

use std::sync::Arc;
use std::time::Duration;

use fred::interfaces::KeysInterface;
use fred::types::Expiration;
use tokio::sync::mpsc;

use super::*;
use crate::adapters::redis::RedisWhereabouts;
use crate::adapters::redis::stage::{cluster, connected};
use crate::domain::clock::WallMs;
use crate::ports::relay::conformance::{self, Door, Node};
use crate::ports::whereabouts::Stay;
use crate::ports::whereabouts::conformance::Told;

const PATIENCE: Duration = Duration::from_secs(20);

fn relay(redis: &Redis) -> (NodeId, RedisRelay, Relaying) {
    let id = NodeId::generate();
    let (relay, relaying) = RedisRelay::new(redis, id, Clock::start()).expect("a relay");
    (id, relay, relaying)
}

fn node(redis: &Redis) -> Node<RedisRelay> {
    let (id, relay, relaying) = relay(redis);
    let (take, arriving) = mpsc::channel(1_024);
    tokio::spawn(relaying.run(move |arrived| match arrived {
        Arriving::OfRoom(bytes) => drop(take.try_send(bytes)),
        Arriving::ForPerson(..) => panic!("nobody is written to"),
    }));
    Node {
        id,
        relay,
        arriving,
    }
}

/// With people who can be connected to it.
fn door(redis: &Redis) -> Door<RedisRelay> {
    let (id, relay, relaying) = relay(redis);
    let (take, arriving) = mpsc::channel(1_024);
    tokio::spawn(relaying.run(move |arrived| match arrived {
        Arriving::OfRoom(_) => panic!("there are no rooms"),
        Arriving::ForPerson(person, bytes) => drop(take.try_send((person, bytes))),
    }));
    let told = Arc::new(Told::default());
    let whereabouts = RedisWhereabouts::new(redis, id, told.clone(), Clock::start());
    tokio::spawn(whereabouts.keep());
    let stay = Stay {
        room: RoomId::generate(),
        since: WallMs(1),
    };
    Door {
        relay,
        arriving,
        connect: Box::new(move |person| told.set(person, &[stay])),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn obeys_the_suite_of_persons() {
    let Some(redis) = cluster() else { return };
    conformance::persons(vec![door(&redis), door(&redis), door(&redis)]).await;
}

/// Whatever arrives is a message of another node, this node's own, or counted as lost.
#[test]
fn bytes_of_others_are_read_with_care() {
    let (own, other, person) = (NodeId::generate(), NodeId::generate(), UserId::generate());
    let message = |from: NodeId, rest: &[&[u8]]| {
        let mut bytes = from.uuid().as_bytes().to_vec();
        rest.iter().for_each(|part| bytes.extend_from_slice(part));
        Bytes::from(bytes)
    };
    let of_room = message(other, &[&[OF_ROOM], b"hi"]);
    let hi = Bytes::from_static(b"hi");
    assert!(matches!(read(own, of_room.clone()), Read::Arriving(Arriving::OfRoom(it)) if it == hi));
    assert!(matches!(read(other, of_room.clone()), Read::Own));
    let for_person = message(other, &[&[FOR_PERSON], person.uuid().as_bytes(), b"hi"]);
    assert!(
        matches!(read(own, for_person.clone()), Read::Arriving(Arriving::ForPerson(who, it))
            if who == person && it == hi)
    );
    for short in 0..=SENDER_BYTES {
        assert!(matches!(read(own, of_room.slice(..short)), Read::Unknown));
    }
    for short in SENDER_BYTES + 1..SENDER_BYTES + 1 + PERSON_BYTES {
        assert!(matches!(
            read(own, for_person.slice(..short)),
            Read::Unknown
        ));
    }
    assert!(matches!(
        read(own, message(other, &[&[9], b"hi"])),
        Read::Unknown
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn obeys_the_suite_of_the_port() {
    let Some(redis) = cluster() else { return };
    conformance::suite([node(&redis), node(&redis), node(&redis)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_hears_itself_over_every_shard() {
    let Some(redis) = cluster() else { return };
    let node = node(&redis);
    assert!(!node.relay.hears(), "not before it has");
    let heard = async {
        while !node.relay.hears() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let heard = tokio::time::timeout(PATIENCE, heard).await;
    assert!(heard.is_ok(), "it never hears itself");
}

/// They look well, and nothing is ever answered on them: both are made anew, and what takes their place works.
#[tokio::test(flavor = "multi_thread")]
async fn connections_that_carry_nothing_are_made_anew() {
    let Some(redis) = connected().await else {
        return;
    };
    let (_, _, relaying) = relay(&redis);
    let subscriber = relaying.line.client();
    subscriber.wait_for_connect().await.expect("connected");
    let old = redis.client();
    let mut watch = Watch::default();
    let dead = watch.until_dead(&redis, subscriber, &relaying.shared);
    let noticed = tokio::time::timeout(PATIENCE, dead).await;
    assert!(noticed.is_ok(), "never noticed");
    let new = redis.client();
    assert_ne!(old.id(), new.id());
    new.wait_for_connect().await.expect("connected");
    let key = format!("maru:anew:{}", NodeId::generate());
    let set: Result<(), Error> = new
        .set(&key, 1, Some(Expiration::PX(1_000)), None, false)
        .await;
    set.expect("it answers");
    // Nobody drives the old ones any more.
    let got: Result<Option<i64>, Error> = old.get(&key).await;
    assert!(got.is_err(), "{got:?}");
}

/// More has come than is looked at: what was lost is counted, and the rest goes on.
#[tokio::test]
async fn what_comes_faster_than_it_is_read_is_counted_as_lost() {
    let nowhere = crate::config::Address::redis("127.0.0.1:1").expect("an address");
    let redis = Redis::connect(&nowhere).expect("begun");
    let (own, relay, _relaying) = relay(&redis);
    let (arrive, arriving) = tokio::sync::broadcast::channel(2);
    for n in 0..5 {
        let mut bytes = NodeId::generate().uuid().as_bytes().to_vec();
        bytes.extend_from_slice(&[OF_ROOM, n]);
        let message = Message {
            channel: room_channel(RoomId::generate()).into(),
            value: Value::Bytes(bytes.into()),
            kind: fred::types::MessageKind::SMessage,
            server: fred::types::config::Server::new("h", 1),
        };
        arrive.send(message).expect("somebody reads");
    }
    drop(arrive);
    let taken = std::sync::Mutex::new(Vec::new());
    receive(arriving, &relay.0, &Echoes::of(own), |arrived| {
        taken.lock().expect("nothing panics with it").push(arrived);
    })
    .await;
    let newest = [3, 4].map(|n| Arriving::OfRoom(Bytes::copy_from_slice(&[n])));
    assert_eq!(taken.into_inner().expect("nothing panics with it"), newest);
    let counts = relay.counts().expect("there are other nodes");
    assert_eq!((counts.lost, counts.received), (3, 2));
}

/// Nothing listens there, and nothing waits for it: callers go on, memory is bounded, and the rest is counted as lost.
#[tokio::test]
async fn without_a_cluster_nobody_waits() {
    let nowhere = crate::config::Address::redis("127.0.0.1:1").expect("an address");
    let redis = Redis::connect(&nowhere).expect("begun");
    let node = node(&redis);
    let message = Bytes::from(vec![0; 64 * 1024]);
    let many = SENDING_BYTES_MAX / message.len() + 100;
    for _ in 0..many {
        node.relay.publish(RoomId::generate(), message.clone());
    }
    assert!(!node.relay.hears());
    let waiting = node.relay.0.sending_bytes.load(Ordering::Relaxed);
    assert!(waiting <= SENDING_BYTES_MAX, "{waiting} bytes wait");
    assert!(node.relay.counts().is_some_and(|counts| counts.lost >= 100));
}
