//! Uploads in SQLite: what is known of them. How they change is in `store`, `avatar` and `work`.

use std::collections::BTreeMap;

use async_trait::async_trait;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, SqliteConnection};
use uuid::Uuid;

use super::number::{to_u64, wall};
use super::{Sqlite, outbox};
use crate::domain::asset::{Asset, AssetEvent, Picture, Source, Variant, VariantName};
use crate::domain::event::{Event, Subject};
use crate::domain::id::{AssetId, UserId};
use crate::domain::version::Version;
use crate::ports::asset::{AssetReader, AssetsUnavailable, AvatarReader};

mod avatar;
mod moderated;
mod purges;
mod store;
mod takedown;
#[cfg(test)]
mod tests;
mod withheld;
mod work;

pub use moderated::ModeratedAssets;

/// Under which name [`asset_use`](self) files who has chosen a picture for themselves.
const USER: &str = "user";

impl From<sqlx::Error> for AssetsUnavailable {
    fn from(error: sqlx::Error) -> Self {
        Self(error.to_string())
    }
}

#[derive(Debug, sqlx::FromRow)]
struct AssetRow {
    id: Uuid,
    owner_id: Uuid,
    purpose: String,
    state: String,
    standing: String,
    refusal: Option<String>,
    alt: String,
    license_note: String,
    content_type: String,
    source_bytes: i64,
    source_sha256: Vec<u8>,
    blurhash: String,
    version: i64,
    created_ms: i64,
    due_ms: i64,
    uses: i64,
    is_public: bool,
    variants: Json<Vec<VariantRow>>,
}

/// A size as the query below writes it down.
#[derive(Debug, serde::Deserialize)]
struct VariantRow {
    name: String,
    sha256: String,
    width: u32,
    height: u32,
    bytes: u64,
}

/// Everything about assets; to be followed by a condition on `asset`.
const ASSETS: &str = "
SELECT id, owner_id, purpose, state, standing, refusal, iif(state = 'taken_down', '', alt) AS alt,
       iif(state = 'taken_down', '', license_note) AS license_note, content_type, source_bytes, source_sha256,
       blurhash, version, created_ms, due_ms,
       iif(state = 'taken_down', 0, (SELECT count(*) FROM asset_use WHERE asset_id = asset.id)) AS uses,
       EXISTS (SELECT 1 FROM asset_use WHERE asset_id = asset.id AND asset_use.is_public = 1) AS is_public,
       (SELECT coalesce(json_group_array(json_object('name', name, 'sha256', hex(sha256),
                   'width', width, 'height', height, 'bytes', bytes)), '[]')
        FROM asset_variant WHERE asset_id = asset.id) AS variants
FROM asset WHERE ";

fn decode(problem: &str) -> sqlx::Error {
    sqlx::Error::Decode(problem.to_owned().into())
}

fn read_name<T: std::str::FromStr>(text: &str) -> Result<T, sqlx::Error> {
    let unknown = |_| decode(&format!("no such name: {text}"));
    text.parse().map_err(unknown)
}

fn variant_name(text: &str) -> Result<VariantName, sqlx::Error> {
    let mut all = VariantName::ALL.into_iter();
    let found = all.find(|name| name.as_str() == text);
    found.ok_or_else(|| decode("no such size"))
}

fn digest(bytes: &[u8]) -> Result<[u8; 32], sqlx::Error> {
    bytes.try_into().map_err(|_| decode("no digest"))
}

fn digest_of_hex(hex: &str) -> Result<[u8; 32], sqlx::Error> {
    let pair = |at: usize| {
        let pair = hex.get(at..at + 2)?;
        u8::from_str_radix(pair, 16).ok()
    };
    let bytes: Option<Vec<u8>> = (0..hex.len()).step_by(2).map(pair).collect();
    digest(&bytes.unwrap_or_default())
}

impl TryFrom<VariantRow> for Variant {
    type Error = sqlx::Error;

    fn try_from(row: VariantRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            name: variant_name(&row.name)?,
            sha256: digest_of_hex(&row.sha256)?,
            width: row.width,
            height: row.height,
            bytes: row.bytes,
        })
    }
}

impl TryFrom<AssetRow> for Asset {
    type Error = sqlx::Error;

