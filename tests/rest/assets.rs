//! `/v1/assets`, `/media` and one's own picture.

mod announced;
mod archive;
mod avatar;
mod bombs;
mod canvas;
mod corpus;
mod decoder;
mod folder;
mod forms;
mod hostile;
mod life;
mod links;
mod sending;
mod shared;
mod takedown;
