//! Codes: good once, with the verifier of the sign-in they were made for.

use maru::config::{ClientAuth, ProviderConfig, ProviderKind};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::provider::{Back, CLIENT_ID, CLIENT_SECRET, Provider, Reply};
use crate::server::Server;

const REFUSED: &str = "/login?error=exchange_failed";

async fn started() -> (Provider, Server) {
    let provider = Provider::start().await;
    let config = provider.config("acme", ProviderKind::Oidc);
    (provider, Server::with(vec![config], false).await)
}

#[tokio::test]
async fn code_replay() {
    let (provider, server) = started().await;
    let owner = Browser::new(&server);
    let spent = provider.visit(&owner, "acme").await;
    assert_eq!(owner.get(&spent.link()).await.location(), "/");
    // Whoever saw the code shows it in a sign-in of their own.
    let thief = Browser::new(&server);
    let own = provider.visit(&thief, "acme").await;
    let replayed = Back {
        code: spent.code,
        ..own
    };
    assert_eq!(thief.get(&replayed.link()).await.location(), REFUSED);
    assert_eq!(thief.me().await, Value::Null);
}

#[tokio::test]
async fn a_code_of_another_sign_in_is_refused_for_its_verifier() {
    let (provider, server) = started().await;
    let (victim, thief) = (Browser::new(&server), Browser::new(&server));
    let stolen = provider.visit(&victim, "acme").await;
    let own = provider.visit(&thief, "acme").await;
    let injected = Back {
        code: stolen.code,
        ..own
    };
    assert_eq!(thief.get(&injected.link()).await.location(), REFUSED);
    assert_eq!(thief.me().await, Value::Null);
}

#[tokio::test]
async fn a_code_of_another_sign_in_is_refused_for_its_nonce_where_the_verifier_is_ignored() {
    let (provider, server) = started().await;
    provider.set(|script| script.checks_verifier = false);
    let (victim, thief) = (Browser::new(&server), Browser::new(&server));
    let stolen = provider.visit(&victim, "acme").await;
    let own = provider.visit(&thief, "acme").await;
    let injected = Back {
        code: stolen.code,
        ..own
    };
    assert_eq!(thief.get(&injected.link()).await.location(), REFUSED);
    assert_eq!(thief.me().await, Value::Null);
}

#[tokio::test]
async fn a_public_client_proves_itself_by_its_verifier() {
    let provider = Provider::start().await;
    let config = ProviderConfig {
        client_secret: None,
        ..provider.config("acme", ProviderKind::Oidc)
    };
    let server = Server::with(vec![config], false).await;
    assert_eq!(provider.sign_in(&Browser::new(&server), "acme").await, "/");
    let asked = provider.token_request();
    assert!(asked["code_verifier"].len() >= 43);
    assert!(!asked.contains_key("client_secret"));
}

#[tokio::test]
async fn the_secret_is_shown_where_the_provider_wants_it() {
    for (auth, in_header) in [(ClientAuth::Basic, true), (ClientAuth::Post, false)] {
        let provider = Provider::start().await;
        let config = ProviderConfig {
            client_auth: auth,
            ..provider.config("acme", ProviderKind::Oidc)
        };
        let server = Server::with(vec![config], false).await;
        assert_eq!(provider.sign_in(&Browser::new(&server), "acme").await, "/");
        let asked = provider.token_request();
        assert_eq!(asked["client_id"], CLIENT_ID);
        assert_eq!(asked["client_secret"], CLIENT_SECRET);
        assert_eq!(asked.contains_key("client_auth"), in_header);
    }
}

#[tokio::test]
async fn a_refusal_in_an_answer_that_looks_well_is_a_refusal() {
    let (provider, server) = started().await;
    for error in ["bad_verification_code", "invalid_grant", "invalid_request"] {
        let answer = json!({ "error": error, "error_description": "t0ken" });
        provider.set(|script| script.token = Reply::Json(200, answer));
        let browser = Browser::new(&server);
        assert_eq!(provider.sign_in(&browser, "acme").await, REFUSED);
        assert_eq!(browser.me().await, Value::Null);
    }
    let secret = json!({ "error": "incorrect_client_credentials" });
    provider.set(|script| script.token = Reply::Json(200, secret));
    let led = provider.sign_in(&Browser::new(&server), "acme").await;
    assert_eq!(led, "/login?error=provider_unavailable");
}
