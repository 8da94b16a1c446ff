//! ID tokens: what is wrong with one signs nobody in.

use maru::config::{ProviderConfig, ProviderKind};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::provider::{CLIENT_ID, Key, Provider, Reply, Signing, now_s};
use crate::server::Server;

const REFUSED: &str = "/login?error=exchange_failed";
const UNAVAILABLE: &str = "/login?error=provider_unavailable";

async fn started(kind: ProviderKind) -> (Provider, Server) {
    let provider = Provider::start().await;
    let config = provider.config("acme", kind);
    (provider, Server::with(vec![config], false).await)
}

/// Where a fresh browser is led, and who is signed in there.
async fn outcome(provider: &Provider, server: &Server) -> (String, Value) {
    let browser = Browser::new(server);
    let location = provider.sign_in(&browser, "acme").await;
    (location, browser.me().await)
}

async fn refused_with(provider: &Provider, server: &Server, claims: Value) {
    provider.set(|script| script.claims = claims.clone());
    let (location, me) = outcome(provider, server).await;
    assert_eq!(
        (location.as_str(), &me),
        (REFUSED, &Value::Null),
        "{claims}"
    );
}

async fn accepted_with(provider: &Provider, server: &Server, claims: Value) {
    provider.set(|script| script.claims = claims.clone());
    let (location, me) = outcome(provider, server).await;
    assert_eq!(location, "/", "{claims}");
    assert!(me.is_object());
}

#[tokio::test]
async fn alg_none() {
    let (provider, server) = started(ProviderKind::Oidc).await;
    for algorithm in ["none", "None", "NONE", "nOnE", "", "ES256"] {
        provider.set(|script| script.signing = Signing::Unsigned(algorithm));
        let (location, me) = outcome(&provider, &server).await;
        assert_eq!(
            (location.as_str(), me),
            (REFUSED, Value::Null),
            "{algorithm}"
        );
    }
}

#[tokio::test]
async fn hs256_with_the_public_key_as_the_secret() {
    let (provider, server) = started(ProviderKind::Oidc).await;
    provider.set(|script| script.signing = Signing::PublicHalf);
    assert_eq!(
        outcome(&provider, &server).await,
        (REFUSED.to_owned(), Value::Null)
    );
}

#[tokio::test]
async fn foreign_key() {
    let (provider, server) = started(ProviderKind::Oidc).await;
    let stranger = Signing::With(Key::generate("stranger"));
    for signing in [Signing::Forged, stranger, Signing::Tampered] {
        provider.set(|script| script.signing = signing.clone());
        assert_eq!(
            outcome(&provider, &server).await,
            (REFUSED.to_owned(), Value::Null)
        );
    }
    provider.set(|script| script.signing = Signing::Own);
    assert_eq!(outcome(&provider, &server).await.0, "/");
}

#[tokio::test]
async fn a_key_of_another_type_than_the_algorithm_says() {
    let (provider, server) = started(ProviderKind::Oidc).await;
    // Named after the RSA key, signed with the other.
    let (rsa, other) = (Key::rsa("rsa"), Key::generate("rsa"));
    provider.set(|script| script.keys = vec![rsa.clone()]);
    provider.set(|script| script.signing = Signing::With(other));
    assert_eq!(outcome(&provider, &server).await.0, REFUSED);
    provider.set(|script| script.signing = Signing::Own);
    assert_eq!(outcome(&provider, &server).await.0, "/");
    let forged = rsa.sign_as(jsonwebtoken::Algorithm::RS256, "unpublished", &json!({}));
    provider.set(|script| script.signing = Signing::Text(forged));
    assert_eq!(outcome(&provider, &server).await.0, REFUSED);
}

#[tokio::test]
async fn wrong_iss() {
    let (provider, server) = started(ProviderKind::Oidc).await;
    let slash = format!("{}/", provider.origin);
    let list = json!([provider.origin, "https://evil.example"]);
    for issuer in [
        json!("https://evil.example"),
        json!(slash),
        json!(""),
        list,
        json!(null),
    ] {
        refused_with(&provider, &server, json!({ "iss": issuer })).await;
    }
}

