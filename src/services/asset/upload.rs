//! How pictures come in: in one request, or announced and then sent to a signed address. Either way bytes go to
//! quarantine as they come, counted and hashed on the way; no picture is ever in memory as a whole.

use bytes::Bytes;
use object_store::path::Path;
use object_store::{ObjectStoreExt, WriteMultipart};
use sha2::{Digest, Sha256};

use super::{AssetError, AssetService, Place};
use crate::domain::asset::limits::UPLOAD_MS_MAX;
use crate::domain::asset::{
    Alt, Asset, AssetState, LicenseNote, LinkRefused, Purpose, Source, SourceType, quarantine_place,
};
use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, UserId};
use crate::ports::asset::{Added, NewAsset, Unfinished, Words};
use crate::ports::once::Once;

/// Parts on their way to the store of bytes at once, for each upload.
const PARTS_AT_ONCE: usize = 1;

/// An upload under way. Dropped before its end it is given up.
#[derive(Debug)]
pub struct Upload {
    id: AssetId,
    writing: WriteMultipart,
    hash: Sha256,
    bytes: u64,
    most: u64,
    _place: Place,
}

/// What has been received.
#[derive(Debug)]
pub struct Received {
    upload: Upload,
    /// How many bytes.
    pub bytes: u64,
    /// Their SHA-256.
    pub sha256: [u8; 32],
}

/// What is said of a picture that is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUpload {
    /// What for.
    pub purpose: Purpose,
    /// What it shows.
    pub alt: Alt,
    /// Who made it.
    pub license_note: LicenseNote,
    /// What it is said to be.
    pub content_type: SourceType,
}

/// An announced upload, and where its bytes are to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// The upload.
    pub asset: Asset,
    /// What signs the address.
    pub signature: String,
}

impl Upload {
    /// Takes some bytes, once there is place for them.
    pub async fn write(&mut self, chunk: Bytes) -> Result<(), AssetError> {
        self.bytes = self
            .bytes
            .saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        if self.bytes > self.most {
            return Err(AssetError::TooLarge(self.most));
        }
        self.hash.update(&chunk);
        self.writing.wait_for_capacity(PARTS_AT_ONCE).await?;
        self.writing.put(chunk);
        Ok(())
    }

    /// That was all.
    pub fn end(mut self) -> Received {
        let sha256 = std::mem::take(&mut self.hash).finalize().into();
        Received {
            bytes: self.bytes,
            sha256,
            upload: self,
        }
    }

    /// It is not wanted after all.
    pub async fn give_up(self) {
        // Where that fails it is told once more, as when this is dropped.
        let _ = self.writing.abort().await;
    }
}

impl Received {
    /// It is not wanted after all.
    pub async fn give_up(self) {
        self.upload.give_up().await;
    }
}

impl AssetService {
    /// The largest upload, in bytes.
    pub fn upload_bytes_max(&self) -> u64 {
        self.parts.rules.upload_bytes_max
    }

    /// A place for something that somebody sends, before anything of it is read.
    pub fn place(&self, owner: UserId) -> Result<Place, AssetError> {
        self.places.take(owner)
    }

    /// Begins to receive a picture.
    pub async fn begin(&self, place: Place) -> Result<Upload, AssetError> {
        let most = self.parts.rules.upload_bytes_max;
        self.receive(AssetId::generate(), most, place).await
    }

    async fn receive(&self, id: AssetId, most: u64, place: Place) -> Result<Upload, AssetError> {
        let writing = self.parts.bytes.put_multipart(&quarantine(id)).await?;
        let writing = Box::new(Unfinished::new(writing, self.given_up.clone()));
        let part_bytes = self.parts.rules.part_bytes;
        Ok(Upload {
            id,
            writing: WriteMultipart::new_with_chunk_size(writing, part_bytes),
            hash: Sha256::new(),
            bytes: 0,
            most,
            _place: place,
        })
    }

    /// Keeps a picture that has been received.
    pub async fn keep(
        &self,
        owner: UserId,
        new: NewUpload,
        received: Received,
        once: Option<&Once>,
    ) -> Result<Asset, AssetError> {
        let id = received.upload.id;
        let new = match self.fit_to_say(new) {
            Ok(new) => new,
            Err(error) => {
                received.give_up().await;
                return Err(error);
            }
        };
        let source = Source {
            content_type: new.content_type,
            bytes: received.bytes,
            sha256: received.sha256,
        };
        let new = Self::new_asset(id, owner, new, source, None);
        received.upload.writing.finish().await?;
        let added = self.add(&new, once).await;
        // Sent again, or refused: there is one already, or none.
        if !matches!(&added, Ok(asset) if asset.id == id) {
            // What is left of it is cleared away later.
            let _ = self.parts.bytes.delete(&quarantine(id)).await;
        }
        self.parts.wake.decode.notify_one();
        added
    }

