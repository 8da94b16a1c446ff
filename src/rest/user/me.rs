//! `/v1/me`: one's own profile and handle.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{CountsBody, Shown, UserState, not_kept};
use crate::catalogue::catalogue;
use crate::domain::clock::WallMs;
use crate::domain::profile::{Bio, Link, Links, Mood, Profile, ProfileChange};
use crate::domain::text::{BadText, PersonName};
use crate::domain::user::{AccountRole, LOOK_SLOTS};
use crate::domain::version::Version;
use crate::rest::auth::Viewer;
use crate::rest::etag::{IfMatch, IfNoneMatch, described};
use crate::rest::problem::{Code, Json, Problem};
use crate::rest::profile::refused;
use crate::services::profile::ProfileError;

/// An account, as its owner sees it.
#[derive(Serialize, ToSchema)]
pub(super) struct Me {
    #[serde(flatten)]
    profile: Shown,
    role: AccountRole,
    /// When the handle may change again; null: now.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime, required)]
    handle_change_at: Option<OffsetDateTime>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct MeBody {
    /// Null for nobody.
    #[schema(required)]
    user: Option<Me>,
}

/// Who is signed in. Who has closed their account hears so, and can restore it; who is suspended hears so, and can
/// appeal.
#[utoipa::path(get, path = "/v1/me", tag = "users", params(IfNoneMatch),
    responses((status = 304, description = "The client has it."),
        (status = 200, description = "The account, or null.", body = MeBody,
        headers(("etag" = Option<String>, description = "The version of the profile, and a digest of the answer."))),
        (status = 403, description = "account_closing, account_suspended")))]
pub(super) async fn me(
    State(state): State<UserState>,
    Viewer(viewer): Viewer,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let Some(viewer) = viewer else {
        return Ok(not_kept(MeBody { user: None }));
    };
    match state.profiles.own(viewer.user.id).await {
        Ok(profile) => body(&state, profile, viewer.role, &known).await,
        // Gone since the login was looked up.
        Err(ProfileError::NoSuchUser) => Ok(not_kept(MeBody { user: None })),
        Err(error) => Err(refused(error)),
    }
}

async fn body(
    state: &UserState,
    profile: Profile,
    role: AccountRole,
    known: &IfNoneMatch,
) -> Result<Response, Problem> {
    let version = Version(profile.version);
    let counts = CountsBody::of(state, &profile, Some(profile.user.id)).await?;
    let handle_change_at = state.profiles.rename_from(&profile).map(WallMs::to_offset);
    let user = Some(Me {
        profile: Shown::of(state, profile, counts).await?,
        role,
        handle_change_at,
    });
    Ok(described(version, known, &MeBody { user }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LinkBody {
    /// What it is called, 1 to 30 characters.
    label: String,
    /// Where it leads: `http` or `https`, at most 500 bytes, no user name in it.
    url: String,
}

/// What to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProfileBody {
    /// 1 to 20 characters.
    display_name: Option<String>,
    /// One line of at most 60 characters.
    mood: Option<String>,
    /// At most 300 characters in 10 lines.
    bio: Option<String>,
    /// One option of each slot of the wardrobe.
    look: Option<[u8; LOOK_SLOTS]>,
    /// All links, at most 5.
    links: Option<Vec<LinkBody>>,
}

impl ProfileBody {
    fn change(self) -> Result<ProfileChange, Problem> {
        let name = self.display_name.as_deref().map(PersonName::parse);
        let name = name.transpose();
        let text = |bad: BadText| Problem::new(Code::InvalidText).detail(bad.to_string());
        let link = |link: LinkBody| Link::parse(&link.label, &link.url);
        let links = |links: Vec<LinkBody>| {
            let links = links.into_iter().map(link).collect::<Result<_, _>>();
            links.and_then(Links::new)
        };
        let look = |options: [u8; LOOK_SLOTS]| catalogue().look(&options).ok_or(Code::InvalidLook);
        Ok(ProfileChange {
            display_name: name
                .map_err(|bad| Problem::new(Code::InvalidName).detail(bad.to_string()))?,
            mood: self
                .mood
                .as_deref()
                .map(Mood::parse)
                .transpose()
                .map_err(text)?,
            bio: self
                .bio
                .as_deref()
                .map(Bio::parse)
                .transpose()
                .map_err(text)?,
            look: self.look.map(look).transpose()?,
            links: self
                .links
                .map(links)
                .transpose()
                .map_err(|bad| Problem::new(Code::InvalidLink).detail(bad.to_string()))?,
        })
    }
}

/// Changes one's profile. Wherever one is present, one is seen so at once.
#[utoipa::path(patch, path = "/v1/me", tag = "users", request_body = ProfileBody,
    params(IfMatch),
    responses(
        (status = 200, description = "The account as it is now.", body = MeBody,
            headers(("etag" = String, description = "The version of the profile, and a digest of the answer."))),
        (status = 401, description = "sign_in_required"),
        (status = 422, description = "invalid_name, invalid_text, invalid_look, invalid_link, content_refused"),
    ))]
pub(super) async fn change_me(
    State(state): State<UserState>,
    Viewer(viewer): Viewer,
    IfMatch(expected): IfMatch,
    Json(wanted): Json<ProfileBody>,
) -> Result<Response, Problem> {
    let viewer = viewer.ok_or(Code::SignInRequired)?;
    let change = wanted.change()?;
    if change == ProfileChange::default() {
        return Err(Problem::new(Code::InvalidBody).detail("there is nothing to change"));
    }
    let profile = state.profiles.change(viewer.user.id, &change, &expected);
    let profile = profile.await.map_err(own_refused)?;
    body(&state, profile, viewer.role, &IfNoneMatch::default()).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HandleBody {
    /// 2 to 24 lower-case ASCII letters, digits and underscores.
    handle: String,
}

/// Takes another handle. The one given up leads here for 90 days, and is nobody else's meanwhile.
#[utoipa::path(put, path = "/v1/me/handle", tag = "users", request_body = HandleBody,
    params(IfMatch),
    responses(
        (status = 200, description = "The account as it is now.", body = MeBody,
            headers(("etag" = String, description = "The version of the profile, and a digest of the answer."))),
        (status = 401, description = "sign_in_required"),
        (status = 409, description = "handle_taken, handle_changed_lately"),
        (status = 422, description = "invalid_handle, content_refused"),
    ))]
pub(super) async fn change_handle(
    State(state): State<UserState>,
    Viewer(viewer): Viewer,
    IfMatch(expected): IfMatch,
    Json(wanted): Json<HandleBody>,
) -> Result<Response, Problem> {
    let viewer = viewer.ok_or(Code::SignInRequired)?;
    let profiles = &state.profiles;
    let profile = profiles.rename(viewer.user.id, &wanted.handle, &expected);
    let profile = profile.await.map_err(own_refused)?;
    body(&state, profile, viewer.role, &IfNoneMatch::default()).await
}

/// One's own account is gone only if the login is, too.
fn own_refused(error: ProfileError) -> Problem {
    match error {
        ProfileError::NoSuchUser => Problem::new(Code::SignInRequired),
        error => refused(error),
    }
}
