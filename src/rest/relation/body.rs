//! People and relations as they travel.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::relation::{Muting, Relation, Tie};
use crate::domain::user::{Look, User};

/// Somebody in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::rest) struct PersonBody {
    id: UserId,
    handle: String,
    display_name: String,
    look: Look,
    mood: String,
}

impl From<User> for PersonBody {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            handle: user.handle,
            display_name: user.display_name,
            look: user.look,
            mood: user.mood,
        }
    }
}

#[derive(Serialize, ToSchema)]
struct MutingBody {
    /// Null: until unmuted.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(required)]
    until: Option<OffsetDateTime>,
}

impl From<Muting> for MutingBody {
    fn from(muting: Muting) -> Self {
        Self {
            until: muting.until.map(WallMs::to_offset),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct TieBody {
    /// The name I gave them.
    nickname_mine: String,
    /// The name they gave me.
    nickname_theirs: String,
    #[serde(with = "time::serde::rfc3339")]
    since_at: OffsetDateTime,
}

impl From<Tie> for TieBody {
    fn from(tie: Tie) -> Self {
        Self {
            nickname_mine: tie.nickname_mine,
            nickname_theirs: tie.nickname_theirs,
            since_at: tie.since.to_offset(),
        }
    }
}

/// What somebody is to me.
#[derive(Serialize, ToSchema)]
pub(super) struct RelationFields {
    /// I follow them.
    following: bool,
    /// I have asked to follow them.
    requested: bool,
    /// They have asked to follow me.
    requested_by: bool,
    /// They follow me.
    followed_by: bool,
    /// I have muted them.
    #[schema(required)]
    muting: Option<MutingBody>,
    /// I block them.
    blocking: bool,
    /// We are tied.
    #[schema(required)]
    tie: Option<TieBody>,
    /// I have asked for a tie.
    tie_asked: bool,
    /// They have asked for a tie.
    tie_asked_by: bool,
}

impl From<Relation> for RelationFields {
    fn from(relation: Relation) -> Self {
        Self {
            following: relation.following,
            requested: relation.requested,
            requested_by: relation.requested_by,
            followed_by: relation.followed_by,
            muting: relation.muting.map(MutingBody::from),
            blocking: relation.blocking,
            tie: relation.tie.map(TieBody::from),
            tie_asked: relation.tie_asked,
            tie_asked_by: relation.tie_asked_by,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(super) struct RelationBody {
    pub relation: RelationFields,
}

#[derive(Serialize, ToSchema)]
pub(super) struct FollowBody {
    pub following: bool,
}

/// Until when.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MuteWish {
    /// Later than now, by a year at the most. Absent or null: until unmuted.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[schema(required = false)]
    pub until: Option<OffsetDateTime>,
}

/// What to call them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TieWish {
    /// One to twenty characters.
    pub nickname: String,
}

/// A line for somebody's profile.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TestimonialWish {
    /// One line of at most 140 characters.
    pub text: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct TestimonialFields {
    /// As it is kept.
    pub text: String,
    #[serde(with = "time::serde::rfc3339")]
    pub written_at: OffsetDateTime,
}

#[derive(Serialize, ToSchema)]
pub(super) struct TestimonialBody {
    pub testimonial: TestimonialFields,
}