#[tokio::test]
async fn wrong_aud() {
    let (provider, server) = started(ProviderKind::Oidc).await;
    for claims in [
        json!({ "aud": "somebody else" }),
        json!({ "aud": "MARU" }),
        json!({ "aud": [] }),
        json!({ "aud": null }),
        json!({ "aud": [CLIENT_ID, "somebody else"], "azp": CLIENT_ID }),
        json!({ "aud": [CLIENT_ID], "azp": "somebody else" }),
    ] {
        refused_with(&provider, &server, claims).await;
    }
    accepted_with(&provider, &server, json!({ "aud": [CLIENT_ID] })).await;
}

#[tokio::test]
async fn any_of_the_audiences_configured_is_us() {
    let provider = Provider::start().await;
    let mut config = provider.config("acme", ProviderKind::Oidc);
    config.audiences.push("native-key".to_owned());
    let server = Server::with(vec![config], false).await;
    accepted_with(&provider, &server, json!({ "aud": "native-key" })).await;
    let both = json!([CLIENT_ID, "native-key"]);
    accepted_with(&provider, &server, json!({ "aud": both, "azp": CLIENT_ID })).await;
    refused_with(&provider, &server, json!({ "aud": both })).await;
    refused_with(&provider, &server, json!({ "aud": "other-key" })).await;
}

#[tokio::test]
async fn wrong_nonce() {
    let (provider, server) = started(ProviderKind::Oidc).await;
    for nonce in [json!("guess"), json!(""), json!(null), json!(["guess"])] {
        refused_with(&provider, &server, json!({ "nonce": nonce })).await;
    }
}

#[tokio::test]
async fn expired_or_from_the_future() {
    let (provider, server) = started(ProviderKind::Oidc).await;
    for claims in [
        json!({ "exp": now_s() - 120 }),
        json!({ "exp": null }),
        json!({ "exp": "tomorrow" }),
        json!({ "iat": now_s() + 600 }),
        json!({ "iat": null }),
        json!({ "nbf": now_s() + 600 }),
    ] {
        refused_with(&provider, &server, claims).await;
    }
    let a_little = json!({ "exp": now_s() - 20, "iat": now_s() + 20 });
    accepted_with(&provider, &server, a_little).await;
}

#[tokio::test]
async fn no_subject() {
    let (provider, server) = started(ProviderKind::Oidc).await;
    for subject in [
        json!(null),
        json!(""),
        json!("a\nb"),
        json!("a".repeat(256)),
    ] {
        provider.set(|script| script.claims = json!({ "sub": subject }));
        let (location, me) = outcome(&provider, &server).await;
        assert!(location.starts_with("/login?error="), "{subject}");
        assert_eq!(me, Value::Null);
    }
}

#[tokio::test]
async fn a_verifier_error_fails_closed() {
    let (provider, server) = started(ProviderKind::Oidc).await;
    let long = "a".repeat(20_000);
    for text in ["", ".", "..", "a.b.c", "e30.e30.", "💥", &long] {
        provider.set(|script| script.signing = Signing::Text(text.to_owned()));
        assert_eq!(
            outcome(&provider, &server).await,
            (REFUSED.to_owned(), Value::Null)
        );
    }
    provider.set(|script| script.signing = Signing::Missing);
    assert_eq!(
        outcome(&provider, &server).await,
        (REFUSED.to_owned(), Value::Null)
    );
}

#[tokio::test]
async fn an_apple_token_with_a_non_apple_issuer() {
    let provider = Provider::start().await;
    // Apple's own words, at an address that is not Apple's: the usual issuer is expected.
    let config = ProviderConfig {
        issuer: "https://appleid.apple.com".to_owned(),
        ..provider.config("acme", ProviderKind::Apple)
    };
    let server = Server::with(vec![config], false).await;
    assert_eq!(
        outcome(&provider, &server).await,
        (REFUSED.to_owned(), Value::Null)
    );
    let apple = json!({ "iss": "https://appleid.apple.com" });
    accepted_with(&provider, &server, apple).await;
}

#[tokio::test]
async fn keys_that_cannot_be_had_sign_nobody_in() {
    for reply in [
        Reply::Json(500, json!({})),
        Reply::Json(200, json!([])),
        Reply::Garbage,
        Reply::Endless,
        Reply::Late,
    ] {
        let (provider, server) = started(ProviderKind::Oidc).await;
        provider.set(|script| script.jwks = reply);
        assert_eq!(
            outcome(&provider, &server).await,
            (UNAVAILABLE.to_owned(), Value::Null)
        );
    }
    let (provider, server) = started(ProviderKind::Oidc).await;
    let trap = format!("{}/trap", provider.origin);
    provider.set(|script| script.jwks = Reply::Redirect(trap));
    assert_eq!(outcome(&provider, &server).await.0, UNAVAILABLE);
    assert_eq!(provider.asked("trap"), 0);
}

