//! `/v1/rooms/{id}/guestbook` and `/v1/guestbook/...`.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::browser::{Answer, Browser};
use crate::site::Site;

/// Somebody signed in, and their own room.
pub(crate) struct Neighbour {
    pub(crate) browser: Browser,
    pub(crate) id: String,
    pub(crate) handle: String,
    pub(crate) room: String,
}

impl Neighbour {
    pub(crate) async fn new(site: &Site, name: &str) -> Self {
        let browser = site.browser();
        let me = browser.sign_in(name).await;
        let text = |field: &str| me[field].as_str().unwrap().to_owned();
        Self {
            id: text("id"),
            handle: text("handle"),
            room: text("front_room_id"),
            browser,
        }
    }

    pub(crate) async fn does(&self, method: Method, path: &str, body: Value) -> Answer {
        let body = Some(body).filter(|body| !body.is_null());
        self.browser.ask(method, path, body.as_ref()).await
    }

    /// Is something to somebody from now on.
    pub(crate) async fn puts(&self, what: &str, whom: &Self, body: Value) {
        let path = format!("/v1/users/{}/{what}", whom.handle);
        let done = self.does(Method::PUT, &path, body).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    }

    fn book(&self) -> String {
        format!("/v1/rooms/{}/guestbook", self.room)
    }

    async fn writes(&self, whose: &Self, body: Value) -> Value {
        let written = self.does(Method::POST, &whose.book(), body).await;
        assert_eq!(written.status, StatusCode::CREATED, "{}", written.body);
        assert_eq!(written.headers["etag"], "\"1\"");
        written.json()["entry"].clone()
    }

    async fn reads(&self, whose: &Self) -> Value {
        let page = self.browser.get(&whose.book()).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert_eq!(page.headers["cache-control"], "no-store");
        page.json()
    }
}

fn texts(page: &Value, list: &str) -> Vec<String> {
    let entries = page[list].as_array().unwrap().iter();
    entries
        .map(|entry| entry["text"].as_str().unwrap().to_owned())
        .collect()
}

fn path(entry: &Value) -> String {
    format!("/v1/guestbook/{}", entry["id"].as_str().unwrap())
}

#[tokio::test]
async fn people_write_answer_change_and_take_away() {
    let site = Site::start().await;
    let owner = Neighbour::new(&site, "하늘").await;
    let guest = Neighbour::new(&site, "바다").await;
    let other = Neighbour::new(&site, "구름").await;
    let entry = guest
        .writes(&owner, json!({ "text": " 왔다 가요 \n" }))
        .await;
    assert_eq!(entry["text"], "왔다 가요");
    assert_eq!(entry["author"]["handle"], guest.handle);
    assert_eq!(
        (&entry["secret"], &entry["hidden"]),
        (&false.into(), &false.into())
    );
    assert!(entry.get("standing").is_none() && entry["edited_at"].is_null());
    let notices = owner.browser.get("/v1/me/notifications").await.json();
    assert_eq!(notices["notifications"][0]["kind"], "guestbook");
    assert_eq!(notices["notifications"][0]["subject"], entry["id"]);

    let replies = format!("{}/replies", path(&entry));
    let reply = owner
        .does(Method::POST, &replies, json!({ "text": "또 와요" }))
        .await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.body);
    let reply = reply.json()["entry"].clone();
    assert_eq!(reply["parent"], entry["id"]);
    let told = guest.browser.get("/v1/me/notifications").await.json();
    assert_eq!(told["notifications"][0]["subject"], entry["id"]);
    assert_eq!(
        texts(&other.browser.get(&replies).await.json(), "replies"),
        ["또 와요"]
    );
    assert_eq!(other.reads(&owner).await["entries"][0]["replies"], 1);

    let edit = async |tag: &str, text: &str| {
        let body = json!({ "text": text });
        let headers = [("if-match", tag)];
        let browser = &guest.browser;
        browser
            .ask_with(Method::PATCH, &path(&entry), Some(&body), &headers)
            .await
    };
    let changed = edit("\"1\"", "다시 올게요").await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    assert_eq!(changed.headers["etag"], "\"2\"");
    assert!(changed.json()["entry"]["edited_at"].is_string());
    edit("\"1\"", "늦음")
        .await
        .is_problem(412, "precondition_failed");
    let shown = other.browser.get(&path(&entry)).await;
    assert_eq!(shown.json()["entry"]["text"], "다시 올게요");
    let tag = shown.headers["etag"].to_str().unwrap();
    let known = [("if-none-match", tag)];
    let again = other
        .browser
        .ask_with(Method::GET, &path(&entry), None, &known)
        .await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);

    let gone = other.does(Method::DELETE, &path(&entry), Value::Null).await;
    gone.is_problem(403, "forbidden");
    let reply_path = format!("/v1/guestbook/replies/{}", reply["id"].as_str().unwrap());
    for (who, what) in [(&owner, &reply_path), (&guest, &path(&entry))] {
        let gone = who.does(Method::DELETE, what, Value::Null).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.body);
    }
    other
        .browser
        .get(&path(&entry))
        .await
        .is_problem(404, "entry_not_found");
    let empty = json!({ "entries": [], "count": 0, "next_cursor": null });
    assert_eq!(other.reads(&owner).await, empty);
    let notices = owner.browser.get("/v1/me/notifications").await.json();
    assert_eq!(notices["notifications"], json!([]));
}

