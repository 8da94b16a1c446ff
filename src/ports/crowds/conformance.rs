//! What every [`Crowds`] and [`Directory`] must do, as one suite for all of them, on however many nodes.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{Crowds, OwnRoom, OwnRooms};
use crate::domain::id::{NodeId, RoomId};
use crate::ports::directory::{Directory, Lone, NodeAt};

const PATIENCE: Duration = Duration::from_secs(20);

/// The rooms of a node, as the suite says.
#[derive(Debug, Default)]
pub(crate) struct Told(Mutex<Vec<OwnRoom>>);

impl Told {
    pub(crate) fn tell(&self, rooms: &[OwnRoom]) {
        *self.0.lock().expect("nothing panics with it") = rooms.to_vec();
    }
}

impl OwnRooms for Told {
    fn owned(&self, room: RoomId) -> Option<OwnRoom> {
        self.all_owned().into_iter().find(|own| own.room == room)
    }

    fn all_owned(&self) -> Vec<OwnRoom> {
        self.0.lock().expect("nothing panics with it").clone()
    }
}

/// A node of the suite.
pub(crate) struct Node {
    pub(crate) at: NodeAt,
    pub(crate) told: Arc<Told>,
    pub(crate) crowds: Arc<dyn Crowds>,
    pub(crate) directory: Arc<dyn Directory>,
    /// Ends it without a word.
    pub(crate) kill: Box<dyn FnOnce() + Send>,
}

/// A node for the suite, with an address of its own.
pub(crate) fn a_node() -> (NodeAt, Arc<Told>) {
    let node = NodeId::generate();
    let address = format!("{node}.example:8080");
    (NodeAt { node, address }, Arc::default())
}

/// Waits until every node knows what it should.
async fn soon(what: &str, nodes: &[Node], is_known: impl Fn(&Node) -> bool) {
    let known = async {
        while !nodes.iter().all(&is_known) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let known = tokio::time::timeout(PATIENCE, known).await;
    assert!(known.is_ok(), "not every node knows: {what}");
}

/// Runs the suite between nodes without rooms, which are all there are.
pub(crate) async fn suite(mut nodes: Vec<Node>) {
    let mut ats: Vec<NodeAt> = nodes.iter().map(|node| node.at.clone()).collect();
    ats.sort_by_key(|at| at.node);
    soon("the nodes", &nodes, |node| node.directory.nodes() == ats).await;

    let room = |people, is_public| OwnRoom {
        room: RoomId::generate(),
        people,
        is_public,
    };
    let rooms: Vec<[OwnRoom; 3]> = nodes
        .iter()
        .map(|_| [room(3, true), room(2, false), room(0, true)])
        .collect();
    for (node, rooms) in nodes.iter().zip(&rooms) {
        node.told.tell(rooms);
    }
    for (owner, [open, hidden, empty]) in ats_of(&nodes).into_iter().zip(&rooms) {
        soon("where rooms are, and how many people", &nodes, |node| {
            [open, hidden, empty].into_iter().all(|room| {
                node.directory.owner(room.room).as_ref() == Some(&owner)
                    && node.crowds.people(room.room) == room.people
            })
        })
        .await;
    }
    let mut lively: Vec<_> = rooms.iter().map(|[open, ..]| (open.room, 3)).collect();
    lively.sort_unstable();
    soon("public rooms with people in them", &nodes, |node| {
        let mut known = node.crowds.lively();
        known.sort_unstable();
        known == lively
    })
    .await;

    // People come, and a room goes.
    let [open, hidden, _] = rooms[0];
    let fuller = OwnRoom { people: 7, ..open };
    nodes[0].told.tell(&[fuller]);
    soon("what has changed", &nodes, |node| {
        node.crowds.people(open.room) == 7
            && node.crowds.people(hidden.room) == 0
            && node.directory.owner(hidden.room).is_none()
    })
    .await;
    let nowhere = RoomId::generate();
    assert_eq!(nodes[0].crowds.people(nowhere), 0);
    assert_eq!(nodes[0].directory.owner(nowhere), None);

    // A node that is gone is forgotten, with all it had, and a room it had may be another's.
    let gone = nodes.remove(0);
    (gone.kill)();
    if let Some(heir) = nodes.first() {
        heir.told.tell(&[OwnRoom { people: 1, ..open }]);
    }
    soon("that a node is gone", &nodes, |node| {
        let known = node.directory.nodes();
        let owner = node.directory.owner(open.room);
        known.len() == ats.len() - 1
            && !known.contains(&gone.at)
            && owner == nodes.first().map(|heir| heir.at.clone())
            && node.crowds.people(open.room) == 1
    })
    .await;
}

fn ats_of(nodes: &[Node]) -> Vec<NodeAt> {
    nodes.iter().map(|node| node.at.clone()).collect()
}

#[tokio::test]
async fn a_node_alone_obeys_the_suite() {
    let (at, told) = a_node();
    let lone = Lone {
        at: at.clone(),
        rooms: told.clone(),
    };
    suite(vec![Node {
        at,
        crowds: told.clone(),
        told,
        directory: Arc::new(lone),
        kill: Box::new(|| ()),
    }])
    .await;
}
