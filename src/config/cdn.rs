//! Caches before the server: under which address they give pictures out, and how they are told to drop them.

use url::Url;

use super::Config;
use super::error::Checks;
use super::secret::{MASK, Secret};
use super::server::PublicUrl;
use super::setting::Setting;

const CLOUDFLARE_API: &str = "https://api.cloudflare.com";
const FASTLY_API: &str = "https://api.fastly.com";
const TOKEN_BYTES_MAX: usize = 512;
const URL_BYTES_MAX: usize = 512;

/// Whom to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Kind {
    #[default]
    Off,
    Cloudflare,
    Fastly,
    Webhook,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Off, Self::Cloudflare, Self::Fastly, Self::Webhook];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Cloudflare => "cloudflare",
            Self::Fastly => "fastly",
            Self::Webhook => "webhook",
        }
    }
}

/// The `cdn.*` settings.
#[derive(Debug, Clone, Default)]
pub struct CdnConfig {
    /// The origin links to pictures begin with; links lead to this server where nothing is said.
    pub base_url: Option<PublicUrl>,
    kind: Kind,
    api: Option<String>,
    zone: Option<String>,
    token: Option<Secret>,
}

/// How caches are told to drop something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CdnPurger {
    /// By Cloudflare's programming interface.
    Cloudflare {
        /// Where it answers.
        api: String,
        /// The zone.
        zone: String,
        /// A token that may purge it.
        token: Secret,
    },
    /// By Fastly's.
    Fastly {
        /// Where it answers.
        api: String,
        /// A token that may purge.
        token: Secret,
    },
    /// By a program of the operator's.
    Webhook {
        /// Where it listens.
        url: String,
        /// What requests are signed with.
        secret: Secret,
    },
}

impl CdnConfig {
    /// How caches are told, if they are.
    pub fn purger(&self) -> Option<CdnPurger> {
        let api = |known: &str| self.api.clone().unwrap_or_else(|| known.to_owned());
        match self.kind {
            Kind::Off => None,
            Kind::Cloudflare => Some(CdnPurger::Cloudflare {
                api: api(CLOUDFLARE_API),
                zone: self.zone.clone()?,
                token: self.token.clone()?,
            }),
            Kind::Fastly => Some(CdnPurger::Fastly {
                api: api(FASTLY_API),
                token: self.token.clone()?,
            }),
            Kind::Webhook => Some(CdnPurger::Webhook {
                url: self.api.clone()?,
                secret: self.token.clone()?,
            }),
        }
    }
}

/// An address without credentials, and without a slash at the end.
fn address(text: &str) -> Option<String> {
    let url = Url::parse(text)
        .ok()
        .filter(|_| text.len() <= URL_BYTES_MAX)?;
    let open = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let good = matches!(url.scheme(), "http" | "https") && url.has_host() && open;
    good.then(|| url.as_str().trim_end_matches('/').to_owned())
}

fn word(text: &str, bytes_max: usize) -> Option<String> {
    (text.len() <= bytes_max && text.bytes().all(|b| b.is_ascii_graphic())).then(|| text.to_owned())
}

/// The value of a text that may be empty, which unsets it.
fn optional<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    match text {
        "" => Some(None),
        text => read(text).map(Some),
    }
}

pub(super) const SETTINGS: &[Setting<Config>] = &[
    Setting {
        key: "cdn.base_url",
        doc: "Where links to pictures lead, a cache or a host of their own; to this server when empty.",
        expects: "an http:// or https:// address without a path, such as https://media.example, or nothing",
        secret: false,
        set: |config, text| {
            config.cdn.base_url = optional(text, |text| text.parse().ok())?;
            Some(())
        },
        show: |config| {
            let base = config.cdn.base_url.as_ref();
            base.map_or_else(String::new, ToString::to_string).into()
        },
    },
    Setting {
        key: "cdn.purge",
        doc: "How caches are told to drop what was taken down: cloudflare, fastly, webhook, or off.",
        expects: "off, cloudflare, fastly or webhook",
        secret: false,
        set: |config, text| {
            config.cdn.kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == text)?;
            Some(())
        },
        show: |config| config.cdn.kind.as_str().into(),
    },
    Setting {
        key: "cdn.purge_url",
        doc: "Where the webhook listens; of a provider, where its interface answers when not at the usual place.",
        expects: "an http:// or https:// address without credentials, or nothing",
        secret: true,
        set: |config, text| {
            config.cdn.api = optional(text, address)?;
            Some(())
        },
        show: |config| config.cdn.api.clone().unwrap_or_default().into(),
    },
    Setting {
        key: "cdn.purge_zone",
        doc: "The zone at Cloudflare.",
        expects: "the zone's id, at most 64 letters and digits, or nothing",
        secret: false,
        set: |config, text| {
            let zone = |text: &str| {
                let plain = text.bytes().all(|b| b.is_ascii_alphanumeric());
                word(text, 64).filter(|_| plain)
            };
            config.cdn.zone = optional(text, zone)?;
            Some(())
        },
        show: |config| config.cdn.zone.clone().unwrap_or_default().into(),
    },
    Setting {
        key: "cdn.purge_token",
        doc: "The token that may purge, or what requests to the webhook are signed with.",
        expects: "at most 512 visible ASCII characters, or nothing",
        secret: true,
        set: |config, text| {
            let token = optional(text, |text| word(text, TOKEN_BYTES_MAX))?;
            config.cdn.token = token.map(Secret::new);
            Some(())
        },
        show: |config| config.cdn.token.as_ref().map_or("", |_| MASK).into(),
    },
];

pub(super) fn check(config: &Config, checks: &mut Checks<'_>) {
    let cdn = &config.cdn;
    let beside = ["cdn.purge"];
    checks.refuse(
        cdn.kind != Kind::Off && cdn.token.is_none(),
        "cdn.purge_token",
        &beside,
        "is missing: cdn.purge needs it",
    );
    checks.refuse(
        cdn.kind == Kind::Cloudflare && cdn.zone.is_none(),
        "cdn.purge_zone",
        &beside,
        "is missing: Cloudflare purges a zone",
    );
    checks.refuse(
        cdn.kind == Kind::Webhook && cdn.api.is_none(),
        "cdn.purge_url",
        &beside,
        "is missing: the webhook's address",
    );
    checks.refuse(
        cdn.kind != Kind::Off && cdn.base_url.is_none(),
        "cdn.base_url",
        &beside,
        "is missing: caches know pictures by it",
    );
}
