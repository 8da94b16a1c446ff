//! Blocks made and taken back while people are inside: nothing of the hidden ever arrives, whatever happens in what
//! order, and whoever is not hidden is seen.

use std::collections::{BTreeMap, BTreeSet};

use maru_protocol::{
    ChatLine, Event, Op, Person, Place, Preview, ServerFrame, Standing, Standpoint, Status,
};
use proptest::prelude::*;

use super::client::frames;
use super::world::World;
use crate::domain::room::Role;
use crate::realtime::limits::Limits;
use crate::realtime::room::Input;

const PEOPLE: usize = 4;

/// Whose room it is.
const OWNER: usize = 0;

#[derive(Debug, Clone)]
enum Step {
    /// One of two blocks the other, or takes it back; whose connections hear of it first.
    Block(usize, usize),
    Unblock(usize, usize),
    Move(usize, i32),
    Say(usize),
    Type(usize, bool),
    Drag(usize, bool),
    Status(usize),
    Cut(usize),
    Leave(usize),
    Connect(usize),
    Fall(usize),
    Pass(u64),
    Crash,
}

fn step() -> impl Strategy<Value = Step> {
    let person = || 0..PEOPLE;
    prop_oneof![
        5 => (person(), person()).prop_map(|(one, other)| Step::Block(one, other)),
        5 => (person(), person()).prop_map(|(one, other)| Step::Unblock(one, other)),
        4 => (person(), 0..1_000).prop_map(|(who, x)| Step::Move(who, x)),
        4 => person().prop_map(Step::Say),
        3 => (person(), any::<bool>()).prop_map(|(who, on)| Step::Type(who, on)),
        3 => (person(), any::<bool>()).prop_map(|(who, on)| Step::Drag(who, on)),
        1 => person().prop_map(Step::Status),
        1 => person().prop_map(Step::Cut),
        1 => person().prop_map(Step::Leave),
        6 => person().prop_map(Step::Connect),
        1 => person().prop_map(Step::Fall),
        3 => prop_oneof![Just(1_u64), Just(60), Just(11_000)].prop_map(Step::Pass),
        1 => Just(Step::Crash),
    ]
}

struct Run {
    world: World,
    /// Pairs that must not see each other, each both ways.
    hidden: BTreeSet<(usize, usize)>,
    lines: usize,
    /// Who wrote which line.
    authors: Vec<usize>,
    /// Whose member number is whose, in this epoch.
    numbers: BTreeMap<u32, usize>,
}

impl Run {
    fn new() -> Self {
        let mut world = World::new(PEOPLE);
        for client in 1..PEOPLE {
            let id = world.person_id(client);
            // Everybody may drag.
            let editors = &mut world.card().access.editors;
            editors.insert(id, "편집자".to_owned());
        }
        world.crash();
        world.rest();
        Self {
            world,
            hidden: BTreeSet::new(),
            lines: 0,
            authors: Vec::new(),
            numbers: BTreeMap::new(),
        }
    }

    /// Both are looked up anew, in this order, as the node does when it hears of a change; whoever is not here is
    /// looked up when they come.
    fn relate(&mut self, one: usize, other: usize, hide: bool) {
        if one == other {
            return;
        }
        for (who, whom) in [(one, other), (other, one)] {
            let id = self.world.person_id(whom);
            let hidden = &mut self.world.visitor(who).hidden;
            if hide {
                hidden.insert(id);
                self.hidden.insert((who, whom));
            } else {
                hidden.remove(&id);
                self.hidden.remove(&(who, whom));
            }
        }
        for who in [one, other] {
            if let Some(conn) = self.world.conn(who) {
                let visitor = Box::new(self.world.visitor(who).clone());
                self.world.feed(Input::Refresh { conn, visitor });
            }
            if hide {
                // From the first word on, which may be the only one.
                self.check_inboxes();
            }
        }
    }

    fn take(&mut self, step: &Step) {
        let world = &mut self.world;
        let input = match *step {
            Step::Block(one, other) => return self.relate(one, other, true),
            Step::Unblock(one, other) => return self.relate(one, other, false),
            Step::Say(who) => {
                self.authors.push(who);
                self.lines += 1;
                let text = format!("{}", self.lines - 1);
                world.batch(who, vec![Op::Say { text }], true);
                return;
            }
            Step::Cut(who) => return world.cut(who),
            Step::Connect(who) => return world.connect(who),
            Step::Pass(ms) => return world.pass(ms),
            Step::Crash => {
                self.numbers.clear();
                return world.crash();
            }
            Step::Move(who, x) => world.conn(who).map(|conn| Input::Move {
                conn,
                x,
                y: x,
                facing: 0,
                standing: Standing::Walking,
            }),
            Step::Type(who, active) => world.conn(who).map(|conn| Input::Typing { conn, active }),
            Step::Drag(who, on) => world.conn(who).map(|conn| Input::Drag {
                conn,
                preview: on.then_some(Preview {
                    item: 1,
                    standpoint: Standpoint {
                        place: Place::Floor,
                        x: 1,
                        y: 1,
                    },
                    rotation: 0,
                }),
            }),
            Step::Status(who) => world.conn(who).map(|conn| Input::SetStatus {
                conn,
                status: Status::Busy,
            }),
            Step::Leave(who) => world.conn(who).map(|conn| Input::Leave { conn }),
            Step::Fall(who) => world.conn(who).map(|conn| {
                // What waited is given up.
                world.clients[who].inbox.clear();
                Input::Drained { conn, stale: true }
            }),
        };
        if let Some(input) = input {
            world.feed(input);
        }
    }

