//! The two cookies: who is signed in, and which browser a sign-in began in.

use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use time::Duration;

use crate::services::auth::{AuthService, OpaqueSecret};

/// As long as a sign-in may be under way.
const BROWSER_SECONDS: i64 = 10 * 60;

/// Names and attributes of the cookies, by whether the site is encrypted.
#[derive(Clone, Copy)]
pub(super) struct Cookies {
    encrypted: bool,
}

impl Cookies {
    pub(super) fn of(auth: &AuthService) -> Self {
        let encrypted = auth.encrypted_only();
        Self { encrypted }
    }

    // The prefix makes browsers refuse one that a neighbouring subdomain or an unencrypted page sets.
    const fn login_name(self) -> &'static str {
        if self.encrypted {
            "__Host-maru"
        } else {
            "maru"
        }
    }

    const fn browser_name(self) -> &'static str {
        if self.encrypted {
            "__Host-maru-signin"
        } else {
            "maru-signin"
        }
    }

    /// The login's secret, if the browser shows one.
    pub(super) fn login(self, jar: &CookieJar) -> Option<OpaqueSecret> {
        OpaqueSecret::parse(jar.get(self.login_name())?.value())
    }

    /// Whether the browser shows a login at all, good or not.
    pub(super) fn has_login(self, jar: &CookieJar) -> bool {
        jar.get(self.login_name()).is_some()
    }

    /// The browser's secret, if it shows one.
    pub(super) fn browser(self, jar: &CookieJar) -> Option<OpaqueSecret> {
        OpaqueSecret::parse(jar.get(self.browser_name())?.value())
    }

    pub(super) fn of_login(self, secret: &OpaqueSecret, seconds_max: u64) -> Cookie<'static> {
        let seconds = i64::try_from(seconds_max).unwrap_or(i64::MAX);
        self.cookie(self.login_name(), secret.reveal(), seconds)
    }

    pub(super) fn of_browser(self, secret: &OpaqueSecret) -> Cookie<'static> {
        self.cookie(self.browser_name(), secret.reveal(), BROWSER_SECONDS)
    }

    /// Makes the browser forget the login.
    pub(super) fn no_login(self) -> Cookie<'static> {
        self.cookie(self.login_name(), "", 0)
    }

    // Lax: a link from elsewhere finds the person signed in, and the provider's redirect its browser.
    fn cookie(self, name: &'static str, value: &str, seconds: i64) -> Cookie<'static> {
        Cookie::build((name, value.to_owned()))
            .path("/")
            .http_only(true)
            .secure(self.encrypted)
            .same_site(SameSite::Lax)
            .max_age(Duration::seconds(seconds))
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_as_closed_as_the_site_allows() {
        let secret = OpaqueSecret::generate();
        let encrypted = Cookies { encrypted: true };
        assert_eq!(
            encrypted.of_login(&secret, 60).to_string(),
            format!(
                "__Host-maru={}; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=60",
                secret.reveal()
            )
        );
        let plain = Cookies { encrypted: false };
        assert!(
            plain
                .of_browser(&secret)
                .to_string()
                .starts_with("maru-signin=")
        );
        assert!(plain.no_login().to_string().contains("Max-Age=0"));
    }

    #[test]
    fn an_encrypted_site_takes_no_cookie_without_the_prefix() {
        let secret = OpaqueSecret::generate();
        let planted = Cookies { encrypted: false }.of_login(&secret, 60);
        let jar = CookieJar::new().add(planted);
        assert!(Cookies { encrypted: true }.login(&jar).is_none());
        assert!(Cookies { encrypted: false }.login(&jar).is_some());
    }
}
