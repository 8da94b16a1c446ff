//! What people did and what they were shown, each with the time from asking to the answer: an act took effect
//! somewhere in between, so a thing may be shown if at some moment of its showing it could have been allowed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

/// From asking to the answer, in nanoseconds since the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: u128,
    pub(crate) to: u128,
}

/// Takes the time of acts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Watch(Instant);

impl Watch {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn now(self) -> u128 {
        self.0.elapsed().as_nanos()
    }
}

/// Something that has a value which people change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    /// Whether the first blocks the second.
    Block(String, String),
    /// Whether the first mutes the second.
    Mute(String, String),
    /// Whether the first follows the second.
    Follow(String, String),
    /// Who may see a post, or that it is gone.
    Audience(String),
}

/// What a key may stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Value {
    No,
    Yes,
    Public,
    Followers,
    Ties,
    Private,
    Gone,
}

#[derive(Debug, Clone, Copy)]
struct Act {
    span: Span,
    value: Value,
}

/// A post that somebody was shown.
#[derive(Debug, Clone)]
pub(crate) struct Sighting {
    pub(crate) viewer: String,
    pub(crate) post: String,
    pub(crate) author: String,
    /// Whom the viewer may not mute, to be shown it there: its author, and whom it quotes.
    pub(crate) unmuted: Vec<String>,
    /// Where.
    pub(crate) at: &'static str,
    pub(crate) span: Span,
}

/// Everything that happened.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    acts: BTreeMap<Key, Vec<Act>>,
    /// Pairs who are tied, and people with private accounts: fixed for the afternoon.
    pub(crate) ties: BTreeSet<(String, String)>,
    pub(crate) private: BTreeSet<String>,
    pub(crate) sightings: Vec<Sighting>,
}

impl Journal {
    pub(crate) fn note(&mut self, key: Key, span: Span, value: Value) {
        self.acts.entry(key).or_default().push(Act { span, value });
    }

    /// Every value the key may have had at some moment of the span: an act's own, unless another one began after it
    /// had ended and was over before the span began.
    fn possible(&self, key: &Key, span: Span, at_first: Value) -> BTreeSet<Value> {
        let acts = self.acts.get(key).map_or(&[][..], Vec::as_slice);
        let replaced = |end: u128| {
            let mut later = acts.iter();
            later.any(|act| act.span.from > end && act.span.to < span.from)
        };
        let mut values: BTreeSet<Value> = acts
            .iter()
            .filter(|act| act.span.from <= span.to && !replaced(act.span.to))
            .map(|act| act.value)
            .collect();
        if !acts.iter().any(|act| act.span.to < span.from) {
            values.insert(at_first);
        }
        values
    }

    /// Whether the sighting cannot be explained: why.
    pub(crate) fn offence(&self, sighting: &Sighting) -> Option<&'static str> {
        let Sighting {
            viewer,
            post,
            author,
            unmuted,
            span,
            ..
        } = sighting;
        let audiences = self.possible(&Key::Audience(post.clone()), *span, Value::Public);
        if audiences.iter().all(|value| *value == Value::Gone) {
            return Some("it was gone");
        }
        if viewer == author {
            return None;
        }
        for (one, other) in [(viewer, author), (author, viewer)] {
            let key = Key::Block(one.clone(), other.clone());
            if !self.possible(&key, *span, Value::No).contains(&Value::No) {
                return Some("one blocked the other");
            }
        }
        for whom in unmuted {
            let key = Key::Mute(viewer.clone(), whom.clone());
            if !self.possible(&key, *span, Value::No).contains(&Value::No) {
                return Some("they muted its author, or whom it quotes");
            }
        }
        let follow = Key::Follow(viewer.clone(), author.clone());
        let may_follow = self
            .possible(&follow, *span, Value::No)
            .contains(&Value::Yes);
        let is_tied = self.ties.contains(&(viewer.clone(), author.clone()));
        let is_private = self.private.contains(author);
        let allowed = audiences.iter().any(|audience| match audience {
            Value::Public => !is_private || may_follow,
            Value::Followers => may_follow,
            Value::Ties => is_tied,
            _ => false,
        });
        (!allowed).then_some("it was not for them")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: u128, to: u128) -> Span {
        Span { from, to }
    }

    fn seen(from: u128, to: u128) -> Sighting {
        Sighting {
            viewer: "v".into(),
            post: "p".into(),
            author: "a".into(),
            unmuted: Vec::new(),
            at: "test",
            span: span(from, to),
        }
    }

    #[test]
    fn what_may_have_been_allowed_at_some_moment_is_no_offence() {
        let mut journal = Journal::default();
        let block = || Key::Block("a".into(), "v".into());
        journal.note(block(), span(10, 20), Value::Yes);
        assert_eq!(journal.offence(&seen(5, 9)), None);
        assert_eq!(
            journal.offence(&seen(15, 30)),
            None,
            "asked before the answer"
        );
        assert!(journal.offence(&seen(21, 30)).is_some());
        journal.note(block(), span(25, 40), Value::No);
        assert_eq!(
            journal.offence(&seen(21, 30)),
            None,
            "it may have ended at 26"
        );
        assert_eq!(journal.offence(&seen(41, 50)), None);
        assert!(journal.offence(&seen(21, 24)).is_some());
    }

    #[test]
    fn whoever_is_muted_is_in_no_feed_nor_quoted_there() {
        let mut journal = Journal::default();
        journal.note(Key::Mute("v".into(), "q".into()), span(1, 2), Value::Yes);
        let mut quote = seen(3, 4);
        assert_eq!(journal.offence(&quote), None, "where one looked for it");
        quote.unmuted = vec!["a".into(), "q".into()];
        assert!(journal.offence(&quote).is_some());
        quote.author = "v".into();
        assert_eq!(journal.offence(&quote), None, "their own");
    }

    #[test]
    fn audiences_count_by_what_the_viewer_is() {
        let mut journal = Journal::default();
        let audience = || Key::Audience("p".into());
        journal.note(audience(), span(1, 2), Value::Followers);
        assert!(journal.offence(&seen(3, 4)).is_some());
        journal.note(Key::Follow("v".into(), "a".into()), span(5, 6), Value::Yes);
        assert_eq!(journal.offence(&seen(7, 8)), None);
        journal.note(audience(), span(10, 11), Value::Ties);
        assert!(journal.offence(&seen(12, 13)).is_some());
        journal.ties.insert(("v".into(), "a".into()));
        assert_eq!(journal.offence(&seen(12, 13)), None);
        journal.note(audience(), span(20, 21), Value::Gone);
        assert_eq!(journal.offence(&seen(22, 23)), Some("it was gone"));
        assert_eq!(journal.offence(&seen(20, 23)), None);
    }

    #[test]
    fn a_private_account_is_for_its_followers() {
        let mut journal = Journal::default();
        assert_eq!(journal.offence(&seen(1, 2)), None);
        journal.private.insert("a".into());
        assert!(journal.offence(&seen(1, 2)).is_some());
    }
}
