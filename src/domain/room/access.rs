//! A room's policy: who may come in, and what they may do there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Refusal, RoomCard};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;

/// How long a banned guest's address keeps out other guests, and a guest's id means anything, in milliseconds:
/// as long as a resume token is good.
pub const GUEST_BAN_MS: u64 = 24 * 60 * 60 * 1_000;

/// Who may come in, beside the owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
    /// A keyed hash of the client's address.
    pub origin: Option<u64>,
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

/// Where a banned guest came from: a keyed hash of the address, if it was known.
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
}

impl Mute {
    /// Whether it means nothing any more.
    pub fn is_over(&self, now: WallMs) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
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
        }
    }

    /// Whether the person's chat is taken away at this time.
    pub fn is_muted(&self, person: &str, now: WallMs) -> bool {
        self.mutes
            .get(person)
            .is_some_and(|mute| !mute.is_over(now))
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
        who.user.is_none()
            && who.origin.is_some()
            && self.bans.values().any(|ban| {
                let same = ban.guest.is_some_and(|from| from.origin == who.origin);
                same && !ban.is_over(now)
            })
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
        if self.access.is_banned(who, now) {
            return Err(Denied::Banned);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::RoomId;

    const NOW: WallMs = WallMs(1_000_000);

    fn card(visibility: Visibility) -> RoomCard {
        RoomCard {
            id: RoomId::generate(),
            owner_id: UserId::generate(),
            name: "방".to_owned(),
            access: Access::new(visibility, true),
        }
    }

    fn user(id: UserId, person: &str) -> Applicant<'_> {
        Applicant {
            person,
            user: Some(id),
            follows_owner: false,
            origin: Some(7),
        }
    }

    const GUEST: Applicant<'_> = Applicant {
        person: "guest",
        user: None,
        follows_owner: false,
        origin: Some(7),
    };

    fn ban(guest: Option<GuestOrigin>) -> Ban {
        Ban {
            name: "누구".to_owned(),
            at: NOW,
            guest,
        }
    }

    #[test]
    fn each_visibility_opens_to_its_own_people() {
        use Visibility::{Followers, Private, Public};
        let (id, editor) = (UserId::generate(), UserId::generate());
        let (person, editor_id) = (id.to_string(), editor.to_string());
        let follower = Applicant {
            follows_owner: true,
            ..user(id, &person)
        };
        for (visibility, guest, stranger, follows) in [
            (Public, true, true, true),
            (Followers, false, false, true),
            (Private, false, false, false),
        ] {
            let mut card = card(visibility);
            card.access.appoint(&editor_id, "돕는이", 1).expect("room");
            let open = |who: &Applicant<'_>| card.admits(who, NOW).is_ok();
            assert_eq!(open(&GUEST), guest, "{visibility:?}");
            assert_eq!(open(&user(id, &person)), stranger, "{visibility:?}");
            assert_eq!(open(&follower), follows, "{visibility:?}");
            assert_eq!(
                card.admits(&user(editor, &editor_id), NOW),
                Ok(Role::Editor)
            );
            let owner_id = card.owner_id.to_string();
            let owner = user(card.owner_id, &owner_id);
            assert_eq!(card.admits(&owner, NOW), Ok(Role::Owner));
        }
    }

    #[test]
    fn a_lock_stops_at_the_door_and_a_ban_everywhere() {
        let mut card = card(Visibility::Public);
        let id = UserId::generate();
        let person = id.to_string();
        let who = user(id, &person);
        card.access.locked = true;
        assert_eq!(card.admits(&who, NOW), Err(Denied::Locked));
        assert_eq!(card.keeps(&who, NOW), Ok(Role::Visitor));
        card.access.appoint(&person, "돕는이", 9).expect("room");
        assert_eq!(card.admits(&who, NOW), Ok(Role::Editor));
        card.access.ban(&person, ban(None), 9).expect("room");
        assert!(card.access.editors.is_empty(), "a ban ends the role");
        assert_eq!(card.keeps(&who, NOW), Err(Denied::Banned));
        let later = WallMs(NOW.0 + 2 * GUEST_BAN_MS);
        assert_eq!(card.admits(&who, later), Err(Denied::Banned));
    }

    #[test]
    fn a_banned_guest_keeps_out_guests_from_the_same_address_for_a_day() {
        let mut card = card(Visibility::Public);
        let from = Some(GuestOrigin { origin: Some(7) });
        card.access.ban("another", ban(from), 9).expect("room");
        let last = WallMs(NOW.0 + GUEST_BAN_MS - 1);
        assert_eq!(card.admits(&GUEST, last), Err(Denied::Banned));
        let end = WallMs(NOW.0 + GUEST_BAN_MS);
        assert_eq!(card.admits(&GUEST, end), Ok(Role::Visitor));
        let elsewhere = Applicant {
            origin: Some(8),
            ..GUEST
        };
        assert_eq!(card.admits(&elsewhere, NOW), Ok(Role::Visitor));
        let id = UserId::generate();
        let person = id.to_string();
        assert!(card.admits(&user(id, &person), NOW).is_ok());
        let mut unknown = self::card(Visibility::Public);
        let nowhere = Some(GuestOrigin { origin: None });
        unknown.access.ban("other", ban(nowhere), 9).expect("room");
        let hidden = Applicant {
            origin: None,
            ..GUEST
        };
        assert!(unknown.admits(&hidden, NOW).is_ok());
    }

    #[test]
    fn lists_are_bounded_and_what_is_over_makes_room() {
        let mut access = Access::new(Visibility::Public, true);
        let from = Some(GuestOrigin { origin: None });
        access.ban("a", ban(from), 1).expect("room");
        access.ban("a", ban(from), 1).expect("the same again");
        assert_eq!(access.ban("b", ban(None), 1), Err(Refusal::ListFull));
        let later = Ban {
            at: WallMs(NOW.0 + GUEST_BAN_MS),
            ..ban(None)
        };
        access.ban("b", later, 1).expect("the guest's ban is over");
        let mute = |until| Mute {
            name: "누구".to_owned(),
            until: Some(WallMs(until)),
        };
        access.mute("a", mute(NOW.0 + 5), NOW, 1).expect("room");
        assert!(access.is_muted("a", WallMs(NOW.0 + 4)));
        assert!(!access.is_muted("a", WallMs(NOW.0 + 5)));
        assert_eq!(
            access.mute("b", mute(NOW.0 + 9), NOW, 1),
            Err(Refusal::ListFull)
        );
        let then = WallMs(NOW.0 + 5);
        access
            .mute("b", mute(NOW.0 + 9), then, 1)
            .expect("the first is over");
        assert_eq!(access.next_unmute(then), Some(WallMs(NOW.0 + 9)));
    }
}
