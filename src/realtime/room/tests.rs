//! The room under test: scripted behaviour, and properties over any interleaving.

mod attention;
mod behaviour;
mod client;
mod commands;
mod copies;
mod crowd;
mod decided;
mod guests;
mod hall;
mod late;
mod layouts;
mod owner;
mod parts;
mod presence;
mod properties;
mod refused;
mod sight;
mod signals;
mod telling;
mod tick;
mod world;
