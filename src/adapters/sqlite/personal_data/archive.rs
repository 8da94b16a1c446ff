//! The embedded store's part of a person's archive: a query a file, each row a JSON value. No secret is in any.

use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, SqliteConnection};

use crate::domain::id::UserId;
use crate::ports::personal_data::{Archive, PersonalDataError};

/// File names and their queries: `?1` is the person's id, `?2` the same as text. `{uuid:x}` and `{time:x}` stand for
/// column `x` as people read it.
pub(super) const FILES: &[(&str, &str)] = &[
    (
        "profile",
        "SELECT json_object('id', ?2, 'handle', handle, 'display_name', display_name, 'mood', mood,
                'bio', bio, 'links', json(links), 'look', hex(look), 'role', role,
                'front_room_id', {uuid:front_room_id}, 'created_at', {time:created_ms})
         FROM user WHERE id = ?1",
    ),
    (
        "old_handles",
        "SELECT json_object('handle', handle, 'kept_until', {time:kept_until_ms})
         FROM old_handle WHERE user_id = ?1 ORDER BY kept_until_ms",
    ),
    (
        "settings",
        "SELECT json_object('account_private', json(iif(account_private, 'true', 'false')),
                'room_default_visibility', room_default_visibility, 'show_presence', show_presence,
                'show_visits', show_visits, 'language', language, 'motion', motion,
                'notifications', json(notifications))
         FROM user_settings WHERE user_id = ?1",
    ),
    (
        "identities",
        "SELECT json_object('provider', provider, 'issuer', issuer, 'subject', subject, 'email', email,
                'email_verified', json(iif(email_verified, 'true', 'false')), 'linked_at', {time:created_ms})
         FROM identity WHERE user_id = ?1 ORDER BY created_ms, provider",
    ),
    (
        "logins",
        "SELECT json_object('id', {uuid:id}, 'kind', kind, 'app', client, 'name', name, 'user_agent', user_agent,
                'address', address, 'scopes', scopes, 'authenticated_at', {time:authenticated_ms},
                'created_at', {time:created_ms}, 'seen_at', {time:seen_ms}, 'expires_at', {time:expires_ms},
                'ended_at', {time:revoked_ms})
         FROM login WHERE user_id = ?1 ORDER BY created_ms, id",
    ),
    (
        "suspension",
        "SELECT json_object('reason', reason, 'until', {time:until_ms}, 'since', {time:created_ms})
         FROM suspension WHERE user_id = ?1",
    ),
    (
        "follows",
        "SELECT json_object('following', handle, 'since', {time:follow.created_ms})
         FROM follow JOIN user ON user.id = followee_id
         WHERE follower_id = ?1 ORDER BY follow.created_ms, handle",
    ),
    (
        "followers",
        "SELECT json_object('follower', handle, 'since', {time:follow.created_ms})
         FROM follow JOIN user ON user.id = follower_id
         WHERE followee_id = ?1 ORDER BY follow.created_ms, handle",
    ),
    (
        "follow_requests",
        "SELECT json_object('asked', handle, 'since', {time:follow_request.created_ms})
         FROM follow_request JOIN user ON user.id = asked_id
         WHERE asker_id = ?1 ORDER BY follow_request.created_ms, handle",
    ),
    (
        "follow_requests_received",
        "SELECT json_object('asker', handle, 'since', {time:follow_request.created_ms})
         FROM follow_request JOIN user ON user.id = asker_id
         WHERE asked_id = ?1 ORDER BY follow_request.created_ms, handle",
    ),
    (
        "blocks",
        "SELECT json_object('blocked', handle, 'since', {time:block.created_ms})
         FROM block JOIN user ON user.id = blocked_id
         WHERE blocker_id = ?1 ORDER BY block.created_ms, handle",
    ),
    (
        "mutes",
        "SELECT json_object('muted', handle, 'since', {time:mute.created_ms}, 'until', {time:until_ms})
         FROM mute JOIN user ON user.id = muted_id
         WHERE muter_id = ?1 ORDER BY mute.created_ms, handle",
    ),
    (
        "muted_words",
        "SELECT json_object('word', text, 'since', {time:created_ms}, 'until', {time:until_ms})
         FROM muted_word WHERE user_id = ?1 ORDER BY created_ms, id",
    ),
    (
        "ties",
        "SELECT json_object('with', handle, 'name_given', mine.nickname, 'name_received', theirs.nickname,
                'since', {time:mine.created_ms})
         FROM tie AS mine
              JOIN tie AS theirs ON theirs.user_id = mine.other_id AND theirs.other_id = mine.user_id
              JOIN user ON user.id = mine.other_id
         WHERE mine.user_id = ?1 ORDER BY mine.created_ms, handle",
    ),
    (
        "tie_requests",
        "SELECT json_object('asked', handle, 'name_given', nickname, 'since', {time:tie_request.created_ms})
         FROM tie_request JOIN user ON user.id = asked_id
         WHERE asker_id = ?1 ORDER BY tie_request.created_ms, handle",
    ),
    (
        "tie_requests_received",
        "SELECT json_object('asker', handle, 'name_received', nickname, 'since', {time:tie_request.created_ms})
         FROM tie_request JOIN user ON user.id = asker_id
         WHERE asked_id = ?1 ORDER BY tie_request.created_ms, handle",
    ),
    (
        "testimonials",
        "SELECT json_object('about', handle, 'text', text, 'written_at', {time:testimonial.created_ms})
         FROM testimonial JOIN user ON user.id = owner_id
         WHERE author_id = ?1 ORDER BY testimonial.created_ms, handle",
    ),
    (
        "testimonials_received",
        "SELECT json_object('author', handle, 'text', text, 'written_at', {time:testimonial.created_ms})
         FROM testimonial JOIN user ON user.id = author_id
         WHERE owner_id = ?1 ORDER BY testimonial.created_ms, handle",
    ),
    (
        "notifications",
        "SELECT json_object('kind', kind, 'from', handle, 'subject', subject, 'at', {time:notification.created_ms})
         FROM notification LEFT JOIN user ON user.id = from_id
         WHERE receiver_id = ?1 AND withdrawn = 0
           AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = ?1 AND blocked_id = from_id)
           AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = from_id AND blocked_id = ?1)
         ORDER BY notification.id",
    ),
    (
        "rooms",
        "SELECT json_object('id', {uuid:id}, 'name', name, 'visibility', visibility,
                'guests_allowed', json(iif(guests_allowed, 'true', 'false')),
                'locked', json(iif(locked, 'true', 'false')), 'people_max', people_max,
                'theme', json(theme), 'people', json(access_lists),
                'created_at', {time:created_ms}, 'changed_at', {time:changed_ms},
                'archived_at', {time:archived_ms}, 'deleted_at', {time:binned_ms})
         FROM room WHERE owner_id = ?1 AND state <> 'deleted' ORDER BY created_ms, id",
    ),
    (
        "room_items",
        "SELECT json_object('room_id', {uuid:room.id}, 'item_id', item_id, 'item', json(body))
         FROM room JOIN room_item ON room_id = room.id
         WHERE owner_id = ?1 AND state <> 'deleted' ORDER BY room.id, item_id",
    ),
    (
        "room_layouts",
        "SELECT json_object('room_id', {uuid:room.id}, 'name', room_layout.name,
                'saved_at', {time:saved_ms}, 'layout', json(body))
         FROM room JOIN room_layout ON room_id = room.id
         WHERE owner_id = ?1 AND state <> 'deleted' ORDER BY room.id, room_layout.name",
    ),
    (
        "posts",
        "SELECT json_object('id', {uuid:id}, 'state', state, 'visibility', audience, 'standing', standing,
                'text', text, 'content_warning', warning, 'sensitive', json(iif(sensitive, 'true', 'false')),
                'pictures', json(pictures), 'tags', json(tags), 'room_id', nullif({uuid:room_id}, '----'),
                'quote_of', nullif({uuid:quote_id}, '----'), 'created_at', {time:created_ms}, 'publish_at', {time:publish_ms},
                'published_at', {time:published_ms}, 'edited_at', {time:edited_ms})
         FROM post WHERE author_id = ?1 AND deleted_ms IS NULL ORDER BY created_ms, id",
    ),
    (
        "post_edits",
        "SELECT json_object('post_id', {uuid:post_id}, 'version', post_edit.version, 'text', post_edit.text,
                'content_warning', post_edit.warning, 'pictures', json(post_edit.pictures),
                'tags', json(post_edit.tags), 'since', {time:since_ms})
         FROM post JOIN post_edit ON post_id = post.id WHERE author_id = ?1 ORDER BY post_id, post_edit.version",
    ),
    (
        "comments",
        "SELECT json_object('id', {uuid:id}, 'post_id', {uuid:post_id}, 'answers', nullif({uuid:parent_id}, '----'),
                'standing', standing, 'text', text, 'written_at', {time:created_ms}, 'edited_at', {time:edited_ms})
         FROM comment WHERE author_id = ?1 AND deleted_ms IS NULL ORDER BY created_ms, id",
    ),
    (
        "comment_edits",
        "SELECT json_object('comment_id', {uuid:comment_id}, 'version', comment_edit.version, 'text', comment_edit.text,
                'since', {time:since_ms})
         FROM comment JOIN comment_edit ON comment_id = comment.id WHERE author_id = ?1
         ORDER BY comment_id, comment_edit.version",
    ),
    (
        "reactions",
        "SELECT json_object('post_id', {uuid:post_id}, 'kind', kind, 'at', {time:created_ms})
         FROM post_reaction WHERE user_id = ?1 ORDER BY created_ms, post_id",
    ),
    (
        "comment_reactions",
        "SELECT json_object('comment_id', {uuid:comment_id}, 'kind', kind, 'at', {time:created_ms})
         FROM comment_reaction WHERE user_id = ?1 ORDER BY created_ms, comment_id",
    ),
    (
        "reposts",
        "SELECT json_object('post_id', {uuid:post_id}, 'at', {time:created_ms})
         FROM post_repost WHERE user_id = ?1 ORDER BY created_ms, post_id",
    ),
    (
        "bookmarks",
        "SELECT json_object('post_id', {uuid:post_id}, 'at', {time:created_ms})
         FROM post_bookmark WHERE user_id = ?1 ORDER BY created_ms, post_id",
    ),
    (
        "mentions",
        "SELECT json_object('post_id', {uuid:post_id}) FROM post_mention WHERE user_id = ?1 ORDER BY post_id",
    ),
    (
        "assets",
        "SELECT json_object('id', {uuid:id}, 'purpose', purpose, 'state', state, 'refusal', refusal,
                'alt', iif(state = 'taken_down', '', alt),
                'license_note', iif(state = 'taken_down', '', license_note), 'sent_as', content_type, 'sent_bytes', source_bytes,
                'width', width, 'height', height, 'uploaded_at', {time:created_ms},
                'public', json(iif(state = 'ready' AND EXISTS (
                    SELECT 1 FROM asset_use WHERE asset_id = asset.id AND is_public = 1), 'true', 'false')),
                'sha256', iif(standing = 'shown', (
                    SELECT lower(hex(sha256)) FROM asset_variant WHERE asset_id = asset.id AND name = 'large'), NULL))
         FROM asset WHERE owner_id = ?1 ORDER BY id",
    ),
    (
        "edits",
        "SELECT json_object('room_id', {uuid:room_id}, 'at', {time:at_ms}, 'parts', json(parts))
         FROM room_edit WHERE author_id = ?2 ORDER BY at_ms, room_id, seq",
    ),
    (
        "chat",
        "SELECT json_object('room_id', {uuid:room_id}, 'at', {time:at_ms}, 'text', text)
         FROM room_chat WHERE author_id = ?2 ORDER BY at_ms, room_id, seq, line",
    ),
    (
        "hidden_chat",
        "SELECT json_object('room_id', {uuid:room_id}, 'at', {time:at_ms}, 'text', text, 'standing', standing)
         FROM room_chat_moderated WHERE author_id = ?2 ORDER BY at_ms, room_id, seq, line",
    ),
    (
        "reports",
        "SELECT json_object('kind', kind, 'subject', subject, 'reason', reason, 'comment', comment,
                'at', {time:created_ms})
         FROM report WHERE reporter_id = ?1 ORDER BY created_ms, id",
    ),
    (
        "moderation",
        "SELECT json_object('kind', kind, 'subject', subject, 'action', action, 'rule', rule,
                'until', {time:until_ms}, 'at', {time:created_ms}, 'appeal', appeal, 'appeal_text', appeal_text)
         FROM ruling WHERE author_id = ?1 AND action IN ('hide', 'remove', 'warn', 'suspend') ORDER BY place",
    ),
    (
        "decisions",
        "SELECT json_object('room_id', {uuid:room_id}, 'at', {time:at_ms}, 'decision', json(decision))
         FROM room_audit WHERE actor_id = ?2 ORDER BY at_ms, room_id, seq",
    ),
    (
        "visits",
        "SELECT json_object('room_id', {uuid:room_id}, 'first_at', {time:at_ms}, 'last_at', {time:last_ms},
                'cleared', json(iif(is_cleared, 'true', 'false')))
         FROM visit WHERE user_id = ?1 ORDER BY at_ms, id",
    ),
    (
        "guestbook",
        "SELECT json_object('id', {uuid:id}, 'room_id', {uuid:room_id}, 'reply_to', iif(parent_id IS NULL, NULL, {uuid:parent_id}),
                'text', text, 'secret', json(iif(is_secret, 'true', 'false')), 'standing', standing,
                'written_at', {time:created_ms}, 'edited_at', {time:edited_ms})
         FROM guestbook_entry WHERE author_id = ?1 ORDER BY created_ms, id",
    ),
    (
        "guestbook_received",
        "SELECT json_object('id', {uuid:entry.id}, 'room_id', {uuid:entry.room_id}, 'author', handle,
                'text', text, 'secret', json(iif(is_secret, 'true', 'false')),
                'hidden', json(iif(is_hidden, 'true', 'false')), 'written_at', {time:entry.created_ms})
         FROM room JOIN guestbook_entry AS entry ON entry.room_id = room.id
              JOIN user ON user.id = entry.author_id
         WHERE room.owner_id = ?1 AND entry.author_id <> ?1 AND entry.standing = 'shown' AND closing_ms IS NULL
           AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = ?1 AND blocked_id = entry.author_id)
           AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = entry.author_id AND blocked_id = ?1)
         ORDER BY entry.created_ms, entry.id",
    ),
    (
        "popularity_counts",
        "SELECT json_object('kind', kind, 'thing', iif(kind = 'tag', CAST(thing AS TEXT), lower(hex(thing))),
                'day', day, 'weight', weight)
         FROM popularity_count WHERE user_id = ?1 ORDER BY day, kind, thing",
    ),
    (
        "account_log",
        "SELECT json_object('at', {time:at_ms}, 'act', act, 'by_me', json(iif(actor_id IS ?1, 'true', 'false')),
                'about_me', json(iif(subject_id IS ?1, 'true', 'false')),
                'detail', json(iif(subject_id IS ?1, detail, '{}')),
                'address', iif(actor_id IS ?1 OR act IN ('code_reused', 'refresh_reused'), address, NULL),
                'user_agent', iif(actor_id IS ?1 OR act IN ('code_reused', 'refresh_reused'), user_agent, NULL))
         FROM audit WHERE subject_id = ?1 OR actor_id = ?1 ORDER BY id",
    ),
];

