//! Whose account a provider's person gets: by a verified e-mail address, on both sides, or none but their own.

use maru::config::{ProviderConfig, ProviderKind};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::provider::{Provider, Reply};
use crate::server::Server;

/// Two providers, `acme` and `umbrella`, and a server that has both.
async fn started(second: ProviderKind) -> (Provider, Provider, Server) {
    let (acme, umbrella) = (Provider::start().await, Provider::start().await);
    let configs = vec![
        acme.config("acme", ProviderKind::Oidc),
        umbrella.config("umbrella", second),
    ];
    let server = Server::with(configs, false).await;
    (acme, umbrella, server)
}

/// Signs in as a person in a fresh browser; who that is.
async fn signed_in(server: &Server, provider: &Provider, id: &str, person: Value) -> Value {
    let browser = Browser::new(server);
    provider.set(|script| script.person = person);
    assert_eq!(provider.sign_in(&browser, id).await, "/");
    browser.me().await["id"].clone()
}

fn person(subject: &str, email: &str, verified: bool) -> Value {
    json!({ "sub": subject, "name": "하늘", "email": email, "email_verified": verified })
}

#[tokio::test]
async fn verified_on_both_sides() {
    let (acme, umbrella, server) = started(ProviderKind::Oidc).await;
    let first = signed_in(&server, &acme, "acme", person("1", "h@a.example", true)).await;
    let second = person("x", "H@A.example", true);
    assert_eq!(
        signed_in(&server, &umbrella, "umbrella", second).await,
        first
    );
}

#[tokio::test]
async fn unverified_provider_email() {
    let (acme, umbrella, server) = started(ProviderKind::Oidc).await;
    let victim = signed_in(&server, &acme, "acme", person("1", "h@a.example", true)).await;
    for (number, claim) in [json!(false), json!("false"), json!(null), json!(1)]
        .into_iter()
        .enumerate()
    {
        let mut thief = person(&format!("x{number}"), "h@a.example", false);
        thief["email_verified"] = claim;
        let thief = signed_in(&server, &umbrella, "umbrella", thief).await;
        assert_ne!(thief, victim);
    }
}

#[tokio::test]
async fn unverified_local_email() {
    // The account was made ahead, with the address of somebody who has not come yet.
    let (acme, umbrella, server) = started(ProviderKind::Oidc).await;
    let planted = signed_in(&server, &acme, "acme", person("1", "h@a.example", false)).await;
    let victim = person("x", "h@a.example", true);
    let victim = signed_in(&server, &umbrella, "umbrella", victim).await;
    assert_ne!(victim, planted);
}

#[tokio::test]
async fn same_subject_under_another_issuer() {
    let (acme, umbrella, server) = started(ProviderKind::Oidc).await;
    let first = signed_in(
        &server,
        &acme,
        "acme",
        json!({ "sub": "1", "name": "A", "email": "a@a.example" }),
    )
    .await;
    let second = json!({ "sub": "1", "name": "B", "email": "b@a.example" });
    assert_ne!(
        signed_in(&server, &umbrella, "umbrella", second).await,
        first
    );
}

#[tokio::test]
async fn a_provider_that_is_replaced_under_its_id_brings_nobody_along() {
    let (old, new) = (Provider::start().await, Provider::start().await);
    let other = ProviderConfig {
        issuer: new.origin.clone(),
        ..old.config("umbrella", ProviderKind::Oidc)
    };
    let server = Server::with(vec![old.config("acme", ProviderKind::Oidc), other], false).await;
    let first = signed_in(&server, &old, "acme", person("1", "a@a.example", false)).await;
    old.set(|script| script.claims = json!({ "iss": new.origin }));
    let second = signed_in(&server, &old, "umbrella", person("1", "a@a.example", false)).await;
    assert_ne!(first, second);
}

#[tokio::test]
async fn an_address_given_to_somebody_else_by_the_same_issuer() {
    let (acme, umbrella, server) = started(ProviderKind::Oidc).await;
    let left = signed_in(
        &server,
        &acme,
        "acme",
        person("left", "desk@a.example", true),
    )
    .await;
    let came = signed_in(
        &server,
        &acme,
        "acme",
        person("came", "desk@a.example", true),
    )
    .await;
    assert_ne!(left, came);
    // Now two have it, and nobody can tell who comes here.
    let third = person("third", "desk@a.example", true);
    let third = signed_in(&server, &umbrella, "umbrella", third).await;
    assert!(third != left && third != came);
}

#[tokio::test]
async fn a_provider_whose_word_is_not_taken() {
    let (acme, umbrella) = (Provider::start().await, Provider::start().await);
    let distrusted = ProviderConfig {
        trusts_email: false,
        ..umbrella.config("umbrella", ProviderKind::Oidc)
    };
    let configs = vec![acme.config("acme", ProviderKind::Oidc), distrusted];
    let server = Server::with(configs, false).await;
    let victim = signed_in(&server, &acme, "acme", person("1", "h@a.example", true)).await;
    let thief = person("x", "h@a.example", true);
    assert_ne!(
        signed_in(&server, &umbrella, "umbrella", thief).await,
        victim
    );
}

