//! What is measured: ways to write, rates, and who the receivers are.

use serde::{Deserialize, Serialize};

/// How bytes get to the sockets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// A loop of send(2) over plain sockets: the floor.
    Bare,
    /// A task, a channel and a WebSocket sink a connection: the usual way.
    Sink,
    /// The room's own way.
    Outbox,
    /// The same over tasks that write to a share of the receivers each.
    Split,
}

/// What one receiver does. Travels as one byte at the start of its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Receiver {
    /// Never reads.
    pub is_stalled: bool,
    /// Belongs to an audience that may not see everything.
    pub is_filtered: bool,
    /// Small socket buffers and long pauses between reads, so that writes are cut anywhere.
    pub is_tight: bool,
    /// Sends WebSocket pings.
    pub pings: bool,
    /// Reads for two seconds, then does not for two.
    pub is_lagging: bool,
}

impl Receiver {
    /// One byte for the wire.
    pub fn byte(self) -> u8 {
        let Self {
            is_stalled,
            is_filtered,
            is_tight,
            pings,
            is_lagging,
        } = self;
        let flags = [is_stalled, is_filtered, is_tight, pings, is_lagging];
        let bits = flags.iter().enumerate();
        bits.fold(0, |byte, (bit, &flag)| byte | (u8::from(flag) << bit))
    }

    /// As read from the wire.
    pub fn from_byte(byte: u8) -> Self {
        let flag = |bit: u8| byte & (1 << bit) != 0;
        Self {
            is_stalled: flag(0),
            is_filtered: flag(1),
            is_tight: flag(2),
            pings: flag(3),
            is_lagging: flag(4),
        }
    }
}

/// Who is there, in hundredths of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Crowd {
    /// Everyone reads, nobody pings.
    Even,
    /// 5 stalled, 2 filtered, 5 tight, 15 pinging, the tight ones among them.
    Mixed,
    /// As mixed, and 5 lagging, for a flood that they cannot take.
    Flooded,
}

impl Crowd {
    /// The receiver at a place in the order of connecting.
    pub fn receiver(self, index: usize) -> Receiver {
        let hundredth = index % 100;
        match (self, hundredth) {
            (Self::Mixed | Self::Flooded, 0..5) => Receiver {
                is_stalled: true,
                ..Receiver::default()
            },
            (Self::Mixed | Self::Flooded, 5..7) => Receiver {
                is_filtered: true,
                ..Receiver::default()
            },
            // One in five of the tight is filtered too.
            (Self::Mixed | Self::Flooded, 7..12) => Receiver {
                is_tight: true,
                pings: true,
                is_filtered: hundredth == 7 && index % 200 == 7,
                ..Receiver::default()
            },
            (Self::Mixed | Self::Flooded, 12..22) => Receiver {
                pings: true,
                ..Receiver::default()
            },
            (Self::Flooded, 22..27) => Receiver {
                is_lagging: true,
                ..Receiver::default()
            },
            _ => Receiver::default(),
        }
    }
}

/// Events a second of the flood: in two seconds more bytes than a backlog holds.
const FLOOD_RATE: u64 = 2_000;

/// One measurement.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Phase {
    /// How bytes get out.
    pub way: Way,
    /// To whom.
    pub crowd: Crowd,
    /// Events a second.
    pub rate: u64,
    /// Events of so many milliseconds share a flush; each has its own when absent.
    pub tick_ms: Option<u64>,
}

impl Phase {
    /// Every phase of a run, the floor of each rate first.
    pub fn all(rates: &[u64]) -> Vec<Self> {
        let mut phases = Vec::new();
        for &rate in rates {
            let direct = |way, crowd| Self {
                way,
                crowd,
                rate,
                tick_ms: None,
            };
            phases.push(direct(Way::Bare, Crowd::Even));
            phases.push(direct(Way::Outbox, Crowd::Even));
            phases.push(direct(Way::Split, Crowd::Even));
            phases.push(direct(Way::Outbox, Crowd::Mixed));
            phases.push(direct(Way::Sink, Crowd::Even));
        }
        let fastest = rates.iter().max().copied().unwrap_or_default();
        for tick_ms in [10, 50] {
            let tick_ms = Some(tick_ms);
            for way in [Way::Outbox, Way::Split] {
                phases.push(Self {
                    way,
                    crowd: Crowd::Mixed,
                    rate: fastest,
                    tick_ms,
                });
            }
        }
        // Not for its cost: here backlogs overflow, and receivers must be brought up to date.
        phases.push(Self {
            way: Way::Outbox,
            crowd: Crowd::Flooded,
            rate: FLOOD_RATE,
            tick_ms: Some(10),
        });
        phases
    }

    /// What a row of the table calls it.
    pub fn name(&self) -> String {
        let way = match self.way {
            Way::Bare => "send(2) loop",
            Way::Sink => "task + channel + sink",
            Way::Outbox => "outbox",
            Way::Split => "outbox over tasks",
        };
        let crowd = match self.crowd {
            Crowd::Even => "",
            Crowd::Mixed => ", mixed crowd",
            Crowd::Flooded => ", flooded",
        };
        match self.tick_ms {
            Some(tick_ms) => format!("{way}{crowd}, {tick_ms} ms tick"),
            None => format!("{way}{crowd}"),
        }
    }
}
