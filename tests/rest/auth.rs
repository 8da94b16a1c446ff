//! `/v1/auth`.

mod access;
mod authorize;
mod callback;
mod code;
mod form_post;
mod id_token;
mod jwks;
mod linking;
mod logout;
mod providers;
mod races;
mod reauthenticate;
mod redirect;
mod start;
mod state;
mod token;
