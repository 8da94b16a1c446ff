//! The room under test: scripted behaviour, and properties over any interleaving.

mod behaviour;
mod client;
mod presence;
mod properties;
mod world;