#[tokio::test]
async fn secrets_and_what_is_hidden_are_between_two() {
    let site = Site::start().await;
    let owner = Neighbour::new(&site, "하늘").await;
    let guest = Neighbour::new(&site, "바다").await;
    let other = Neighbour::new(&site, "구름").await;
    let secret = guest
        .writes(&owner, json!({ "text": "비밀", "secret": true }))
        .await;
    let open = guest.writes(&owner, json!({ "text": "공개" })).await;
    for (who, count) in [(&owner, 2), (&guest, 2), (&other, 1)] {
        let page = who.reads(&owner).await;
        assert_eq!(page["count"], count);
        assert_eq!(page["entries"].as_array().unwrap().len(), count);
    }
    let stranger = site.browser();
    for path in [path(&secret), format!("{}/replies", path(&secret))] {
        other
            .browser
            .get(&path)
            .await
            .is_problem(404, "entry_not_found");
        stranger.get(&path).await.is_problem(404, "entry_not_found");
    }
    let hidden = format!("{}/hidden", path(&open));
    let wish = |hidden: bool| json!({ "hidden": hidden });
    let done = owner.does(Method::PUT, &hidden, wish(true)).await;
    assert_eq!(done.json()["entry"]["hidden"], true);
    assert_eq!(other.reads(&owner).await["count"], 0);
    assert_eq!(guest.reads(&owner).await["count"], 2);
    let not_theirs = guest.does(Method::PUT, &hidden, wish(false)).await;
    not_theirs.is_problem(403, "forbidden");
    let done = owner.does(Method::PUT, &hidden, wish(false)).await;
    assert_eq!(done.json()["entry"]["hidden"], false);
    assert_eq!(other.reads(&owner).await["count"], 1);
}

