//! Texts made to break the filter: spans stay on the borders of characters, masking twice is masking once, and the
//! work stays in proportion to the text.

use super::fold::fold;
use super::lexicon::Lexicon;
use super::reading::{Manner, Reading};
use super::{Filter, Policy, Severity, masked};
use crate::domain::filter::{Action, Place, link, simhash::SimHash};

/// A generator that gives the same texts each time: xorshift64*.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(high).unwrap() % n
    }

    fn text(&mut self, pieces: &[&str], count: usize) -> String {
        (0..count)
            .map(|_| pieces[self.below(pieces.len())])
            .collect()
    }

    fn any_char(&mut self) -> char {
        loop {
            let n = u32::try_from(self.below(0x11_0000)).unwrap();
            if let Some(c) = char::from_u32(n) {
                return c;
            }
        }
    }
}

/// What curses are made of, and what hides them.
const PIECES: [&str; 64] = [
    "시", "발", "씨", "병", "신", "개", "새", "끼", "지", "랄", "점", "좆", "미", "친", "놈", "년",
    "ㅅ", "ㅂ", "ㅣ", "ㅏ", "ㄹ", "ㅄ", "ㅋ", "ㅇ", "이", "알", "십", "\u{1109}", "\u{1175}",
    "\u{11AF}", "ﾡ", "ﾂ", "f", "u", "c", "k", "s", "h", "i", "t", "a", "ss", "n", "g", "e", "r",
    "fuck", "shit", "1", "8", "4", "@", "$", "!", "*", ".", " ", "  ", "\u{200B}", "\u{301}", "🙂",
    "е", "'", "＊",
];

fn checked(filter: &Filter, text: &str) {
    let findings = filter.find(text);
    let mut last = 0;
    for finding in &findings {
        let span = finding.span.clone();
        assert!(
            span.start >= last && span.start < span.end,
            "{text:?} {span:?}"
        );
        assert!(text.get(span.clone()).is_some(), "{text:?} {span:?}");
        last = span.end;
    }
    let once = masked(text, &findings);
    let twice = masked(&once, &filter.find(&once));
    assert_eq!(once, twice, "{text:?}");
    // Outside the spans nothing changes.
    let mut at = 0;
    let mut rest = once.as_str();
    for finding in &findings {
        let before = &text[at..finding.span.start];
        rest = rest.strip_prefix(before).unwrap();
        let covered = fold(&text[finding.span.clone()]);
        let starts: std::collections::BTreeSet<usize> = covered.iter().map(|c| c.start).collect();
        rest = &rest[rest
            .char_indices()
            .nth(starts.len())
            .map_or(rest.len(), |(n, _)| n)..];
        at = finding.span.end;
    }
    assert_eq!(rest, &text[at..], "{text:?}");
}

#[test]
fn random_texts_keep_the_rules() {
    let filter = Filter::new().unwrap();
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for _ in 0..6_000 {
        let count = 1 + random.below(24);
        checked(&filter, &random.text(&PIECES, count));
    }
    for _ in 0..1_500 {
        let count = 1 + random.below(40);
        let text: String = (0..count).map(|_| random.any_char()).collect();
        checked(&filter, &text);
    }
}

#[test]
fn long_texts_keep_the_rules() {
    let filter = Filter::new().unwrap();
    let mut random = Random(42);
    checked(&filter, &random.text(&PIECES, 10_000));
    for piece in [
        "시", "시발", "ㅅ", "ㅅㅂ", "f", "f ", "as ", "a1", "@", "*", "\u{301}", "ﷺ", "🙂", "1l|!",
        "개 ", "시 발 ", "f*",
    ] {
        let text: String = piece.chars().cycle().take(10_000).collect();
        checked(&filter, &text);
        let _ = (link::links(&text), SimHash::of(&text));
    }
}

/// Counted, not timed: symbols and matches for each character stay below a bound that does not depend on the length.
#[test]
fn work_is_in_proportion_to_the_text() {
    let lexicon = Lexicon::new().unwrap();
    let mut random = Random(7);
    let mixed = random.text(&PIECES, 20_000);
    let texts = [
        "시발",
        "ㅅㅂ",
        "fuck ",
        "ass",
        "개새끼",
        "ㅄ",
        "씨이",
        "a1s!",
        "병신년",
        &mixed,
    ];
    for piece in texts {
        for length in [1_000, 10_000] {
            let text: String = piece.chars().cycle().take(length).collect();
            let cells = fold(&text);
            assert!(cells.len() <= length * 2);
            for manner in [
                Manner::Leet(b'i'),
                Manner::Leet(b'l'),
                Manner::Dropped,
                Manner::Hidden,
            ] {
                let reading = Reading::of(&cells, manner);
                assert!(reading.symbols.len() <= cells.len() * 5);
                assert_eq!(reading.symbols.len(), reading.units.len());
                let hits = lexicon.hits(&reading.symbols).count();
                assert!(
                    hits <= reading.symbols.len() * 4,
                    "{piece:.20} {manner:?} {hits}"
                );
            }
        }
    }
}

#[test]
fn a_wall_of_curses_is_held_where_people_read_at_leisure() {
    let filter = Filter::new().unwrap();
    let wall = "시발 ".repeat(2_000);
    let verdict = filter.check(&wall, &Policy::of(Place::Post));
    assert_eq!(verdict.action, Action::Hold);
    assert_eq!(verdict.findings.len(), 2_000);
    assert!(
        verdict
            .findings
            .iter()
            .all(|f| f.severity == Severity::Strong)
    );
}
