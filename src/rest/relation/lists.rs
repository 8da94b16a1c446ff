//! Lists of people, of anybody's and of one's own. The newest come first.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::body::PersonBody;
use super::{not_kept, refused, signed_in};
use crate::domain::clock::WallMs;
use crate::domain::relation::Counts;
use crate::ports::relations::{Entry, List, Place};
use crate::rest::auth::Viewer;
use crate::rest::cursor::{self, Page, places};
use crate::rest::problem::{Path, Problem};
use crate::services::relation::{Page as Found, People, RelationService};

places! {
    Place;
    FollowersAt = "followers",
    FollowingAt = "following",
    FamiliarAt = "familiar_followers",
    TestimonialsAt = "testimonials",
    RequestsAt = "follow_requests",
    BlocksAt = "blocks",
    MutesAt = "mutes",
    TiesAt = "ties",
    TieRequestsAt = "tie_requests",
}

/// Where a page begins.
fn after<P: cursor::Place + Into<Place>>(page: &Page) -> Result<Option<Place>, Problem> {
    Ok(page.after::<P>()?.map(Into::into))
}

/// The people of a page, and the cursor of the next.
fn people<P: cursor::Place + From<Place>, T>(
    page: &Page,
    found: Found,
    body: impl Fn(Entry) -> T,
) -> (Vec<T>, Option<String>) {
    let next = found.next.and_then(|place| page.cursor(&P::from(place)));
    (found.entries.into_iter().map(body).collect(), next)
}

/// Somebody, and since when it is so.
#[derive(Serialize, ToSchema)]
struct ListedBody {
    #[serde(flatten)]
    person: PersonBody,
    #[serde(with = "time::serde::rfc3339")]
    since_at: OffsetDateTime,
}

impl From<Entry> for ListedBody {
    fn from(entry: Entry) -> Self {
        Self {
            person: entry.user.into(),
            since_at: entry.at.to_offset(),
        }
    }
}

/// A list whose whole number is known.
macro_rules! counted_body {
    ($name:ident { $field:ident }) => {
        #[derive(Serialize, ToSchema)]
        struct $name {
            $field: Vec<ListedBody>,
            /// How many the viewer finds on all pages.
            count: u32,
            #[schema(required)]
            next_cursor: Option<String>,
        }
    };
}

macro_rules! plain_body {
    ($name:ident { $field:ident: $of:ty }) => {
        #[derive(Serialize, ToSchema)]
        struct $name {
            $field: Vec<$of>,
            #[schema(required)]
            next_cursor: Option<String>,
        }
    };
}

counted_body!(FollowersBody { followers });
counted_body!(FollowingBody { following });
plain_body!(FamiliarBody {
    familiar_followers: ListedBody
});
plain_body!(RequestsBody {
    follow_requests: ListedBody
});
plain_body!(BlocksBody { blocks: ListedBody });
plain_body!(TestimonialsBody {
    testimonials: WrittenBody
});
plain_body!(MutesBody { mutes: MutedBody });
plain_body!(TiesBody { ties: TiedBody });
plain_body!(TieRequestsBody {
    tie_requests: AskingBody
});

async fn of<P: cursor::Place + From<Place> + Into<Place>>(
    relations: &RelationService,
    list: People,
    Viewer(viewer): Viewer,
    handle: &str,
    page: &Page,
) -> Result<(Found, Counts), Problem> {
    let viewer = viewer.map(|viewer| viewer.user.id);
    let after = after::<P>(page)?;
    let found = relations.of(list, viewer, handle, after, page.limit());
    found.await.map_err(refused)
}

async fn own<P: cursor::Place + Into<Place>>(
    relations: &RelationService,
    list: List,
    viewer: Viewer,
    page: &Page,
) -> Result<Found, Problem> {
    let viewer = signed_in(viewer)?;
    let after = after::<P>(page)?;
    let found = relations.own(list, viewer, after, page.limit());
    found.await.map_err(refused)
}

/// Who follows somebody. Of a private account only its followers may see it.
#[utoipa::path(get, path = "/v1/users/{handle}/followers", tag = "relations",
    params(("handle" = String, Path, description = "Whom."), Page),
    responses(
        (status = 200, description = "A page.", body = FollowersBody),
        (status = 400, description = "invalid_cursor"),
        (status = 403, description = "followers_only"),
        (status = 404, description = "user_not_found"),
    ))]
