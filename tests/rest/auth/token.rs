//! `/v1/auth/token` and `/v1/auth/revoke`: tokens of native apps.

use http::Method;
use serde_json::json;

use crate::browser::Browser;
use crate::native::{Given, Native, VERIFIER, is_refused};
use crate::server::Server;

/// A server, an app and a browser.
async fn set() -> (Server, Native, Browser) {
    let server = Server::start().await;
    let (app, browser) = (Native::new(&server, "phone"), Browser::new(&server));
    (server, app, browser)
}

#[tokio::test]
async fn a_code_is_changed_for_tokens_that_say_who_it_is() {
    let (_server, app, browser) = set().await;
    let code = app.code(&browser, "하늘").await;
    let answer = app.redeem(&code, &[]).await;
    assert_eq!(answer.json()["scope"], "read write live");
    let given = Given::of(&answer);
    assert!(given.refresh.starts_with("maru_rt_"));
    let me = app.get("/v1/me", &given.access).await;
    assert_eq!(me.json()["user"]["display_name"], "하늘");
}

#[tokio::test]
async fn a_code_replayed_is_an_invalid_grant_and_the_issued_tokens_are_revoked() {
    let (_server, app, browser) = set().await;
    let code = app.code(&browser, "하늘").await;
    let given = Given::of(&app.redeem(&code, &[]).await);
    let newer = Given::of(&app.refresh(&given.refresh).await);
    assert!(app.is_good(&newer.access).await);
    is_refused(&app.redeem(&code, &[]).await, "invalid_grant");
    assert!(!app.is_good(&given.access).await && !app.is_good(&newer.access).await);
    is_refused(&app.refresh(&newer.refresh).await, "invalid_grant");
}

#[tokio::test]
async fn a_code_without_its_verifier_is_worth_nothing_and_harms_nobody() {
    let (_server, app, browser) = set().await;
    let code = app.code(&browser, "하늘").await;
    for wrong in [
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXx",
        "short",
        &"a".repeat(129),
    ] {
        let answer = app.redeem(&code, &[("code_verifier", wrong)]).await;
        is_refused(&answer, "invalid_grant");
    }
    // PKCE at the authorization endpoint and not here.
    is_refused(
        &app.redeem(&code, &[("code_verifier", "")]).await,
        "invalid_request",
    );
    let given = Given::of(&app.redeem(&code, &[]).await);
    // Whoever has only read the code cannot end what came of it either.
    let wrong = [(
        "code_verifier",
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXx",
    )];
    is_refused(&app.redeem(&code, &wrong).await, "invalid_grant");
    assert!(app.is_good(&given.access).await);
}

#[tokio::test]
async fn a_code_is_bound_to_its_app_and_address_and_a_minute() {
    let (server, app, browser) = set().await;
    let tablet = Native::new(&server, "tablet");
    let code = app.code(&browser, "하늘").await;
    let theirs = [("redirect_uri", app.redirect_uri.as_str())];
    is_refused(&tablet.redeem(&code, &theirs).await, "invalid_grant");
    for other in [
        "com.example.phone:/callback/",
        "com.example.phone:/callback/..",
        "http://127.0.0.1/callback",
        "com.example.tablet:/callback",
    ] {
        let answer = app.redeem(&code, &[("redirect_uri", other)]).await;
        is_refused(&answer, "invalid_grant");
    }
    is_refused(&app.redeem("forged", &[]).await, "invalid_grant");
    is_refused(&app.redeem(&"A".repeat(43), &[]).await, "invalid_grant");
    server
        .sql("UPDATE app_code SET expires_ms = created_ms")
        .await;
    is_refused(&app.redeem(&code, &[]).await, "invalid_grant");
}

#[tokio::test]
async fn requests_are_refused_in_the_words_of_rfc_6749() {
    let (_server, app, browser) = set().await;
    let code = app.code(&browser, "하늘").await;
    for (name, value, error) in [
        ("grant_type", "", "invalid_request"),
        ("grant_type", "password", "unsupported_grant_type"),
        ("client_id", "", "invalid_request"),
        ("client_id", "nobody", "invalid_client"),
        ("code", "", "invalid_request"),
        ("redirect_uri", "", "invalid_request"),
    ] {
        is_refused(&app.redeem(&code, &[(name, value)]).await, error);
    }
    let twice = [
        ("grant_type", "refresh_token"),
        ("grant_type", "authorization_code"),
        ("client_id", "phone"),
    ];
    is_refused(&app.form("/v1/auth/token", &twice).await, "invalid_request");
    let body = json!({ "grant_type": "authorization_code", "code": code });
    let request = browser.http.post(browser.url("/v1/auth/token")).json(&body);
    let answer = crate::browser::Answer::of(request.send().await.unwrap()).await;
    is_refused(&answer, "invalid_request");
    // None of this has spent it.
    Given::of(&app.redeem(&code, &[("code_verifier", VERIFIER)]).await);
}

