//! `/v1/openapi.json`, `/docs`, and the documents kept in `docs/`: `UPDATE_DOCS=1 cargo test --test rest docs` writes
//! these anew after a deliberate change.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use http::StatusCode;
use maru::rest::openapi::operations;
use maru::rest::problem::{Code, table};
use serde_json::Value;

use crate::site::Site;

/// Compares a generated document with the one that is kept.
fn is_kept(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = kept
        .lines()
        .zip(text.lines())
        .find(|(kept, text)| kept != text);
    assert!(
        kept == text,
        "docs/{name} is not what the code says: first {differs:?}. UPDATE_DOCS=1 cargo test --test rest docs"
    );
}

#[test]
fn the_documents_kept_are_what_the_code_says() {
    is_kept("openapi.json", maru::app::document().text());
    is_kept("problems.md", &table::page());
    let printed = Command::new(env!("CARGO_BIN_EXE_maru"))
        .arg("openapi")
        .output();
    let printed = String::from_utf8(printed.unwrap().stdout).unwrap();
    assert!(
        printed == maru::app::document().text(),
        "maru openapi prints something else"
    );
}

#[tokio::test]
async fn a_server_serves_the_document_of_its_own_routes() {
    let site = Site::start().await;
    let answer = site.browser().get("/v1/openapi.json").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(answer.body, maru::app::document().text());
}

#[test]
fn every_operation_is_named_once_described_and_refuses_with_known_codes() {
    let openapi = maru::app::openapi();
    let codes: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let mut names = BTreeSet::new();
    for (path, item) in &openapi.paths.paths {
        for (method, operation) in operations(item) {
            let what = format!("{method} {path}");
            let name = operation.operation_id.as_ref().unwrap();
            assert!(names.insert(name), "{what}: {name} is taken");
            assert!(
                operation.tags.as_ref().is_some_and(|tags| tags.len() == 1),
                "{what}"
            );
            assert!(operation.summary.is_some(), "{what} says nothing of itself");
            let operation = serde_json::to_value(operation).unwrap();
            for (status, answer) in operation["responses"].as_object().unwrap() {
                let refusal = answer["content"].get("application/problem+json");
                let described = answer["description"].as_str().unwrap();
                assert!(!described.is_empty(), "{what} {status}");
                if status.as_str() < "400" || (refusal.is_none() && answer["content"].is_object()) {
                    continue;
                }
                for line in described.split("\n\n") {
                    let code = line.split('`').nth(1).unwrap_or(line);
                    assert!(codes.contains(code), "{what} {status}: {line}");
                }
            }
        }
    }
    assert!(names.len() > 15);
}

#[tokio::test]
async fn the_page_shows_the_document_and_fetches_nothing_from_elsewhere() {
    let site = Site::start().await;
    let browser = site.browser();
    let moved = browser.get("/docs").await;
    assert_eq!(moved.status, StatusCode::PERMANENT_REDIRECT);
    assert_eq!(moved.headers["location"], "/docs/");
    let page = browser.get("/docs/").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.headers["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
    assert!(page.headers.contains_key("content-security-policy"));
    assert!(page.body.contains("swagger-ui") && !page.body.contains("https://"));
    for file in [
        "swagger-ui.css",
        "swagger-ui-bundle.js",
        "swagger-initializer.js",
    ] {
        let answer = browser.get(&format!("/docs/{file}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{file}");
    }
    let start = browser.get("/docs/swagger-initializer.js").await.body;
    assert!(start.contains("/v1/openapi.json") && start.contains("\"validatorUrl\": \"none\""));
    browser
        .get("/docs/nothing")
        .await
        .is_problem(404, "not_found");
}

/// Every `$ref` below a value.
fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str));
            fields.values().for_each(|field| references(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn what_the_document_refers_to_is_in_it() {
    let document: Value = serde_json::from_str(maru::app::document().text()).unwrap();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 20);
    for reference in found {
        let place = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(place).is_some(), "{reference}");
    }
}

#[test]
fn the_document_is_of_openapi_3_1() {
    let text = maru::app::document();
    let document: Value = serde_json::from_str(text.text()).unwrap();
    assert!(
        !text.text().contains("[`"),
        "links of the code mean nothing here"
    );
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
}
