//! The collections and their indexes, one list a collection: `maru migrate` makes them, or the first process that starts.
//!
//! Each query of this adapter uses one of these or `_id`; the tests hold all that they ask against this list.

use std::time::Duration;

use mongodb::bson::{Document, doc};
use mongodb::error::Error;
use mongodb::options::IndexOptions;
use mongodb::{Database, IndexModel};

/// The collections by name.
#[derive(Debug, Clone, Copy)]
pub struct Collections;

impl Collections {
    /// Rooms.
    pub const ROOM: &'static str = "room";
    /// What owners decided, on record.
    pub const ROOM_AUDIT: &'static str = "room_audit";
    /// What owners kept under a name.
    pub const ROOM_LAYOUT: &'static str = "room_layout";
    /// Who is to be told of what owners decided.
    pub const ROOM_DEBT: &'static str = "room_debt";
    /// Lines that moderators took out of the chat of rooms.
    pub const ROOM_CHAT_OUT: &'static str = "room_chat_out";
    /// A person's rooms as a set: all that change it write this document, and so wait for each other.
    pub const ROOM_SHELF: &'static str = "room_shelf";
    /// Who came to which room on which day.
    pub const VISIT: &'static str = "visit";
    /// How many came to a room.
    pub const VISIT_COUNT: &'static str = "visit_count";
    /// What the rest of the world is told of visits and guestbooks.
    pub const VISIT_OUTBOX: &'static str = "visit_outbox";
    /// What people wrote into guestbooks, and replies to it.
    pub const GUESTBOOK_ENTRY: &'static str = "guestbook_entry";
    /// A room's guestbook: all that write into it write this document, and so wait for each other.
    pub const GUESTBOOK: &'static str = "guestbook";
    /// Uploads.
    pub const ASSET: &'static str = "asset";
    /// Those who have uploads, and whether their accounts are private. All that counts somebody's uploads writes this
    /// document, and so waits for each other.
    pub const ASSET_OWNER: &'static str = "asset_owner";
    /// What shows pictures, and which.
    pub const ASSET_USE: &'static str = "asset_use";
    /// Bytes that are in the store of bytes, or may be.
    pub const ASSET_BLOB: &'static str = "asset_blob";
    /// Bytes that were taken down, once for each picture they were removed as.
    pub const ASSET_BAN: &'static str = "asset_ban";
    /// What caches are to drop.
    pub const ASSET_PURGE: &'static str = "asset_purge";
    /// What pictures tell the rest of the world.
    pub const ASSET_OUTBOX: &'static str = "asset_outbox";
    /// Until when a node may keep the rooms it has.
    pub const NODE_LEASE: &'static str = "node_lease";
    /// Posts, each with its history and its counts.
    pub const POST: &'static str = "post";
    /// The tags of what is out.
    pub const POST_TAG: &'static str = "post_tag";
    /// Reactions, reposts, bookmarks: one a person and thing.
    pub const POST_RESPONSE: &'static str = "post_response";
    /// Comments on posts, each with its history and its counts.
    pub const COMMENT: &'static str = "comment";
    /// Who was told that a post, or a comment on it, names them.
    pub const POST_MENTION: &'static str = "post_mention";
    /// A person's drafts, pins and bookmarks as sets: all that add to them write this document, and so wait for each
    /// other.
    pub const POST_SHELF: &'static str = "post_shelf";
    /// What the rest of the world is told of posts.
    pub const POST_OUTBOX: &'static str = "post_outbox";
    /// What other stores are owed by changes of posts.
    pub const POST_DEBT: &'static str = "post_debt";
    /// Requests that took effect.
    pub const ONCE: &'static str = "once";
    /// The places of outboxes given out so far.
    pub const PLACE: &'static str = "place";
}

/// How long a lease that ended is kept, to be seen by whoever looks for what went wrong: an hour.
const LEASE_KEPT: Duration = Duration::from_secs(60 * 60);

/// How long an answered request is kept at least: by the store's clock, and a little longer than by the server's.
const ONCE_KEPT: Duration =
    Duration::from_millis(crate::ports::once::ONCE_KEPT_MS + 60 * 60 * 1_000);

/// How long it is known that a thing shows nothing any more: longer than a fact about it may be late.
const GONE_KEPT: Duration =
    Duration::from_millis(crate::ports::events::LOG_KEPT_MS + 24 * 60 * 60 * 1_000);

/// One index.
#[derive(Debug, Clone)]
pub(super) struct Index {
    /// The fields, in order.
    pub keys: Document,
    /// Of which documents alone.
    pub only: Option<Document>,
    is_unique: bool,
    forgets_after: Option<Duration>,
}

fn by(keys: Document) -> Index {
    Index {
        keys,
        only: None,
        is_unique: false,
        forgets_after: None,
    }
}

impl Index {
    fn only(mut self, filter: Document) -> Self {
        self.only = Some(filter);
        self
    }

