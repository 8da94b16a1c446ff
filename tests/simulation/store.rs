//! The room store of the simulation: what was written may be lost until it is synced, answers may be slow, late or
//! never come, and calls may land long after they were given up.

use std::collections::BTreeMap;

use maru::domain::clock::WallMs;
use maru::domain::id::NodeId;
use maru::domain::rules::Rule;
use maru::ports::room::memory::MemoryRoom;
use maru::ports::room::{ClaimOutcome, StoreError, may_claim};
use maru::realtime::host::{StoreAnswer, StoreCall};

use crate::random::Random;

/// How the store behaves at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    Fair,
    /// Answers take seconds.
    Slow,
    /// Calls fail without effect, or with an effect nobody hears of.
    Failing,
    /// Nothing is heard from it.
    Down,
}

/// What becomes of one call: when it takes effect, when its answer is back, and whether that tells anything.
#[derive(Debug, Clone, Copy)]
pub struct Fate {
    /// From now to the effect; none when it never has one.
    pub lands_ms: Option<u64>,
    /// From now to the answer.
    pub answers_ms: u64,
    /// Whether the answer is "unknown".
    pub is_unknown: bool,
}

pub struct Store {
    /// What survives a crash of the store.
    pub durable: MemoryRoom,
    /// What it works on.
    pub live: MemoryRoom,
    leases: BTreeMap<NodeId, u64>,
    pub weather: Weather,
    /// Grows with each crash: calls from before have no effect after.
    pub life: u64,
}

impl Store {
    pub fn new(room: MemoryRoom) -> Self {
        Self {
            durable: room.clone(),
            live: room,
            leases: BTreeMap::new(),
            weather: Weather::Fair,
            life: 0,
        }
    }

    pub fn lease_until(&self, node: NodeId) -> u64 {
        self.leases.get(&node).copied().unwrap_or(0)
    }

    pub fn renew(&mut self, node: NodeId, lease_ms: u64, now: u64) {
        self.leases.insert(node, now + lease_ms);
    }

    pub fn fate(&self, random: &mut Random) -> Fate {
        let quick = random.between(1, 12);
        let sync = random.between(1, 20);
        match self.weather {
            Weather::Fair if random.chance(985) => Fate {
                lands_ms: Some(quick),
                answers_ms: quick + sync,
                is_unknown: false,
            },
            Weather::Slow => {
                let slow = random.between(100, 3_500);
                Fate {
                    lands_ms: Some(slow),
                    answers_ms: slow + sync,
                    is_unknown: false,
                }
            }
            Weather::Down => Fate {
                lands_ms: None,
                answers_ms: random.between(500, 1_500),
                is_unknown: true,
            },
            Weather::Fair | Weather::Failing => {
                // Landed and unheard of, landing late, or never.
                let lands = match random.below(4) {
                    0 => None,
                    1 => Some(quick),
                    _ => Some(random.between(200, 4_000)),
                };
                Fate {
                    lands_ms: lands,
                    answers_ms: random.between(20, 600),
                    is_unknown: true,
                }
            }
        }
    }

    /// Carries a call out. The claim rule is checked by the simulation itself as well, in words of its own.
    pub fn carry_out(&mut self, node: NodeId, call: &StoreCall, now: u64) -> StoreAnswer {
        match call {
            StoreCall::Claim => StoreAnswer::Claim(Ok(self.claim(node, now))),
            StoreCall::Save(save) => StoreAnswer::Save(Ok(self.live.save(save))),
            StoreCall::LastSave => {
                let (epoch, _) = self.live.owner();
                let held = (!self.live.is_shut()).then_some((epoch, self.live.save_no));
                StoreAnswer::LastSave(Ok(held))
            }
            StoreCall::Release(epoch) => {
                self.live.release(*epoch, node);
                StoreAnswer::Release(Ok(()))
            }
        }
    }

    fn claim(&mut self, node: NodeId, now: u64) -> ClaimOutcome {
        if self.live.is_shut() {
            return ClaimOutcome::NotFound;
        }
        let (_, owner) = self.live.owner();
        let holder = owner.map(|owner| {
            let until = self.leases.get(&owner);
            (owner, until.map(|until| WallMs(*until)))
        });
        if !may_claim(holder, node, WallMs(now)) {
            let node = owner.expect("only an owner keeps others out");
            return ClaimOutcome::Held { node };
        }
        let lawful = owner.is_none_or(|owner| owner == node || self.lease_until(owner) <= now);
        assert!(
            lawful,
            "claim: a room was taken from an owner whose lease still runs"
        );
        ClaimOutcome::Claimed(Box::new(self.live.claim(node)))
    }

    /// Everything written so far is on the disk.
    pub fn sync(&mut self) {
        self.durable = self.live.clone();
    }

    /// The store loses what it had not synced.
    pub fn crash(&mut self) {
        self.live = self.durable.clone();
        self.life += 1;
    }

    /// Whether the store answers only what it has synced.
    pub fn waits_for_disk() -> bool {
        Rule::Durable.holds()
    }
}

/// The answer nobody can rely on.
pub fn unknown(call: &StoreCall) -> StoreAnswer {
    let error = || StoreError::Unknown("no answer in time".to_owned());
    match call {
        StoreCall::Claim => StoreAnswer::Claim(Err(error())),
        StoreCall::Save(_) => StoreAnswer::Save(Err(error())),
        StoreCall::LastSave => StoreAnswer::LastSave(Err(error())),
        StoreCall::Release(_) => StoreAnswer::Release(Err(error())),
    }
}
