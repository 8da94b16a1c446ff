//! `/v1/auth/providers`, and each kind of provider.

use maru::config::{Config, Overrides, ProviderKind};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::provider::{Provider, Reply};
use crate::server::Server;

#[tokio::test]
async fn lists_the_ways_to_sign_in() {
    let acme = Provider::start().await.issuer("acme", ProviderKind::Oidc);
    let kakao = Provider::start().await.issuer("kakao", ProviderKind::Kakao);
    let server = Server::with(vec![acme, kakao], true).await;
    let answer = Browser::new(&server).get("/v1/auth/providers").await;
    assert_eq!(
        answer.json(),
        json!({"providers": [
            {"id": "acme", "name": {"ko": "acme", "en": "acme"}},
            {"id": "kakao", "name": {"ko": "카카오", "en": "Kakao"}},
            {"id": "dev", "name": {"ko": "개발용 로그인", "en": "Development sign-in"}},
        ]})
    );
}

/// Signs in with a provider of this kind that answers so; where that leads, and who it is.
async fn outcome(kind: ProviderKind, userinfo: Value) -> (String, Value, Provider) {
    let provider = Provider::start().await;
    provider.set(|script| script.userinfo = Reply::Json(200, userinfo));
    let server = Server::with(vec![provider.config("acme", kind)], false).await;
    let browser = Browser::new(&server);
    let location = provider.sign_in(&browser, "acme").await;
    (location, browser.me().await, provider)
}

#[tokio::test]
async fn any_oauth_server_with_a_userinfo_endpoint_signs_people_in() {
    let profile = json!({ "id": 583_231, "login": "Octo-Cat", "name": "문어 고양이" });
    let (location, me, _) = outcome(ProviderKind::Oauth2, profile).await;
    assert_eq!(location, "/");
    assert_eq!(me["handle"], "octo_cat");
    assert_eq!(me["display_name"], "문어 고양이");
}

#[tokio::test]
async fn google_and_any_issuer_sign_people_in_by_the_id_token_alone() {
    for kind in [ProviderKind::Google, ProviderKind::Oidc] {
        let (location, me, provider) = outcome(kind, json!({})).await;
        assert_eq!(
            (location.as_str(), &me["display_name"]),
            ("/", &json!("하늘"))
        );
        assert_eq!(provider.asked("userinfo"), 0);
    }
}

#[tokio::test]
async fn what_an_id_token_leaves_out_is_asked_for() {
    let provider = Provider::start().await;
    let whole =
        json!({ "sub": "1", "name": "바다", "preferred_username": "bada", "email": "b@a.example" });
    provider.set(|script| {
        script.person = json!({ "sub": "1" });
        script.userinfo = Reply::Json(200, whole);
    });
    let config = provider.config("acme", ProviderKind::Oidc);
    let server = Server::with(vec![config], false).await;
    let browser = Browser::new(&server);
    assert_eq!(provider.sign_in(&browser, "acme").await, "/");
    assert_eq!(browser.me().await["handle"], "bada");
}

#[tokio::test]
async fn github_says_who_somebody_is_by_number() {
    let user = json!({ "id": 7, "login": "octocat", "name": null });
    let (location, me, _) = outcome(ProviderKind::Github, user).await;
    assert_eq!((location.as_str(), &me["handle"]), ("/", &json!("octocat")));
}

#[tokio::test]
async fn kakao_without_an_address_signs_people_in() {
    let account = json!({ "email_needs_agreement": true, "profile": { "nickname": "구름" } });
    let provider = Provider::start().await;
    let answer = json!({ "id": 42, "kakao_account": account });
    provider.set(|script| {
        script.person = json!({ "sub": "42" });
        script.userinfo = Reply::Json(200, answer);
    });
    let config = provider.config("kakao", ProviderKind::Kakao);
    let server = Server::with(vec![config], false).await;
    let browser = Browser::new(&server);
    assert_eq!(provider.sign_in(&browser, "kakao").await, "/");
    assert_eq!(browser.me().await["display_name"], "구름");
    // Not the person the token is of.
    let other = json!({ "id": 43, "kakao_account": { "profile": { "nickname": "구름" } } });
    provider.set(|script| script.userinfo = Reply::Json(200, other));
    let led = provider.sign_in(&Browser::new(&server), "kakao").await;
    assert_eq!(led, "/login?error=exchange_failed");
}

#[tokio::test]
async fn naver_comes_in_an_envelope_and_is_told_the_state_again() {
    let person = json!({ "id": "abc", "nickname": "나무" });
    let answer = json!({ "resultcode": "00", "message": "success", "response": person });
    let (location, me, provider) = outcome(ProviderKind::Naver, answer).await;
    assert_eq!(
        (location.as_str(), &me["display_name"]),
        ("/", &json!("나무"))
    );
    assert!(provider.token_request()["state"].len() >= 43);

    let failed = json!({ "resultcode": "024", "message": "Authentication failed" });
    let (location, me, _) = outcome(ProviderKind::Naver, failed).await;
    assert_eq!(location, "/login?error=exchange_failed");
    assert!(me.is_null());
}

#[tokio::test]
async fn a_provider_that_names_nobody_signs_nobody_in() {
    for answer in [json!({ "name": "x" }), json!([]), json!({ "sub": "" })] {
        let (location, me, _) = outcome(ProviderKind::Oauth2, answer).await;
        assert_eq!(location, "/login?error=provider_unavailable");
        assert!(me.is_null());
    }
}

#[tokio::test]
async fn the_doctor_asks_issuers_for_what_they_publish() {
    let provider = Provider::start().await;
    let folder = tempfile::tempdir().unwrap();
    let variables = [
        ("MARU_STORE_DATA", folder.path().to_str().unwrap()),
        ("MARU_AUTH_PROVIDERS_CORP_ISSUER", provider.origin.as_str()),
        ("MARU_AUTH_PROVIDERS_CORP_CLIENT_ID", "maru"),
    ];
    let variables = variables.map(|(name, value)| (name.into(), value.into()));
    let config = Config::load(&Overrides::default(), variables, None).unwrap();
    let text = maru::app::diagnose(&config).await.text();
    let line = text.lines().find(|line| line.starts_with("sign-in"));
    let line = line.unwrap().to_owned();
    assert!(
        line.contains("corp (oidc), keys: 1") && line.ends_with("ok"),
        "{line}"
    );

    provider.set(|script| script.keys.clear());
    let text = maru::app::diagnose(&config).await.text();
    assert!(text.contains("publishes no key"), "{text}");
    provider.set(|script| script.discovery = Reply::Json(404, json!({})));
    let text = maru::app::diagnose(&config).await.text();
    assert!(text.contains("cannot be asked for its addresses"), "{text}");
}
