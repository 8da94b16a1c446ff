//! Codes and tokens given out: short-lived, few, bound to what they were asked for.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::domain::clock::Tick;
use crate::services::auth::{Expiring, OpaqueSecret};

/// How long a code or a token is good: both are used at once by a machine.
pub(super) const GRANT_MS: u64 = 60_000;

/// Sign-ins of one developer's machine at once.
const GRANTS_MAX: usize = 256;

/// As RFC 7636 bounds a verifier.
const VERIFIER_BYTES: std::ops::RangeInclusive<usize> = 43..=128;

/// Who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) subject: String,
    pub(super) name: String,
    pub(super) preferred_name: Option<String>,
}

/// What a code was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binding {
    pub(super) redirect_uri: String,
    pub(super) challenge: String,
}

struct Code {
    person: Person,
    binding: Binding,
    used: bool,
    token: Option<OpaqueSecret>,
}

/// Everything given out and still good.
pub(super) struct Grants {
    codes: Expiring<Code>,
    tokens: Expiring<Person>,
}

impl Default for Grants {
    fn default() -> Self {
        Self {
            codes: Expiring::new(GRANT_MS, GRANTS_MAX),
            tokens: Expiring::new(GRANT_MS, GRANTS_MAX),
        }
    }
}

impl Grants {
    pub(super) fn code(&mut self, person: Person, binding: Binding, now: Tick) -> OpaqueSecret {
        let secret = OpaqueSecret::generate();
        let code = Code {
            person,
            binding,
            used: false,
            token: None,
        };
        self.codes.insert(secret.reveal(), code, now);
        secret
    }

    /// A token for a code, once. A code that is shown again was stolen somewhere: its token ends too.
    pub(super) fn token(
        &mut self,
        code: &str,
        redirect_uri: &str,
        verifier: &str,
        now: Tick,
    ) -> Option<OpaqueSecret> {
        let code = self.codes.get_mut(code, now)?;
        if std::mem::replace(&mut code.used, true) {
            let stolen = code.token.take();
            stolen.and_then(|token| self.tokens.take(token.reveal(), now));
            return None;
        }
        if code.binding.redirect_uri != redirect_uri || !proves(verifier, &code.binding.challenge) {
            return None;
        }
        let token = OpaqueSecret::generate();
        code.token = Some(token.clone());
        let person = code.person.clone();
        self.tokens.insert(token.reveal(), person, now);
        Some(token)
    }

    pub(super) fn person(&mut self, token: &str, now: Tick) -> Option<Person> {
        self.tokens.get_mut(token, now).cloned()
    }
}

fn proves(verifier: &str, challenge: &str) -> bool {
    let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    VERIFIER_BYTES.contains(&verifier.len()) && digest.as_bytes().ct_eq(challenge.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: &str = "http://127.0.0.1/callback";

    // The example of RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn haneul() -> Person {
        Person {
            subject: "haneul".to_owned(),
            name: "하늘".to_owned(),
            preferred_name: None,
        }
    }

    fn with_code() -> (Grants, OpaqueSecret) {
        let mut grants = Grants::default();
        let binding = Binding {
            redirect_uri: HOME.to_owned(),
            challenge: CHALLENGE.to_owned(),
        };
        let code = grants.code(haneul(), binding, Tick(0));
        (grants, code)
    }

    #[test]
    fn a_code_is_good_for_one_token_which_tells_who_it_is() {
        let (mut grants, code) = with_code();
        let token = grants
            .token(code.reveal(), HOME, VERIFIER, Tick(1))
            .unwrap();
        assert_eq!(grants.person(token.reveal(), Tick(2)), Some(haneul()));
        assert_eq!(grants.person(code.reveal(), Tick(2)), None);
        assert_eq!(grants.person(token.reveal(), Tick(1 + GRANT_MS)), None);
    }

    #[test]
    fn a_code_shown_again_ends_its_token() {
        let (mut grants, code) = with_code();
        let token = grants
            .token(code.reveal(), HOME, VERIFIER, Tick(1))
            .unwrap();
        assert!(
            grants
                .token(code.reveal(), HOME, VERIFIER, Tick(1))
                .is_none()
        );
        assert_eq!(grants.person(token.reveal(), Tick(2)), None);
    }

    #[test]
    fn a_code_is_spent_by_a_wrong_verifier_address_or_by_time() {
        for (redirect_uri, verifier, now) in [
            (HOME, &VERIFIER.replace('d', "e")[..], 1),
            (HOME, "", 1),
            (HOME, CHALLENGE, 1),
            ("http://127.0.0.1/callback/", VERIFIER, 1),
            (HOME, VERIFIER, GRANT_MS),
        ] {
            let (mut grants, code) = with_code();
            let refused = grants.token(code.reveal(), redirect_uri, verifier, Tick(now));
            assert!(refused.is_none());
            let late = grants.token(code.reveal(), HOME, VERIFIER, Tick(now));
            assert!(late.is_none(), "spent");
        }
    }
}
