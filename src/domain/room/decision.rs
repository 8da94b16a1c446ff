//! What a room's owner decides about the room itself and the people in it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Role, Seq, Shut, Subject, Visibility};
use crate::domain::clock::WallMs;
use crate::domain::text::Title;

/// A person who need not be present.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PersonRef {
    /// The user or guest id.
    pub id: String,
    /// The name; empty in a decision whose author does not know it, for the room to fill in.
    pub name: String,
}

/// The id and the name of whoever was erased.
const DELETED: &str = "deleted";

impl PersonRef {
    /// Somebody who was erased.
    pub fn deleted() -> Self {
        Self {
            id: DELETED.to_owned(),
            name: DELETED.to_owned(),
        }
    }

    /// Becomes [`PersonRef::deleted`] if it is this person.
    pub fn forget(&mut self, person: &str) {
        if self.id == person {
            *self = Self::deleted();
        }
    }
}

/// New values for some rules of a room.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct PolicyChange {
    /// The room's name.
    pub name: Option<Title>,
    /// Who may come in.
    pub visibility: Option<Visibility>,
    /// Whether guests may come into a public room.
    pub guests_allowed: Option<bool>,
    /// Whether only owner and editors may come in.
    pub locked: Option<bool>,
    /// People it holds beside the owner.
    pub people_max: Option<u32>,
}

impl PolicyChange {
    fn subjects(&self) -> Vec<Subject> {
        let set = [
            (self.name.is_some(), Subject::Name),
            (self.visibility.is_some(), Subject::Visibility),
            (self.guests_allowed.is_some(), Subject::GuestsAllowed),
            (self.locked.is_some(), Subject::Locked),
            (self.people_max.is_some(), Subject::PeopleMax),
        ];
        let set = set.into_iter().filter(|(is_set, _)| *is_set);
        set.map(|(_, subject)| subject).collect()
    }

    fn without(self, overtaken: impl Fn(&Subject) -> bool) -> Self {
        let stands = |subject| !overtaken(&subject);
        Self {
            name: self.name.filter(|_| stands(Subject::Name)),
            visibility: self.visibility.filter(|_| stands(Subject::Visibility)),
            guests_allowed: self
                .guests_allowed
                .filter(|_| stands(Subject::GuestsAllowed)),
            locked: self.locked.filter(|_| stands(Subject::Locked)),
            people_max: self.people_max.filter(|_| stands(Subject::PeopleMax)),
        }
    }
}

/// One decision; always alone in its batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Sends a person out; they may come again.
    Kick {
        /// Who.
        person: PersonRef,
    },
    /// Keeps a person out.
    Ban {
        /// Who.
        person: PersonRef,
    },
    /// Lets a person in again.
    Unban {
        /// Who.
        person: PersonRef,
    },
    /// Takes a person's chat away.
    Mute {
        /// Who.
        person: PersonRef,
        /// For how long; none: until unmuted.
        minutes: Option<u32>,
    },
    /// Gives it back.
    Unmute {
        /// Who.
        person: PersonRef,
    },
    /// Makes a user an editor, or a visitor again.
    SetRole {
        /// Who.
        person: PersonRef,
        /// Visitor or editor.
        role: Role,
    },
    /// New rules.
    SetPolicy(PolicyChange),
    /// Keeps theme and items under a name.
    SaveLayout {
        /// Which.
        name: Title,
    },
    /// Brings theme and items back.
    RestoreLayout {
        /// Which.
        name: Title,
    },
    /// Forgets a layout.
    RemoveLayout {
        /// Which.
        name: Title,
    },
}

impl Decision {
    /// Whether it means anything: nobody else becomes owner, and no mute is over at once.
    pub const fn is_possible(&self) -> bool {
        !matches!(
            self,
            Self::Mute {
                minutes: Some(0),
                ..
            } | Self::SetRole {
                role: Role::Owner,
                ..
            }
        )
    }

    /// What it settles, the thing it is about first.
    pub fn subjects(&self) -> Vec<Subject> {
        match self {
            // A ban ends the role too: who is made an editor by an older decision would be both.
            Self::Ban { person } => {
                vec![
                    Subject::Ban(person.id.clone()),
                    Subject::Role(person.id.clone()),
                ]
            }
            Self::Unban { person } => vec![Subject::Ban(person.id.clone())],
            Self::Mute { person, .. } | Self::Unmute { person } => {
                vec![Subject::Mute(person.id.clone())]
            }
            Self::SetRole { person, .. } => vec![Subject::Role(person.id.clone())],
            Self::SetPolicy(change) => change.subjects(),
            Self::SaveLayout { name } | Self::RemoveLayout { name } => {
                vec![Subject::Layout(name.as_str().to_owned())]
            }
            Self::Kick { .. } | Self::RestoreLayout { .. } => Vec::new(),
        }
    }

    /// What is left to do of it where some of what it settles was settled anew since; none when nothing is.
    pub fn without(self, overtaken: impl Fn(&Subject) -> bool) -> Option<Self> {
        if let Self::SetPolicy(change) = self {
            let asked = !change.subjects().is_empty();
            let left = change.without(overtaken);
            let nothing = asked && left.subjects().is_empty();
            return (!nothing).then_some(Self::SetPolicy(left));
        }
        let about = self.subjects().into_iter().next();
        (!about.is_some_and(|about| overtaken(&about))).then_some(self)
    }

    /// What it calls the room or a layout from now on.
    pub const fn name_given(&self) -> Option<&Title> {
        match self {
            Self::SetPolicy(change) => change.name.as_ref(),
            Self::SaveLayout { name } => Some(name),
            _ => None,
        }
    }

    /// Whom it is about.
    pub const fn person(&self) -> Option<&PersonRef> {
        match self {
            Self::Kick { person }
            | Self::Ban { person }
            | Self::Unban { person }
            | Self::Mute { person, .. }
            | Self::Unmute { person }
            | Self::SetRole { person, .. } => Some(person),
            _ => None,
        }
    }

    /// Whom it is about, to fill in the name.
    pub const fn person_mut(&mut self) -> Option<&mut PersonRef> {
        match self {
            Self::Kick { person }
            | Self::Ban { person }
            | Self::Unban { person }
            | Self::Mute { person, .. }
            | Self::Unmute { person }
            | Self::SetRole { person, .. } => Some(person),
            _ => None,
        }
    }

    /// No longer names the person, if it did.
    pub fn forget(&mut self, person: &str) {
        if let Some(about) = self.person_mut() {
            about.forget(person);
        }
    }
}

impl Shut {
    /// Whether the owner may not decide this for as long as it stands.
    pub const fn forbids(self, decision: &Decision) -> bool {
        let reopens = match decision {
            Decision::SetPolicy(change) => change.name.is_some() || change.visibility.is_some(),
            _ => false,
        };
        self.archived || self.moderated && reopens
    }
}

/// A decision on record: who, what about whom, when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Its place in the room.
    pub seq: Seq,
    /// When.
    pub at: WallMs,
    /// Who decided.
    pub actor: PersonRef,
    /// What.
    pub decision: Decision,
}
