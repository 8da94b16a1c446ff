//! What somebody does all afternoon.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::prelude::IndexedRandom;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use reqwest::Method;
use serde_json::{Value, json};

use super::journal::{Key, Sighting, Value as Is};
use super::people::{Afternoon, Known};
use crate::client::Client;

mod relations;

const TAGS: [&str; 5] = ["마루", "방꾸미기", "Tea", "고양이", "일기"];

const AUDIENCES: [(&str, Is); 4] = [
    ("public", Is::Public),
    ("followers", Is::Followers),
    ("ties", Is::Ties),
    ("private", Is::Private),
];

/// Everything there is to do, and how often it is done.
const ACTS: [(&str, u32); 19] = [
    ("write", 8),
    ("rewrite", 3),
    ("delete", 1),
    ("comment", 8),
    ("uncomment", 2),
    ("react", 8),
    ("unreact", 2),
    ("repost", 4),
    ("bookmark", 3),
    ("follow", 2),
    ("unfollow", 1),
    ("block", 1),
    ("unblock", 1),
    ("mute", 1),
    ("unmute", 1),
    ("visit", 2),
    ("guestbook", 4),
    ("leaf", 3),
    ("read", 14),
];

/// How often each act was done, and how often it was refused for what others had done meanwhile.
pub(super) type Tally = BTreeMap<&'static str, [u32; 2]>;

struct Life {
    all: Arc<Afternoon>,
    me: usize,
    rng: StdRng,
    blocked: Vec<usize>,
    muted: Vec<usize>,
    comments: Vec<String>,
    pictures: Vec<String>,
}

/// Does one thing after another until the afternoon is over.
pub(super) async fn live(all: Arc<Afternoon>, me: usize, lasts: Duration) -> Tally {
    let rng = StdRng::seed_from_u64(all.seed.wrapping_mul(1_000).wrapping_add(me as u64));
    let mut life = Life {
        all,
        me,
        rng,
        blocked: Vec::new(),
        muted: Vec::new(),
        comments: Vec::new(),
        pictures: Vec::new(),
    };
    let mut tally = Tally::new();
    life.upload().await;
    tally.insert("upload", [1, 0]);
    let until = Instant::now() + lasts;
    while Instant::now() < until {
        let act = ACTS.choose_weighted(&mut life.rng, |act| act.1).unwrap().0;
        let took = life.act(act).await;
        tally.entry(act).or_default()[usize::from(!took)] += 1;
    }
    tally
}

impl Life {
    async fn act(&mut self, act: &str) -> bool {
        match act {
            "write" => self.write().await,
            "rewrite" => self.rewrite().await,
            "delete" => self.delete().await,
            "comment" => self.comment().await,
            "uncomment" => self.uncomment().await,
            "react" => {
                let kind = ["heart", "laugh", "wow", "sad"]
                    .choose(&mut self.rng)
                    .unwrap();
                self.at_a_post(Method::PUT, "reaction", Some(json!({ "kind": kind })))
                    .await
            }
            "unreact" => self.at_a_post(Method::DELETE, "reaction", None).await,
            "repost" => {
                let method = if self.rng.random_bool(0.8) {
                    Method::PUT
                } else {
                    Method::DELETE
                };
                self.at_a_post(method, "repost", None).await
            }
            "bookmark" => self.at_a_post(Method::PUT, "bookmark", None).await,
            "follow" => self.follow(true).await,
            "unfollow" => self.follow(false).await,
            "block" => self.block().await,
            "unblock" => self.unblock().await,
            "mute" => self.mute().await,
            "unmute" => self.unmute().await,
            "visit" => self.visit().await,
            "guestbook" => self.sign_guestbook().await,
            "leaf" => self.leaf().await,
            _ => self.read().await,
        }
    }

    /// Asks; whether it was done. Whatever others have done meanwhile may stand in the way, the server must not.
    async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> (bool, Value) {
        let me = Some(&self.all.people[self.me]);
        let (status, answer) = self.all.front.call(method.clone(), path, me, body).await;
        let expected = status < 300 || matches!(status, 403 | 404 | 409 | 412 | 422);
        assert!(expected, "{method} {path}: {status} {answer}");
        (status < 300, answer)
    }

    fn other(&mut self) -> usize {
        let step = self.rng.random_range(1..self.all.people.len());
        (self.me + step) % self.all.people.len()
    }

    fn a_post(&mut self) -> Option<Known> {
        let posts = self.all.posts.lock().unwrap();
        posts.choose(&mut self.rng).cloned()
    }

