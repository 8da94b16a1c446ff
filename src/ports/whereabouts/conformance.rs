//! What every [`Whereabouts`] must do, as one suite for all of them, on however many nodes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{OwnStays, Stay, Whereabouts};
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};

const PATIENCE: Duration = Duration::from_secs(20);

/// The connections of a node, as the suite says.
#[derive(Debug, Default)]
pub(crate) struct Told(Mutex<BTreeMap<UserId, Vec<Stay>>>);

impl Told {
    pub(crate) fn set(&self, user: UserId, stays: &[Stay]) {
        let mut told = self.0.lock().expect("nothing panics with it");
        if stays.is_empty() {
            told.remove(&user);
        } else {
            told.insert(user, stays.to_vec());
        }
    }
}

impl OwnStays for Told {
    fn stays(&self, user: UserId) -> Vec<Stay> {
        let told = self.0.lock().expect("nothing panics with it");
        told.get(&user).cloned().unwrap_or_default()
    }

    fn all_stays(&self) -> Vec<(UserId, Vec<Stay>)> {
        let told = self.0.lock().expect("nothing panics with it");
        let all = told.iter().map(|(user, stays)| (*user, stays.clone()));
        all.collect()
    }
}

/// A node of the suite.
pub(crate) struct Node {
    pub(crate) told: Arc<Told>,
    pub(crate) whereabouts: Arc<dyn Whereabouts>,
}

async fn soon(what: &str, nodes: &[Node], user: UserId, stays: &[Stay]) {
    for node in nodes {
        let known = async {
            while node.whereabouts.of(user).await != stays {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let known = tokio::time::timeout(PATIENCE, known).await;
        assert!(known.is_ok(), "not every node knows {what}");
    }
}

/// Runs the suite between nodes to which nobody is connected.
pub(crate) async fn suite(nodes: Vec<Node>) {
    let (user, other) = (UserId::generate(), UserId::generate());
    let stay = |since| Stay {
        room: RoomId::generate(),
        since: WallMs(since),
    };
    let (early, late) = (stay(1_000), stay(3_000));
    let (first, last) = (0, nodes.len() - 1);
    soon("that nobody is anywhere", &nodes, user, &[]).await;

    nodes[first].told.set(user, &[late, early]);
    assert_eq!(nodes[first].whereabouts.of(user).await, [late, early]);
    soon("two rooms", &nodes, user, &[late, early]).await;
    soon("that another is not there", &nodes, other, &[]).await;

    // Leaving one of them, and coming back to it, is heard of.
    nodes[first].told.set(user, &[early]);
    soon("that one was left", &nodes, user, &[early]).await;
    let back = Stay {
        since: WallMs(5_000),
        ..late
    };
    nodes[first].told.set(user, &[back, early]);
    soon("that they are back", &nodes, user, &[back, early]).await;

    if first != last {
        // The same room by another node: they are there since the first of the two.
        let again = Stay {
            since: WallMs(6_000),
            ..early
        };
        let third = stay(4_000);
        nodes[last].told.set(user, &[again, third]);
        soon("rooms of two nodes", &nodes, user, &[back, third, early]).await;
        nodes[first].told.set(user, &[]);
        soon("those that are left", &nodes, user, &[again, third]).await;
        nodes[last].told.set(user, &[]);
    }
    nodes[first].told.set(user, &[]);
    soon("that they have gone", &nodes, user, &[]).await;
}

#[tokio::test]
async fn a_node_alone_obeys_the_suite() {
    let told = Arc::new(Told::default());
    suite(vec![Node {
        whereabouts: told.clone(),
        told,
    }])
    .await;
}
