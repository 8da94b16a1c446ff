//! Where a person goes after signing in: one of our own pages, never another site.

/// Longer than any page's address.
const BYTES_MAX: usize = 512;

/// A path on our own site, with its query. The start page unless said otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnTo(String);

impl Default for ReturnTo {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl ReturnTo {
    /// Accepts a local path. Browsers read `//host`, `/\host` and the like as other sites, and strip control
    /// characters before they look; so those are refused, also percent-encoded, for proxies that decode.
    pub fn parse(text: &str) -> Option<Self> {
        let printable = text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
        let lower = text.to_ascii_lowercase();
        let rest = lower.strip_prefix('/')?;
        let other_site = ["/", "\\", "%2f", "%5c", "%09", "%0a", "%0d"];
        // Calls are not pages: returning to one could sign in again, for ever.
        let call = ["v1/", "dev/"];
        let good = text.len() <= BYTES_MAX
            && printable
            && !other_site.iter().any(|start| rest.starts_with(start))
            && !call.iter().any(|start| rest.starts_with(start));
        good.then(|| Self(text.to_owned()))
    }

    /// The same page, told what went wrong in `error`.
    #[must_use]
    pub fn with_error(&self, code: &str) -> Self {
        let (page, fragment) = match self.0.split_once('#') {
            Some((page, fragment)) => (page, format!("#{fragment}")),
            None => (self.0.as_str(), String::new()),
        };
        let separator = if page.contains('?') { '&' } else { '?' };
        Self(format!("{page}{separator}error={code}{fragment}"))
    }

    /// The path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_told_what_went_wrong() {
        for (page, told) in [
            ("/me", "/me?error=x"),
            ("/me?a=b", "/me?a=b&error=x"),
            ("/me#top", "/me?error=x#top"),
        ] {
            let page = ReturnTo::parse(page).unwrap();
            assert_eq!(page.with_error("x").as_str(), told);
        }
    }

    #[test]
    fn our_own_pages_only() {
        for good in ["/", "/r/haneul", "/r/haneul?from=//home#x", "/@%ED%95%98"] {
            assert_eq!(ReturnTo::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            "r/haneul",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/%2Fevil.example",
            "/%5cevil.example",
            "/%09/evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/r/\r\nSet-Cookie: x=y",
            "/하늘",
            "/v1/auth/dev/start",
            "/dev/identity/authorize",
        ] {
            assert_eq!(ReturnTo::parse(bad), None, "{bad:?}");
        }
        assert_eq!(ReturnTo::parse(&format!("/{}", "a".repeat(512))), None);
    }
}