    const fn unique(mut self) -> Self {
        self.is_unique = true;
        self
    }

    const fn forgets_after(mut self, time: Duration) -> Self {
        self.forgets_after = Some(time);
        self
    }

    fn model(&self) -> IndexModel {
        let options = IndexOptions::builder()
            .partial_filter_expression(self.only.clone())
            .unique(self.is_unique.then_some(true))
            .expire_after(self.forgets_after)
            .build();
        IndexModel::builder()
            .keys(self.keys.clone())
            .options(options)
            .build()
    }
}

/// Every collection and its indexes.
pub(super) fn declared() -> Vec<(&'static str, Vec<Index>)> {
    let mut all = of_rooms();
    all.extend(of_assets());
    all
}

fn of_assets() -> Vec<(&'static str, Vec<Index>)> {
    vec![
        (
            Collections::ASSET,
            vec![
                by(doc! { "owner": 1, "_id": -1 }),
                by(doc! { "state": 1, "due_ms": 1 }),
                // Others of the same.
                by(doc! { "source": 1 }),
                by(doc! { "large": 1 }),
                by(doc! { "variants.sha256": 1 }),
                by(doc! { "due_ms": 1 }).only(doc! { "withheld": true }),
                by(doc! { "taken_with": 1 }),
                by(doc! { "coming_back": 1, "_id": 1 }).only(doc! { "coming_back": true }),
                by(doc! { "owes.at_ms": 1 }).only(doc! { "owes.at_ms": { "$gte": 0 } }),
            ],
        ),
        (
            Collections::ASSET_OWNER,
            vec![by(doc! { "closing": 1 }).only(doc! { "closing": { "$gte": 0 } })],
        ),
        (
            Collections::ASSET_USE,
            vec![
                by(doc! { "owed_since": 1 }).only(doc! { "owed_since": { "$gte": 0 } }),
                by(doc! { "gone": 1 }).forgets_after(GONE_KEPT),
            ],
        ),
        (
            Collections::ASSET_BLOB,
            vec![by(doc! { "held_ms": 1 }).only(doc! { "loose": true })],
        ),
        (
            Collections::ASSET_BAN,
            vec![
                by(doc! { "sha256": 1, "asset": 1 }).unique(),
                by(doc! { "asset": 1 }),
                by(doc! { "searched": 1, "at_ms": 1 }),
            ],
        ),
        (
            Collections::ASSET_PURGE,
            vec![by(doc! { "due_ms": 1, "_id": 1 })],
        ),
        (
            Collections::ASSET_OUTBOX,
            vec![by(doc! { "place": 1 }).unique()],
        ),
    ]
}

