//! Whose pictures are for everybody: for stores that keep pictures, and not what people have chosen for their accounts.
//!
//! What somebody shows to everybody in a post is for those who follow them once their account is private, and so are its
//! pictures. In the embedded store that follows in the step that changes the settings, for all lies in one file. In a
//! distributed installation the settings lie with the user service, which tells that they have changed; the asset service
//! looks what they are, and keeps that as a fact of its own, by which each picture is given out. Until it has come, a
//! moment later, whoever has the address of a picture may have it as before.

use async_trait::async_trait;

use super::AssetsUnavailable;
use crate::domain::id::UserId;

/// What somebody has chosen, as of a version of their settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnerPrivacy {
    /// Who.
    pub owner: UserId,
    /// Whether what they show to everybody is for those who follow them.
    pub is_private: bool,
    /// Of two the greater stays, in whatever order they come.
    pub version: u64,
}

/// Owners of pictures, for whoever hears of their settings.
#[async_trait]
pub trait PictureOwners: Send + Sync {
    /// From this step on what posts of this person show is given out so, and caches drop what is for everybody no more.
    /// May be repeated. The picture they have chosen for their profile is for everybody all the same.
    async fn chose(&self, privacy: &OwnerPrivacy) -> Result<(), AssetsUnavailable>;

    /// Some of those who have pictures, in the order of their ids, after one; each with the version of their settings that
    /// was heard of, 0 for none.
    async fn owners_after(
        &self,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<(UserId, u64)>, AssetsUnavailable>;
}
