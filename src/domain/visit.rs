//! People's calls at rooms: visits and guestbooks.

mod event;

pub use event::VisitEvent;
