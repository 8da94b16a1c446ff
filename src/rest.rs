//! The REST surface: one router a service; a handler parses, calls one service, answers.

pub mod admin;
pub mod asset;
pub mod audit;
pub mod auth;
pub mod cursor;
pub mod dev_identity;
pub mod docs;
pub mod etag;
pub mod idempotency;
pub mod identity;
pub mod login;
pub mod notification;
pub mod openapi;
pub mod origin;
pub mod permission;
pub mod personal_token;
pub mod problem;
mod range;
pub mod rate;
pub mod relation;
pub mod room;
pub mod user;
pub mod web;
