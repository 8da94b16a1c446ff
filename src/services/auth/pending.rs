//! Sign-ins under way: how each is written for whoever keeps it, and a keeper for one process.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::app_request::AppRequest;
use super::crowd::Crowd;
use super::{OpaqueSecret, ReturnTo};
use crate::domain::address::AddressGroup;
use crate::domain::clock::{Clock, WallMs};
use crate::domain::id::{LoginId, UserId};
use crate::domain::scope::Scopes;
use crate::ports::identity::Proof;
use crate::ports::login::SecretHash;
use crate::ports::pending::{Kept, PendingBounds, PendingSignIns, PendingUnavailable};

/// What a sign-in is for.
pub(super) enum Purpose {
    SignIn(ReturnTo),
    /// So that an app may have a login.
    App(AppRequest),
    /// So that whoever is signed in proves again who they are.
    Reauthenticate(UserId, LoginId, ReturnTo),
    /// So that the provider leads to this account, too, as long as this login is good.
    Link(UserId, LoginId, ReturnTo),
}

/// A sign-in on its way through a provider.
pub(super) struct Pending {
    pub(super) provider: String,
    pub(super) proof: Proof,
    pub(super) browser: SecretHash,
    pub(super) purpose: Purpose,
}

/// The same as it is kept.
#[derive(Serialize, Deserialize)]
struct Written {
    provider: String,
    verifier: String,
    nonce: String,
    afresh: Option<WallMs>,
    browser: [u8; 32],
    purpose: WrittenPurpose,
}

#[derive(Serialize, Deserialize)]
enum WrittenPurpose {
    SignIn(String),
    App {
        client: String,
        redirect_uri: String,
        state: String,
        challenge: String,
        scopes: Scopes,
    },
    Reauthenticate(UserId, LoginId, String),
    Link(UserId, LoginId, String),
}

impl Pending {
    /// Whether it began in the browser with this secret, with this provider.
    pub(super) fn is_of(&self, browser: &OpaqueSecret, provider: &str) -> bool {
        browser.matches(&self.browser) && self.provider == provider
    }

    /// As it is kept.
    pub(super) fn write(self) -> Result<Vec<u8>, PendingUnavailable> {
        let page = |page: ReturnTo| page.as_str().to_owned();
        let purpose = match self.purpose {
            Purpose::SignIn(to) => WrittenPurpose::SignIn(page(to)),
            Purpose::App(request) => WrittenPurpose::App {
                client: request.client,
                redirect_uri: request.redirect_uri,
                state: request.state,
                challenge: request.challenge,
                scopes: request.scopes,
            },
            Purpose::Reauthenticate(user, login, to) => {
                WrittenPurpose::Reauthenticate(user, login, page(to))
            }
            Purpose::Link(user, login, to) => WrittenPurpose::Link(user, login, page(to)),
        };
        let written = Written {
            provider: self.provider,
            verifier: self.proof.verifier,
            nonce: self.proof.nonce,
            afresh: self.proof.afresh,
            browser: self.browser.0,
            purpose,
        };
        rmp_serde::to_vec(&written).map_err(|error| PendingUnavailable(error.to_string()))
    }

    /// What was kept; none where it is of another release.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let written: Written = rmp_serde::from_slice(body).ok()?;
        let page = |page: &str| ReturnTo::parse(page);
        let purpose = match written.purpose {
            WrittenPurpose::SignIn(to) => Purpose::SignIn(page(&to)?),
            WrittenPurpose::App {
                client,
                redirect_uri,
                state,
                challenge,
                scopes,
            } => Purpose::App(AppRequest {
                client,
                redirect_uri,
                state,
                challenge,
                scopes,
            }),
            WrittenPurpose::Reauthenticate(user, login, to) => {
                Purpose::Reauthenticate(user, login, page(&to)?)
            }
            WrittenPurpose::Link(user, login, to) => Purpose::Link(user, login, page(&to)?),
        };
        Some(Self {
            provider: written.provider,
            proof: Proof {
                verifier: written.verifier,
                nonce: written.nonce,
                afresh: written.afresh,
            },
            browser: SecretHash(written.browser),
            purpose,
        })
    }
}

