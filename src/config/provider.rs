//! Sign-in providers: any number of `auth.providers.<id>.*`. The kind fills in what is known of a provider; what is
//! said beside it wins.

use std::collections::BTreeMap;

use url::{Host, Url};

use super::error::Checks;
use super::secret::Secret;
use super::setting::Setting;

mod fields;
mod preset;

pub(super) use fields::FIELDS;
pub use preset::{ClientAuth, ProviderKind, ResponseMode};

/// Before the id of a provider in a key.
pub(super) const PREFIX: &str = "auth.providers.";

/// The id of the built-in development identity provider, which no configured one may take.
pub const DEV_PROVIDER: &str = "dev";

/// Who names the people of the development identity provider, wherever it happens to listen.
pub const DEV_ISSUER: &str = "urn:maru:dev";

const ID_CHARS_MAX: usize = 24;
const TEXT_CHARS_MAX: usize = 512;

/// For everything asked of a provider while a person waits, in milliseconds.
const DEADLINE_MS: u64 = 10_000;

/// One provider people can sign in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderConfig {
    /// Its name in addresses.
    pub id: String,
    /// How it speaks.
    pub kind: ProviderKind,
    /// Its name for people, in Korean.
    pub name_ko: String,
    /// Its name for people, in English.
    pub name_en: String,
    /// What the provider calls this server.
    pub client_id: String,
    /// What proves it; a public client has none.
    pub client_secret: Option<Secret>,
    /// What makes the secret instead, at Apple.
    pub apple_key: Option<AppleKey>,
    /// How the secret is shown.
    pub client_auth: ClientAuth,
    /// Whom ID tokens may be for.
    pub audiences: Vec<String>,
    /// Who names the people: the issuer of ID tokens, to the letter; elsewhere only told apart by.
    pub issuer: String,
    /// Where browsers go to sign in; found by the issuer when none.
    pub authorize_url: Option<Url>,
    /// Where codes are changed for tokens; found by the issuer when none.
    pub token_url: Option<Url>,
    /// Where a token tells who signed in.
    pub userinfo_url: Option<Url>,
    /// Where a token tells the person's e-mail addresses, at GitHub.
    pub emails_url: Option<Url>,
    /// Where the keys of ID tokens are; found by the issuer when none.
    pub jwks_url: Option<Url>,
    /// What is asked for, space-separated.
    pub scopes: String,
    /// How browsers come back.
    pub response_mode: ResponseMode,
    /// Whether its word that an e-mail address is verified is taken.
    pub trusts_email: bool,
    /// For everything asked of it while a person waits, in milliseconds.
    pub deadline_ms: u64,
}

/// The key Apple gave, with which client secrets are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppleKey {
    /// Whose it is.
    pub team_id: String,
    /// Which.
    pub key_id: String,
    /// The text of the `.p8` file.
    pub private_key: Secret,
}

impl ProviderConfig {
    /// A provider with nothing said but what it is.
    pub fn new(id: &str, kind: ProviderKind, client_id: &str) -> Self {
        let draft = ProviderDraft {
            kind: Some(kind),
            client_id: client_id.to_owned(),
            ..ProviderDraft::default()
        };
        draft.finish(id.to_owned())
    }
}

/// A provider while its layers are being laid. What is not said is as its kind has it.
#[derive(Default)]
pub(super) struct ProviderDraft {
    kind: Option<ProviderKind>,
    name: String,
    client_id: String,
    client_secret: Option<Secret>,
    client_auth: Option<ClientAuth>,
    team_id: String,
    key_id: String,
    private_key: Option<Secret>,
    audiences: Vec<String>,
    issuer: Option<String>,
    authorize_url: Option<Url>,
    token_url: Option<Url>,
    userinfo_url: Option<Url>,
    emails_url: Option<Url>,
    jwks_url: Option<Url>,
    scopes: Option<String>,
    response_mode: Option<ResponseMode>,
    trusts_email: Option<bool>,
    deadline_ms: Option<u64>,
}

impl ProviderDraft {
    /// The draft of the provider with this id, which says what it is where it names a well-known one.
    pub(super) fn of(id: &str) -> Self {
        let kind = id.parse().ok();
        Self {
            kind,
            ..Self::default()
        }
    }

    fn kind(&self) -> ProviderKind {
        self.kind.unwrap_or(match self.issuer {
            Some(_) => ProviderKind::Oidc,
            None => ProviderKind::Oauth2,
        })
    }

    fn preset(&self) -> preset::Preset {
        self.kind().preset()
    }

    // Another issuer is another provider: nothing that is known of the usual one holds there.
    fn is_usual(&self) -> bool {
        let usual = self.preset().issuer;
        self.issuer.as_deref().is_none_or(|issuer| issuer == usual)
    }

    fn url(&self, given: Option<&Url>, known: &str) -> Option<Url> {
        let known = known.parse().ok().filter(|_| self.is_usual());
        given.cloned().or(known)
    }

    fn authorize_url(&self) -> Option<Url> {
        self.url(self.authorize_url.as_ref(), self.preset().authorize_url)
    }

    fn token_url(&self) -> Option<Url> {
        self.url(self.token_url.as_ref(), self.preset().token_url)
    }

