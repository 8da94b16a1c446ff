//! Pictures people upload: how they come in, what is said about them, and who may have them.
//!
//! What is sent waits in quarantine, where nobody gets it from; the workers make pictures of it, or refuse it.

use std::sync::Arc;
use std::time::Duration;

use object_store::ObjectStore;

use crate::domain::asset::{Alt, Asset, LicenseNote, LinkKeys, LinkRefused, Picture, UploadTerms};
use crate::domain::audit::Trace;
use crate::domain::clock::Clock;
use crate::domain::filter::Place as Written;
use crate::domain::id::{AssetId, UserId};
use crate::domain::moderation::ReportReason;
use crate::domain::version::{Expected, Version};
use crate::ports::asset::{
    Allowance, AssetStore, AssetsUnavailable, AvatarReader, AvatarSet, Described, GivenUp,
    TakenDown, Wake, Words,
};
use crate::ports::once::Once;
use crate::services::screen::{NotSaid, Screen};
use crate::services::telling::Telling;

mod admission;
mod serving;
mod upload;

pub use admission::Place;
pub use serving::Opened;
pub use upload::{Announced, NewUpload, Received, Upload};

/// How long somebody is kept waiting for a picture beside what they asked for.
const ORNAMENT_WITHIN: Duration = Duration::from_millis(500);

/// Why something about pictures was not done.
#[derive(Debug, thiserror::Error)]
pub enum AssetError {
    /// There is none, as far as whoever asks may know.
    #[error("no such picture")]
    NotThere,
    /// It cannot be shown, or not yet.
    #[error("the picture cannot be shown, or not yet")]
    NotReady,
    /// It, or the profile, has changed since.
    #[error("it has changed since")]
    Stale,
    /// The person has as much as they may.
    #[error("there is no place for more pictures")]
    Full,
    /// The key stands for another request.
    #[error("the key stands for another request")]
    KeyReused,
    /// More bytes than are taken.
    #[error("a picture has at most {0} bytes")]
    TooLarge(u64),
    /// The bytes are not those that were announced.
    #[error("{0} is not what was announced")]
    Mismatch(&'static str),
    /// The link is not good.
    #[error(transparent)]
    Link(#[from] LinkRefused),
    /// What is said about it may not be said here.
    #[error(transparent)]
    NotSaid(#[from] NotSaid),
    /// As many uploads are under way as may be.
    #[error("too many uploads are under way")]
    Busy,
    /// What is known of pictures cannot be reached.
    #[error(transparent)]
    Store(#[from] AssetsUnavailable),
    /// Their bytes cannot be reached.
    #[error("the bytes of pictures cannot be reached")]
    Bytes(#[from] object_store::Error),
}

/// What holds for pictures.
#[derive(Debug, Clone, Copy)]
pub struct MediaRules {
    /// The largest upload, in bytes.
    pub upload_bytes_max: u64,
    /// How much one person may have.
    pub allowance: Allowance,
    /// How many bytes the store of bytes is given at once.
    pub part_bytes: usize,
}

/// What the service is made of.
#[derive(Clone)]
pub struct AssetParts {
    /// What is known of pictures.
    pub store: Arc<dyn AssetStore>,
    /// Who has chosen which for themselves.
    pub avatars: Arc<dyn AvatarReader>,
    /// Their bytes.
    pub bytes: Arc<dyn ObjectStore>,
    /// What holds.
    pub rules: MediaRules,
    /// What signs links.
    pub keys: LinkKeys,
    /// Hears that there is something to do.
    pub wake: Arc<Wake>,
}

impl std::fmt::Debug for AssetParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AssetParts(..)")
    }
}

/// The asset service.
#[derive(Clone)]
pub struct AssetService {
    parts: AssetParts,
    places: admission::Places,
    given_up: Arc<GivenUp>,
    telling: Telling,
    screen: Screen,
    clock: Clock,
}

impl std::fmt::Debug for AssetService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AssetService(..)")
    }
}

impl AssetService {
    /// The service over its stores.
    pub fn new(parts: AssetParts, clock: Clock) -> Self {
        Self {
            parts,
            places: admission::Places::default(),
            given_up: Arc::default(),
            telling: Telling::default(),
            screen: Screen::off(),
            clock,
        }
    }

    /// Uploads that were given up, for the worker that tells the store of bytes.
    pub fn given_up(&self) -> Arc<GivenUp> {
        self.given_up.clone()
    }

    /// The same, which tells of its notices.
    #[must_use]
    pub fn telling(self, telling: Telling) -> Self {
        Self { telling, ..self }
    }

    /// The same, which looks through what people say about their pictures.
    #[must_use]
    pub fn screened_by(self, screen: Screen) -> Self {
        Self { screen, ..self }
    }

