//! The store of uploads: whose they are, what is known of them, and which of them people have chosen for themselves.

use async_trait::async_trait;

use super::AssetsUnavailable;
use crate::domain::asset::{Alt, Asset, LicenseNote, Purpose, Source, Variant, VariantName};
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, UserId};
use crate::domain::moderation::ReportReason;
use crate::domain::notification::Delivery;
use crate::domain::version::{Expected, Version};
use crate::ports::once::Once;

/// A new upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAsset {
    /// Which.
    pub id: AssetId,
    /// Whose.
    pub owner: UserId,
    /// What for.
    pub purpose: Purpose,
    /// What it shows.
    pub alt: Alt,
    /// Who made it.
    pub license_note: LicenseNote,
    /// What was sent, or is going to be.
    pub source: Source,
    /// Until when its bytes may come; none: they are there.
    pub until: Option<WallMs>,
}

/// How much one person may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// How many pictures.
    pub count: u32,
    /// How many bytes, as they are kept, or sent where that is not known yet.
    pub bytes: u64,
}

/// What adding an upload came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// It is there, or was added by the same request before: as it was then.
    Kept(Box<Asset>),
    /// The key stands for another request; nothing was added.
    KeyReused,
    /// The person has as many as they may, or as many bytes; nothing was added.
    Full,
}

/// What to say about a picture; what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// What it shows.
    pub alt: Option<Alt>,
    /// Who made it.
    pub license_note: Option<LicenseNote>,
}

/// What changing the words came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Described {
    /// They are so now.
    Done(Box<Asset>),
    /// They are not at the version the change was made for.
    Stale,
    /// There is no such picture of this person's.
    NotThere,
}

/// What taking down came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TakenDown {
    /// It is down; and the notices its owners are still to hear of.
    Done(Box<Asset>, Vec<Delivery>),
    /// The key stands for another request; nothing was done.
    KeyReused,
    /// There is no such picture.
    NotThere,
}

/// What choosing one's own picture came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AvatarSet {
    /// It is chosen; the version of the profile now.
    Done(Version),
    /// The profile is not at the version the change was made for.
    Stale,
    /// There is no such picture of this person's.
    NotThere,
    /// It cannot be shown, or not yet.
    NotReady,
}

/// One size of a picture, as it is given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// Its bytes.
    pub variant: Variant,
    /// Whether anybody may have it.
    pub is_public: bool,
}

/// Where uploads are durable. Each change is one atomic step that also writes down the event of it.
#[async_trait]
pub trait AssetStore: Send + Sync {
    /// Adds an upload, unless its owner has as much as they may: however many are added at once, never more. Under the
    /// same key it is added once.
    async fn add(
        &self,
        new: &NewAsset,
        allowance: Allowance,
        once: Option<&Once>,
        now: WallMs,
    ) -> Result<Added, AssetsUnavailable>;

    /// The announced bytes are there; whether they are still waited for, which they are once.
    async fn arrived(&self, id: AssetId, now: WallMs) -> Result<bool, AssetsUnavailable>;

    /// An upload in whatever state.
    async fn asset(&self, id: AssetId) -> Result<Option<Asset>, AssetsUnavailable>;

    /// Somebody's uploads, the newest first, those before this one.
    async fn of_owner(
        &self,
        owner: UserId,
        before: Option<AssetId>,
        limit: u32,
    ) -> Result<Vec<Asset>, AssetsUnavailable>;

    /// Changes what its owner says about a picture, if it is at an expected version. The version grows by one.
    async fn describe(
        &self,
        id: AssetId,
        owner: UserId,
        words: &Words,
        expected: &Expected,
    ) -> Result<Described, AssetsUnavailable>;

    /// Deletes an upload of its owner, everywhere it is shown as well; whether it was there. What was taken down stays
    /// on record.
    async fn remove(&self, id: AssetId, owner: UserId) -> Result<bool, AssetsUnavailable>;

    /// Takes a picture down: from this step on nothing shows it, nobody is given it, and the same bytes are not taken
    /// again. They are kept, closed, until nobody can appeal any more, and go with [`AssetWork::sweep`](super::AssetWork::sweep); overturned,
    /// it is as it was ([`ModeratedContent`](crate::ports::moderation::ModeratedContent)).
    /// Other uploads of the same file or the same picture go with it, whosever they are: many at once, the rest as
    /// [`AssetWork::sweep`](super::AssetWork::sweep) is called. Each owner finds the decision on record and a notice of
    /// it. What is left is that it was there. The decision is by the given rule, else by `other`; what is taken down by
    /// `illegal` is destroyed in this step, with all that was kept of the same. May be repeated: of one that is down
    /// already, another decision is made where a rule is given and the last one that stands is not by it.
    async fn take_down(
        &self,
        id: AssetId,
        rule: Option<ReportReason>,
        trace: &Trace,
        once: Option<&Once>,
        now: WallMs,
    ) -> Result<TakenDown, AssetsUnavailable>;

    /// Chooses a picture of somebody's own for their profile, or none, if the profile is at an expected version. It is
    /// public from this step on, and the one before is not by this any more.
    async fn set_avatar(
        &self,
        user: UserId,
        asset: Option<AssetId>,
        expected: &Expected,
    ) -> Result<AvatarSet, AssetsUnavailable>;

    /// One size of a picture, if it may be given out at all: it can be shown, and its owner is neither closed nor
    /// suspended.
    async fn served(
        &self,
        id: AssetId,
        variant: VariantName,
        now: WallMs,
    ) -> Result<Option<Served>, AssetsUnavailable>;
}
