//! A room's policy: who may come in, and what they may do there.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Decided, Refusal, RoomCard};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;

#[cfg(test)]
mod tests;

/// How long a banned guest's address keeps out other guests and a muted one's keeps them silent, and a guest's id
/// means anything, in milliseconds: as long as a resume token is good.
pub const GUEST_BAN_MS: u64 = 24 * 60 * 60 * 1_000;

/// Who may come in, beside the owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everyone, guests where they are allowed.
    #[default]
    Public,
    /// Editors, and users who follow the owner.
    Followers,
    /// Editors.
    Private,
}

impl Visibility {
    /// The name in stores and on REST.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Followers => "followers",
            Self::Private => "private",
        }
    }

    /// The visibility of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "public" => Some(Self::Public),
            "followers" => Some(Self::Followers),
            "private" => Some(Self::Private),
            _ => None,
        }
    }
}

/// What a person may do in a room.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks, walks and talks.
    Visitor,
    /// Also furnishes.
    Editor,
    /// Also decides about the room.
    Owner,
}

/// Why someone stays outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Denied {
    /// The owner keeps them out.
    Banned,
    /// The room is not open to people like them.
    NotOpen,
    /// It would be open, were it not locked.
    Locked,
}

/// Someone as far as the policy cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applicant<'a> {
    /// The user or guest id.
    pub person: &'a str,
    /// The account, if any.
    pub user: Option<UserId>,
    /// Whether the user follows the room's owner.
    pub follows_owner: bool,
    /// The ids of people they must not see and who must not see them.
    pub hidden: &'a BTreeSet<String>,
    /// A keyed hash of the client's address.
    pub origin: Option<u64>,
}

impl Applicant<'_> {
    /// Whether this is a guest from where that one came.
    fn comes_from(&self, guest: Option<GuestOrigin>) -> bool {
        let same = guest.is_some_and(|from| from.origin == self.origin);
        self.user.is_none() && self.origin.is_some() && same
    }
}

/// Someone kept out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ban {
    /// The name when it was last seen here.
    pub name: String,
    /// Since when.
    pub at: WallMs,
    /// Set for guests, who come back under another id.
    pub guest: Option<GuestOrigin>,
}

/// Where a guest came from: a keyed hash of the address, if it was known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestOrigin {
    /// As [`Applicant::origin`].
    pub origin: Option<u64>,
}

impl Ban {
    /// Whether it means nothing any more.
    pub fn is_over(&self, now: WallMs) -> bool {
        self.guest.is_some() && now.0.saturating_sub(self.at.0) >= GUEST_BAN_MS
    }
}

/// Someone whose chat is taken away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mute {
    /// The name when it was last seen here.
    pub name: String,
    /// Until when; none: until unmuted.
    pub until: Option<WallMs>,
    /// Set for guests, who come back under another id.
    #[serde(default)]
    pub guest: Option<GuestOrigin>,
}

impl Mute {
    /// From now on for so long, or until unmuted; guests for no longer than their ids and addresses mean anything.
    pub fn new(name: String, now: WallMs, for_ms: Option<u64>, guest: Option<GuestOrigin>) -> Self {
        let most = guest.map(|_| GUEST_BAN_MS);
        let for_ms = for_ms.into_iter().chain(most).min();
        let until = for_ms.map(|ms| WallMs(now.0.saturating_add(ms)));
        Self { name, until, guest }
    }

    /// Whether it means nothing any more.
    pub fn is_over(&self, now: WallMs) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

/// What shuts a room to everybody but its owner, whatever its policy says. Decided elsewhere than in the room: there it
/// stands as long as the room is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Shut {
    /// Its owner has put it away: they come in to look, and nothing in it changes.
    pub archived: bool,
    /// Moderators have hidden it: its owner cannot call it otherwise or open it.
    pub moderated: bool,
}

/// A room's policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Who may come in.
    pub visibility: Visibility,
    /// Whether people without an account may come into a public room.
    pub guests_allowed: bool,
    /// Whether only the owner and editors may come in; who is inside stays.
    pub locked: bool,
    /// People it holds beside the owner, when fewer than the server allows.
    pub people_max: Option<u32>,
    /// Users who may furnish, by person id, with the name when it was last seen here.
    pub editors: BTreeMap<String, String>,
    /// People kept out, by person id.
    pub bans: BTreeMap<String, Ban>,
    /// People whose chat is taken away, by person id.
    pub mutes: BTreeMap<String, Mute>,
    /// When each of these, and each layout, was last decided about.
    pub decided: Decided,
    /// What shuts it to others, beside the policy.
    pub shut: Shut,
}

impl Access {
    /// The policy of a new room.
    pub const fn new(visibility: Visibility, guests_allowed: bool) -> Self {
        Self {
            visibility,
            guests_allowed,
            locked: false,
            people_max: None,
            editors: BTreeMap::new(),
            bans: BTreeMap::new(),
            mutes: BTreeMap::new(),
            decided: Decided::new(),
            shut: Shut {
                archived: false,
                moderated: false,
            },
        }
    }

    /// Whether the chat of the person, or for guests of anyone from where a muted guest came, is taken away.
    pub fn is_muted(&self, who: &Applicant<'_>, now: WallMs) -> bool {
        let own = self.mutes.get(who.person);
        own.is_some_and(|mute| !mute.is_over(now))
            || self
                .mutes
                .values()
                .any(|mute| who.comes_from(mute.guest) && !mute.is_over(now))
    }

