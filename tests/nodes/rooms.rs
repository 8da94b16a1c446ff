//! One room on several nodes: everybody sees everybody, everything in one order, and what was lost on the way again.

use maru_protocol::{ClientFrame, Op, Place, Standing};

use crate::client::Client;
use crate::cluster;
use crate::house::House;
use crate::node::Node;

/// A doormat of its own place, beside the rug that lies in the room.
fn mat(number: u64) -> Op {
    let place = i32::try_from(number).unwrap();
    Op::Put {
        id: 1_000 + number,
        kind: "doormat".to_owned(),
        place: Place::Floor,
        x: place % 9 * 2,
        y: 14 + place / 9 * 2,
        rotation: 0,
        color: String::new(),
    }
}

fn say(text: String) -> Op {
    Op::Say { text }
}

/// All who are in the room have the same.
async fn agree(clients: &mut [&mut Client]) {
    let seq = clients.iter().map(|client| client.room.contents.seq).max();
    let (seq, all) = (seq.expect("somebody"), clients.len());
    for client in clients.iter_mut() {
        client
            .until_room(|room| room.contents.seq >= seq && room.people.len() == all)
            .await;
    }
    for pair in clients.windows(2) {
        assert_eq!(pair[0].room.contents, pair[1].room.contents);
        assert!(members(pair[0]).eq(members(pair[1])));
    }
}

fn members(client: &Client) -> impl Iterator<Item = u32> + '_ {
    client.room.people.keys().copied()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_have_one_room() {
    let Some(redis) = cluster::shared() else {
        return;
    };
    let house = House::build().await;
    let (one, two) = (
        Node::start(&house, &redis).await,
        Node::start(&house, &redis).await,
    );
    let mut host = one.owner(&house).await;
    let mut guest = two.guest("손님").await;
    assert!(one.owns() && !two.owns(), "who came first owns it");
    host.until_room(|room| room.named("손님").is_some()).await;
    guest.until_room(|room| room.named("하늘").is_some()).await;

    // Presence, moves and edits from both sides.
    let step = ClientFrame::Move {
        x: 450,
        y: 650,
        facing: 1,
        standing: Standing::Walking,
    };
    guest.send(&step).await;
    let stands = |room: &maru_protocol::replica::Replica| {
        room.named("손님")
            .is_some_and(|person| (person.avatar.x, person.avatar.y) == (450, 650))
    };
    host.until_room(stands).await;
    host.edit(vec![mat(0)]).await;
    guest.say("안녕").await;
    agree(&mut [&mut host, &mut guest]).await;
    assert!(host.room.contents.items.contains_key(&1_000));

    // Both at once, without waiting: one order, and every answer.
    let (mut mine, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..5 {
        mine.push(host.batch(vec![mat(1 + round)]).await);
        theirs.push(guest.batch(vec![say(format!("{round}"))]).await);
    }
    for number in mine {
        host.answer(number).await;
    }
    for number in theirs {
        guest.answer(number).await;
    }
    agree(&mut [&mut host, &mut guest]).await;
    assert_eq!(host.room.contents.chat.len(), 6);

    // Who comes to a third node finds the same, and who goes is gone everywhere.
    let three = Node::start(&house, &redis).await;
    let mut late = three.guest("늦은 손님").await;
    agree(&mut [&mut host, &mut guest, &mut late]).await;
    guest.send(&ClientFrame::Leave {}).await;
    for client in [&mut host, &mut late] {
        client.until_room(|room| room.named("손님").is_none()).await;
    }
    assert!(one.owns() && !two.owns() && !three.owns());
}

/// Flushes are lost on the way to the edge, also the last one before everything is quiet: it notices and is brought up
/// to date, while nothing is lost at the owner.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_lost_on_the_way_comes_again() {
    let Some(redis) = cluster::shared() else {
        return;
    };
    let house = House::build().await;
    let (one, two) = (
        Node::start(&house, &redis).await,
        Node::start(&house, &redis).await,
    );
    let mut host = one.owner(&house).await;
    let mut guest = two.guest("손님").await;
    host.until_room(|room| room.named("손님").is_some()).await;
    let mut next = 0..;
    for lost in [1, 2, 5] {
        let before = guest.room.contents.seq;
        one.relay.lose(lost);
        for number in next.by_ref().take(lost + 1) {
            host.edit(vec![mat(number)]).await;
        }
        one.until(|node| node.relay.is_sound()).await;
        agree(&mut [&mut host, &mut guest]).await;
        assert!(guest.room.contents.seq > before);
    }
    one.relay.lose(1);
    host.edit(vec![mat(17)]).await;
    agree(&mut [&mut host, &mut guest]).await;
}

/// The node of the owner stops, or dies: the others race for the room, one has it, everybody is back in it with all that
/// was acknowledged, and nobody was seen leaving.
async fn ends(gently: bool) {
    let Some(redis) = cluster::shared() else {
        return;
    };
    let house = House::build().await;
    let (one, two, three) = (
        Node::start(&house, &redis).await,
        Node::start(&house, &redis).await,
        Node::start(&house, &redis).await,
    );
    let mut host = one.owner(&house).await;
    let mut guest = two.guest("손님").await;
    let mut other = three.guest("다른 손님").await;
    host.edit(vec![mat(1)]).await;
    guest.edit(vec![say("먼저".to_owned())]).await;
    agree(&mut [&mut host, &mut guest, &mut other]).await;
    let before = host.room.contents.clone();
    if gently {
        one.stop().await;
    } else {
        one.kill();
    }

    let back = async |client: Client, nodes: [&Node; 2]| {
        let token = client.welcome().token.clone();
        Node::take_back(&nodes, token, client.room).await
    };
    let (mut host, mut guest, mut other) = tokio::join!(
        back(host, [&two, &three]),
        back(guest, [&two, &three]),
        back(other, [&three, &two]),
    );
    assert!(two.owns() != three.owns(), "one of them has it");
    for client in [&host, &guest, &other] {
        assert!(client.welcome().resumed, "they keep their place");
    }
    agree(&mut [&mut host, &mut guest, &mut other]).await;
    assert_eq!(host.room.contents.items, before.items);
    assert_eq!(host.room.contents.chat, before.chat);
    host.edit(vec![mat(2)]).await;
    other.say("아직 여기").await;
    agree(&mut [&mut host, &mut guest, &mut other]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn others_have_the_room_when_its_node_dies() {
    ends(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn others_have_the_room_when_its_node_stops() {
    ends(true).await;
}
