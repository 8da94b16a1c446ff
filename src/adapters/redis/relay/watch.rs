//! Notices connections that look well and carry nothing: the other end may be gone without a word.

use std::time::Duration;

use fred::clients::SubscriberClient;
use fred::interfaces::ClientLike;

use super::{Redis, Shared};

/// How often is looked.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// How many looks in a row must find nothing, so that a process that stood still hears what waits for it first; twice
/// as many after each time that it did not help.
const LOOKS_MIN: u32 = 2;
const LOOKS_MAX: u32 = 64;

/// What has been seen of them.
#[derive(Debug)]
pub(super) struct Watch {
    looks: u32,
}

impl Default for Watch {
    fn default() -> Self {
        Self { looks: LOOKS_MIN }
    }
}

impl Watch {
    /// Looks until the connections for messages had better be made anew. Those over which is sent are made anew here,
    /// where they carry nothing either.
    pub(super) async fn until_dead(
        &mut self,
        redis: &Redis,
        subscriber: &SubscriberClient,
        shared: &Shared,
    ) {
        let figures = &shared.figures;
        let mut well_since = shared.clock.tick();
        let mut in_vain = 0;
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let now = shared.clock.tick();
            if !(subscriber.is_connected() && redis.client().is_connected()) {
                // Known to be away, and sought.
                (well_since, in_vain) = (now, 0);
                continue;
            }
            let answers = figures.is_answered(Some(well_since), now);
            if answers && figures.is_heard(Some(well_since), now) {
                in_vain = 0;
                if figures.is_heard(None, now) {
                    self.looks = LOOKS_MIN;
                }
                continue;
            }
            in_vain += 1;
            if in_vain < self.looks {
                continue;
            }
            self.looks = (self.looks * 2).min(LOOKS_MAX);
            tracing::warn!(answers, "nothing comes back over Redis: connecting anew");
            if !answers && let Err(error) = redis.renew() {
                figures.tell(&error, now);
            }
            return;
        }
    }
}
