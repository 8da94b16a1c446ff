//! Rows of guestbooks, and who sees which of them: the viewer is `?1`, as text `?2`, the time `?3`.

use sqlx::query::QueryScalar;
use sqlx::sqlite::{Sqlite as Database, SqliteArguments, SqliteConnection};
use uuid::Uuid;

use super::super::door::{there, unmuted};
use super::super::number::{stored, to_u64, wall};
use super::super::user_row::UserRow;
use crate::domain::clock::WallMs;
use crate::domain::id::{EntryId, RoomId, UserId};
use crate::domain::moderation::Standing;
use crate::domain::user::User;
use crate::domain::version::Version;
use crate::ports::guestbook::{Entry, EntryPlace};

/// Whether the viewer sees an entry or a reply, by its alias and whose thread it is in, of a `room`.
macro_rules! seen {
    ($e:literal, $thread:literal) => {
        concat!(
            "(", $e, ".author_id = ?1 OR ", there!($e ".author_id"), ")
             AND (", $e, ".standing = 'shown'
                  OR ", $e, ".author_id = ?1 AND ", $e, ".standing <> 'removed')
             AND (", $e, ".is_hidden = 0 OR ?1 IN (", $e, ".author_id, room.owner_id))
             AND (", $e, ".is_secret = 0 OR ?1 IN (", $thread, ", room.owner_id))
             AND (room.owner_id = ?1 OR ", unmuted!($e ".author_id"), ")"
        )
    };
}

macro_rules! entries {
    ($rest:literal) => {
        concat!(
            "SELECT e.id AS entry_id, e.room_id, e.parent_id, e.text, e.is_secret, e.standing,
                    e.is_hidden, e.version, e.created_ms AS written_ms, e.edited_ms,
                    (SELECT count(*) FROM guestbook_entry AS r
                     WHERE r.parent_id = e.id AND ",
            seen!("r", "e.author_id"),
            ") AS replies,
                    user.id AS user_id, handle, display_name, look, mood, bio, front_room_id
             FROM guestbook_entry AS e
             JOIN user ON user.id = e.author_id
             JOIN room ON room.id = e.room_id
             LEFT JOIN guestbook_entry AS parent ON parent.id = e.parent_id
             WHERE ",
            seen!("e", "coalesce(parent.author_id, e.author_id)"),
            $rest
        )
    };
}

const ONE: &str = entries!(" AND e.id = ?4");

pub(super) const ENTRIES: &str = entries!(
    " AND e.room_id = ?4 AND e.parent_id IS NULL AND (e.created_ms, e.id) < (?5, ?6)
      ORDER BY e.created_ms DESC, e.id DESC LIMIT ?7"
);

pub(super) const REPLIES: &str = entries!(
    " AND e.parent_id = ?4 AND (e.created_ms, e.id) > (?5, ?6)
      ORDER BY e.created_ms, e.id LIMIT ?7"
);

pub(super) const COUNT: &str = concat!(
    "SELECT count(*) FROM guestbook_entry AS e JOIN room ON room.id = e.room_id
     WHERE e.room_id = ?4 AND e.parent_id IS NULL AND ",
    seen!("e", "e.author_id")
);

#[derive(sqlx::FromRow)]
struct EntryRow {
    entry_id: Uuid,
    room_id: Uuid,
    parent_id: Option<Uuid>,
    text: String,
    is_secret: bool,
    standing: String,
    is_hidden: bool,
    version: i64,
    written_ms: i64,
    edited_ms: Option<i64>,
    replies: u32,
    #[sqlx(flatten)]
    user: UserRow,
}

fn standing(name: &str) -> Result<Standing, sqlx::Error> {
    let no_such = |_| sqlx::Error::Decode(format!("no standing: {name}").into());
    name.parse().map_err(no_such)
}

impl TryFrom<EntryRow> for Entry {
    type Error = sqlx::Error;

    fn try_from(row: EntryRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: EntryId::from_uuid(row.entry_id),
            room: RoomId::from_uuid(row.room_id),
            parent: row.parent_id.map(EntryId::from_uuid),
            author: row.user.try_into()?,
            text: row.text,
            is_secret: row.is_secret,
            standing: standing(&row.standing)?,
            is_hidden: row.is_hidden,
            version: Version(to_u64(row.version)),
            created: wall(row.written_ms),
            edited: row.edited_ms.map(wall),
            replies: row.replies,
            muted: None,
        })
    }
}

/// An entry as it is, whoever may see it. It is there also in a room that is put away: for moderators, and for its author
/// to take back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Raw {
    pub id: EntryId,
    pub room: RoomId,
    pub owner: UserId,
    pub author: UserId,
    pub parent: Option<(EntryId, UserId)>,
    pub is_secret: bool,
    pub standing: Standing,
    pub is_announced: bool,
    pub version: Version,
    pub created: WallMs,
}