#[tokio::test]
async fn what_is_written_is_looked_at_first() {
    let site = Site::start().await;
    let owner = Neighbour::new(&site, "하늘").await;
    let guest = Neighbour::new(&site, "바다").await;
    let other = Neighbour::new(&site, "구름").await;
    let masked = guest.writes(&owner, json!({ "text": "야 시발" })).await;
    assert!(
        !masked["text"].as_str().unwrap().contains("시발"),
        "{masked}"
    );
    let held = guest.writes(&owner, json!({ "text": "짱깨" })).await;
    assert_eq!(held["standing"], "held");
    assert_eq!(guest.reads(&owner).await["count"], 2);
    for who in [&owner, &other] {
        assert_eq!(who.reads(&owner).await["count"], 1);
        who.browser
            .get(&path(&held))
            .await
            .is_problem(404, "entry_not_found");
    }
    for (bad, code) in [
        (json!({ "text": " " }), "invalid_text"),
        (json!({ "text": "가".repeat(501) }), "invalid_text"),
        (json!({ "text": "a\u{202E}b" }), "invalid_text"),
        (json!({ "text": "a", "secrets": true }), "invalid_body"),
        (json!({}), "invalid_body"),
    ] {
        let refused = guest.does(Method::POST, &owner.book(), bad).await;
        refused.is_problem(422, code);
    }
}

#[tokio::test]
async fn what_an_entry_is_changed_into_is_judged_as_if_it_were_new() {
    let site = Site::start().await;
    let owner = Neighbour::new(&site, "하늘").await;
    let guest = Neighbour::new(&site, "바다").await;
    let said = "오늘은 하루 종일 마루에 앉아서 창밖의 비를 바라보며 차를 마셨어요";
    let entry = guest.writes(&owner, json!({ "text": said })).await;
    let change = async |text: &str| {
        let body = json!({ "text": text });
        guest.does(Method::PATCH, &path(&entry), body).await
    };
    let links: Vec<String> = (0..6)
        .map(|n| format!("https://h{n}.book.example"))
        .collect();
    let refused = change(&links.join(" ")).await;
    refused.is_problem(422, "content_refused");
    // To put one's own words right, again and again, is not to say them again.
    for n in 0..6 {
        let changed = change(&format!("{said} {n}")).await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
        let standing = &changed.json()["entry"]["standing"];
        assert!(standing.is_null(), "{n}: {standing}");
    }
    assert_eq!(owner.reads(&owner).await["count"], 1);
    let held = change("여기 좀 보세요 https://one.example/a https://two.example/b").await;
    assert_eq!(held.json()["entry"]["standing"], "held", "{}", held.body);
    assert_eq!(owner.reads(&owner).await["count"], 0);
    let theirs = json!({ "text": "남의 글" });
    let refused = owner.does(Method::PATCH, &path(&entry), theirs).await;
    refused.is_problem(404, "entry_not_found");
}

#[tokio::test]
async fn a_book_is_open_to_whom_the_room_is() {
    let site = Site::start().await;
    let owner = Neighbour::new(&site, "하늘").await;
    let guest = Neighbour::new(&site, "바다").await;
    let blocked = Neighbour::new(&site, "구름").await;
    let text = || json!({ "text": "안녕" });
    guest.writes(&owner, text()).await;
    owner.puts("block", &blocked, Value::Null).await;
    let nobody = blocked.does(Method::POST, &owner.book(), text()).await;
    nobody.is_problem(404, "room_not_found");
    blocked
        .browser
        .get(&owner.book())
        .await
        .is_problem(404, "room_not_found");
    let rules = format!("/v1/rooms/{}", owner.room);
    let half = json!({ "visibility": "followers" });
    let set = owner.does(Method::PATCH, &rules, half).await;
    assert_eq!(set.status, StatusCode::OK, "{}", set.body);
    guest
        .browser
        .get(&owner.book())
        .await
        .is_problem(403, "forbidden");
    site.browser()
        .get(&owner.book())
        .await
        .is_problem(401, "sign_in_required");
    let refused = guest.does(Method::POST, &owner.book(), text()).await;
    refused.is_problem(403, "forbidden");
    guest.puts("follow", &owner, Value::Null).await;
    assert_eq!(guest.reads(&owner).await["count"], 1);
    let shut = json!({ "visibility": "private" });
    owner.does(Method::PATCH, &rules, shut).await;
    guest
        .browser
        .get(&owner.book())
        .await
        .is_problem(404, "room_not_found");
    assert_eq!(owner.reads(&owner).await["count"], 1);
    let nowhere = "/v1/rooms/0198c2f0-0000-7000-8000-000000000000/guestbook";
    guest
        .browser
        .get(nowhere)
        .await
        .is_problem(404, "room_not_found");
}

