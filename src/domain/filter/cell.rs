//! A place of a text as the filter sees it, and what stands there.

use super::hangul::{self, Syllable};

/// What stands in a place of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `a` to `z`.
    Latin(u8),
    /// A whole syllable.
    Syllable(Syllable),
    /// A jamo on its own, by its symbol.
    Jamo(u8),
    /// `0` to `9`.
    Digit(char),
    /// Punctuation, emoji, a letter of another script.
    Sign(char),
    /// White space.
    Space,
}

/// A place of the text, and the bytes it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
}

impl Cell {
    /// Whether it is Hangul.
    pub const fn is_hangul(&self) -> bool {
        matches!(self.kind, Kind::Syllable(_) | Kind::Jamo(_))
    }

    /// Whether it is a consonant on its own.
    pub const fn is_consonant(&self) -> bool {
        matches!(self.kind, Kind::Jamo(symbol) if hangul::is_consonant(symbol))
    }

    /// Whether it is a vowel on its own.
    pub const fn is_vowel(&self) -> bool {
        matches!(self.kind, Kind::Jamo(symbol) if hangul::is_vowel(symbol))
    }
}
