//! What the fuzz targets of `fuzz/` do, without a fuzzer: the kept corpus again, and random scripts for a room.

// Every function here is part of a test; only writing the seeds anew asks the environment.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods)]

mod corpus;
#[path = "../../fuzz/src/door.rs"]
mod door;
#[path = "../../fuzz/src/frames.rs"]
mod frames;
#[path = "../../fuzz/src/house.rs"]
mod house;
#[path = "../../fuzz/src/people.rs"]
mod people;
#[path = "../../fuzz/src/script.rs"]
mod script;
mod scripts;
