//! Text from outside: what a name and a line of chat may hold.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use utoipa::ToSchema;

/// The longest name of a person, in Unicode scalar values.
pub const NAME_CHARS_MAX: usize = 20;

/// The longest name of a room or a layout, in Unicode scalar values.
pub const TITLE_CHARS_MAX: usize = 40;

/// The longest line of chat, in Unicode scalar values.
pub const CHAT_CHARS_MAX: usize = 200;

/// Why a text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadText {
    /// Nothing but white space.
    #[error("the text is empty")]
    Empty,
    /// Above the limit, in Unicode scalar values.
    #[error("the text is longer than {chars_max} characters")]
    TooLong {
        /// The limit.
        chars_max: usize,
    },
    /// Control characters, or the invisible ones that reorder text.
    #[error("the text holds control characters")]
    ControlCharacters,
}

/// A person's display name: NFC, trimmed, 1 to [`NAME_CHARS_MAX`] characters, none of them control.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PersonName(String);

impl PersonName {
    /// Accepts a name or says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, BadText> {
        clean(text, NAME_CHARS_MAX).map(Self)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of a room or a layout: NFC, trimmed, 1 to [`TITLE_CHARS_MAX`] characters, none of them control.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(
    description = "The name of a room or a layout.",
    min_length = 1,
    max_length = 40
)]
pub struct Title(String);

impl Title {
    /// Accepts a name or says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, BadText> {
        clean(text, TITLE_CHARS_MAX).map(Self)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A line of chat: NFC, trimmed, 1 to [`CHAT_CHARS_MAX`] characters, none of them control.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ChatText(String);

impl ChatText {
    /// Accepts a line or says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, BadText> {
        clean(text, CHAT_CHARS_MAX).map(Self)
    }

    /// The line.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text as it is kept: NFC, trimmed, bounded in Unicode scalar values, without control characters.
pub(super) fn clean(text: &str, chars_max: usize) -> Result<String, BadText> {
    // A cheap bound before normalising: NFC never makes a text shorter than a third of its input.
    if text.len() > chars_max * 4 * 4 {
        return Err(BadText::TooLong { chars_max });
    }
    let normal: String = text.trim().nfc().collect();
    if normal.chars().any(is_control) {
        return Err(BadText::ControlCharacters);
    }
    if is_blank(&normal) {
        return Err(BadText::Empty);
    }
    match normal.chars().count() {
        n if n > chars_max => Err(BadText::TooLong { chars_max }),
        _ => Ok(normal),
    }
}

/// Whether there is nothing to see: white space, and characters that take no room or show nothing, such as the Hangul
/// fillers.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| {
        c.is_whitespace()
            || matches!(c, '\u{AD}' | '\u{34F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
                | '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{2065}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
                | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
    })
}

/// Cc, and the format characters that change the direction of what follows. The zero-width joiner stays:
/// emoji are made with it.
pub(super) fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_normalised_and_bounded() {
        let decomposed = "  \u{1112}\u{1161}\u{11AB}늘 ";
        assert_eq!(
            PersonName::parse(decomposed).map(|n| n.0),
            Ok("한늘".into())
        );
        for nothing in [
            "",
            " \u{3000}",
            "\u{3164}\u{3164}",
            "\u{200B} \u{2060}",
            "\u{2800}",
        ] {
            assert_eq!(
                PersonName::parse(nothing),
                Err(BadText::Empty),
                "{nothing:?}"
            );
        }
        assert!(PersonName::parse(&"가".repeat(20)).is_ok());
        assert_eq!(
            PersonName::parse(&"가".repeat(21)),
            Err(BadText::TooLong { chars_max: 20 })
        );
        assert!(PersonName::parse(&"a".repeat(1_000_000)).is_err());
    }

    #[test]
    fn chat_refuses_control_and_direction_characters_but_keeps_joined_emoji() {
        for bad in ["a\nb", "a\u{0}b", "a\u{202E}b", "tab\there"] {
            assert_eq!(ChatText::parse(bad), Err(BadText::ControlCharacters));
        }
        assert!(ChatText::parse("👩‍🚀 hello").is_ok());
    }
}
