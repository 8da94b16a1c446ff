//! No table is forgotten: each is known here with what becomes of a person's traces in it.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::archive::FILES;
use super::*;
use crate::ports::personal_data::ArchiveStopped;
use crate::ports::user::conformance::created;

/// Where nothing of a person can be.
const NOTHING: &[&str] = &[
    "_sqlx_migrations",
    "installation",
    "node_lease",
    "sqlite_sequence",
    "kept_handle",
    "linked_host",
    "signing_key",
    "discovery_state",
    "event_consumer",
    "popularity",
    "asset_blob",
    "asset_banned",
    "media_purge",
];

/// What goes with the account.
const WITH_ACCOUNT: &[&str] = &[
    "user",
    "identity",
    "login",
    "follow",
    "old_handle",
    "user_gram",
    "user_settings",
    "user_outbox",
    "once",
    "app_code",
    "suspension",
    "follow_request",
    "block",
    "mute",
    "tie",
    "tie_request",
    "testimonial",
    "relation_count",
    "notification",
    "notification_read",
    "muted_word",
    "written_text",
    "report",
    "moderation_case",
    "guestbook_entry",
    "popularity_count",
    "discovered_post",
    "asset",
];

/// What goes with the person's logins.
const WITH_LOGINS: &[&str] = &["refresh"];

/// What goes with the person's uploads.
const WITH_ASSETS: &[&str] = &["asset_variant"];

/// What goes with the person's rooms, and forgets them in those of others.
const WITH_ROOMS: &[&str] = &[
    "room",
    "room_item",
    "room_tombstone",
    "room_chat",
    "room_session",
    "room_epoch",
    "room_layout",
    "room_edit",
    "room_audit",
    "room_roster",
    "room_outbox",
    "room_chat_moderated",
    "room_moderated",
    "visit_count",
    "room_gram",
    "room_editor",
];

/// What goes by its own rules with what the person wrote, uploaded or visited.
const WITH_CONTENT: &[&str] = &["asset_use", "outbox"];

/// What goes with the person's posts, and with what they did with those of others.
const WITH_POSTS: &[&str] = &[
    "post",
    "post_edit",
    "post_tag",
    "post_mention",
    "post_reaction",
    "post_bookmark",
    "post_repost",
    "post_count",
    "comment",
    "comment_edit",
    "comment_reaction",
    "comment_count",
];

/// What stays and names nobody any more.
const NAMELESS: &[&str] = &["event_log", "event_aside", "audit", "ruling", "visit"];

#[tokio::test]
async fn every_table_is_known_with_what_becomes_of_a_person_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path()).await.unwrap();
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table'")
            .fetch_all(&store.read)
            .await
            .unwrap();
    let known: BTreeSet<&str> = [
        NOTHING,
        WITH_ACCOUNT,
        WITH_LOGINS,
        WITH_ASSETS,
        WITH_ROOMS,
        WITH_CONTENT,
        WITH_POSTS,
        NAMELESS,
    ]
    .concat()
    .into_iter()
    .collect();
    let there: BTreeSet<&str> = tables.iter().map(String::as_str).collect();
    assert_eq!(
        there, known,
        "a table more: erase what it holds of a person, put it into the archive, then add it here"
    );
    // What goes with the account does so by its own reference to it.
    let of = |tables: &'static [&str], parent| tables.iter().map(move |table| (*table, parent));
    let cascading = of(WITH_ACCOUNT, "user")
        .chain(of(WITH_LOGINS, "login"))
        .chain(of(WITH_ASSETS, "asset"));
    for (table, parent) in cascading.filter(|(table, _)| !matches!(*table, "user" | "user_outbox"))
    {
        let cascades: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM pragma_foreign_key_list(?) WHERE \"table\" = ? AND on_delete = 'CASCADE'",
        )
        .bind(table)
        .bind(parent)
        .fetch_one(&store.read)
        .await
        .unwrap();
        assert!(cascades > 0, "{table}");
    }
}

/// Keeps what it is given.
#[derive(Default)]
struct Kept(Vec<(String, Vec<serde_json::Value>)>);

#[async_trait]
impl Archive for Kept {
    async fn begin(&mut self, name: &str) -> Result<(), ArchiveStopped> {
        self.0.push((name.to_owned(), Vec::new()));
        Ok(())
    }

    async fn add(&mut self, json: String) -> Result<(), ArchiveStopped> {
        let (_, values) = self.0.last_mut().unwrap();
        values.push(serde_json::from_str(&json).unwrap());
        Ok(())
    }
}

#[tokio::test]
async fn an_archive_has_every_file_and_only_what_is_the_persons() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path()).await.unwrap();
    let user = created(&store, "taker", "taker").await;
    created(&store, "other", "other").await;
    let mut kept = Kept::default();
    store.export(user.id, &mut kept).await.unwrap();
    let names: Vec<&str> = kept.0.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        FILES.iter().map(|(name, _)| *name).collect::<Vec<_>>()
    );
    let values = |name: &str| &kept.0.iter().find(|(other, _)| other == name).unwrap().1;
    let profile = &values("profile")[0];
    assert_eq!(profile["id"], user.id.to_string());
    assert_eq!(profile["front_room_id"], user.front_room_id.to_string());
    assert_eq!(profile["created_at"], "2023-11-14T22:13:20.000Z");
    assert_eq!(values("identities").len(), 1);
    assert_eq!(values("identities")[0]["subject"], "taker");
    // Whoever reads it no more stops it.
    struct Full;
    #[async_trait]
    impl Archive for Full {
        async fn begin(&mut self, _: &str) -> Result<(), ArchiveStopped> {
            Ok(())
        }
        async fn add(&mut self, _: String) -> Result<(), ArchiveStopped> {
            Err(ArchiveStopped)
        }
    }
    assert!(store.export(user.id, &mut Full).await.is_err());
}
