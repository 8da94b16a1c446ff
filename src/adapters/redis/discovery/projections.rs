//! The projections themselves: what they are called, which run each is in, and how they are begun anew.

use std::time::Duration;

use fred::error::Error;
use fred::types::scripts::Script;
use fred::types::{FromValue, Value};
use uuid::Uuid;

use super::{DiscoveryUnavailable, KINDS, WITHIN, scripts};
use crate::adapters::redis::Redis;
use crate::adapters::redis::script::{self, text, whole};
use crate::domain::discovery::Kind;

/// What BEGIN answers where the projection was begun anew since.
const OTHER_RUN: i64 = 0;

/// How long whoever has the log given again may take, in milliseconds: longer than a desk does.
const GIVING_MS: u64 = 60_000;

/// The projections as they were when reading began, in the order of [`KINDS`].
pub(super) struct Runs(pub(super) [String; 3]);

/// The projections of an installation. Whoever reads the log for them sees, at their next turn, that they were begun
/// anew.
#[derive(Debug, Clone)]
pub struct RedisProjections {
    redis: Redis,
    space: String,
}

impl RedisProjections {
    /// Over a cluster, under names that begin so.
    pub fn new(redis: Redis, space: &str) -> Self {
        let space = space.to_owned();
        Self { redis, space }
    }

    /// The same, once the cluster is there; an error where it is not by then.
    pub async fn reached(
        redis: Redis,
        space: &str,
        within: Duration,
    ) -> Result<Self, DiscoveryUnavailable> {
        redis.reached(within).await?;
        Ok(Self::new(redis, space))
    }

    /// Forgets all that was made of the log. Whoever reads it has it given again, from its beginning.
    pub async fn begin_anew(&self) -> Result<(), DiscoveryUnavailable> {
        for kind in KINDS {
            let _: i64 = self.step(kind, &scripts::RESTART, []).await?;
        }
        Ok(())
    }

    pub(super) fn space(&self) -> &str {
        &self.space
    }

    /// How the names of a projection's keys begin.
    pub(super) fn prefix(&self, kind: Kind) -> String {
        format!("{{{}:discovery:{}}}:", self.space, kind.as_str())
    }

    /// Runs a step of a projection.
    pub(super) async fn step<R: FromValue>(
        &self,
        kind: Kind,
        step: &Script,
        arguments: impl IntoIterator<Item = Value>,
    ) -> Result<R, Error> {
        let prefix = self.prefix(kind);
        let keys = vec![format!("{prefix}state")];
        let arguments = std::iter::once(text(prefix)).chain(arguments).collect();
        script::run(&self.redis, step, WITHIN, keys, arguments).await
    }

    /// The projections as they are, and whether the log is being read for all of them: not where one was begun anew or
    /// lost.
    pub(super) async fn runs(&self) -> Result<(Runs, bool), DiscoveryUnavailable> {
        let mut runs = Runs(Default::default());
        let mut all_begun = true;
        for (kind, run) in KINDS.into_iter().zip(&mut runs.0) {
            let (current, begun): (String, u64) = self.step(kind, &scripts::RUN, []).await?;
            *run = current;
            all_begun &= begun != 0;
        }
        Ok((runs, all_begun))
    }

    /// The log is being read for these projections from its beginning.
    pub(super) async fn begin(&self, runs: &Runs) -> Result<(), DiscoveryUnavailable> {
        for (kind, run) in KINDS.into_iter().zip(&runs.0) {
            let is_same: i64 = self
                .step(kind, &scripts::BEGIN, [text(run.clone())])
                .await?;
            if is_same == OTHER_RUN {
                return Err(begun_anew());
            }
        }
        Ok(())
    }

    /// Leave to have the log given again; none while somebody else has it. Two at once would wait for each other to
    /// leave the log.
    pub(super) async fn take_leave(&self) -> Result<Option<Leave<'_>>, DiscoveryUnavailable> {
        let name = Uuid::new_v4().to_string();
        let arguments = [text(name.clone()), whole(GIVING_MS)];
        let taken: i64 = self.step(Kind::Room, &scripts::GIVING, arguments).await?;
        let leave = Leave { of: self, name };
        Ok((taken == 1).then_some(leave))
    }
}

/// Leave to have the log given again; where it is not given back it ends by itself.
pub(super) struct Leave<'a> {
    of: &'a RedisProjections,
    name: String,
}

impl Leave<'_> {
    pub(super) async fn give_back(self) -> Result<(), DiscoveryUnavailable> {
        let name = [text(self.name)];
        let _: i64 = self.of.step(Kind::Room, &scripts::GIVEN, name).await?;
        Ok(())
    }
}

/// Somebody began anew while this was read: the next turn reads from the beginning.
pub(super) fn begun_anew() -> DiscoveryUnavailable {
    DiscoveryUnavailable("it was begun anew meanwhile".to_owned())
}
