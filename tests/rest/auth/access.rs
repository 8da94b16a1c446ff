//! Access tokens, wherever they are shown: what is no token of ours says nothing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Method;
use http::header::{AUTHORIZATION, COOKIE, ORIGIN};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::browser::{Answer, Browser};
use crate::native::Native;
use crate::server::Server;

/// What a token says, unread by anybody who could check it.
fn parts(token: &str) -> (Value, Value) {
    let part = |number: usize| {
        let text = token.split('.').nth(number).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
    };
    (part(0), part(1))
}

/// The server's own key, as only whoever has its store can know it.
async fn own_key(server: &Server) -> (String, EncodingKey) {
    use maru::ports::login::SigningKeyStore;
    let unused = maru::services::auth::new_key(
        maru::domain::clock::WallMs(0),
        maru::domain::clock::WallMs(0),
    );
    let keys = server.store.signing_keys(&unused).await.unwrap();
    let head = [
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04,
        0x20,
    ];
    let der = [head.as_slice(), &keys[0].seed].concat();
    (keys[0].kid.clone(), EncodingKey::from_ed_der(&der))
}

#[tokio::test]
async fn a_token_says_whose_login_it_is_and_nothing_private() {
    let server = Server::start().await;
    let (app, browser) = (Native::new(&server, "phone"), Browser::new(&server));
    let given = app.sign_in(&browser, "하늘", "").await;
    let (header, claims) = parts(&given.access);
    assert_eq!(
        (&header["alg"], &header["typ"]),
        (&"EdDSA".into(), &"at+jwt".into())
    );
    assert_eq!(header["kid"], own_key(&server).await.0);
    let names: Vec<&str> = claims
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let expected = [
        "aud",
        "auth_time",
        "client_id",
        "exp",
        "iat",
        "iss",
        "jti",
        "scope",
        "sid",
        "sub",
    ];
    assert_eq!(names, expected);
    assert_eq!(claims["iss"], server.public.origin());
    assert_eq!(claims["aud"], server.public.origin());
    let lives = claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap();
    assert_eq!(lives, 600);
    let me = app.get("/v1/me", &given.access).await.json();
    assert_eq!(me["user"]["id"], claims["sub"]);
}

#[tokio::test]
async fn tokens_that_are_not_ours_or_not_for_us_or_over_are_refused() {
    let server = Server::start().await;
    let (app, browser) = (Native::new(&server, "phone"), Browser::new(&server));
    let given = app.sign_in(&browser, "하늘", "").await;
    let (_, claims) = parts(&given.access);
    let (kid, key) = own_key(&server).await;
    let header = |alg| {
        let mut header = Header::new(alg);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(kid.clone());
        header
    };
    let good = header(Algorithm::EdDSA);
    let sign = |header: &Header, claims: &Value, key: &EncodingKey| {
        jsonwebtoken::encode(header, claims, key).unwrap()
    };
    assert!(
        app.is_good(&sign(&good, &claims, &key)).await,
        "the test signs as we do"
    );

    let now = claims["iat"].as_u64().unwrap();
    let mut bad = Vec::new();
    for (name, value) in [
        ("iss", json!("https://evil.example")),
        ("iss", json!(null)),
        ("aud", json!("https://evil.example")),
        (
            "aud",
            json!(["https://evil.example", server.public.origin()]),
        ),
        ("exp", json!(now - 6)),
        ("exp", json!(null)),
        ("exp", json!("never")),
        ("iat", json!(now + 60)),
        ("sub", json!(uuid::Uuid::now_v7())),
        ("sid", json!(uuid::Uuid::now_v7())),
        ("scope", json!("everything")),
        ("jti", json!("x")),
    ] {
        let mut changed = claims.clone();
        changed[name] = value;
        bad.push(sign(&good, &changed, &key));
    }
    // A header that promises something else.
    for (typ, kid) in [
        (Some("JWT"), Some(&*kid)),
        (None, Some(&*kid)),
        (Some("at+jwt"), None),
        (Some("at+jwt"), Some("x")),
    ] {
        let mut other = good.clone();
        (other.typ, other.kid) = (typ.map(str::to_owned), kid.map(str::to_owned));
        bad.push(sign(&other, &claims, &key));
    }
    let mut critical = good.clone();
    critical.crit = Some(vec!["exp".to_owned()]);
    bad.push(sign(&critical, &claims, &key));
    // A foreign key under our name, and our public key as a secret everybody knows.
    let foreign = maru::services::auth::new_key(
        maru::domain::clock::WallMs(0),
        maru::domain::clock::WallMs(0),
    );
    let head = [
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04,
        0x20,
    ];
    let foreign = EncodingKey::from_ed_der(&[head.as_slice(), &foreign.seed].concat());
    bad.push(sign(&good, &claims, &foreign));
    let published = browser.get("/.well-known/jwks.json").await.json();
    let x = published["keys"][0]["x"].as_str().unwrap();
    for secret in [x.as_bytes().to_vec(), URL_SAFE_NO_PAD.decode(x).unwrap()] {
        let secret = EncodingKey::from_secret(&secret);
        bad.push(sign(&header(Algorithm::HS256), &claims, &secret));
    }
    let none = json!({ "alg": "none", "typ": "at+jwt", "kid": kid });
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    bad.push(format!("{}.{}.", encode(&none), encode(&claims)));
    let (unsigned, _) = given.access.rsplit_once('.').unwrap();
    bad.push(format!("{unsigned}."));
    bad.extend([
        "".to_owned(),
        "x".to_owned(),
        "A".repeat(5_000),
        given.refresh.clone(),
        "maru_pat_x".to_owned(),
    ]);
    for token in bad {
        assert!(!app.is_good(&token).await, "{token}");
    }
}