/// Those of rooms, and what all share.
fn of_rooms() -> Vec<(&'static str, Vec<Index>)> {
    let open = || doc! { "state": "active", "visibility": "public" };
    vec![
        (
            Collections::ROOM,
            vec![
                by(doc! { "owner": 1, "_id": 1 }),
                by(doc! { "changed_ms": -1, "_id": -1 }).only(open()),
                by(doc! { "grams": 1, "_id": 1 }).only(open()),
                by(doc! { "binned_ms": 1, "_id": 1 }).only(doc! { "binned_ms": { "$gte": 0 } }),
                by(doc! { "outbox.first": 1 }).only(doc! { "outbox.first": { "$gt": 0 } }),
                // For erasing people: where they are named.
                by(doc! { "named.log": 1 }),
                by(doc! { "named.lists": 1 }),
                by(doc! { "named.roster": 1 }),
                by(doc! { "named.editors": 1, "_id": 1 }).only(doc! { "state": "active" }),
            ],
        ),
        (
            Collections::ROOM_AUDIT,
            vec![
                by(doc! { "room": 1, "seq": -1 }).unique(),
                by(doc! { "room": 1, "at_ms": 1 }),
                by(doc! { "named": 1, "room": 1 }),
            ],
        ),
        (
            Collections::ROOM_DEBT,
            vec![
                by(doc! { "due_ms": 1 }),
                by(doc! { "room": 1 }),
                by(doc! { "named": 1, "room": 1 }),
            ],
        ),
        (
            Collections::ROOM_LAYOUT,
            vec![by(doc! { "room": 1, "name": 1 }).unique()],
        ),
        (
            Collections::ROOM_CHAT_OUT,
            vec![
                by(doc! { "room": 1, "seq": 1, "place": 1 }).unique(),
                by(doc! { "by": 1, "room": 1 }),
            ],
        ),
        (Collections::ROOM_SHELF, Vec::new()),
        // Lists are read from the end of these on, and they are not declared in falling order: behind an equal field
        // SecantusDB finds nothing in such an index that is greater than something.
        (
            Collections::POST,
            vec![
                by(doc! { "author": 1, "out": 1 }),
                by(doc! { "audience": 1, "out": 1 }),
                by(doc! { "room": 1, "out": 1 }),
                by(doc! { "author": 1, "begun": 1 }),
                by(doc! { "author": 1, "pinned_ms": 1 }),
                by(doc! { "due_ms": 1 }).only(doc! { "due_ms": { "$gt": 0 } }),
                by(doc! { "removed_ms": 1 }).only(doc! { "removed_ms": { "$gt": 0 } }),
                by(doc! { "deleted_ms": 1 }).only(doc! { "deleted_ms": { "$gt": 0 } }),
            ],
        ),
        (
            Collections::POST_TAG,
            vec![by(doc! { "tag": 1, "out": 1 }), by(doc! { "post": 1 })],
        ),
        (
            Collections::POST_RESPONSE,
            vec![
                by(doc! { "of": 1, "what": 1, "by_of": 1 }),
                by(doc! { "of": 1, "kind": 1, "by_of": 1 }),
                by(doc! { "user": 1, "what": 1, "by_user": 1 }),
            ],
        ),
        (
            Collections::COMMENT,
            vec![
                by(doc! { "under": 1, "place": 1 }),
                by(doc! { "post": 1 }),
                by(doc! { "parent": 1 }),
                by(doc! { "path": 1 }),
                by(doc! { "author": 1, "post": 1 }),
                by(doc! { "unswept": 1 }).only(doc! { "unswept": true }),
            ],
        ),
        (
            Collections::POST_MENTION,
            vec![by(doc! { "post": 1 }), by(doc! { "user": 1 })],
        ),
        (Collections::POST_SHELF, Vec::new()),
        (Collections::POST_OUTBOX, vec![by(doc! { "named": 1 })]),
        (
            Collections::POST_DEBT,
            vec![by(doc! { "due_ms": 1 }), by(doc! { "named": 1 })],
        ),
        (
            Collections::VISIT,
            vec![
                by(doc! { "room": 1, "day": -1, "user": 1 })
                    .unique()
                    .only(doc! { "user": { "$exists": true } }),
                by(doc! { "room": 1, "day": -1, "guest": 1 })
                    .unique()
                    .only(doc! { "guest": { "$exists": true } }),
                by(doc! { "room": 1, "day": -1, "at_ms": -1, "_id": -1 }),
                by(doc! { "room": 1, "day": -1, "_id": -1 })
                    .only(doc! { "user": { "$exists": true } }),
                by(doc! { "user": 1, "at_ms": -1, "_id": -1 }),
                // Rising, as with posts.
                by(doc! { "user": 1, "last_ms": 1 }),
                // For what is kept no longer.
                by(doc! { "day": 1, "guest": 1 }).only(doc! { "guest": { "$exists": true } }),
                by(doc! { "cleared": 1, "day": 1 }).only(doc! { "cleared": true }),
                by(doc! { "day": 1 }),
            ],
        ),
        (Collections::VISIT_COUNT, Vec::new()),
        (Collections::VISIT_OUTBOX, vec![by(doc! { "named": 1 })]),
        (
            Collections::GUESTBOOK_ENTRY,
            vec![
                by(doc! { "room": 1, "is_reply": 1, "created_ms": 1, "_id": 1 }),
                by(doc! { "parent": 1, "created_ms": 1, "_id": 1 }).only(doc! { "is_reply": true }),
                by(doc! { "author": 1, "created_ms": 1, "_id": 1 }),
                by(doc! { "owed_ms": 1 }).only(doc! { "owed_ms": { "$gt": 0 } }),
            ],
        ),
        (Collections::GUESTBOOK, Vec::new()),
        (
            Collections::NODE_LEASE,
            vec![by(doc! { "until": 1 }).forgets_after(LEASE_KEPT)],
        ),
        (
            Collections::ONCE,
            vec![
                by(doc! { "owner": 1, "created_ms": -1 }),
                by(doc! { "recorded": 1 }).forgets_after(ONCE_KEPT),
            ],
        ),
        (Collections::PLACE, Vec::new()),
    ]
}

/// Makes what is not there yet.
pub(super) async fn prepare(database: &Database) -> Result<(), Error> {
    let there = database.list_collection_names().await?;
    for (name, indexes) in declared() {
        // Inside a transaction a collection that is not there is made under a lock of the database.
        if !there.iter().any(|known| known == name) {
            made(database.create_collection(name).await)?;
        }
        if !indexes.is_empty() {
            let models = indexes.iter().map(Index::model);
            let collection = database.collection::<Document>(name);
            collection.create_indexes(models).await?;
        }
    }
    Ok(())
}

/// Another process may have made it meanwhile.
fn made(outcome: Result<(), Error>) -> Result<(), Error> {
    const NAMESPACE_EXISTS: i32 = 48;
    match outcome {
        Err(error) => match &*error.kind {
            mongodb::error::ErrorKind::Command(command) if command.code == NAMESPACE_EXISTS => {
                Ok(())
            }
            _ => Err(error),
        },
        done => done,
    }
}
