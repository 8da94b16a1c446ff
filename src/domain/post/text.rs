//! What posts and comments may say.

use unicode_normalization::UnicodeNormalization;

use super::{
    ALT_CHARS_MAX, COMMENT_CHARS_MAX, COMMENT_LINES_MAX, TEXT_CHARS_MAX, TEXT_LINES_MAX,
    WARNING_CHARS_MAX,
};
use crate::domain::text::{BadText, clean, is_blank, is_control};

/// Lines as they are kept: NFC, bounded, without control characters; empty where there is nothing to see.
fn paragraphs(text: &str, chars_max: usize, lines_max: usize) -> Result<String, BadText> {
    let too_long = BadText::TooLong { chars_max };
    // A cheap bound before normalising, as for one line.
    if text.len() > chars_max * 4 * 4 {
        return Err(too_long);
    }
    let text = text.trim().replace("\r\n", "\n").replace('\t', " ");
    let text: String = text.nfc().collect();
    if text.chars().any(|c| c != '\n' && is_control(c)) {
        return Err(BadText::ControlCharacters);
    }
    if is_blank(&text) {
        return Ok(String::new());
    }
    let fits = text.chars().count() <= chars_max && text.split('\n').count() <= lines_max;
    fits.then_some(text).ok_or(too_long)
}

/// One line, which may be empty.
fn line(text: &str, chars_max: usize) -> Result<String, BadText> {
    match clean(text, chars_max) {
        Err(BadText::Empty) => Ok(String::new()),
        cleaned => cleaned,
    }
}

macro_rules! texts {
    ($($(#[$about:meta])+ $name:ident = |$text:ident| $parse:expr;)+) => {$(
        $(#[$about])+
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct $name(String);

        impl $name {
            /// Accepts a text or says what is wrong with it.
            pub fn parse($text: &str) -> Result<Self, BadText> {
                $parse.map(Self)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text, taken.
            pub fn into_string(self) -> String {
                self.0
            }
        }
    )+};
}

texts! {
    /// The text of a post; empty where pictures or a quote say it all.
    PostText = |text| paragraphs(text, TEXT_CHARS_MAX, TEXT_LINES_MAX);
    /// The text of a comment, never empty.
    CommentText = |text| paragraphs(text, COMMENT_CHARS_MAX, COMMENT_LINES_MAX)
        .and_then(|text| if text.is_empty() { Err(BadText::Empty) } else { Ok(text) });
    /// What readers are warned of before they see a post: one line, or nothing.
    Warning = |text| line(text, WARNING_CHARS_MAX);
    /// What a picture shows, in words: one line, or nothing.
    Alt = |text| line(text, ALT_CHARS_MAX);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_keep_their_lines_and_hold_no_tricks() {
        let text = PostText::parse(" \n 하나\r\n\t둘 \n\n셋  ").unwrap();
        assert_eq!(text.as_str(), "하나\n 둘 \n\n셋");
        assert_eq!(PostText::parse("  ").unwrap().as_str(), "");
        assert_eq!(CommentText::parse(" \n "), Err(BadText::Empty));
        assert_eq!(PostText::parse("\u{200B}\n \u{3164}").unwrap().as_str(), "");
        assert_eq!(CommentText::parse("\u{200B}"), Err(BadText::Empty));
        for bad in ["a\rb", "a\u{0}b", "a\u{202E}b", "a\u{2028}b"] {
            assert_eq!(PostText::parse(bad), Err(BadText::ControlCharacters));
        }
        assert!(PostText::parse(&"가".repeat(TEXT_CHARS_MAX)).is_ok());
        assert!(PostText::parse(&"가".repeat(TEXT_CHARS_MAX + 1)).is_err());
        assert!(PostText::parse(&"a".repeat(10_000_000)).is_err());
        assert!(PostText::parse(&"a\n".repeat(TEXT_LINES_MAX + 1)).is_err());
        assert!(CommentText::parse(&"글".repeat(COMMENT_CHARS_MAX + 1)).is_err());
        assert_eq!(Warning::parse("a\nb"), Err(BadText::ControlCharacters));
        assert_eq!(Alt::parse(" ").unwrap().into_string(), "");
    }
}
