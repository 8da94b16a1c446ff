//! People as moderators act on them. Who changes somebody's standing holds their account.

use async_trait::async_trait;

use super::number::wall;
use super::step::{in_transaction, reading};
use super::{Postgres, lock, permission_steps};
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::moderation::{ContentKind, Standing};
use crate::ports::moderation::{Content, ContentUnavailable, ModeratedContent};
use crate::ports::people::{DoorPeople, PeopleUnavailable};
use crate::ports::permission::Suspension;

impl From<PeopleUnavailable> for ContentUnavailable {
    fn from(error: PeopleUnavailable) -> Self {
        Self(error.0)
    }
}

/// People: who is hidden is suspended. Nobody is removed; people erase their accounts themselves.
#[derive(Debug, Clone)]
pub struct ModeratedPeople(pub Postgres);

/// The time of the database, as times are stored.
const NOW: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint";

#[async_trait]
impl ModeratedContent for ModeratedPeople {
    fn kind(&self) -> ContentKind {
        ContentKind::User
    }

    async fn content(&self, id: &str) -> Result<Option<Content>, ContentUnavailable> {
        let Ok(person) = id.parse::<UserId>() else {
            return Ok(None);
        };
        let row: Option<(String, String, String, i64, bool)> = reading!(self.0, |conn| {
            sqlx::query_as(
                "SELECT display_name, mood, bio, created_ms,
                        EXISTS (SELECT FROM suspension WHERE user_id = account.id AND (until_ms IS NULL
                                OR until_ms > extract(epoch FROM clock_timestamp()) * 1000))
                 FROM account WHERE id = $1",
            )
            .bind(person.uuid())
            .fetch_optional(conn)
            .await
        })?;
        Ok(row.map(|(name, mood, bio, created, suspended)| {
            let texts = [name, mood, bio].into_iter();
            let texts = texts.filter(|text| !text.is_empty());
            Content {
                id: person.to_string(),
                author: Some(person),
                text: texts.collect::<Vec<_>>().join("\n"),
                pictures: Vec::new(),
                standing: match suspended {
                    true => Standing::Hidden,
                    false => Standing::Shown,
                },
                at: wall(created),
            }
        }))
    }

    async fn stand(
        &self,
        id: &str,
        standing: Standing,
        now: WallMs,
    ) -> Result<bool, ContentUnavailable> {
        let Ok(person) = id.parse::<UserId>() else {
            return Ok(false);
        };
        Ok(in_transaction!(self.0, |conn| {
            lock::people(conn, [person]).await?;
            if permission_steps::role(conn, person).await?.is_none() {
                return Ok(false);
            }
            // Whoever decided is named where it was decided.
            let nobody = Trace::default();
            match standing {
                Standing::Shown => permission_steps::lift(conn, person, &nobody, now).await?,
                Standing::Hidden | Standing::Held => {
                    let suspension = Suspension {
                        user_id: person,
                        reason: ContentKind::User.as_str().to_owned(),
                        until: None,
                    };
                    permission_steps::lay(conn, &suspension, &nobody, now).await?;
                }
                Standing::Removed => return Ok(false),
            }
            Ok(true)
        })?)
    }

    async fn is_seen_by(&self, id: &str, viewer: UserId) -> Result<bool, ContentUnavailable> {
        let Ok(person) = id.parse::<UserId>() else {
            return Ok(false);
        };
        let now: i64 = reading!(self.0, |conn| sqlx::query_scalar(NOW).fetch_one(conn).await)?;
        Ok(!self
            .0
            .met(Some(viewer), &[person], wall(now))
            .await?
            .is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::postgres::testing::scratch;
    use crate::ports::account::AccountStore;
    use crate::ports::relations::BlockStore;
    use crate::ports::user::conformance::created;

    #[tokio::test]
    async fn whoever_is_hidden_is_suspended_and_seen_by_nobody_until_shown() {
        let Some(store) = scratch().await else { return };
        let people = ModeratedPeople(store.store.clone());
        let me = created(&*store, "person", "person").await.id;
        let viewer = created(&*store, "viewer", "viewer").await.id;
        let id = me.to_string();
        let standing = async || {
            let content = people.content(&id).await.unwrap().unwrap();
            assert_eq!((content.author, &content.id), (Some(me), &id));
            assert!(
                content.text.starts_with("하늘\n졸려요\n"),
                "{}",
                content.text
            );
            let seen = people.is_seen_by(&id, viewer).await.unwrap();
            (content.standing, seen)
        };
        let stand = async |wanted| people.stand(&id, wanted, WallMs(5)).await.unwrap();
        assert_eq!(standing().await, (Standing::Shown, true));
        assert!(stand(Standing::Hidden).await);
        assert_eq!(standing().await, (Standing::Hidden, false));
        assert!(!stand(Standing::Removed).await);
        assert!(stand(Standing::Shown).await);
        assert_eq!(standing().await, (Standing::Shown, true));
        store.block(me, viewer, WallMs(6)).await.unwrap();
        assert_eq!(standing().await, (Standing::Shown, false));
        store.unblock(me, viewer).await.unwrap();
        let closed = store.close(me, &Trace::default(), WallMs(7)).await;
        closed.unwrap();
        assert_eq!(standing().await, (Standing::Shown, false));
        for nobody in [UserId::generate().to_string(), "nobody".to_owned()] {
            assert_eq!(people.content(&nobody).await.unwrap(), None);
            let hidden = people.stand(&nobody, Standing::Hidden, WallMs(8)).await;
            assert!(!hidden.unwrap());
            assert!(!people.is_seen_by(&nobody, viewer).await.unwrap());
        }
    }
}
