//! `/dev/identity/token` and `/dev/identity/userinfo`.

use serde_json::json;

use super::{Client, VERIFIER};
use crate::browser::Answer;

fn refused(answer: &Answer, status: u16, error: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.json(), json!({ "error": error }));
    assert_eq!(answer.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn a_code_becomes_a_token_that_tells_who_it_is() {
    let client = Client::new().await;
    let code = client.code().await;
    let answer = client.token(&code, &client.redirect_uri, VERIFIER).await;
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    let person = client.userinfo(&token).await.json();
    assert_eq!(person["sub"], "name:하늘");
    assert_eq!(person["name"], "하늘");
    refused(&client.userinfo("guess").await, 401, "invalid_token");
    refused(&client.userinfo(&code).await, 401, "invalid_token");
}

#[tokio::test]
async fn a_wrong_verifier_spends_the_code() {
    let client = Client::new().await;
    let code = client.code().await;
    let wrong = VERIFIER.replace('d', "e");
    let home = &client.redirect_uri;
    refused(
        &client.token(&code, home, &wrong).await,
        400,
        "invalid_grant",
    );
    refused(
        &client.token(&code, home, VERIFIER).await,
        400,
        "invalid_grant",
    );
    refused(
        &client.token("forged", home, VERIFIER).await,
        400,
        "invalid_grant",
    );
}

#[tokio::test]
async fn a_code_is_bound_to_the_address_it_was_sent_to() {
    let client = Client::new().await;
    let code = client.code().await;
    let answer = client
        .token(&code, "https://evil.example/callback", VERIFIER)
        .await;
    refused(&answer, 400, "invalid_grant");
}

#[tokio::test]
async fn a_code_shown_twice_ends_the_token_of_the_first_time() {
    let client = Client::new().await;
    let code = client.code().await;
    let answer = client.token(&code, &client.redirect_uri, VERIFIER).await;
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(client.userinfo(&token).await.status, 200);
    let again = client.token(&code, &client.redirect_uri, VERIFIER).await;
    refused(&again, 400, "invalid_grant");
    refused(&client.userinfo(&token).await, 401, "invalid_token");
}

#[tokio::test]
async fn only_the_client_itself_trades_codes() {
    let client = Client::new().await;
    let code = client.code().await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", client.redirect_uri.as_str()),
        ("code_verifier", VERIFIER),
    ];
    let answer = client.exchange(&form, "guess").await;
    refused(&answer, 401, "invalid_client");
    assert_eq!(answer.headers["www-authenticate"], "Basic");
    let bare = client.browser.http.post(client.token_url());
    let bare = Answer::of(bare.form(&form).send().await.unwrap()).await;
    refused(&bare, 401, "invalid_client");

    let answer = client.token(&code, &client.redirect_uri, VERIFIER).await;
    assert_eq!(answer.status, 200, "a stranger's attempt spends nothing");
}
