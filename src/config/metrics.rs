//! Where the numbers for whoever watches over the server are shown.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::Config;
use super::error::Checks;
use super::server::{Mode, ServerConfig};
use super::setting::Setting;

const OFF: &str = "off";

/// In development: on this machine only, on a free port that is said at start.
const DEVELOPMENT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// The `metrics.*` settings.
#[derive(Debug, Clone, Default)]
pub struct MetricsConfig {
    /// Whether `/metrics` is on the main address, where everybody can read it.
    pub public: bool,
    listen: Option<Option<SocketAddr>>,
}

impl MetricsConfig {
    /// The address of their own that `/metrics` is served on, if any.
    pub fn listen(&self, server: &ServerConfig) -> Option<SocketAddr> {
        match self.listen {
            Some(said) => said,
            None if self.public => None,
            None => (server.mode == Mode::Development).then_some(DEVELOPMENT),
        }
    }
}

pub(super) const SETTINGS: &[Setting<Config>] = &[
    Setting {
        key: "metrics.listen",
        doc: "An address of its own for /metrics. In development mode a free port of this machine, else off.",
        expects: "an address and port such as 127.0.0.1:9464, or off",
        secret: false,
        set: |config, text| {
            config.metrics.listen = Some(match text {
                OFF => None,
                address => Some(address.parse().ok()?),
            });
            Some(())
        },
        show: |config| {
            let listen = config.metrics.listen(&config.server);
            let text = listen.map_or_else(|| OFF.to_owned(), |address| address.to_string());
            text.into()
        },
    },
    Setting {
        key: "metrics.public",
        doc: "Whether /metrics is on the main address, for everybody, when it has no address of its own.",
        expects: "true or false",
        secret: false,
        set: |config, text| {
            config.metrics.public = text.parse().ok()?;
            Some(())
        },
        show: |config| config.metrics.public.into(),
    },
];

pub(super) fn check(config: &Config, checks: &mut Checks<'_>) {
    checks.refuse(
        config.metrics.public && config.metrics.listen(&config.server).is_some(),
        "metrics.public",
        &["metrics.listen"],
        "must be false when metrics.listen gives /metrics an address of its own",
    );
    let same = config.metrics.listen(&config.server) == Some(config.server.listen);
    checks.refuse(
        same && config.server.listen.port() != 0,
        "metrics.listen",
        &["server.listen"],
        "must not be server.listen; to show /metrics there set metrics.public",
    );
}