#[tokio::test]
async fn provider_returns_no_email() {
    let (acme, umbrella, server) = started(ProviderKind::Oidc).await;
    acme.set(|script| script.userinfo = Reply::Good);
    umbrella.set(|script| script.userinfo = Reply::Good);
    let first = signed_in(&server, &acme, "acme", json!({ "sub": "1", "name": "A" })).await;
    for email in [
        json!(null),
        json!(""),
        json!("not an address"),
        json!(["a@a.example"]),
    ] {
        let who = json!({ "sub": "1", "name": "A", "email": email, "email_verified": true });
        assert_eq!(signed_in(&server, &acme, "acme", who).await, first);
    }
    let other = json!({ "sub": "2", "name": "B", "email_verified": true });
    assert_ne!(
        signed_in(&server, &umbrella, "umbrella", other).await,
        first
    );
}

#[tokio::test]
async fn the_userinfo_answer_of_somebody_else() {
    let (acme, _, server) = started(ProviderKind::Oidc).await;
    let victim = json!({ "sub": "victim", "email": "h@a.example", "email_verified": true });
    acme.set(|script| {
        script.person = json!({ "sub": "1", "name": "A" });
        script.userinfo = Reply::Json(200, victim);
    });
    let browser = Browser::new(&server);
    let led = acme.sign_in(&browser, "acme").await;
    assert_eq!(led, "/login?error=exchange_failed");
    assert_eq!(browser.me().await, Value::Null);
}

#[tokio::test]
async fn kakao_is_linked_where_the_address_is_valid_and_confirmed() {
    let (acme, kakao, server) = started(ProviderKind::Kakao).await;
    let first = signed_in(&server, &acme, "acme", person("1", "h@a.example", true)).await;
    for (valid, confirmed, linked) in [
        (true, false, false),
        (false, true, false),
        (true, true, true),
    ] {
        let id = format!("1{}{}", u8::from(valid), u8::from(confirmed));
        let account = json!({ "email": "h@a.example", "is_email_valid": valid, "is_email_verified": confirmed,
            "profile": { "nickname": "하늘" } });
        let answer = json!({ "id": id.parse::<u64>().unwrap(), "kakao_account": account });
        kakao.set(|script| script.userinfo = Reply::Json(200, answer));
        let who = json!({ "sub": id, "nickname": "하늘", "email": "h@a.example" });
        let who = signed_in(&server, &kakao, "umbrella", who).await;
        assert_eq!(who == first, linked, "{valid} {confirmed}");
    }
}

#[tokio::test]
async fn naver_is_never_linked_by_its_address() {
    let (acme, naver, server) = started(ProviderKind::Naver).await;
    let first = signed_in(&server, &acme, "acme", person("1", "h@a.example", true)).await;
    let who =
        json!({ "id": "n1", "nickname": "하늘", "email": "h@a.example", "email_verified": true });
    let answer = json!({ "resultcode": "00", "message": "success", "response": who });
    naver.set(|script| script.userinfo = Reply::Json(200, answer));
    assert_ne!(
        signed_in(&server, &naver, "umbrella", json!({})).await,
        first
    );
}

#[tokio::test]
async fn github_is_linked_by_its_verified_primary_address_alone() {
    let (acme, github, server) = started(ProviderKind::Github).await;
    let first = signed_in(&server, &acme, "acme", person("1", "h@a.example", true)).await;
    let entry = |email: &str, primary: bool, verified: bool| json!({ "email": email, "primary": primary, "verified": verified, "visibility": null });
    for (number, (emails, linked)) in [
        (json!([entry("h@a.example", true, false)]), false),
        (
            json!([
                entry("h@a.example", false, true),
                entry("o@a.example", true, true)
            ]),
            false,
        ),
        (json!([]), false),
        (json!([entry("h@a.example", true, true)]), true),
    ]
    .into_iter()
    .enumerate()
    {
        // What stands on the profile is chosen freely.
        let user = json!({ "id": 100 + number, "login": "octocat", "email": "h@a.example" });
        github.set(|script| {
            script.userinfo = Reply::Json(200, user);
            script.emails = Reply::Json(200, emails.clone());
        });
        let who = signed_in(&server, &github, "umbrella", json!({})).await;
        assert_eq!(who == first, linked, "{emails}");
    }
    // They may not be for us to see.
    github.set(|script| {
        script.userinfo = Reply::Json(200, json!({ "id": 200, "login": "octocat" }));
        script.emails = Reply::Json(403, json!({}));
    });
    assert_ne!(
        signed_in(&server, &github, "umbrella", json!({})).await,
        first
    );
}