impl Raw {
    /// The entry it is, or replies to.
    pub fn thread(&self) -> EntryId {
        self.parent.map_or(self.id, |(parent, _)| parent)
    }

    /// Who is told of it.
    pub fn receivers(&self) -> impl Iterator<Item = UserId> + use<> {
        let above = self.parent.map(|(_, author)| author);
        let owner = Some(self.owner).filter(|owner| above != Some(*owner));
        let author = self.author;
        above
            .into_iter()
            .chain(owner)
            .filter(move |to| *to != author)
    }
}

#[derive(sqlx::FromRow)]
struct RawRow {
    id: Uuid,
    room_id: Uuid,
    owner_id: Uuid,
    author_id: Uuid,
    parent_id: Option<Uuid>,
    parent_author: Option<Uuid>,
    is_secret: bool,
    standing: String,
    is_announced: bool,
    version: i64,
    created_ms: i64,
}

pub(super) async fn raw(
    conn: &mut SqliteConnection,
    id: EntryId,
) -> Result<Option<Raw>, sqlx::Error> {
    let row: Option<RawRow> = sqlx::query_as(
        "SELECT e.id, e.room_id, room.owner_id, e.author_id, e.parent_id,
                parent.author_id AS parent_author, e.is_secret, e.standing, e.is_announced,
                e.version, e.created_ms
         FROM guestbook_entry AS e JOIN room ON room.id = e.room_id AND room.state <> 'deleted'
         LEFT JOIN guestbook_entry AS parent ON parent.id = e.parent_id WHERE e.id = ?",
    )
    .bind(id.uuid())
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let parent = row.parent_id.zip(row.parent_author);
    Ok(Some(Raw {
        id: EntryId::from_uuid(row.id),
        room: RoomId::from_uuid(row.room_id),
        owner: UserId::from_uuid(row.owner_id),
        author: UserId::from_uuid(row.author_id),
        parent: parent.map(|(id, by)| (EntryId::from_uuid(id), UserId::from_uuid(by))),
        is_secret: row.is_secret,
        standing: standing(&row.standing)?,
        is_announced: row.is_announced,
        version: Version(to_u64(row.version)),
        created: wall(row.created_ms),
    }))
}

/// A number, asked by a viewer.
pub(super) fn scoped<'q>(
    statement: &'static str,
    viewer: Option<UserId>,
    now: WallMs,
) -> QueryScalar<'q, Database, u32, SqliteArguments> {
    sqlx::query_scalar(statement)
        .bind(viewer.map(UserId::uuid))
        .bind(viewer.map(|viewer| viewer.to_string()))
        .bind(stored(now))
}

/// Where a page begins.
pub(super) fn place(after: Option<EntryPlace>, first_ms: i64, first: Uuid) -> (i64, Uuid) {
    after.map_or((first_ms, first), |place| {
        (stored(place.at), place.id.uuid())
    })
}

pub(super) async fn list(
    conn: &mut SqliteConnection,
    statement: &'static str,
    viewer: Option<UserId>,
    now: WallMs,
    of: Uuid,
    (at, id): (i64, Uuid),
    limit: u32,
) -> Result<Vec<Entry>, sqlx::Error> {
    let rows: Vec<EntryRow> = sqlx::query_as(statement)
        .bind(viewer.map(UserId::uuid))
        .bind(viewer.map(|viewer| viewer.to_string()))
        .bind(stored(now))
        .bind(of)
        .bind(at)
        .bind(id)
        .bind(limit)
        .fetch_all(conn)
        .await?;
    rows.into_iter().map(Entry::try_from).collect()
}

/// An entry or, where the viewer sees its entry too, a reply. Whether its room is open to them is asked apart.
pub(super) async fn fetch(
    conn: &mut SqliteConnection,
    id: EntryId,
    viewer: Option<UserId>,
    now: WallMs,
) -> Result<Option<Entry>, sqlx::Error> {
    let at = (0, Uuid::nil());
    let found = list(&mut *conn, ONE, viewer, now, id.uuid(), at, 1).await?;
    let Some(entry) = found.into_iter().next() else {
        return Ok(None);
    };
    if let Some(parent) = entry.parent {
        let above = list(conn, ONE, viewer, now, parent.uuid(), at, 1).await?;
        if above.is_empty() {
            return Ok(None);
        }
    }
    Ok(Some(entry))
}

/// Whoever writes.
pub(super) async fn author(conn: &mut SqliteConnection, id: UserId) -> Result<User, sqlx::Error> {
    let row: UserRow = sqlx::query_as(
        "SELECT id AS user_id, handle, display_name, look, mood, bio, front_room_id
         FROM user WHERE id = ?",
    )
    .bind(id.uuid())
    .fetch_one(conn)
    .await?;
    row.try_into()
}
