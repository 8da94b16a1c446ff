//! Where a native app lets itself be called back: a scheme of its own, or a port of the machine it runs on.

use std::fmt;
use std::str::FromStr;

/// The longest redirect address, in bytes.
pub const REDIRECT_BYTES_MAX: usize = 512;

/// The loopback hosts of RFC 8252, section 7.3. `localhost` may lead elsewhere, so it is none.
const LOOPBACK: [&str; 2] = ["http://127.0.0.1", "http://[::1]"];

/// A registered redirect address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RedirectUri(Kind);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Kind {
    /// Exactly this text.
    Scheme(String),
    /// This host and path, under any port.
    Loopback { host: &'static str, path: String },
}

/// The text is no redirect address an app may register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not com.example.app:/path, http://127.0.0.1/path or http://[::1]/path")]
pub struct NotARedirect;

impl FromStr for RedirectUri {
    type Err = NotARedirect;

    fn from_str(text: &str) -> Result<Self, NotARedirect> {
        // No fragment (RFC 6749 section 3.1.2), no query we would have to add to, nothing to be decoded.
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/[]".contains(&b);
        if text.len() > REDIRECT_BYTES_MAX || !text.bytes().all(plain) {
            return Err(NotARedirect);
        }
        for host in LOOPBACK {
            if let Some(path) = text.strip_prefix(host) {
                return is_path(path)
                    .then(|| {
                        Self(Kind::Loopback {
                            host,
                            path: path.to_owned(),
                        })
                    })
                    .ok_or(NotARedirect);
            }
        }
        let (scheme, path) = text.split_once(':').ok_or(NotARedirect)?;
        let own = is_reversed_domain(scheme) && path.starts_with('/');
        own.then(|| Self(Kind::Scheme(text.to_owned())))
            .ok_or(NotARedirect)
    }
}

/// A scheme made of a domain name, as RFC 8252 section 7.1 asks: nobody else has a claim to it.
fn is_reversed_domain(scheme: &str) -> bool {
    let label = |label: &str| {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        label.starts_with(|c: char| c.is_ascii_lowercase()) && label.bytes().all(plain)
    };
    scheme.contains('.') && scheme.split('.').all(label)
}

fn is_path(path: &str) -> bool {
    path.starts_with('/') && !path.contains([':', '[', ']'])
}

impl RedirectUri {
    /// Whether this is the address asked for. Compared as text: nothing is decoded, resolved or completed.
    pub fn allows(&self, asked: &str) -> bool {
        match &self.0 {
            Kind::Scheme(text) => text == asked,
            Kind::Loopback { host, path } => {
                let Some(rest) = asked.strip_prefix(host) else {
                    return false;
                };
                let Some(with_port) = rest.strip_prefix(':') else {
                    return rest == path;
                };
                let end = with_port.find('/').unwrap_or(with_port.len());
                let (port, rest) = with_port.split_at(end);
                let digits = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
                digits && port.parse::<u16>().is_ok_and(|port| port > 0) && rest == path
            }
        }
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Scheme(text) => f.write_str(text),
            Kind::Loopback { host, path } => write!(f, "{host}{path}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apps_register_schemes_of_their_own_and_loopback_addresses() {
        for good in [
            "com.example.maru:/callback",
            "com.example.maru://sign-in",
            "io.github.someone-s.app:/",
            "http://127.0.0.1/callback",
            "http://[::1]/callback",
        ] {
            assert_eq!(good.parse::<RedirectUri>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "maru:/callback",
            "com.example.maru:callback",
            "com.example.maru",
            "Com.Example.Maru:/callback",
            ".maru:/callback",
            "com..maru:/callback",
            "1com.example:/callback",
            "com.example.maru:/callback#fragment",
            "com.example.maru:/callback?x=1",
            "com.example.maru:/%2e%2e/callback",
            "com.example.maru:/call back",
            "javascript:/alert",
            "https://example.com/callback",
            "http://example.com/callback",
            "http://localhost/callback",
            "http://127.0.0.1:8080/callback",
            "http://127.0.0.1",
            "http://127.0.0.1.example.com/callback",
            "http://127.0.0.1@example.com/callback",
        ] {
            assert_eq!(bad.parse::<RedirectUri>(), Err(NotARedirect), "{bad:?}");
        }
    }

    #[test]
    fn a_scheme_is_matched_exactly() {
        let registered: RedirectUri = "com.example.maru:/callback".parse().unwrap();
        assert!(registered.allows("com.example.maru:/callback"));
        for other in [
            "com.example.maru:/callback/",
            "com.example.maru:/callback/more",
            "com.example.maru:/callback?x=1",
            "com.example.maru:/callback#x",
            "com.example.maru:/Callback",
            "com.example.maru:/x/../callback",
            "com.example.maru:/%63allback",
            "com.example.maru.evil:/callback",
            "com.example.maru:/",
            "COM.example.maru:/callback",
            " com.example.maru:/callback",
        ] {
            assert!(!registered.allows(other), "{other}");
        }
    }

    #[test]
    fn a_loopback_address_is_matched_under_any_port() {
        let registered: RedirectUri = "http://127.0.0.1/callback".parse().unwrap();
        for same in [
            "http://127.0.0.1/callback",
            "http://127.0.0.1:1/callback",
            "http://127.0.0.1:65535/callback",
        ] {
            assert!(registered.allows(same), "{same}");
        }
        for other in [
            "http://127.0.0.1:/callback",
            "http://127.0.0.1:0/callback",
            "http://127.0.0.1:65536/callback",
            "http://127.0.0.1:80:80/callback",
            "http://127.0.0.1:+80/callback",
            "http://127.0.0.1:8080/callback/..",
            "http://127.0.0.1:8080/other",
            "http://127.0.0.1:8080@evil.example/callback",
            "http://127.0.0.1.evil.example/callback",
            "http://127.0.0.1:8080/%2e%2e/callback",
            "http://127.0.0.2/callback",
            "http://[::1]/callback",
            "http://localhost/callback",
            "https://127.0.0.1/callback",
        ] {
            assert!(!registered.allows(other), "{other}");
        }
    }
}
