//! What must never happen, and how everything must be once it has come to rest.

use std::collections::BTreeSet;

use maru::domain::clock::WallMs;
use maru::domain::room::{Applicant, Document};
use maru::realtime::host::{Action, HostInput};
use maru::realtime::relay::Body;
use maru::realtime::room::Input;
use maru::realtime::wire;
use maru_protocol::replica::{CHAT_LINES_MAX, Contents};
use maru_protocol::{Op, OutcomeCode, RoomInfo, Visibility};

use crate::world::World;

/// Being put out, and hearing of it, takes this long at the most.
const DISTURBED_MS: u64 = 30_000;

/// What a client saw before a frame.
pub struct Seen {
    people: BTreeSet<String>,
    answers: BTreeSet<u32>,
}

/// What an owner stood at before an input.
pub struct Stand {
    seq: u64,
    oldest_ms: u64,
}

impl World {
    pub fn seen(&self, client: usize) -> Seen {
        let it = &self.players[client].client;
        Seen {
            people: it
                .room
                .people
                .values()
                .map(|person| person.id.clone())
                .collect(),
            answers: it.batches.answers.iter().map(|ack| ack.number).collect(),
        }
    }

    pub fn check_seen(&mut self, client: usize, before: &Seen) {
        let it = &self.players[client].client;
        let answers: Vec<u32> = it.batches.answers.iter().map(|ack| ack.number).collect();
        for number in answers {
            if !before.answers.contains(&number) {
                self.check_saved(client, number);
            }
        }
        let it = &self.players[client].client;
        if !it.room.is_whole() {
            return;
        }
        let now_here: BTreeSet<String> = it
            .room
            .people
            .values()
            .map(|person| person.id.clone())
            .collect();
        let gone: Vec<String> = before.people.difference(&now_here).cloned().collect();
        for person in gone {
            self.check_gone(client, &person);
        }
    }

    /// What is answered is on the disk.
    fn check_saved(&mut self, client: usize, number: u32) {
        self.record.answered += 1;
        let Some(session) = self.record.session_of.get(&client) else {
            return;
        };
        let ack = self.players[client].client.batches.answers.get(number);
        let ack = ack.expect("it was answered");
        let record = self.store.durable.session(*session);
        let kept = record.and_then(|record| record.answers.iter().find(|a| a.number == number));
        let newest = record.map_or(0, maru::ports::room::SessionRecord::last_number);
        // Answers older than the window are no longer kept, yet were.
        let there = kept.is_some() || newest >= number + 64;
        assert!(
            there,
            "acknowledged: batch {number} of client {client} is not saved"
        );
        let done = matches!(ack.outcome, OutcomeCode::Applied | OutcomeCode::Duplicate);
        assert!(
            !done || ack.seq <= self.store.durable.document.seq.0,
            "acknowledged: seq {} is not saved",
            ack.seq
        );
    }

    /// Nobody is shown leaving who is still here, or may still come back.
    fn check_gone(&self, viewer: usize, person: &str) {
        let now = self.now;
        let recently = |at: u64| now < at + DISTURBED_MS;
        if ["", person].iter().any(|who| {
            self.record
                .disturbed
                .get(*who)
                .is_some_and(|at| recently(*at))
        }) {
            return;
        }
        if recently(self.record.store_trouble) {
            return;
        }
        for player in self
            .players
            .iter()
            .filter(|p| p.visitor.person_id() == person)
        {
            let client = player.number;
            let has_left = self.record.left_at.contains_key(&client);
            if has_left || player.is_out || player.is_copycat {
                continue;
            }
            let Some(session) = self.record.session_of.get(&client) else {
                continue;
            };
            // The roster is what the next owner knows; whoever is too fresh for it may be missed.
            if !self
                .store
                .durable
                .roster()
                .iter()
                .any(|present| present.session == *session)
            {
                continue;
            }
            let inside = self
                .record
                .inside_since
                .get(&client)
                .is_some_and(|since| now > since + DISTURBED_MS);
            let trouble = player
                .place
                .and_then(|place| self.record.node_trouble.get(&place));
            if trouble.is_some_and(|until| recently(*until)) {
                // To everyone else it has been gone since the trouble began.
                continue;
            }
            let may_return = self
                .record
                .outside_since
                .get(&client)
                .is_some_and(|since| now + 1_000 < since + self.limits.grace_ms);
            assert!(
                !(may_return || inside && player.link.is_some()),
                "ghosts: client {viewer} saw {person} (client {client}) leave at {now}, who is here or may come back"
            );
        }
    }

    /// Nobody comes in who has been kept out for longer than a decision needs to be heard of.
    pub fn check_welcome(&self, client: usize) {
        let person = self.players[client].visitor.person_id();
        let since = self
            .store
            .durable
            .card
            .access
            .bans
            .get(&person)
            .map(|ban| ban.at.0);
        let now = 1_700_000_000_000 + self.now;
        assert!(
            since.is_none_or(|since| since + 12_000 > now),
            "authorise: client {client} came in although banned"
        );
    }

    pub fn seen_before(&self, place: usize, input: &HostInput) -> Option<Stand> {
        let is_batch = match input {
            HostInput::Local(Input::Batch { .. }) => true,
            HostInput::Relay(message) => {
                matches!(
                    &message.body,
                    Body::Up {
                        input: Input::Batch { .. },
                        ..
                    }
                )
            }
            _ => false,
        };
        let node = self.nodes[place].as_ref().filter(|_| is_batch)?;
        let room = node.host.as_ref()?.owned()?;
        let stand = room.inspect(node.at(self.now).now);
        Some(Stand {
            seq: stand.seq,
            oldest_ms: stand.oldest_unsaved_ms,
        })
    }

