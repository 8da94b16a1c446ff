//! `/v1/users/{handle}/tie` and `testimonial`, `/v1/me/ties`, `tie-requests` and `testimonials`.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Person, nothing};
use crate::server::Server;

async fn two(server: &Server) -> (Person, Person) {
    let one = Person::new(server, "하늘").await;
    (one, Person::new(server, "바다").await)
}

#[tokio::test]
async fn a_tie_is_asked_for_consented_to_and_ended() {
    let server = Server::start().await;
    let (one, two) = two(&server).await;
    let asked = one
        .puts("tie", &two, json!({ "nickname": "  단짝 " }))
        .await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.body);
    assert_eq!(asked.json()["relation"]["tie_asked"], true);
    assert_eq!(two.relation(&one).await["tie_asked_by"], true);
    let wish = two.browser.get("/v1/me/tie-requests").await.json();
    assert_eq!(wish["tie_requests"][0]["handle"], one.handle);
    assert_eq!(wish["tie_requests"][0]["nickname_theirs"], "단짝");
    let made = two.puts("tie", &one, json!({ "nickname": "언니" })).await;
    let tie = made.json()["relation"]["tie"].clone();
    assert_eq!(
        (&tie["nickname_mine"], &tie["nickname_theirs"]),
        (&"언니".into(), &"단짝".into())
    );
    assert!(tie["since_at"].as_str().unwrap().ends_with('Z'));
    let mine = one.browser.get("/v1/me/ties").await.json();
    assert_eq!(mine["ties"][0]["nickname_mine"], "단짝");
    assert_eq!(mine["ties"][0]["nickname_theirs"], "언니");
    assert!(two.list("/v1/me/tie-requests").await.is_empty());
    for _ in 0..2 {
        let ended = two.does(Method::DELETE, "tie", &one).await;
        assert_eq!(ended.status, StatusCode::NO_CONTENT);
        assert_eq!(one.relation(&two).await, nothing());
    }
}

#[tokio::test]
async fn what_was_told_of_a_tie_goes_with_it() {
    let server = Server::start().await;
    let (one, two) = two(&server).await;
    one.ties(&two).await;
    for (from, to) in [(&one, &two), (&two, &one)] {
        let line = json!({ "text": "좋은 사람" });
        from.puts("testimonial", to, line).await;
    }
    two.does(Method::PUT, "follow", &one).await;
    let kinds = async |person: &Person| {
        let page = person.browser.get("/v1/me/notifications").await.json();
        let notices = page["notifications"].as_array().unwrap().iter();
        let kinds = notices.map(|notice| notice["kind"].as_str().unwrap().to_owned());
        kinds.collect::<Vec<_>>()
    };
    assert_eq!(kinds(&one).await, ["follow", "testimonial", "tie_made"]);
    assert_eq!(kinds(&two).await, ["testimonial"]);
    two.does(Method::DELETE, "tie", &one).await;
    assert_eq!(kinds(&one).await, ["follow"], "they still follow");
    assert!(kinds(&two).await.is_empty());
}

#[tokio::test]
async fn a_wish_is_taken_back_by_one_and_declined_by_the_other() {
    let server = Server::start().await;
    let (one, two) = two(&server).await;
    for (ends, other) in [(&one, &two), (&two, &one)] {
        one.puts("tie", &two, json!({ "nickname": "별" })).await;
        let ended = ends.does(Method::DELETE, "tie", other).await;
        assert_eq!(ended.status, StatusCode::NO_CONTENT);
        assert_eq!(one.relation(&two).await, nothing());
    }
}

#[tokio::test]
async fn names_and_lines_are_held_to_their_rules() {
    let server = Server::start().await;
    let (one, two) = two(&server).await;
    let long = "가".repeat(21);
    for bad in ["", "   ", "두\n줄", "a\u{202e}b", &long] {
        let refused = one.puts("tie", &two, json!({ "nickname": bad })).await;
        refused.is_problem(422, "invalid_name");
    }
    let unnamed = one.puts("tie", &two, json!({})).await;
    unnamed.is_problem(422, "invalid_body");
    let line = |text: &str| json!({ "text": text });
    let early = one.puts("testimonial", &two, line("안녕")).await;
    early.is_problem(403, "not_tied");
    one.ties(&two).await;
    let long = "글".repeat(141);
    for bad in ["", "두\n줄", &long] {
        let refused = one.puts("testimonial", &two, line(bad)).await;
        refused.is_problem(422, "invalid_text");
    }
}

#[tokio::test]
async fn a_line_stands_on_the_profile_until_either_takes_it_off() {
    let server = Server::start().await;
    let (owner, author) = two(&server).await;
    owner.ties(&author).await;
    let lines = async || -> Value {
        let path = format!("/v1/users/{}/testimonials", owner.handle);
        owner.browser.get(&path).await.json()["testimonials"].clone()
    };
    let own = format!("/v1/me/testimonials/{}", author.handle);
    for by_owner in [false, true] {
        for text in ["웃음이 예뻐요", "정말로"] {
            let written = author
                .puts("testimonial", &owner, json!({ "text": text }))
                .await;
            assert_eq!(written.status, StatusCode::OK, "{}", written.body);
            assert_eq!(written.json()["testimonial"]["text"], text);
        }
        let all = lines().await;
        assert_eq!(all.as_array().unwrap().len(), 1, "one a person");
        assert_eq!(
            (&all[0]["text"], &all[0]["handle"]),
            (&"정말로".into(), &author.handle.as_str().into())
        );
        let off = match by_owner {
            true => owner.browser.ask(Method::DELETE, &own, None).await,
            false => author.does(Method::DELETE, "testimonial", &owner).await,
        };
        assert_eq!(off.status, StatusCode::NO_CONTENT);
        assert_eq!(lines().await, json!([]));
    }
}
