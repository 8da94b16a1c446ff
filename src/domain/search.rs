//! How people are searched for: what of names is compared, and the pieces the index of names is made of.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

/// The longest text to search for, in Unicode scalar values.
pub const QUERY_CHARS_MAX: usize = 50;

/// A text without what searching overlooks: case, width, composition, marks of formatting, more than one space.
pub fn folded(text: &str) -> String {
    // By way of upper case, letters fall together that have no one lower case, such as the two sigmas.
    let folded: String = text
        .nfkc()
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .filter(|c| !matches!(c, '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FE00}'..='\u{FE0F}' | '\u{AD}'))
        .nfkc()
        .collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One and two characters in a row of a folded text, white space left out: Korean names are as short as that.
pub fn grams(folded: &str) -> BTreeSet<String> {
    let mut grams = BTreeSet::new();
    for word in folded.split(' ') {
        let chars: Vec<char> = word.chars().collect();
        grams.extend(chars.iter().map(char::to_string));
        grams.extend(chars.windows(2).map(|pair| pair.iter().collect::<String>()));
    }
    grams
}

/// Nothing to search for, or too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("search for 1 to {QUERY_CHARS_MAX} characters")]
pub struct BadQuery;

/// What somebody searches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameQuery(String);

impl NameQuery {
    /// Accepts a text of 1 to [`QUERY_CHARS_MAX`] characters, some of which can be searched for.
    pub fn parse(text: &str) -> Result<Self, BadQuery> {
        let text = text.trim();
        // A leading at sign is how people write handles.
        let text = text.strip_prefix('@').unwrap_or(text);
        if text.chars().take(QUERY_CHARS_MAX + 1).count() > QUERY_CHARS_MAX {
            return Err(BadQuery);
        }
        let folded = folded(text);
        (!folded.is_empty()).then_some(Self(folded)).ok_or(BadQuery)
    }

    /// All of it, folded.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its words, each of which a name must hold.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.split(' ')
    }

    /// The longest pieces of its words that the index holds: who has a name that fits has all of them.
    pub fn grams(&self) -> BTreeSet<String> {
        let of_word = |word: &str| {
            let all = grams(word);
            let pairs: BTreeSet<String> = all
                .iter()
                .filter(|gram| gram.chars().count() == 2)
                .cloned()
                .collect();
            if pairs.is_empty() { all } else { pairs }
        };
        self.words().flat_map(of_word).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_overlooks_case_width_and_composition() {
        for (text, plain) in [
            ("ＨａｎＥｕｌ", "haneul"),
            ("\u{1112}\u{1161}\u{1102}\u{1173}\u{11AF}", "하늘"),
            ("Straße", "strasse"),
            ("ΌΔΟΣ", "όδοσ"),
            ("όδος", "όδοσ"),
            (" 김　 민지\t", "김 민지"),
            ("하\u{200B}늘", "하늘"),
            ("ﾊﾅ", "ハナ"),
        ] {
            assert_eq!(folded(text), plain);
        }
    }

    #[test]
    fn folding_twice_is_folding_once() {
        for c in ('\u{0}'..='\u{FFFF}').chain(['𝔸', '🙂', '\u{1E900}']) {
            let once = folded(&c.to_string());
            assert_eq!(folded(&once), once, "{c:?}");
        }
    }

    #[test]
    fn the_index_holds_every_piece_a_query_asks_for() {
        let of = |text: &str| grams(&folded(text));
        let expected = ["김", "민", "민지", "지"].map(str::to_owned);
        assert_eq!(of("김 민지"), expected.into());
        let query = NameQuery::parse("민지 김").unwrap();
        assert_eq!(query.grams(), ["김", "민지"].map(str::to_owned).into());
        assert!(query.grams().is_subset(&of("김 민지")));
    }

    #[test]
    fn there_must_be_something_to_search_for_and_not_too_much() {
        for bad in [
            "",
            " ",
            "@",
            "\u{200B}",
            &"가".repeat(51),
            &"x".repeat(1_000_000),
        ] {
            assert_eq!(NameQuery::parse(bad), Err(BadQuery), "{}", bad.len());
        }
        assert_eq!(NameQuery::parse("@Haneul").unwrap().as_str(), "haneul");
        assert!(NameQuery::parse(&"가".repeat(50)).is_ok());
        assert!(NameQuery::parse("%_*").is_ok());
    }
}
