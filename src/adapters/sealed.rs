//! What a store keeps and cannot read: sealed under a key that only whoever comes back for it has. First of all, what was
//! answered to a request that takes effect once, under the client's key.

use rand::RngCore;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest, Sha256};

use crate::ports::once::Once;

/// The client's key as stores know it.
pub(super) fn key_hash(once: &Once) -> [u8; 32] {
    derived(b"maru once name", once)
}

/// Two values that tell nothing of each other, nor of the key, come of it under two purposes.
fn derived(purpose: &[u8; 14], once: &Once) -> [u8; 32] {
    let hash = Sha256::new_with_prefix(purpose);
    let hash = hash.chain_update(once.owner.uuid().as_bytes());
    hash.chain_update(once.key.as_str()).finalize().into()
}

fn cipher(key: &[u8; 32]) -> Option<LessSafeKey> {
    let key = UnboundKey::new(&AES_256_GCM, key).ok()?;
    Some(LessSafeKey::new(key))
}

/// A nonce and the text encrypted, bound to the request it answers.
pub(super) fn seal(once: &Once, text: Vec<u8>) -> Option<Vec<u8>> {
    seal_under(&derived(b"maru once seal", once), &once.digest.0, text)
}

/// What was sealed; none under another key, for another request, or changed since.
pub(super) fn open(once: &Once, sealed: &[u8]) -> Option<Vec<u8>> {
    open_under(&derived(b"maru once seal", once), &once.digest.0, sealed)
}

/// A nonce and the text encrypted under a key, bound to what it goes with.
pub(super) fn seal_under(key: &[u8; 32], with: &[u8], mut text: Vec<u8>) -> Option<Vec<u8>> {
    let mut nonce = [0; NONCE_LEN];
    rand::rng().fill_bytes(&mut nonce);
    let unique = Nonce::assume_unique_for_key(nonce);
    cipher(key)?
        .seal_in_place_append_tag(unique, Aad::from(with), &mut text)
        .ok()?;
    Some([nonce.as_slice(), &text].concat())
}

/// What was sealed so; none under another key, with something else, or changed since.
pub(super) fn open_under(key: &[u8; 32], with: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, text) = sealed.split_at_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut text = text.to_vec();
    let opened = cipher(key)?
        .open_in_place(nonce, Aad::from(with), &mut text)
        .ok()?;
    Some(opened.to_vec())
}
