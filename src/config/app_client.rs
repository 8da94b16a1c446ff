//! Native apps people may sign in with: any number of `auth.apps.<id>.*`, each with the addresses it is called back at.

use std::collections::BTreeMap;

use super::error::Checks;
use super::setting::Setting;
use crate::domain::redirect::RedirectUri;
use crate::domain::scope::Scopes;

/// Before the id of an app in a key.
pub(super) const PREFIX: &str = "auth.apps.";

const ID_CHARS_MAX: usize = 64;
const NAME_CHARS_MAX: usize = 60;

/// Addresses of one app.
const REDIRECTS_MAX: usize = 10;

/// A native app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppConfig {
    /// Its client id.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Where it may be called back.
    pub redirect_uris: Vec<RedirectUri>,
    /// What it may ask for.
    pub scopes: Scopes,
}

/// An app while its layers are being laid.
#[derive(Default)]
pub(super) struct AppDraft {
    name: String,
    redirect_uris: Vec<RedirectUri>,
    scopes: Option<Scopes>,
}

impl AppDraft {
    fn scopes(&self) -> Scopes {
        self.scopes.unwrap_or(Scopes::USUAL)
    }
}

pub(super) const FIELDS: &[Setting<AppDraft>] = &[
    Setting {
        key: "name",
        doc: "Its name for people; the id when empty.",
        expects: "a name of at most 60 characters",
        secret: false,
        set: |draft, text| {
            let text = text.trim();
            let good =
                text.chars().count() <= NAME_CHARS_MAX && !text.chars().any(char::is_control);
            draft.name = good.then(|| text.to_owned())?;
            Some(())
        },
        show: |draft| draft.name.clone().into(),
    },
    Setting {
        key: "redirect_uris",
        doc: "Where it may be called back, exactly; a loopback address under any port.",
        expects: "1 to 10 addresses with commas between, such as com.example.app:/callback, http://127.0.0.1/callback",
        secret: false,
        set: |draft, text| {
            let parts = text.split(',').map(str::trim).map(str::parse);
            let parts: Result<Vec<RedirectUri>, _> = parts.collect();
            draft.redirect_uris = parts.ok().filter(|uris| uris.len() <= REDIRECTS_MAX)?;
            Some(())
        },
        show: |draft| {
            let uris = draft.redirect_uris.iter().map(ToString::to_string);
            uris.collect::<Vec<_>>().join(", ").into()
        },
    },
    Setting {
        key: "scopes",
        doc: "What it may ask for on behalf of whoever signs in with it: nobody is asked beyond the sign-in.",
        expects: "scopes with one space between, of read, write, live, account, moderate, admin",
        secret: false,
        set: |draft, text| {
            draft.scopes = Some(text.trim().parse().ok()?);
            Some(())
        },
        show: |draft| draft.scopes().to_string().into(),
    },
];

/// The key of an app's field.
pub(super) fn key(id: &str, field: &Setting<AppDraft>) -> String {
    format!("{PREFIX}{id}.{}", field.key)
}

/// An app's id: lower-case letters, digits and underscore, beginning with a letter.
pub(super) fn id(text: &str) -> Option<String> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    let good = text.len() <= ID_CHARS_MAX
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(plain);
    good.then(|| text.to_owned())
}

pub(super) fn check(drafts: &BTreeMap<String, AppDraft>, checks: &mut Checks<'_>) {
    for (id, draft) in drafts {
        let key = format!("{PREFIX}{id}.redirect_uris");
        let missing = draft.redirect_uris.is_empty();
        checks.refuse(missing, &key, &[], "is missing and the app needs it");
    }
}

/// The apps; an incomplete one is a mistake [`check`] has reported.
pub(super) fn finish(drafts: BTreeMap<String, AppDraft>) -> Vec<AppConfig> {
    let apps = drafts.into_iter().map(|(id, draft)| AppConfig {
        scopes: draft.scopes(),
        name: match draft.name.is_empty() {
            true => id.clone(),
            false => draft.name,
        },
        redirect_uris: draft.redirect_uris,
        id,
    });
    apps.collect()
}
