//! Pictures people upload, and what happens to them.

mod event;

pub use event::AssetEvent;
