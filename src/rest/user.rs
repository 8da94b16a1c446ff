//! `/v1/me` and `/v1/users`: profiles, settings, and finding people.

use axum::extract::{FromRef, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, LOCATION};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asset::{MediaLinks, PictureBody};
use super::auth::Viewer;
use super::etag::{IfNoneMatch, described};
use super::problem::{Code, Json, Path, Problem};
use super::profile::refused;
use crate::config::PublicUrl;
use crate::domain::id::{RoomId, UserId};
use crate::domain::profile::{Link, Profile};
use crate::domain::relation::Counts;
use crate::domain::user::User;
use crate::domain::version::Version;
use crate::ports::profile::Found;
use crate::services::account::AccountService;
use crate::services::asset::AssetService;
use crate::services::auth::AuthService;
use crate::services::profile::ProfileService;
use crate::services::relation::RelationService;
use crate::services::room::{Presence, RoomService};
use crate::services::settings::SettingsService;

mod account;
mod archive;
mod me;
mod search;
mod settings;

/// What these handlers need.
#[derive(Debug, Clone)]
pub struct UserState {
    /// The profile service.
    pub profiles: ProfileService,
    /// The account service.
    pub accounts: AccountService,
    /// The settings service.
    pub settings: SettingsService,
    /// Counts people.
    pub relations: RelationService,
    /// Says where people are.
    pub rooms: RoomService,
    /// Says which picture people have chosen.
    pub assets: AssetService,
    /// Where links to it lead.
    pub links: MediaLinks,
    /// Where people reach us, for links they take along.
    pub public: PublicUrl,
    /// Tells who asks.
    pub auth: AuthService,
}

impl FromRef<UserState> for ProfileService {
    fn from_ref(state: &UserState) -> Self {
        state.profiles.clone()
    }
}

impl FromRef<UserState> for AccountService {
    fn from_ref(state: &UserState) -> Self {
        state.accounts.clone()
    }
}

impl FromRef<UserState> for SettingsService {
    fn from_ref(state: &UserState) -> Self {
        state.settings.clone()
    }
}

impl FromRef<UserState> for AuthService {
    fn from_ref(state: &UserState) -> Self {
        state.auth.clone()
    }
}

/// The routes.
pub fn routes() -> OpenApiRouter<UserState> {
    OpenApiRouter::default()
        .routes(routes!(me::me, me::change_me, account::close_account))
        .routes(routes!(me::change_handle))
        .routes(routes!(account::restore_account))
        .routes(routes!(account::export))
        .routes(routes!(settings::settings, settings::change_settings))
        .routes(routes!(search::search))
        .routes(routes!(show))
}

/// The routes, with what they need.
pub fn router(state: UserState) -> OpenApiRouter {
    routes().with_state(state)
}

/// How many people are what to somebody: as many as the viewer finds in the lists.
#[derive(Serialize, ToSchema)]
struct CountsBody {
    followers: u32,
    following: u32,
    ties: u32,
}

impl From<Counts> for CountsBody {
    fn from(counts: Counts) -> Self {
        Self {
            followers: counts.followers,
            following: counts.following,
            ties: counts.ties,
        }
    }
}

impl CountsBody {
    /// None where the lists are not for the viewer.
    async fn of(
        state: &UserState,
        profile: &Profile,
        viewer: Option<UserId>,
    ) -> Result<Option<Self>, Problem> {
        let counts = state.relations.counts(viewer, profile.user.id).await;
        Ok(counts.map_err(super::relation::refused)?.map(Self::from))
    }
}

/// A profile, as everybody sees it.
#[derive(Serialize, ToSchema)]
struct Shown {
    #[serde(flatten)]
    user: User,
    links: Vec<Link>,
    /// The picture they have chosen, beside how they look in rooms; null: none.
    #[schema(required)]
    avatar: Option<PictureBody>,
    /// Null: a private account, which the viewer does not follow.
    #[schema(required)]
    counts: Option<CountsBody>,
}

impl Shown {
    async fn of(
        state: &UserState,
        profile: Profile,
        counts: Option<CountsBody>,
    ) -> Result<Self, Problem> {
        let avatar = state.assets.avatar_if_there(profile.user.id).await;
        Ok(Self {
            user: profile.user,
            links: profile.links,
            avatar: avatar.map(|picture| PictureBody::new(&picture, &state.links)),
            counts,
        })
    }
}

/// Where somebody is.
#[derive(Serialize, ToSchema)]
struct PresenceBody {
    room_id: RoomId,
    room_name: String,
    /// Since when, without a break.
    #[serde(with = "time::serde::rfc3339")]
    since_at: OffsetDateTime,
}

impl From<Presence> for PresenceBody {
    fn from(presence: Presence) -> Self {
        Self {
            room_id: presence.room,
            room_name: presence.name,
            since_at: presence.since.to_offset(),
        }
    }
}

/// A profile, and where the person is.
#[derive(Serialize, ToSchema)]
struct InFull {
    #[serde(flatten)]
    profile: Shown,
    /// The room they are in now; null: in none, in none the viewer may know of, or they do not show it to the viewer.
    #[schema(required)]
    presence: Option<PresenceBody>,
}

#[derive(Serialize, ToSchema)]
struct UserBody {
    user: InFull,
}

/// Somebody's profile. A handle the person gave up in the last 90 days leads to the one they have.
#[utoipa::path(get, path = "/v1/users/{handle}", tag = "users",
    params(("handle" = String, Path, description = "Whose."), IfNoneMatch),
    responses(
        (status = 304, description = "The client has it."),
        (status = 200, description = "The profile.", body = UserBody,
            headers(("etag" = String, description = "The version of the profile, and a digest of the answer."))),
        (status = 308, description = "The person has another handle now.",
            headers(("location" = String, description = "The profile under that handle."))),
        (status = 404, description = "user_not_found"),
    ))]
async fn show(
    State(state): State<UserState>,
    Viewer(viewer): Viewer,
    Path(handle): Path<String>,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let viewer = viewer.map(|viewer| viewer.user.id);
    let found = state.profiles.find(&handle, viewer).await;
    match found.map_err(refused)? {
        Found::Here(profile) => {
            let version = Version(profile.version);
            let counts = CountsBody::of(&state, &profile, viewer).await?;
            let presence = state.rooms.presence(profile.user.id, viewer).await;
            let presence = presence.map_err(super::room::refused)?;
            let user = InFull {
                presence: presence.map(PresenceBody::from),
                profile: Shown::of(&state, profile, counts).await?,
            };
            Ok(described(version, &known, &UserBody { user }))
        }
        Found::Moved(profile) => moved(&profile.user.handle),
    }
}

/// To the profile under another handle, which may be another one tomorrow.
fn moved(handle: &str) -> Result<Response, Problem> {
    let location = HeaderValue::from_str(&format!("/v1/users/{handle}"));
    let location = location.map_err(|_| Problem::new(Code::Internal))?;
    let no_store = HeaderValue::from_static("no-store");
    let headers = [(LOCATION, location), (CACHE_CONTROL, no_store)];
    Ok((StatusCode::PERMANENT_REDIRECT, headers).into_response())
}

// People change their looks, and sign out: what was true a moment ago is not kept.
fn not_kept(body: impl Serialize) -> Response {
    let headers = [(CACHE_CONTROL, "no-store")];
    (headers, Json(body)).into_response()
}
