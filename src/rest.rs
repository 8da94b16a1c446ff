//! The REST surface: one router a service; a handler parses, calls one service, answers.

pub mod admin;
pub mod auth;
pub mod dev_identity;
pub mod origin;
pub mod problem;
pub mod relation;
pub mod room;
pub mod user;
pub mod web;