    /// Nothing is taken while too much is owed for too long.
    pub fn check_acceptance(&self, place: usize, before: Option<Stand>) {
        let (Some(before), Some(node)) = (before, self.nodes[place].as_ref()) else {
            return;
        };
        let Some(room) = node.host.as_ref().and_then(|host| host.owned()) else {
            return;
        };
        if room.document().seq.0 > before.seq {
            assert!(
                before.oldest_ms < self.limits.unsaved_age_ms_max,
                "debt: a batch was taken while the oldest unsaved one was {} ms old",
                before.oldest_ms
            );
        }
    }

    /// An owner speaks only while the store lets nobody else be it.
    pub fn check_action(&self, place: usize, action: &Action) {
        let speaks = match action {
            Action::Flush(..) => true,
            Action::Publish(message) => matches!(message.body, Body::Flush { .. }),
            _ => false,
        };
        let Some(node) = self.nodes[place].as_ref().filter(|_| speaks) else {
            return;
        };
        if node
            .host
            .as_ref()
            .is_some_and(|host| host.owned().is_some())
        {
            assert!(
                self.store.lease_until(node.id) > self.now,
                "lease: an owner spoke after its lease had ended"
            );
        }
    }

    pub fn check_owner(&self, place: usize) {
        let Some(node) = &self.nodes[place] else {
            return;
        };
        if let Some(room) = node.host.as_ref().and_then(|host| host.owned()) {
            let stand = room.inspect(node.at(self.now).now);
            assert!(
                stand.unsaved_batches <= self.limits.unsaved_batches_max,
                "debt: {} unsaved batches",
                stand.unsaved_batches
            );
        }
    }

    /// A session is refused only to those who did not keep up with it.
    pub fn check_refused(&self, client: usize, code: u16) {
        let known = matches!(code, 4_200..=4_204);
        assert!(known, "client {client} was closed with {code}");
    }

    /// Every line of a client that was acknowledged is kept, as far back as a room keeps lines.
    fn check_kept(&self, client: usize, contents: &Contents) {
        let is_full = contents.chat.len() == CHAT_LINES_MAX;
        let oldest = contents.chat.first().map_or(0, |line| line.seq);
        for (seq, ops) in &self.players[client].client.batches.applied {
            let is_kept = |text: &String| contents.chat.iter().any(|line| line.text == *text);
            let lost = ops.iter().find(|op| match op {
                Op::Say { text } => (!is_full || *seq > oldest) && !is_kept(text),
                _ => false,
            });
            assert!(
                lost.is_none(),
                "acknowledged: client {client} lost {lost:?}"
            );
        }
    }

    /// Everyone who may be here is, sees what the store holds, and has every answer.
    pub fn check_rest(&mut self) {
        self.check_told();
        let durable = self.store.durable.clone();
        let wall = WallMs(1_700_000_000_000 + self.now);
        let owners = self.nodes.iter().flatten();
        let owners = owners.filter(|node| {
            node.host
                .as_ref()
                .is_some_and(|host| host.owned().is_some())
        });
        assert!(owners.count() <= 1, "at rest: two nodes own the room");
        self.check_logins();
        let mut here = BTreeSet::new();
        for player in &self.players {
            let person = player.visitor.person_id();
            let applicant = Applicant {
                person: &person,
                user: player.visitor.user(),
                follows_owner: player.visitor.follows_owner,
                hidden: &player.visitor.hidden,
                origin: player.visitor.origin,
            };
            if player.is_out || player.is_copycat || durable.card.admits(&applicant, wall).is_err()
            {
                continue;
            }
            assert!(
                player.client.inside,
                "at rest: client {} is not inside",
                player.number
            );
            here.insert(person);
        }
        let contents = contents(&durable.document);
        let inside: Vec<usize> = (0..self.players.len())
            .filter(|n| self.players[*n].client.inside)
            .collect();
        let inside_people: BTreeSet<String> = inside
            .iter()
            .map(|number| self.players[*number].visitor.person_id())
            .collect();
        for number in inside {
            let client = &self.players[number].client;
            assert!(
                client.batches.unanswered.is_empty(),
                "at rest: client {number} has no answer to {:?}, errors {:?}",
                client
                    .batches
                    .unanswered
                    .iter()
                    .map(|u| u.number)
                    .collect::<Vec<_>>(),
                client.errors.iter().rev().take(3).collect::<Vec<_>>()
            );
            assert_eq!(
                client.room.contents, contents,
                "at rest: client {number} and the store"
            );
            self.check_kept(number, &contents);
            let seen: BTreeSet<String> = client
                .room
                .people
                .values()
                .filter(|p| !p.away)
                .map(|p| p.id.clone())
                .collect();
            let missing: Vec<_> = here.difference(&seen).collect();
            assert!(
                missing.is_empty(),
                "at rest: client {number} does not see {missing:?}"
            );
            let ghosts: Vec<_> = client
                .room
                .people
                .values()
                .filter(|person| !inside_people.contains(&person.id))
                .map(|person| &person.id)
                .collect();
            assert!(
                ghosts.is_empty(),
                "ghosts: client {number} still sees {ghosts:?}"
            );
        }
        let mut said = BTreeSet::new();
        for line in &durable.document.chat {
            assert!(
                said.insert(line.text.clone()),
                "at most once: {:?} was said twice",
                line.text
            );
        }
    }
}

/// What a client has that has everything: the room's rules are no part of it.
fn contents(document: &Document) -> Contents {
    let nowhere = RoomInfo {
        id: String::new(),
        name: String::new(),
        owner_id: String::new(),
        visibility: Visibility::Private,
        guests_allowed: false,
        locked: false,
        people_max: 0,
    };
    Contents::of(&wire::snapshot(0, document, nowhere))
}
