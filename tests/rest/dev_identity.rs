//! `/dev/identity`: an authorization server in miniature, checked as one.

mod authorize;
mod refusal;
mod token;

use maru::config::{ProviderConfig, Secret};
use reqwest::Url;

use crate::browser::{Answer, Browser};
use crate::server::Server;

/// The example of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A client of the provider that does each step by hand.
struct Client {
    server: Server,
    browser: Browser,
    provider: ProviderConfig,
    redirect_uri: String,
}

impl Client {
    async fn new() -> Self {
        let server = Server::start().await;
        Self {
            browser: Browser::new(&server),
            provider: server.dev_provider.clone().unwrap(),
            redirect_uri: server.public.join("/v1/auth/dev/callback"),
            server,
        }
    }

    /// The address of the page, with some parameters changed or, when empty, left out.
    fn authorize_url(&self, changes: &[(&str, &str)]) -> String {
        let mut parameters = vec![
            ("response_type", "code"),
            ("client_id", &self.provider.client_id),
            ("redirect_uri", &self.redirect_uri),
            ("state", "my state"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in changes {
            parameters.retain(|(known, _)| known != name);
            if !value.is_empty() {
                parameters.push((name, value));
            }
        }
        let page = self.provider.authorize_url.as_ref().unwrap();
        Url::parse_with_params(page.as_str(), parameters)
            .unwrap()
            .into()
    }

    fn token_url(&self) -> Url {
        self.provider.token_url.clone().unwrap()
    }

    fn userinfo_url(&self) -> Url {
        self.provider.userinfo_url.clone().unwrap()
    }

    async fn code(&self) -> String {
        let page = self.authorize_url(&[]);
        let answer = self.browser.submit(&page, &[("name", "하늘")]).await;
        let back: Url = answer.location().parse().unwrap();
        let parameter = |name: &str| {
            let found = back.query_pairs().find(|(key, _)| key == name);
            found.unwrap().1.into_owned()
        };
        assert_eq!(parameter("state"), "my state");
        parameter("code")
    }

    async fn exchange(&self, form: &[(&str, &str)], secret: &str) -> Answer {
        let request = self.browser.http.post(self.token_url());
        let request = request.basic_auth(&self.provider.client_id, Some(secret));
        Answer::of(request.form(form).send().await.unwrap()).await
    }

    async fn token(&self, code: &str, redirect_uri: &str, verifier: &str) -> Answer {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", verifier),
        ];
        let secret = self.provider.client_secret.as_ref().map(Secret::reveal);
        self.exchange(&form, secret.unwrap()).await
    }

    async fn userinfo(&self, token: &str) -> Answer {
        let request = self.browser.http.get(self.userinfo_url());
        Answer::of(request.bearer_auth(token).send().await.unwrap()).await
    }
}
