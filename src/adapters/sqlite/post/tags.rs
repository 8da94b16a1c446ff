//! Tags by name, as far as the viewer finds posts of them: from one to the next, each as far into its posts as it takes
//! to know.

use sqlx::SqliteConnection;
use uuid::Uuid;

use super::super::number::{stored, wall};
use super::seen::{among, quotes_nobody_unwanted, seen, there, unmuted, wanted};
use crate::domain::clock::WallMs;
use crate::domain::id::{PostId, UserId};
use crate::ports::post::feeds::{TAG_POSTS_MAX, TAG_POSTS_PASSED_MAX};
use crate::ports::post::{Place, TagFound, TagPage, TagPlace};

/// Posts of a tag looked at in one statement: a few more than are counted.
const POSTS_AT_ONCE: u32 = TAG_POSTS_MAX + 28;

/// The tag after `?1` of those that begin with `?2`, and come before `?3`.
const NEXT: &str = "SELECT min(tag) FROM post_tag WHERE tag > ?1 AND tag >= ?2 AND tag < ?3";

/// Posts of the tag `?6` after the place `?3`, `?4`: `?5` of them, and whether the viewer finds each.
const POSTS: &str = concat!(
    "SELECT t.at_ms, t.post_id, coalesce(",
    seen!(),
    " AND ",
    wanted!(),
    ", 0) FROM post_tag AS t CROSS JOIN post AS p ON p.id = t.post_id CROSS JOIN user AS a ON a.id = p.author_id
     WHERE t.tag = ?6 AND (t.at_ms, t.post_id) < (?3, ?4) ORDER BY t.at_ms DESC, t.post_id DESC LIMIT ?5"
);

/// Both, for tests.
#[cfg(test)]
pub(super) const ALL: [&str; 2] = [NEXT, POSTS];

/// Who looks, and how many posts that are not for them may still be passed over.
struct Look {
    viewer: Option<UserId>,
    now: WallMs,
    left: u32,
}

/// What looking at one tag came to.
enum Looked {
    /// So many posts, counted as far as they are.
    Found(u32),
    /// None up to this place, and there may be more behind it.
    Nothing(Place),
}

impl Look {
    async fn at(
        &mut self,
        conn: &mut SqliteConnection,
        tag: &str,
        mut after: Option<Place>,
    ) -> Result<Looked, sqlx::Error> {
        let mut found = 0;
        loop {
            let (at, id) = after.map_or((i64::MAX, Uuid::max()), |place| {
                (stored(place.at), place.id.uuid())
            });
            let rows: Vec<(i64, Uuid, bool)> = sqlx::query_as(POSTS)
                .bind(self.viewer.map(UserId::uuid))
                .bind(stored(self.now))
                .bind(at)
                .bind(id)
                .bind(POSTS_AT_ONCE)
                .bind(tag)
                .fetch_all(&mut *conn)
                .await?;
            let is_all = rows.len() < POSTS_AT_ONCE as usize;
            for (at, post, is_found) in rows {
                after = Some(Place {
                    at: wall(at),
                    id: PostId::from_uuid(post),
                });
                match is_found {
                    true => found += 1,
                    false => self.left = self.left.saturating_sub(1),
                }
                if found == TAG_POSTS_MAX {
                    return Ok(Looked::Found(found));
                }
            }
            match (after, found) {
                _ if is_all => return Ok(Looked::Found(found)),
                (Some(place), 0) if self.left == 0 => return Ok(Looked::Nothing(place)),
                _ if self.left == 0 => return Ok(Looked::Found(found)),
                _ => {}
            }
        }
    }
}

async fn next(
    conn: &mut SqliteConnection,
    after: &str,
    beginning: &str,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar(NEXT)
        .bind(after)
        .bind(beginning)
        // No character is greater.
        .bind(format!("{beginning}\u{10FFFF}"))
        .fetch_one(conn)
        .await
}

/// A page of the tags that begin so.
pub(super) async fn page(
    conn: &mut SqliteConnection,
    beginning: &str,
    (viewer, now): (Option<UserId>, WallMs),
    after: Option<&TagPlace>,
    limit: u32,
) -> Result<TagPage, sqlx::Error> {
    let mut look = Look {
        viewer,
        now,
        left: TAG_POSTS_PASSED_MAX,
    };
    let mut page = TagPage::default();
    let (mut tag, mut inside) = match after {
        Some(TagPlace {
            name,
            inside: Some(place),
        }) if name.starts_with(beginning) => (Some(name.clone()), Some(*place)),
        Some(place) => (next(&mut *conn, &place.name, beginning).await?, None),
        None => (next(&mut *conn, "", beginning).await?, None),
    };
    while let Some(name) = tag {
        match look.at(&mut *conn, &name, inside.take()).await? {
            Looked::Nothing(place) => {
                let inside = Some(place);
                page.next = Some(TagPlace { name, inside });
                return Ok(page);
            }
            Looked::Found(0) => {}
            // One more than asked for tells that there is more.
            Looked::Found(_) if page.tags.len() == limit as usize => {
                page.next = page.tags.last().map(|last| TagPlace {
                    name: last.name.clone(),
                    inside: None,
                });
                return Ok(page);
            }
            Looked::Found(posts) => page.tags.push(TagFound {
                name: name.clone(),
                posts,
            }),
        }
        tag = next(&mut *conn, &name, beginning).await?;
        if look.left == 0 && tag.is_some() {
            page.next = Some(TagPlace { name, inside: None });
            return Ok(page);
        }
    }
    Ok(page)
}