    fn try_from(row: AssetRow) -> Result<Self, sqlx::Error> {
        let id = AssetId::from_uuid(row.id);
        let owner = UserId::from_uuid(row.owner_id);
        let variants = row.variants.0.into_iter().map(Variant::try_from);
        let mut variants = variants.collect::<Result<Vec<_>, _>>()?;
        variants.sort_by_key(|variant| variant.name);
        let can_be_shown = row.state == "ready" && row.standing == "shown";
        let largest = variants.last().cloned().filter(|_| can_be_shown);
        let picture = largest.map(|largest| Picture {
            id,
            owner,
            alt: row.alt.clone(),
            width: largest.width,
            height: largest.height,
            blurhash: row.blurhash,
            is_public: row.is_public,
            variants,
        });
        Ok(Self {
            id,
            owner,
            purpose: read_name(&row.purpose)?,
            state: read_name(&row.state)?,
            refusal: row.refusal.as_deref().map(read_name).transpose()?,
            standing: read_name(&row.standing)?,
            alt: row.alt,
            license_note: row.license_note,
            source: Source {
                content_type: read_name(&row.content_type)?,
                bytes: to_u64(row.source_bytes),
                sha256: digest(&row.source_sha256)?,
            },
            uses: u32::try_from(row.uses).unwrap_or(u32::MAX),
            version: Version(to_u64(row.version)),
            created: wall(row.created_ms),
            until: wall(row.due_ms),
            picture,
        })
    }
}

/// An upload in whatever state.
async fn read(conn: &mut SqliteConnection, id: AssetId) -> Result<Option<Asset>, sqlx::Error> {
    let row: Option<AssetRow> = sqlx::query_as(AssertSqlSafe(format!("{ASSETS} id = ?")))
        .bind(id.uuid())
        .fetch_optional(conn)
        .await?;
    row.map(Asset::try_from).transpose()
}

/// The same, of one that is there.
async fn read_one(conn: &mut SqliteConnection, id: AssetId) -> Result<Asset, sqlx::Error> {
    read(conn, id).await?.ok_or(sqlx::Error::RowNotFound)
}

/// Tells the rest of the world.
async fn tell(
    conn: &mut SqliteConnection,
    id: AssetId,
    event: AssetEvent,
) -> Result<(), sqlx::Error> {
    outbox::put(conn, Subject::Asset(id), &Event::Asset(event)).await
}

#[async_trait]
impl AssetReader for Sqlite {
    async fn pictures(
        &self,
        ids: &[AssetId],
    ) -> Result<BTreeMap<AssetId, Picture>, AssetsUnavailable> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let query = format!(
            "{ASSETS} id IN (SELECT unhex(value) FROM json_each(?)) AND state = 'ready' AND standing = 'shown'"
        );
        let hex = ids.iter().map(|id| id.uuid().as_simple().to_string());
        let rows: Vec<AssetRow> = sqlx::query_as(AssertSqlSafe(query))
            .bind(Json(hex.collect::<Vec<_>>()))
            .fetch_all(&self.read)
            .await?;
        let mut pictures = BTreeMap::new();
        for row in rows {
            let asset = Asset::try_from(row)?;
            pictures.extend(asset.picture.map(|picture| (picture.id, picture)));
        }
        Ok(pictures)
    }
}

#[async_trait]
impl AvatarReader for Sqlite {
    async fn avatars(
        &self,
        users: &[UserId],
    ) -> Result<BTreeMap<UserId, Picture>, AssetsUnavailable> {
        if users.is_empty() {
            return Ok(BTreeMap::new());
        }
        let hex = users.iter().map(|id| id.uuid().as_simple().to_string());
        let chosen: Vec<(Uuid, Uuid)> = sqlx::query_as(
            "SELECT subject_id, asset_id FROM asset_use
             WHERE subject_kind = ? AND subject_id IN (SELECT unhex(value) FROM json_each(?))",
        )
        .bind(USER)
        .bind(Json(hex.collect::<Vec<_>>()))
        .fetch_all(&self.read)
        .await?;
        let of = |(user, asset)| (AssetId::from_uuid(asset), UserId::from_uuid(user));
        let chosen: BTreeMap<AssetId, UserId> = chosen.into_iter().map(of).collect();
        let ids: Vec<AssetId> = chosen.keys().copied().collect();
        let pictures = self.pictures(&ids).await?.into_iter();
        Ok(pictures
            .filter_map(|(id, picture)| Some((*chosen.get(&id)?, picture)))
            .collect())
    }
}
