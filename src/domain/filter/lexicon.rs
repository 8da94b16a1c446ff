//! The words the filter knows, read from the lists in `data/`, and the machine that finds all of them in one pass.

use std::collections::HashSet;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::fold::fold;
use super::hangul::{self, Syllable};
use super::reading::{HIDDEN, Manner, Reading};
use super::{Severity, TermClass};

/// The lists: `severity TAB class TAB flags TAB words`; `allow` for words in which the others mean no harm.
const LISTS: [&str; 3] = [
    include_str!("data/korean.tsv"),
    include_str!("data/english.tsv"),
    include_str!("data/allow.tsv"),
];

/// The most spellings one entry may stand for.
const SPELLINGS_MAX: usize = 512;

/// A list that cannot be read. The lists are part of the program: only a mistake in one of them comes to this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadLexicon {
    /// A line does not have the form above.
    #[error("not an entry: {0:?}")]
    Line(String),
    /// The words do not fit into one machine.
    #[error("the words cannot be compiled: {0}")]
    Machine(String),
}

/// How a term may stand in a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Flags {
    /// `w`: only as a whole word.
    pub whole: bool,
    /// `b`: only where a word begins.
    pub begins: bool,
    /// `d`: not right after a digit: 10시발.
    pub no_digit: bool,
    /// `s`: spaces within it are natural, as long as it begins and ends with words.
    pub spaced: bool,
    /// `g`: anything may stand within it (for what is allowed).
    pub gaps: bool,
    /// `c`: some of its syllables may be there with their first consonant alone.
    pub initials: bool,
    /// `h`: vowels may be hidden.
    pub hidden: bool,
}

impl Flags {
    fn parse(text: &str) -> Option<Self> {
        let mut flags = Self::default();
        for c in text.chars() {
            match c {
                'w' => flags.whole = true,
                'b' => flags.begins = true,
                'd' => flags.no_digit = true,
                's' => flags.spaced = true,
                'g' => flags.gaps = true,
                'c' => flags.initials = true,
                'h' => flags.hidden = true,
                '-' => (),
                _ => return None,
            }
        }
        Some(flags)
    }
}

/// What a match of a term means; none: that what overlaps it is harmless.
pub(super) type Meaning = Option<(Severity, TermClass)>;

/// One spelling of a term.
#[derive(Debug, Clone)]
pub(super) struct Term {
    pub meaning: Meaning,
    pub flags: Flags,
    /// For each of its symbols: whether it must stand alone, and how often at least.
    pub units: Vec<(bool, u16)>,
    /// How many letters or syllables it has.
    pub letters: u32,
    /// Whether it is written in Latin letters.
    pub latin: bool,
    /// Whether it is nothing but first consonants.
    pub bare: bool,
    /// Whether it is partly first consonants.
    pub mixed: bool,
}

/// A term found in a row of symbols.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit<'a> {
    pub term: &'a Term,
    pub first: usize,
    pub last: usize,
}

/// All terms.
#[derive(Debug)]
pub(super) struct Lexicon {
    machine: AhoCorasick,
    terms: Vec<Term>,
}

impl Lexicon {
    /// Reads the lists.
    pub fn new() -> Result<Self, BadLexicon> {
        let mut builder = Builder::default();
        for line in LISTS.iter().flat_map(|list| list.lines()) {
            if !line.is_empty() && !line.starts_with('#') {
                let bad = || BadLexicon::Line(line.to_owned());
                builder.line(line).ok_or_else(bad)?;
            }
        }
        let machine = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&builder.patterns)
            .map_err(|e| BadLexicon::Machine(e.to_string()))?;
        Ok(Self {
            machine,
            terms: builder.terms,
        })
    }

    /// Every term in a row of symbols, overlapping ones too. Their number is bounded by the length of the row, times
    /// the few terms that end each other.
    pub fn hits<'a>(&'a self, symbols: &'a [u8]) -> impl Iterator<Item = Hit<'a>> {
        self.machine
            .find_overlapping_iter(symbols)
            .filter_map(|found| {
                Some(Hit {
                    term: self.terms.get(found.pattern().as_usize())?,
                    first: found.start(),
                    last: found.end().checked_sub(1)?,
                })
            })
    }

    /// How many spellings there are.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.terms.len()
    }
}

/// What makes two spellings the same: whether they are harmless, their symbols, and what those must be like.
type Key = (bool, Vec<u8>, Vec<(bool, u16)>);

#[derive(Default)]
struct Builder {
    patterns: Vec<Vec<u8>>,
    terms: Vec<Term>,
    seen: HashSet<Key>,
}

impl Builder {
    fn line(&mut self, line: &str) -> Option<()> {
        let mut fields = line.split('\t');
        let mut field = || fields.next();
        let (severity, class, flags, words) = (field()?, field()?, field()?, field()?);
        let meaning = match severity {
            "allow" => None,
            name => Some((Severity::parse(name)?, TermClass::parse(class)?)),
        };
        let flags = Flags::parse(flags)?;
        for word in words.split_ascii_whitespace() {
            for spelling in spellings(word)? {
                self.spelling(meaning, flags, &spelling);
            }
        }
        Some(())
    }

    fn spelling(&mut self, meaning: Meaning, flags: Flags, text: &str) {
        self.add(meaning, flags, text, false);
        if flags.initials {
            for text in with_initials(text) {
                self.add(meaning, flags, &text, true);
            }
        }
        if flags.hidden {
            for text in with_hidden(text) {
                let whole = Flags {
                    whole: true,
                    ..flags
                };
                self.add(meaning, whole, &text, false);
            }
        }
    }