#[tokio::test]
async fn a_refresh_token_replayed_after_rotation_ends_the_family() {
    let (_server, app, browser) = set().await;
    let first = app.sign_in(&browser, "하늘", "").await;
    let other = app.sign_in(&browser, "하늘", "").await;
    let second = Given::of(&app.refresh(&first.refresh).await);
    let third = Given::of(&app.refresh(&second.refresh).await);
    assert!(app.is_good(&third.access).await);
    is_refused(&app.refresh(&first.refresh).await, "invalid_grant");
    for given in [&first, &second, &third] {
        assert!(!app.is_good(&given.access).await);
        is_refused(&app.refresh(&given.refresh).await, "invalid_grant");
    }
    assert!(
        app.is_good(&other.access).await,
        "another login is another family"
    );
}

#[tokio::test]
async fn a_lost_answer_is_given_again_until_the_new_tokens_are_used() {
    let (server, app, browser) = set().await;
    let first = app.sign_in(&browser, "하늘", "").await;
    let lost = Given::of(&app.refresh(&first.refresh).await);
    // Long after.
    server
        .sql("UPDATE refresh SET rotated_ms = rotated_ms - 3600000")
        .await;
    let again = Given::of(&app.refresh(&first.refresh).await);
    assert_eq!(again.refresh, lost.refresh, "the very same successor");
    assert!(app.is_good(&again.access).await);
    // Now that it is used, whoever still has the old one has it from elsewhere.
    is_refused(&app.refresh(&first.refresh).await, "invalid_grant");
    assert!(!app.is_good(&again.access).await);
}

#[tokio::test]
async fn an_answer_is_lost_once_and_whoever_asks_again_has_it_from_elsewhere() {
    let (server, app, browser) = set().await;
    let first = app.sign_in(&browser, "하늘", "").await;
    let long_after = "UPDATE refresh SET rotated_ms = rotated_ms - 3600000";
    let second = Given::of(&app.refresh(&first.refresh).await);
    server.sql(long_after).await;
    Given::of(&app.refresh(&first.refresh).await);
    is_refused(&app.refresh(&first.refresh).await, "invalid_grant");
    is_refused(&app.refresh(&second.refresh).await, "invalid_grant");
    let reused = "SELECT count(*) FROM audit WHERE act = 'refresh_reused'";
    assert_eq!(server.number(reused).await, 1);
}

#[tokio::test]
async fn too_wide_a_scope_saves_no_token_of_the_past() {
    let (_server, app, browser) = set().await;
    let first = app.sign_in(&browser, "하늘", "read").await;
    let second = Given::of(&app.refresh(&first.refresh).await);
    let third = Given::of(&app.refresh(&second.refresh).await);
    for scope in ["read write", "everything"] {
        let refused = app.refresh_for(&third.refresh, scope).await;
        is_refused(&refused, "invalid_scope");
    }
    assert!(
        app.is_good(&third.access).await,
        "it spends and ends nothing"
    );
    let thief = app.refresh_for(&first.refresh, "read write").await;
    is_refused(&thief, "invalid_grant");
    assert!(!app.is_good(&third.access).await);
}

#[tokio::test]
async fn two_tabs_with_one_token_both_go_on() {
    let (_server, app, browser) = set().await;
    let first = app.sign_in(&browser, "하늘", "").await;
    let (one, two) = tokio::join!(app.refresh(&first.refresh), app.refresh(&first.refresh));
    let (one, two) = (Given::of(&one), Given::of(&two));
    assert_eq!(one.refresh, two.refresh);
    assert!(app.is_good(&one.access).await && app.is_good(&two.access).await);
    // A third was on its way all the time.
    let late = Given::of(&app.refresh(&first.refresh).await);
    assert!(app.is_good(&late.access).await);
    let next = Given::of(&app.refresh(&two.refresh).await);
    assert!(app.is_good(&next.access).await);
    Given::of(&app.refresh(&one.refresh).await);
}

#[tokio::test]
async fn another_clients_refresh_token_is_refused_and_not_harmed() {
    let (server, app, browser) = set().await;
    let given = app.sign_in(&browser, "하늘", "").await;
    let tablet = Native::new(&server, "tablet");
    is_refused(&tablet.refresh(&given.refresh).await, "invalid_grant");
    is_refused(&tablet.give_back(&given.refresh).await, "invalid_grant");
    is_refused(&tablet.give_back(&given.access).await, "invalid_grant");
    assert!(app.is_good(&given.access).await);
    Given::of(&app.refresh(&given.refresh).await);
}