#[tokio::test]
async fn a_request_sent_again_writes_once_and_pages_end() {
    let site = Site::start().await;
    let owner = Neighbour::new(&site, "하늘").await;
    let guest = Neighbour::new(&site, "바다").await;
    let body = json!({ "text": "한 번" });
    let key = [("idempotency-key", "one")];
    let mut answers = Vec::new();
    for _ in 0..3 {
        let book = owner.book();
        let written = guest
            .browser
            .ask_with(Method::POST, &book, Some(&body), &key);
        answers.push(written.await);
    }
    assert!(
        answers
            .iter()
            .all(|it| it.status == 201 && it.body == answers[0].body)
    );
    let other = json!({ "text": "다른 것" });
    let reused = guest
        .browser
        .ask_with(Method::POST, &owner.book(), Some(&other), &key)
        .await;
    reused.is_problem(422, "idempotency_key_reused");
    for n in 0..4 {
        guest
            .writes(&owner, json!({ "text": format!("{n}") }))
            .await;
    }
    let mut all = Vec::new();
    let mut next = Value::Null;
    loop {
        let cursor = next.as_str().map(|cursor| format!("&cursor={cursor}"));
        let page = format!("{}?limit=2{}", owner.book(), cursor.unwrap_or_default());
        let page = guest.browser.get(&page).await.json();
        all.extend(texts(&page, "entries"));
        next = page["next_cursor"].clone();
        if next.is_null() {
            break;
        }
    }
    assert_eq!(all, ["3", "2", "1", "0", "한 번"]);
    let foreign = format!("{}?cursor=AAAA", owner.book());
    guest
        .browser
        .get(&foreign)
        .await
        .is_problem(400, "invalid_cursor");
}

#[tokio::test]
async fn what_a_viewer_would_rather_not_read_is_marked_for_them_alone() {
    let site = Site::start().await;
    let [owner, writer, reader] = [
        Neighbour::new(&site, "하늘").await,
        Neighbour::new(&site, "바다").await,
        Neighbour::new(&site, "구름").await,
    ];
    let spoiler = json!({ "text": "결말은 사실 꿈이었대요", "secret": false });
    let entry = writer.writes(&owner, spoiler).await;
    assert_eq!(entry["muted"], Value::Null);
    let id = entry["id"].as_str().unwrap();
    let replies = format!("/v1/guestbook/{id}/replies");
    let reply = json!({ "text": "결 말을 말하다니" });
    let replied = owner.does(Method::POST, &replies, reply).await;
    assert_eq!(replied.status, StatusCode::CREATED, "{}", replied.body);
    for who in [&reader, &writer, &owner] {
        let word = json!({ "word": "결말" });
        let muted = who.does(Method::POST, "/v1/me/muted-words", word).await;
        assert_eq!(muted.status, StatusCode::CREATED, "{}", muted.body);
    }
    let word = json!({ "word": "결말" });
    let one = format!("/v1/guestbook/{id}");
    for (who, is_marked) in [(&reader, true), (&owner, true), (&writer, false)] {
        let wanted = if is_marked { word.clone() } else { Value::Null };
        let page = who.reads(&owner).await;
        assert_eq!(page["entries"][0]["muted"], wanted);
        assert_eq!(page["count"], 1);
        let alone = who.browser.get(&one).await.json();
        assert_eq!(alone["entry"]["muted"], wanted);
    }
    let page = reader.browser.get(&replies).await.json();
    assert_eq!(page["replies"][0]["text"], "결 말을 말하다니");
    let guest = site.browser().get(&owner.book()).await.json();
    assert_eq!(guest["entries"][0]["muted"], Value::Null);
}
