//! Signed links: to pictures that are not public, and to where an announced upload is to be sent.
//!
//! Each period of thirty days has a key of its own, derived from the installation's secret. Links are signed by the key
//! of the time and believed by it and the one before, so that no link ends because a key does.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::Source;
use super::limits::LINK_MS_MIN;
use crate::domain::clock::WallMs;
use crate::domain::id::AssetId;

/// How long one key signs, in milliseconds.
const PERIOD_MS: u64 = 30 * 24 * 60 * 60 * 1_000;

/// What each link is signed for: a signature of one kind is none of the other.
const PICTURE: &str = "maru picture";
const UPLOAD: &str = "maru upload";

/// What signs links.
#[derive(Clone)]
pub struct LinkKeys {
    secret: [u8; 32],
}

impl std::fmt::Debug for LinkKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkKeys(..)")
    }
}

/// What an announced upload must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadTerms {
    /// Which.
    pub id: AssetId,
    /// Its type, length and checksum.
    pub source: Source,
    /// Until when it may come.
    pub until: WallMs,
}

/// The link is not signed by us for this, or not good any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the link is not good, or not any more")]
pub struct LinkRefused;

impl LinkKeys {
    /// Keys of an installation.
    pub const fn new(secret: [u8; 32]) -> Self {
        Self { secret }
    }

    /// The query of a link to a picture: good for an hour or two, and the same for an hour, so that browsers keep what
    /// they have.
    pub fn sign(&self, path: &str, now: WallMs) -> String {
        self.sign_until(path, WallMs((now.0 / LINK_MS_MIN + 2) * LINK_MS_MIN), now)
    }

    /// The query of a link to a picture that is good until then, and no longer than its key is believed.
    pub fn sign_until(&self, path: &str, until: WallMs, now: WallMs) -> String {
        let expires = until.0 / 1_000;
        let signature = self.tag(now, &[PICTURE, path, &expires.to_string()]);
        format!("expires={expires}&signature={signature}")
    }

    /// Whether a picture may be given out by this link; for how long, in seconds.
    pub fn verify(
        &self,
        path: &str,
        (expires, signature): (u64, &str),
        now: WallMs,
    ) -> Result<u64, LinkRefused> {
        let left = expires.checked_sub(now.0 / 1_000).filter(|left| *left > 0);
        let said = [PICTURE, path, &expires.to_string()];
        self.is_ours(&said, signature, now)?;
        left.ok_or(LinkRefused)
    }

    /// What signs an announced upload.
    pub fn sign_upload(&self, terms: &UploadTerms, now: WallMs) -> String {
        let said = said(terms);
        self.tag(now, &said.each_ref().map(String::as_str))
    }

    /// Whether an upload may be sent by this link.
    pub fn verify_upload(
        &self,
        terms: &UploadTerms,
        signature: &str,
        now: WallMs,
    ) -> Result<(), LinkRefused> {
        let said = said(terms);
        self.is_ours(&said.each_ref().map(String::as_str), signature, now)?;
        if now < terms.until {
            Ok(())
        } else {
            Err(LinkRefused)
        }
    }

    fn is_ours(&self, said: &[&str], signature: &str, now: WallMs) -> Result<(), LinkRefused> {
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| LinkRefused)?;
        let before = WallMs(now.0.saturating_sub(PERIOD_MS));
        let ours = [now, before].into_iter().any(|at| {
            let mac = self.mac(at, said);
            mac.is_some_and(|mac| mac.verify_slice(&signature).is_ok())
        });
        if ours { Ok(()) } else { Err(LinkRefused) }
    }

    fn tag(&self, at: WallMs, said: &[&str]) -> String {
        let tag = self.mac(at, said).map(|mac| mac.finalize().into_bytes());
        tag.map(|tag| URL_SAFE_NO_PAD.encode(tag))
            .unwrap_or_default()
    }

    fn mac(&self, at: WallMs, said: &[&str]) -> Option<Hmac<Sha256>> {
        // Keys of any length are taken.
        let mut key = Hmac::<Sha256>::new_from_slice(&self.secret).ok()?;
        key.update(b"maru link key");
        key.update(&(at.0 / PERIOD_MS).to_be_bytes());
        let mut mac = Hmac::<Sha256>::new_from_slice(&key.finalize().into_bytes()).ok()?;
        for part in said {
            mac.update(part.as_bytes());
            mac.update(b"\n");
        }
        Some(mac)
    }
}

