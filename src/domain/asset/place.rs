//! Where the bytes of pictures lie, and under which address they are given out.

use super::VariantName;
use crate::domain::id::AssetId;

/// The folder of what nobody has looked at yet. Nothing in it is ever given out.
pub const QUARANTINE: &str = "quarantine";

/// Where an upload waits to be looked at.
pub fn quarantine_place(id: AssetId) -> String {
    format!("{QUARANTINE}/{id}")
}

/// Which upload waits in a place of the quarantine.
pub fn of_quarantine(place: &str) -> Option<AssetId> {
    let name = place.strip_prefix(QUARANTINE)?.strip_prefix('/')?;
    name.parse().ok()
}

/// Where bytes lie that are named by their digest.
pub fn stored_place(sha256: &[u8; 32]) -> String {
    let hex = hex(sha256);
    format!("pictures/{}/{hex}", &hex[..2])
}

/// The address of a size of a picture, without what signs it.
pub fn media_path(id: AssetId, variant: VariantName, sha256: &[u8; 32]) -> String {
    format!("/media/{id}/{}/{}.webp", variant.as_str(), hex(sha256))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_found_by_its_place() {
        let id = AssetId::generate();
        assert_eq!(of_quarantine(&quarantine_place(id)), Some(id));
        assert_eq!(of_quarantine(&stored_place(&[0xab; 32])), None);
        assert!(stored_place(&[0xab; 32]).starts_with("pictures/ab/abab"));
        let path = media_path(id, VariantName::Thumb, &[1; 32]);
        assert!(path.starts_with(&format!("/media/{id}/thumb/0101")) && path.ends_with("01.webp"));
    }
}
