//! What a login may be used for: scopes, as OAuth 2.0 writes them, and the roles they ask for.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use super::user::AccountRole;

/// One thing a login may be used for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// See what the person sees.
    Read,
    /// Change what is theirs, and act towards others.
    Write,
    /// Be in rooms.
    Live,
    /// The account itself: logins, tokens, identities, deletion. Never on a personal access token.
    Account,
    /// Look after what people do; for moderators.
    Moderate,
    /// Look after the platform; for admins.
    Admin,
}

impl Scope {
    /// Every scope, in the order in which they are written.
    pub const ALL: [Self; 6] = [
        Self::Read,
        Self::Write,
        Self::Live,
        Self::Account,
        Self::Moderate,
        Self::Admin,
    ];

    /// The name on the wire and in stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Live => "live",
            Self::Account => "account",
            Self::Moderate => "moderate",
            Self::Admin => "admin",
        }
    }

    /// The least role whose holders it is for.
    pub const fn role(self) -> AccountRole {
        match self {
            Self::Read | Self::Write | Self::Live | Self::Account => AccountRole::User,
            Self::Moderate => AccountRole::Moderator,
            Self::Admin => AccountRole::Admin,
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of scopes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Scopes(u8);

/// A word that names no scope, or none at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("scopes are one or more of read, write, live, account, moderate, admin")]
pub struct NoSuchScope;

impl Scopes {
    /// No scope.
    pub const NONE: Self = Self(0);

    /// What an app gets that asks for nothing in particular.
    pub const USUAL: Self = Self(Scope::Read.bit() | Scope::Write.bit() | Scope::Live.bit());

    /// All there are.
    pub fn all() -> Self {
        Scope::ALL.into_iter().collect()
    }

    /// What the holder of a role may use at all.
    pub fn of_role(role: AccountRole) -> Self {
        let open = Scope::ALL.into_iter();
        open.filter(|scope| scope.role() <= role).collect()
    }

    /// Whether this one is among them.
    pub const fn has(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all of these are among `others`.
    pub const fn are_within(self, others: Self) -> bool {
        self.0 & !others.0 == 0
    }

    /// Those that are in both.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 & others.0)
    }

    /// In the order in which they are written.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.has(*scope))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.iter().map(Scope::as_str).collect();
        f.write_str(&names.join(" "))
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scopes({self})")
    }
}

impl FromStr for Scope {
    type Err = NoSuchScope;

    fn from_str(text: &str) -> Result<Self, NoSuchScope> {
        let mut all = Self::ALL.into_iter();
        all.find(|scope| scope.as_str() == text).ok_or(NoSuchScope)
    }
}

impl FromStr for Scopes {
    type Err = NoSuchScope;

    /// Names with one space between, as RFC 6749 section 3.3 writes them; at least one.
    fn from_str(text: &str) -> Result<Self, NoSuchScope> {
        text.split(' ').map(str::parse::<Scope>).collect()
    }
}

impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scopes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "" => Ok(Self::NONE),
            text => text.parse().map_err(D::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_as_they_are_written() {
        let scopes: Scopes = "live read".parse().unwrap();
        assert_eq!(scopes.to_string(), "read live");
        assert!(scopes.has(Scope::Live) && !scopes.has(Scope::Write));
        assert_eq!(Scopes::all().to_string().parse(), Ok(Scopes::all()));
        for scopes in [scopes, Scopes::NONE] {
            let json = serde_json::to_value(scopes).unwrap();
            assert_eq!(serde_json::from_value::<Scopes>(json).unwrap(), scopes);
        }
        for bad in [
            "",
            " ",
            "read ",
            "read  live",
            "Read",
            "openid",
            "read,live",
        ] {
            assert_eq!(bad.parse::<Scopes>(), Err(NoSuchScope), "{bad:?}");
        }
    }

    #[test]
    fn roles_bound_what_a_login_can_be_used_for() {
        let user = Scopes::of_role(AccountRole::User);
        assert!(user.has(Scope::Account) && !user.has(Scope::Moderate));
        let moderator = Scopes::of_role(AccountRole::Moderator);
        assert!(moderator.has(Scope::Moderate) && !moderator.has(Scope::Admin));
        assert_eq!(Scopes::of_role(AccountRole::Admin), Scopes::all());
        assert!(user.are_within(moderator) && !moderator.are_within(user));
        assert_eq!(moderator.and(user), user);
    }
}
