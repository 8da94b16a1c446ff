//! A sign-in provider on this machine that does as it is told, also what a provider must never do.

mod endpoints;
mod key;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use maru::config::{ProviderConfig, ProviderKind, Secret};
use reqwest::Url;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::browser::Browser;
pub(crate) use key::Key;

/// What it calls the server, and how the server proves that.
pub(crate) const CLIENT_ID: &str = "maru";
pub(crate) const CLIENT_SECRET: &str = "hush";

/// How long the server waits for it.
pub(crate) const DEADLINE_MS: u64 = 4_000;

/// How one of its addresses answers.
#[derive(Clone)]
pub(crate) enum Reply {
    /// As it must.
    Good,
    /// With this status and body.
    Json(u16, Value),
    /// With a redirect to there.
    Redirect(String),
    /// As it must, but only after the server's patience.
    Late,
    /// Without end.
    Endless,
    /// With a page for people.
    Garbage,
}

/// How it signs ID tokens.
#[derive(Clone)]
pub(crate) enum Signing {
    /// With the first key it publishes.
    Own,
    /// With this key, whatever it publishes.
    With(Key),
    /// With a key of its own making under the name of the one it publishes.
    Forged,
    /// Not at all, and says so in these words.
    Unsigned(&'static str),
    /// With its public key as a shared secret.
    PublicHalf,
    /// Signed, then changed.
    Tampered,
    /// This text.
    Text(String),
    /// It gives no ID token.
    Missing,
}

/// What it does. Tests change it between requests.
#[derive(Clone)]
pub(crate) struct Script {
    /// Who consents: claims of ID tokens.
    pub(crate) person: Value,
    /// Changes to the claims of ID tokens; null takes one away.
    pub(crate) claims: Value,
    pub(crate) signing: Signing,
    pub(crate) keys: Vec<Key>,
    /// Whether it checks what PKCE is for.
    pub(crate) checks_verifier: bool,
    pub(crate) discovery: Reply,
    pub(crate) jwks: Reply,
    pub(crate) token: Reply,
    pub(crate) userinfo: Reply,
    pub(crate) emails: Reply,
}

struct State {
    script: Script,
    codes: HashMap<String, Code>,
    /// How often each address was asked.
    asked: BTreeMap<&'static str, u32>,
    /// What the token endpoint was last asked.
    token_request: BTreeMap<String, String>,
}

#[derive(Clone)]
struct Code {
    nonce: Option<String>,
    challenge: String,
    redirect_uri: String,
    person: Value,
    /// Whether it was asked to look at the person anew: then it says when it last did.
    afresh: bool,
    used: bool,
}

/// A running provider.
#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) origin: String,
    state: Arc<Mutex<State>>,
}

/// A browser's way back, before it is gone.
#[derive(Debug, Clone)]
pub(crate) struct Back {
    pub(crate) path: String,
    pub(crate) code: String,
    pub(crate) state: String,
}

impl Back {
    /// The address.
    pub(crate) fn link(&self) -> String {
        format!("{}?code={}&state={}", self.path, self.code, self.state)
    }
}

pub(crate) fn now_s() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

impl Provider {
    /// One that behaves, on a free port.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let script = Script {
            person: json!({ "sub": "1", "name": "하늘", "email": "haneul@a.example", "email_verified": true }),
            claims: json!({}),
            signing: Signing::Own,
            keys: vec![Key::generate("first")],
            checks_verifier: true,
            discovery: Reply::Good,
            jwks: Reply::Good,
            token: Reply::Good,
            userinfo: Reply::Json(404, json!({})),
            emails: Reply::Json(404, json!([])),
        };
        let state = State {
            script,
            codes: HashMap::new(),
            asked: BTreeMap::new(),
            token_request: BTreeMap::new(),
        };
        let provider = Self {
            origin,
            state: Arc::new(Mutex::new(state)),
        };
        let router = endpoints::router(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        provider
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Changes what it does.
    pub(crate) fn set(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.state().script);
    }

    /// How often an address was asked.
    pub(crate) fn asked(&self, endpoint: &'static str) -> u32 {
        self.state().asked.get(endpoint).copied().unwrap_or(0)
    }

    /// What the token endpoint was last asked.
    pub(crate) fn token_request(&self) -> BTreeMap<String, String> {
        self.state().token_request.clone()
    }

    /// It, configured under `id` with every address.
    pub(crate) fn config(&self, id: &str, kind: ProviderKind) -> ProviderConfig {
        let at = |path: &str| Some(format!("{}{path}", self.origin).parse().unwrap());
        ProviderConfig {
            authorize_url: at("/authorize"),
            token_url: at("/token"),
            userinfo_url: at("/userinfo").filter(|_| !matches!(kind, ProviderKind::Apple)),
            emails_url: at("/emails").filter(|_| kind == ProviderKind::Github),
            jwks_url: at("/jwks").filter(|_| kind.is_oidc()),
            ..self.issuer(id, kind)
        }
    }

    /// It, configured under `id` by its issuer alone.
    pub(crate) fn issuer(&self, id: &str, kind: ProviderKind) -> ProviderConfig {
        ProviderConfig {
            client_secret: Some(Secret::new(CLIENT_SECRET)),
            issuer: self.origin.clone(),
            authorize_url: None,
            token_url: None,
            userinfo_url: None,
            emails_url: None,
            jwks_url: None,
            deadline_ms: DEADLINE_MS,
            ..ProviderConfig::new(id, kind, CLIENT_ID)
        }
    }

    /// The person says yes on its page; the way back with a code.
    pub(crate) fn consent(&self, url: &str) -> Back {
        let url: Url = url.parse().unwrap();
        let mut parameters: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in url.query_pairs() {
            let before = parameters.insert(name.to_string(), value.to_string());
            assert_eq!(before, None, "{name} is there twice");
        }
        let parameter = |name: &str| parameters.get(name).cloned();
        assert_eq!(url.path(), "/authorize");
        assert_eq!(parameter("response_type").as_deref(), Some("code"));
        assert_eq!(parameter("client_id").as_deref(), Some(CLIENT_ID));
        assert_eq!(parameter("code_challenge_method").as_deref(), Some("S256"));
        let redirect_uri = parameter("redirect_uri").unwrap();
        let mut state = self.state();
        let code = Code {
            nonce: parameter("nonce"),
            challenge: parameter("code_challenge").unwrap(),
            redirect_uri: redirect_uri.clone(),
            person: state.script.person.clone(),
            afresh: parameter("max_age").is_some(),
            used: false,
        };
        let name = format!("code{}", state.codes.len());
        state.codes.insert(name.clone(), code);
        Back {
            path: redirect_uri.parse::<Url>().unwrap().path().to_owned(),
            code: name,
            state: parameter("state").unwrap(),
        }
    }

    /// Goes there and says yes; stops before our callback is opened.
    pub(crate) async fn visit(&self, browser: &Browser, id: &str) -> Back {
        let start = browser.get(&format!("/v1/auth/{id}/start")).await;
        self.consent(start.location())
    }

    /// Signs in with it, as configured under `id`; where that leads.
    pub(crate) async fn sign_in(&self, browser: &Browser, id: &str) -> String {
        let back = self.visit(browser, id).await;
        browser.get(&back.link()).await.location().to_owned()
    }
}

/// Longer than the server waits.
pub(super) const LATE: Duration = Duration::from_millis(DEADLINE_MS * 2);