    /// When the next mute ends by itself.
    pub fn next_unmute(&self, now: WallMs) -> Option<WallMs> {
        let ends = self.mutes.values().filter_map(|mute| mute.until);
        ends.filter(|until| *until > now).min()
    }

    /// Whether the person, or for guests anyone from where a banned guest came, is kept out.
    pub fn is_banned(&self, who: &Applicant<'_>, now: WallMs) -> bool {
        let own = self.bans.get(who.person);
        if own.is_some_and(|ban| !ban.is_over(now)) {
            return true;
        }
        self.bans
            .values()
            .any(|ban| who.comes_from(ban.guest) && !ban.is_over(now))
    }

    /// Keeps someone out; an editor loses that right.
    pub fn ban(&mut self, person: &str, ban: Ban, max: usize) -> Result<(), Refusal> {
        let now = ban.at;
        // A guest's id and address mean nothing any more after that time.
        self.bans.retain(|_, ban| !ban.is_over(now));
        make_room(&self.bans, person, max)?;
        self.editors.remove(person);
        self.bans.insert(person.to_owned(), ban);
        Ok(())
    }

    /// Takes someone's chat away, or changes until when.
    pub fn mute(
        &mut self,
        person: &str,
        mute: Mute,
        now: WallMs,
        max: usize,
    ) -> Result<(), Refusal> {
        self.mutes.retain(|_, mute| !mute.is_over(now));
        make_room(&self.mutes, person, max)?;
        self.mutes.insert(person.to_owned(), mute);
        Ok(())
    }

    /// Gives someone's chat back; to a guest also where it was taken with that of another from the same address.
    pub fn unmute(&mut self, person: &str, guest: Option<GuestOrigin>) -> Result<(), Refusal> {
        let who = Applicant {
            person,
            user: None,
            follows_owner: false,
            hidden: &BTreeSet::new(),
            origin: guest.and_then(|guest| guest.origin),
        };
        let before = self.mutes.len();
        self.mutes
            .retain(|id, mute| id != person && !who.comes_from(mute.guest));
        let was_there = self.mutes.len() < before;
        was_there.then_some(()).ok_or(Refusal::NoSuchPerson)
    }

    /// Makes someone an editor.
    pub fn appoint(&mut self, person: &str, name: &str, max: usize) -> Result<(), Refusal> {
        make_room(&self.editors, person, max)?;
        self.editors.insert(person.to_owned(), name.to_owned());
        Ok(())
    }

    /// The name kept for someone in any of the lists.
    pub fn name_of(&self, person: &str) -> Option<&str> {
        let ban = || self.bans.get(person).map(|ban| ban.name.as_str());
        let mute = || self.mutes.get(person).map(|mute| mute.name.as_str());
        let editor = self.editors.get(person).map(String::as_str);
        editor.or_else(ban).or_else(mute)
    }

    /// What the lists know of someone as a guest; none of users.
    pub fn guest(&self, person: &str) -> Option<GuestOrigin> {
        let ban = self.bans.get(person).and_then(|ban| ban.guest);
        ban.or_else(|| self.mutes.get(person).and_then(|mute| mute.guest))
    }

    /// Whether the user is one of the editors.
    fn is_editor(&self, user: UserId) -> bool {
        !self.editors.is_empty() && self.editors.contains_key(&user.to_string())
    }
}

fn make_room<T>(list: &BTreeMap<String, T>, person: &str, max: usize) -> Result<(), Refusal> {
    if list.len() >= max && !list.contains_key(person) {
        return Err(Refusal::ListFull);
    }
    Ok(())
}

impl RoomCard {
    /// What a user, or a guest, may do here once inside.
    pub fn role_of(&self, user: Option<UserId>) -> Role {
        match user {
            Some(user) if user == self.owner_id => Role::Owner,
            Some(user) if self.access.is_editor(user) => Role::Editor,
            _ => Role::Visitor,
        }
    }

    /// Whether it is there for nobody but its owner, editor or not.
    pub fn is_shut_to(&self, user: Option<UserId>) -> bool {
        let Shut {
            archived,
            moderated,
        } = self.access.shut;
        (archived || moderated) && self.role_of(user) != Role::Owner
    }

    /// Whether someone may come in at this time, and as what.
    pub fn admits(&self, who: &Applicant<'_>, now: WallMs) -> Result<Role, Denied> {
        let role = self.keeps(who, now)?;
        if self.access.locked && role == Role::Visitor {
            return Err(Denied::Locked);
        }
        Ok(role)
    }

    /// Whether someone inside may stay, and as what: as at the door, but a lock sends nobody out.
    pub fn keeps(&self, who: &Applicant<'_>, now: WallMs) -> Result<Role, Denied> {
        let role = self.role_of(who.user);
        if role == Role::Owner {
            return Ok(role);
        }
        if self.is_shut_to(who.user) {
            return Err(Denied::NotOpen);
        }
        if self.access.is_banned(who, now) {
            return Err(Denied::Banned);
        }
        // Whoever the owner blocks, or who blocks the owner, is not told why, editor or not.
        if !who.hidden.is_empty() && who.hidden.contains(&self.owner_id.to_string()) {
            return Err(Denied::NotOpen);
        }
        let open = match (self.access.visibility, who.user) {
            (Visibility::Public, None) => self.access.guests_allowed,
            (Visibility::Public, Some(_)) => true,
            (Visibility::Followers, Some(_)) => who.follows_owner,
            (Visibility::Followers, None) | (Visibility::Private, _) => false,
        };
        if open || role == Role::Editor {
            Ok(role)
        } else {
            Err(Denied::NotOpen)
        }
    }
}
