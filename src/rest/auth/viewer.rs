//! Who asks, for every other handler: a browser by its cookie, or a program by a bearer token; never both.

use axum::extract::{FromRef, FromRequestParts};
use axum_extra::extract::CookieJar;
use http::HeaderMap;
use http::header::{AUTHORIZATION, USER_AGENT};
use http::request::Parts;

use super::cookie::Cookies;
use crate::domain::address::{AddressGroup, ClientAddress};
use crate::domain::audit::Trace;
use crate::domain::scope::Scope;
use crate::rest::problem::{Code, Problem};
use crate::services::auth::{AuthService, Credential, OpaqueSecret, SignedIn};

/// Who asks: somebody signed in, or nobody. A handler with this refuses while logins cannot be looked up.
///
/// A token must have the scope `read` for methods that change nothing and `write` for others. What asks for another
/// scope takes a [`Holder`].
#[derive(Debug, Clone)]
pub struct Viewer(pub Option<SignedIn>);

/// Who asks, with whatever scopes their token has: the handler says which it must be.
#[derive(Debug, Clone)]
pub struct Holder(pub Option<SignedIn>);

/// Who asks, even somebody whose account is closed: for what they may still do.
#[derive(Debug, Clone)]
pub struct Leaver(pub Option<SignedIn>);

/// Who asks, even somebody whose account is suspended: for reading what was decided, and appealing. Others need the
/// scopes of a [`Viewer`].
#[derive(Debug, Clone)]
pub struct Appellant(pub Option<SignedIn>);

/// Who asks, whatever has become of their account: for signing in and out.
#[derive(Debug, Clone)]
pub struct Anyone(pub Option<SignedIn>);

/// From where a request comes, for the audit log; who it is by is not said yet.
#[derive(Debug, Clone)]
pub struct Traced(pub Trace);

impl Viewer {
    /// Somebody.
    pub fn signed_in(self) -> Result<SignedIn, Problem> {
        self.0.ok_or(Problem::new(Code::SignInRequired))
    }

    /// Somebody who, beside the scope of the method, has this one.
    pub fn require(self, scope: Scope) -> Result<SignedIn, Problem> {
        Holder(self.0).require(scope)
    }

    /// Somebody who has just proved who they are.
    pub fn recently(self) -> Result<SignedIn, Problem> {
        recent(self.signed_in()?)
    }
}

impl Holder {
    /// Somebody who has this scope.
    pub fn require(self, scope: Scope) -> Result<SignedIn, Problem> {
        let viewer = self.permit(scope)?;
        viewer.ok_or(Problem::new(Code::SignInRequired))
    }

    /// Nobody, or somebody who has this scope.
    pub fn permit(self, scope: Scope) -> Result<Option<SignedIn>, Problem> {
        match self.0 {
            Some(viewer) if viewer.role < scope.role() => Err(Problem::new(Code::Forbidden)),
            Some(viewer) if !viewer.may(scope) => {
                Err(Problem::new(Code::InsufficientScope).scope(scope))
            }
            viewer => Ok(viewer),
        }
    }

    /// Somebody who has this scope and has just proved who they are.
    pub fn recently(self, scope: Scope) -> Result<SignedIn, Problem> {
        recent(self.require(scope)?)
    }
}

fn recent(viewer: SignedIn) -> Result<SignedIn, Problem> {
    match viewer.is_recent {
        true => Ok(viewer),
        false => Err(Problem::new(Code::ReauthenticationRequired)),
    }
}

impl Appellant {
    /// Somebody.
    pub fn signed_in(self) -> Result<SignedIn, Problem> {
        Viewer(self.0).signed_in()
    }
}

impl<S> FromRequestParts<S> for Anyone
where
    S: Send + Sync,
    AuthService: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let auth = AuthService::from_ref(state);
        identify(&auth, parts).await.map(Self)
    }
}

impl<S> FromRequestParts<S> for Appellant
where
    S: Send + Sync,
    AuthService: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Anyone(found) = Anyone::from_request_parts(parts, state).await?;
        match found {
            Some(found) if found.suspended => Ok(Self(Some(found))),
            _ => {
                let Viewer(viewer) = Viewer::from_request_parts(parts, state).await?;
                Ok(Self(viewer))
            }
        }
    }
}

