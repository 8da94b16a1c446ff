//! This store's part of a person's archive: a query a file, each row a JSON value. No secret is in any.

use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, PgConnection};
use tokio::time::timeout;

use super::super::step::STEP_MAX;
use crate::domain::id::UserId;
use crate::ports::personal_data::{Archive, PersonalDataError};

/// File names and their queries: `$1` is the person's id, `$2` the same as text. `{uuid:x}` and `{time:x}` stand for
/// column `x` as people read it.
pub(super) const FILES: &[(&str, &str)] = &[
    (
        "profile",
        "SELECT json_build_object('id', $2::text, 'handle', handle, 'display_name', display_name, 'mood', mood,
                'bio', bio, 'links', links, 'look', upper(encode(look, 'hex')), 'role', role,
                'front_room_id', {uuid:front_room_id}, 'created_at', {time:created_ms})::text
         FROM account WHERE id = $1",
    ),
    (
        "old_handles",
        "SELECT json_build_object('handle', handle, 'kept_until', {time:kept_until_ms})::text
         FROM old_handle WHERE user_id = $1 ORDER BY kept_until_ms",
    ),
    (
        "settings",
        "SELECT json_build_object('account_private', account_private,
                'room_default_visibility', room_default_visibility, 'show_presence', show_presence,
                'show_visits', show_visits, 'language', language, 'motion', motion,
                'notifications', notifications)::text
         FROM user_settings WHERE user_id = $1",
    ),
    (
        "identities",
        "SELECT json_build_object('provider', provider, 'issuer', issuer, 'subject', subject, 'email', email,
                'email_verified', email_verified, 'linked_at', {time:created_ms})::text
         FROM identity WHERE user_id = $1 ORDER BY created_ms, provider",
    ),
    (
        "logins",
        "SELECT json_build_object('id', {uuid:id}, 'kind', kind, 'app', client, 'name', name, 'user_agent', user_agent,
                'address', address, 'scopes', scopes, 'authenticated_at', {time:authenticated_ms},
                'created_at', {time:created_ms}, 'seen_at', {time:seen_ms}, 'expires_at', {time:expires_ms},
                'ended_at', {time:revoked_ms})::text
         FROM login WHERE user_id = $1 ORDER BY created_ms, id",
    ),
    (
        "suspension",
        "SELECT json_build_object('reason', reason, 'until', {time:until_ms}, 'since', {time:created_ms})::text
         FROM suspension WHERE user_id = $1",
    ),
    (
        "follows",
        "SELECT json_build_object('following', handle, 'since', {time:follow.created_ms})::text
         FROM follow JOIN account ON account.id = followee_id
         WHERE follower_id = $1 ORDER BY follow.created_ms, handle",
    ),
    (
        "followers",
        "SELECT json_build_object('follower', handle, 'since', {time:follow.created_ms})::text
         FROM follow JOIN account ON account.id = follower_id
         WHERE followee_id = $1 ORDER BY follow.created_ms, handle",
    ),
    (
        "follow_requests",
        "SELECT json_build_object('asked', handle, 'since', {time:follow_request.created_ms})::text
         FROM follow_request JOIN account ON account.id = asked_id
         WHERE asker_id = $1 ORDER BY follow_request.created_ms, handle",
    ),
    (
        "follow_requests_received",
        "SELECT json_build_object('asker', handle, 'since', {time:follow_request.created_ms})::text
         FROM follow_request JOIN account ON account.id = asker_id
         WHERE asked_id = $1 ORDER BY follow_request.created_ms, handle",
    ),
    (
        "blocks",
        "SELECT json_build_object('blocked', handle, 'since', {time:block.created_ms})::text
         FROM block JOIN account ON account.id = blocked_id
         WHERE blocker_id = $1 ORDER BY block.created_ms, handle",
    ),
    (
        "mutes",
        "SELECT json_build_object('muted', handle, 'since', {time:mute.created_ms}, 'until', {time:until_ms})::text
         FROM mute JOIN account ON account.id = muted_id
         WHERE muter_id = $1 ORDER BY mute.created_ms, handle",
    ),
    (
        "muted_words",
        "SELECT json_build_object('word', text, 'since', {time:created_ms}, 'until', {time:until_ms})::text
         FROM muted_word WHERE user_id = $1 ORDER BY created_ms, id",
    ),
    (
        "ties",
        "SELECT json_build_object('with', handle, 'name_given', mine.nickname, 'name_received', theirs.nickname,
                'since', {time:mine.created_ms})::text
         FROM tie AS mine
              JOIN tie AS theirs ON theirs.user_id = mine.other_id AND theirs.other_id = mine.user_id
              JOIN account ON account.id = mine.other_id
         WHERE mine.user_id = $1 ORDER BY mine.created_ms, handle",
    ),
    (
        "tie_requests",
        "SELECT json_build_object('asked', handle, 'name_given', nickname, 'since', {time:tie_request.created_ms})::text
         FROM tie_request JOIN account ON account.id = asked_id
         WHERE asker_id = $1 ORDER BY tie_request.created_ms, handle",
    ),
    (
        "tie_requests_received",
        "SELECT json_build_object('asker', handle, 'name_received', nickname, 'since', {time:tie_request.created_ms})::text
         FROM tie_request JOIN account ON account.id = asker_id
         WHERE asked_id = $1 ORDER BY tie_request.created_ms, handle",
    ),
    (
        "testimonials",
        "SELECT json_build_object('about', handle, 'text', text, 'written_at', {time:testimonial.created_ms})::text
         FROM testimonial JOIN account ON account.id = owner_id
         WHERE author_id = $1 ORDER BY testimonial.created_ms, handle",
    ),
    (
        "testimonials_received",
        "SELECT json_build_object('author', handle, 'text', text, 'written_at', {time:testimonial.created_ms})::text
         FROM testimonial JOIN account ON account.id = author_id
         WHERE owner_id = $1 ORDER BY testimonial.created_ms, handle",
    ),
    (
        "notifications",
        "SELECT json_build_object('kind', kind, 'from', handle, 'subject', subject, 'at', {time:notification.created_ms})::text
         FROM notification LEFT JOIN account ON account.id = from_id
         WHERE receiver_id = $1 AND NOT withdrawn
           AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = $1 AND blocked_id = from_id)
           AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = from_id AND blocked_id = $1)
         ORDER BY notification.id",
    ),
    (
        "reports",
        "SELECT json_build_object('kind', kind, 'subject', subject, 'reason', reason, 'comment', comment,
                'at', {time:created_ms})::text
         FROM report WHERE reporter_id = $1 ORDER BY created_ms, id",
    ),
    (
        "moderation",
        "SELECT json_build_object('kind', kind, 'subject', subject, 'action', action, 'rule', rule,
                'until', {time:until_ms}, 'at', {time:created_ms}, 'appeal', appeal, 'appeal_text', appeal_text)::text
         FROM ruling WHERE author_id = $1 AND action IN ('hide', 'remove', 'warn', 'suspend') ORDER BY place",
    ),
    (
        "account_log",
        "SELECT json_build_object('at', {time:at_ms}, 'act', act, 'by_me', actor_id IS NOT DISTINCT FROM $1,
                'about_me', subject_id IS NOT DISTINCT FROM $1,
                'detail', CASE WHEN subject_id = $1 THEN detail ELSE '{}' END,
                'address', CASE WHEN actor_id = $1 OR act IN ('code_reused', 'refresh_reused') THEN address END,
                'user_agent', CASE WHEN actor_id = $1 OR act IN ('code_reused', 'refresh_reused') THEN user_agent END)::text
         FROM audit WHERE subject_id = $1 OR actor_id = $1 ORDER BY id",
    ),
];

