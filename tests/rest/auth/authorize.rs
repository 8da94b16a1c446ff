//! `/v1/auth/authorize`: native apps and the addresses they are called back at.

use http::header::SET_COOKIE;
use maru::config::ProviderKind;

use crate::browser::Browser;
use crate::native::{Native, leads_to, parameter};
use crate::provider::{self, Provider};
use crate::server::Server;

#[tokio::test]
async fn an_app_gets_a_code_through_the_ordinary_sign_in() {
    let server = Server::start().await;
    let (app, browser) = (Native::new(&server, "phone"), Browser::new(&server));
    let back = app.come_back(&browser, "하늘", &[]).await;
    assert!(
        back.as_str().starts_with("com.example.phone:/callback?"),
        "{back}"
    );
    assert_eq!(parameter(&back, "state").as_deref(), Some("my state"));
    assert_eq!(
        parameter(&back, "iss").as_deref(),
        Some(server.public.origin())
    );
    assert_eq!(parameter(&back, "code").unwrap().len(), 43);
    // The browser was only the way: nobody is signed in there.
    assert!(browser.me().await.is_null());
}

#[tokio::test]
async fn a_browser_that_is_signed_in_stays_so_when_an_app_signs_in_through_it() {
    let server = Server::start().await;
    let (app, browser) = (Native::new(&server, "phone"), Browser::new(&server));
    browser.sign_in("하늘").await;
    app.code(&browser, "바다").await;
    assert_eq!(browser.me().await["display_name"], "하늘");
}

#[tokio::test]
async fn any_port_of_the_own_machine_and_no_other_address_is_a_loopback_redirect() {
    let server = Server::start().await;
    let (app, browser) = (Native::new(&server, "phone"), Browser::new(&server));
    let port = [("redirect_uri", "http://127.0.0.1:51234/callback")];
    let back = app.come_back(&browser, "하늘", &port).await;
    assert_eq!(back.port(), Some(51234));
    let code = parameter(&back, "code").unwrap();
    // The very address, its port included.
    let other = app
        .redeem(
            &code,
            &[("redirect_uri", "http://127.0.0.1:51235/callback")],
        )
        .await;
    crate::native::is_refused(&other, "invalid_grant");
    assert_eq!(app.redeem(&code, &port).await.status, 200);
}

#[tokio::test]
async fn nobody_is_sent_to_an_address_the_app_did_not_register() {
    let server = Server::start().await;
    let (app, browser) = (Native::new(&server, "phone"), Browser::new(&server));
    for other in [
        // Custom-scheme extension.
        "com.example.phone:/callback/more",
        "com.example.phone:/callback?next=1",
        "com.example.phone:/callback#x",
        "com.example.phone.evil:/callback",
        "com.example.phonex:/callback",
        "com.example.tablet:/callback",
        // Prefix-extended host, subdomain, userinfo.
        "http://127.0.0.1.evil.example/callback",
        "http://evil.127.0.0.1/callback",
        "http://127.0.0.1:80@evil.example/callback",
        "http://localhost:8080/callback",
        // Encoded traversal.
        "com.example.phone:/callback/%2e%2e/other",
        "http://127.0.0.1:8080/callback/..%2fother",
        "http://127.0.0.1:8080/%63allback",
        "https://evil.example/callback",
        "javascript:alert(1)",
    ] {
        let answer = browser
            .get(&app.authorize(&[("redirect_uri", other)]))
            .await;
        answer.is_problem(400, "unknown_redirect");
        assert!(answer.headers.get("location").is_none());
    }
    let answer = browser
        .get(&app.authorize(&[("client_id", "nobody")]))
        .await;
    answer.is_problem(400, "unknown_app");
    let missing = browser.get(&app.authorize(&[("redirect_uri", "")])).await;
    missing.is_problem(400, "invalid_query");
    // A parameter given twice is not the last one, nor the first.
    let twice = format!("{}&redirect_uri=https://evil.example", app.authorize(&[]));
    browser.get(&twice).await.is_problem(400, "invalid_query");
}

