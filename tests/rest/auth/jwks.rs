//! `/.well-known/jwks.json`: what everybody may know of the signing keys, and how they change.

use serde_json::Value;

use crate::browser::Browser;
use crate::native::Native;
use crate::server::Server;

fn kids(set: &Value) -> Vec<&str> {
    let keys = set["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap()).collect()
}

/// What is published once the server has noticed.
async fn noticed(browser: &Browser) -> Value {
    tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
    browser.get("/.well-known/jwks.json").await.json()
}

#[tokio::test]
async fn public_keys_are_published_and_nothing_else() {
    let server = Server::start().await;
    maru::app::rotate_keys(server.data(), false)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let answer = Browser::new(&server).get("/.well-known/jwks.json").await;
    assert_eq!(answer.headers["cache-control"], "public, max-age=300");
    assert_eq!(answer.headers["content-type"], "application/json");
    let set = answer.json();
    assert!(!set["keys"].as_array().unwrap().is_empty());
    for key in set["keys"].as_array().unwrap() {
        let names: Vec<&str> = key
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        // Never `d`, of a private key, nor `k`, of a secret one.
        assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x"]);
        assert_eq!(
            (&key["kty"], &key["crv"]),
            (&"OKP".into(), &"Ed25519".into())
        );
        assert_eq!((&key["alg"], &key["use"]), (&"EdDSA".into(), &"sig".into()));
    }
}

#[tokio::test]
async fn a_key_is_published_before_it_signs_and_believed_after_only_for_its_grace() {
    let server = Server::start().await;
    let (app, browser) = (Native::new(&server, "phone"), Browser::new(&server));
    let given = app.sign_in(&browser, "하늘", "").await;
    let kid = |token: &str| jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
    let old = kid(&given.access);
    let next = maru::app::rotate_keys(server.data(), false).await.unwrap();
    assert_eq!(next.state, "next");
    let set = noticed(&browser).await;
    assert_eq!(kids(&set), [&*next.kid, &*old]);
    let still = crate::native::Given::of(&app.refresh(&given.refresh).await);
    assert_eq!(kid(&still.access), old, "published, and not signing yet");

    // Its time comes.
    let at_once = maru::app::rotate_keys(server.data(), true).await.unwrap();
    let set = noticed(&browser).await;
    assert_eq!(
        kids(&set),
        [&*at_once.kid, &*old],
        "the one that waited gave way"
    );
    let new = crate::native::Given::of(&app.refresh(&still.refresh).await);
    assert_eq!(kid(&new.access), at_once.kid);
    assert!(app.is_good(&still.access).await && app.is_good(&new.access).await);
    let listed = maru::app::list_keys(server.data()).await.unwrap();
    let listed: Vec<_> = listed.iter().map(|key| (key.state, &*key.kid)).collect();
    assert_eq!(listed, [("current", &*at_once.kid), ("retired", &*old)]);

    // Its grace has gone: not even a token that would still be good for a while is believed.
    server.sql("UPDATE signing_key SET signs_from_ms = signs_from_ms - 606000, created_ms = created_ms - 606000").await;
    let set = noticed(&browser).await;
    assert_eq!(kids(&set), [&*at_once.kid]);
    assert!(!app.is_good(&still.access).await);
    assert!(app.is_good(&new.access).await);
    let listed = maru::app::list_keys(server.data()).await.unwrap();
    assert_eq!(listed[1].state, "forgotten");
    maru::app::rotate_keys(server.data(), false).await.unwrap();
    let listed = maru::app::list_keys(server.data()).await.unwrap();
    assert!(
        listed.iter().all(|key| key.kid != old),
        "and removed with the next rotation"
    );
}

#[tokio::test]
async fn a_key_that_is_revoked_is_believed_no_more_within_seconds() {
    let server = Server::start().await;
    let (app, browser) = (Native::new(&server, "phone"), Browser::new(&server));
    let given = app.sign_in(&browser, "하늘", "").await;
    let kid = |token: &str| jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
    let stolen = kid(&given.access);
    let revoke =
        async |kid: &str, replace| maru::app::revoke_key(server.data(), kid, replace).await;
    let only = revoke(&stolen, false).await.unwrap_err().to_string();
    assert!(only.contains("--replace"), "{only}");
    let none = revoke("nothing", true).await.unwrap_err().to_string();
    assert!(none.contains("there is no key nothing"), "{none}");
    assert!(app.is_good(&given.access).await, "nothing was changed");

    let new = revoke(&stolen, true).await.unwrap();
    let set = noticed(&browser).await;
    assert_eq!(kids(&set), [&*new]);
    assert!(!app.is_good(&given.access).await);
    // The login is as good as ever.
    let next = crate::native::Given::of(&app.refresh(&given.refresh).await);
    assert_eq!(kid(&next.access), new);
    assert!(app.is_good(&next.access).await);

    // The one that waits takes over at once.
    let waits = maru::app::rotate_keys(server.data(), false).await.unwrap();
    assert_eq!(revoke(&new, false).await.unwrap(), waits.kid);
    let listed = maru::app::list_keys(server.data()).await.unwrap();
    let listed: Vec<_> = listed.iter().map(|key| (key.state, &*key.kid)).collect();
    assert_eq!(listed, [("current", &*waits.kid)]);
    noticed(&browser).await;
    let last = crate::native::Given::of(&app.refresh(&next.refresh).await);
    assert_eq!(kid(&last.access), waits.kid);
    assert!(!app.is_good(&next.access).await);
    let lines = "SELECT count(*) FROM audit WHERE act = 'key_revoked'";
    assert_eq!(server.number(lines).await, 2);
}
