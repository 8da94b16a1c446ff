//! What people say about their pictures.

use crate::domain::text::{BadText, clean};

/// The longest description of a picture, in Unicode scalar values.
pub const ALT_CHARS_MAX: usize = 500;

/// The longest note on a picture's licence, in Unicode scalar values.
pub const LICENSE_NOTE_CHARS_MAX: usize = 200;

macro_rules! words {
    ($(#[$meta:meta])* $name:ident: $chars_max:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct $name(String);

        impl $name {
            /// Accepts a text or says what is wrong with it. Line breaks become spaces.
            pub fn parse(text: &str) -> Result<Self, BadText> {
                let one_line = text.replace(['\r', '\n', '\t'], " ");
                match clean(&one_line, $chars_max) {
                    Err(BadText::Empty) => Ok(Self::default()),
                    cleaned => cleaned.map(Self),
                }
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

words! {
    /// What a picture shows, in words; may be empty.
    Alt: ALT_CHARS_MAX
}

words! {
    /// Who made a picture and how it may be used; may be empty.
    LicenseNote: LICENSE_NOTE_CHARS_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_one_line_bounded_and_may_be_missing() {
        assert_eq!(Alt::parse(" \n").unwrap().as_str(), "");
        assert_eq!(Alt::parse("둘\n셋").unwrap().as_str(), "둘 셋");
        assert!(Alt::parse(&"가".repeat(ALT_CHARS_MAX)).is_ok());
        assert!(Alt::parse(&"가".repeat(ALT_CHARS_MAX + 1)).is_err());
        assert!(LicenseNote::parse("CC BY\u{202E}").is_err());
    }
}
