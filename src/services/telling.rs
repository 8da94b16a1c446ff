//! Who hears at once of what services change.

use std::sync::Arc;

use crate::domain::id::UserId;
use crate::domain::notification::Delivery;
use crate::ports::notification::NotificationSink;
use crate::ports::relations::RelationChanges;

/// Who is to be told of notices, and of changes of who may see whom or be where. Nobody by default.
#[derive(Clone, Default)]
pub struct Telling {
    sinks: Vec<Arc<dyn NotificationSink>>,
    watchers: Vec<Arc<dyn RelationChanges>>,
}

impl std::fmt::Debug for Telling {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Telling(..)")
    }
}

impl Telling {
    /// The same, with somebody who hears of each notice.
    #[must_use]
    pub fn notifying(mut self, sink: Arc<dyn NotificationSink>) -> Self {
        self.sinks.push(sink);
        self
    }

    /// The same, with somebody who hears of each change of who may see whom, or be where.
    #[must_use]
    pub fn watched_by(mut self, watcher: Arc<dyn RelationChanges>) -> Self {
        self.watchers.push(watcher);
        self
    }

    pub(super) fn told(&self, deliveries: &[Delivery]) {
        for delivery in deliveries {
            for sink in &self.sinks {
                sink.notified(delivery);
            }
        }
    }

    pub(super) fn changed(&self, people: &[UserId]) {
        for watcher in &self.watchers {
            for person in people {
                watcher.changed(*person);
            }
        }
    }
}