pub(super) async fn followers(
    State(relations): State<RelationService>,
    viewer: Viewer,
    Path(handle): Path<String>,
    page: Page,
) -> Result<Response, Problem> {
    let list = People::Followers;
    let found = of::<FollowersAt>(&relations, list, viewer, &handle, &page);
    let (found, counts) = found.await?;
    let (followers, next_cursor) = people::<FollowersAt, _>(&page, found, ListedBody::from);
    Ok(not_kept(FollowersBody {
        followers,
        count: counts.followers,
        next_cursor,
    }))
}

/// Whom somebody follows. Of a private account only its followers may see it.
#[utoipa::path(get, path = "/v1/users/{handle}/following", tag = "relations",
    params(("handle" = String, Path, description = "Who."), Page),
    responses(
        (status = 200, description = "A page.", body = FollowingBody),
        (status = 400, description = "invalid_cursor"),
        (status = 403, description = "followers_only"),
        (status = 404, description = "user_not_found"),
    ))]
pub(super) async fn following(
    State(relations): State<RelationService>,
    viewer: Viewer,
    Path(handle): Path<String>,
    page: Page,
) -> Result<Response, Problem> {
    let list = People::Following;
    let found = of::<FollowingAt>(&relations, list, viewer, &handle, &page);
    let (found, counts) = found.await?;
    let (following, next_cursor) = people::<FollowingAt, _>(&page, found, ListedBody::from);
    Ok(not_kept(FollowingBody {
        following,
        count: counts.following,
        next_cursor,
    }))
}

/// Whom one follows of those who follow somebody; of a private account too.
#[utoipa::path(get, path = "/v1/users/{handle}/familiar-followers", tag = "relations",
    params(("handle" = String, Path, description = "Whom."), Page),
    responses(
        (status = 200, description = "A page.", body = FamiliarBody),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "user_not_found"),
    ))]
pub(super) async fn familiar_followers(
    State(relations): State<RelationService>,
    viewer: Viewer,
    Path(handle): Path<String>,
    page: Page,
) -> Result<Response, Problem> {
    let viewer = signed_in(viewer)?;
    let after = after::<FamiliarAt>(&page)?;
    let found = relations.familiar(viewer, &handle, after, page.limit());
    let found = found.await.map_err(refused)?;
    let (familiar_followers, next_cursor) = people::<FamiliarAt, _>(&page, found, ListedBody::from);
    Ok(not_kept(FamiliarBody {
        familiar_followers,
        next_cursor,
    }))
}

/// Who wrote what on a profile.
#[derive(Serialize, ToSchema)]
struct WrittenBody {
    #[serde(flatten)]
    person: PersonBody,
    text: String,
    #[serde(with = "time::serde::rfc3339")]
    written_at: OffsetDateTime,
}

/// What ties wrote on somebody's profile. Of a private account only its followers may see it.
#[utoipa::path(get, path = "/v1/users/{handle}/testimonials", tag = "relations",
    params(("handle" = String, Path, description = "On whose."), Page),
    responses(
        (status = 200, description = "A page.", body = TestimonialsBody),
        (status = 400, description = "invalid_cursor"),
        (status = 403, description = "followers_only"),
        (status = 404, description = "user_not_found"),
    ))]
pub(super) async fn testimonials(
    State(relations): State<RelationService>,
    viewer: Viewer,
    Path(handle): Path<String>,
    page: Page,
) -> Result<Response, Problem> {
    let list = People::Testimonials;
    let found = of::<TestimonialsAt>(&relations, list, viewer, &handle, &page);
    let (found, _) = found.await?;
    let (testimonials, next_cursor) =
        people::<TestimonialsAt, _>(&page, found, |entry| WrittenBody {
            text: entry.text.unwrap_or_default(),
            written_at: entry.at.to_offset(),
            person: entry.user.into(),
        });
    Ok(not_kept(TestimonialsBody {
        testimonials,
        next_cursor,
    }))
}

/// Who asks to follow one.
#[utoipa::path(get, path = "/v1/me/follow-requests", tag = "relations", params(Page),
    responses(
        (status = 200, description = "A page.", body = RequestsBody),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
    ))]
pub(super) async fn follow_requests(
    State(relations): State<RelationService>,
    viewer: Viewer,
    page: Page,
) -> Result<Response, Problem> {
    let found = own::<RequestsAt>(&relations, List::FollowRequests, viewer, &page).await?;
    let (follow_requests, next_cursor) = people::<RequestsAt, _>(&page, found, ListedBody::from);
    Ok(not_kept(RequestsBody {
        follow_requests,
        next_cursor,
    }))
}

