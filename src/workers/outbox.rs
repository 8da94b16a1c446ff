//! The relay: takes what there is to tell from an outbox, publishes it to the log, and clears what was
//! published. Stopped between the two it publishes again, under the same event ids.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::clock::{Clock, WallMs};
use crate::ports::events::{EventLog, EventsUnavailable, Outbox};

/// Events taken at once: bounds memory, and how long a transaction of the log takes.
const BATCH_MAX: u32 = 256;

/// Between two looks at an outbox that was empty, in milliseconds.
const LOOK_MS: u64 = 200;

/// After a first failure, in milliseconds; doubles with each one more.
const RETRY_MS_FIRST: u64 = 500;

/// The longest wait after failures, in milliseconds.
const RETRY_MS_MAX: u64 = 30_000;

/// Passes events on until it is dropped.
pub async fn relay(outbox: Arc<dyn Outbox>, log: Arc<dyn EventLog>, clock: Clock) {
    let mut failures = 0;
    loop {
        let passed = pass(&*outbox, &*log, clock.wall()).await;
        if let Err(error) = &passed {
            tracing::warn!(%error, failures, "events wait");
        }
        let wait_ms = wait_ms(&passed, &mut failures);
        tokio::time::sleep(Duration::from_millis(wait_ms)).await;
    }
}

/// Passes one batch on, as published now; how many events it had.
pub async fn pass(
    outbox: &dyn Outbox,
    log: &dyn EventLog,
    now: WallMs,
) -> Result<usize, EventsUnavailable> {
    let entries = outbox.waiting(0, BATCH_MAX).await?;
    if entries.is_empty() {
        return Ok(0);
    }
    log.publish(&entries, now).await?;
    let published: Vec<u64> = entries.iter().map(|entry| entry.id).collect();
    outbox.clear(&published).await?;
    Ok(published.len())
}

/// How long to wait after a pass: not at all while there is more, ever longer while it fails.
fn wait_ms(passed: &Result<usize, EventsUnavailable>, failures: &mut u32) -> u64 {
    match passed {
        Ok(count) => {
            *failures = 0;
            if *count < BATCH_MAX as usize {
                LOOK_MS
            } else {
                0
            }
        }
        Err(_) => {
            let wait = RETRY_MS_FIRST << (*failures).min(6);
            *failures = failures.saturating_add(1);
            wait.min(RETRY_MS_MAX)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;

    use super::*;
    use crate::domain::event::{Event, Subject};
    use crate::domain::id::RoomId;
    use crate::domain::room::{RoomEvent, Seq};
    use crate::ports::events::OutboxEntry;

    /// An outbox and a log in one, of which either may be out of order.
    #[derive(Default)]
    struct Both {
        waiting: Mutex<Vec<OutboxEntry>>,
        published: Mutex<Vec<u64>>,
        log_fails: bool,
        clear_fails: bool,
    }

    impl Both {
        fn of(count: u64) -> Self {
            let room = RoomId::generate();
            let entry = |id| OutboxEntry {
                id,
                subject: Subject::Room(room),
                event: Event::Room(RoomEvent::Changed { version: Seq(id) }),
            };
            Self {
                waiting: Mutex::new((1..=count).map(entry).collect()),
                ..Self::default()
            }
        }

        fn counts(&self) -> (usize, usize) {
            let waiting = self.waiting.lock().expect("whole").len();
            (waiting, self.published.lock().expect("whole").len())
        }
    }

    fn down(is_down: bool) -> Result<(), EventsUnavailable> {
        let error = EventsUnavailable("down".to_owned());
        if is_down { Err(error) } else { Ok(()) }
    }

    #[async_trait]
    impl Outbox for Both {
        async fn waiting(
            &self,
            after: u64,
            limit: u32,
        ) -> Result<Vec<OutboxEntry>, EventsUnavailable> {
            let waiting = self.waiting.lock().expect("whole");
            let entries = waiting.iter().filter(|entry| entry.id > after);
            Ok(entries.take(limit as usize).cloned().collect())
        }

        async fn clear(&self, published: &[u64]) -> Result<(), EventsUnavailable> {
            down(self.clear_fails)?;
            let mut waiting = self.waiting.lock().expect("whole");
            waiting.retain(|entry| !published.contains(&entry.id));
            Ok(())
        }
    }

    #[async_trait]
    impl EventLog for Both {
        async fn publish(
            &self,
            events: &[OutboxEntry],
            _: WallMs,
        ) -> Result<(), EventsUnavailable> {
            down(self.log_fails)?;
            let mut published = self.published.lock().expect("whole");
            published.extend(events.iter().map(|entry| entry.id));
            Ok(())
        }
    }

    #[tokio::test]
    async fn what_waits_is_published_in_bounded_batches_and_cleared() {
        let both = Both::of(300);
        let passed = pass(&both, &both, WallMs(1)).await;
        assert_eq!(passed.expect("passed"), 256);
        assert_eq!(both.counts(), (44, 256));
        assert_eq!(pass(&both, &both, WallMs(1)).await.expect("passed"), 44);
        assert_eq!(both.counts(), (0, 300));
        assert_eq!(pass(&both, &both, WallMs(1)).await.expect("passed"), 0);
    }

    #[tokio::test]
    async fn nothing_is_cleared_that_was_not_published() {
        let mut both = Both::of(3);
        both.log_fails = true;
        pass(&both, &both, WallMs(1)).await.expect_err("down");
        assert_eq!(both.counts(), (3, 0));
        (both.log_fails, both.clear_fails) = (false, true);
        pass(&both, &both, WallMs(1)).await.expect_err("down");
        both.clear_fails = false;
        assert_eq!(pass(&both, &both, WallMs(1)).await.expect("passed"), 3);
        assert_eq!(both.counts(), (0, 6), "at least once");
    }

    #[test]
    fn it_waits_longer_while_it_fails_and_not_while_there_is_more() {
        let mut failures = 0;
        let failed = || Err(EventsUnavailable("down".to_owned()));
        let waits: Vec<u64> = (0..9).map(|_| wait_ms(&failed(), &mut failures)).collect();
        assert_eq!(&waits[..3], [500, 1_000, 2_000]);
        assert_eq!(waits.last(), Some(&RETRY_MS_MAX));
        assert_eq!(wait_ms(&Ok(256), &mut failures), 0);
        assert_eq!(wait_ms(&Ok(3), &mut failures), LOOK_MS);
        assert_eq!(wait_ms(&failed(), &mut failures), 500, "from the beginning");
    }
}