#[tokio::test]
async fn what_is_wrong_otherwise_is_told_to_the_app() {
    let server = Server::start().await;
    let (app, browser) = (Native::new(&server, "phone"), Browser::new(&server));
    for (name, value, error) in [
        // A public client without PKCE, or with one that proves nothing.
        ("code_challenge", "", "invalid_request"),
        ("code_challenge", "short", "invalid_request"),
        (
            "code_challenge",
            "!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!",
            "invalid_request",
        ),
        ("code_challenge_method", "", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("scope", "read everything", "invalid_scope"),
        ("response_type", "token", "unsupported_response_type"),
        ("provider", "nobody", "invalid_request"),
    ] {
        let answer = browser.get(&app.authorize(&[(name, value)])).await;
        let back = leads_to(&answer);
        assert!(
            back.as_str().starts_with("com.example.phone:/callback?"),
            "{back}"
        );
        assert_eq!(
            parameter(&back, "error").as_deref(),
            Some(error),
            "{name} {value}"
        );
        assert_eq!(parameter(&back, "state").as_deref(), Some("my state"));
        assert!(parameter(&back, "code").is_none());
    }
    let long = "s".repeat(513);
    for state in [" \n", "하늘", long.as_str()] {
        let answer = browser.get(&app.authorize(&[("state", state)])).await;
        assert_eq!(
            parameter(&leads_to(&answer), "error").as_deref(),
            Some("invalid_request")
        );
    }
}

#[tokio::test]
async fn a_person_who_says_no_comes_back_to_the_app() {
    let server = Server::start().await;
    let (app, browser) = (Native::new(&server, "phone"), Browser::new(&server));
    let page = leads_to(&browser.get(&app.authorize(&[])).await);
    let state = parameter(&page, "state").unwrap();
    let no = format!("/v1/auth/dev/callback?error=access_denied&state={state}");
    let back = leads_to(&browser.get(&no).await);
    assert_eq!(parameter(&back, "error").as_deref(), Some("access_denied"));
    // The state is spent, and what comes in another browser is no app's.
    let again = browser.get(&no).await;
    assert_eq!(again.location(), "/login?error=state_mismatch");
    let page = leads_to(&browser.get(&app.authorize(&[])).await);
    let state = parameter(&page, "state").unwrap();
    let callback = format!("/v1/auth/dev/callback?code=x&state={state}");
    let elsewhere = Browser::new(&server).get(&callback).await;
    assert_eq!(elsewhere.location(), "/login?error=state_mismatch");
}

#[tokio::test]
async fn an_app_can_have_the_person_looked_at_anew() {
    let server = Server::start().await;
    let (app, browser) = (Native::new(&server, "phone"), Browser::new(&server));
    let answer = browser.get(&app.authorize(&[("prompt", "login")])).await;
    assert!(answer.headers.get(SET_COOKIE).is_some());
    leads_to(&answer);
}

#[tokio::test]
async fn what_the_provider_is_asked_is_ours_alone() {
    let provider = Provider::start().await;
    let config = provider.config("acme", ProviderKind::Oidc);
    let server = Server::with(vec![config], false).await;
    let (app, browser) = (Native::new(&server, "phone"), Browser::new(&server));
    let usual = leads_to(&browser.get(&app.authorize(&[("provider", "acme")])).await);
    let reserved = [
        ("nonce", "theirs"),
        ("response_mode", "form_post"),
        ("max_age", "86400"),
        ("id_token_hint", "theirs"),
        ("login_hint", "theirs"),
        ("acr_values", "theirs"),
        ("claims", "theirs"),
        ("request", "theirs"),
        ("request_uri", "https://evil.example/theirs"),
        ("client_secret", "theirs"),
        ("code", "theirs"),
        ("access_type", "theirs"),
        ("hd", "theirs"),
        ("include_granted_scopes", "theirs"),
    ];
    let mut changes = vec![("provider", "acme")];
    changes.extend(reserved);
    let asked = leads_to(&browser.get(&app.authorize(&changes)).await);
    let names = |url: &reqwest::Url| -> Vec<String> {
        url.query_pairs()
            .map(|(name, _)| name.into_owned())
            .collect()
    };
    assert_eq!(names(&asked), names(&usual), "nothing is passed on");
    assert!(!asked.as_str().contains("theirs"), "{asked}");
    let own = server.public.join("/v1/auth/acme/callback");
    let said = |name: &str| parameter(&asked, name).unwrap();
    assert_eq!(said("redirect_uri"), own);
    assert_ne!(said("state"), "my state");
    assert_eq!(said("client_id"), provider::CLIENT_ID);
    assert!(said("scope").contains("openid"), "nor our own scopes");
    // And it works as ever.
    let back = provider.consent(asked.as_str());
    let back = leads_to(&browser.get(&back.link()).await);
    assert!(parameter(&back, "code").is_some(), "{back}");
}

#[tokio::test]
async fn an_app_asks_for_no_more_than_is_open_to_it() {
    let server = Server::start().await;
    let (tablet, browser) = (Native::new(&server, "tablet"), Browser::new(&server));
    for scope in ["account", "read account", "admin", "moderate"] {
        let answer = browser.get(&tablet.authorize(&[("scope", scope)])).await;
        let error = parameter(&leads_to(&answer), "error");
        assert_eq!(error.as_deref(), Some("invalid_scope"), "{scope}");
    }
    tablet.sign_in(&browser, "하늘", "read live").await;
    let phone = Native::new(&server, "phone");
    phone.sign_in(&browser, "하늘", "account").await;
}
