//! Ties by consent, the names they give each other, and the line each may write on the other's profile.

use async_trait::async_trait;

use super::{Changed, RelationsUnavailable};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::relation::{Nickname, Testimonial};

/// The most ties one may have.
pub const TIES_MAX: u32 = 1_000;

/// The most people one may ask for a tie at once, and the most who may wait for one person's answer.
pub const TIE_REQUESTS_MAX: u32 = 200;

/// What asking for a tie came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tied {
    /// They had asked: the two are tied now.
    Now,
    /// They were tied already; the name was changed if it was another.
    Already,
    /// They are asked, or were before; the name was changed if it was another.
    Requested,
    /// One of the two has [`TIES_MAX`] ties; nothing was changed.
    TooMany,
    /// One asks [`TIE_REQUESTS_MAX`] people, or so many ask them; nothing was changed.
    TooManyWait,
    /// There is no such account, or one of the two blocks the other; nothing was changed.
    NoSuchUser,
}

/// What writing a testimonial came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Testified {
    /// It stands on the profile.
    Done,
    /// The two are not tied; nothing was changed.
    NotTied,
    /// There is no such account, or one of the two blocks the other; nothing was changed.
    NoSuchUser,
}

/// Ties and testimonials. Each change is one atomic step, and may be repeated.
#[async_trait]
pub trait TieStore: Send + Sync {
    /// `user` would like to be tied to `other` and to call them so: asks, or consents where `other` has asked.
    ///
    /// When both ask at once one of them consents: there is no order in which both are left waiting.
    async fn tie_to(
        &self,
        user: UserId,
        other: UserId,
        nickname: &Nickname,
        at: WallMs,
    ) -> Result<Changed<Tied>, RelationsUnavailable>;

    /// The two are not tied, and neither asks the other: ends a tie with its testimonials both ways, takes a request
    /// back, or declines one. Whether there was any of it.
    async fn untie(&self, user: UserId, other: UserId) -> Result<bool, RelationsUnavailable>;

    /// `author` writes a line on the profile of `owner`, to whom they are tied, in place of an earlier one.
    async fn testify(
        &self,
        author: UserId,
        owner: UserId,
        text: &Testimonial,
        at: WallMs,
    ) -> Result<Changed<Testified>, RelationsUnavailable>;

    /// Takes the line of `author` off the profile of `owner`; either may. Whether there was one.
    async fn remove_testimonial(
        &self,
        author: UserId,
        owner: UserId,
    ) -> Result<bool, RelationsUnavailable>;
}
