//! Who stands at a room's door: looked up anew at each entry, with what the room's policy asks about them.

use std::collections::BTreeSet;
use std::net::IpAddr;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::{RoomError, RoomService};
use crate::catalogue::catalogue;
use crate::domain::address::AddressGroup;
use crate::domain::filter::Place;
use crate::domain::id::{GuestId, LoginId, RoomId, UserId};
use crate::domain::room::{Applicant, Denied, Role, RoomCard, Visibility};
use crate::domain::text::PersonName;
use crate::domain::visitor::{Bearer, Identity, Visitor};
use crate::ports::people::PeopleUnavailable;
use crate::ports::relations::RelationsUnavailable;
use crate::ports::room::StoreError;

/// Why a visitor could not be looked up.
#[derive(Debug, thiserror::Error)]
pub enum VisitorError {
    /// The account is no longer there.
    #[error("the account is gone")]
    Gone,
    /// The room is no longer there.
    #[error("the room is gone")]
    NoRoom,
    /// People cannot be looked up now.
    #[error(transparent)]
    People(#[from] PeopleUnavailable),
    /// Relations cannot be looked up now.
    #[error(transparent)]
    Relations(#[from] RelationsUnavailable),
    /// The room cannot be looked up now.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes of addresses what rooms may keep of them: equal for equal ones, and worth nothing without the key.
#[derive(Clone)]
pub struct OriginKey(Hmac<Sha256>);

impl std::fmt::Debug for OriginKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OriginKey(..)")
    }
}

impl OriginKey {
    /// The key under this secret of the installation.
    pub fn new(secret: [u8; 32]) -> Self {
        // As HMAC pads a short key.
        let mut block = [0; 64];
        block[..32].copy_from_slice(&secret);
        Self(Hmac::new(&block.into()))
    }

    /// What is kept of an address.
    fn origin(&self, address: IpAddr) -> u64 {
        let mut hash = self.0.clone();
        hash.update(b"origin");
        hash.update(&AddressGroup::from(address).bytes());
        let digest: [u8; 32] = hash.finalize().into_bytes().into();
        let (first, _) = digest.split_at(8);
        first
            .iter()
            .fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

impl RoomService {
    /// Who may be let in to ask at the room's door: an account, or a guest where the room takes guests; into an archived
    /// room its owner alone. The room's owner node decides again when they come.
    pub async fn admit(
        &self,
        room: RoomId,
        account: Option<(UserId, LoginId)>,
        guest: Option<(&str, &[u8])>,
        address: IpAddr,
    ) -> Result<Bearer, RoomError> {
        let user = account.map(|(user, _)| user);
        let card = self.look(room, user).await?.room.card;
        let person = user.map(|user| user.to_string()).unwrap_or_default();
        let applicant = Applicant {
            person: &person,
            user,
            follows_owner: self.follows_owner(user, &card).await?,
            // To whom the owner is hidden there is no such room, and it was not found.
            hidden: &BTreeSet::new(),
            origin: Some(self.origin_key.origin(address)),
        };
        let admitted = card.admits(&applicant, self.clock.wall());
        admitted.map_err(|denied| match denied {
            Denied::Banned => RoomError::Banned,
            Denied::Locked => RoomError::Locked,
            Denied::NotOpen if user.is_none() => RoomError::SignInRequired,
            Denied::NotOpen => RoomError::Forbidden,
        })?;
        if let Some((id, login)) = account {
            return Ok(Bearer::User { id, login });
        }
        let (name, look) = guest.ok_or(RoomError::SignInRequired)?;
        let name = PersonName::parse(name)?;
        let name = self.screen.at_once(Place::Name, name.as_str())?;
        let look = catalogue().look(look).ok_or(RoomError::BadLook)?;
        Ok(Bearer::Guest {
            id: GuestId::generate(),
            name,
            look,
        })
    }

    /// The person behind a ticket or a resume token, as they are now, at the door of this room.
    pub async fn visitor(
        &self,
        bearer: &Bearer,
        room: RoomId,
        address: IpAddr,
    ) -> Result<Visitor, VisitorError> {
        let origin = Some(self.origin_key.origin(address));
        let card = self.store.card(room).await?.ok_or(VisitorError::NoRoom)?;
        let user = match bearer {
            Bearer::User { id, .. } => Some(*id),
            Bearer::Guest { .. } => None,
        };
        // Where the owner has closed their account there is no room, nor for others where it is archived.
        let is_away = card.access.shut.archived && card.role_of(user) != Role::Owner;
        if is_away || self.people.user(card.owner_id).await?.is_none() {
            return Err(VisitorError::NoRoom);
        }
        let (id, login) = match bearer {
            Bearer::User { id, login } => (*id, *login),
            Bearer::Guest { id, name, look } => {
                return Ok(Visitor {
                    identity: Identity::Guest { id: *id },
                    name: name.clone(),
                    look: *look,
                    hidden: BTreeSet::new(),
                    follows_owner: false,
                    origin,
                    unheard: BTreeSet::new(),
                    unheard_ms: None,
                });
            }
        };
        let user = self.people.user(id).await?.ok_or(VisitorError::Gone)?;
        let mut hidden = self.relations.hidden_from(id).await?;
        // The owner counts even where that list is cut.
        if self.relations.is_hidden(id, card.owner_id).await? {
            hidden.insert(card.owner_id.to_string());
        }
        let now = self.clock.wall();
        let unheard = self.relations.muted_by(id, now).await?;
        let soonest = unheard.values().flatten().min();
        Ok(Visitor {
            identity: Identity::User {
                id,
                handle: user.handle,
                login,
            },
            name: user.display_name,
            look: user.look,
            hidden,
            follows_owner: self.follows_owner(Some(id), &card).await?,
            origin,
            unheard: unheard.keys().map(UserId::to_string).collect(),
            unheard_ms: soonest.map(|end| end.0.saturating_sub(now.0)),
        })
    }

    /// Whether the user follows the room's owner. When nobody knows it is no, and where it matters an error.
    async fn follows_owner(
        &self,
        user: Option<UserId>,
        card: &RoomCard,
    ) -> Result<bool, RelationsUnavailable> {
        let Some(id) = user.filter(|id| *id != card.owner_id) else {
            return Ok(false);
        };
        match self.relations.follows(id, card.owner_id).await {
            Err(error)
                if card.access.visibility != Visibility::Followers
                    || card.role_of(user) != Role::Visitor =>
            {
                tracing::warn!(%error, "whether a visitor follows the owner is not known");
                Ok(false)
            }
            known => known,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_tells_addresses_apart_and_nothing_without_the_key() {
        let key = OriginKey::new([7; 32]);
        let origin = |text: &str| key.origin(text.parse().unwrap());
        assert_eq!(
            origin("2001:db8::1"),
            origin("2001:db8::2"),
            "one household"
        );
        assert_ne!(origin("192.0.2.1"), origin("192.0.2.2"));
        assert_eq!(origin("::ffff:192.0.2.1"), origin("192.0.2.1"));
        let other = OriginKey::new([8; 32]);
        assert_ne!(
            other.origin("192.0.2.1".parse().unwrap()),
            origin("192.0.2.1")
        );
    }
}
