//! Requests that take effect once: the key is written in the transaction of the effect.
//!
//! The answer is made from the result alone, so that it is the same each time. A refusal is not recorded: it changed
//! nothing, and may be different the next time.

use mongodb::ClientSession;
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, Bson, doc};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::sealed::{key_hash, open, seal};
use super::transaction::Halt;
use super::value::{Fields, id, number};
use super::{Collections, Mongo};
use crate::domain::clock::WallMs;
use crate::ports::once::{ONCE_KEPT_MS, Once};
use crate::ports::room::StoreError;

/// Keys remembered of one person; beyond, the oldest is forgotten.
const KEYS_PER_USER_MAX: u64 = 1_000;

/// What is known of a request before it takes effect.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Begun<T> {
    /// Nothing: it is to take effect.
    Fresh,
    /// It has taken effect, with this result.
    Replay(T),
    /// Its key stands for another request.
    Mismatch,
}

fn bytes(bytes: &[u8]) -> Bson {
    Bson::Binary(Binary {
        subtype: BinarySubtype::Generic,
        bytes: bytes.to_vec(),
    })
}

/// Looks a request up. Without a key each request is fresh.
pub(super) async fn begin<T: DeserializeOwned, R: From<StoreError>>(
    mongo: &Mongo,
    session: &mut ClientSession,
    once: Option<&Once>,
    now: WallMs,
) -> Result<Begun<T>, Halt<R>> {
    let Some(once) = once else {
        return Ok(Begun::Fresh);
    };
    let keys = mongo.collection(Collections::ONCE);
    let overdue = now.0.saturating_sub(ONCE_KEPT_MS);
    let filter = doc! { "_id": bytes(&key_hash(once)), "owner": id(once.owner.uuid()) };
    let Some(known) = keys.find_one(filter).session(session).await? else {
        return Ok(Begun::Fresh);
    };
    if known.number("created_ms")? <= overdue {
        return Ok(Begun::Fresh);
    }
    if known.get("digest") != Some(&bytes(&once.digest.0)) {
        return Ok(Begun::Mismatch);
    }
    let unreadable = || StoreError::Failed("a recorded result cannot be read".to_owned());
    let sealed = known.get_binary_generic("result").ok();
    let json = sealed.and_then(|sealed| open(once, sealed));
    let result = json.and_then(|json| serde_json::from_slice(&json).ok());
    Ok(Begun::Replay(result.ok_or_else(unreadable)?))
}

/// Records what came of a request that was [`Begun::Fresh`] in this transaction.
pub(super) async fn record<T: Serialize, R: From<StoreError>>(
    mongo: &Mongo,
    session: &mut ClientSession,
    once: Option<&Once>,
    result: &T,
    now: WallMs,
) -> Result<(), Halt<R>> {
    let Some(once) = once else {
        return Ok(());
    };
    let unsealed = || StoreError::Failed("a result cannot be sealed".to_owned());
    let json = serde_json::to_vec(result).map_err(|_| unsealed())?;
    let sealed = seal(once, json).ok_or_else(unsealed)?;
    let keys = mongo.collection(Collections::ONCE);
    let owner = id(once.owner.uuid());
    let mut over = keys
        .find(doc! { "owner": owner.clone() })
        .sort(doc! { "created_ms": -1 })
        .skip(KEYS_PER_USER_MAX - 1)
        .projection(doc! { "_id": 1 })
        .session(&mut *session)
        .await?;
    let mut gone = Vec::new();
    while let Some(key) = over.next(session).await {
        gone.push(key?.field("_id")?.clone());
    }
    if !gone.is_empty() {
        let gone = doc! { "_id": { "$in": gone } };
        keys.delete_many(gone).session(&mut *session).await?;
    }
    let set = doc! {
        "owner": owner,
        "digest": bytes(&once.digest.0),
        "result": bytes(&sealed),
        "created_ms": number(now.0),
    };
    // What is replaced is overdue: the request would not be fresh otherwise. The store's own clock forgets it.
    keys.update_one(
        doc! { "_id": bytes(&key_hash(once)) },
        doc! { "$set": set, "$currentDate": { "recorded": true } },
    )
    .upsert(true)
    .session(session)
    .await?;
    Ok(())
}
