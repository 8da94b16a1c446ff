//! What the simulation knows of people and machines, without asking the code under test.

use std::collections::BTreeMap;

use maru::domain::id::SessionId;

#[derive(Default)]
pub struct Record {
    sessions: u64,
    /// Each client's session of the moment.
    pub session_of: BTreeMap<usize, SessionId>,
    /// Since when a client is inside, as far as it knows.
    pub inside_since: BTreeMap<usize, u64>,
    /// When a client last lost its connection.
    pub outside_since: BTreeMap<usize, u64>,
    pub left_at: BTreeMap<usize, u64>,
    /// When a person was last the object of a decision of the owner; empty for everyone.
    pub disturbed: BTreeMap<String, u64>,
    /// Until when a place had trouble.
    pub node_trouble: BTreeMap<usize, u64>,
    /// When the store last was not well: nodes cannot find the room's next owner without it.
    pub store_trouble: u64,
    /// Events taken, so that a run that did nothing shows.
    pub answered: u64,
    pub welcomes: u64,
    /// How often each kind of trouble came, the last being none.
    pub troubles: [u64; crate::trouble::KINDS],
}

impl Record {
    pub fn next_session(&mut self) -> u64 {
        self.sessions += 1;
        self.sessions
    }

    pub fn entering(&mut self, client: usize, session: SessionId) {
        self.session_of.insert(client, session);
    }

    pub fn inside(&mut self, client: usize, now: u64) {
        self.welcomes += 1;
        self.left_at.remove(&client);
        self.inside_since.entry(client).or_insert(now);
        self.outside_since.remove(&client);
    }

    pub fn outside(&mut self, client: usize, now: u64) {
        self.inside_since.remove(&client);
        self.outside_since.entry(client).or_insert(now);
    }

    pub fn left(&mut self, client: usize, now: u64) {
        self.left_at.insert(client, now);
    }

    pub fn put_out(&mut self, client: usize, now: u64) {
        self.left_at.insert(client, now);
    }

    pub fn disturb_person(&mut self, person: &str, now: u64) {
        self.disturbed.insert(person.to_owned(), now);
    }

    pub fn disturb_store(&mut self, now: u64) {
        self.store_trouble = now;
    }

    pub fn disturb_node(&mut self, place: usize, until: u64) {
        let known = self.node_trouble.entry(place).or_insert(0);
        *known = (*known).max(until);
    }
}
