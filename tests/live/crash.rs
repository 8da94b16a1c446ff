//! SIGKILL in the middle of a stream of edits: what was acknowledged is there, once; what was not and is
//! sent again is done at most once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use maru_protocol::Op;
use maru_protocol::replica::Contents;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::author::Author;
use crate::client::{Client, DEADLINE};
use crate::front::{Front, Person};
use crate::process::Process;
use crate::stage::{paint, put};

const ROUNDS: usize = 6;
const AUTHORS: usize = 3;

/// Batches of one author in a round; below what a connection may send at once.
const BATCHES: usize = 28;

/// One author's shelf: a row of cells of its own, so that no two are in each other's way.
#[derive(Debug)]
pub(crate) struct Shelf {
    row: i32,
    cells: [Option<u64>; 20],
    next_id: u64,
}

impl Shelf {
    pub(crate) fn new(no: usize) -> Self {
        Self {
            row: 10 + i32::try_from(no).unwrap(),
            cells: [None; 20],
            next_id: (no as u64 + 1) * 1_000_000,
        }
    }

    /// A batch of one to three operations on random cells.
    pub(crate) fn batch(&mut self, rng: &mut StdRng) -> Vec<Op> {
        let count = rng.random_range(1..=3);
        (0..count).map(|_| self.op(rng)).collect()
    }

    fn op(&mut self, rng: &mut StdRng) -> Op {
        let x = rng.random_range(0..20);
        let cell = &mut self.cells[usize::try_from(x).unwrap()];
        match *cell {
            None => {
                let id = self.next_id;
                self.next_id += 1;
                *cell = Some(id);
                put(id, "cactus", x, self.row)
            }
            Some(id) if rng.random_bool(0.5) => {
                *cell = None;
                Op::Remove { id, if_seq: None }
            }
            Some(id) => {
                let colours = ["mint", "sky", "rose", "ink"];
                paint(id, colours[rng.random_range(0..colours.len())])
            }
        }
    }
}

/// Authors of one room: sessions of its owner.
pub(crate) async fn authors(front: &Front, owner: &Person, count: usize) -> Vec<Author> {
    let mut authors = Vec::new();
    for _ in 0..count {
        let ticket = front.ticket(&owner.room, owner).await;
        let client = Client::join(front, &owner.room, ticket).await;
        authors.push(Author::new(front, &owner.room, client));
    }
    authors
}

/// What a newcomer finds.
pub(crate) async fn look_in(front: &Front, room: &str) -> Contents {
    let ticket = front.guest_ticket(room, "inspector").await;
    Client::join(front, room, ticket).await.room.contents
}

/// Checks that the room holds what it held before and then exactly what was acknowledged, by seq.
pub(crate) fn holds_what_was_acknowledged(before: &Contents, now: &Contents, authors: &[Author]) {
    let mut by_seq = BTreeMap::new();
    for (seq, ops) in authors.iter().flat_map(Author::applied) {
        assert!(
            by_seq.insert(seq, ops).is_none(),
            "seq {seq} was given twice"
        );
    }
    let mut wanted = before.clone();
    for (seq, ops) in by_seq {
        // Refuses a seq that is missing.
        wanted.edit(seq, ops);
    }
    assert_eq!(now.seq, wanted.seq, "nothing was done twice");
    assert_eq!(now.items, wanted.items);
    assert_eq!(now.theme, wanted.theme);
}

/// Kills the server once so many batches are answered, and a random moment later.
async fn kill_after(
    process: Process,
    counts: Vec<Arc<AtomicUsize>>,
    answers: usize,
    moment: Duration,
) {
    let total = || -> usize {
        counts
            .iter()
            .map(|count| count.load(Ordering::Relaxed))
            .sum()
    };
    let waiting = async {
        while total() < answers {
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
    };
    let waited = tokio::time::timeout(DEADLINE, waiting).await;
    waited.expect("answers come in time");
    tokio::time::sleep(moment).await;
    process.kill().await;
}

#[tokio::test]
async fn no_acknowledged_batch_is_missing_after_a_crash_and_none_is_done_twice() {
    let seed = rand::random::<u64>();
    eprintln!("seed {seed}");
    let mut rng = StdRng::seed_from_u64(seed);
    let data = tempfile::tempdir().unwrap();
    let mut process = Process::serve(data.path()).await;
    let owner = process.front.sign_in("하늘").await;
    let mut authors = authors(&process.front, &owner, AUTHORS).await;
    let mut shelves: Vec<_> = (0..AUTHORS).map(Shelf::new).collect();
    let before = look_in(&process.front, &owner.room).await;
    for round in 0..ROUNDS {
        for (author, shelf) in authors.iter_mut().zip(&mut shelves) {
            for _ in 0..BATCHES {
                author.add(shelf.batch(&mut rng));
            }
            let text = format!("round {round}, {}", shelf.row);
            author.add(vec![Op::Say { text }]);
        }
        let so_far: usize = authors.iter().map(|author| author.answers().len()).sum();
        let answers = so_far + rng.random_range(0..AUTHORS * BATCHES);
        let moment = Duration::from_micros(rng.random_range(0..4_000));
        let counts = authors.iter().map(Author::answered).collect();
        let streams = authors.iter_mut().map(Author::stream);
        let streams = futures_util::future::join_all(streams);
        tokio::join!(streams, kill_after(process, counts, answers, moment));

        process = Process::serve(data.path()).await;
        let saved = look_in(&process.front, &owner.room).await;
        for author in &mut authors {
            let acked = author.answers().iter().map(|ack| ack.seq).max();
            assert!(acked <= Some(saved.seq), "acknowledged, but gone");
            author.front = process.front.clone();
            author.come_back().await;
            assert!(author.client.welcome().resumed);
        }
        for author in &mut authors {
            author.settle().await;
        }
        let now = look_in(&process.front, &owner.room).await;
        holds_what_was_acknowledged(&before, &now, &authors);
        for author in &mut authors {
            author
                .client
                .until_room(|room| room.contents.seq >= now.seq)
                .await;
            assert_eq!(
                author.client.room.contents, now,
                "everyone has the same room"
            );
        }
    }
    let now = look_in(&process.front, &owner.room).await;
    let mut lines: Vec<_> = now.chat.iter().map(|line| &line.text).collect();
    lines.sort();
    lines.dedup();
    assert_eq!(
        (lines.len(), now.chat.len()),
        (ROUNDS * AUTHORS, ROUNDS * AUTHORS)
    );
    process.kill().await;
}
