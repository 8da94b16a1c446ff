//! The document a refusal is sent as: RFC 9457, and its schema.

use serde::{Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{RefOr, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

use super::Code;

/// Why something was not done (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemBody<'a> {
    // Not an address to fetch: the code is what clients look at.
    /// `urn:maru:problem:` and the code.
    pub(super) r#type: String,
    /// What the code means, the same each time.
    pub(super) title: &'static str,
    /// The HTTP status.
    pub(super) status: u16,
    /// What to look at. Codes are added, never changed.
    pub(super) code: Code,
    /// What is wrong this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) detail: Option<&'a str>,
    /// The setting that was in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) limit: Option<&'static str>,
    /// When to come back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) retry_after_ms: Option<u64>,
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        let mut texts: Vec<_> = Self::ALL.iter().map(|code| code.as_str()).collect();
        texts.sort_unstable();
        let schema = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(None::<SchemaFormat>)
            .description(Some("Every code a problem can carry."))
            .enum_values(Some(texts));
        schema.into()
    }
}

impl ToSchema for Code {
    fn name() -> std::borrow::Cow<'static, str> {
        "ProblemCode".into()
    }
}
