//! The people of the simulation: each a client as the protocol describes it, with a will of its own.

mod acts;
mod connection;
mod mail;
mod mischief;

use maru::domain::visitor::Visitor;

use crate::client::Client;

pub struct Player {
    pub number: usize,
    pub visitor: Visitor,
    pub client: Client,
    pub link: Option<u64>,
    /// Bytes of a frame not yet whole.
    partial: Vec<u8>,
    heard_at: u64,
    connected_at: u64,
    /// Where it was connected last.
    pub place: Option<usize>,
    pinged_at: u64,
    failures: u64,
    /// A connection attempt of a lower number is out of date.
    attempt: u64,
    /// The server said when to come back.
    told_to_wait: Option<u64>,
    made: u64,
    /// Shows tokens of others that are no longer good, and nothing else.
    pub is_copycat: bool,
    /// The token before the one of the moment, and in which epoch and when it was replaced.
    pub old_token: Option<(String, u64, u64)>,
    /// Left of its own will, or was put out for good.
    pub is_out: bool,
    /// Said so itself, and when.
    pub left_at: Option<u64>,
}

impl Player {
    pub fn new(number: usize, visitor: Visitor) -> Self {
        Self {
            number,
            visitor,
            client: Client::default(),
            link: None,
            partial: Vec::new(),
            heard_at: 0,
            connected_at: 0,
            place: None,
            pinged_at: 0,
            failures: 0,
            attempt: 0,
            told_to_wait: None,
            made: 0,
            is_copycat: false,
            old_token: None,
            is_out: false,
            left_at: None,
        }
    }
}
