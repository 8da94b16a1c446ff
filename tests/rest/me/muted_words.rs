//! `/v1/me/muted-words`.

use http::Method;
use serde_json::{Value, json};

use crate::browser::{Answer, Browser};
use crate::server::Server;

const PATH: &str = "/v1/me/muted-words";

async fn mute(browser: &Browser, body: &Value) -> Answer {
    browser.ask(Method::POST, PATH, Some(body)).await
}

async fn words(browser: &Browser) -> Vec<String> {
    let list = browser.get(PATH).await.json();
    let words = list["muted_words"].as_array().unwrap().iter();
    words
        .map(|word| word["word"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_word_is_muted_until_it_is_taken_away() {
    let server = Server::start().await;
    let (me, other) = (Browser::new(&server), Browser::new(&server));
    me.sign_in("하늘").await;
    other.sign_in("바다").await;
    let made = mute(&me, &json!({ "word": " Ｓpoiler " })).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.headers["cache-control"], "no-store");
    let word = made.json()["muted_word"].clone();
    assert_eq!(
        (&word["word"], &word["until"]),
        (&json!("Ｓpoiler"), &json!(null))
    );
    // The same word in another spelling is the same word, with another end.
    let until = time::OffsetDateTime::now_utc() + time::Duration::hours(1);
    let until = until.replace_nanosecond(0).unwrap();
    let rfc3339 = time::format_description::well_known::Rfc3339;
    let until = until.format(&rfc3339).unwrap();
    let again = mute(&me, &json!({ "word": "SPOILER", "until": until })).await;
    let again = again.json()["muted_word"].clone();
    assert_eq!(
        (&again["id"], &again["until"]),
        (&word["id"], &json!(until))
    );
    mute(&me, &json!({ "word": "축구" })).await;
    assert_eq!(words(&me).await, ["축구", "SPOILER"]);
    let first = me.get(&format!("{PATH}?limit=1")).await.json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = me.get(&format!("{PATH}?limit=1&cursor={cursor}")).await;
    assert_eq!(rest.json()["muted_words"], json!([again]));
    assert_eq!(rest.json()["next_cursor"], Value::Null);

    let path = format!("{PATH}/{}", word["id"].as_str().unwrap());
    assert_eq!(other.ask(Method::DELETE, &path, None).await.status, 204);
    assert_eq!(words(&me).await, ["축구", "SPOILER"], "not theirs");
    for _ in 0..2 {
        assert_eq!(me.ask(Method::DELETE, &path, None).await.status, 204);
        assert_eq!(words(&me).await, ["축구"]);
    }
    assert_eq!(words(&other).await, Vec::<String>::new());
}

#[tokio::test]
async fn what_cannot_be_looked_for_is_not_muted() {
    let server = Server::start().await;
    let me = Browser::new(&server);
    me.sign_in("하늘").await;
    for bad in ["", "  ", "\u{200b}", "a\nb", &"가".repeat(51)] {
        let refused = mute(&me, &json!({ "word": bad })).await;
        refused.is_problem(422, "invalid_text");
    }
    for bad in [
        "2020-01-01T00:00:00Z",
        "1900-01-01T00:00:00Z",
        "9000-01-01T00:00:00Z",
    ] {
        let refused = mute(&me, &json!({ "word": "x", "until": bad })).await;
        refused.is_problem(422, "invalid_time");
    }
    for bad in [
        json!({}),
        json!({ "word": 1 }),
        json!({ "word": "x", "more": 1 }),
    ] {
        mute(&me, &bad).await.is_problem(422, "invalid_body");
    }
    for number in 0..100 {
        let made = mute(&me, &json!({ "word": format!("word {number}") })).await;
        assert_eq!(made.status, 201, "{}", made.body);
    }
    let many = mute(&me, &json!({ "word": "one more" })).await;
    many.is_problem(409, "too_many_muted_words");
    assert_eq!(mute(&me, &json!({ "word": "Word 1" })).await.status, 201);
}