#[tokio::test]
async fn a_cookie_or_a_token_and_never_both() {
    let server = Server::start().await;
    let (app, browser) = (Native::new(&server, "phone"), Browser::new(&server));
    let given = app.sign_in(&browser, "하늘", "").await;
    browser.sign_in("바다").await;
    let cookie = browser.cookies.lock().unwrap()["maru"].clone();
    for (cookie, token) in [
        (cookie.as_str(), given.access.as_str()),
        ("x", &given.access),
        (&cookie, "x"),
    ] {
        let both = browser.http.get(browser.url("/v1/me"));
        let both = both.header(COOKIE, format!("maru={cookie}"));
        let both = both.header(AUTHORIZATION, format!("Bearer {token}"));
        Answer::of(both.send().await.unwrap())
            .await
            .is_problem(400, "ambiguous_credentials");
    }
    let twice = browser.http.get(browser.url("/v1/me"));
    let twice = twice.header(AUTHORIZATION, format!("Bearer {}", given.access));
    let twice = twice.header(AUTHORIZATION, "Bearer x");
    Answer::of(twice.send().await.unwrap())
        .await
        .is_problem(401, "invalid_token");
}

#[tokio::test]
async fn a_token_needs_no_origin_and_a_cookie_does() {
    let server = Server::start().await;
    let (app, browser) = (Native::new(&server, "phone"), Browser::new(&server));
    let given = app.sign_in(&browser, "하늘", "").await;
    browser.sign_in("하늘").await;
    let cookie = browser.cookies.lock().unwrap()["maru"].clone();
    let put = || {
        let request = browser.http.put(browser.url("/v1/users/nobody/follow"));
        request.header(ORIGIN, "https://elsewhere.example")
    };
    let by_token = put().header(AUTHORIZATION, format!("Bearer {}", given.access));
    Answer::of(by_token.send().await.unwrap())
        .await
        .is_problem(404, "user_not_found");
    let by_cookie = put().header(COOKIE, format!("maru={cookie}"));
    Answer::of(by_cookie.send().await.unwrap())
        .await
        .is_problem(403, "origin_refused");
    // Nor does an empty promise of a token open the way for the cookie.
    let both = put()
        .header(COOKIE, format!("maru={cookie}"))
        .header(AUTHORIZATION, "Bearer");
    Answer::of(both.send().await.unwrap())
        .await
        .is_problem(400, "ambiguous_credentials");
}

#[tokio::test]
async fn each_scope_opens_its_own_doors() {
    let server = Server::start().await;
    let (app, browser) = (Native::new(&server, "phone"), Browser::new(&server));
    let read = app.sign_in(&browser, "하늘", "read").await;
    let live = app.sign_in(&browser, "하늘", "live").await;
    let account = app.sign_in(&browser, "하늘", "account").await;
    let follow = "/v1/users/nobody/follow";
    let logins = "/v1/me/logins";
    for (given, method, path, status) in [
        (&read, Method::GET, "/v1/me", 200),
        (&live, Method::GET, "/v1/me", 403),
        (&read, Method::GET, follow, 404),
        (&read, Method::PUT, follow, 403),
        (&account, Method::GET, logins, 200),
        (&read, Method::GET, logins, 403),
        (&account, Method::GET, "/v1/me", 403),
        (&account, Method::GET, "/v1/admin/audit", 403),
    ] {
        let answer = app.ask(method.clone(), path, &given.access, None).await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
    }
    let role = app.get("/v1/admin/audit", &account.access).await;
    role.is_problem(403, "forbidden");
    let scope = app.get(logins, &read.access).await;
    scope.is_problem(403, "insufficient_scope");
    let nobody = browser.get(logins).await;
    nobody.is_problem(401, "sign_in_required");
    assert_eq!(nobody.headers["www-authenticate"], "Bearer");
}
