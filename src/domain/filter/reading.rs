//! One reading of a text: its letters as a row of symbols to search in, without what stands between them, and for
//! each symbol where it came from and what stood around it. A text has up to four readings, because a digit or a
//! sign can be a letter or stand between two.

use super::cell::{Cell, Kind};
use super::hangul;
use super::lookalike;

/// Stands for a letter somebody hid: `f*ck`.
pub(super) const HIDDEN: u8 = b'*';

/// What digits and signs are taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Letters, among Latin ones; 1, ! and | are this one.
    Leet(u8),
    /// Nothing, and neither is a Latin letter or a laugh between two syllables.
    Dropped,
    /// Stars and the like are hidden letters, the rest nothing.
    Hidden,
}

/// A symbol of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unit {
    /// Where what begins with it begins, and what ends with it ends, in bytes of the text.
    pub start: usize,
    pub end: usize,
    /// Whether something can begin with it, and end: a syllable is never cut.
    pub first: bool,
    pub last: bool,
    /// Whether it is a consonant that belongs to no syllable.
    pub alone: bool,
    /// Whether it is a Latin letter rather than taken for one.
    pub plain: bool,
    /// How often the letter stood there.
    pub run: u16,
    /// The number of its word, split at everything that is no letter, and of its chunk, split at white space.
    pub word: u32,
    pub chunk: u32,
    /// The number of its letter or syllable.
    pub letter: u32,
    /// Whether a digit is before its word, with no space between.
    pub after_digit: bool,
}

/// The symbols, and as many units.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub symbols: Vec<u8>,
    pub units: Vec<Unit>,
    word: u32,
    chunk: u32,
    letter: u32,
    /// Something stood between the last letter and the next.
    gap: bool,
    /// There was white space in it, or a digit and none.
    space: bool,
    digit: bool,
    /// The last cell and its first unit, to tell a repetition.
    before: Option<(Kind, usize)>,
}

impl Reading {
    /// Reads the cells in this manner.
    pub fn of(cells: &[Cell], manner: Manner) -> Self {
        let mut reading = Self {
            symbols: Vec::with_capacity(cells.len() * 2),
            units: Vec::with_capacity(cells.len() * 2),
            ..Self::default()
        };
        let mut latin_until = 0;
        let mut latin = false;
        for (i, cell) in cells.iter().enumerate() {
            if i >= latin_until {
                (latin, latin_until) = chunk_from(cells, i);
            }
            match cell.kind {
                Kind::Space => reading.part(true, false),
                // Within an English word it belongs to the word: who're, she'll.
                Kind::Sign('\'' | '’' | '‘') => reading.part(true, false),
                Kind::Digit(c) | Kind::Sign(c) => match manner {
                    Manner::Leet(one) if latin && !(matches!(c, '@' | '(') && opens(cells, i)) => {
                        match lookalike::leet(c, one) {
                            Some(letter) => reading.latin(letter, cell, false),
                            None => reading.part(false, matches!(cell.kind, Kind::Digit(_))),
                        }
                    }
                    Manner::Hidden if latin && matches!(c, '*' | '#' | '%' | '?' | '@' | '•') => {
                        reading.latin(HIDDEN, cell, false);
                    }
                    _ => reading.part(false, matches!(cell.kind, Kind::Digit(_))),
                },
                Kind::Latin(letter) => {
                    if manner == Manner::Dropped && is_stray(cells, i) {
                        reading.part(false, false);
                    } else {
                        reading.latin(letter, cell, true);
                    }
                }
                Kind::Syllable(syllable) => {
                    let symbols: Vec<u8> = syllable.symbols().collect();
                    reading.hangul(cell, &symbols, true, true, false);
                }
                Kind::Jamo(symbol) => {
                    if manner == Manner::Dropped && is_laugh(cells, i) {
                        reading.part(false, false);
                    } else {
                        reading.jamo(cells, i, symbol);
                    }
                }
            }
        }
        reading
    }

    fn part(&mut self, space: bool, digit: bool) {
        self.word += u32::from(!self.gap);
        self.chunk += u32::from(space && !self.space);
        self.space |= space;
        self.digit = !self.space && (digit || (self.gap && self.digit));
        self.gap = true;
    }