impl<S> FromRequestParts<S> for Leaver
where
    S: Send + Sync,
    AuthService: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Anyone(found) = Anyone::from_request_parts(parts, state).await?;
        match found {
            // Also not to be restored, or else closed: to erase an account and make it anew would end a suspension.
            Some(found) if found.suspended => Err(Problem::new(Code::AccountSuspended)),
            found => Ok(Self(found)),
        }
    }
}

impl<S> FromRequestParts<S> for Holder
where
    S: Send + Sync,
    AuthService: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Leaver(viewer) = Leaver::from_request_parts(parts, state).await?;
        match viewer {
            Some(viewer) if viewer.closed.is_some() => Err(Problem::new(Code::AccountClosing)),
            viewer => Ok(Self(viewer)),
        }
    }
}

impl<S> FromRequestParts<S> for Viewer
where
    S: Send + Sync,
    AuthService: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let holder = Holder::from_request_parts(parts, state).await?;
        let scope = match parts.method.is_safe() {
            true => Scope::Read,
            false => Scope::Write,
        };
        holder.permit(scope).map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Traced {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let address = parts.extensions.get::<ClientAddress>();
        let address = address.map(|ClientAddress(address)| AddressGroup::from(*address));
        let user_agent = parts.headers.get(USER_AGENT);
        let user_agent = user_agent.and_then(|name| name.to_str().ok());
        Ok(Self(Trace::of(address, user_agent.unwrap_or_default())))
    }
}

/// A bearer token in the headers; none where there is no such header, or one of another scheme.
pub(in crate::rest) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).into_iter();
    let mut found = None;
    for value in &mut values {
        let text = value.to_str().unwrap_or_default();
        let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
        if scheme.eq_ignore_ascii_case("bearer") {
            // Of two nobody knows which is meant.
            let token = if found.is_some() { "" } else { token.trim() };
            found = Some(token);
        }
    }
    found
}

/// Who asks; looked up once a request, whoever wants to know.
pub(in crate::rest) async fn identify(
    auth: &AuthService,
    parts: &mut Parts,
) -> Result<Option<SignedIn>, Problem> {
    if let Some(Anyone(known)) = parts.extensions.get() {
        return Ok(known.clone());
    }
    let jar = CookieJar::from_headers(&parts.headers);
    let found = holder(auth, &jar, &parts.headers).await?;
    parts.extensions.insert(Anyone(found.clone()));
    Ok(found)
}

/// Who shows what is in the headers.
async fn holder(
    auth: &AuthService,
    jar: &CookieJar,
    headers: &HeaderMap,
) -> Result<Option<SignedIn>, Problem> {
    let cookies = Cookies::of(auth);
    let secret: Option<OpaqueSecret> = cookies.login(jar);
    let (credential, is_token) = match (&secret, bearer(headers)) {
        (_, Some(_)) if cookies.has_login(jar) => {
            return Err(Problem::new(Code::AmbiguousCredentials));
        }
        (_, Some(token)) => (Credential::Bearer(token), true),
        (Some(secret), None) => (Credential::Cookie(secret), false),
        (None, None) => return Ok(None),
    };
    let found = auth.authenticate(credential).await;
    match found.map_err(|error| Problem::unavailable(&error))? {
        None if is_token => Err(Problem::new(Code::InvalidToken)),
        found => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_token_is_found_and_never_guessed() {
        let of = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(AUTHORIZATION, http::HeaderValue::from_static(value));
            }
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&["Basic eDp5"]), None);
        assert_eq!(of(&["Bearer abc"]).as_deref(), Some("abc"));
        assert_eq!(of(&["bearer abc"]).as_deref(), Some("abc"));
        assert_eq!(of(&["Bearer"]).as_deref(), Some(""));
        assert_eq!(of(&["Bearer a", "Bearer b"]).as_deref(), Some(""));
    }
}
