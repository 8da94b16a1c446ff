//! Handles for newcomers: from the name their provider gave, readable in ASCII, or random.

use rand::Rng;
use unicode_normalization::UnicodeNormalization;

use crate::domain::user::{is_handle, is_reserved};

/// Leaves room, below the longest handle, for the suffix that makes a name unique.
const STEM_CHARS_MAX: usize = 18;

const RANDOM_ALPHABET: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Handles to try, best first: a name, the name numbered, the name with random letters, random letters.
pub(super) fn candidates<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut handles = Vec::new();
    if let Some(stem) = names.into_iter().find_map(stem) {
        handles.push(stem.clone());
        handles.extend((2..10).map(|number| format!("{stem}_{number}")));
        handles.extend((0..3).map(|_| format!("{stem}_{}", random(5))));
    }
    handles.extend((0..3).map(|_| format!("u{}", random(9))));
    handles
}

fn random(chars: usize) -> String {
    let mut rng = rand::rng();
    let letter = |_| char::from(RANDOM_ALPHABET[rng.random_range(0..RANDOM_ALPHABET.len())]);
    (0..chars).map(letter).collect()
}

fn stem(name: &str) -> Option<String> {
    let mut stem = String::new();
    // Decomposed, accents fall away and Hangul syllables become the letters they are made of.
    for c in name.chars().take(200).nfkd() {
        match c {
            c if c.is_ascii_alphanumeric() => stem.push(c.to_ascii_lowercase()),
            c if c.is_ascii() && !stem.ends_with('_') && !stem.is_empty() => stem.push('_'),
            c => stem.push_str(romanised(c)),
        }
    }
    stem.truncate(STEM_CHARS_MAX);
    let stem = stem.trim_end_matches('_');
    let good = is_handle(stem) && !is_reserved(stem);
    good.then(|| stem.to_owned())
}

/// A Hangul letter by the Revised Romanization, letter by letter; nothing for anything else.
fn romanised(c: char) -> &'static str {
    const INITIAL: [&str; 19] = [
        "g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t",
        "p", "h",
    ];
    const VOWEL: [&str; 21] = [
        "a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo",
        "we", "wi", "yu", "eu", "ui", "i",
    ];
    const FINAL: [&str; 27] = [
        "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p",
        "t", "t", "ng", "t", "t", "k", "t", "p", "t",
    ];
    let within = |first: char, table: &[&'static str]| {
        let place = u32::from(c).checked_sub(u32::from(first))?;
        table.get(usize::try_from(place).ok()?).copied()
    };
    within('\u{1100}', &INITIAL)
        .or_else(|| within('\u{1161}', &VOWEL))
        .or_else(|| within('\u{11A8}', &FINAL))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_readable_handles() {
        for (name, handle) in [
            ("haneul", "haneul"),
            ("하늘", "haneul"),
            ("김 민지", "gim_minji"),
            ("José  Ñandú", "jose_nandu"),
            ("..Ann-Marie!", "ann_marie"),
            ("ａｂｃ", "abc"),
            ("a very long name that goes on", "a_very_long_name_t"),
        ] {
            assert_eq!(stem(name).as_deref(), Some(handle), "{name}");
        }
        for none in [
            "",
            "x",
            "さくら",
            "🙂🙂",
            "Admin",
            "___",
            &"!".repeat(100_000),
        ] {
            assert_eq!(stem(none), None, "{none}");
        }
    }

    #[test]
    fn every_candidate_is_a_handle_and_no_two_are_equal() {
        for names in [
            vec![],
            vec!["さくら"],
            vec!["さくら", "Sakura"],
            vec!["하늘"],
        ] {
            let handles = candidates(names);
            assert!(handles.iter().all(|handle| is_handle(handle)));
            let distinct: std::collections::HashSet<_> = handles.iter().collect();
            assert_eq!(distinct.len(), handles.len());
        }
        assert_eq!(
            candidates(["さくら", "Sakura"])[..2],
            ["sakura", "sakura_2"]
        );
    }
}
