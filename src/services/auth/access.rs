//! Access tokens: EdDSA JWTs (RFC 9068) that say for ten minutes which login they belong to.
//!
//! They only identify: whether the login is good is looked up with each use, so what is revoked is refused by every
//! request that begins after the revocation has returned.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, Header, Validation};
use rand::RngCore;
use serde::{Deserialize, Serialize};

use super::key::{Keyring, PublicKey, new_key};
use super::lifetime::{ACCESS_MS, LEEWAY_MS};
use crate::domain::clock::{Clock, Tick, WallMs};
use crate::domain::id::{LoginId, UserId};
use crate::domain::scope::Scopes;
use crate::ports::login::{Grant, LoginStoreError, SigningKeyStore};

/// How old the keys in memory may be: a rotation is noticed within this time.
const KEYS_STALE_MS: u64 = 2_000;

/// And when a token names a key that is not among them.
const KEYS_STALE_UNKNOWN_MS: u64 = 100;

/// The longest token read, in bytes. Ours have about 600.
const TOKEN_BYTES_MAX: usize = 2_048;

/// The type RFC 9068 gives access tokens, so that nothing else signed with our keys passes for one.
const TYPE: &str = "at+jwt";

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    sid: LoginId,
    client_id: String,
    scope: String,
    iat: u64,
    exp: u64,
    auth_time: u64,
    /// The generation of the refresh token it came with, a dot, and what tells it from others.
    jti: String,
}

/// What a good access token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Access {
    pub(super) user: UserId,
    pub(super) login: LoginId,
    pub(super) client: String,
    pub(super) scopes: Scopes,
    /// The generation of the refresh token it came with.
    pub(super) generation: u32,
}

/// Makes and reads access tokens.
pub(super) struct Issuer {
    /// Our public address: who makes tokens, and whom they are for.
    name: String,
    validation: Validation,
    keyring: Mutex<Option<(Tick, Arc<Keyring>)>>,
    clock: Clock,
}

impl Issuer {
    pub(super) fn new(name: &str, clock: Clock) -> Self {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[name]);
        validation.set_audience(&[name]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // By our clock, not the library's.
        validation.validate_exp = false;
        Self {
            name: name.to_owned(),
            validation,
            keyring: Mutex::default(),
            clock,
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The keys as they are now, at most so old.
    async fn keyring(
        &self,
        store: &(impl SigningKeyStore + ?Sized),
        stale_ms: u64,
    ) -> Result<Arc<Keyring>, LoginStoreError> {
        let (tick, now) = (self.clock.tick(), self.clock.wall());
        let kept = self.kept();
        let is_fresh = |(read, ring): &(Tick, Arc<Keyring>)| {
            tick.since_ms(*read) < stale_ms && now < ring.until
        };
        if let Some((_, ring)) = kept.filter(is_fresh) {
            return Ok(ring);
        }
        let stored = store.signing_keys(&new_key(now, now)).await?;
        let ring = Keyring::new(&stored, now);
        let ring = ring.ok_or_else(|| LoginStoreError("there is no signing key".into()))?;
        let ring = Arc::new(ring);
        let mut kept = self.keyring.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Some((tick, ring.clone()));
        Ok(ring)
    }

    fn kept(&self) -> Option<(Tick, Arc<Keyring>)> {
        let kept = self.keyring.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clone()
    }

    /// The public keys tokens of now may be signed with.
    pub(super) async fn public_keys(
        &self,
        store: &(impl SigningKeyStore + ?Sized),
    ) -> Result<Vec<PublicKey>, LoginStoreError> {
        let ring = self.keyring(store, KEYS_STALE_MS).await?;
        Ok(ring.published().collect())
    }

    /// A token for a login, for these of its scopes.
    pub(super) async fn issue(
        &self,
        store: &(impl SigningKeyStore + ?Sized),
        grant: &Grant,
        client: &str,
        scopes: Scopes,
    ) -> Result<String, LoginStoreError> {
        let ring = self.keyring(store, KEYS_STALE_MS).await?;
        let key = ring.current();
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(key.kid.clone());
        let mut unique = [0; 16];
        rand::rng().fill_bytes(&mut unique);
        let seconds = |at: WallMs| at.0 / 1_000;
        let iat = seconds(self.clock.wall());
        let claims = Claims {
            iss: self.name.clone(),
            aud: self.name.clone(),
            sub: grant.user.id,
            sid: grant.login,
            client_id: client.to_owned(),
            scope: scopes.to_string(),
            iat,
            exp: iat + ACCESS_MS / 1_000,
            auth_time: seconds(grant.authenticated),
            jti: format!("{}.{}", grant.generation, URL_SAFE_NO_PAD.encode(unique)),
        };
        let token = jsonwebtoken::encode(&header, &claims, &key.signs);
        token.map_err(|error| LoginStoreError(error.into()))
    }

    /// What a token says, if it is ours and not overdue.
    pub(super) async fn verify(
        &self,
        store: &(impl SigningKeyStore + ?Sized),
        token: &str,
    ) -> Result<Option<Access>, LoginStoreError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Ok(None);
        }
        let Ok(header) = jsonwebtoken::decode_header(token) else {
            return Ok(None);
        };
        let is_ours = header.alg == Algorithm::EdDSA
            && header.typ.as_deref() == Some(TYPE)
            && header.crit.is_none();
        let Some(kid) = header.kid.filter(|_| is_ours) else {
            return Ok(None);
        };
        let mut ring = self.keyring(store, KEYS_STALE_MS).await?;
        if ring.find(&kid).is_none() {
            ring = self.keyring(store, KEYS_STALE_UNKNOWN_MS).await?;
        }
        let Some(key) = ring.find(&kid) else {
            return Ok(None);
        };
        let read = jsonwebtoken::decode::<Claims>(token, &key.verifies, &self.validation);
        Ok(read.ok().and_then(|read| self.access(read.claims)))
    }

    fn access(&self, claims: Claims) -> Option<Access> {
        let now = self.clock.wall().0;
        let is_over = claims.exp.saturating_mul(1_000).saturating_add(LEEWAY_MS) <= now;
        let is_early = claims.iat.saturating_mul(1_000) > now + LEEWAY_MS;
        let (generation, _) = claims.jti.split_once('.')?;
        let access = Access {
            user: claims.sub,
            login: claims.sid,
            client: claims.client_id,
            scopes: match claims.scope.as_str() {
                "" => Scopes::NONE,
                scopes => scopes.parse().ok()?,
            },
            generation: generation.parse().ok()?,
        };
        (!is_over && !is_early).then_some(access)
    }
}
