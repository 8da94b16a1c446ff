//! What may stand in a guestbook.

use crate::domain::text::{BadText, clean};

/// The longest entry or reply, in Unicode scalar values.
pub const ENTRY_CHARS_MAX: usize = 500;

/// The most lines of one.
pub const ENTRY_LINES_MAX: usize = 20;

/// The most entries of a guestbook.
pub const ENTRIES_MAX: u32 = 10_000;

/// The most replies to an entry.
pub const REPLIES_MAX: u32 = 200;

/// How long an author may change an entry, in milliseconds: a day. What others have answered to does not turn into
/// something else later.
pub const EDIT_WITHIN_MS: u64 = 24 * 60 * 60 * 1_000;

/// The text of an entry or a reply: NFC, trimmed, a few lines without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryText(String);

impl EntryText {
    /// Accepts a text or says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, BadText> {
        let too_long = BadText::TooLong {
            chars_max: ENTRY_CHARS_MAX,
        };
        let text = text.trim().replace("\r\n", "\n");
        if text.lines().count() > ENTRY_LINES_MAX {
            return Err(too_long);
        }
        let lines = text
            .split('\n')
            .map(|line| match clean(line, ENTRY_CHARS_MAX) {
                Err(BadText::Empty) => Ok(String::new()),
                other => other,
            });
        let text = lines.collect::<Result<Vec<_>, _>>()?.join("\n");
        if text.trim().is_empty() {
            return Err(BadText::Empty);
        }
        if text.chars().count() > ENTRY_CHARS_MAX {
            return Err(too_long);
        }
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same with another wording of it, as the content filter leaves one.
    pub fn reworded(&self, text: String) -> Self {
        Self(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_a_few_lines_and_no_tricks() {
        let text = |text: &str| EntryText::parse(text).map(|text| text.0);
        assert_eq!(
            text("\n 왔다 가요 \r\n\r\n또 올게\n"),
            Ok("왔다 가요\n\n또 올게".into())
        );
        for empty in ["", " \n\u{3000}\n"] {
            assert_eq!(text(empty), Err(BadText::Empty));
        }
        assert_eq!(text("a\u{202E}b"), Err(BadText::ControlCharacters));
        assert!(text(&"가".repeat(ENTRY_CHARS_MAX)).is_ok());
        assert!(text(&"가".repeat(ENTRY_CHARS_MAX + 1)).is_err());
        assert!(text(&"a\n".repeat(ENTRY_LINES_MAX + 1)).is_err());
    }
}