/// Sign-ins under way that are known to this process alone.
#[derive(Debug)]
pub struct LocalPending {
    under_way: Mutex<Crowd<(String, Kept)>>,
    clock: Clock,
}

impl LocalPending {
    /// None yet.
    pub fn new(bounds: PendingBounds, clock: Clock) -> Self {
        let under_way = Mutex::new(Crowd::new(bounds));
        Self { under_way, clock }
    }

    fn under_way(&self) -> MutexGuard<'_, Crowd<(String, Kept)>> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl PendingSignIns for LocalPending {
    async fn keep(
        &self,
        state: &str,
        provider: &str,
        body: Vec<u8>,
        from: Option<AddressGroup>,
    ) -> Result<(), PendingUnavailable> {
        let kept = Kept { body, name: None };
        let now = self.clock.tick();
        let value = (provider.to_owned(), kept);
        self.under_way().insert(state, value, from, now);
        Ok(())
    }

    async fn note_name(
        &self,
        state: &str,
        provider: &str,
        name: &str,
    ) -> Result<(), PendingUnavailable> {
        let mut under_way = self.under_way();
        if let Some((with, kept)) = under_way.get_mut(state, self.clock.tick())
            && with == provider
        {
            kept.name = Some(name.to_owned());
        }
        Ok(())
    }

    async fn take(&self, state: &str) -> Result<Option<Kept>, PendingUnavailable> {
        let taken = self.under_way().take(state, self.clock.tick());
        Ok(taken.map(|(_, kept)| kept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scope::Scope;
    use crate::ports::pending::conformance;

    #[tokio::test]
    async fn one_process_obeys_the_suite() {
        let pending = LocalPending::new(conformance::BOUNDS, Clock::start());
        conformance::suite(&pending, &pending).await;
    }

    #[test]
    fn each_is_read_as_what_it_was_written_as() {
        let page = || ReturnTo::parse("/r/haneul?tab=2").unwrap();
        let (user, login) = (UserId::generate(), LoginId::generate());
        let app = AppRequest {
            client: "maru-ios".to_owned(),
            redirect_uri: "maru://back".to_owned(),
            state: "s".to_owned(),
            challenge: "c".to_owned(),
            scopes: Scopes::USUAL.and(Scopes::from_iter([Scope::Live])),
        };
        for purpose in [
            Purpose::SignIn(page()),
            Purpose::App(app.clone()),
            Purpose::Reauthenticate(user, login, page()),
            Purpose::Link(user, login, page()),
        ] {
            let browser = OpaqueSecret::generate();
            let pending = Pending {
                provider: "apple".to_owned(),
                proof: Proof {
                    verifier: "v".to_owned(),
                    nonce: "n".to_owned(),
                    afresh: Some(WallMs(5)),
                },
                browser: browser.hash(),
                purpose,
            };
            let proof = pending.proof.clone();
            let body = pending.write().unwrap();
            let read = Pending::read(&body).unwrap();
            assert!(read.is_of(&browser, "apple") && !read.is_of(&browser, "kakao"));
            assert!(!read.is_of(&OpaqueSecret::generate(), "apple"));
            assert!(read.proof == proof);
            match read.purpose {
                Purpose::SignIn(to) => assert_eq!(to, page()),
                Purpose::App(request) => assert_eq!(request, app),
                Purpose::Reauthenticate(who, by, to) | Purpose::Link(who, by, to) => {
                    assert_eq!((who, by, to), (user, login, page()));
                }
            }
            for cut in 0..body.len() {
                assert!(Pending::read(&body[..cut]).is_none());
            }
        }
    }
}
