//! Connections to the cluster: made once, mended by themselves for as long as the process lives.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use fred::clients::{Client, SubscriberClient};
use fred::error::{Error, ErrorKind};
use fred::interfaces::ClientLike;
use fred::types::Builder;
use fred::types::config::{
    Config, ReconnectPolicy, ServerConfig, TlsConnector, UnresponsiveConfig,
};
use tokio::task::AbortHandle;

use crate::config::Address;
use crate::domain::clock::Tick;

const PORT_DEFAULT: u16 = 6379;

/// What is asked for is of no use later than this.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// A connection on which the last thing asked is not answered for so long is made anew. While more is asked all the time
/// this never comes to be: see [`Redis::renew`].
const UNRESPONSIVE_AFTER: Duration = ANSWER_WITHIN;

/// Commands that wait for their turn, at most: beyond, they fail at once.
const COMMANDS_WAITING_MAX: usize = 16_384;

/// Pauses between attempts to connect, in milliseconds.
const RECONNECT_MS: (u32, u32) = (50, 500);

/// Messages that have arrived and were not looked at yet; beyond, the oldest are lost.
const MESSAGES_WAITING_MAX: usize = 8_192;

/// How often the same complaint is made at most.
const COMPLAINTS_EVERY_MS: u64 = 5_000;

/// A client, and the task that drives its connections and ends with this.
#[derive(Debug)]
pub(super) struct Line<C> {
    client: C,
    driven: AbortHandle,
}

impl<C: ClientLike> Line<C> {
    /// Begins to connect.
    fn begin(client: C) -> Self {
        let driven = client.connect().abort_handle();
        Self { client, driven }
    }

    pub(super) const fn client(&self) -> &C {
        &self.client
    }
}

impl<C> Drop for Line<C> {
    fn drop(&mut self) {
        self.driven.abort();
    }
}

/// A cluster. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Redis {
    line: Arc<RwLock<Line<Client>>>,
    builder: Builder,
}

impl Redis {
    /// Begins to connect to the cluster these nodes belong to, and goes on for as long as it takes: whoever asks for
    /// something meanwhile is told that it is not there.
    pub fn connect(address: &Address) -> Result<Self, Error> {
        let mut builder = Builder::from_config(config(address)?);
        builder
            .with_connection_config(|connection| {
                connection.connection_timeout = ANSWER_WITHIN;
                connection.internal_command_timeout = ANSWER_WITHIN;
                connection.max_command_attempts = 1;
                connection.max_command_buffer_len = COMMANDS_WAITING_MAX;
                connection.unresponsive = UnresponsiveConfig {
                    max_timeout: Some(UNRESPONSIVE_AFTER),
                    interval: UNRESPONSIVE_AFTER / 4,
                };
                connection.tcp.nodelay = Some(true);
            })
            .with_performance_config(|performance| {
                performance.default_command_timeout = ANSWER_WITHIN;
                performance.broadcast_channel_capacity = MESSAGES_WAITING_MAX;
            })
            .set_policy(ReconnectPolicy::new_exponential(
                0,
                RECONNECT_MS.0,
                RECONNECT_MS.1,
                2,
            ));
        let line = Line::begin(builder.build()?);
        Ok(Self {
            line: Arc::new(RwLock::new(line)),
            builder,
        })
    }

    /// Waits until the cluster is there, so long at most.
    pub(super) async fn reached(&self, within: Duration) -> Result<(), Error> {
        let client = self.client();
        let reached = tokio::time::timeout(within, client.wait_for_connect()).await;
        reached.unwrap_or_else(|_| {
            let why = format!("it was not there within {} ms", within.as_millis());
            Err(Error::new(ErrorKind::Timeout, why))
        })
    }

    /// For commands. To be asked for each time: another may have taken its place.
    pub(super) fn client(&self) -> Client {
        let line = self.line.read().unwrap_or_else(PoisonError::into_inner);
        line.client().clone()
    }

    /// Gives up the connections for commands, which look well and carry nothing, and whatever waits for an answer on
    /// them, and connects anew. A reconnection by the client itself would keep those that look well.
    pub(super) fn renew(&self) -> Result<(), Error> {
        let line = Line::begin(self.builder.build()?);
        *self.line.write().unwrap_or_else(PoisonError::into_inner) = line;
        Ok(())
    }

    /// Connections of their own for messages.
    pub(super) fn subscriber(&self) -> Result<Line<SubscriberClient>, Error> {
        self.builder.build_subscriber_client().map(Line::begin)
    }
}

/// How to reach a cluster.
pub(super) fn config(address: &Address) -> Result<Config, Error> {
    let tls = match address.scheme() {
        "rediss" => Some(TlsConnector::default_rustls()?.into()),
        _ => None,
    };
    let password = address.password();
    Ok(Config {
        server: ServerConfig::new_clustered(address.hosts(PORT_DEFAULT)),
        username: address.user().map(str::to_owned),
        password: password.map(|password| password.reveal().to_owned()),
        // Where it is not there yet at first, it is waited for.
        fail_fast: false,
        tls,
        ..Config::default()
    })
}

/// What does not go well, told not too often.
#[derive(Debug, Default)]
pub(super) struct Complaints {
    /// When the last was made; 0 before the first.
    told_at: AtomicU64,
}

impl Complaints {
    /// Says what cannot be done and why, unless that was said just now.
    pub(super) fn tell(&self, what: &str, error: &Error, now: Tick) {
        let told = self.told_at.load(Ordering::Relaxed);
        if told != 0 && now.since_ms(Tick(told)) < COMPLAINTS_EVERY_MS {
            return;
        }
        let (now, order) = (now.0.max(1), Ordering::Relaxed);
        let mine = self.told_at.compare_exchange(told, now, order, order);
        if mine.is_ok() {
            tracing::warn!(%error, what, "Redis does not do as asked");
        }
    }
}
