//! Where the server listens, what the world calls it, and whether it is in earnest.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

use url::Url;

use super::Config;
use super::error::Checks;
use super::provider::is_loopback;
use super::setting::Setting;
use crate::domain::address::Network;
use crate::domain::service::ServiceSet;

const LISTEN_DEFAULT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// The longest name of a host, and a port.
const NODE_ADDRESS_CHARS_MAX: usize = 255;

/// What the server is run for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// On one's own machine: conveniences that would be holes elsewhere may be on.
    #[default]
    Development,
    /// For others: they are refused.
    Production,
}

impl Mode {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
        }
    }
}

/// The `server.*` settings.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Where to accept connections; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What it is run for.
    pub mode: Mode,
    /// What this process does of it all.
    pub services: ServiceSet,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    public_url: Option<PublicUrl>,
    node_address: Option<String>,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: LISTEN_DEFAULT,
            mode: Mode::default(),
            services: ServiceSet::default(),
            trusted_proxies: Vec::new(),
            public_url: None,
            node_address: None,
        }
    }
}

impl ServerConfig {
    /// The address people see, once it is known where the server listens.
    pub fn public_url(&self, bound: SocketAddr) -> PublicUrl {
        let said = self.public_url.clone();
        said.unwrap_or_else(|| PublicUrl::of_address(bound))
    }

    /// Where those who send people to this process reach it.
    pub fn node_address(&self, bound: SocketAddr) -> String {
        let said = self.node_address.clone();
        said.unwrap_or_else(|| bound.to_string())
    }
}

/// The origin people and providers reach the server under: scheme, host and port, no path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    https: bool,
    loopback: bool,
}

impl PublicUrl {
    fn of_address(address: SocketAddr) -> Self {
        Self {
            origin: format!("http://{address}")
                .trim_end_matches(":80")
                .to_owned(),
            https: false,
            loopback: address.ip().is_loopback(),
        }
    }

    /// As browsers write it in `Origin`: no slash at the end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Host and port, as browsers write them in `Host`.
    pub fn authority(&self) -> &str {
        let start = self.origin.find("://").map_or(0, |at| at + 3);
        &self.origin[start..]
    }

    /// Whether cookies can be `Secure`.
    pub const fn is_https(&self) -> bool {
        self.https
    }

    /// Whether only this machine can reach it under this name.
    pub const fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// The full address of a path that begins with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}

/// The text is no origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an http or https address without a path")]
pub struct NotAnOrigin;

impl FromStr for PublicUrl {
    type Err = NotAnOrigin;

    fn from_str(text: &str) -> Result<Self, NotAnOrigin> {
        let url = Url::parse(text).map_err(|_| NotAnOrigin)?;
        let bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if !bare || !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(NotAnOrigin);
        }
        Ok(Self {
            origin: url.origin().ascii_serialization(),
            https: url.scheme() == "https",
            loopback: is_loopback(&url),
        })
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

pub(super) const SETTINGS: &[Setting<Config>] = &[
    Setting {
        key: "server.listen",
        doc: "Where to accept connections. Port 0 takes a free one.",
        expects: "an address and port such as 127.0.0.1:8080",
        secret: false,
        set: |config, text| {
            config.server.listen = text.parse().ok()?;
            Some(())
        },
        show: |config| config.server.listen.to_string().into(),
    },
    Setting {
        key: "server.public_url",
        doc: "The address people see in their browser; http:// and the listen address when not given.",
        expects: "an http:// or https:// address without a path, such as https://maru.example",
        secret: false,
        set: |config, text| {
            config.server.public_url = Some(text.parse().ok()?);
            Some(())
        },
        show: |config| {
            let server = &config.server;
            server.public_url(server.listen).to_string().into()
        },
    },
    Setting {
        key: "server.mode",
        doc: "What the server is run for. Production refuses conveniences that would be holes.",
        expects: "development or production",
        secret: false,
        set: |config, text| {
            let known = [Mode::Development, Mode::Production];
            config.server.mode = known.into_iter().find(|mode| mode.as_str() == text)?;
            Some(())
        },
        show: |config| config.server.mode.as_str().into(),
    },
    Setting {
        key: "server.services",
        doc: "The services this process runs; with the embedded store, all of them.",
        expects: "some of auth, user, room, post, asset, recommend with commas between",
        secret: false,
        set: |config, text| {
            config.server.services = text.parse().ok()?;
            Some(())
        },
        show: |config| config.server.services.to_string().into(),
    },
    Setting {
        key: "server.node_address",
        doc: "Where those who send people to this process reach it; where it listens when empty.",
        expects: "HOST:PORT, at most 255 characters, or nothing",
        secret: false,
        set: |config, text| {
            config.server.node_address = match text.trim() {
                "" => None,
                text => Some(host_and_port(text)?),
            };
            Some(())
        },
        show: |config| {
            config
                .server
                .node_address
                .clone()
                .unwrap_or_default()
                .into()
        },
    },
    Setting {
        key: "server.trusted_proxies",
        doc: "Proxies whose X-Forwarded-For is believed when addresses are counted; nobody's when empty.",
        expects: "networks or addresses with commas between, such as 10.0.0.0/8, 2001:db8::1",
        secret: false,
        set: |config, text| {
            let parts = text
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty());
            let networks: Result<Vec<Network>, _> = parts.map(str::parse).collect();
            config.server.trusted_proxies = networks.ok()?;
            Some(())
        },
        show: |config| {
            let networks = config.server.trusted_proxies.iter();
            let texts: Vec<String> = networks.map(ToString::to_string).collect();
            texts.join(", ").into()
        },
    },
];

/// Where somebody is reached: a host and a port, and nothing more.
fn host_and_port(text: &str) -> Option<String> {
    let url = Url::parse(&format!("tcp://{text}")).ok()?;
    let is_whole = url.host_str().is_some_and(|host| !host.is_empty()) && url.port().is_some();
    let is_plain = url.username().is_empty() && url.password().is_none();
    let is_bare = url.path().is_empty() && url.query().is_none() && url.fragment().is_none();
    (is_whole && is_plain && is_bare && text.len() <= NODE_ADDRESS_CHARS_MAX)
        .then(|| text.to_owned())
}

pub(super) fn check(config: &Config, checks: &mut Checks<'_>) {
    let server = &config.server;
    checks.refuse(
        server.services != ServiceSet::ALL && config.backend.postgres.is_none(),
        "server.services",
        &["backend.postgres_url"],
        "must be all of them: without backend.postgres_url the embedded store is used, which one process has to itself",
    );
    checks.refuse(
        server.public_url.is_none() && server.listen.ip().is_unspecified(),
        "server.public_url",
        &["server.listen"],
        format!(
            "must be given, because {} is not an address a browser can open",
            server.listen
        ),
    );
    let public = server.public_url(server.listen);
    checks.refuse(
        server.mode == Mode::Production && !public.is_https() && !public.is_loopback(),
        "server.public_url",
        &["server.mode", "server.listen"],
        format!(
            "{public} must begin with https:// in production mode: cookies would travel in clear"
        ),
    );
}