#[tokio::test]
async fn scopes_may_narrow_and_never_widen() {
    let (_server, app, browser) = set().await;
    let given = app.sign_in(&browser, "하늘", "read write").await;
    for more in ["read write live", "account", "admin"] {
        is_refused(
            &app.refresh_for(&given.refresh, more).await,
            "invalid_scope",
        );
    }
    is_refused(
        &app.refresh_for(&given.refresh, "everything").await,
        "invalid_scope",
    );
    let answer = app.refresh_for(&given.refresh, "read").await;
    assert_eq!(answer.json()["scope"], "read");
    let narrow = Given::of(&answer);
    let body = json!({ "name": "x" });
    let path = "/v1/users/nobody/follow";
    let refused = app
        .ask(Method::PUT, path, &narrow.access, Some(&body))
        .await;
    refused.is_problem(403, "insufficient_scope");
    let challenge = r#"Bearer error="insufficient_scope", scope="write""#;
    assert_eq!(refused.headers["www-authenticate"], challenge);
    // The login is as it was granted.
    let answer = app.refresh(&narrow.refresh).await;
    assert_eq!(answer.json()["scope"], "read write");
    let wide = Given::of(&answer);
    app.ask(Method::PUT, path, &wide.access, None)
        .await
        .is_problem(404, "user_not_found");
    // And a scope above the person's role is not granted at all.
    let back = app
        .come_back(&browser, "하늘", &[("scope", "read admin")])
        .await;
    let code = crate::native::parameter(&back, "code").unwrap();
    assert_eq!(app.redeem(&code, &[]).await.json()["scope"], "read");
}

#[tokio::test]
async fn a_login_ends_when_unused_and_at_its_end_however_often_it_is_refreshed() {
    let (server, app, browser) = set().await;
    let idle = app.sign_in(&browser, "하늘", "").await;
    let ends = "SELECT expires_ms FROM login WHERE kind = 'app'";
    let before = server.number(ends).await;
    let idle = Given::of(&app.refresh(&idle.refresh).await);
    assert_eq!(server.number(ends).await, before, "the end does not move");
    server
        .sql("UPDATE login SET seen_ms = seen_ms - 30 * 86400000")
        .await;
    is_refused(&app.refresh(&idle.refresh).await, "invalid_grant");
    assert!(!app.is_good(&idle.access).await);

    let ending = app.sign_in(&browser, "바다", "").await;
    server.sql("UPDATE login SET expires_ms = created_ms").await;
    is_refused(&app.refresh(&ending.refresh).await, "invalid_grant");
    assert!(!app.is_good(&ending.access).await);
}

#[tokio::test]
async fn a_session_that_is_gone_is_gone() {
    let (server, app, browser) = set().await;
    let given = app.sign_in(&browser, "하늘", "").await;
    server.sql("DELETE FROM login").await;
    is_refused(&app.refresh(&given.refresh).await, "invalid_grant");
    assert!(!app.is_good(&given.access).await);
    assert_eq!(app.give_back(&given.refresh).await.status, 200);
}

#[tokio::test]
async fn a_token_given_back_ends_the_login() {
    let (_server, app, browser) = set().await;
    let given = app.sign_in(&browser, "하늘", "").await;
    assert_eq!(app.give_back(&given.refresh).await.status, 200);
    assert!(!app.is_good(&given.access).await);
    is_refused(&app.refresh(&given.refresh).await, "invalid_grant");
    // RFC 7009: what is not good is no error.
    for token in [given.refresh.as_str(), &given.access, "maru_rt_x", "x"] {
        assert_eq!(app.give_back(token).await.status, 200, "{token}");
    }
    let by_access = app.sign_in(&browser, "하늘", "").await;
    assert_eq!(app.give_back(&by_access.access).await.status, 200);
    is_refused(&app.refresh(&by_access.refresh).await, "invalid_grant");
    let form = [("token", by_access.access.as_str())];
    is_refused(&app.form("/v1/auth/revoke", &form).await, "invalid_request");
}

#[tokio::test]
async fn signing_out_with_a_token_ends_its_login() {
    let (_server, app, browser) = set().await;
    let given = app.sign_in(&browser, "하늘", "").await;
    let out = app
        .ask(Method::POST, "/v1/auth/logout", &given.access, None)
        .await;
    assert_eq!(out.status, 204);
    assert!(!app.is_good(&given.access).await);
    is_refused(&app.refresh(&given.refresh).await, "invalid_grant");
}

#[tokio::test]
async fn nothing_that_was_given_out_is_kept_in_clear() {
    let (server, app, browser) = set().await;
    let code = app.code(&browser, "하늘").await;
    let given = Given::of(&app.redeem(&code, &[]).await);
    let newer = Given::of(&app.refresh(&given.refresh).await);
    let mut kept = Vec::new();
    for file in std::fs::read_dir(server.data()).unwrap() {
        kept.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    let holds = |text: &str| kept.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(holds("com.example.phone"), "the store is read");
    for secret in [&code, &given.refresh, &newer.refresh, &newer.access] {
        assert!(!holds(secret));
    }
}
