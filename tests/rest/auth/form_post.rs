//! Providers that send the browser back by a form of their own page, as Apple does.

use http::StatusCode;
use http::header::{LOCATION, SET_COOKIE};
use maru::config::{AppleKey, ProviderConfig, ProviderKind, Secret};
use serde_json::{Value, json};

use crate::browser::{Answer, Browser};
use crate::provider::{Back, Key, Provider};
use crate::server::Server;

/// Where the form is.
const APPLE: &str = "https://appleid.apple.com";

const MINA: &str = r#"{"name":{"firstName":"Mina","lastName":"Kim"},"email":"victim@a.example"}"#;

async fn started() -> (Provider, Server) {
    let provider = Provider::start().await;
    let config = provider.config("apple", ProviderKind::Apple);
    let plain = provider.config("acme", ProviderKind::Oidc);
    provider.set(|script| {
        script.person = json!({ "sub": "a.1", "email": "m@a.example", "email_verified": "true" })
    });
    (provider, Server::with(vec![config, plain], false).await)
}

/// The form of the provider's page is sent; what it leads to.
async fn posted(browser: &Browser, back: &Back, user: Option<&str>) -> Answer {
    let mut form = vec![("code", back.code.as_str()), ("state", back.state.as_str())];
    form.extend(user.map(|user| ("user", user)));
    browser.submit_across(APPLE, &back.path, &form).await
}

/// Signs in by the form; where that leads.
async fn sign_in(provider: &Provider, browser: &Browser, user: Option<&str>) -> String {
    let back = provider.visit(browser, "apple").await;
    let answer = posted(browser, &back, user).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(answer.headers.get(SET_COOKIE).is_none());
    let next = answer.headers[LOCATION].to_str().unwrap();
    assert!(next.starts_with("/v1/auth/apple/callback?"));
    browser.get(next).await.location().to_owned()
}

#[tokio::test]
async fn the_form_leads_on_to_where_the_browser_shows_its_cookies() {
    let (provider, server) = started().await;
    let browser = Browser::new(&server);
    let start = browser.get("/v1/auth/apple/start").await;
    assert!(start.location().contains("response_mode=form_post"));
    let cookie = start.headers[SET_COOKIE].to_str().unwrap();
    assert!(cookie.contains("SameSite=Lax"), "{cookie}");
    assert_eq!(sign_in(&provider, &browser, None).await, "/");
    assert!(browser.me().await.is_object());
}

#[tokio::test]
async fn the_name_comes_once_and_stays() {
    let (provider, server) = started().await;
    let browser = Browser::new(&server);
    assert_eq!(sign_in(&provider, &browser, Some(MINA)).await, "/");
    let me = browser.me().await;
    assert_eq!(me["display_name"], "Mina Kim");
    // Later the provider does not say it, and if a page says another one, that changes nothing.
    let other = r#"{"name":{"firstName":"Eve"}}"#;
    for user in [None, Some(other)] {
        let again = Browser::new(&server);
        assert_eq!(sign_in(&provider, &again, user).await, "/");
        assert_eq!(again.me().await, me);
    }
}

#[tokio::test]
async fn what_the_form_says_of_an_address_is_nobodys_word() {
    let (provider, server) = started().await;
    // Somebody has an account with the address that the form claims.
    let victim = Browser::new(&server);
    provider.set(|script| script.person = json!({ "sub": "v", "name": "V", "email": "victim@a.example", "email_verified": true }));
    assert_eq!(provider.sign_in(&victim, "acme").await, "/");
    provider.set(|script| script.person = json!({ "sub": "e" }));
    let eve = Browser::new(&server);
    assert_eq!(sign_in(&provider, &eve, Some(MINA)).await, "/");
    assert_ne!(eve.me().await["id"], victim.me().await["id"]);
    let identities = eve.get("/v1/me/identities").await.json();
    assert_eq!(identities["identities"][0]["email"], Value::Null);
}