    /// The words as they may be kept: they are shown wherever the picture is.
    fn screened(&self, words: &Words) -> Result<Words, NotSaid> {
        let text = |text: &str| self.screen.at_once(Written::Post, text);
        // What masking leaves is as long as what was written.
        let alt = words.alt.as_ref().map(|alt| text(alt.as_str()));
        let alt = alt.transpose()?.map(|alt| Alt::parse(&alt));
        let note = words.license_note.as_ref().map(|note| text(note.as_str()));
        let note = note.transpose()?.map(|note| LicenseNote::parse(&note));
        Ok(Words {
            alt: alt.transpose().map_err(|_| NotSaid)?,
            license_note: note.transpose().map_err(|_| NotSaid)?,
        })
    }

    /// An upload, for its owner and for staff.
    pub async fn show(
        &self,
        id: AssetId,
        viewer: UserId,
        is_staff: bool,
    ) -> Result<Asset, AssetError> {
        let asset = self.parts.store.asset(id).await?;
        let own = asset.filter(|asset| is_staff || asset.owner == viewer);
        own.ok_or(AssetError::NotThere)
    }

    /// Somebody's own uploads, the newest first, and one more than a page, if there is one.
    pub async fn own(
        &self,
        owner: UserId,
        before: Option<AssetId>,
        limit: u32,
    ) -> Result<Vec<Asset>, AssetError> {
        let found = self.parts.store.of_owner(owner, before, limit + 1);
        Ok(found.await?)
    }

    /// Changes what its owner says about a picture.
    pub async fn describe(
        &self,
        id: AssetId,
        owner: UserId,
        words: &Words,
        expected: &Expected,
    ) -> Result<Asset, AssetError> {
        let words = self.screened(words)?;
        let described = self.parts.store.describe(id, owner, &words, expected);
        match described.await? {
            Described::Done(asset) => Ok(*asset),
            Described::Stale => Err(AssetError::Stale),
            Described::NotThere => Err(AssetError::NotThere),
        }
    }

    /// Deletes somebody's own upload, everywhere it is shown as well.
    pub async fn remove(&self, id: AssetId, owner: UserId) -> Result<(), AssetError> {
        if !self.parts.store.remove(id, owner).await? {
            return Err(AssetError::NotThere);
        }
        self.parts.wake.clear.notify_one();
        Ok(())
    }

    /// Takes a picture down, by a rule.
    pub async fn take_down(
        &self,
        id: AssetId,
        rule: Option<ReportReason>,
        trace: &Trace,
        once: Option<&Once>,
    ) -> Result<Asset, AssetError> {
        let now = self.clock.wall();
        let down = self.parts.store.take_down(id, rule, trace, once, now);
        match down.await? {
            TakenDown::Done(asset, told) => {
                self.telling.told(&told);
                self.parts.wake.clear.notify_one();
                Ok(*asset)
            }
            TakenDown::KeyReused => Err(AssetError::KeyReused),
            TakenDown::NotThere => Err(AssetError::NotThere),
        }
    }

    /// Chooses a picture of somebody's own for their profile, or none; the version of the profile now.
    pub async fn choose(
        &self,
        user: UserId,
        asset: Option<AssetId>,
        expected: &Expected,
    ) -> Result<Version, AssetError> {
        let set = self.parts.store.set_avatar(user, asset, expected).await?;
        self.parts.wake.clear.notify_one();
        match set {
            AvatarSet::Done(version) => Ok(version),
            AvatarSet::Stale => Err(AssetError::Stale),
            AvatarSet::NotThere => Err(AssetError::NotThere),
            AvatarSet::NotReady => Err(AssetError::NotReady),
        }
    }

    /// The picture somebody has chosen for their profile.
    pub async fn avatar(&self, user: UserId) -> Result<Option<Picture>, AssetError> {
        Ok(self.parts.avatars.avatars(&[user]).await?.remove(&user))
    }

    /// The same for whoever shows the person rather than the picture: while pictures cannot be reached, people are shown
    /// without.
    pub async fn avatar_if_there(&self, user: UserId) -> Option<Picture> {
        let found = match tokio::time::timeout(ORNAMENT_WITHIN, self.avatar(user)).await {
            Ok(found) => found,
            Err(_) => Err(AssetsUnavailable("no answer in time".to_owned()).into()),
        };
        found.unwrap_or_else(|error| {
            tracing::warn!(%error, %user, "shown without their picture");
            None
        })
    }

    fn terms(asset: &Asset) -> UploadTerms {
        UploadTerms {
            id: asset.id,
            source: asset.source,
            until: asset.until,
        }
    }
}
