//! The content filter: profanity in Korean and English and what people do to slip it through, spam, and the words a
//! viewer does not want to see. No I/O and no clock; time is linear in the text.
//!
//! A text is folded ([`fold`]), read in a few ways ([`reading`]), searched for all terms at once ([`lexicon`]), each
//! of which must stand where a word can stand ([`placement`]) and not within a harmless one; what is left decides on
//! a step of the ladder ([`policy`]).

mod cell;
mod english;
mod fold;
mod hangul;
mod lexicon;
mod lookalike;
mod placement;
mod policy;
mod reading;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod matrix;

pub mod link;
pub mod muted_words;
pub mod simhash;
pub mod spam;

pub use lexicon::BadLexicon;
pub use policy::{Action, Place, Policy};

use std::ops::Range;

use serde::{Deserialize, Serialize};

use cell::{Cell, Kind};
use lexicon::Lexicon;
use reading::{Manner, Reading};

/// What stands in place of each letter that was masked.
pub const MASK: char = '＊';

/// How often what is left of a text is looked through again when words in it were found: taking one out can leave
/// another, as in 시fuck발.
const ROUNDS_MAX: usize = 8;

/// What kind of term was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TermClass {
    /// A curse.
    Profanity,
    /// A word for somebody.
    Insult,
    /// About sex.
    Sexual,
    /// Against people for what they are.
    Hate,
    /// A threat, or telling somebody to die.
    Violence,
}

impl TermClass {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "profanity" => Self::Profanity,
            "insult" => Self::Insult,
            "sexual" => Self::Sexual,
            "hate" => Self::Hate,
            "violence" => Self::Violence,
            _ => return None,
        })
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Coarse.
    Mild,
    /// A curse.
    Strong,
    /// Degrading.
    Slur,
    /// Threatening.
    Threat,
}

impl Severity {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "mild" => Self::Mild,
            "strong" => Self::Strong,
            "slur" => Self::Slur,
            "threat" => Self::Threat,
            _ => return None,
        })
    }
}

/// Something found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which bytes of the text, on the borders of characters. Spans of a text do not overlap and are in order.
    pub span: Range<usize>,
    /// What it is; of several that overlap, the worst.
    pub class: TermClass,
    /// How bad it is.
    pub severity: Severity,
}

/// What was found in a text, and what follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The step of the ladder.
    pub action: Action,
    /// In the order of the text.
    pub findings: Vec<Finding>,
    policy: Policy,
}

impl Verdict {
    /// The text with what the policy does not let pass masked, letter by letter; the rest is untouched. Masking the
    /// result again changes nothing.
    pub fn masked(&self, text: &str) -> String {
        let worse = |f: &&Finding| self.policy.step(f.severity) > Action::Allow;
        masked(text, self.findings.iter().filter(worse))
    }
}

/// The text with the findings masked.
pub fn masked<'a>(text: &str, findings: impl IntoIterator<Item = &'a Finding>) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut done = 0;
    for Finding { span, .. } in findings {
        let (Some(before), Some(found)) = (text.get(done..span.start), text.get(span.clone()))
        else {
            continue;
        };
        masked.push_str(before);
        let mut last = None;
        for cell in fold::fold(found) {
            // Letters that one character stands for share its place.
            if last.replace(cell.start) != Some(cell.start) {
                masked.push(if cell.kind == Kind::Space { ' ' } else { MASK });
            }
        }
        done = span.end;
    }
    masked.push_str(text.get(done..).unwrap_or_default());
    masked
}

/// The filter. Made once and shared: it holds the compiled lists and never changes.
#[derive(Debug)]
pub struct Filter {
    lexicon: Lexicon,
}

impl Filter {
    /// Compiles the lists of words.
    pub fn new() -> Result<Self, BadLexicon> {
        let lexicon = Lexicon::new()?;
        Ok(Self { lexicon })
    }

    /// What is in a text, and what follows from it in a place.
    pub fn check(&self, text: &str, policy: &Policy) -> Verdict {
        let findings = self.find(text);
        Verdict {
            action: policy.action(&findings),
            findings,
            policy: *policy,
        }
    }

    /// What is in a text.
    pub fn find(&self, text: &str) -> Vec<Finding> {
        let mut cells = fold::fold(text);
        let mut findings = Vec::new();
        for _ in 0..ROUNDS_MAX {
            let more = self.find_in(&cells);
            if more.is_empty() {
                break;
            }
            cover(&mut cells, &more);
            findings.extend(more);
        }
        disjoint(findings)
    }

    fn find_in(&self, cells: &[Cell]) -> Vec<Finding> {
        let mut found = Found::default();
        let mut jamo = cells.to_vec();
        lookalike::read_jamo(&mut jamo);
        let latin = cells.iter().any(|cell| matches!(cell.kind, Kind::Latin(_)));
        let sign = |cell: &Cell| matches!(cell.kind, Kind::Digit(_) | Kind::Sign(_));
        let signs = cells.iter().any(sign);

        self.search(&jamo, Manner::Dropped, &mut found);
        self.search(&jamo, Manner::Leet(b'i'), &mut found);
        if jamo != cells {
            self.search(cells, Manner::Dropped, &mut found);
        }
        if latin && signs {
            self.search(cells, Manner::Leet(b'i'), &mut found);
            self.search(cells, Manner::Leet(b'l'), &mut found);
            self.search(cells, Manner::Hidden, &mut found);
        }
        let own = found.judged();
        if !latin {
            return own;
        }
        // Where our own list says something, it knows better where the word begins and ends.
        let mut second = english::find(cells);
        second.retain(|f| !overlaps(&own, &f.span));
        found.bad = second;
        let mut all = found.judged();
        all.extend(own);
        disjoint(all)
    }