    fn my_post(&mut self) -> Option<Known> {
        let posts = self.all.posts.lock().unwrap();
        let mine: Vec<&Known> = posts.iter().filter(|post| post.author == self.me).collect();
        mine.choose(&mut self.rng).map(|post| (*post).clone())
    }

    async fn write(&mut self) -> bool {
        let (audience, is) = *AUDIENCES
            .choose_weighted(&mut self.rng, |it| if it.0 == "public" { 5 } else { 1 })
            .unwrap();
        let number: u32 = self.rng.random();
        let tag = TAGS.choose(&mut self.rng).unwrap();
        let other = self.other();
        let mention = &self.all.people[other].handle;
        let mut wish = json!({ "text": format!("오늘의 글 {number} #{tag} @{mention}"), "visibility": audience });
        if self.rng.random_bool(0.2)
            && let Some(quoted) = self.a_post()
        {
            wish["quote_of"] = json!(quoted.id);
        }
        if self.rng.random_bool(0.2) {
            wish["room"] = json!(self.all.people[self.me].room);
        }
        if let Some(picture) = self
            .pictures
            .choose(&mut self.rng)
            .filter(|_| number.is_multiple_of(5))
        {
            wish["pictures"] = json!([{ "asset": picture }]);
        }
        let from = self.all.watch.now();
        let (took, answer) = self.ask(Method::POST, "/v1/posts", Some(&wish)).await;
        if let Some(id) = answer["post"]["id"].as_str().filter(|_| took) {
            self.all
                .note(Key::Audience(id.to_owned()), self.all.span(from), is);
            let (id, author) = (id.to_owned(), self.me);
            self.all.posts.lock().unwrap().push(Known { id, author });
        }
        took
    }

    async fn rewrite(&mut self) -> bool {
        let Some(post) = self.my_post() else {
            return false;
        };
        let (audience, is) = *AUDIENCES.choose(&mut self.rng).unwrap();
        let number: u32 = self.rng.random();
        let tag = TAGS.choose(&mut self.rng).unwrap();
        let wish = json!({ "text": format!("고쳐 쓴 글 {number} #{tag}"), "visibility": audience });
        let from = self.all.watch.now();
        let (took, _) = self
            .ask(
                Method::PATCH,
                &format!("/v1/posts/{}", post.id),
                Some(&wish),
            )
            .await;
        if took {
            self.all
                .note(Key::Audience(post.id), self.all.span(from), is);
        }
        took
    }

    async fn delete(&mut self) -> bool {
        let Some(post) = self.my_post() else {
            return false;
        };
        let from = self.all.watch.now();
        let (took, _) = self
            .ask(Method::DELETE, &format!("/v1/posts/{}", post.id), None)
            .await;
        if took {
            self.all
                .posts
                .lock()
                .unwrap()
                .retain(|known| known.id != post.id);
            self.all
                .note(Key::Audience(post.id), self.all.span(from), Is::Gone);
        }
        took
    }

    async fn comment(&mut self) -> bool {
        let Some(post) = self.a_post() else {
            return false;
        };
        let number: u32 = self.rng.random();
        let mut wish = json!({ "text": format!("댓글 {number}") });
        let path = format!("/v1/posts/{}/comments", post.id);
        if self.rng.random_bool(0.4) {
            let (_, there) = self.ask(Method::GET, &path, None).await;
            if let Some(parent) = there["comments"]
                .as_array()
                .and_then(|all| all.choose(&mut self.rng))
            {
                wish["parent"] = parent["id"].clone();
            }
        }
        let (took, answer) = self.ask(Method::POST, &path, Some(&wish)).await;
        if let Some(id) = answer["comment"]["id"].as_str() {
            self.comments.push(id.to_owned());
        }
        took
    }

    async fn uncomment(&mut self) -> bool {
        if self.comments.is_empty() {
            return false;
        }
        let at = self.rng.random_range(0..self.comments.len());
        let id = self.comments.swap_remove(at);
        self.ask(Method::DELETE, &format!("/v1/comments/{id}"), None)
            .await
            .0
    }

    async fn at_a_post(&mut self, method: Method, what: &str, body: Option<Value>) -> bool {
        let Some(post) = self.a_post() else {
            return false;
        };
        let path = format!("/v1/posts/{}/{what}", post.id);
        self.ask(method, &path, body.as_ref()).await.0
    }

