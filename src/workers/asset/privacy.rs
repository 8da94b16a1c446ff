//! What people choose for their accounts, as far as it bears on their pictures: heard from the event log where the two are
//! kept by different services.
//!
//! A choice that is not heard leaves pictures open that are to be closed. So while a store that is asked or told does not
//! answer, nothing is given up and the same events are tried on; only what fails while all of them answer is set aside.
//!
//! An event may be lost for good all the same, with a disk of the log or as one that was set aside. So owners are gone
//! through as well, some at a time: what was not heard is found in the end.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use super::AssetWorkError;
use crate::domain::clock::{Clock, WallMs};
use crate::domain::event::{Event, Subject};
use crate::domain::id::UserId;
use crate::domain::user::AccountEvent;
use crate::ports::asset::{AssetsUnavailable, OwnerPrivacy, PictureOwners};
use crate::ports::backend::Backend;
use crate::ports::events::{
    EventConsumer, EventConsumers, EventsUnavailable, LoggedEvent, PRIVACY,
};
use crate::ports::settings::SettingsStore;

/// Events taken at once.
const BATCH_MAX: u32 = 128;

/// Between two looks at a log with nothing new, in milliseconds.
const LOOK_MS: u64 = 200;

/// Before it is tried on, in milliseconds.
const RETRY_MS: u64 = 1_000;

/// Between two looks at what some owners have chosen, in milliseconds.
const TURN_MS: u64 = 60_000;

/// How many owners those are: a million are gone through in less than three days.
const TURN_MAX: u32 = 256;

/// What is told, and whom.
#[derive(Clone)]
pub struct Privacy {
    /// Where to hear of choices.
    pub events: Arc<dyn EventConsumers>,
    /// What people chose.
    pub settings: Arc<dyn SettingsStore>,
    /// Whoever keeps their pictures.
    pub owners: Arc<dyn PictureOwners>,
    /// What both lie in.
    pub backends: Vec<Arc<dyn Backend>>,
}

impl std::fmt::Debug for Privacy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Privacy(..)")
    }
}

/// What a look at the log came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// So many events, which do not come again, or are set aside.
    Events(usize),
    /// Nothing for now: this does not answer. The same events come again.
    Waiting(&'static str),
}

impl Privacy {
    /// Follows the log, and goes through owners, until it is dropped. Dropped between any two steps, whoever comes next
    /// goes on from there, and through owners from the first one.
    pub async fn run(self, clock: Clock) {
        tokio::join!(self.hear(clock), self.go_through());
    }

    async fn hear(&self, clock: Clock) {
        loop {
            let Err(error) = self.follow(clock).await;
            tracing::warn!(%error, "what people choose for their pictures is not heard for now");
            tokio::time::sleep(Duration::from_millis(RETRY_MS)).await;
        }
    }

    /// Follows it as long as it can be.
    async fn follow(&self, clock: Clock) -> Result<Infallible, EventsUnavailable> {
        let mut consumer = self.events.durable(PRIVACY).await?;
        loop {
            let wait_ms = match self.pass(&mut *consumer, clock.wall()).await? {
                Heard::Events(0) => LOOK_MS,
                // A batch holds one event of a subject, so that a short one need not be the last.
                Heard::Events(_) => 0,
                Heard::Waiting(backend) => {
                    tracing::warn!(backend, "what people choose for their pictures waits");
                    RETRY_MS
                }
            };
            tokio::time::sleep(Duration::from_millis(wait_ms)).await;
        }
    }

    /// Acts on the next events.
    pub async fn pass(
        &self,
        consumer: &mut dyn EventConsumer,
        now: WallMs,
    ) -> Result<Heard, EventsUnavailable> {
        let events = consumer.next(BATCH_MAX, now).await?;
        let mut failed: Vec<(&LoggedEvent, AssetWorkError)> = Vec::new();
        for event in &events {
            if let Err(error) = self.act_on(event.subject, &event.event).await {
                if let Some(silent) = self.silent().await {
                    return Ok(Heard::Waiting(silent));
                }
                failed.push((event, error));
            }
        }
        for (event, error) in failed {
            let aside = consumer.set_aside(event, &error.to_string(), now).await?;
            tracing::warn!(%error, event = event.id, ?aside, "a choice about pictures waits");
        }
        if !events.is_empty() {
            consumer.finish().await?;
        }
        Ok(Heard::Events(events.len()))
    }

    /// What does not answer, if anything.
    async fn silent(&self) -> Option<&'static str> {
        for backend in &self.backends {
            if let Err(error) = backend.answers().await {
                tracing::debug!(%error, backend = backend.name(), "no answer");
                return Some(backend.name());
            }
        }
        None
    }

    /// Acts on an event; whether it was one of these. The settings are looked up as they are now, so that an event that
    /// comes twice, late or out of order brings about what is so.
    pub async fn act_on(&self, subject: Subject, event: &Event) -> Result<bool, AssetWorkError> {
        let (Subject::User(owner), Event::Account(AccountEvent::SettingsChanged { .. })) =
            (subject, event)
        else {
            return Ok(false);
        };
        self.tell(owner, 0).await?;
        Ok(true)
    }

    /// Tells what somebody has chosen as it is now, where that is newer than this version.
    async fn tell(&self, owner: UserId, known: u64) -> Result<(), AssetWorkError> {
        let settings = self.settings.settings(owner).await;
        let (settings, version) = settings.map_err(|error| AssetsUnavailable(error.to_string()))?;
        // Whoever has chosen and has no choice any more was erased: nothing is kept of them anew.
        if version > known {
            let privacy = OwnerPrivacy {
                owner,
                is_private: settings.account_private,
                version,
            };
            self.owners.chose(&privacy).await?;
        }
        Ok(())
    }

    async fn go_through(&self) {
        let mut last = None;
        loop {
            tokio::time::sleep(Duration::from_millis(TURN_MS)).await;
            match self.turn(last).await {
                Ok(next) => last = next,
                // The same ones are looked at again.
                Err(error) => tracing::warn!(%error, "what people chose is not looked at"),
            }
        }
    }

    /// Tells what the next few owners have chosen where that was never heard; the last of them, none where there are no
    /// more. One that fails holds up the others only while a store does not answer.
    pub async fn turn(&self, after: Option<UserId>) -> Result<Option<UserId>, AssetWorkError> {
        let mut last = None;
        for (owner, known) in self.owners.owners_after(after, TURN_MAX).await? {
            if let Err(error) = self.tell(owner, known).await {
                if self.silent().await.is_some() {
                    return Err(error);
                }
                tracing::warn!(%error, "a choice about pictures is not told");
            }
            last = Some(owner);
        }
        Ok(last)
    }
}

#[cfg(test)]
mod tests;