/// Whom one blocks.
#[utoipa::path(get, path = "/v1/me/blocks", tag = "relations", params(Page),
    responses(
        (status = 200, description = "A page.", body = BlocksBody),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
    ))]
pub(super) async fn blocks(
    State(relations): State<RelationService>,
    viewer: Viewer,
    page: Page,
) -> Result<Response, Problem> {
    let found = own::<BlocksAt>(&relations, List::Blocks, viewer, &page).await?;
    let (blocks, next_cursor) = people::<BlocksAt, _>(&page, found, ListedBody::from);
    Ok(not_kept(BlocksBody {
        blocks,
        next_cursor,
    }))
}

/// Somebody muted, and until when.
#[derive(Serialize, ToSchema)]
struct MutedBody {
    #[serde(flatten)]
    person: PersonBody,
    #[serde(with = "time::serde::rfc3339")]
    since_at: OffsetDateTime,
    /// Null: until unmuted.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(required)]
    until: Option<OffsetDateTime>,
}

/// Whom one mutes at this time.
#[utoipa::path(get, path = "/v1/me/mutes", tag = "relations", params(Page),
    responses(
        (status = 200, description = "A page.", body = MutesBody),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
    ))]
pub(super) async fn mutes(
    State(relations): State<RelationService>,
    viewer: Viewer,
    page: Page,
) -> Result<Response, Problem> {
    let found = own::<MutesAt>(&relations, List::Mutes, viewer, &page).await?;
    let (mutes, next_cursor) = people::<MutesAt, _>(&page, found, |entry| MutedBody {
        since_at: entry.at.to_offset(),
        until: entry.until.map(WallMs::to_offset),
        person: entry.user.into(),
    });
    Ok(not_kept(MutesBody { mutes, next_cursor }))
}

/// A tie, and what the two call each other.
#[derive(Serialize, ToSchema)]
struct TiedBody {
    #[serde(flatten)]
    person: PersonBody,
    /// The name I gave them.
    nickname_mine: String,
    /// The name they gave me.
    nickname_theirs: String,
    #[serde(with = "time::serde::rfc3339")]
    since_at: OffsetDateTime,
}

/// One's ties.
#[utoipa::path(get, path = "/v1/me/ties", tag = "relations", params(Page),
    responses(
        (status = 200, description = "A page.", body = TiesBody),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
    ))]
pub(super) async fn ties(
    State(relations): State<RelationService>,
    viewer: Viewer,
    page: Page,
) -> Result<Response, Problem> {
    let found = own::<TiesAt>(&relations, List::Ties, viewer, &page).await?;
    let (ties, next_cursor) = people::<TiesAt, _>(&page, found, |entry| TiedBody {
        nickname_mine: entry.nickname_mine.unwrap_or_default(),
        nickname_theirs: entry.nickname_theirs.unwrap_or_default(),
        since_at: entry.at.to_offset(),
        person: entry.user.into(),
    });
    Ok(not_kept(TiesBody { ties, next_cursor }))
}

/// Somebody who asks for a tie, and what they would call one.
#[derive(Serialize, ToSchema)]
struct AskingBody {
    #[serde(flatten)]
    person: PersonBody,
    nickname_theirs: String,
    #[serde(with = "time::serde::rfc3339")]
    since_at: OffsetDateTime,
}

/// Who asks one for a tie.
#[utoipa::path(get, path = "/v1/me/tie-requests", tag = "relations", params(Page),
    responses(
        (status = 200, description = "A page.", body = TieRequestsBody),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
    ))]
pub(super) async fn tie_requests(
    State(relations): State<RelationService>,
    viewer: Viewer,
    page: Page,
) -> Result<Response, Problem> {
    let found = own::<TieRequestsAt>(&relations, List::TieRequests, viewer, &page).await?;
    let (tie_requests, next_cursor) =
        people::<TieRequestsAt, _>(&page, found, |entry| AskingBody {
            nickname_theirs: entry.nickname_theirs.unwrap_or_default(),
            since_at: entry.at.to_offset(),
            person: entry.user.into(),
        });
    Ok(not_kept(TieRequestsBody {
        tie_requests,
        next_cursor,
    }))
}