    fn add(&mut self, meaning: Meaning, flags: Flags, text: &str, mixed: bool) {
        let manner = match text.contains('*') {
            true => Manner::Hidden,
            false => Manner::Leet(b'i'),
        };
        let cells = fold(text);
        let reading = Reading::of(&cells, manner);
        let latin = |symbol: &u8| !hangul::is_jamo(*symbol);
        let term = Term {
            meaning,
            flags,
            units: reading.units.iter().map(|u| (u.alone, u.run)).collect(),
            letters: reading.units.last().map_or(0, |u| u.letter),
            latin: reading.symbols.iter().all(latin),
            bare: reading.units.iter().all(|u| u.alone),
            mixed,
        };
        // Spelled out with gaps, what is the same twice stays two: a s s, 개 색 기.
        let spelled: String = text.chars().flat_map(|c| [c, ' ']).collect();
        let apart = Reading::of(&fold(&spelled), manner);
        if manner != Manner::Hidden && apart.symbols != reading.symbols {
            let units = apart.units.iter().map(|u| (u.alone, 1)).collect();
            let mut term = term.clone();
            term.units = units;
            self.push(apart.symbols, term);
        }
        self.push(reading.symbols, term);
    }

    fn push(&mut self, symbols: Vec<u8>, term: Term) {
        let key = (term.meaning.is_some(), symbols.clone(), term.units.clone());
        if !symbols.is_empty() && self.seen.insert(key) {
            self.patterns.push(symbols);
            self.terms.push(term);
        }
    }
}

/// The spellings of an entry: `[시씨]발` stands for two.
fn spellings(entry: &str) -> Option<Vec<String>> {
    let mut all = vec![String::new()];
    let mut rest = entry.chars();
    while let Some(c) = rest.next() {
        let choice: Vec<char> = match c {
            '[' => rest.by_ref().take_while(|c| *c != ']').collect(),
            c => vec![c],
        };
        all = all
            .iter()
            .flat_map(|start| choice.iter().map(move |c| format!("{start}{c}")))
            .collect();
        if all.is_empty() || all.len() > SPELLINGS_MAX {
            return None;
        }
    }
    Some(all)
}

/// A word with one or more of its syllables, but not all, cut down to the first consonant: ㅅ발, 시ㅂ.
fn with_initials(text: &str) -> Vec<String> {
    let syllables: Vec<(char, Option<Syllable>)> =
        text.chars().map(|c| (c, Syllable::of(c))).collect();
    let count = syllables.len().min(5);
    let all = (1_u32 << count) - 1;
    let cut = |set: u32| -> String {
        let letter = |(n, (c, syllable)): (usize, &(char, Option<Syllable>))| match syllable {
            Some(s) if n < count && set & (1 << n) != 0 => s.lead_letter().to_owned(),
            _ => c.to_string(),
        };
        syllables.iter().enumerate().map(letter).collect()
    };
    (1..all).map(cut).collect()
}

/// A word with a vowel hidden, and with everything hidden but its ends if it is short: sh*t, s**t.
fn with_hidden(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let count = letters.len();
    let star = char::from(HIDDEN);
    let hide = |hidden: &dyn Fn(usize) -> bool| -> String {
        let letter = |(n, c): (usize, &char)| if hidden(n) { star } else { *c };
        letters.iter().enumerate().map(letter).collect()
    };
    let vowel = |n: &usize| matches!(letters.get(*n), Some('a' | 'e' | 'i' | 'o' | 'u'));
    let inner = 1..count.saturating_sub(1);
    let mut all: Vec<String> = inner
        .clone()
        .filter(vowel)
        .map(|n| hide(&|at| at == n))
        .collect();
    all.push(hide(&|at| inner.contains(&at) && vowel(&at)));
    if count <= 6 {
        all.push(hide(&|at| inner.contains(&at)));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::cell::Kind;
    use super::*;

    #[test]
    fn the_lists_are_well_formed() {
        let lexicon = Lexicon::new().unwrap();
        println!("{} spellings", lexicon.len());
        assert!(lexicon.len() > 1_000);
        assert!(lexicon.terms.iter().all(|t| t.units.len() < 64));
        // A single letter would match everywhere.
        let short = |t: &&Term| t.meaning.is_some() && t.units.len() < 2;
        assert_eq!(lexicon.terms.iter().filter(short).count(), 0);
    }

    #[test]
    fn every_word_of_the_lists_is_letters() {
        for line in LISTS.iter().flat_map(|list| list.lines()) {
            let words = line.split('\t').nth(3).unwrap_or_default();
            for spelling in words
                .split_ascii_whitespace()
                .flat_map(|w| spellings(w).unwrap())
            {
                let other = |kind| matches!(kind, Kind::Digit(_) | Kind::Sign(_) | Kind::Space);
                assert!(!fold(&spelling).iter().any(|c| other(c.kind)), "{spelling}");
            }
        }
    }

    #[test]
    fn entries_stand_for_their_spellings() {
        assert_eq!(
            spellings("[ab]c[de]").unwrap(),
            ["acd", "ace", "bcd", "bce"]
        );
        assert_eq!(spellings("a[]b"), None);
        assert_eq!(spellings(&"[ab]".repeat(10)), None);
        assert_eq!(with_initials("시발"), ["ㅅ발", "시ㅂ"]);
        assert_eq!(with_hidden("shit"), ["sh*t", "sh*t", "s**t"]);
    }

    #[test]
    fn bad_lines_are_refused() {
        for line in [
            "",
            "mild",
            "mild\tprofanity\t-",
            "odd\tprofanity\t-\ta",
            "mild\tprofanity\tz\ta",
        ] {
            assert_eq!(Builder::default().line(line), None, "{line}");
        }
    }
}
