//! The services of the platform: a process runs all of them or some.

use std::fmt;
use std::str::FromStr;

/// A service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Sign-in, logins, tokens, keys, permissions.
    Auth,
    /// Profiles, relations, settings, notifications, moderation, the end of accounts.
    User,
    /// Rooms, live and at rest, visits, guestbooks.
    Room,
    /// Posts, comments, feeds, tags.
    Post,
    /// Pictures.
    Asset,
    /// What is talked about.
    Recommend,
}

impl Service {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::Auth,
        Self::User,
        Self::Room,
        Self::Post,
        Self::Asset,
        Self::Recommend,
    ];

    /// What it is called.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::User => "user",
            Self::Room => "room",
            Self::Post => "post",
            Self::Asset => "asset",
            Self::Recommend => "recommend",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// Some services, at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceSet(u8);

impl ServiceSet {
    /// All of them.
    pub const ALL: Self = Self((1 << Service::ALL.len()) - 1);

    /// Whether it is among them.
    pub const fn has(self, service: Service) -> bool {
        self.0 & service.bit() != 0
    }

    /// Those in it, in their order.
    pub fn iter(self) -> impl Iterator<Item = Service> {
        Service::ALL.into_iter().filter(move |one| self.has(*one))
    }
}

impl Default for ServiceSet {
    fn default() -> Self {
        Self::ALL
    }
}

/// Not names of services with commas between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a list of services")]
pub struct NotServices;

impl FromStr for ServiceSet {
    type Err = NotServices;

    fn from_str(text: &str) -> Result<Self, NotServices> {
        text.split(',').try_fold(Self(0), |set, name| {
            let mut all = Service::ALL.into_iter();
            let service = all.find(|one| one.as_str() == name.trim());
            let service = service.filter(|one| !set.has(*one)).ok_or(NotServices)?;
            Ok(Self(set.0 | service.bit()))
        })
    }
}

impl fmt::Display for ServiceSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, service) in self.iter().enumerate() {
            let comma = if nth == 0 { "" } else { "," };
            write!(f, "{comma}{}", service.as_str())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_services_is_read_and_written() {
        for (text, written) in [
            ("room", "room"),
            ("post, auth", "auth,post"),
            (
                "recommend,asset,post,room,user,auth",
                "auth,user,room,post,asset,recommend",
            ),
        ] {
            let set: ServiceSet = text.parse().unwrap();
            assert_eq!(set.to_string(), written);
            assert_eq!(written.parse(), Ok(set));
        }
        assert_eq!(ServiceSet::ALL.iter().count(), Service::ALL.len());
    }

    #[test]
    fn what_is_no_service_or_is_named_twice_is_refused() {
        for text in ["", ",", "rooms", "room,", "room,room", "Room", "room;user"] {
            assert_eq!(text.parse::<ServiceSet>(), Err(NotServices), "{text}");
        }
    }
}
