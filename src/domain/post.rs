//! What people write: posts, and what happens to them.

mod event;

pub use event::PostEvent;
