//! The whole server, as `maru serve` starts it, on a free port over a store of its own.

use std::path::{Path, PathBuf};

use maru::app::{SeedOutcome, Server, seed};
use maru::config::Config;
use maru::domain::limits::Rate;
use tempfile::TempDir;

use crate::browser::Browser;

/// A running server; its tasks end with the test.
pub(crate) struct Site {
    server: Server,
    data: TempDir,
}

impl Site {
    pub(crate) async fn start() -> Self {
        Self::start_as(|_| ()).await
    }

    /// A server configured like this.
    pub(crate) async fn start_as(configure: impl FnOnce(&mut Config)) -> Self {
        Self::over(tempfile::tempdir().unwrap(), configure).await
    }

    /// Over the demo neighbourhood.
    pub(crate) async fn inhabited() -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.store.data = data.path().to_owned();
        config.media.decoder = Some(env!("CARGO_BIN_EXE_maru").into());
        assert_eq!(seed(&config).await.unwrap(), SeedOutcome::Seeded(12));
        // Who is there already is left alone.
        assert_eq!(seed(&config).await.unwrap(), SeedOutcome::Inhabited);
        Self::over(data, |_| ()).await
    }

    /// Over what somebody left in a folder, and where that is.
    pub(crate) async fn over_what_is_in(data: TempDir) -> (Self, PathBuf) {
        let place = data.path().to_owned();
        (Self::over(data, |_| ()).await, place)
    }

    /// Ends it; what it leaves is there for as long as the answer.
    pub(crate) async fn stop(self) -> TempDir {
        let Self { server, data } = self;
        server.stop().await;
        data
    }

    /// The same store under a new server.
    pub(crate) async fn restart(self) -> Self {
        Self::over(self.stop().await, |_| ()).await
    }

    async fn over(data: TempDir, configure: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::default();
        config.server.listen = ([127, 0, 0, 1], 0).into();
        config.store.data = data.path().to_owned();
        config.media.decoder = Some(env!("CARGO_BIN_EXE_maru").into());
        // A test is one address and many people.
        config.rest.address_sign_in = Rate {
            per_minute: 100_000,
            burst: 100_000,
        };
        configure(&mut config);
        let server = Server::start(&config).await.unwrap();
        Self { server, data }
    }

    /// A server that is asked for as many looks around as a test likes.
    pub(crate) async fn start_patient() -> Self {
        Self::start_as(|config| {
            let any = Rate {
                per_minute: 100_000,
                burst: 100_000,
            };
            (config.rest.user_search, config.rest.address_search) = (any, any);
        })
        .await
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// Where its store lies.
    pub(crate) fn data(&self) -> &Path {
        self.data.path()
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::at(&self.origin())
    }
}
