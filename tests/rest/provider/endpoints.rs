//! What the scripted provider answers.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::{Form, State as Extension};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::key::unsigned;
use super::{CLIENT_ID, Key, LATE, Provider, Reply, Signing, now_s};

pub(super) fn router(provider: Provider) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/jwks", get(jwks))
        .route("/token", post(token))
        .route("/userinfo", get(userinfo))
        .route("/emails", get(emails))
        // Where no redirect must ever lead.
        .route("/trap", get(trap).post(trap))
        .with_state(provider)
}

impl Provider {
    fn note(&self, endpoint: &'static str) {
        *self.state().asked.entry(endpoint).or_default() += 1;
    }
}

async fn play(reply: Reply, good: impl FnOnce() -> Response) -> Response {
    match reply {
        Reply::Good => good(),
        Reply::Json(status, body) => {
            (StatusCode::from_u16(status).unwrap(), Json(body)).into_response()
        }
        Reply::Redirect(to) => Redirect::temporary(&to).into_response(),
        Reply::Late => {
            tokio::time::sleep(LATE).await;
            good()
        }
        Reply::Endless => {
            let chunk = || Ok::<_, std::io::Error>(vec![b' '; 16 * 1024]);
            Body::from_stream(futures_util::stream::repeat_with(chunk)).into_response()
        }
        Reply::Garbage => "<html>".into_response(),
    }
}

async fn trap(Extension(provider): Extension<Provider>) -> StatusCode {
    provider.note("trap");
    StatusCode::NOT_FOUND
}

async fn discovery(Extension(provider): Extension<Provider>) -> Response {
    provider.note("discovery");
    let reply = provider.state().script.discovery.clone();
    let origin = provider.origin.clone();
    play(reply, || {
        let at = |path: &str| format!("{origin}{path}");
        Json(json!({
            "issuer": origin,
            "authorization_endpoint": at("/authorize"),
            "token_endpoint": at("/token"),
            "jwks_uri": at("/jwks"),
            "response_types_supported": ["code"],
        }))
        .into_response()
    })
    .await
}

async fn jwks(Extension(provider): Extension<Provider>) -> Response {
    provider.note("jwks");
    let (reply, keys) = {
        let state = provider.state();
        (state.script.jwks.clone(), state.script.keys.clone())
    };
    let keys: Vec<Value> = keys.iter().map(Key::public).collect();
    play(reply, || Json(json!({ "keys": keys })).into_response()).await
}

async fn userinfo(Extension(provider): Extension<Provider>, headers: HeaderMap) -> Response {
    provider.note("userinfo");
    assert_eq!(headers[AUTHORIZATION], "Bearer t0ken");
    let reply = provider.state().script.userinfo.clone();
    let person = provider.state().script.person.clone();
    play(reply, || Json(person).into_response()).await
}

async fn emails(Extension(provider): Extension<Provider>, headers: HeaderMap) -> Response {
    provider.note("emails");
    assert_eq!(headers[AUTHORIZATION], "Bearer t0ken");
    let reply = provider.state().script.emails.clone();
    play(reply, || Json(json!([])).into_response()).await
}

async fn token(
    Extension(provider): Extension<Provider>,
    headers: HeaderMap,
    Form(mut form): Form<BTreeMap<String, String>>,
) -> Response {
    provider.note("token");
    if let Some(basic) = headers.get(AUTHORIZATION) {
        let basic = basic.to_str().unwrap().strip_prefix("Basic ").unwrap();
        let basic = String::from_utf8(STANDARD.decode(basic).unwrap()).unwrap();
        let (id, secret) = basic.split_once(':').unwrap();
        form.insert("client_id".to_owned(), id.to_owned());
        form.insert("client_secret".to_owned(), secret.to_owned());
        form.insert("client_auth".to_owned(), "basic".to_owned());
    }
    provider.state().token_request = form.clone();
    let reply = provider.state().script.token.clone();
    let answer = provider.redeem(&form);
    play(reply, || match answer {
        Some(body) => Json(body).into_response(),
        None => {
            let refusal = json!({ "error": "invalid_grant" });
            (StatusCode::BAD_REQUEST, Json(refusal)).into_response()
        }
    })
    .await
}

impl Provider {
    /// A code is good once, for who it was made for, and with its verifier.
    fn redeem(&self, form: &BTreeMap<String, String>) -> Option<Value> {
        assert_eq!(form["grant_type"], "authorization_code");
        assert_eq!(form["client_id"], CLIENT_ID);
        let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"]));
        let mut state = self.state();
        let script = state.script.clone();
        let code = state.codes.get_mut(&form["code"])?;
        let good = !code.used
            && code.redirect_uri == form["redirect_uri"]
            && (code.challenge == digest || !script.checks_verifier);
        code.used = true;
        if !good {
            return None;
        }
        let mut claims = json!({
            "iss": self.origin, "aud": CLIENT_ID, "iat": now_s(), "exp": now_s() + 300,
        });
        if code.afresh {
            claims["auth_time"] = now_s().into();
        }
        if let Some(nonce) = &code.nonce {
            claims["nonce"] = nonce.clone().into();
        }
        for changes in [&code.person, &script.claims] {
            for (name, value) in changes.as_object().unwrap() {
                match value {
                    Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
                    value => claims[name] = value.clone(),
                }
            }
        }
        drop(state);
        let mut answer =
            json!({ "access_token": "t0ken", "token_type": "bearer", "expires_in": "3600" });
        if let Some(token) = sign(&script.signing, &script.keys, &claims) {
            answer["id_token"] = token.into();
        }
        Some(answer)
    }
}

fn sign(signing: &Signing, keys: &[Key], claims: &Value) -> Option<String> {
    let own = keys.first();
    Some(match signing {
        Signing::Own => own?.sign(claims),
        Signing::With(key) => key.sign(claims),
        Signing::Forged => Key::generate(&own?.id).sign(claims),
        Signing::Unsigned(algorithm) => unsigned(algorithm, claims),
        Signing::PublicHalf => own?.sign_with_public_half(claims),
        Signing::Tampered => {
            let token = own?.sign(claims);
            let mut parts: Vec<&str> = token.split('.').collect();
            let mut other = claims.clone();
            other["sub"] = "2".into();
            let other = URL_SAFE_NO_PAD.encode(other.to_string());
            parts[1] = &other;
            parts.join(".")
        }
        Signing::Text(text) => text.clone(),
        Signing::Missing => return None,
    })
}
