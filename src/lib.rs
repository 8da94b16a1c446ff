//! Maru: a live room server with the social platform around it. `ARCHITECTURE.md` has the map.

pub mod adapters;
pub mod app;
pub mod catalogue;
pub mod cli;
pub mod config;
pub mod domain;
pub mod drawing;
pub mod ports;
pub mod realtime;
pub mod rest;
pub mod services;
pub mod workers;