    fn search(&self, cells: &[Cell], manner: Manner, found: &mut Found) {
        let reading = Reading::of(cells, manner);
        for hit in self.lexicon.hits(&reading.symbols) {
            if !placement::holds(&reading, &hit) {
                continue;
            }
            let (Some(first), Some(last)) =
                (reading.units.get(hit.first), reading.units.get(hit.last))
            else {
                continue;
            };
            let span = first.start..last.end;
            match hit.term.meaning {
                None => found.allowed.push(span),
                Some((severity, class)) => found.bad.push(Finding {
                    span,
                    class,
                    severity,
                }),
            }
        }
    }
}

/// What the readings of a text brought up.
#[derive(Default)]
struct Found {
    bad: Vec<Finding>,
    allowed: Vec<Range<usize>>,
}

impl Found {
    /// What is bad and not part of something harmless. Leaves what is harmless.
    fn judged(&mut self) -> Vec<Finding> {
        self.allowed
            .sort_unstable_by_key(|span| (span.start, span.end));
        // The furthest end of all that begin up to here.
        let mut furthest = 0;
        let ends: Vec<usize> = self
            .allowed
            .iter()
            .map(|span| {
                furthest = span.end.max(furthest);
                furthest
            })
            .collect();
        let reach = |before: usize| {
            let count = self.allowed.partition_point(|span| span.start < before);
            count.checked_sub(1).and_then(|n| ends.get(n)).copied()
        };
        // A harmless word reaches over one of its ends, or is exactly it. One within it excuses nothing.
        let harmless = |span: &Range<usize>| {
            reach(span.start).is_some_and(|end| end > span.start)
                || reach(span.end).is_some_and(|end| end > span.end)
                || self
                    .allowed
                    .binary_search_by_key(&(span.start, span.end), |s| (s.start, s.end))
                    .is_ok()
        };
        let bad = std::mem::take(&mut self.bad);
        disjoint(bad.into_iter().filter(|f| !harmless(&f.span)).collect())
    }
}

/// Findings in order, those that overlap made one of the worst kind among them.
fn disjoint(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_unstable_by_key(|f| (f.span.start, f.span.end));
    let mut apart: Vec<Finding> = Vec::with_capacity(findings.len());
    for finding in findings {
        match apart.last_mut() {
            Some(last) if finding.span.start < last.span.end => {
                last.span.end = last.span.end.max(finding.span.end);
                if finding.severity > last.severity {
                    (last.severity, last.class) = (finding.severity, finding.class);
                }
            }
            _ => apart.push(finding),
        }
    }
    apart
}

/// Whether a span overlaps one of the findings, which are in order and apart.
fn overlaps(findings: &[Finding], span: &Range<usize>) -> bool {
    let next = findings.partition_point(|f| f.span.end <= span.start);
    findings.get(next).is_some_and(|f| f.span.start < span.end)
}

/// Turns what was found into signs, as masking will.
fn cover(cells: &mut [Cell], findings: &[Finding]) {
    let mut findings = findings.iter().peekable();
    for cell in cells {
        while findings.next_if(|f| f.span.end <= cell.start).is_some() {}
        let inside = findings.peek().is_some_and(|f| f.span.start <= cell.start);
        if inside && cell.kind != Kind::Space {
            cell.kind = Kind::Sign(MASK);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(text: &str, place: Place) -> (Action, String) {
        let filter = Filter::new().unwrap();
        let verdict = filter.check(text, &Policy::of(place));
        let masked = verdict.masked(text);
        (verdict.action, masked)
    }

    #[test]
    fn masking_touches_nothing_else() {
        for (text, masked) in [
            ("야 시발 진짜", "야 ＊＊ 진짜"),
            ("야 시.발 진짜", "야 ＊＊＊ 진짜"),
            ("야 시\u{200B}발\u{200D}!", "야 ＊＊\u{200D}!"),
            ("oh FU\u{301}CK, Ｃafé", "oh ＊＊＊＊, Ｃafé"),
            ("ㅅㅂ ㅋㅋ", "＊＊ ㅋㅋ"),
            ("시발점", "시발점"),
        ] {
            assert_eq!(verdict(text, Place::Post).1, masked);
        }
    }

    #[test]
    fn the_ladder_depends_on_the_place() {
        assert_eq!(verdict("안녕하세요", Place::Name).0, Action::Allow);
        assert_eq!(verdict("시발", Place::Chat).0, Action::Mask);
        assert_eq!(verdict("시발", Place::Name).0, Action::Reject);
        assert_eq!(verdict("짱깨", Place::Post).0, Action::Hold);
        assert_eq!(verdict("죽여버린다", Place::Chat).0, Action::Reject);
        assert_eq!(
            verdict("존나 좋아", Place::Chat),
            (Action::Allow, "존나 좋아".into())
        );
    }

    #[test]
    fn findings_that_overlap_are_one_of_the_worst_kind() {
        let finding = |span, severity| Finding {
            span,
            class: TermClass::Insult,
            severity,
        };
        let all = vec![
            finding(4..6, Severity::Mild),
            finding(0..3, Severity::Mild),
            finding(2..4, Severity::Slur),
        ];
        let apart = [finding(0..4, Severity::Slur), finding(4..6, Severity::Mild)];
        assert_eq!(disjoint(all), apart);
    }

    #[test]
    fn what_taking_a_word_out_leaves_is_found_too() {
        assert_eq!(verdict("시fuck발", Place::Post).1, "＊＊＊＊＊＊");
    }
}
