//! `/v1/auth/providers`, and providers that do not behave.

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Redirect};
use axum::routing::{get, post};
use maru::config::{ProviderConfig, Secret};
use serde_json::json;
use tokio::net::TcpListener;

use crate::browser::Browser;
use crate::server::Server;

/// A provider `acme` at this address.
fn acme(origin: &str) -> ProviderConfig {
    let at = |path: &str| format!("{origin}{path}").parse().unwrap();
    ProviderConfig {
        id: "acme".to_owned(),
        name: "Acme".to_owned(),
        client_id: "maru".to_owned(),
        client_secret: Some(Secret::new("hush")),
        authorize_url: at("/authorize"),
        token_url: at("/token"),
        userinfo_url: at("/userinfo"),
        scopes: "openid profile".to_owned(),
    }
}

/// Serves a made-up provider on a free port until the test ends; its origin.
async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    origin
}

/// Signs in with `acme` and says where that leads.
async fn outcome(origin: &str) -> (String, serde_json::Value) {
    let server = Server::with(vec![acme(origin)], false).await;
    let browser = Browser::new(&server);
    let start = browser.get("/v1/auth/acme/start").await;
    let authorize: reqwest::Url = start.location().parse().unwrap();
    let state = authorize.query_pairs().find(|(name, _)| name == "state");
    let state = state.unwrap().1.into_owned();
    let callback = format!("/v1/auth/acme/callback?code=x&state={state}");
    let location = browser.get(&callback).await.location().to_owned();
    (location, browser.me().await)
}

fn token() -> axum::Json<serde_json::Value> {
    axum::Json(json!({ "access_token": "t0ken", "token_type": "Bearer" }))
}

#[tokio::test]
async fn lists_the_ways_to_sign_in() {
    let server = Server::with(vec![acme("https://id.example")], true).await;
    let answer = Browser::new(&server).get("/v1/auth/providers").await;
    assert_eq!(
        answer.json(),
        json!({"providers": [
            {"id": "acme", "name": {"ko": "Acme", "en": "Acme"}},
            {"id": "dev", "name": {"ko": "개발용 로그인", "en": "Development sign-in"}},
        ]})
    );
}

#[tokio::test]
async fn any_configured_provider_signs_people_in() {
    let profile = json!({ "id": 583_231, "login": "Octo-Cat", "name": "문어 고양이" });
    let router = Router::new()
        .route("/token", post(async || token()))
        .route("/userinfo", get(async move || axum::Json(profile)));
    let (location, me) = outcome(&serve(router).await).await;
    assert_eq!(location, "/");
    assert_eq!(me["handle"], "octo_cat");
    assert_eq!(me["display_name"], "문어 고양이");
}

#[tokio::test]
async fn a_provider_that_does_not_answer_well_signs_nobody_in() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nowhere = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);

    // Following it would make us call whatever a provider names; everything else about this one works.
    let good = serve(Router::new().route("/token", post(async || token()))).await;
    let elsewhere = format!("{good}/token");
    let redirecting = Router::new()
        .route(
            "/token",
            post(async move || Redirect::temporary(&elsewhere)),
        )
        .route("/userinfo", get(async || axum::Json(json!({ "sub": "1" }))));

    let endless = Router::new().route(
        "/token",
        post(async || {
            let chunk = || Ok::<_, std::io::Error>(vec![b' '; 16 * 1024]);
            Body::from_stream(futures_util::stream::repeat_with(chunk)).into_response()
        }),
    );
    let nameless = Router::new().route("/token", post(async || token())).route(
        "/userinfo",
        get(async || axum::Json(json!({ "name": "x" }))),
    );
    let garbled = Router::new().route("/token", post(async || "<html>"));
    for origin in [
        nowhere,
        serve(redirecting).await,
        serve(endless).await,
        serve(nameless).await,
        serve(garbled).await,
    ] {
        let (location, me) = outcome(&origin).await;
        assert_eq!(location, "/login?error=provider_unavailable");
        assert!(me.is_null());
    }
}