#[tokio::test]
async fn rotated_keys_are_fetched_when_a_token_names_them_but_not_at_will() {
    let (provider, server) = started(ProviderKind::Oidc).await;
    for _ in 0..3 {
        assert_eq!(outcome(&provider, &server).await.0, "/");
    }
    assert_eq!(provider.asked("jwks"), 1);
    provider.set(|script| script.keys = vec![Key::generate("second")]);
    assert_eq!(outcome(&provider, &server).await.0, "/");
    assert_eq!(provider.asked("jwks"), 2);
    // Made-up names do not make us ask again and again.
    for number in 0..5 {
        let key = Key::generate(&format!("made up {number}"));
        provider.set(|script| script.signing = Signing::With(key));
        assert_eq!(outcome(&provider, &server).await.0, REFUSED);
    }
    assert_eq!(provider.asked("jwks"), 2);
    // Known keys are good while the provider publishes none.
    provider.set(|script| script.signing = Signing::Own);
    provider.set(|script| script.jwks = Reply::Json(500, json!({})));
    assert_eq!(outcome(&provider, &server).await.0, "/");
}

#[tokio::test]
async fn the_issuer_alone_is_enough() {
    let provider = Provider::start().await;
    let config = provider.issuer("acme", ProviderKind::Oidc);
    let server = Server::with(vec![config], false).await;
    assert_eq!(provider.asked("discovery"), 0, "not at start");
    for _ in 0..3 {
        let (location, me) = outcome(&provider, &server).await;
        assert_eq!(
            (location.as_str(), &me["display_name"]),
            ("/", &json!("하늘"))
        );
    }
    assert_eq!(provider.asked("discovery"), 1);
}

#[tokio::test]
async fn a_document_of_another_issuer_or_none_leads_nowhere() {
    let origin = Provider::start().await.origin;
    let of = |issuer: &str, token: &str| {
        Reply::Json(
            200,
            json!({ "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"),
                "token_endpoint": token, "jwks_uri": format!("{issuer}/jwks") }),
        )
    };
    for reply in [
        of(&origin, &format!("{origin}/token")),
        Reply::Json(404, json!({})),
        Reply::Json(200, json!({})),
        Reply::Redirect(format!("{origin}/.well-known/openid-configuration")),
        Reply::Late,
        Reply::Endless,
        Reply::Garbage,
    ] {
        let provider = Provider::start().await;
        provider.set(|script| script.discovery = reply);
        let config = provider.issuer("acme", ProviderKind::Oidc);
        let server = Server::with(vec![config], false).await;
        let start = Browser::new(&server).get("/v1/auth/acme/start").await;
        assert_eq!(start.location(), UNAVAILABLE);
    }
    // All at the right place, but of somebody else, or nearly the right one.
    for issuer in ["https://evil.example", "", "HTTP://127.0.0.1", "slash"] {
        let provider = Provider::start().await;
        let at = |path: &str| format!("{}{path}", provider.origin);
        let issuer = match issuer {
            "slash" => at("/"),
            other => other.to_owned(),
        };
        let document = json!({ "issuer": issuer, "authorization_endpoint": at("/authorize"),
            "token_endpoint": at("/token"), "jwks_uri": at("/jwks") });
        provider.set(|script| script.discovery = Reply::Json(200, document));
        let config = provider.issuer("acme", ProviderKind::Oidc);
        let server = Server::with(vec![config], false).await;
        let start = Browser::new(&server).get("/v1/auth/acme/start").await;
        assert_eq!(start.location(), UNAVAILABLE);
    }
    // The right issuer, which would have us show our secret somewhere in the clear.
    let provider = Provider::start().await;
    let elsewhere = of(&provider.origin, "http://127.0.0.2:9/token");
    provider.set(|script| script.discovery = elsewhere);
    let config = provider.issuer("acme", ProviderKind::Oidc);
    let server = Server::with(vec![config], false).await;
    let start = Browser::new(&server).get("/v1/auth/acme/start").await;
    assert_eq!(start.location(), UNAVAILABLE);
}
