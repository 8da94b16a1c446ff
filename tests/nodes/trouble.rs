//! Redis forgets everything, and one of its masters dies and comes back: rooms go on for those at their owner's node, and
//! for everybody once it is back, without a restart.

use maru_protocol::{Op, Place};

use crate::cluster::{self, Own};
use crate::house::House;
use crate::node::Node;

fn mat(number: i32) -> Op {
    Op::Put {
        id: 1_000 + u64::from(number.unsigned_abs()),
        kind: "doormat".to_owned(),
        place: Place::Floor,
        x: number * 2,
        y: 14,
        rotation: 0,
        color: String::new(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_outlives_trouble_with_redis() {
    // Where services are started for tests at all, this one starts its own.
    if cluster::shared().is_none() {
        return;
    }
    let redis = Own::start();
    let house = House::build().await;
    let (one, two) = (
        Node::start(&house, &redis.address()).await,
        Node::start(&house, &redis.address()).await,
    );
    let mut host = one.owner(&house).await;
    let mut guest = two.guest("손님").await;
    host.until_room(|room| room.named("손님").is_some()).await;

    redis.flush();
    let seq = host.edit(vec![mat(1)]).await;
    guest.until_room(|room| room.contents.seq >= seq).await;
    let seq = guest.say("다 잊었나 봐").await;
    host.until_room(|room| room.contents.seq >= seq).await;

    redis.kill_master_of(&format!("maru:live:room:{}", house.room));
    for node in [&one, &two] {
        node.until(|node| !node.rooms.hears()).await;
    }
    // Acknowledged all the while, to those who are where the room is.
    for id in 2..5 {
        host.edit(vec![mat(id)]).await;
    }
    redis.again();
    for node in [&one, &two] {
        node.until(|node| node.rooms.hears()).await;
    }
    assert!(one.owns(), "trouble with Redis moves no room");

    // Whoever was sent away meanwhile comes back as they were.
    let token = guest.welcome().token.clone();
    let mut guest = Node::take_back(&[&two, &one], token, guest.room).await;
    assert!(guest.welcome().resumed);
    let seq = host.edit(vec![mat(5)]).await;
    guest.until_room(|room| room.contents.seq >= seq).await;
    assert_eq!(guest.room.contents, host.room.contents);
    let seq = guest.say("다시 왔어").await;
    host.until_room(|room| room.contents.seq >= seq).await;
    assert_eq!(guest.room.contents, host.room.contents);
}
