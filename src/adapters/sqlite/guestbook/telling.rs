//! What is told of entries: events and notices, with what they tell of.

use sqlx::SqliteConnection;

use super::super::notification::{notify, show};
use super::super::outbox;
use super::rows::Raw;
use crate::domain::clock::WallMs;
use crate::domain::event::{Event, Subject};
use crate::domain::moderation::Standing;
use crate::domain::notification::{Delivery, NewNotice, NoticeKind};
use crate::domain::visit::VisitEvent;

/// Tells of an entry that others may see: its event, and the notices of whoever it is for.
pub(super) async fn announce(
    conn: &mut SqliteConnection,
    entry: &Raw,
    now: WallMs,
) -> Result<Vec<Delivery>, sqlx::Error> {
    sqlx::query("UPDATE guestbook_entry SET is_announced = 1 WHERE id = ?")
        .bind(entry.id.uuid())
        .execute(&mut *conn)
        .await?;
    if entry.parent.is_none() {
        let event = Event::Visit(VisitEvent::EntryWritten {
            by: entry.author,
            entry: entry.id,
            at: entry.created,
        });
        outbox::put(&mut *conn, Subject::Visit(entry.room), &event).await?;
    }
    let mut told = Vec::new();
    for to in entry.receivers() {
        let notice = NewNotice {
            to,
            kind: NoticeKind::Guestbook,
            from: Some(entry.author),
            subject: entry.thread().to_string(),
            at: now,
        };
        told.extend(notify(&mut *conn, &notice).await?);
    }
    Ok(told)
}

/// What was told of an entry is shown no more, or again.
pub(super) async fn show_notices(
    conn: &mut SqliteConnection,
    entry: &Raw,
    shown: bool,
) -> Result<(), sqlx::Error> {
    for to in entry.receivers() {
        let notice = NewNotice {
            to,
            kind: NoticeKind::Guestbook,
            from: Some(entry.author),
            subject: entry.thread().to_string(),
            at: entry.created,
        };
        show(&mut *conn, &notice, shown).await?;
    }
    Ok(())
}

/// A moderator changes whether others may see an entry.
pub(super) async fn stand(
    conn: &mut SqliteConnection,
    entry: &Raw,
    standing: Standing,
    now: WallMs,
) -> Result<(), sqlx::Error> {
    // What was removed is gone for good.
    if entry.standing == Standing::Removed {
        return Ok(());
    }
    let text = match standing {
        Standing::Removed => {
            "UPDATE guestbook_entry SET standing = ?1, version = version + 1,
             text = '', edited_ms = NULL WHERE id = ?2"
        }
        _ => "UPDATE guestbook_entry SET standing = ?1, version = version + 1 WHERE id = ?2",
    };
    sqlx::query(text)
        .bind(standing.as_str())
        .bind(entry.id.uuid())
        .execute(&mut *conn)
        .await?;
    let is_shown = standing == Standing::Shown;
    if is_shown && !entry.is_announced {
        announce(conn, entry, now).await?;
        return Ok(());
    }
    show_notices(conn, entry, is_shown).await
}
