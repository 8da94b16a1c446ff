//! Whatever order things happen in, and wherever the process dies: nothing acknowledged is missing, nothing
//! happens twice, nobody does what they may not, and everyone ends up with what is saved.

use std::collections::BTreeMap;

use maru_protocol::replica::Contents;
use maru_protocol::{ItemCopy, Op, Place, Standpoint};
use proptest::prelude::*;
use proptest::sample::select;

use super::decided::{self, about_person, decision};
use super::world::World;
use crate::realtime::wire;

#[derive(Debug, Clone)]
enum Step {
    Connect(usize),
    Cut(usize),
    Deliver(usize),
    Batch(usize, Vec<Do>, bool),
    Decide(usize, Op, bool),
    Resend(usize),
    Fall(usize),
    Pass(u64),
    SaveLands,
    SaveAnswers,
    Crash,
}

/// An operation, as far as it can be chosen without knowing the room.
#[derive(Debug, Clone)]
enum Do {
    Put { kind: &'static str, x: i32, y: i32 },
    Patch { item: usize, x: i32, y: i32 },
    Turn { item: usize, rotation: u8 },
    Paint { item: usize, color: &'static str },
    Remove { item: usize },
    Theme { light: &'static str },
    Duplicate { item: usize, dx: i32 },
    Say,
}

const PEOPLE: usize = 3;

/// The one who is not the owner.
const VISITOR: usize = 2;

fn person() -> impl Strategy<Value = usize> {
    0..PEOPLE
}

fn action() -> impl Strategy<Value = Do> {
    // Small things mostly fit; large ones are refused now and then, which is answered and kept too.
    let kinds = select(vec!["chair", "cactus", "sofa", "no_such_kind"]);
    prop_oneof![
        4 => (kinds, 0..19, 0..19).prop_map(|(kind, x, y)| Do::Put { kind, x, y }),
        4 => (0_usize..8, 0..19, 0..19).prop_map(|(item, x, y)| Do::Patch { item, x, y }),
        2 => (0_usize..8, 0_u8..5).prop_map(|(item, rotation)| Do::Turn { item, rotation }),
        2 => (0_usize..8, select(vec!["mint", "coral", "", "no_color"]))
            .prop_map(|(item, color)| Do::Paint { item, color }),
        2 => (0_usize..8).prop_map(|item| Do::Remove { item }),
        1 => select(vec!["day", "night", "dusk"]).prop_map(|light| Do::Theme { light }),
        2 => (0_usize..8, -6..7).prop_map(|(item, dx)| Do::Duplicate { item, dx }),
        3 => Just(Do::Say),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => person().prop_map(Step::Connect),
        1 => person().prop_map(Step::Cut),
        6 => person().prop_map(Step::Deliver),
        12 => (person(), prop::collection::vec(action(), 1..4), prop::bool::weighted(0.9))
            .prop_map(|(who, what, sent)| Step::Batch(who, what, sent)),
        3 => (person(), decision(), prop::bool::weighted(0.9))
            .prop_map(|(who, what, sent)| Step::Decide(who, what, sent)),
        2 => person().prop_map(Step::Resend),
        1 => person().prop_map(Step::Fall),
        6 => select(vec![1_u64, 10, 100, 2_000, 11_000]).prop_map(Step::Pass),
        4 => Just(Step::SaveLands),
        5 => Just(Step::SaveAnswers),
        1 => Just(Step::Crash),
    ]
}

/// The world, and what is needed to make operations that mean something in it.
struct Run {
    world: World,
    next_id: u64,
}

impl Run {
    fn op(&mut self, who: usize, what: &Do) -> Op {
        let known: Vec<u64> = self.world.clients[who]
            .room
            .contents
            .items
            .keys()
            .copied()
            .collect();
        let item = |n: usize| {
            known
                .get(n % known.len().max(1))
                .copied()
                .unwrap_or(999_999)
        };
        let (id, standpoint, rotation, color) = match *what {
            Do::Put { kind, x, y } => {
                self.next_id += 1;
                let (id, kind) = (self.next_id, kind.to_owned());
                let color = String::new();
                return Op::Put {
                    id,
                    kind,
                    place: Place::Floor,
                    x,
                    y,
                    rotation: 0,
                    color,
                };
            }
            Do::Duplicate { item: n, dx } => {
                self.next_id += 2;
                let copy = |n, to| ItemCopy { from: item(n), to };
                let copies = vec![copy(n, self.next_id - 1), copy(n + 1, self.next_id)];
                return Op::Duplicate { copies, dx, dy: 3 };
            }
            Do::Say => {
                self.next_id += 1;
                return Op::Say {
                    text: format!("line {}", self.next_id),
                };
            }
            Do::Remove { item: n } => {
                return Op::Remove {
                    id: item(n),
                    if_seq: None,
                };
            }
            Do::Theme { light } => {
                let light = Some(light.to_owned());
                return Op::SetTheme {
                    wallpaper: None,
                    flooring: None,
                    light,
                };
            }
            Do::Patch { item: n, x, y } => {
                let standpoint = Standpoint {
                    place: Place::Floor,
                    x,
                    y,
                };
                (item(n), Some(standpoint), None, None)
            }
            Do::Turn { item: n, rotation } => (item(n), None, Some(rotation), None),
            Do::Paint { item: n, color } => (item(n), None, None, Some(color.to_owned())),
        };
        Op::Patch {
            id,
            standpoint,
            rotation,
            color,
            if_seq: None,
        }
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Connect(who) => self.world.connect(*who),
            Step::Cut(who) => self.world.cut(*who),
            Step::Deliver(who) => self.world.deliver(*who),
            Step::Batch(who, what, sent) => {
                let ops = what.iter().map(|what| self.op(*who, what)).collect();
                self.world.batch(*who, ops, *sent);
                if !sent {
                    self.world.cut(*who);
                }
            }
            Step::Decide(who, what, sent) => {
                let about = self.world.person_id(VISITOR);
                self.world
                    .batch(*who, vec![about_person(what, &about)], *sent);
                if !sent {
                    self.world.cut(*who);
                }
            }
            Step::Resend(who) => self.world.resend(*who),
            // The outbox gave up what waited, and the client has read the rest.
            Step::Fall(who) => {
                if let Some(conn) = self.world.conn(*who) {
                    self.world.settle();
                    self.world.clients[*who].inbox.clear();
                    let drained = crate::realtime::room::Input::Drained { conn, stale: true };
                    if self.world.clients[*who].inside {
                        self.world.feed(drained);
                    } else {
                        // The welcome was lost: only a new connection can bring another.
                        self.world.cut(*who);
                    }
                }
            }
            Step::Pass(ms) => self.world.pass(*ms),
            Step::SaveLands => self.world.save_lands(),
            Step::SaveAnswers => self.world.save_answers(),
            Step::Crash => self.world.crash(),
        }
        decided::start_over_where_it_ended(&mut self.world);
        decided::check_nobody_is_in_against_the_policy(&self.world);
    }
}

/// Every line ever acknowledged, as far as the room keeps lines at all, is there once.
fn check_lines(world: &World) {
    let mut said: BTreeMap<&str, usize> = BTreeMap::new();
    for line in &world.document().chat {
        *said.entry(line.text.as_str()).or_default() += 1;
    }
    assert!(
        said.values().all(|count| *count == 1),
        "a line was said twice: {said:?}"
    );
    let oldest = world
        .document()
        .chat
        .front()
        .map_or(u64::MAX, |line| line.seq.0);
    for client in &world.clients {
        for (seq, ops) in &client.batches.applied {
            for op in ops {
                if let Op::Say { text } = op {
                    let kept = said.contains_key(text.as_str());
                    assert!(
                        kept || *seq < oldest || world.document().chat.len() >= 100,
                        "lost: {text}"
                    );
                }
            }
        }
    }
}

/// Every item whose put was acknowledged is there, unless someone asked for its removal.
fn check_items(world: &World) {
    let applied = || {
        let clients = world.clients.iter();
        clients.flat_map(|client| client.batches.applied.iter().flat_map(|(_, ops)| ops))
    };
    if applied().any(|op| matches!(op, Op::RestoreLayout { .. })) {
        return;
    }
    let asked_away: Vec<u64> = applied()
        .filter_map(|op| match op {
            Op::Remove { id, .. } => Some(*id),
            _ => None,
        })
        .collect();
    for op in applied() {
        let ids = match op {
            Op::Put { id, .. } => vec![*id],
            // None is made where one of what is copied was taken away meanwhile.
            Op::Duplicate { copies, .. }
                if copies.iter().all(|copy| !asked_away.contains(&copy.from)) =>
            {
                copies.iter().map(|copy| copy.to).collect()
            }
            _ => Vec::new(),
        };
        for id in ids {
            let there = world.document().items.keys().any(|item| item.0 == id);
            assert!(
                there || asked_away.contains(&id),
                "acknowledged item {id} is lost"
            );
        }
    }
}

/// Everyone sees what the room holds, and the store holds it too.
fn check_same(world: &World) {
    let document = world.document();
    let room = world.room.as_ref().expect("the room is open");
    assert_eq!(&world.store.document, document, "saved and live");
    let contents = Contents::of(&wire::snapshot(0, document, room.room_info()));
    for client in &world.clients {
        assert!(
            client.inside && client.batches.unanswered.is_empty(),
            "at rest: {:?}",
            client.errors
        );
        assert_eq!(client.room.contents, contents);
        assert_eq!(
            client.room.people.len(),
            PEOPLE - 1,
            "the owner is one person on two devices"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        max_shrink_iters: 20_000,
        ..ProptestConfig::default()
    })]

    #[test]
    fn everything_converges_and_nothing_acknowledged_is_lost(
        steps in prop::collection::vec(step(), 1..120)
    ) {
        let mut run = Run { world: World::new(PEOPLE), next_id: 0 };
        // Two of the three are the owner on two devices, so that edits really meet.
        run.world.same_person(0, 1);
        for step in &steps {
            run.take(step);
        }
        decided::open_the_room_again(&mut run.world, VISITOR);
        check_same(&run.world);
        check_lines(&run.world);
        check_items(&run.world);
        decided::check_everyone_knows_the_policy(&run.world);
        decided::check_the_record(&run.world);
    }
}
