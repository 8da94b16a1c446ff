//! The words a viewer does not want to see: looked for when that viewer reads, so that nobody else's view, no count
//! and no order changes.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::domain::clock::WallMs;
use crate::domain::text::{BadText, clean};

/// The most words of one viewer.
pub const WORDS_MAX: usize = 100;

/// The longest word, in Unicode scalar values.
pub const WORD_CHARS_MAX: usize = 50;

/// The longest a word is muted that comes back by itself: longer ones are meant to stay.
pub const WORD_MS_MAX: u64 = 366 * 24 * 60 * 60 * 1_000;

/// Why a word was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadMutedWord {
    /// Nothing in it can be looked for.
    #[error("the word is empty")]
    Empty,
    /// Above [`WORD_CHARS_MAX`].
    #[error("the word is longer than {WORD_CHARS_MAX} characters")]
    TooLong,
    /// Nobody can have meant it.
    #[error("the word holds control characters")]
    ControlCharacters,
    /// The viewer has [`WORDS_MAX`] already.
    #[error("no more than {WORDS_MAX} words can be muted")]
    TooMany,
}

/// A word one viewer does not want to see, folded, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MutedWord {
    text: String,
    word: String,
    until: Option<WallMs>,
}

impl MutedWord {
    /// Accepts a word or a phrase; without an end it stays muted.
    pub fn parse(text: &str, until: Option<WallMs>) -> Result<Self, BadMutedWord> {
        let text = clean(text, WORD_CHARS_MAX).map_err(|bad| match bad {
            BadText::Empty => BadMutedWord::Empty,
            BadText::TooLong { .. } => BadMutedWord::TooLong,
            BadText::ControlCharacters => BadMutedWord::ControlCharacters,
        })?;
        let word = folded(&text);
        match word.is_empty() {
            true => Err(BadMutedWord::Empty),
            false => Ok(Self { text, word, until }),
        }
    }

    /// The word as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The word as it is compared.
    pub fn as_str(&self) -> &str {
        &self.word
    }

    /// When it ends.
    pub const fn until(&self) -> Option<WallMs> {
        self.until
    }

    /// Whether it still counts.
    pub fn holds(&self, now: WallMs) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// All the words of one viewer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MutedWords(Vec<MutedWord>);

impl FromIterator<MutedWord> for MutedWords {
    fn from_iter<I: IntoIterator<Item = MutedWord>>(words: I) -> Self {
        Self(words.into_iter().take(WORDS_MAX).collect())
    }
}

impl MutedWords {
    /// Adds a word, or changes until when it is muted. Words that have ended make room.
    pub fn add(&mut self, word: MutedWord, now: WallMs) -> Result<(), BadMutedWord> {
        self.0.retain(|w| w.holds(now) && w.word != word.word);
        if self.0.len() >= WORDS_MAX {
            return Err(BadMutedWord::TooMany);
        }
        self.0.push(word);
        Ok(())
    }

    /// Takes a word away, and tells whether it was there.
    pub fn remove(&mut self, text: &str) -> bool {
        let word = folded(text);
        let before = self.0.len();
        self.0.retain(|w| w.word != word);
        self.0.len() < before
    }

    /// The words, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = &MutedWord> {
        self.0.iter()
    }

    /// The first of the words a text holds at this time. One viewer reads many texts: fold each text once with
    /// [`FoldedText::of`].
    pub fn find(&self, text: &FoldedText, now: WallMs) -> Option<&MutedWord> {
        self.0
            .iter()
            .find(|word| word.holds(now) && text.holds(&word.word))
    }

    /// Whether a text is to be hidden from this viewer at this time.
    pub fn hide(&self, text: &str, now: WallMs) -> bool {
        !self.0.is_empty() && self.find(&FoldedText::of(text), now).is_some()
    }
}

/// A text as it is compared with muted words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoldedText(String);

impl FoldedText {
    /// Without case, width, composition and invisible characters.
    pub fn of(text: &str) -> Self {
        Self(folded(text))
    }

    /// Korean, Chinese and Japanese put endings to words, and Japanese no spaces between: there any place counts.
    /// In other scripts a word ends where its letters end: `cat` is not in `concatenate`.
    fn holds(&self, word: &str) -> bool {
        let ends_free = word.chars().next_back().is_none_or(is_free);
        let starts_free = word.chars().next().is_none_or(is_free);
        self.0.match_indices(word).any(|(at, found)| {
            let before = self.0.get(..at).and_then(|s| s.chars().next_back());
            let after = self
                .0
                .get(at + found.len()..)
                .and_then(|s| s.chars().next());
            (starts_free || before.is_none_or(is_free)) && (ends_free || after.is_none_or(is_free))
        })
    }
}

