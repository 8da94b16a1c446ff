//! The room under test: scripted behaviour, and properties over any interleaving.

mod attention;
mod behaviour;
mod client;
mod crowd;
mod hall;
mod parts;
mod presence;
mod properties;
mod signals;
mod tick;
mod world;
