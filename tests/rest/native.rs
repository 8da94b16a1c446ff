//! A native app, as far as signing in and asking with tokens goes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Method;
use http::header::{AUTHORIZATION, LOCATION};
use reqwest::Url;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::browser::{Answer, Browser};
use crate::server::Server;

pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// One app, which keeps nothing of what it is told.
pub(crate) struct Native {
    http: reqwest::Client,
    origin: String,
    pub(crate) client: &'static str,
    pub(crate) redirect_uri: String,
}

/// What an app has been given.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl Given {
    pub(crate) fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.headers["cache-control"], "no-store");
        let body = answer.json();
        assert_eq!(
            (&body["token_type"], &body["expires_in"]),
            (&"Bearer".into(), &600.into())
        );
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        Self {
            access: text("access_token"),
            refresh: text("refresh_token"),
        }
    }
}

/// Checks that it is an error of RFC 6749, section 5.2.
pub(crate) fn is_refused(answer: &Answer, error: &str) {
    assert_eq!(answer.status, 400, "{}", answer.body);
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(answer.json()["error"], error, "{}", answer.body);
}

impl Native {
    pub(crate) fn new(server: &Server, client: &'static str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        Self {
            http: http.no_proxy().build().unwrap(),
            origin: server.public.origin().to_owned(),
            redirect_uri: format!("com.example.{client}:/callback"),
            client,
        }
    }

    /// Where the system browser begins, with some parameters changed or, when empty, left out.
    pub(crate) fn authorize(&self, changes: &[(&str, &str)]) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let mut parameters = vec![
            ("client_id", self.client),
            ("redirect_uri", &self.redirect_uri),
            ("state", "my state"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("provider", "dev"),
        ];
        for (name, value) in changes {
            parameters.retain(|(known, _)| known != name);
            if !value.is_empty() {
                parameters.push((name, value));
            }
        }
        let page = format!("{}/v1/auth/authorize", self.origin);
        Url::parse_with_params(&page, parameters).unwrap().into()
    }

    /// Where a person comes back to the app after signing in.
    pub(crate) async fn come_back(
        &self,
        browser: &Browser,
        name: &str,
        changes: &[(&str, &str)],
    ) -> Url {
        let page = browser
            .get(&self.authorize(changes))
            .await
            .location()
            .to_owned();
        let callback = browser.submit(&page, &[("name", name)]).await;
        let callback = callback.location().to_owned();
        browser.get(&callback).await.location().parse().unwrap()
    }

    /// A code for somebody new, or for whoever gave this name before.
    pub(crate) async fn code(&self, browser: &Browser, name: &str) -> String {
        let back = self.come_back(browser, name, &[]).await;
        parameter(&back, "code").unwrap_or_else(|| panic!("no code in {back}"))
    }

    /// Asks the token endpoint, with some parameters changed or, when empty, left out.
    pub(crate) async fn redeem(&self, code: &str, changes: &[(&str, &str)]) -> Answer {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("client_id", self.client),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", VERIFIER),
        ];
        for (name, value) in changes {
            form.retain(|(known, _)| known != name);
            if !value.is_empty() {
                form.push((name, value));
            }
        }
        self.form("/v1/auth/token", &form).await
    }

    pub(crate) async fn refresh(&self, token: &str) -> Answer {
        self.refresh_for(token, "").await
    }

    pub(crate) async fn refresh_for(&self, token: &str, scope: &str) -> Answer {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", self.client),
            ("refresh_token", token),
            ("scope", scope),
        ];
        self.form("/v1/auth/token", &form).await
    }

    pub(crate) async fn give_back(&self, token: &str) -> Answer {
        let form = [("client_id", self.client), ("token", token)];
        self.form("/v1/auth/revoke", &form).await
    }

    pub(crate) async fn form(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let request = self.http.post(format!("{}{path}", self.origin)).form(form);
        Answer::of(request.send().await.unwrap()).await
    }

    /// Signs somebody in, from the system browser to the tokens.
    pub(crate) async fn sign_in(&self, browser: &Browser, name: &str, scope: &str) -> Given {
        let back = self.come_back(browser, name, &[("scope", scope)]).await;
        let code = parameter(&back, "code").unwrap();
        Given::of(&self.redeem(&code, &[]).await)
    }

    /// Any request with a token.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: Option<&Value>,
    ) -> Answer {
        let request = self.http.request(method, format!("{}{path}", self.origin));
        let request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        Answer::of(request.send().await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        self.ask(Method::GET, path, token, None).await
    }

    /// Whether a token is good now.
    pub(crate) async fn is_good(&self, token: &str) -> bool {
        let answer = self.get("/v1/me", token).await;
        match answer.status.as_u16() {
            200 => true,
            401 => {
                answer.is_problem(401, "invalid_token");
                let challenge = &answer.headers["www-authenticate"];
                assert_eq!(challenge, r#"Bearer error="invalid_token""#);
                false
            }
            _ => panic!("{}", answer.body),
        }
    }
}

/// A parameter of an address.
pub(crate) fn parameter(url: &Url, name: &str) -> Option<String> {
    let found = url.query_pairs().find(|(known, _)| known == name);
    found.map(|(_, value)| value.into_owned())
}

/// The address an answer leads to.
pub(crate) fn leads_to(answer: &Answer) -> Url {
    assert_eq!(answer.status, 302, "{}", answer.body);
    answer.headers[LOCATION].to_str().unwrap().parse().unwrap()
}
