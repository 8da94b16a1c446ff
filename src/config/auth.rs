//! Sign-in: how long it lasts and with whom.

use super::Config;
use super::app_client::AppConfig;
use super::error::Checks;
use super::provider::ProviderConfig;
use super::server::{Mode, ServerConfig};
use super::setting::{Setting, whole};

const DAYS_MAX: u32 = 400;

/// Nobody who wants to be gone waits longer than a handle is kept for them.
const GRACE_DAYS_MAX: u32 = 90;

/// The `auth.*` settings.
#[derive(Debug, Clone)]
pub struct AuthConfig {
    /// Days until a login ends however much it is used. Browsers keep no cookie above 400.
    pub login_days_max: u32,
    /// Days without use after which a login ends.
    pub login_idle_days: u32,
    /// The providers people can sign in with, beside the development one.
    pub providers: Vec<ProviderConfig>,
    /// The native apps people may sign in with.
    pub apps: Vec<AppConfig>,
    dev_identity: Option<bool>,
    /// Days between two changes of a person's handle.
    pub handle_change_days: u32,
    /// Days until an account that was closed is erased; until then it can be restored.
    pub deletion_grace_days: u32,
}

impl Default for AuthConfig {
    fn default() -> Self {
        Self {
            login_days_max: 90,
            login_idle_days: 30,
            providers: Vec::new(),
            apps: Vec::new(),
            dev_identity: None,
            handle_change_days: 14,
            deletion_grace_days: 14,
        }
    }
}

impl AuthConfig {
    /// Whether anybody at this machine may sign in as anybody. On by default in development, never in production.
    pub fn dev_identity(&self, server: &ServerConfig) -> bool {
        self.dev_identity
            .unwrap_or(server.mode == Mode::Development)
    }
}

pub(super) const SETTINGS: &[Setting<Config>] = &[
    Setting {
        key: "auth.login_days_max",
        doc: "Days until a login ends however much it is used.",
        expects: "a whole number of days, 1 to 400",
        secret: false,
        set: |config, text| {
            config.auth.login_days_max = whole(text, 1..=DAYS_MAX)?;
            Some(())
        },
        show: |config| i64::from(config.auth.login_days_max).into(),
    },
    Setting {
        key: "auth.login_idle_days",
        doc: "Days without use after which a login ends.",
        expects: "a whole number of days, 1 to 400",
        secret: false,
        set: |config, text| {
            config.auth.login_idle_days = whole(text, 1..=DAYS_MAX)?;
            Some(())
        },
        show: |config| i64::from(config.auth.login_idle_days).into(),
    },
    Setting {
        key: "auth.dev_identity",
        doc: "Development sign-in: anybody at this machine signs in as anybody. On in development mode.",
        expects: "true or false",
        secret: false,
        set: |config, text| {
            config.auth.dev_identity = Some(text.parse().ok()?);
            Some(())
        },
        show: |config| config.auth.dev_identity(&config.server).into(),
    },
    Setting {
        key: "auth.handle_change_days",
        doc: "Days between two changes of a person's handle.",
        expects: "a whole number of days, 0 to 400",
        secret: false,
        set: |config, text| {
            config.auth.handle_change_days = whole(text, 0..=DAYS_MAX)?;
            Some(())
        },
        show: |config| i64::from(config.auth.handle_change_days).into(),
    },
    Setting {
        key: "auth.deletion_grace_days",
        doc: "Days until an account that was closed is erased; until then it can be restored.",
        expects: "a whole number of days, 1 to 90",
        secret: false,
        set: |config, text| {
            config.auth.deletion_grace_days = whole(text, 1..=GRACE_DAYS_MAX)?;
            Some(())
        },
        show: |config| i64::from(config.auth.deletion_grace_days).into(),
    },
];

pub(super) fn check(config: &Config, checks: &mut Checks<'_>) {
    let (auth, server) = (&config.auth, &config.server);
    checks.refuse(
        auth.login_idle_days > auth.login_days_max,
        "auth.login_idle_days",
        &["auth.login_days_max"],
        format!(
            "{} days is longer than auth.login_days_max, {} days",
            auth.login_idle_days, auth.login_days_max
        ),
    );
    let on = auth.dev_identity(server);
    let beside = &["server.mode", "server.listen", "server.public_url"];
    let public = server.public_url(server.listen);
    checks.refuse(
        on && server.mode == Mode::Production,
        "auth.dev_identity",
        beside,
        "must be false in production mode: it lets anybody sign in as anybody",
    );
    checks.refuse(
        on && !(server.listen.ip().is_loopback() && public.is_loopback()),
        "auth.dev_identity",
        beside,
        format!(
            "must be false when others can reach the server (server.listen {}, server.public_url {public}): \
             it lets anybody sign in as anybody",
            server.listen
        ),
    );
}
