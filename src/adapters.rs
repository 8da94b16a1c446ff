//! The backends behind the ports, and the clients of other people's services.

pub mod oauth;
pub mod sqlite;