#[tokio::test]
async fn a_name_that_cannot_be_used_keeps_nobody_out() {
    let (provider, server) = started().await;
    let long = format!(r#"{{"name":{{"firstName":"{}"}}}}"#, "a".repeat(5_000));
    for (number, user) in ["", "<script>", "[]", "null", &long]
        .into_iter()
        .enumerate()
    {
        provider.set(|script| script.person = json!({ "sub": number.to_string() }));
        let browser = Browser::new(&server);
        assert_eq!(sign_in(&provider, &browser, Some(user)).await, "/");
    }
}

#[tokio::test]
async fn cross_site_login_csrf_by_a_form() {
    let (provider, server) = started().await;
    let attacker = Browser::new(&server);
    let back = provider.visit(&attacker, "apple").await;
    // The attacker's page sends the victim's browser with the attacker's code.
    let victim = Browser::new(&server);
    provider.visit(&victim, "apple").await;
    let answer = posted(&victim, &back, None).await;
    let next = answer.headers[LOCATION].to_str().unwrap().to_owned();
    let answer = victim.get(&next).await;
    assert_eq!(answer.location(), "/login?error=state_mismatch");
    assert_eq!(victim.me().await, Value::Null);
}

#[tokio::test]
async fn a_name_cannot_be_slipped_into_the_sign_in_of_somebody_else() {
    let (provider, server) = started().await;
    let browser = Browser::new(&server);
    let back = provider.visit(&browser, "apple").await;
    let guess = Back {
        state: "guess".to_owned(),
        ..back.clone()
    };
    posted(&browser, &guess, Some(MINA)).await;
    let elsewhere = Back {
        path: "/v1/auth/acme/callback".to_owned(),
        ..back.clone()
    };
    posted(&browser, &elsewhere, Some(MINA)).await;
    let answer = posted(&browser, &back, None).await;
    let next = answer.headers[LOCATION].to_str().unwrap().to_owned();
    assert_eq!(browser.get(&next).await.location(), "/");
    assert_ne!(browser.me().await["display_name"], "Mina Kim");
}

#[tokio::test]
async fn forms_of_other_sites_are_let_in_there_only() {
    let (provider, server) = started().await;
    let browser = Browser::new(&server);
    let back = provider.visit(&browser, "apple").await;
    let form = [("code", back.code.as_str()), ("state", back.state.as_str())];
    // A provider that sends links does not send forms.
    let acme = browser
        .submit_across(APPLE, "/v1/auth/acme/callback", &form)
        .await;
    acme.is_problem(405, "method_not_allowed");
    let unknown = browser
        .submit_across(APPLE, "/v1/auth/nobody/callback", &form)
        .await;
    assert_eq!(unknown.location(), "/login?error=unknown_provider");
    for path in [
        "/v1/auth/apple/start",
        "/v1/auth/logout",
        "/v1/me/identities/apple",
        "/v1/auth/apple/callback/",
    ] {
        let answer = browser.submit_across(APPLE, path, &form).await;
        answer.is_problem(403, "origin_refused");
    }
    // Nothing of that spent the sign-in.
    let answer = posted(&browser, &back, None).await;
    let next = answer.headers[LOCATION].to_str().unwrap().to_owned();
    assert_eq!(browser.get(&next).await.location(), "/");
}

#[tokio::test]
async fn a_form_that_says_things_twice_or_at_length_is_refused() {
    let (provider, server) = started().await;
    let browser = Browser::new(&server);
    let back = provider.visit(&browser, "apple").await;
    let state = back.state.as_str();
    let twice = [("code", "a"), ("state", state), ("state", "b")];
    let answer = browser.submit_across(APPLE, &back.path, &twice).await;
    answer.is_problem(400, "invalid_query");
    let long = "a".repeat(3_000);
    let answer = browser
        .submit_across(APPLE, &back.path, &[("code", &long), ("state", state)])
        .await;
    answer.is_problem(400, "invalid_query");
    let huge = "a".repeat(100_000);
    let answer = browser
        .submit_across(APPLE, &back.path, &[("user", &huge), ("state", state)])
        .await;
    answer.is_problem(413, "body_too_large");
    // Nothing new can be put into the address it leads on to.
    let odd = [("code", "a&state=b#c"), ("state", state)];
    let answer = browser.submit_across(APPLE, &back.path, &odd).await;
    let next = answer.headers[LOCATION].to_str().unwrap();
    assert!(next.contains("code=a%26state%3Db%23c&"), "{next}");
}

#[tokio::test]
async fn a_person_who_says_no_is_led_on_too() {
    let (provider, server) = started().await;
    let browser = Browser::new(&server);
    let back = provider.visit(&browser, "apple").await;
    let form = [
        ("error", "user_cancelled_authorize"),
        ("state", back.state.as_str()),
    ];
    let answer = browser.submit_across(APPLE, &back.path, &form).await;
    let next = answer.headers[LOCATION].to_str().unwrap();
    assert_eq!(
        browser.get(next).await.location(),
        "/login?error=access_denied"
    );
}

#[tokio::test]
async fn the_client_secret_is_signed_with_the_key_apple_gave() {
    let provider = Provider::start().await;
    let key = Key::generate("KEY");
    let config = ProviderConfig {
        client_secret: None,
        apple_key: Some(AppleKey {
            team_id: "TEAM".to_owned(),
            key_id: key.id.clone(),
            private_key: Secret::new(key.pem()),
        }),
        ..provider.config("apple", ProviderKind::Apple)
    };
    let server = Server::with(vec![config], false).await;
    let browser = Browser::new(&server);
    assert_eq!(sign_in(&provider, &browser, Some(MINA)).await, "/");
    let secret = provider.token_request()["client_secret"].clone();
    let header = jsonwebtoken::decode_header(&secret).unwrap();
    assert_eq!(header.kid.as_deref(), Some("KEY"));
    let public = serde_json::from_value(key.public()).unwrap();
    let public = jsonwebtoken::DecodingKey::from_jwk(&public).unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
    validation.set_audience(&[&provider.origin]);
    validation.set_issuer(&["TEAM"]);
    let claims = jsonwebtoken::decode::<Value>(&secret, &public, &validation).unwrap();
    assert_eq!(claims.claims["sub"], "maru");
    sign_in(&provider, &browser, None).await;
    assert_eq!(
        provider.token_request()["client_secret"],
        secret,
        "kept while it is good"
    );
}
