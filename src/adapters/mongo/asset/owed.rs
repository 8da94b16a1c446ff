//! What is owed other services: decisions that were made here and are not on record yet, and profiles that do not know of
//! another picture.

use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, Bson, Document as Stored, doc};

use super::super::Collections;
use super::super::failure::writing;
use super::super::value::{Fields, Unfit, id, number};
use super::{MongoAssets, asset_id, form};
use crate::domain::address::AddressGroup;
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, LoginId, RulingId, UserId};
use crate::domain::notification::Delivery;
use crate::ports::asset::AssetsUnavailable;
use crate::ports::moderation::pictures::Removal;

/// A decision as the picture carries it until it is on record.
pub(super) fn note(removal: &Removal) -> Stored {
    let trace = &removal.trace;
    let address = trace.address.map(|address| {
        Bson::Binary(Binary {
            subtype: BinarySubtype::Generic,
            bytes: address.bytes().to_vec(),
        })
    });
    doc! {
        "id": id(removal.id.uuid()),
        "rule": removal.rule.as_str(),
        "at_ms": number(removal.at.0),
        "actor": trace.actor.map(|actor| id(actor.uuid())),
        "login": trace.login.map(|login| id(login.uuid())),
        "address": address,
        "user_agent": &trace.user_agent,
    }
}

fn to_address(note: &Stored) -> Result<Option<AddressGroup>, Unfit> {
    let unfit = || Unfit("address".to_owned());
    match note.get("address") {
        None | Some(Bson::Null) => Ok(None),
        Some(Bson::Binary(binary)) => {
            let bytes: [u8; 16] = binary.bytes.as_slice().try_into().map_err(|_| unfit())?;
            let address = std::net::IpAddr::from(bytes);
            Ok(Some(AddressGroup::from(address)))
        }
        Some(_) => Err(unfit()),
    }
}

/// The decision that is owed of a picture.
fn to_removal(stored: &Stored) -> Result<Option<Removal>, Unfit> {
    let note = stored.within("owes")?;
    if note.is_empty() {
        return Ok(None);
    }
    Ok(Some(Removal {
        id: RulingId::from_uuid(note.uuid("id")?),
        picture: asset_id(stored)?,
        owner: form::to_owner(stored)?,
        rule: form::named(note, "rule")?,
        trace: Trace {
            actor: note.maybe_uuid("actor")?.map(UserId::from_uuid),
            login: note.maybe_uuid("login")?.map(LoginId::from_uuid),
            address: to_address(note)?,
            user_agent: note.text("user_agent")?.to_owned(),
        },
        at: WallMs(note.number("at_ms")?),
    }))
}

impl MongoAssets {
    /// Puts on record what is owed of a picture; whom to tell. From here on decisions about it can be asked for.
    pub(super) async fn pay(&self, asset: AssetId) -> Result<Vec<Delivery>, AssetsUnavailable> {
        match self.stored(asset).await? {
            Some(stored) => self.pay_for(&stored).await,
            None => Ok(Vec::new()),
        }
    }

    /// The same, of a picture that has been read.
    pub(super) async fn pay_for(
        &self,
        stored: &Stored,
    ) -> Result<Vec<Delivery>, AssetsUnavailable> {
        let Some(removal) = to_removal(stored)? else {
            return Ok(Vec::new());
        };
        let told = self.beside.rulings.removed(&removal).await?;
        let paid = doc! { "_id": id(removal.picture.uuid()), "owes.id": id(removal.id.uuid()) };
        let nothing_owed = doc! { "$unset": { "owes": "" } };
        writing(self.assets().update_one(paid, nothing_owed)).await?;
        Ok(told)
    }

    /// Pays some of what is owed; how much that was.
    pub(super) async fn pay_some(&self, limit: u32) -> Result<u32, AssetsUnavailable> {
        let owing = doc! { "owes.at_ms": { "$gte": 0_i64 } };
        let sort = doc! { "owes.at_ms": 1 };
        let mut paid = 0;
        for stored in self.some(Collections::ASSET, owing, sort, limit).await? {
            self.pay_for(&stored).await?;
            paid += 1;
        }
        let owing = doc! { "owed_since": { "$gte": 0_i64 } };
        let sort = doc! { "owed_since": 1 };
        for thing in self
            .some(Collections::ASSET_USE, owing, sort, limit)
            .await?
        {
            let name = thing.text("_id")?;
            let user = name.split_once('/').and_then(|(_, id)| id.parse().ok());
            let user = user.ok_or_else(|| Unfit("_id".to_owned()))?;
            self.tell_profile(user).await?;
            paid += 1;
        }
        Ok(paid)
    }
}
