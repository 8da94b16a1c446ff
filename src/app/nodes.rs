//! What ties a process to the others of its installation: the way between their rooms, and what all of them count, know
//! or use up together. With the embedded store a process is alone.

#[cfg(feature = "distributed")]
mod shared;

use std::sync::Arc;

use super::background::Background;
use super::start_error::StartError;
use crate::config::Config;
use crate::domain::clock::Clock;
use crate::domain::id::NodeId;
use crate::domain::limits::RestLimits;
use crate::ports::crowds::Crowds;
#[cfg(feature = "distributed")]
use crate::ports::notification::NotificationSink;
use crate::ports::rates::Rates;
use crate::ports::relay::{Alone, Relay};
use crate::ports::whereabouts::Whereabouts;
use crate::realtime::gate::Gate;
use crate::realtime::lines::Lines;
use crate::realtime::rooms::Rooms;
use crate::rest::rate::LocalRates;
use crate::services::auth::AuthService;
#[cfg(feature = "distributed")]
pub(super) use shared::SPACE;
#[cfg(feature = "distributed")]
pub(super) use shared::Shared;

/// This process among the others.
pub(super) struct Nodes {
    /// This run of it.
    pub node: NodeId,
    /// The connections of people here, and the way to those elsewhere.
    pub lines: Arc<Lines>,
    /// The way to rooms elsewhere.
    pub relay: Arc<dyn Relay>,
    #[cfg(feature = "distributed")]
    shared: Option<Shared>,
}

/// Who is where, on all nodes.
#[derive(Clone)]
pub(super) struct Presence {
    /// How many people are in which room.
    pub crowds: Arc<dyn Crowds>,
    /// In which rooms somebody is.
    pub whereabouts: Arc<dyn Whereabouts>,
}

impl Nodes {
    /// As the settings have it: people in PostgreSQL are people of several nodes.
    pub(super) fn open(config: &Config, clock: Clock) -> Result<Self, StartError> {
        #[cfg(feature = "distributed")]
        if config.backend.postgres.is_some() {
            return Self::among_others(config, clock);
        }
        // Without other nodes there is nothing to open.
        let _ = (config, clock);
        Ok(Self {
            node: NodeId::generate(),
            lines: Arc::default(),
            relay: Arc::new(Alone),
            #[cfg(feature = "distributed")]
            shared: None,
        })
    }

    #[cfg(feature = "distributed")]
    fn among_others(config: &Config, clock: Clock) -> Result<Self, StartError> {
        let node = NodeId::generate();
        let (shared, relay) = Shared::open(config, node, clock)?;
        Ok(Self {
            node,
            lines: Arc::new(Lines::beside(relay.clone())),
            relay,
            shared: Some(shared),
        })
    }

    /// Whoever tells people what is for them, wherever they are.
    #[cfg(feature = "distributed")]
    pub(super) fn sink(&self) -> Arc<dyn NotificationSink> {
        self.lines.clone()
    }

    /// What nodes share.
    #[cfg(feature = "distributed")]
    pub(super) const fn shared(&self) -> Option<&Shared> {
        self.shared.as_ref()
    }

    /// The gate, whose tickets are good at every node.
    pub(super) fn gate(&self, gate: Gate) -> Gate {
        #[cfg(feature = "distributed")]
        if let Some(shared) = &self.shared {
            return shared.gate(gate);
        }
        gate
    }

    /// Sign-in, which may end at another node than it began at.
    pub(super) fn auth(&self, auth: AuthService) -> AuthService {
        #[cfg(feature = "distributed")]
        if let Some(shared) = &self.shared {
            return shared.auth(auth);
        }
        auth
    }

    /// What requests are counted by.
    pub(super) fn rates(&self, limits: &RestLimits, clock: Clock) -> Arc<dyn Rates> {
        #[cfg(feature = "distributed")]
        if let Some(shared) = &self.shared {
            return shared.rates.clone();
        }
        Arc::new(LocalRates::new(limits.clone(), clock))
    }

    /// Lets what arrives from other nodes into these rooms, tells the others what is here, and keeps what they tell; the
    /// rooms' last saves are made under it.
    pub(super) fn run(
        &mut self,
        background: &mut Background,
        rooms: &Arc<Rooms>,
        address: String,
        clock: Clock,
    ) -> Presence {
        #[cfg(feature = "distributed")]
        if let Some(shared) = &mut self.shared {
            let own = (self.node, rooms.clone(), self.lines.clone());
            return shared.run(background, own, address, clock);
        }
        let _ = (background, address, clock);
        Presence {
            crowds: rooms.clone(),
            whereabouts: self.lines.clone(),
        }
    }
}
