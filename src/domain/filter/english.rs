//! The second opinion on English: `rustrict` knows far more words, and their harmless neighbours, than our own list.

use std::sync::LazyLock;

use rustrict::{Censor, Replacements, Type};

use super::cell::{Cell, Kind};
use super::{Finding, Severity, TermClass};

/// What `rustrict` puts in place of a letter; it is given letters and spaces only.
const CENSORED: char = '*';

/// What it finds that is no harm: garden tools, counts, plain words of every encyclopaedia.
const NOT_MEANT: [&str; 8] = [
    "cnt",
    "secs",
    "pron",
    "hoe",
    "hoes",
    "sexual",
    "sexually",
    "sexuality",
];

/// No letter stands for another: `secs` is no misspelling.
static AS_WRITTEN: LazyLock<Replacements> = LazyLock::new(Replacements::new);

/// What it finds among the Latin letters of a text.
///
/// Signs and digits are kept from it: our own readings take care of them, each sign could be several letters to it,
/// and the number of matches it follows at once would be the sender's to choose.
pub(super) fn find(cells: &[Cell]) -> Vec<Finding> {
    let mut letters: Vec<(char, usize)> = Vec::with_capacity(cells.len());
    for (i, cell) in cells.iter().enumerate() {
        match cell.kind {
            Kind::Latin(letter) => letters.push((letter.into(), i)),
            _ if letters.last().is_some_and(|(c, _)| *c != ' ') => letters.push((' ', i)),
            _ => (),
        }
    }
    if letters.len() < 2 {
        return Vec::new();
    }
    let censored: Vec<char> = censor(letters.iter().map(|(c, _)| *c)).chars().collect();
    let is_censored = |n: &usize| censored.get(*n) == Some(&CENSORED);
    let is_letter = |n: Option<usize>| {
        n.and_then(|n| letters.get(n))
            .is_some_and(|(c, _)| *c != ' ')
    };
    let mut findings = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let end = (at..letters.len())
            .find(|n| !is_censored(n))
            .unwrap_or(letters.len());
        if let Some(found) = letters.get(at..end) {
            let cut = is_letter(at.checked_sub(1)) || is_letter(Some(end));
            if !cut && is_meant(found) {
                findings.extend(finding(found, cells));
            }
        }
        at = end + 1;
    }
    findings
}

/// Whether what was found is a word by itself: it is part of many others (cockpit), over several words chance makes
/// some (p2p), and one letter again and again is laughter: kkk is ㅋㅋㅋ.
fn is_meant(found: &[(char, usize)]) -> bool {
    let laughs = found.windows(2).all(|pair| pair[0].0 == pair[1].0);
    let word: String = found.iter().map(|(c, _)| *c).collect();
    !laughs && !NOT_MEANT.contains(&word.as_str()) && found.iter().all(|(c, _)| *c != ' ')
}

fn censor(letters: impl Iterator<Item = char>) -> String {
    Censor::new(letters)
        .with_replacements(&AS_WRITTEN)
        .with_censor_threshold(Type::INAPPROPRIATE & Type::MODERATE_OR_HIGHER)
        .with_censor_first_character_threshold(Type::ANY)
        .with_censor_replacement(CENSORED)
        .censor()
}

fn finding(word: &[(char, usize)], cells: &[Cell]) -> Option<Finding> {
    let start = cells.get(word.first()?.1)?.start;
    let end = cells.get(word.last()?.1)?.end;
    let is = Censor::new(word.iter().map(|(c, _)| *c))
        .with_replacements(&AS_WRITTEN)
        .analyze();
    let severity = match is.is(Type::SEVERE & Type::INAPPROPRIATE) {
        true => Severity::Strong,
        false => Severity::Mild,
    };
    let class = match () {
        () if is.is(Type::SEXUAL & Type::MODERATE_OR_HIGHER) => TermClass::Sexual,
        () if is.is(Type::OFFENSIVE & Type::MODERATE_OR_HIGHER) => TermClass::Insult,
        () => TermClass::Profanity,
    };
    Some(Finding {
        span: start..end,
        class,
        severity,
    })
}
