//! What everybody's lists are to be, worked out from the raw records in plain words, and what the server shows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use reqwest::Method;
use serde_json::Value;
use uuid::Uuid;

use super::people::{Afternoon, records};

type Pair = (Uuid, Uuid);

struct Post {
    id: Uuid,
    author: Uuid,
    audience: String,
    room: Option<Uuid>,
    at: i64,
    tags: BTreeSet<String>,
    /// Whom it quotes, where that is there still.
    quotes: Option<Uuid>,
}

/// As the store has it: id, author, audience, room, when it came out, tags, whom it quotes.
type PostRow = (Uuid, Uuid, String, Option<Uuid>, i64, String, Option<Uuid>);

/// The raw records that lists follow from.
struct World {
    posts: BTreeMap<Uuid, Post>,
    reposts: Vec<(Uuid, Uuid, i64)>,
    follows: BTreeSet<Pair>,
    blocks: BTreeSet<Pair>,
    mutes: BTreeSet<Pair>,
    ties: BTreeSet<Pair>,
    private: BTreeSet<Uuid>,
}

impl World {
    async fn read(data: &Path) -> Self {
        let mut records = records(data).await;
        let rows: Vec<PostRow> = sqlx::query_as(
            "SELECT id, author_id, audience, room_id, published_ms, tags,
                 (SELECT q.author_id FROM post AS q WHERE q.id = post.quote_id AND q.deleted_ms IS NULL)
             FROM post WHERE state = 'published' AND standing = 'shown' AND deleted_ms IS NULL",
        )
        .fetch_all(&mut records)
        .await
        .unwrap();
        let posts = rows
            .into_iter()
            .map(|(id, author, audience, room, at, tags, quotes)| {
                let tags = serde_json::from_str(&tags).unwrap();
                (
                    id,
                    Post {
                        id,
                        author,
                        audience,
                        room,
                        at,
                        tags,
                        quotes,
                    },
                )
            });
        let mut pairs = Vec::new();
        for statement in [
            "SELECT follower_id, followee_id FROM follow",
            "SELECT blocker_id, blocked_id FROM block",
            "SELECT user_id, other_id FROM tie",
            "SELECT muter_id, muted_id FROM mute",
        ] {
            let rows: Vec<Pair> = sqlx::query_as(statement)
                .fetch_all(&mut records)
                .await
                .unwrap();
            pairs.push(rows.into_iter().collect::<BTreeSet<Pair>>());
        }
        let private: Vec<Uuid> =
            sqlx::query_scalar("SELECT user_id FROM user_settings WHERE account_private = 1")
                .fetch_all(&mut records)
                .await
                .unwrap();
        let mut pairs = pairs.into_iter();
        Self {
            posts: posts.collect(),
            reposts: sqlx::query_as("SELECT post_id, user_id, created_ms FROM post_repost")
                .fetch_all(&mut records)
                .await
                .unwrap(),
            follows: pairs.next().unwrap(),
            blocks: pairs.next().unwrap(),
            ties: pairs.next().unwrap(),
            mutes: pairs.next().unwrap(),
            private: private.into_iter().collect(),
        }
    }

    fn apart(&self, one: Uuid, other: Uuid) -> bool {
        self.blocks.contains(&(one, other)) || self.blocks.contains(&(other, one))
    }

    fn sees(&self, viewer: Uuid, post: &Post) -> bool {
        if viewer == post.author {
            return true;
        }
        let follows = self.follows.contains(&(viewer, post.author));
        let is_for = match post.audience.as_str() {
            "public" => follows || !self.private.contains(&post.author),
            "followers" => follows,
            "ties" => self.ties.contains(&(viewer, post.author)),
            _ => false,
        };
        is_for && !self.apart(viewer, post.author)
    }

    /// Whether a feed holds it for this viewer, who sees it.
    fn wants(&self, viewer: Uuid, post: &Post) -> bool {
        let mutes = |whom: Uuid| self.mutes.contains(&(viewer, whom));
        let bad_quote = post
            .quotes
            .is_some_and(|whom| mutes(whom) || self.apart(viewer, whom));
        viewer == post.author || !mutes(post.author) && !bad_quote
    }

    /// Whether what somebody passes on is for this viewer.
    fn shares(&self, viewer: Uuid, by: Uuid) -> bool {
        viewer == by || self.follows.contains(&(viewer, by)) || !self.private.contains(&by)
    }

