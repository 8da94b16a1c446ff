//! Lists of people. Each reads its index from where the last page ended.

use async_trait::async_trait;
use uuid::Uuid;

use super::super::Postgres;
use super::super::number::{stored, wall};
use super::super::step::reading;
use super::super::user_row::UserRow;
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::ports::relations::{Entry, List, Place, RelationLists, RelationsUnavailable};

/// One list: what else it tells of a person, from which rows `l`, which column of them is the person, and which rows.
/// Numbered: whose list, the viewer, the place's time and person, how many, and now.
macro_rules! list {
    ($until:literal, $mine:literal, $theirs:literal, $text:literal;
     $from:literal, $person:literal, $which:literal; $visible:literal) => {
        concat!(
            "SELECT account.id AS user_id, handle, display_name, look, mood, bio, front_room_id,
             l.created_ms AS at_ms, ",
            $until, " AS until_ms, ",
            $mine, " AS nickname_mine, ",
            $theirs, " AS nickname_theirs, ",
            $text, " AS text
             FROM ", $from, " JOIN account ON account.id = l.", $person,
            " WHERE ", $which,
            " AND (l.created_ms, l.", $person, ") < ($3, $4) AND ", $visible,
            " ORDER BY l.created_ms DESC, l.", $person, " DESC LIMIT $5"
        )
    };
    ($from:literal, $person:literal, $which:literal) => {
        list!("NULL::bigint", "NULL", "NULL", "NULL"; $from, $person, $which)
    };
    ($until:literal, $mine:literal, $theirs:literal, $text:literal;
     $from:literal, $person:literal, $which:literal) => {
        list!($until, $mine, $theirs, $text; $from, $person, $which;
            "closing_ms IS NULL
             AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = $2 AND blocked_id = account.id)
             AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = account.id
             AND blocked_id = $2)")
    };
}

const fn statement(list: List) -> &'static str {
    match list {
        List::Followers => list!("follow AS l", "follower_id", "l.followee_id = $1"),
        List::Following => list!("follow AS l", "followee_id", "l.follower_id = $1"),
        List::FollowRequests => list!("follow_request AS l", "asker_id", "l.asked_id = $1"),
        // From the viewer's side, which is bounded: the other may have followers without number.
        List::FamiliarFollowers => list!(
            "follow AS mine JOIN follow AS l
                 ON l.follower_id = mine.followee_id AND l.followee_id = $1",
            "follower_id",
            "mine.follower_id = $2"
        ),
        List::Blocks => list!(
            "NULL::bigint", "NULL", "NULL", "NULL";
            "block AS l", "blocked_id", "l.blocker_id = $1";
            "TRUE"
        ),
        List::Mutes => list!(
            "l.until_ms", "NULL", "NULL", "NULL";
            "mute AS l", "muted_id",
            "l.muter_id = $1 AND (l.until_ms IS NULL OR l.until_ms > $6)"
        ),
        List::Ties => list!(
            "NULL::bigint", "l.nickname", "theirs.nickname", "NULL";
            "tie AS l JOIN tie AS theirs
                 ON theirs.user_id = l.other_id AND theirs.other_id = l.user_id",
            "other_id", "l.user_id = $1"
        ),
        List::TieRequests => list!(
            "NULL::bigint", "NULL", "l.nickname", "NULL";
            "tie_request AS l", "asker_id", "l.asked_id = $1"
        ),
        List::Testimonials => list!(
            "NULL::bigint", "NULL", "NULL", "l.text";
            "testimonial AS l", "author_id", "l.owner_id = $1"
        ),
    }
}

#[derive(Debug, sqlx::FromRow)]
struct EntryRow {
    at_ms: i64,
    until_ms: Option<i64>,
    nickname_mine: Option<String>,
    nickname_theirs: Option<String>,
    text: Option<String>,
    #[sqlx(flatten)]
    user: UserRow,
}

impl TryFrom<EntryRow> for Entry {
    type Error = sqlx::Error;

    fn try_from(row: EntryRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            user: row.user.try_into()?,
            at: wall(row.at_ms),
            until: row.until_ms.map(wall),
            nickname_mine: row.nickname_mine,
            nickname_theirs: row.nickname_theirs,
            text: row.text,
        })
    }
}

#[async_trait]
impl RelationLists for Postgres {
    async fn list(
        &self,
        list: List,
        of: UserId,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<Place>,
        limit: u32,
    ) -> Result<Vec<Entry>, RelationsUnavailable> {
        // Before the first: later than any time, and greater than any id.
        let (at, id) = after.map_or((i64::MAX, Uuid::max()), |place| {
            (stored(place.at), place.id.uuid())
        });
        let rows: Vec<EntryRow> = reading!(self, |conn| sqlx::query_as(statement(list))
            .bind(of.uuid())
            .bind(viewer.map(UserId::uuid))
            .bind(at)
            .bind(id)
            .bind(i64::from(limit))
            .bind(stored(now))
            .fetch_all(conn)
            .await)?;
        let entries = rows.into_iter().map(Entry::try_from);
        Ok(entries.collect::<Result<_, _>>()?)
    }
}