    async fn visit(&mut self) -> bool {
        let whom = self.other();
        let room = self.all.people[whom].room.clone();
        let path = format!("/v1/rooms/{room}/tickets");
        let (took, answer) = self.ask(Method::POST, &path, Some(&json!({}))).await;
        let Some(ticket) = answer["ticket"].as_str().filter(|_| took) else {
            return false;
        };
        let mut client = Client::open(&self.all.front, &room).await;
        // The room may have put one out again before one is in.
        client.try_enter(ticket.to_owned()).await
    }

    async fn sign_guestbook(&mut self) -> bool {
        let whom = self.other();
        let path = format!("/v1/rooms/{}/guestbook", self.all.people[whom].room);
        let number: u32 = self.rng.random();
        let wish =
            json!({ "text": format!("다녀가요 {number}"), "secret": number.is_multiple_of(4) });
        self.ask(Method::POST, &path, Some(&wish)).await.0
    }

    /// Leafs through a guestbook: what is secret is there for its author and the room's owner alone.
    async fn leaf(&mut self) -> bool {
        let whom = self.other();
        let owner = &self.all.people[whom];
        let path = format!("/v1/rooms/{}/guestbook?limit=50", owner.room);
        let (took, answer) = self.ask(Method::GET, &path, None).await;
        let me = self.all.id(self.me);
        for entry in answer["entries"].as_array().into_iter().flatten() {
            let is_mine = entry["author"]["id"] == me.as_str();
            assert!(
                is_mine || entry["secret"] == false,
                "a secret is shown: {entry}"
            );
        }
        took
    }

    /// Reads something, and writes down which posts were shown.
    async fn read(&mut self) -> bool {
        let whom = self.other();
        let tag = TAGS.choose(&mut self.rng).unwrap();
        let (at, path) = match self.rng.random_range(0..7) {
            0 => ("following", "/v1/feeds/following?limit=50".to_owned()),
            1 => ("newest", "/v1/posts?limit=50".to_owned()),
            2 => ("tag", format!("/v1/tags/{tag}/posts?limit=50")),
            3 => (
                "user",
                format!("{}?limit=50", self.all.path_of(whom, "posts")),
            ),
            4 => (
                "room",
                format!("/v1/rooms/{}/posts?limit=50", self.all.people[whom].room),
            ),
            5 => ("popular", "/v1/recommendations/posts?limit=50".to_owned()),
            _ => match self.a_post() {
                Some(post) => ("post", format!("/v1/posts/{}", post.id)),
                None => return false,
            },
        };
        let from = self.all.watch.now();
        let (took, answer) = self.ask(Method::GET, &path, None).await;
        let span = self.all.span(from);
        let mut journal = self.all.journal.lock().unwrap();
        let text = |field: &Value| field.as_str().unwrap().to_owned();
        let mut saw = |post: &Value, unmuted: Vec<String>| {
            journal.sightings.push(Sighting {
                viewer: self.all.id(self.me),
                post: text(&post["id"]),
                author: text(&post["author"]["id"]),
                unmuted,
                at,
                span,
            });
        };
        for post in shown(&answer) {
            let quoted = &post["quote"]["post"];
            let mut people = vec![text(&post["author"]["id"])];
            if quoted["id"].is_string() {
                people.push(text(&quoted["author"]["id"]));
                saw(quoted, Vec::new());
            }
            // What one person wrote and what one asked for is shown whoever is muted.
            let is_feed = !matches!(at, "user" | "post");
            saw(post, if is_feed { people } else { Vec::new() });
        }
        took
    }

    /// A small picture of one colour of one's own.
    async fn upload(&mut self) {
        let mut pixels = image::RgbImage::new(32, 24);
        let hue = u8::try_from(self.me * 5).unwrap();
        pixels
            .pixels_mut()
            .for_each(|pixel| pixel.0 = [hue, 255 - hue, 90]);
        let mut png = std::io::Cursor::new(Vec::new());
        pixels.write_to(&mut png, image::ImageFormat::Png).unwrap();
        let me = &self.all.people[self.me];
        let (status, answer) = self
            .all
            .front
            .upload(me, "picture", "image/png", png.get_ref())
            .await;
        assert_eq!(status, 202, "{answer}");
        self.pictures
            .push(answer["asset"]["id"].as_str().unwrap().to_owned());
    }
}

/// Every post in an answer.
fn shown(answer: &Value) -> Vec<&Value> {
    let mut shown = Vec::new();
    let lists = [&answer["posts"], &answer["pinned"]];
    let all = lists.into_iter().filter_map(Value::as_array).flatten();
    for post in all.chain([&answer["post"]]) {
        let post = if post["post"].is_object() {
            &post["post"]
        } else {
            post
        };
        if post["id"].is_string() {
            shown.push(post);
        }
    }
    shown
}
