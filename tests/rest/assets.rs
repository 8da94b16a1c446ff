//! `/v1/assets`, `/media` and one's own picture.

mod announced;
mod avatar;
mod bombs;
mod canvas;
mod corpus;
mod hostile;
mod life;
mod links;
mod sending;
