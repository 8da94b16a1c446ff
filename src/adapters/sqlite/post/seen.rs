//! Who sees what, for statements in which `?1` is the viewer, or null, and `?2` the time.

/// This account is there for the viewer: open, not suspended, with no block between the two.
macro_rules! there {
    ($user:literal) => {
        concat!(
            "(",
            $user,
            ".closing_ms IS NULL
             AND NOT EXISTS (SELECT 1 FROM suspension WHERE suspension.user_id = ",
            $user,
            ".id AND (suspension.until_ms IS NULL OR suspension.until_ms > ?2))
             AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = ?1 AND blocked_id = ",
            $user,
            ".id)
             AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = ",
            $user,
            ".id AND blocked_id = ?1))"
        )
    };
}

/// The viewer does not mute this account.
macro_rules! unmuted {
    ($user:literal) => {
        concat!(
            "NOT EXISTS (SELECT 1 FROM mute WHERE muter_id = ?1 AND muted_id = ",
            $user,
            ".id AND (mute.until_ms IS NULL OR mute.until_ms > ?2))"
        )
    };
}

/// The post `p` is the viewer's own, or quotes nobody whom they mute or with whom there is a block: in feeds a quote
/// goes where what it quotes would go.
macro_rules! quotes_nobody_unwanted {
    () => {
        "(p.quote_id IS NULL OR p.author_id = ?1 OR NOT EXISTS (
             SELECT 1 FROM post AS quoted WHERE quoted.id = p.quote_id AND quoted.deleted_ms IS NULL AND (
                 EXISTS (SELECT 1 FROM mute WHERE muter_id = ?1 AND muted_id = quoted.author_id
                         AND (mute.until_ms IS NULL OR mute.until_ms > ?2))
                 OR EXISTS (SELECT 1 FROM block WHERE blocker_id = ?1 AND blocked_id = quoted.author_id)
                 OR EXISTS (SELECT 1 FROM block WHERE blocker_id = quoted.author_id AND blocked_id = ?1))))"
    };
}

/// A feed that says what is new, rather than what one person wrote, holds the post `p` of the account `a`, which the
/// viewer sees.
macro_rules! wanted {
    () => {
        concat!(unmuted!("a"), " AND ", quotes_nobody_unwanted!())
    };
}

/// An audience, in this column, of the account `a` has the viewer in it.
macro_rules! among {
    ($audience:literal) => {
        concat!(
            "CASE ",
            $audience,
            " WHEN 'public' THEN
                   NOT EXISTS (SELECT 1 FROM user_settings WHERE user_id = a.id AND account_private = 1)
                   OR EXISTS (SELECT 1 FROM follow WHERE follower_id = ?1 AND followee_id = a.id)
               WHEN 'followers' THEN
                   EXISTS (SELECT 1 FROM follow WHERE follower_id = ?1 AND followee_id = a.id)
               WHEN 'ties' THEN EXISTS (SELECT 1 FROM tie WHERE tie.user_id = ?1 AND other_id = a.id)
               ELSE 0 END"
        )
    };
}

/// The post `p` of the account `a` is out, and the viewer sees it.
macro_rules! seen {
    () => {
        concat!(
            "(p.state = 'published' AND p.deleted_ms IS NULL AND (p.author_id = ?1 OR (
                 p.standing = 'shown' AND ",
            there!("a"),
            " AND ",
            among!("p.audience"),
            ")))"
        )
    };
}

/// The same, or it is the viewer's own in any state.
macro_rules! readable {
    () => {
        concat!(
            "(p.deleted_ms IS NULL AND (p.author_id = ?1 OR ",
            seen!(),
            "))"
        )
    };
}

/// The comment `c` of the account `u`, if any, shows its text to the viewer, who sees the post.
macro_rules! heard {
    () => {
        heard!("c", "u")
    };
    ($comment:literal, $user:literal) => {
        concat!(
            "(",
            $comment,
            ".deleted_ms IS NULL AND ",
            $user,
            ".id IS NOT NULL AND (",
            $comment,
            ".author_id = ?1 OR (",
            $comment,
            ".standing = 'shown' AND ",
            there!($user),
            ")))"
        )
    };
}

/// The columns of the account under this name, as `UserRow` reads them.
macro_rules! card {
    ($user:literal) => {
        concat!(
            $user,
            ".id AS user_id, ",
            $user,
            ".handle, ",
            $user,
            ".display_name, ",
            $user,
            ".look, ",
            $user,
            ".mood, ",
            $user,
            ".bio, ",
            $user,
            ".front_room_id"
        )
    };
}

pub(super) use {
    among, card, heard, quotes_nobody_unwanted, readable, seen, there, unmuted, wanted,
};