    fn latin(&mut self, letter: u8, cell: &Cell, plain: bool) {
        // Hidden letters are counted: f**k is four long.
        let kind = Kind::Latin(letter);
        if letter == HIDDEN || !self.repeats(kind, cell, true, false) {
            self.begin(kind);
            self.push(letter, cell, true, true, false);
        }
        if let Some(unit) = self.units.last_mut() {
            unit.plain |= plain;
        }
    }

    fn jamo(&mut self, cells: &[Cell], i: usize, symbol: u8) {
        let cell = &cells[i];
        let near = |n: Option<usize>| n.and_then(|n| cells.get(n));
        let before = near(i.checked_sub(1));
        let next = near(i.checked_add(1));
        let silent = |cell: &Cell| cell.kind == Kind::Jamo(hangul::SILENT_SYMBOL);
        if hangul::is_vowel(symbol) {
            let first = !before.is_some_and(|b| b.is_consonant() && !silent(b));
            self.hangul(cell, &[symbol], first, true, false);
        } else {
            // A consonant after consonant and vowel ends a syllable typed letter by letter: ㅅㅣㅂ.
            let closes = before.is_some_and(Cell::is_vowel)
                && near(i.checked_sub(2)).is_some_and(Cell::is_consonant);
            let open = next.is_some_and(Cell::is_vowel);
            if !open || !silent(cell) {
                self.hangul(cell, &[symbol], true, !open, !open && !closes);
            }
        }
    }

    fn hangul(&mut self, cell: &Cell, symbols: &[u8], first: bool, last: bool, alone: bool) {
        if self.repeats(cell.kind, cell, last, alone) {
            return;
        }
        let gap = self.gap;
        self.begin(cell.kind);
        let count = symbols.len();
        for (n, symbol) in symbols.iter().enumerate() {
            let first = first && n == 0;
            let last = last && n + 1 == count;
            let before = self.symbols.last().copied();
            if n == 0 && !gap && before.is_some_and(|b| hangul::lengthens(b, *symbol)) {
                self.merge(cell, first, last && count == 1, alone);
            } else {
                self.push(*symbol, cell, first, last, alone);
            }
        }
    }

    /// Takes a letter in that is there already, and tells whether it did.
    fn repeats(&mut self, kind: Kind, cell: &Cell, last: bool, alone: bool) -> bool {
        let Some((before, from)) = self.before else {
            return false;
        };
        if self.gap || before != kind || from >= self.units.len() {
            return false;
        }
        self.letter += 1;
        for unit in self.units.iter_mut().skip(from) {
            unit.end = cell.end;
            unit.run = unit.run.saturating_add(1);
            unit.alone &= alone;
        }
        if matches!(kind, Kind::Jamo(_))
            && let Some(unit) = self.units.last_mut()
        {
            unit.last = last;
        }
        true
    }

    /// Takes in a symbol that only makes the last one longer, or is its other half: 씨이발, 십발.
    fn merge(&mut self, cell: &Cell, first: bool, whole: bool, alone: bool) {
        if let Some(unit) = self.units.last_mut() {
            if first && !unit.first {
                (unit.first, unit.start) = (true, cell.start);
            }
            if whole {
                (unit.last, unit.end) = (true, cell.end);
            }
            unit.alone &= alone;
            unit.run = unit.run.saturating_add(1);
        }
    }

    fn begin(&mut self, kind: Kind) {
        self.before = Some((kind, self.units.len()));
        self.letter += 1;
    }

    fn push(&mut self, symbol: u8, cell: &Cell, first: bool, last: bool, alone: bool) {
        self.symbols.push(symbol);
        self.units.push(Unit {
            start: cell.start,
            end: cell.end,
            first,
            last,
            alone,
            plain: false,
            run: 1,
            word: self.word,
            chunk: self.chunk,
            letter: self.letter,
            after_digit: self.digit,
        });
        (self.gap, self.space) = (false, false);
    }
}

/// Whether the chunk that starts here holds a Latin letter, and where it ends.
fn chunk_from(cells: &[Cell], from: usize) -> (bool, usize) {
    let mut latin = false;
    for (i, cell) in cells.iter().enumerate().skip(from) {
        match cell.kind {
            Kind::Space => return (latin, i + 1),
            Kind::Latin(_) => latin = true,
            _ => (),
        }
    }
    (latin, cells.len())
}