    /// Ids of a list, the newest first.
    fn list(&self, viewer: Uuid, which: impl Fn(&Post) -> bool) -> Vec<Uuid> {
        let posts = self.posts.values();
        let mut seen: Vec<&Post> = posts
            .filter(|post| which(post) && self.sees(viewer, post) && self.wants(viewer, post))
            .collect();
        seen.sort_by_key(|post| std::cmp::Reverse((post.at, post.id)));
        seen.iter().map(|post| post.id).collect()
    }

    /// What these people wrote, in a feed as far as it is wanted, and what the first of them to do so passed on of
    /// others.
    fn written(&self, viewer: Uuid, source: &BTreeSet<Uuid>, is_feed: bool) -> Vec<Uuid> {
        let mut entries: Vec<(i64, Uuid)> = Vec::new();
        for post in self.posts.values().filter(|post| self.sees(viewer, post)) {
            let is_wanted = self.wants(viewer, post);
            if source.contains(&post.author) {
                if is_wanted || !is_feed {
                    entries.push((post.at, post.id));
                }
                continue;
            }
            if !is_wanted {
                continue;
            }
            let mine = self.reposts.iter();
            let mine = mine.filter(|(id, by, _)| {
                *id == post.id && source.contains(by) && self.shares(viewer, *by)
            });
            if let Some((_, at)) = mine
                .map(|(_, by, at)| (*at, *by))
                .min()
                .map(|(at, by)| (by, at))
            {
                entries.push((at, post.id));
            }
        }
        entries.sort_unstable_by(|one, other| other.cmp(one));
        entries.into_iter().map(|(_, id)| id).collect()
    }
}

/// Every page of a list.
async fn pages(all: &Afternoon, who: usize, path: &str) -> Vec<Uuid> {
    let mut ids = Vec::new();
    let mut cursor = String::new();
    loop {
        let answer = all
            .must(Method::GET, &format!("{path}?limit=37{cursor}"), who, None)
            .await;
        let posts = answer["posts"].as_array().unwrap();
        assert!(
            posts.len() == 37 || answer["next_cursor"].is_null(),
            "{path}: a page is full"
        );
        let id = |post: &Value| post["id"].as_str().unwrap().parse::<Uuid>().unwrap();
        ids.extend(posts.iter().map(id));
        match answer["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return ids,
        }
    }
}

/// Compares the lists of everybody; how many there were.
pub(super) async fn compare(all: &Afternoon, data: &Path) -> usize {
    let world = World::read(data).await;
    let ids: Vec<Uuid> = all
        .people
        .iter()
        .map(|person| person.id.parse().unwrap())
        .collect();
    let mut compared = 0;
    for (who, me) in ids.iter().copied().enumerate() {
        let mut expected = vec![
            (
                "/v1/posts".to_owned(),
                world.list(me, |post| post.audience == "public"),
            ),
            (
                "/v1/tags/tea/posts".to_owned(),
                world.list(me, |post| post.tags.contains("tea")),
            ),
        ];
        let mut source: BTreeSet<Uuid> = ids
            .iter()
            .copied()
            .filter(|them| {
                world.follows.contains(&(me, *them)) && !world.mutes.contains(&(me, *them))
            })
            .collect();
        source.insert(me);
        expected.push((
            "/v1/feeds/following".to_owned(),
            world.written(me, &source, true),
        ));
        let whom = (who * 7 + 3) % ids.len();
        if !world.apart(me, ids[whom]) {
            let list = world.written(me, &BTreeSet::from([ids[whom]]), false);
            expected.push((all.path_of(whom, "posts"), list));
            let room = &all.people[whom].room;
            let id: Uuid = room.parse().unwrap();
            let list = world.list(me, |post| post.room == Some(id));
            expected.push((format!("/v1/rooms/{room}/posts"), list));
        }
        for (path, list) in expected {
            let shown = pages(all, who, &path).await;
            let missing: Vec<_> = list.iter().filter(|id| !shown.contains(id)).collect();
            let extra: Vec<_> = shown.iter().filter(|id| !list.contains(id)).collect();
            assert!(
                missing.is_empty() && extra.is_empty(),
                "{path} of {who}: {missing:?} missing, {extra:?} too many"
            );
            assert_eq!(shown, list, "{path} of {who}: the order");
            compared += 1;
        }
    }
    compared
}
