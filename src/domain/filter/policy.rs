//! What follows from a finding, in each place where people write.

use serde::{Deserialize, Serialize};

use super::{Finding, Severity};

/// What is done with a text, from the mildest to the hardest.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is published as it is.
    #[default]
    Allow,
    /// It is published with what was found masked.
    Mask,
    /// Only its author and moderators see it until one of them decides.
    Hold,
    /// It is not taken.
    Reject,
}

/// Where a text is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Chat in a room: gone from sight soon, and nobody waits for a moderator.
    Chat,
    /// A guestbook: somebody else's wall.
    Guestbook,
    /// A post or a comment.
    Post,
    /// A name, a handle or a title: shown everywhere, out of context, and no use with stars in it.
    Name,
}

/// The ladder: the action for each severity, and how many findings make a text worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// For words that are coarse, among friends even friendly.
    pub mild: Action,
    /// For curses.
    pub strong: Action,
    /// For words that degrade people for what they are.
    pub slur: Action,
    /// For threats, and for telling people to die.
    pub threat: Action,
    /// From this many findings above mild on, the text is at least held; 0 for never.
    pub held_from: usize,
}

impl Policy {
    /// The rules of a place, as they are unless an operator changes them.
    pub const fn of(place: Place) -> Self {
        match place {
            Place::Chat => Self {
                mild: Action::Allow,
                strong: Action::Mask,
                slur: Action::Mask,
                threat: Action::Reject,
                held_from: 0,
            },
            Place::Guestbook => Self {
                mild: Action::Mask,
                strong: Action::Mask,
                slur: Action::Hold,
                threat: Action::Reject,
                held_from: 3,
            },
            Place::Post => Self {
                mild: Action::Allow,
                strong: Action::Mask,
                slur: Action::Hold,
                threat: Action::Hold,
                held_from: 8,
            },
            Place::Name => Self {
                mild: Action::Reject,
                strong: Action::Reject,
                slur: Action::Reject,
                threat: Action::Reject,
                held_from: 0,
            },
        }
    }

    /// The step of one severity.
    pub const fn step(&self, severity: Severity) -> Action {
        match severity {
            Severity::Mild => self.mild,
            Severity::Strong => self.strong,
            Severity::Slur => self.slur,
            Severity::Threat => self.threat,
        }
    }

    /// The step of a text.
    pub fn action(&self, findings: &[Finding]) -> Action {
        let worst = findings.iter().map(|f| self.step(f.severity)).max();
        let many = findings.iter().filter(|f| f.severity > Severity::Mild);
        match worst.unwrap_or_default() {
            Action::Allow => Action::Allow,
            step if self.held_from > 0 && many.count() >= self.held_from => step.max(Action::Hold),
            step => step,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::TermClass;
    use super::*;

    fn findings(severities: &[Severity]) -> Vec<Finding> {
        let finding = |severity: &Severity| Finding {
            span: 0..1,
            class: TermClass::Profanity,
            severity: *severity,
        };
        severities.iter().map(finding).collect()
    }

    #[test]
    fn the_worst_finding_and_their_number_decide() {
        let post = Policy::of(Place::Post);
        assert_eq!(post.action(&[]), Action::Allow);
        assert_eq!(post.action(&findings(&[Severity::Mild; 20])), Action::Allow);
        let mixed = [Severity::Mild, Severity::Slur, Severity::Strong];
        assert_eq!(post.action(&findings(&mixed)), Action::Hold);
        assert_eq!(post.action(&findings(&[Severity::Strong; 7])), Action::Mask);
        assert_eq!(post.action(&findings(&[Severity::Strong; 8])), Action::Hold);
        let name = Policy::of(Place::Name);
        assert_eq!(name.action(&findings(&[Severity::Mild])), Action::Reject);
    }

    #[test]
    fn every_ladder_goes_up() {
        for place in [Place::Chat, Place::Guestbook, Place::Post, Place::Name] {
            let policy = Policy::of(place);
            let steps = [policy.mild, policy.strong, policy.slur, policy.threat];
            assert!(steps.is_sorted(), "{place:?}");
        }
    }
}
