//! Values as MongoDB keeps them, and reading them back.
//!
//! What only the server itself reads is packed as MessagePack: a third of the size, and none of BSON's limits on
//! numbers. What is asked for, sorted by or changed in place stands beside it as fields.

use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, Bson, Document};
use serde::Serialize;
use serde::de::DeserializeOwned;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::domain::clock::WallMs;
use crate::ports::room::StoreError;

/// A stored document is not as this program writes it.
#[derive(Debug, thiserror::Error)]
#[error("a stored document has no fit `{0}`")]
pub(super) struct Unfit(pub String);

impl From<Unfit> for StoreError {
    fn from(unfit: Unfit) -> Self {
        Self::Failed(unfit.to_string())
    }
}

/// An id.
pub(super) fn id(uuid: Uuid) -> Bson {
    Bson::Binary(Binary {
        subtype: BinarySubtype::Uuid,
        bytes: uuid.as_bytes().to_vec(),
    })
}

/// MongoDB keeps 64-bit signed integers; every number stored as one stays far below 2^63.
pub(super) fn number(number: u64) -> Bson {
    Bson::Int64(i64::try_from(number).unwrap_or(i64::MAX))
}

/// A value that only the server reads, field names with it: fields may come later.
pub(super) fn packed(value: &impl Serialize) -> Result<Bson, StoreError> {
    let bytes = rmp_serde::to_vec_named(value);
    bytes_of(bytes, BinarySubtype::Generic)
}

/// The same without names, for what there is much of: fields may be added at the end.
pub(super) fn packed_lean(value: &impl Serialize) -> Result<Bson, StoreError> {
    bytes_of(rmp_serde::to_vec(value), BinarySubtype::Generic)
}

fn bytes_of(
    bytes: Result<Vec<u8>, rmp_serde::encode::Error>,
    subtype: BinarySubtype,
) -> Result<Bson, StoreError> {
    let bytes = bytes.map_err(|error| StoreError::Failed(format!("cannot be packed: {error}")))?;
    Ok(Bson::Binary(Binary { subtype, bytes }))
}

/// A number, of whichever width the server made it.
fn to_number(value: &Bson) -> Option<u64> {
    match value {
        Bson::Int32(number) => u64::try_from(*number).ok(),
        Bson::Int64(number) => u64::try_from(*number).ok(),
        _ => None,
    }
}

/// A number that may be below zero.
pub(super) fn integer(stored: &Document, name: &str) -> Result<i64, Unfit> {
    match stored.field(name)? {
        Bson::Int32(number) => Ok(i64::from(*number)),
        Bson::Int64(number) => Ok(*number),
        _ => Err(Unfit(name.to_owned())),
    }
}

/// A time as it stands in archives.
pub(super) fn rfc3339(at: WallMs) -> String {
    at.to_offset().format(&Rfc3339).unwrap_or_default()
}

/// An id read back.
pub(super) fn to_uuid(value: &Bson) -> Option<Uuid> {
    match value {
        Bson::Binary(binary) => Uuid::from_slice(&binary.bytes).ok(),
        _ => None,
    }
}

/// What is read of documents here.
pub(super) trait Fields {
    /// A field that must be there.
    fn field(&self, name: &str) -> Result<&Bson, Unfit>;

    /// An id.
    fn uuid(&self, name: &str) -> Result<Uuid, Unfit> {
        to_uuid(self.field(name)?).ok_or_else(|| Unfit(name.to_owned()))
    }

    /// An id, if it is there.
    fn maybe_uuid(&self, name: &str) -> Result<Option<Uuid>, Unfit> {
        match self.field(name) {
            Err(_) | Ok(Bson::Null) => Ok(None),
            Ok(_) => self.uuid(name).map(Some),
        }
    }

    /// A number.
    fn number(&self, name: &str) -> Result<u64, Unfit> {
        to_number(self.field(name)?).ok_or_else(|| Unfit(name.to_owned()))
    }

    /// A number, if it is there.
    fn maybe_number(&self, name: &str) -> Result<Option<u64>, Unfit> {
        match self.field(name) {
            Err(_) | Ok(Bson::Null) => Ok(None),
            Ok(_) => self.number(name).map(Some),
        }
    }

    /// A text.
    fn text(&self, name: &str) -> Result<&str, Unfit> {
        self.field(name)?
            .as_str()
            .ok_or_else(|| Unfit(name.to_owned()))
    }

    /// Yes or no.
    fn flag(&self, name: &str) -> Result<bool, Unfit> {
        self.field(name)?
            .as_bool()
            .ok_or_else(|| Unfit(name.to_owned()))
    }

    /// A document within; an empty one where there is none.
    fn within(&self, name: &str) -> Result<&Document, Unfit> {
        static EMPTY: std::sync::LazyLock<Document> = std::sync::LazyLock::new(Document::new);
        match self.field(name) {
            Err(_) | Ok(Bson::Null) => Ok(&EMPTY),
            Ok(Bson::Document(document)) => Ok(document),
            Ok(_) => Err(Unfit(name.to_owned())),
        }
    }

    /// The documents of a list; none where there is none.
    fn list(&self, name: &str) -> Result<Vec<&Document>, Unfit> {
        let unfit = || Unfit(name.to_owned());
        match self.field(name) {
            Err(_) | Ok(Bson::Null) => Ok(Vec::new()),
            Ok(Bson::Array(values)) => {
                let documents = values.iter().map(|value| value.as_document());
                documents.map(|found| found.ok_or_else(unfit)).collect()
            }
            Ok(_) => Err(unfit()),
        }
    }

    /// What was packed.
    fn unpacked<T: DeserializeOwned>(&self, name: &str) -> Result<T, Unfit> {
        unpacked(self.field(name)?).ok_or_else(|| Unfit(name.to_owned()))
    }

    /// What was written as JSON.
    fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T, Unfit> {
        serde_json::from_str(self.text(name)?).map_err(|_| Unfit(name.to_owned()))
    }
}

impl Fields for Document {
    fn field(&self, name: &str) -> Result<&Bson, Unfit> {
        self.get(name).ok_or_else(|| Unfit(name.to_owned()))
    }
}

/// What was packed.
pub(super) fn unpacked<T: DeserializeOwned>(value: &Bson) -> Option<T> {
    match value {
        Bson::Binary(binary) => rmp_serde::from_slice(&binary.bytes).ok(),
        _ => None,
    }
}

/// A value as JSON text.
pub(super) fn json(value: &impl Serialize) -> Result<Bson, StoreError> {
    let text = serde_json::to_string(value);
    let text = text.map_err(|error| StoreError::Failed(format!("cannot be written: {error}")))?;
    Ok(Bson::String(text))
}
