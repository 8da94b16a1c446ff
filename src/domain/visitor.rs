//! Someone at a room's door: who they are, and what a ticket or token keeps of them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::id::{GuestId, LoginId, UserId};
use super::room::Applicant;
use super::user::Look;

/// Who a session belongs to. Users are looked up anew at each entry; guests carry all there is to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bearer {
    /// An account.
    User {
        /// Which.
        id: UserId,
        /// The login it was signed in with.
        login: LoginId,
    },
    /// A visitor with a chosen name.
    Guest {
        /// Made with the ticket.
        id: GuestId,
        /// As chosen and checked then.
        name: String,
        /// As chosen and checked then.
        look: Look,
    },
}

impl Bearer {
    /// The user or guest id as text.
    pub fn person_id(&self) -> String {
        match self {
            Self::User { id, .. } => id.to_string(),
            Self::Guest { id, .. } => id.to_string(),
        }
    }

    /// The login behind it, for an account.
    pub const fn login(&self) -> Option<LoginId> {
        match self {
            Self::User { login, .. } => Some(*login),
            Self::Guest { .. } => None,
        }
    }
}

/// Who someone is, as looked up for this entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Identity {
    /// An account.
    User {
        /// Which.
        id: UserId,
        /// Its unique name.
        handle: String,
        /// The login it was signed in with.
        login: LoginId,
    },
    /// A visitor with a chosen name.
    Guest {
        /// Made with the ticket.
        id: GuestId,
    },
}

/// Someone at the door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visitor {
    /// Who.
    pub identity: Identity,
    /// The name to show.
    pub name: String,
    /// The avatar.
    pub look: Look,
    /// The ids of people this visitor and they must not see each other.
    pub hidden: BTreeSet<String>,
    /// Whether the user follows the owner of the room at whose door they stand.
    pub follows_owner: bool,
    /// A keyed hash of the client's address, where it is known.
    pub origin: Option<u64>,
    /// The ids of people whose words this visitor does not want. It does not work the other way.
    #[serde(default)]
    pub unheard: BTreeSet<String>,
    /// In how many milliseconds one of them is to be heard again, if that comes by itself.
    #[serde(default)]
    pub unheard_ms: Option<u64>,
}

impl Visitor {
    /// The account, if any.
    pub fn user(&self) -> Option<UserId> {
        match self.identity {
            Identity::User { id, .. } => Some(id),
            Identity::Guest { .. } => None,
        }
    }

    /// The user or guest id as text.
    pub fn person_id(&self) -> String {
        match &self.identity {
            Identity::User { id, .. } => id.to_string(),
            Identity::Guest { id } => id.to_string(),
        }
    }

    /// The visitor as far as a room's policy cares; `person` is their [`Visitor::person_id`].
    pub fn applicant<'a>(&'a self, person: &'a str) -> Applicant<'a> {
        Applicant {
            person,
            user: self.user(),
            follows_owner: self.follows_owner,
            hidden: &self.hidden,
            origin: self.origin,
        }
    }

    /// What a resume token keeps of the visitor.
    pub fn bearer(&self) -> Bearer {
        match &self.identity {
            Identity::User { id, login, .. } => Bearer::User {
                id: *id,
                login: *login,
            },
            Identity::Guest { id } => Bearer::Guest {
                id: *id,
                name: self.name.clone(),
                look: self.look,
            },
        }
    }
}
