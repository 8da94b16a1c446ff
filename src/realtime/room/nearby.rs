//! Crowds: each receiver gets every step of those near it, and the newest place of everyone once in a while.
//!
//! Receivers are told apart by the cell of the floor they stand on, not one by one, so the work of a flush is
//! members times cells. Nobody is frozen: whoever moves is put in a queue at the first step that not everyone
//! was told about, and leaves it when all have been, at most `far_interval_ms` and a flush later.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::member::{MemberNo, Pose};
use crate::domain::clock::Tick;
use crate::realtime::limits::Limits;

/// The sides of a cell, in hundredths of a tile: 25 cells in a room of ten by ten tiles.
const CELL: i32 = 200;

/// A square of the floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cell {
    x: i32,
    y: i32,
}

impl Cell {
    /// The cell a pose is in.
    pub fn of(pose: Pose) -> Self {
        Self {
            x: pose.x.div_euclid(CELL),
            y: pose.y.div_euclid(CELL),
        }
    }

    fn distance_squared(self, pose: Pose) -> i64 {
        let from_centre = |at: i32, cell: i32| i64::from(at - cell * CELL - CELL / 2).pow(2);
        from_centre(pose.x, self.x) + from_centre(pose.y, self.y)
    }
}

/// Who moved, by who is to be told in this flush.
#[derive(Debug)]
pub(super) struct Crowd {
    /// For everyone.
    for_all: BTreeSet<MemberNo>,
    /// For those in a cell, beside `for_all`.
    near: BTreeMap<Cell, BTreeSet<MemberNo>>,
}

impl Crowd {
    /// Chooses among `moved` for the receivers in `cells`. `people` is everyone present.
    pub fn new(
        people: &[(MemberNo, Pose)],
        cells: BTreeSet<Cell>,
        moved: &BTreeSet<MemberNo>,
        for_all: BTreeSet<MemberNo>,
        near_max: usize,
    ) -> Self {
        let mut nearest: Vec<(i64, MemberNo)> = Vec::with_capacity(people.len());
        let near = cells.into_iter().map(|cell| {
            nearest.clear();
            let distances = people
                .iter()
                .map(|(no, pose)| (cell.distance_squared(*pose), *no));
            nearest.extend(distances);
            if nearest.len() > near_max {
                nearest.select_nth_unstable(near_max);
                nearest.truncate(near_max);
            }
            let near = nearest.iter().map(|(_, no)| *no);
            (cell, near.filter(|no| moved.contains(no)).collect())
        });
        Self {
            near: near.collect(),
            for_all,
        }
    }

    /// Whose places a receiver in this cell gets.
    pub fn told(&self, cell: Cell) -> BTreeSet<MemberNo> {
        let near = self.near.get(&cell);
        near.into_iter()
            .flatten()
            .chain(&self.for_all)
            .copied()
            .collect()
    }

    /// Whether a receiver in this cell gets this member's place.
    pub fn tells(&self, cell: Cell, member: MemberNo) -> bool {
        let near = self.near.get(&cell);
        self.for_all.contains(&member) || near.is_some_and(|near| near.contains(&member))
    }
}

/// Who has moved without everyone being told, since when, the longest first.
#[derive(Debug, Default)]
pub(super) struct Far {
    queue: VecDeque<(Tick, MemberNo)>,
    waiting: BTreeSet<MemberNo>,
}

impl Far {
    pub fn moved(&mut self, member: MemberNo, now: Tick) {
        if self.waiting.insert(member) {
            self.queue.push_back((now, member));
        }
    }

    /// The member is gone, or everyone has been told.
    pub fn forget(&mut self, member: MemberNo) {
        if self.waiting.remove(&member) {
            self.queue.retain(|(_, no)| *no != member);
        }
    }

    pub fn due(&self, limits: &Limits) -> Option<Tick> {
        let (since, _) = self.queue.front()?;
        Some(since.plus_ms(limits.far_interval_ms))
    }

    /// Takes those that have waited long enough.
    pub fn take_due(&mut self, limits: &Limits, now: Tick) -> BTreeSet<MemberNo> {
        let mut taken = BTreeSet::new();
        while self.due(limits).is_some_and(|due| due <= now) {
            if let Some((_, member)) = self.queue.pop_front() {
                self.waiting.remove(&member);
                taken.insert(member);
            }
        }
        taken
    }

    /// Takes everyone.
    pub fn take_all(&mut self) -> BTreeSet<MemberNo> {
        self.queue.clear();
        std::mem::take(&mut self.waiting)
    }
}