/// Writes every file.
pub(super) async fn write(
    conn: &mut SqliteConnection,
    person: UserId,
    archive: &mut dyn Archive,
) -> Result<(), PersonalDataError> {
    for (name, query) in FILES {
        archive.begin(name).await?;
        let mut rows = sqlx::query_scalar(AssertSqlSafe(spelled(query)))
            .bind(person.uuid())
            .bind(person.to_string())
            .fetch(&mut *conn);
        while let Some(json) = rows.try_next().await? {
            archive.add(json).await?;
        }
    }
    Ok(())
}

/// A query with its `{kind:column}` spelled out.
fn spelled(query: &str) -> String {
    let mut parts = query.split('{');
    let mut spelled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (what, rest) = part.split_once('}').unwrap_or((part, ""));
        match what.split_once(':') {
            Some(("uuid", column)) => {
                let groups = [(1, 8), (9, 4), (13, 4), (17, 4), (21, 12)];
                let groups =
                    groups.map(|(from, count)| format!("substr(hex({column}), {from}, {count})"));
                spelled.push_str(&format!("lower({})", groups.join(" || '-' || ")));
            }
            Some((_, column)) => spelled.push_str(&format!(
                "strftime('%Y-%m-%dT%H:%M:%fZ', {column} / 1000.0, 'unixepoch')"
            )),
            None => {}
        }
        spelled.push_str(rest);
    }
    spelled
}