fn said(terms: &UploadTerms) -> [String; 6] {
    let UploadTerms { id, source, until } = terms;
    [
        UPLOAD.to_owned(),
        id.to_string(),
        source.content_type.as_str().to_owned(),
        source.bytes.to_string(),
        URL_SAFE_NO_PAD.encode(source.sha256),
        until.0.to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::SourceType;
    use super::super::limits::ARCHIVE_LINK_MS;
    use super::*;

    const HOUR_MS: u64 = 60 * 60 * 1_000;

    fn parts(query: &str) -> (u64, String) {
        let (expires, signature) = query.split_once('&').unwrap();
        let expires = expires.strip_prefix("expires=").unwrap().parse().unwrap();
        (
            expires,
            signature.strip_prefix("signature=").unwrap().to_owned(),
        )
    }

    #[test]
    fn a_link_is_good_for_its_picture_until_it_ends() {
        let keys = LinkKeys::new([7; 32]);
        let now = WallMs(1_000 * PERIOD_MS - 1);
        let (expires, signature) = parts(&keys.sign("/media/a", now));
        let verify = |path, expires, now| keys.verify(path, (expires, &signature), now);
        assert!(verify("/media/a", expires, now).is_ok());
        // The next key has begun, and this one is still believed.
        assert!(verify("/media/a", expires, WallMs(now.0 + HOUR_MS)).is_ok());
        assert_eq!(
            verify("/media/a", expires, WallMs(now.0 + 2 * HOUR_MS)),
            Err(LinkRefused)
        );
        assert_eq!(verify("/media/b", expires, now), Err(LinkRefused));
        assert_eq!(verify("/media/a", expires + 1, now), Err(LinkRefused));
        assert_eq!(
            keys.verify("/media/a", (expires, ""), now),
            Err(LinkRefused)
        );
        let others = LinkKeys::new([8; 32]);
        assert_eq!(
            others.verify("/media/a", (expires, &signature), now),
            Err(LinkRefused)
        );
        // A key of two periods ago signs nothing any more.
        let old = keys.tag(
            WallMs(now.0 - 2 * PERIOD_MS),
            &[PICTURE, "/media/a", &expires.to_string()],
        );
        assert_eq!(
            keys.verify("/media/a", (expires, &old), now),
            Err(LinkRefused)
        );
    }

    #[test]
    fn a_link_of_an_archive_outlives_the_next_key() {
        let keys = LinkKeys::new([7; 32]);
        let now = WallMs(1_000 * PERIOD_MS - 1);
        let until = WallMs(now.0 + ARCHIVE_LINK_MS);
        let (expires, signature) = parts(&keys.sign_until("/media/a", until, now));
        let verify = |now| keys.verify("/media/a", (expires, &signature), WallMs(now));
        assert!(verify(until.0 - 1_000).is_ok());
        assert_eq!(verify(until.0), Err(LinkRefused));
        const {
            assert!(
                ARCHIVE_LINK_MS < PERIOD_MS,
                "a key is believed for one more period"
            )
        };
    }

    #[test]
    fn an_upload_is_bound_to_all_it_was_announced_as() {
        let keys = LinkKeys::new([7; 32]);
        let terms = UploadTerms {
            id: AssetId::generate(),
            source: Source {
                content_type: SourceType::Png,
                bytes: 5,
                sha256: [1; 32],
            },
            until: WallMs(2_000),
        };
        let signature = keys.sign_upload(&terms, WallMs(1));
        assert_eq!(
            keys.verify_upload(&terms, &signature, WallMs(1_999)),
            Ok(())
        );
        assert_eq!(
            keys.verify_upload(&terms, &signature, WallMs(2_000)),
            Err(LinkRefused)
        );
        let mut others = [terms; 4];
        others[0].source.content_type = SourceType::Gif;
        others[1].source.bytes = 6;
        others[2].source.sha256 = [2; 32];
        others[3].until = WallMs(3_000);
        for other in others {
            assert_eq!(
                keys.verify_upload(&other, &signature, WallMs(1)),
                Err(LinkRefused)
            );
        }
    }
}