    /// Announces a picture of these bytes.
    pub async fn announce(
        &self,
        owner: UserId,
        new: NewUpload,
        (bytes, sha256): (u64, [u8; 32]),
        once: Option<&Once>,
    ) -> Result<Announced, AssetError> {
        let most = self.parts.rules.upload_bytes_max;
        if bytes > most {
            return Err(AssetError::TooLarge(most));
        }
        let new = self.fit_to_say(new)?;
        let source = Source {
            content_type: new.content_type,
            bytes,
            sha256,
        };
        let until = WallMs(self.clock.wall().0.saturating_add(UPLOAD_MS_MAX));
        let new = Self::new_asset(AssetId::generate(), owner, new, source, Some(until));
        let asset = self.add(&new, once).await?;
        // By the key of its time, so that it is the same when it is asked for again.
        let signature = self
            .parts
            .keys
            .sign_upload(&Self::terms(&asset), asset.created);
        Ok(Announced { asset, signature })
    }

    /// The same with words that may be kept.
    fn fit_to_say(&self, new: NewUpload) -> Result<NewUpload, AssetError> {
        let words = self.screened(&Words {
            alt: Some(new.alt),
            license_note: Some(new.license_note),
        })?;
        Ok(NewUpload {
            alt: words.alt.unwrap_or_default(),
            license_note: words.license_note.unwrap_or_default(),
            ..new
        })
    }

    /// Begins to receive an announced picture.
    pub async fn begin_announced(
        &self,
        id: AssetId,
        signature: &str,
        (content_type, length): (Option<SourceType>, Option<u64>),
    ) -> Result<Upload, AssetError> {
        let asset = self.parts.store.asset(id).await?;
        // Once its bytes are there the link is of no use any more.
        let asset = asset.filter(|asset| asset.state == AssetState::Uploading);
        let asset = asset.ok_or(AssetError::NotThere)?;
        let terms = Self::terms(&asset);
        self.parts
            .keys
            .verify_upload(&terms, signature, self.clock.wall())?;
        if content_type != Some(asset.source.content_type) {
            return Err(AssetError::Mismatch("the type"));
        }
        if length.is_some_and(|length| length != asset.source.bytes) {
            return Err(AssetError::Mismatch("the length"));
        }
        let place = self.place(asset.owner)?;
        self.receive(id, asset.source.bytes, place).await
    }

    /// Keeps an announced picture that has been received, if it is the one.
    pub async fn keep_announced(&self, received: Received) -> Result<Asset, AssetError> {
        let id = received.upload.id;
        let came = (received.bytes, received.sha256);
        if let Err(error) = self.is_announced(id, came).await {
            received.give_up().await;
            return Err(error);
        }
        received.upload.writing.finish().await?;
        let arrived = self.parts.store.arrived(id, self.clock.wall()).await?;
        self.parts.wake.decode.notify_one();
        let asset = self.parts.store.asset(id).await?;
        match asset.ok_or(AssetError::NotThere)? {
            // It took longer than it was waited for; what came is cleared away.
            asset if !arrived && asset.state == AssetState::Uploading => Err(LinkRefused.into()),
            // If not by this, somebody else has brought the same bytes meanwhile.
            asset => Ok(asset),
        }
    }

    /// Whether this is what was announced, and still waited for.
    async fn is_announced(
        &self,
        id: AssetId,
        (bytes, sha256): (u64, [u8; 32]),
    ) -> Result<(), AssetError> {
        let asset = self.parts.store.asset(id).await?;
        let source = asset.ok_or(AssetError::NotThere)?.source;
        match () {
            () if bytes != source.bytes => Err(AssetError::Mismatch("the length")),
            () if sha256 != source.sha256 => Err(AssetError::Mismatch("the checksum")),
            () => Ok(()),
        }
    }

    fn new_asset(
        id: AssetId,
        owner: UserId,
        new: NewUpload,
        source: Source,
        until: Option<WallMs>,
    ) -> NewAsset {
        NewAsset {
            id,
            owner,
            purpose: new.purpose,
            alt: new.alt,
            license_note: new.license_note,
            source,
            until,
        }
    }

    async fn add(&self, new: &NewAsset, once: Option<&Once>) -> Result<Asset, AssetError> {
        let (store, allowance) = (&self.parts.store, self.parts.rules.allowance);
        match store.add(new, allowance, once, self.clock.wall()).await? {
            Added::Kept(asset) => Ok(*asset),
            Added::KeyReused => Err(AssetError::KeyReused),
            Added::Full => Err(AssetError::Full),
        }
    }
}

fn quarantine(id: AssetId) -> Path {
    Path::from(quarantine_place(id))
}
