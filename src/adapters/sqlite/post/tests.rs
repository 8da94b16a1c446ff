//! The suite on SQLite.
