//! Whether letters in a row that spell a word are that word: 시발 is one in 아시발 and in 시 발, and none in 다시 발표.

use super::hangul;
use super::lexicon::{Hit, Term};
use super::reading::{Reading, Unit};

/// Whether the term is there, rather than its letters by chance.
pub(super) fn holds(reading: &Reading, hit: &Hit<'_>) -> bool {
    let Some(units) = reading.units.get(hit.first..=hit.last) else {
        return false;
    };
    let ([from, ..], [.., to]) = (units, units) else {
        return false;
    };
    let term = hit.term;
    // Numbers alone are no word: 455.
    let spells = !term.latin || units.iter().any(|unit| unit.plain);
    from.first
        && to.last
        && spells
        && fits(term, units)
        && match from.word == to.word {
            true => is_joined(reading, hit),
            false => is_spread(reading, hit, from, to),
        }
}

/// Whether each letter is there as often as it must be, and consonants that stand for a syllable stand alone.
/// What is harmless is so only as it is written: Niger.
fn fits(term: &Term, units: &[Unit]) -> bool {
    term.units.iter().zip(units).all(|((alone, run), unit)| {
        (!alone || unit.alone)
            && match term.meaning {
                None if term.latin => unit.run == *run,
                _ => unit.run >= *run,
            }
    })
}

/// With nothing between its letters.
fn is_joined(reading: &Reading, hit: &Hit<'_>) -> bool {
    let term = hit.term;
    if term.bare && !stands_out(reading, hit) {
        return false;
    }
    let starts = word_starts(reading, hit.first);
    let after_digit = reading.units.get(hit.first).is_some_and(|u| u.after_digit);
    if starts && after_digit && term.flags.no_digit {
        return false;
    }
    let flags = term.flags;
    (starts || !(term.mixed || flags.begins || flags.whole))
        && (!flags.whole || word_ends(reading, hit.last))
}

/// With something between its letters: spelled out letter by letter, or cut up within one word.
fn is_spread(reading: &Reading, hit: &Hit<'_>, from: &Unit, to: &Unit) -> bool {
    let term = hit.term;
    if term.flags.gaps {
        return true;
    }
    // Words do not begin right after a digit: 3시 10발.
    let starts = (term.latin || !from.after_digit) && word_starts(reading, hit.first);
    let ends = word_ends(reading, hit.last);
    if !starts || (term.latin && term.flags.whole && is_spelled_on(reading, hit)) {
        return false;
    }
    if term.flags.spaced && ends {
        return true;
    }
    let apart = to.word - from.word == to.letter - from.letter;
    let enough = term.letters >= 3;
    if from.chunk == to.chunk {
        // No space between, so that even parts of more than a letter are suspicious.
        return if term.latin {
            ends && enough
        } else {
            ends || enough
        };
    }
    // What follows the last letter may be an ending, unless the word is so short that chance makes it: 시 발표.
    match term.latin {
        true => apart && enough && ends,
        false => apart && (ends || enough),
    }
}

/// Whether more single letters stand before or after: in a text spelled out as a whole, where words end is lost.
fn is_spelled_on(reading: &Reading, hit: &Hit<'_>) -> bool {
    let word = |n: Option<usize>| n.and_then(|n| reading.units.get(n)).map(|u| u.word);
    let before = (hit.first.checked_sub(1), hit.first.checked_sub(2));
    let after = (hit.last.checked_add(1), hit.last.checked_add(2));
    [before, after]
        .into_iter()
        .any(|(next, further)| word(next).is_some() && word(next) != word(further))
}

/// Whether initials are not part of more initials that mean something else, such as ㄱㅅㅎㄴㄷ.
fn stands_out(reading: &Reading, hit: &Hit<'_>) -> bool {
    let harmless = |unit: Option<(&Unit, &u8)>, word: u32| {
        unit.is_none_or(|(unit, symbol)| unit.word != word || !unit.alone || is_filler(*symbol))
    };
    let at =
        |n: Option<usize>| n.and_then(|n| Some((reading.units.get(n)?, reading.symbols.get(n)?)));
    let word = |n: usize| reading.units.get(n).map_or(0, |u| u.word);
    harmless(at(hit.first.checked_sub(1)), word(hit.first))
        && harmless(at(hit.last.checked_add(1)), word(hit.last))
}

fn is_filler(symbol: u8) -> bool {
    ['ㅋ', 'ㅎ', 'ㅇ', 'ㄹ', 'ㄴ']
        .into_iter()
        .any(|c| hangul::symbol(c) == Some(symbol))
}

/// Whether a word begins here: after a gap, or where the script changes.
fn word_starts(reading: &Reading, at: usize) -> bool {
    at.checked_sub(1)
        .is_none_or(|before| parts(reading, before, at))
}

fn word_ends(reading: &Reading, at: usize) -> bool {
    parts(reading, at, at + 1)
}

fn parts(reading: &Reading, one: usize, two: usize) -> bool {
    let (Some(a), Some(b)) = (reading.units.get(one), reading.units.get(two)) else {
        return true;
    };
    let jamo = |n: usize| reading.symbols.get(n).copied().is_some_and(hangul::is_jamo);
    a.word != b.word || jamo(one) != jamo(two)
}
