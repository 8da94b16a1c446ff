//! `/v1/auth`.

mod callback;
mod logout;
mod providers;
mod start;