/// Writes every file. The database is waited for as long as for any step; whoever reads, for as long as they like.
pub(super) async fn write(
    conn: &mut PgConnection,
    person: UserId,
    archive: &mut dyn Archive,
) -> Result<(), PersonalDataError> {
    for (name, query) in FILES {
        archive.begin(name).await?;
        let mut rows = sqlx::query_scalar(AssertSqlSafe(spelled(query)))
            .bind(person.uuid())
            .bind(person.to_string())
            .fetch(&mut *conn);
        while let Some(json) = in_time(rows.try_next()).await? {
            archive.add(json).await?;
        }
    }
    Ok(())
}

/// An answer of the database, within the time of any step.
pub(super) async fn in_time<T>(
    answer: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    let overdue = |_| sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
    timeout(STEP_MAX, answer).await.map_err(overdue)?
}

/// A query with its `{kind:column}` spelled out.
fn spelled(query: &str) -> String {
    let mut parts = query.split('{');
    let mut spelled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (what, rest) = part.split_once('}').unwrap_or((part, ""));
        match what.split_once(':') {
            Some(("uuid", column)) => spelled.push_str(column),
            Some((_, column)) => spelled.push_str(&format!(
                "to_char(to_timestamp({column} / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
            )),
            None => spelled.push_str("{}"),
        }
        spelled.push_str(rest);
    }
    spelled
}
