//! Work beside the requests: what runs, until when, and the wait for its end.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The tasks that are nobody's connection. Each has a name for the log.
#[derive(Debug)]
pub(super) struct Background {
    /// Ends what has no more to do once nobody is served.
    stop: CancellationToken,
    /// Ends what the last saves of rooms still need.
    last: CancellationToken,
    /// Some of it has ended by a fault.
    failed: CancellationToken,
    running: Vec<(&'static str, JoinHandle<()>)>,
}

impl Background {
    pub(super) fn new(stop: CancellationToken, last: CancellationToken) -> Self {
        Self {
            stop,
            last,
            failed: CancellationToken::new(),
            running: Vec::new(),
        }
    }

    /// Runs it until the server stops.
    pub(super) fn run(
        &mut self,
        name: &'static str,
        work: impl Future<Output = ()> + Send + 'static,
    ) {
        let until = self.stop.clone();
        self.spawn(name, async move {
            tokio::select! {
                () = work => {}
                () = until.cancelled() => {}
            }
        });
    }

    /// Runs it until the last room is saved.
    pub(super) fn outlive(
        &mut self,
        name: &'static str,
        work: impl Future<Output = ()> + Send + 'static,
    ) {
        let until = self.last.clone();
        self.spawn(name, async move {
            tokio::select! {
                () = work => {}
                () = until.cancelled() => {}
            }
        });
    }

    /// Runs what is told by this token that the last room is saved, and ends by itself.
    pub(super) fn finish<W>(
        &mut self,
        name: &'static str,
        work: impl FnOnce(CancellationToken) -> W,
    ) where
        W: Future<Output = ()> + Send + 'static,
    {
        let work = work(self.last.clone());
        self.spawn(name, work);
    }

    // These are no tasks of the rooms, which others of them outlive: `ended` waits for them.
    #[allow(clippy::disallowed_methods)]
    fn spawn(&mut self, name: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        let failed = self.failed.clone();
        let work = async move {
            // What it has begun nobody goes on with: a process that starts anew does.
            if AssertUnwindSafe(work).catch_unwind().await.is_err() {
                tracing::error!(name, "work beside the requests has ended by a fault");
                failed.cancel();
            }
        };
        self.running.push((name, tokio::spawn(work)));
    }

    /// Comes back when some of it has ended by a fault, without which the process is not whole.
    pub(super) async fn failed(&self) {
        self.failed.cancelled().await;
    }

    /// Ends all of it, once the rooms have ended.
    pub(super) async fn ended(self) {
        self.last.cancel();
        for (name, task) in self.running {
            if let Err(error) = task.await {
                tracing::error!(name, %error, "work beside the requests did not end well");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_fault_in_some_of_it_is_told_and_the_rest_goes_on() {
        let (stop, last) = (CancellationToken::new(), CancellationToken::new());
        let mut background = Background::new(stop.clone(), last);
        let (told, done) = tokio::sync::oneshot::channel();
        background.outlive("other", async move {
            let _ = told.send(());
        });
        done.await.unwrap();
        assert!(background.failed().now_or_never().is_none());
        background.run("faulty", async { panic!("a fault of ours") });
        background.failed().await;
        stop.cancel();
        background.ended().await;
    }
}