    /// What has arrived and is not read yet says nothing of the hidden.
    fn check_inboxes(&mut self) {
        let clients = self.world.clients.iter().enumerate();
        let mut waiting = Vec::new();
        for (reader, client) in clients {
            for bytes in &client.inbox {
                let frames = frames(bytes).into_iter();
                waiting.extend(frames.map(|(_, frame)| (reader, frame)));
            }
        }
        for (reader, frame) in &waiting {
            self.learn(*reader, frame);
        }
        for (reader, frame) in &waiting {
            assert!(
                self.may_be_told(*reader, frame),
                "{reader} is told of somebody hidden: {frame:?}"
            );
        }
    }

    fn who(&self, id: &str) -> usize {
        let mut all = 0..PEOPLE;
        let who = all.find(|who| self.world.person_id(*who) == id);
        who.expect("one of the four")
    }

    /// Whose number is whose, as anybody is told.
    fn learn(&mut self, reader: usize, frame: &ServerFrame) {
        let people = match frame {
            ServerFrame::Welcome { member, .. } => {
                self.numbers.insert(*member, reader);
                return;
            }
            ServerFrame::Snapshot { people, .. }
            | ServerFrame::Changes { people, .. }
            | ServerFrame::Part { people, .. } => people.clone(),
            ServerFrame::Events { events, .. } => {
                let events = events.iter().filter_map(|event| match event {
                    Event::Joined { person } | Event::Updated { person } => Some(person.clone()),
                    _ => None,
                });
                events.collect()
            }
            _ => return,
        };
        for Person { member, id, .. } in people {
            let who = self.who(&id);
            self.numbers.insert(member, who);
        }
    }

    fn may_be_told(&self, reader: usize, frame: &ServerFrame) -> bool {
        let shown = |about: usize| !self.hidden.contains(&(reader, about));
        let member = |member: u32| self.numbers.get(&member).is_none_or(|who| shown(*who));
        let people = |all: &[Person]| all.iter().all(|person| shown(self.who(&person.id)));
        let chat = |all: &[ChatLine]| all.iter().all(|line| shown(self.who(&line.author_id)));
        let says = |op: &Op| match op {
            Op::Say { text } => {
                let line: usize = text.parse().expect("a number");
                shown(self.authors[line])
            }
            _ => true,
        };
        match frame {
            ServerFrame::Snapshot {
                people: all,
                chat: lines,
                ..
            }
            | ServerFrame::Changes {
                people: all,
                chat: lines,
                ..
            }
            | ServerFrame::Part {
                people: all,
                chat: lines,
                ..
            } => people(all) && chat(lines),
            ServerFrame::Avatars { avatars, .. } => avatars.iter().all(|a| member(a.member)),
            ServerFrame::Signals { typing, drags, .. } => {
                typing.iter().all(|typing| member(typing.member))
                    && drags.iter().all(|drag| member(drag.member))
            }
            ServerFrame::Events { events, .. } => events.iter().all(|event| match event {
                Event::Joined { person } | Event::Updated { person } => shown(self.who(&person.id)),
                Event::Left { member: no } => member(*no),
                Event::Changed { ops, .. } => ops.iter().all(says),
                _ => true,
            }),
            _ => true,
        }
    }

    /// Everything is read, and what everybody has is what they may.
    fn read(&mut self) {
        self.world.settle();
        self.check_inboxes();
        for client in 0..PEOPLE {
            self.world.deliver(client);
        }
        for (client, _) in std::mem::take(&mut self.world.closes) {
            self.world.clients[client].start_over();
        }
        for who in 1..PEOPLE {
            let shut = self.hidden.contains(&(OWNER, who));
            assert!(!shut || self.world.conn(who).is_none(), "{who} is in");
        }
    }

    /// Everyone who is inside sees all the others there but the hidden.
    fn check_sight(&self) {
        let inside = |who: usize| self.world.conn(who).is_some();
        for reader in (0..PEOPLE).filter(|reader| inside(*reader)) {
            for about in (0..PEOPLE).filter(|about| inside(*about)) {
                let member = self.world.clients[about].room.member;
                let sees = self.world.clients[reader].room.people.contains_key(&member);
                let hidden = self.hidden.contains(&(reader, about));
                assert_eq!(sees, !hidden, "{reader} of {about}");
            }
        }
    }
}

proptest! {
    #[test]
    fn nothing_of_the_hidden_arrives_and_all_others_are_seen(
        steps in prop::collection::vec(step(), 1..100)
    ) {
        let mut run = Run::new();
        for step in &steps {
            run.take(step);
            run.read();
            run.world.save_answers();
        }
        for who in 0..PEOPLE {
            run.world.connect(who);
        }
        run.world.pass(100);
        run.read();
        run.check_sight();
    }
}

#[test]
fn whom_the_owner_blocks_goes_and_comes_back_when_unblocked() {
    let mut run = Run::new();
    let limits = Limits::DEFAULT;
    for (one, other) in [(OWNER, 1), (1, OWNER)] {
        run.take(&Step::Block(one, other));
        run.read();
        assert!(run.world.conn(1).is_none() && run.world.conn(2).is_some());
        run.world.connect(1);
        run.read();
        assert!(run.world.conn(1).is_none(), "not now");
        run.take(&Step::Unblock(one, other));
        run.world.connect(1);
        run.world.pass(limits.flush_ms_max);
        run.read();
        run.check_sight();
        assert!(run.world.conn(1).is_some());
        let role = run.world.clients[1].room.role;
        assert_eq!(role, Some(crate::realtime::wire::role_out(Role::Editor)));
    }
}
