//! What every relay must do, as one suite for all of them. It may lose messages, so each is sent until it arrives.

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;

use super::{PersonRelay, Relay};
use crate::domain::id::{NodeId, RoomId, UserId};

/// Long enough for what was published to have arrived, if it was going to.
const QUIET: Duration = Duration::from_millis(300);

const PATIENCE: Duration = Duration::from_secs(20);

/// A node of the suite: its relay, and what arrives there.
pub(crate) struct Node<R> {
    pub(crate) id: NodeId,
    pub(crate) relay: R,
    pub(crate) arriving: mpsc::Receiver<Bytes>,
}

impl<R: Relay> Node<R> {
    fn drain(&mut self) -> Vec<Bytes> {
        std::iter::from_fn(|| self.arriving.try_recv().ok()).collect()
    }

    /// Waits for this message, passing others by.
    async fn hears(&mut self, message: &[u8], mut again: impl FnMut()) {
        let heard = async {
            loop {
                again();
                let next = tokio::time::timeout(Duration::from_millis(50), self.arriving.recv());
                match next.await {
                    Ok(Some(heard)) if heard == message => return,
                    Ok(None) => panic!("the relay has ended"),
                    Ok(Some(_)) | Err(_) => {}
                }
            }
        };
        let heard = tokio::time::timeout(PATIENCE, heard).await;
        assert!(heard.is_ok(), "{message:?} never arrived");
    }
}

/// Runs the suite between three nodes of which none has any room.
pub(crate) async fn suite<R: Relay>([mut one, mut two, mut three]: [Node<R>; 3]) {
    let (room, other) = (RoomId::generate(), RoomId::generate());
    let send = Bytes::from_static;
    one.relay.join(room);
    two.relay.join(room);
    three.relay.join(other);
    two.hears(b"first", || one.relay.publish(room, send(b"first")))
        .await;
    one.hears(b"second", || two.relay.publish(room, send(b"second")))
        .await;
    three
        .hears(b"third", || one.relay.publish(other, send(b"third")))
        .await;
    let third = three.id;
    three
        .hears(b"to three", || one.relay.tell(third, send(b"to three")))
        .await;
    tokio::time::sleep(QUIET).await;
    for node in [&mut one, &mut two, &mut three] {
        node.drain();
    }

    one.relay.publish(room, send(b"own"));
    one.relay.tell(three.id, send(b"for three"));
    tokio::time::sleep(QUIET).await;
    assert!(one.drain().is_empty(), "nobody hears themselves");
    assert!(!two.drain().contains(&send(b"for three")), "told to one");
    assert!(
        !three.drain().contains(&send(b"own")),
        "of a room that is not there"
    );

    keeps_order(&one, &mut two, room).await;

    // It was joined twice, and is left once: it is still there.
    two.relay.join(room);
    two.relay.leave(room);
    tokio::time::sleep(QUIET).await;
    two.hears(b"still", || one.relay.publish(room, send(b"still")))
        .await;
    two.relay.leave(room);
    let left = async {
        loop {
            tokio::time::sleep(QUIET).await;
            two.drain();
            one.relay.publish(room, send(b"left"));
            tokio::time::sleep(QUIET).await;
            if two.drain().is_empty() {
                return;
            }
        }
    };
    let left = tokio::time::timeout(PATIENCE, left).await;
    assert!(left.is_ok(), "a room that was left is heard of for ever");
}

/// A node of the suite of persons: its relay, what arrives there, and a way to let somebody connect to it.
pub(crate) struct Door<R> {
    pub(crate) relay: R,
    pub(crate) arriving: mpsc::Receiver<(UserId, Bytes)>,
    pub(crate) connect: Box<dyn Fn(UserId) + Send>,
}

impl<R> Door<R> {
    async fn hears_of(&mut self, person: UserId, again: impl Fn()) -> Bytes {
        let heard = async {
            loop {
                again();
                let next = tokio::time::timeout(QUIET, self.arriving.recv()).await;
                if let Ok(next) = next {
                    let (to, message) = next.expect("it goes on");
                    assert_eq!(to, person, "nobody else was written to");
                    return message;
                }
            }
        };
        let heard = tokio::time::timeout(PATIENCE, heard).await;
        heard.expect("it arrives sooner or later")
    }
}

/// Runs the suite of persons between nodes nobody is connected to.
pub(crate) async fn persons<R: PersonRelay>(mut doors: Vec<Door<R>>) {
    let (person, stranger) = (UserId::generate(), UserId::generate());
    let message = Bytes::from_static(b"for you");
    // Nobody is there: it is lost, and nothing waits.
    for door in &doors {
        door.relay.push(stranger, message.clone());
    }
    let Some((from, others)) = doors.split_first_mut() else {
        return;
    };
    (from.connect)(person);
    from.relay.push(person, message.clone());
    tokio::time::sleep(QUIET).await;
    assert!(from.arriving.try_recv().is_err(), "nobody hears themselves");
    let Some((absent, others)) = others.split_last_mut() else {
        return;
    };
    for other in others {
        (other.connect)(person);
        let send = || from.relay.push(person, message.clone());
        assert_eq!(other.hears_of(person, send).await, message);
    }
    assert!(absent.arriving.try_recv().is_err(), "they are not there");
    assert!(from.arriving.try_recv().is_err(), "nobody hears themselves");
}

/// A room's messages arrive in the order in which they were sent as long as nothing goes wrong on the way: gaps cost
/// those who use it a resynchronisation.
async fn keeps_order<R: Relay>(from: &Node<R>, to: &mut Node<R>, room: RoomId) {
    const MANY: u32 = 500;
    for n in 0..MANY {
        from.relay
            .publish(room, Bytes::copy_from_slice(&n.to_be_bytes()));
    }
    let mut heard = Vec::new();
    while heard.len() < MANY as usize {
        let next = tokio::time::timeout(PATIENCE, to.arriving.recv()).await;
        let next = next.expect("all arrive").expect("it goes on");
        heard.push(u32::from_be_bytes(
            next.as_ref().try_into().expect("a number"),
        ));
    }
    assert!(heard.is_sorted(), "in order");
}

#[tokio::test]
async fn a_node_alone_obeys_the_suite_of_persons() {
    let (_open, arriving) = mpsc::channel(1);
    persons(vec![Door {
        relay: super::Alone,
        arriving,
        connect: Box::new(|_| ()),
    }])
    .await;
}
