//! What is written down about accounts: who did what to whom, when, and from where.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::address::AddressGroup;
use super::id::{LoginId, UserId};

/// What is kept of a browser's name for itself, in characters.
pub const USER_AGENT_CHARS_MAX: usize = 200;

/// Who acts, and from where.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trace {
    /// The account; none for whoever runs the server.
    pub actor: Option<UserId>,
    /// The login it acts with.
    pub login: Option<LoginId>,
    /// The address, as coarse as addresses are counted.
    pub address: Option<AddressGroup>,
    /// The program, as it names itself.
    pub user_agent: String,
}

impl Trace {
    /// A trace of nobody yet, with as much of the program's name as is kept.
    pub fn of(address: Option<AddressGroup>, user_agent: &str) -> Self {
        let readable = user_agent.chars().filter(|c| !c.is_control());
        Self {
            actor: None,
            login: None,
            address,
            user_agent: readable.take(USER_AGENT_CHARS_MAX).collect(),
        }
    }

    /// The same, of this account and login.
    #[must_use]
    pub fn by(mut self, actor: UserId, login: LoginId) -> Self {
        self.actor = Some(actor);
        self.login = Some(login);
        self
    }
}

macro_rules! acts {
    ($($(#[$meta:meta])* $name:ident = $text:literal;)+) => {
        /// What was done. The texts are kept and shown: add, never change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Act {$($(#[$meta])* $name,)+}

        impl Act {
            /// Every act.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The name in stores and on REST.
            pub const fn as_str(self) -> &'static str {
                match self {$(Self::$name => $text,)+}
            }
        }
    };
}

acts! {
    /// A login was opened.
    SignedIn = "signed_in";
    /// A login was ended with itself.
    SignedOut = "signed_out";
    /// A login was ended from another one.
    LoginRevoked = "login_revoked";
    /// A refresh token of the past was shown, and its login ended.
    RefreshReused = "refresh_reused";
    /// A sign-in code was shown twice, and the login it had opened ended.
    CodeReused = "code_reused";
    /// The person proved again who they are.
    Reauthenticated = "reauthenticated";
    /// A provider's person was linked to the account.
    IdentityLinked = "identity_linked";
    /// And unlinked.
    IdentityUnlinked = "identity_unlinked";
    /// A personal access token was made.
    TokenCreated = "token_created";
    /// And revoked.
    TokenRevoked = "token_revoked";
    /// The account got another role.
    RoleChanged = "role_changed";
    /// The account was suspended.
    Suspended = "suspended";
    /// The suspension was lifted.
    Reinstated = "reinstated";
    /// The account was closed by its person.
    AccountClosed = "account_closed";
    /// And opened again.
    AccountRestored = "account_restored";
    /// The person began to take along all that is held of them.
    AccountExported = "account_exported";
    /// Moderators decided about something of the account's.
    Moderated = "moderated";
    /// And about an appeal of it.
    AppealDecided = "appeal_decided";
    /// A moderator took a picture of the person's down.
    PictureTakenDown = "picture_taken_down";
    /// A new signing key was made.
    KeyRotated = "key_rotated";
    /// A signing key was given up, and what it had signed with it.
    KeyRevoked = "key_revoked";
}

/// The text names no act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no act has this name")]
pub struct NoSuchAct;

impl FromStr for Act {
    type Err = NoSuchAct;

    fn from_str(text: &str) -> Result<Self, NoSuchAct> {
        let mut all = Self::ALL.iter().copied();
        all.find(|act| act.as_str() == text).ok_or(NoSuchAct)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_are_read_as_they_are_written() {
        for act in Act::ALL {
            assert_eq!(act.as_str().parse(), Ok(*act));
            assert_eq!(serde_json::to_value(act).unwrap(), act.as_str());
        }
    }

    #[test]
    fn a_trace_keeps_a_bounded_readable_name() {
        let trace = Trace::of(None, &format!("a\n{}", "b".repeat(1_000)));
        assert_eq!(trace.user_agent.chars().count(), USER_AGENT_CHARS_MAX);
        assert!(trace.user_agent.starts_with("ab"));
    }
}