/// Whether a word may end or begin right at this character.
fn is_free(c: char) -> bool {
    is_cjk(c) || !c.is_alphanumeric()
}

fn is_cjk(c: char) -> bool {
    matches!(c,
        '\u{1100}'..='\u{11FF}' | '\u{2E80}'..='\u{2FDF}' | '\u{3005}'..='\u{30FF}'
        | '\u{3130}'..='\u{318F}' | '\u{31F0}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}')
}

/// The same folding as names are searched with: by way of upper case, so that letters fall together that have no
/// one lower case.
fn folded(text: &str) -> String {
    let folded: String = text
        .nfkc()
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .filter(|c| !matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'))
        .nfkc()
        .collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: WallMs = WallMs(1_000);

    fn words(all: &[&str]) -> MutedWords {
        let mut words = MutedWords::default();
        for word in all {
            words
                .add(MutedWord::parse(word, None).unwrap(), NOW)
                .unwrap();
        }
        words
    }

    #[test]
    fn korean_is_found_anywhere_and_latin_as_a_word() {
        for (word, text, hidden) in [
            ("축구", "어제축구는 재미있었다", true),
            ("축구", "야구", false),
            ("cat", "concatenate", false),
            ("cat", "my CAT!", true),
            ("cat", "cat이 좋아", true),
            ("ＣＡＴ", "cat", true),
            ("c++", "I like C++.", true),
            ("straße", "STRASSE", true),
            ("new  year", "Happy New\nYear", true),
            ("#tag", "a #tag here", true),
            ("#tag", "a #tags here", false),
            ("東京", "東京都", true),
            ("하늘", "\u{1112}\u{1161}\u{1102}\u{1173}\u{11AF}", true),
            ("스포", "스\u{200B}포 주의", true),
            ("a", "", false),
        ] {
            assert_eq!(words(&[word]).hide(text, NOW), hidden, "{word} in {text}");
        }
    }

    /// Clients hide lines of chat by the same rules.
    #[test]
    fn clients_are_told_what_is_folded_and_hidden_how() {
        const VECTORS: &str = include_str!("../../../protocol/vectors/muted-words.json");
        #[derive(Deserialize)]
        struct Vectors {
            folded: Vec<(String, String)>,
            hidden: Vec<(String, String, bool)>,
        }
        let vectors: Vectors = serde_json::from_str(VECTORS).unwrap();
        assert!(vectors.folded.len() > 10 && vectors.hidden.len() > 20);
        for (text, wanted) in vectors.folded {
            assert_eq!(folded(&text), wanted, "{text:?}");
        }
        for (word, text, hidden) in vectors.hidden {
            assert_eq!(words(&[&word]).hide(&text, NOW), hidden, "{word} in {text}");
        }
    }

    #[test]
    fn words_end_in_time() {
        let mut words = MutedWords::default();
        let word = MutedWord::parse("스포", Some(WallMs(2_000))).unwrap();
        words.add(word, NOW).unwrap();
        assert!(words.hide("스포일러", WallMs(1_999)));
        assert!(!words.hide("스포일러", WallMs(2_000)));
        // Adding it again changes its end.
        words
            .add(MutedWord::parse("스포", None).unwrap(), NOW)
            .unwrap();
        assert!(words.hide("스포일러", WallMs(u64::MAX)));
        assert_eq!(words.iter().count(), 1);
        assert!(words.remove(" 스포 ") && !words.remove("스포"));
    }

    #[test]
    fn there_are_not_too_many_and_none_too_long() {
        let mut words = MutedWords::default();
        for n in 0..WORDS_MAX {
            let until = (n == 0).then_some(WallMs(2_000));
            words
                .add(MutedWord::parse(&format!("word{n}"), until).unwrap(), NOW)
                .unwrap();
        }
        let one = MutedWord::parse("one", None).unwrap();
        assert_eq!(words.add(one.clone(), NOW), Err(BadMutedWord::TooMany));
        assert_eq!(words.add(one, WallMs(2_000)), Ok(()));
        assert_eq!(
            MutedWord::parse(" \u{200B}", None),
            Err(BadMutedWord::Empty)
        );
        assert_eq!(
            MutedWord::parse(&"가".repeat(51), None),
            Err(BadMutedWord::TooLong)
        );
        assert!(MutedWord::parse(&"가".repeat(50), None).is_ok());
    }
}
