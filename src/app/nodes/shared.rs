//! What nodes share in Redis.

use std::sync::Arc;

use super::Presence;
use crate::adapters::redis::{
    HotCache, Redis, RedisDirectory, RedisPending, RedisRates, RedisRelay, RedisSpent,
    RedisWhereabouts, Relaying,
};
use crate::app::background::Background;
use crate::app::metrics::SharedFigures;
use crate::app::start_error::StartError;
use crate::config::Config;
use crate::domain::clock::Clock;
use crate::domain::id::NodeId;
use crate::domain::service::Service;
use crate::ports::directory::NodeAt;
use crate::ports::relay::Arriving;
use crate::realtime::gate::Gate;
use crate::realtime::lines::Lines;
use crate::realtime::rooms::Rooms;
use crate::rest::rate::LocalRates;
use crate::services::auth::{AuthService, PENDING_MS, pending_bounds};

/// How names in Redis begin.
pub(in crate::app) const SPACE: &str = "maru";

/// One process's part of it.
pub(in crate::app) struct Shared {
    pub redis: Redis,
    /// What requests are counted by.
    pub rates: Arc<RedisRates>,
    /// What is kept of people for seconds.
    pub people: HotCache,
    /// What is kept of relations.
    pub relations: HotCache,
    /// Until it is run.
    relaying: Option<Relaying>,
    has_rooms: bool,
}

impl Shared {
    /// Begins to connect; nothing is waited for.
    pub(super) fn open(
        config: &Config,
        node: NodeId,
        clock: Clock,
    ) -> Result<(Self, Arc<RedisRelay>), StartError> {
        let missing = || StartError::Backends(config.missing_backends());
        let address = config.backend.redis.as_ref().ok_or_else(missing)?;
        let redis = Redis::connect(address)?;
        let (relay, relaying) = RedisRelay::new(&redis, node, clock)?;
        let limits = config.rest.clone();
        let here = Arc::new(LocalRates::new(limits.clone(), clock));
        let cache = || HotCache::new(redis.clone(), SPACE, clock);
        let shared = Self {
            rates: Arc::new(RedisRates::new(redis.clone(), SPACE, limits, here, clock)),
            people: cache(),
            relations: cache(),
            redis,
            relaying: Some(relaying),
            has_rooms: config.server.services.has(Service::Room),
        };
        Ok((shared, Arc::new(relay)))
    }

    /// How much of it is shared indeed.
    pub(in crate::app) fn figures(&self) -> SharedFigures {
        SharedFigures {
            rates: self.rates.figures().clone(),
            hot: vec![
                ("people", self.people.figures().clone()),
                ("relations", self.relations.figures().clone()),
            ],
        }
    }

    pub(super) fn gate(&self, gate: Gate) -> Gate {
        gate.sharing(Arc::new(RedisSpent::new(self.redis.clone(), SPACE)))
    }

    pub(super) fn auth(&self, auth: AuthService) -> AuthService {
        let bounds = pending_bounds(PENDING_MS);
        let pending = RedisPending::new(self.redis.clone(), SPACE, bounds);
        auth.keeping(Arc::new(pending))
    }

    pub(super) fn run(
        &mut self,
        background: &mut Background,
        (node, rooms, lines): (NodeId, Arc<Rooms>, Arc<Lines>),
        address: String,
        clock: Clock,
    ) -> Presence {
        if let Some(relaying) = self.relaying.take() {
            let (rooms, lines) = (rooms.clone(), lines.clone());
            let work = relaying.run(move |arriving| match arriving {
                Arriving::OfRoom(bytes) => rooms.hear(&bytes),
                Arriving::ForPerson(person, frames) => lines.push(person, &frames),
            });
            // Rooms that are handed over are handed over by it.
            background.outlive("relay", work);
        }
        let directory = match self.has_rooms {
            true => RedisDirectory::of_node(&self.redis, NodeAt { node, address }, rooms, clock),
            false => RedisDirectory::of_onlooker(&self.redis, clock),
        };
        background.run("directory", directory.clone().keep());
        let whereabouts = RedisWhereabouts::new(&self.redis, node, lines, clock);
        background.run("whereabouts", whereabouts.clone().keep());
        Presence {
            crowds: Arc::new(directory),
            whereabouts: Arc::new(whereabouts),
        }
    }
}
