//! The settings of one sign-in provider: how each is read and shown.

use url::Url;

use super::preset::{ClientAuth, ResponseMode};
use super::{ProviderDraft, TEXT_CHARS_MAX, is_loopback};
use crate::config::secret::{MASK, Secret};
use crate::config::setting::{Setting, whole};

const URL_EXPECTS: &str = "an https:// address (http:// only on this machine)";

/// Longer than the text of any key of the kind Apple gives.
const KEY_BYTES_MAX: usize = 4_096;

const AUDIENCES_MAX: usize = 16;

/// Below, nothing far away answers; above, people have left.
const DEADLINE_MS_RANGE: std::ops::RangeInclusive<u64> = 100..=25_000;

/// A setting that is a text of at most [`TEXT_CHARS_MAX`] characters.
macro_rules! text {
    ($field:ident, $doc:literal, $expects:literal) => {
        Setting {
            key: stringify!($field),
            doc: $doc,
            expects: $expects,
            secret: false,
            set: |draft, text| {
                draft.$field = bounded(text)?;
                Some(())
            },
            show: |draft| draft.$field.clone().into(),
        }
    };
}

/// A setting that is an address, shown as it is in effect.
macro_rules! address {
    ($field:ident, $doc:literal) => {
        Setting {
            key: stringify!($field),
            doc: $doc,
            expects: URL_EXPECTS,
            secret: false,
            set: |draft, text| {
                draft.$field = address(text)?;
                Some(())
            },
            show: |draft| {
                let url = draft.$field();
                url.as_ref().map_or("", Url::as_str).into()
            },
        }
    };
}

pub(in crate::config) const FIELDS: &[Setting<ProviderDraft>] = &[
    Setting {
        key: "kind",
        doc: "How it speaks. The id where it is one of these; oidc with an issuer, else oauth2.",
        expects: "google, github, kakao, naver, apple, oidc or oauth2",
        secret: false,
        set: |draft, text| {
            draft.kind = Some(text.parse().ok()?);
            Some(())
        },
        show: |draft| draft.kind().as_str().into(),
    },
    text!(
        name,
        "Its name on the sign-in page; as the kind has it, or the id, when empty.",
        "a name of at most 512 characters"
    ),
    text!(
        client_id,
        "What the provider calls this server.",
        "the client id the provider gave, at most 512 characters"
    ),
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
        show: |draft| masked(draft.client_secret.as_ref()),
    },
    Setting {
        key: "client_auth",
        doc: "Where the secret is shown: basic in a header, post in the form.",
        expects: "basic or post",
        secret: false,
        set: |draft, text| {
            draft.client_auth = Some(match text {
                "basic" => ClientAuth::Basic,
                "post" => ClientAuth::Post,
                _ => return None,
            });
            Some(())
        },
        show: |draft| draft.client_auth().as_str().into(),
    },
    text!(
        team_id,
        "Apple: whose key private_key is.",
        "a team id of at most 512 characters"
    ),
    text!(
        key_id,
        "Apple: which key private_key is.",
        "a key id of at most 512 characters"
    ),
    Setting {
        key: "private_key",
        doc: "Apple: the text of the .p8 file, from which client secrets are made.",
        expects: "the text of a .p8 file, its line ends as they are or written \\n",
        secret: true,
        set: |draft, text| {
            let text = text.replace("\\n", "\n");
            let readable = |c: char| c == '\n' || c == '\r' || c.is_ascii_graphic() || c == ' ';
            let good = (1..=KEY_BYTES_MAX).contains(&text.len()) && text.chars().all(readable);
            draft.private_key = Some(Secret::new(good.then_some(text)?));
            Some(())
        },
        show: |draft| masked(draft.private_key.as_ref()),
    },
    Setting {
        key: "audiences",
        doc: "Whom else ID tokens may be for, beside client_id: keys of native apps, say.",
        expects: "at most 16 client ids separated by spaces or commas",
        secret: false,
        set: |draft, text| {
            let text = bounded(text)?;
            let ids = text.split([' ', ',']).filter(|id| !id.is_empty());
            let ids: Vec<String> = ids.map(str::to_owned).collect();
            draft.audiences = (ids.len() <= AUDIENCES_MAX).then_some(ids)?;
            Some(())
        },
        show: |draft| draft.audiences.join(" ").into(),
    },
    Setting {
        key: "issuer",
        doc: "Who issues its ID tokens, to the letter; addresses not given are found there. People of another issuer are other people.",
        expects: "an https:// address without query (http:// only on this machine)",
        secret: false,
        set: |draft, text| {
            let plain = |url: &Url| url.query().is_none() && url.fragment().is_none();
            let url = address(text)?;
            let good = url.as_ref().is_none_or(plain);
            draft.issuer = url.map(|_| text.to_owned()).filter(|_| good);
            good.then_some(())
        },
        show: |draft| draft.issuer().into(),
    },
    address!(authorize_url, "Where browsers go to sign in."),
    address!(token_url, "Where codes are changed for tokens."),
    address!(userinfo_url, "Where a token tells who signed in."),
    address!(
        emails_url,
        "GitHub: where a token tells the person's e-mail addresses."
    ),
    address!(jwks_url, "Where the keys of ID tokens are."),
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
    Setting {
        key: "response_mode",
        doc: "How browsers come back: query with an address, form_post with a form.",
        expects: "query or form_post",
        secret: false,
        set: |draft, text| {
            draft.response_mode = Some(match text {
                "query" => ResponseMode::Query,
                "form_post" => ResponseMode::FormPost,
                _ => return None,
            });
            Some(())
        },
        show: |draft| draft.response_mode().as_str().into(),
    },
    Setting {
        key: "trusts_email",
        doc: "Whether an e-mail address it calls verified leads to an account where it is verified too.",
        expects: "true or false",
        secret: false,
        set: |draft, text| {
            draft.trusts_email = Some(text.parse().ok()?);
            Some(())
        },
        show: |draft| draft.trusts_email().into(),
    },
    Setting {
        key: "deadline_ms",
        doc: "For everything asked of it while a person waits.",
        expects: "a whole number of milliseconds, 100 to 25000",
        secret: false,
        set: |draft, text| {
            draft.deadline_ms = Some(whole(text, DEADLINE_MS_RANGE)?);
            Some(())
        },
        show: |draft| {
            i64::try_from(draft.deadline_ms())
                .unwrap_or(i64::MAX)
                .into()
        },
    },
];

fn bounded(text: &str) -> Option<String> {
    let good = text.chars().count() <= TEXT_CHARS_MAX && !text.chars().any(char::is_control);
    good.then(|| text.trim().to_owned())
}

fn masked(secret: Option<&Secret>) -> toml::Value {
    secret.map_or("", |_| MASK).into()
}

/// An address, or none when empty.
fn address(text: &str) -> Option<Option<Url>> {
    if text.is_empty() {
        return Some(None);
    }
    let url = Url::parse(text).ok()?;
    let safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    let plain = url.username().is_empty() && url.password().is_none();
    let good = safe && plain && url.host().is_some() && text.len() <= TEXT_CHARS_MAX;
    good.then_some(Some(url))
}
