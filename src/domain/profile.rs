//! What people say of themselves: mood, bio, links, and how a profile changes.

use serde::{Deserialize, Serialize};
use url::Url;

use super::clock::WallMs;
use super::text::{BadText, PersonName, clean};
use super::user::{Look, User};

/// The longest mood line, in Unicode scalar values.
pub const MOOD_CHARS_MAX: usize = 60;

/// The longest bio, in Unicode scalar values.
pub const BIO_CHARS_MAX: usize = 300;

/// The most lines of a bio.
pub const BIO_LINES_MAX: usize = 10;

/// The most links of a profile.
pub const LINKS_MAX: usize = 5;

/// The longest name of a link, in Unicode scalar values.
pub const LINK_LABEL_CHARS_MAX: usize = 30;

/// The longest address of a link, in bytes.
pub const LINK_URL_BYTES_MAX: usize = 500;

/// One line on how somebody feels today; may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mood(String);

impl Mood {
    /// Accepts a line or says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, BadText> {
        line(text, MOOD_CHARS_MAX).map(Self)
    }

    /// The line.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A few words somebody says about themselves, in a few lines; may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bio(String);

impl Bio {
    /// Accepts a text or says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, BadText> {
        let too_long = BadText::TooLong {
            chars_max: BIO_CHARS_MAX,
        };
        let text = text.trim().replace("\r\n", "\n");
        if text.lines().count() > BIO_LINES_MAX {
            return Err(too_long);
        }
        let lines: Result<Vec<String>, BadText> = text
            .split('\n')
            .map(|text| line(text, BIO_CHARS_MAX))
            .collect();
        let text = lines?.join("\n");
        if text.chars().count() > BIO_CHARS_MAX {
            return Err(too_long);
        }
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn line(text: &str, chars_max: usize) -> Result<String, BadText> {
    match clean(text, chars_max) {
        Err(BadText::Empty) => Ok(String::new()),
        cleaned => cleaned,
    }
}

/// Why a link was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadLink {
    /// More links than a profile has place for.
    #[error("a profile has at most {LINKS_MAX} links")]
    TooMany,
    /// The name of the link cannot be shown.
    #[error("the label of a link: {0}")]
    Label(#[from] BadText),
    /// The address is too long.
    #[error("the address of a link is longer than {LINK_URL_BYTES_MAX} bytes")]
    TooLong,
    /// No web address that may be shown: another scheme, a user name in it, white space.
    #[error("the address of a link must begin with http:// or https:// and name no user")]
    Address,
}

/// A way from a profile to somewhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Link {
    /// What it is called.
    label: String,
    /// Where it leads: `http` or `https`, in the form browsers bring addresses to.
    url: String,
}

impl Link {
    /// Accepts a link or says what is wrong with it.
    pub fn parse(label: &str, url: &str) -> Result<Self, BadLink> {
        let label = clean(label, LINK_LABEL_CHARS_MAX)?;
        if url.len() > LINK_URL_BYTES_MAX {
            return Err(BadLink::TooLong);
        }
        // The parser would drop some of these silently: what people read must be what they follow.
        let invisible = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
        if url.contains(invisible) {
            return Err(BadLink::Address);
        }
        let parsed = Url::parse(url).map_err(|_| BadLink::Address)?;
        let is_web = matches!(parsed.scheme(), "http" | "https") && parsed.has_host();
        if !is_web || !parsed.username().is_empty() || parsed.password().is_some() {
            return Err(BadLink::Address);
        }
        let url = String::from(parsed);
        if url.len() > LINK_URL_BYTES_MAX {
            return Err(BadLink::TooLong);
        }
        Ok(Self { label, url })
    }

    /// What it is called.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Where it leads.
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// The links of a profile, as many as it may have.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Links(Vec<Link>);

impl Links {
    /// Accepts links or says what is wrong with them.
    pub fn new(links: Vec<Link>) -> Result<Self, BadLink> {
        if links.len() > LINKS_MAX {
            return Err(BadLink::TooMany);
        }
        Ok(Self(links))
    }

    /// In their order.
    pub fn as_slice(&self) -> &[Link] {
        &self.0
    }
}

/// An account with all that its profile shows, and what its owner must know to change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The part that is seen in rooms too.
    pub user: User,
    /// Ways to elsewhere.
    pub links: Vec<Link>,
    /// Grows with each change.
    pub version: u64,
    /// When the handle was last changed.
    pub handle_changed: Option<WallMs>,
}

/// What to change of a profile; what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProfileChange {
    /// The name shown.
    pub display_name: Option<PersonName>,
    /// One line on how they feel.
    pub mood: Option<Mood>,
    /// A few words.
    pub bio: Option<Bio>,
    /// The avatar, checked by the wardrobe.
    pub look: Option<Look>,
    /// All links.
    pub links: Option<Links>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moods_and_bios_may_be_empty_and_hold_no_tricks() {
        assert_eq!(
            Mood::parse("  \u{1112}\u{1161}\u{11AB} ").map(|m| m.0),
            Ok("한".into())
        );
        assert_eq!(Mood::parse(" ").map(|mood| mood.0), Ok(String::new()));
        assert!(Mood::parse(&"가".repeat(61)).is_err());
        assert_eq!(Mood::parse("a\nb"), Err(BadText::ControlCharacters));
        let bio = Bio::parse("\n 하나 \r\n\r\n둘\n");
        assert_eq!(bio.map(|bio| bio.0), Ok("하나\n\n둘".into()));
        assert_eq!(Bio::parse("a\u{202E}b"), Err(BadText::ControlCharacters));
        assert_eq!(Bio::parse("a\rb"), Err(BadText::ControlCharacters));
        assert!(Bio::parse(&"a\n".repeat(11)).is_err());
        assert!(Bio::parse(&"가".repeat(300)).is_ok());
        assert!(Bio::parse(&format!("{}\nb", "가".repeat(299))).is_err());
    }

    #[test]
    fn links_lead_to_the_web_and_are_what_they_seem() {
        let url = |text: &str| Link::parse("글", text).map(|link| link.url);
        assert_eq!(
            url("https://Example.com/한"),
            Ok("https://example.com/%ED%95%9C".into())
        );
        assert_eq!(url("http://example.com"), Ok("http://example.com/".into()));
        for bad in [
            "",
            "example.com",
            "//example.com",
            "javascript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
            "ftp://example.com",
            "https://",
            "https://bank.example@evil.example/",
            "https://a:b@evil.example/",
            "https://evil.example\\@bank.example",
            "https://exa\u{0}mple.com",
            "https://example.com/a b",
            "https://example.com/\u{202E}",
        ] {
            let refused = url(bad);
            let harmless =
                bad.contains('\u{202E}') && refused == Ok("https://example.com/%E2%80%AE".into());
            assert!(
                harmless || refused == Err(BadLink::Address),
                "{bad:?}: {refused:?}"
            );
        }
        assert_eq!(
            url(&format!("https://a.example/{}", "a".repeat(500))),
            Err(BadLink::TooLong)
        );
        assert_eq!(
            url(&format!("https://a.example/{}", "한".repeat(100))),
            Err(BadLink::TooLong)
        );
        assert!(matches!(
            Link::parse(" ", "https://a.example"),
            Err(BadLink::Label(_))
        ));
        let link = || Link::parse("a", "https://a.example").unwrap();
        assert!(Links::new((0..5).map(|_| link()).collect()).is_ok());
        assert_eq!(
            Links::new((0..6).map(|_| link()).collect()),
            Err(BadLink::TooMany)
        );
    }
}
