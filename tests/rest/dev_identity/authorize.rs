//! `/dev/identity/authorize`.

use http::StatusCode;
use http::header::{ACCEPT_LANGUAGE, LOCATION};

use super::Client;
use crate::browser::Answer;

#[tokio::test]
async fn lists_the_neighbours_in_the_browsers_language() {
    let client = Client::new().await;
    client.server.move_in("haneul", "하늘").await;
    client.server.move_in("mina", "<b>Mina</b>").await;
    let page = client.browser.get(&client.authorize_url(&[])).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Who comes in?"));
    assert!(page.body.contains("value=\"haneul\"") && page.body.contains("포근해요"));
    assert!(page.body.contains("&lt;b&gt;Mina") && !page.body.contains("<b>Mina"));

    let request = client.browser.http.get(client.authorize_url(&[]));
    let request = request.header(ACCEPT_LANGUAGE, "ko-KR,ko;q=0.9");
    let page = Answer::of(request.send().await.unwrap()).await;
    assert!(page.body.contains("누구로 들어갈까요?"));
}

#[tokio::test]
async fn a_stranger_or_a_strange_address_is_never_sent_back_to() {
    let client = Client::new().await;
    let slash = format!("{}/", client.redirect_uri);
    let query = format!("{}?x=1", client.redirect_uri);
    for changes in [
        [("client_id", "other")],
        [("client_id", "")],
        [("redirect_uri", "")],
        [("redirect_uri", "https://evil.example/callback")],
        [("redirect_uri", &slash)],
        [("redirect_uri", &query)],
    ] {
        let page = client.authorize_url(&changes);
        for answer in [
            client.browser.get(&page).await,
            client.browser.submit(&page, &[("name", "하늘")]).await,
        ] {
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{changes:?}");
            assert!(answer.headers.get(LOCATION).is_none());
        }
    }
}

#[tokio::test]
async fn requests_without_proof_are_sent_back_with_the_reason() {
    let client = Client::new().await;
    for (change, error) in [
        (("response_type", "token"), "unsupported_response_type"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge", "short"), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("code_challenge_method", ""), "invalid_request"),
    ] {
        let page = client.authorize_url(&[change]);
        let expected = format!("{}?state=my+state&error={error}", client.redirect_uri);
        assert_eq!(client.browser.get(&page).await.location(), expected);
        let submitted = client.browser.submit(&page, &[("name", "하늘")]).await;
        assert_eq!(submitted.location(), expected);
    }
    let stateless = client.authorize_url(&[("state", "")]);
    let expected = format!("{}?error=invalid_request", client.redirect_uri);
    assert_eq!(client.browser.get(&stateless).await.location(), expected);
}

#[tokio::test]
async fn nobody_is_chosen_by_mistake() {
    let client = Client::new().await;
    client.server.move_in("haneul", "하늘").await;
    let page = client.authorize_url(&[]);
    let long = "가".repeat(21);
    for form in [
        &[][..],
        &[("person", "nobody")][..],
        &[("person", "")][..],
        &[("name", "  ")][..],
        &[("name", "a\u{0}b")][..],
        &[("name", long.as_str())][..],
    ] {
        let answer = client.browser.submit(&page, form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{form:?}");
        assert!(answer.body.contains("role=alert"));
    }
    let huge = "a".repeat(100_000);
    let answer = client.browser.submit(&page, &[("name", &huge)]).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_choice_may_lead_back_to_an_app() {
    let client = Client::new().await;
    let page = client.browser.get(&client.authorize_url(&[])).await;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    // Browsers hold it against each redirect that follows the form.
    assert!(!policy.contains("form-action"), "{policy}");
    assert!(policy.contains("default-src 'none'"), "{policy}");
    let refused = client
        .browser
        .get(&client.authorize_url(&[("client_id", "")]))
        .await;
    let policy = refused.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("form-action 'self'"), "{policy}");
}