    fn userinfo_url(&self) -> Option<Url> {
        self.url(self.userinfo_url.as_ref(), self.preset().userinfo_url)
    }

    fn emails_url(&self) -> Option<Url> {
        self.url(self.emails_url.as_ref(), self.preset().emails_url)
    }

    fn jwks_url(&self) -> Option<Url> {
        self.url(self.jwks_url.as_ref(), self.preset().jwks_url)
    }

    // A server that is told apart by nothing else is told apart by where it is.
    fn issuer(&self) -> String {
        let known = || match self.preset().issuer {
            "" if !self.kind().is_oidc() => self
                .token_url
                .as_ref()
                .map(|url| url.origin().ascii_serialization()),
            known => Some(known.to_owned()),
        };
        self.issuer.clone().or_else(known).unwrap_or_default()
    }

    fn scopes(&self) -> String {
        let known = || self.preset().scopes.to_owned();
        self.scopes.clone().unwrap_or_else(known)
    }

    fn client_auth(&self) -> ClientAuth {
        self.client_auth.unwrap_or(self.preset().client_auth)
    }

    fn response_mode(&self) -> ResponseMode {
        self.response_mode.unwrap_or(self.preset().response_mode)
    }

    fn trusts_email(&self) -> bool {
        self.trusts_email.unwrap_or(self.preset().trusts_email)
    }

    fn deadline_ms(&self) -> u64 {
        self.deadline_ms.unwrap_or(DEADLINE_MS)
    }

    fn audiences(&self) -> Vec<String> {
        let mut audiences = vec![self.client_id.clone()];
        audiences.extend(self.audiences.iter().cloned());
        audiences.dedup();
        audiences
    }

    fn name(&self, id: &str, known: &str) -> String {
        let names = [self.name.as_str(), known, id];
        let mut filled = names.into_iter().filter(|name| !name.is_empty());
        filled.next().unwrap_or_default().to_owned()
    }

    fn apple_key(&self) -> Option<AppleKey> {
        Some(AppleKey {
            team_id: self.team_id.clone(),
            key_id: self.key_id.clone(),
            private_key: self.private_key.clone()?,
        })
    }

    fn finish(self, id: String) -> ProviderConfig {
        let (ko, en) = self.preset().names;
        ProviderConfig {
            kind: self.kind(),
            name_ko: self.name(&id, ko),
            name_en: self.name(&id, en),
            apple_key: self.apple_key(),
            client_auth: self.client_auth(),
            audiences: self.audiences(),
            issuer: self.issuer(),
            authorize_url: self.authorize_url(),
            token_url: self.token_url(),
            userinfo_url: self.userinfo_url(),
            emails_url: self.emails_url(),
            jwks_url: self.jwks_url(),
            scopes: self.scopes(),
            response_mode: self.response_mode(),
            trusts_email: self.trusts_email(),
            deadline_ms: self.deadline_ms(),
            client_id: self.client_id,
            client_secret: self.client_secret,
            id,
        }
    }

    /// What is wrong with it, by field.
    fn mistakes(&self) -> Vec<(&'static str, &'static str)> {
        const MISSING: &str = "is missing and the provider needs it";
        let kind = self.kind();
        let plain = !kind.is_oidc();
        let asks_openid = self.scopes().split_whitespace().any(|it| it == "openid");
        let signs = self.private_key.is_some();
        let names_key = !self.team_id.is_empty() && !self.key_id.is_empty();
        [
            (self.client_id.is_empty(), "client_id", MISSING),
            (
                !plain && self.issuer().is_empty(),
                "issuer",
                MISSING,
            ),
            (
                plain && self.authorize_url().is_none(),
                "authorize_url",
                MISSING,
            ),
            (plain && self.token_url().is_none(), "token_url", MISSING),
            (
                plain && self.userinfo_url().is_none(),
                "userinfo_url",
                MISSING,
            ),
            (
                !plain && kind != ProviderKind::Apple && !asks_openid,
                "scopes",
                "must hold openid: without it the provider gives no ID token",
            ),
            (
                kind == ProviderKind::Apple && self.client_secret.is_some() == signs,
                "private_key",
                "is what Apple needs, with team_id and key_id, or else a client_secret made elsewhere; one of both",
            ),
            (
                kind != ProviderKind::Apple && signs,
                "private_key",
                "is for providers of the kind apple only",
            ),
            (
                signs && !names_key,
                "key_id",
                "and team_id must say which key private_key is",
            ),
        ]
        .into_iter()
        .filter_map(|(wrong, field, problem)| wrong.then_some((field, problem)))
        .collect()
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
        let kind = format!("{PREFIX}{id}.kind");
        for (field, problem) in draft.mistakes() {
            checks.refuse(true, &format!("{PREFIX}{id}.{field}"), &[&kind], problem);
        }
    }
}

/// The providers; a wrong one is a mistake [`check`] has reported.
pub(super) fn finish(drafts: BTreeMap<String, ProviderDraft>) -> Vec<ProviderConfig> {
    let finished = drafts.into_iter().map(|(id, draft)| draft.finish(id));
    finished.collect()
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
