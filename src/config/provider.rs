//! Sign-in providers: any number of `auth.providers.<id>.*`, each an OAuth 2.0 server with a userinfo endpoint.

use std::collections::BTreeMap;

use url::{Host, Url};

use super::error::Checks;
use super::secret::{MASK, Secret};
use super::setting::Setting;

/// Before the id of a provider in a key.
pub(super) const PREFIX: &str = "auth.providers.";

/// The id of the built-in development identity provider, which no configured one may take.
pub const DEV_PROVIDER: &str = "dev";

const ID_CHARS_MAX: usize = 24;
const TEXT_CHARS_MAX: usize = 512;
const URL_EXPECTS: &str = "an https:// address (http:// only on this machine)";

/// One provider people can sign in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderConfig {
    /// Its name in addresses.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// What the provider calls this server.
    pub client_id: String,
    /// What proves it; a public client has none.
    pub client_secret: Option<Secret>,
    /// Where browsers go to sign in.
    pub authorize_url: Url,
    /// Where codes are changed for tokens.
    pub token_url: Url,
    /// Where a token tells who signed in.
    pub userinfo_url: Url,
    /// What is asked for, space-separated.
    pub scopes: String,
}

/// A provider while its layers are being laid.
#[derive(Default)]
pub(super) struct ProviderDraft {
    name: String,
    client_id: String,
    client_secret: Option<Secret>,
    authorize_url: Option<Url>,
    token_url: Option<Url>,
    userinfo_url: Option<Url>,
    scopes: Option<String>,
}

pub(super) const FIELDS: &[Setting<ProviderDraft>] = &[
    Setting {
        key: "name",
        doc: "Its name on the sign-in page; the id when empty.",
        expects: "a name of at most 512 characters",
        secret: false,
        set: |draft, text| {
            draft.name = bounded(text)?;
            Some(())
        },
        show: |draft| draft.name.clone().into(),
    },
    Setting {
        key: "client_id",
        doc: "What the provider calls this server.",
        expects: "the client id the provider gave, at most 512 characters",
        secret: false,
        set: |draft, text| {
            draft.client_id = bounded(text).filter(|id| !id.is_empty())?;
            Some(())
        },
        show: |draft| draft.client_id.clone().into(),
    },
    Setting {
        key: "client_secret",
        doc: "What proves it; leave out for a public client.",
        expects: "the client secret the provider gave, 1 to 512 characters",
        secret: true,
        set: |draft, text| {
            let secret = bounded(text).filter(|secret| !secret.is_empty())?;
            draft.client_secret = Some(Secret::new(secret));
            Some(())
        },
        show: |draft| draft.client_secret.as_ref().map_or("", |_| MASK).into(),
    },
    Setting {
        key: "authorize_url",
        doc: "Where browsers go to sign in.",
        expects: URL_EXPECTS,
        secret: false,
        set: |draft, text| {
            draft.authorize_url = Some(address(text)?);
            Some(())
        },
        show: |draft| shown(draft.authorize_url.as_ref()),
    },
    Setting {
        key: "token_url",
        doc: "Where codes are changed for tokens.",
        expects: URL_EXPECTS,
        secret: false,
        set: |draft, text| {
            draft.token_url = Some(address(text)?);
            Some(())
        },
        show: |draft| shown(draft.token_url.as_ref()),
    },
    Setting {
        key: "userinfo_url",
        doc: "Where a token tells who signed in.",
        expects: URL_EXPECTS,
        secret: false,
        set: |draft, text| {
            draft.userinfo_url = Some(address(text)?);
            Some(())
        },
        show: |draft| shown(draft.userinfo_url.as_ref()),
    },
    Setting {
        key: "scopes",
        doc: "What is asked for, space-separated.",
        expects: "scopes separated by spaces, at most 512 characters",
        secret: false,
        set: |draft, text| {
            draft.scopes = Some(bounded(text)?);
            Some(())
        },
        show: |draft| draft.scopes().into(),
    },
];

impl ProviderDraft {
    fn scopes(&self) -> String {
        let given = self.scopes.clone();
        given.unwrap_or_else(|| "openid profile".to_owned())
    }
}

/// The key of a provider's field.
pub(super) fn key(id: &str, field: &Setting<ProviderDraft>) -> String {
    format!("{PREFIX}{id}.{}", field.key)
}

/// A provider's id: lower-case letters, digits and underscore, beginning with a letter.
pub(super) fn id(text: &str) -> Option<String> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    let good = text.len() <= ID_CHARS_MAX
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(plain);
    good.then(|| text.to_owned())
}

pub(super) fn check(drafts: &BTreeMap<String, ProviderDraft>, checks: &mut Checks<'_>) {
    for (id, draft) in drafts {
        checks.refuse(
            id == DEV_PROVIDER,
            &format!("{PREFIX}{id}"),
            &[],
            "this id belongs to the built-in development sign-in; choose another",
        );
        let needed = [
            ("client_id", draft.client_id.is_empty()),
            ("authorize_url", draft.authorize_url.is_none()),
            ("token_url", draft.token_url.is_none()),
            ("userinfo_url", draft.userinfo_url.is_none()),
        ];
        for (field, missing) in needed {
            let key = format!("{PREFIX}{id}.{field}");
            checks.refuse(missing, &key, &[], "is missing and the provider needs it");
        }
    }
}

/// The complete providers; an incomplete one is a mistake [`check`] has reported.
pub(super) fn finish(drafts: BTreeMap<String, ProviderDraft>) -> Vec<ProviderConfig> {
    let complete = drafts.into_iter().filter_map(|(id, draft)| {
        Some(ProviderConfig {
            name: match draft.name.is_empty() {
                true => id.clone(),
                false => draft.name.clone(),
            },
            scopes: draft.scopes(),
            client_id: draft.client_id,
            client_secret: draft.client_secret,
            authorize_url: draft.authorize_url?,
            token_url: draft.token_url?,
            userinfo_url: draft.userinfo_url?,
            id,
        })
    });
    complete.collect()
}

fn bounded(text: &str) -> Option<String> {
    let good = text.chars().count() <= TEXT_CHARS_MAX && !text.chars().any(char::is_control);
    good.then(|| text.trim().to_owned())
}

fn address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    (safe && url.host().is_some() && text.len() <= TEXT_CHARS_MAX).then_some(url)
}

/// Whether an address leads to this machine and nowhere else.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn shown(url: Option<&Url>) -> toml::Value {
    url.map_or("", Url::as_str).into()
}
