//! Pictures of rooms, drawn of the same shapes as the web client's: `protocol/drawings.json`, which
//! `npm run drawings` writes from the client's own drawings, put together in the same order.
//! `protocol/vectors/drawings.json` holds both to each other.

mod card;
mod depth;
mod number;
mod painting;
mod projection;
mod room;
mod stencil;

pub use card::{CARD_HEIGHT, CARD_WIDTH, CardText};
pub use painting::{NotPainted, THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH};

use sha2::{Digest, Sha256};

use crate::domain::room::{Light, Piece, Place, Theme};

/// Raised when what is made of the same shapes looks different: frame, card, quality. The shapes speak for themselves.
const LAYOUT_VERSION: u8 = 1;

/// The version of the drawings, for tags.
pub const VERSION: u64 = LAYOUT_VERSION as u64;

/// Pieces drawn of one room; rooms hold fewer unless their operator wants otherwise.
pub const PIECES_MAX: usize = 1_000;

/// What a picture shows, as a number: of equal pictures it is equal, on every node, and of others it is another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Print(u128);

impl Print {
    /// As much of it as goes into a tag or an address.
    pub const fn short(self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0.to_be_bytes();
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

impl std::fmt::Display for Print {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.short())
    }
}

/// A room to be drawn.
#[derive(Debug, Clone)]
pub struct Drawing {
    theme: Theme,
    pieces: Vec<Piece>,
}

impl Drawing {
    /// A room as it looks, in the order of its items.
    pub fn room<'a>(theme: &Theme, pieces: impl Iterator<Item = &'a Piece>) -> Self {
        Self {
            theme: theme.clone(),
            pieces: pieces.take(PIECES_MAX).cloned().collect(),
        }
    }

    /// What it shows.
    pub fn print(&self) -> Print {
        print(self.digest())
    }

    /// What a card of it shows.
    pub fn card_print(&self, text: &CardText) -> Print {
        let mut digest = self.digest();
        for part in [&text.room, &text.owner, &text.handle] {
            digest.update(part.as_bytes());
            digest.update([0xff]);
        }
        print(digest)
    }

    fn digest(&self) -> Sha256 {
        let Self { theme, pieces } = self;
        let mut digest = Sha256::new();
        digest.update([LAYOUT_VERSION]);
        digest.update(stencil::digest());
        // No text holds the byte between them.
        for text in [&theme.wallpaper, &theme.flooring] {
            digest.update(text.as_bytes());
            digest.update([0xff]);
        }
        digest.update([u8::from(theme.light == Light::Night)]);
        for piece in pieces {
            let place = match piece.standpoint.place {
                Place::Floor => 0,
                Place::LeftWall => 1,
                Place::RightWall => 2,
            };
            digest.update(piece.kind.as_bytes());
            digest.update([0xff, place, piece.rotation]);
            digest.update(piece.standpoint.x.to_be_bytes());
            digest.update(piece.standpoint.y.to_be_bytes());
            digest.update(piece.color.as_bytes());
            digest.update([0xff]);
        }
        digest
    }

    /// The room as an SVG document, byte for byte the client's.
    pub fn svg(&self) -> String {
        let [x, y, width, height] = stencil::shapes().bounds;
        let n = number::text;
        let size = (n(width.ceil()), n(height.ceil()));
        let view = [x, y, width, height].map(n).join(" ");
        let body = self.body();
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="{}" viewBox="{view}">{body}</svg>"#,
            size.0, size.1
        )
    }

    /// What stands in the room, farthest first, by place among its pieces.
    pub fn order(&self) -> Vec<usize> {
        let standing = room::standing(&self.pieces);
        let order = depth::sorted(&standing.iter().map(|it| it.stands).collect::<Vec<_>>());
        order
            .into_iter()
            .map(|index| standing[index].index)
            .collect()
    }

    fn body(&self) -> String {
        room::body(&self.theme, &self.pieces)
    }

    /// A small picture of the room, in WebP: blocks for some ten milliseconds.
    pub fn thumbnail(&self) -> Result<Vec<u8>, NotPainted> {
        let painted = painting::paint(&self.svg(), THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT)?;
        painting::webp(painted)
    }

    /// A card to share the room with, in PNG: blocks for some ten milliseconds.
    pub fn card(&self, text: &CardText) -> Result<Vec<u8>, NotPainted> {
        let svg = card::svg(&self.body(), self.theme.light, text);
        painting::png(&painting::paint(&svg, CARD_WIDTH, CARD_HEIGHT)?)
    }
}

fn print(digest: Sha256) -> Print {
    let bytes: [u8; 32] = digest.finalize().into();
    let mut first = [0; 16];
    first.copy_from_slice(&bytes[..16]);
    Print(u128::from_be_bytes(first))
}

#[cfg(test)]
mod tests;
