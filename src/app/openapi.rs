//! `maru openapi`: the document of everything a server answers.

use utoipa::openapi::OpenApi;

use super::{api, health};
use crate::rest;
use crate::rest::docs::Document;

/// Every router that serves, without what it serves from.
fn parts() -> Vec<OpenApi> {
    vec![
        rest::auth::routes().into_openapi(),
        rest::login::routes().into_openapi(),
        rest::personal_token::routes().into_openapi(),
        rest::audit::routes().into_openapi(),
        rest::permission::routes().into_openapi(),
        rest::identity::routes().into_openapi(),
        rest::user::routes().into_openapi(),
        rest::relation::routes().into_openapi(),
        rest::asset::routes().into_openapi(),
        rest::notification::routes().into_openapi(),
        rest::muted_word::routes().into_openapi(),
        rest::moderation::routes().into_openapi(),
        rest::post::routes().into_openapi(),
        rest::room::routes().into_openapi(),
        rest::visit::routes().into_openapi(),
        rest::guestbook::routes().into_openapi(),
        rest::discovery::routes().into_openapi(),
        rest::admin::routes().into_openapi(),
        rest::docs::routes().into_openapi(),
        api::live_routes().into_openapi(),
        health::routes().into_openapi(),
    ]
}

/// The document.
#[must_use]
pub fn openapi() -> OpenApi {
    let mut whole = OpenApi::default();
    for part in parts() {
        whole.merge(part);
    }
    rest::openapi::complete(whole)
}

/// The same, written out.
#[must_use]
pub fn document() -> Document {
    Document::of(&openapi())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn no_two_routers_mean_different_things_by_one_name() {
        let mut known = BTreeMap::new();
        let mut twice = Vec::new();
        for part in parts() {
            let schemas = part.components.unwrap_or_default().schemas;
            for (name, schema) in schemas {
                let before = known.insert(name.clone(), schema.clone());
                if before.is_some_and(|before| before != schema) {
                    twice.push(name);
                }
            }
        }
        assert!(twice.is_empty(), "{twice:?}");
    }
}