/// Whether the chunk starts here: an at sign there names somebody, a bracket is one.
fn opens(cells: &[Cell], i: usize) -> bool {
    i.checked_sub(1)
        .and_then(|n| cells.get(n))
        .is_none_or(|cell| cell.kind == Kind::Space)
}

/// Whether a Latin letter, or one of two, stands between two pieces of Hangul: 시x발.
fn is_stray(cells: &[Cell], i: usize) -> bool {
    let kind = |n: Option<usize>| n.and_then(|n| cells.get(n));
    let hangul = |n: Option<usize>| kind(n).is_some_and(Cell::is_hangul);
    let latin = |n: Option<usize>| kind(n).is_some_and(|c| matches!(c.kind, Kind::Latin(_)));
    let (one, two) = (i.checked_sub(1), i.checked_sub(2));
    (hangul(one) && hangul(Some(i + 1)))
        || (hangul(one) && latin(Some(i + 1)) && hangul(Some(i + 2)))
        || (hangul(two) && latin(one) && hangul(Some(i + 1)))
}

/// Whether a jamo only laughs, cries or draws out, before a syllable: 시ㅋㅋ발.
fn is_laugh(cells: &[Cell], i: usize) -> bool {
    let of = |kind: Kind| {
        ['ㅋ', 'ㅎ', 'ㅠ', 'ㅜ', 'ㅡ']
            .into_iter()
            .any(|c| hangul::symbol(c).map(Kind::Jamo) == Some(kind))
    };
    let next_vowel = cells
        .get(i + 1)
        .is_some_and(|c| c.is_vowel() && !of(c.kind));
    let before_consonant = i
        .checked_sub(1)
        .and_then(|n| cells.get(n))
        .is_some_and(|c| c.is_consonant() && !of(c.kind));
    of(cells[i].kind) && !next_vowel && !before_consonant
}

#[cfg(test)]
mod tests {
    use super::super::fold::fold;
    use super::*;

    fn symbols(text: &str, manner: Manner) -> Vec<u8> {
        Reading::of(&fold(text), manner).symbols
    }

    #[test]
    fn spelling_it_out_reads_the_same() {
        let plain = symbols("시발", Manner::Leet(b'i'));
        for text in [
            "ㅅㅣㅂㅏㄹ",
            "시ㅂㅏㄹ",
            "십알",
            "시 발",
            "시이이발",
            "시시발발",
            "시ㅣㅣ발",
            "시바알",
            "십발",
        ] {
            assert_eq!(symbols(text, Manner::Leet(b'i')), plain, "{text}");
        }
        for text in ["시1발", "시x발", "시ㅋㅋ발", "시🙂발", "시.발"] {
            assert_eq!(symbols(text, Manner::Dropped), plain, "{text}");
        }
    }

    #[test]
    fn digits_and_signs_are_letters_or_nothing_or_hidden_ones() {
        assert_eq!(symbols("sh1t", Manner::Leet(b'i')), b"shit");
        assert_eq!(symbols("1 sh1t", Manner::Dropped), b"sht");
        assert_eq!(symbols("f**k u", Manner::Hidden), b"f**ku");
        assert_eq!(symbols("12 34", Manner::Leet(b'i')), b"");
        assert_eq!(symbols("@ass h@t", Manner::Leet(b'i')), b"ashat");
    }

    #[test]
    fn units_know_their_words_and_runs() {
        let reading = Reading::of(&fold("a bb-c"), Manner::Dropped);
        let of = |f: fn(&Unit) -> u32| reading.units.iter().map(f).collect::<Vec<_>>();
        assert_eq!(of(|u| u.word), [0, 1, 2]);
        assert_eq!(of(|u| u.chunk), [0, 1, 1]);
        assert_eq!(of(|u| u.run.into()), [1, 2, 1]);
        assert_eq!(reading.symbols.len(), reading.units.len());
    }

    #[test]
    fn a_syllable_is_never_cut() {
        let reading = Reading::of(&fold("시바라"), Manner::Dropped);
        let last: Vec<bool> = reading.units.iter().map(|u| u.last).collect();
        assert_eq!(last, [false, true, false, true, false, true]);
        let open = Reading::of(&fold("ㅂㅏㄹㅏ"), Manner::Dropped);
        assert!(!open.units[2].last && !open.units[2].alone);
    }
}
