//! Relations in SQLite.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::Sqlite;
use super::user::stored;
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::ports::relations::{
    FOLLOWS_MAX, Followed, RelationReader, RelationStore, RelationsUnavailable,
};

impl From<sqlx::Error> for RelationsUnavailable {
    fn from(error: sqlx::Error) -> Self {
        Self(error.to_string())
    }
}

#[async_trait]
impl RelationReader for Sqlite {
    async fn follows(&self, user: UserId, owner: UserId) -> Result<bool, RelationsUnavailable> {
        let follows = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM follow WHERE follower_id = ? AND followee_id = ?)",
        )
        .bind(user.uuid())
        .bind(owner.uuid())
        .fetch_one(&self.read)
        .await?;
        Ok(follows)
    }

    async fn hidden_from(&self, _user: UserId) -> Result<BTreeSet<String>, RelationsUnavailable> {
        // Nobody can be blocked yet.
        Ok(BTreeSet::new())
    }
}

#[async_trait]
impl RelationStore for Sqlite {
    async fn follow(
        &self,
        follower: UserId,
        followee: UserId,
        at: WallMs,
    ) -> Result<Followed, RelationsUnavailable> {
        // Taking the write lock first makes the questions and the insert one step.
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let (people, already, count): (u32, bool, u32) = sqlx::query_as(
            "SELECT (SELECT count(*) FROM user WHERE id IN (?1, ?2)),
                    EXISTS (SELECT 1 FROM follow WHERE follower_id = ?1 AND followee_id = ?2),
                    (SELECT count(*) FROM follow WHERE follower_id = ?1)",
        )
        .bind(follower.uuid())
        .bind(followee.uuid())
        .fetch_one(&mut *transaction)
        .await?;
        if people < 2 {
            return Ok(Followed::NoSuchUser);
        }
        if already {
            return Ok(Followed::Already);
        }
        if count >= FOLLOWS_MAX {
            return Ok(Followed::TooMany);
        }
        sqlx::query("INSERT INTO follow (follower_id, followee_id, created_ms) VALUES (?, ?, ?)")
            .bind(follower.uuid())
            .bind(followee.uuid())
            .bind(stored(at))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(Followed::Now)
    }

    async fn unfollow(
        &self,
        follower: UserId,
        followee: UserId,
    ) -> Result<bool, RelationsUnavailable> {
        let done = sqlx::query("DELETE FROM follow WHERE follower_id = ? AND followee_id = ?")
            .bind(follower.uuid())
            .bind(followee.uuid())
            .execute(&self.write)
            .await?;
        Ok(done.rows_affected() == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::relations::conformance::conformance;
    use crate::ports::user::conformance::created;

    #[tokio::test]
    async fn keeps_what_a_relation_store_promises() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        let limited = created(&store, "limited", "limited").await.id;
        // As many people as anybody may follow, made at once.
        let crowd = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
             INSERT INTO user (id, handle, display_name, look, front_room_id, created_ms)
             SELECT randomblob(16), 'crowd_' || i, 'crowd', x'000000000000', randomblob(16), 0 FROM n";
        let follows = "INSERT INTO follow (follower_id, followee_id, created_ms)
             SELECT ?1, id, 0 FROM user WHERE handle LIKE 'crowd_%'";
        let crowd = sqlx::query(crowd).bind(FOLLOWS_MAX);
        crowd.execute(&store.write).await.unwrap();
        let follows = sqlx::query(follows).bind(limited.uuid());
        follows.execute(&store.write).await.unwrap();
        conformance(&store, &store, limited).await;
    }
}
