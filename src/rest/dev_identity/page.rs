//! The page of the development identity provider, in Korean and English. No scripts.

use std::fmt::Write;

use axum::response::Html;
use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;

use crate::domain::text::{BadText, NAME_CHARS_MAX};
use crate::domain::user::User;

const STYLE: &str = include_str!("page.css");

/// Round backgrounds for initials: the house's pastels, each dark enough beneath the ink.
const PASTELS: [&str; 8] = [
    "#ffd9d2", "#ffe6b8", "#d8f0dd", "#cfe9f5", "#e4dbfa", "#fbd7e8", "#e9edc3", "#d5e2ff",
];

/// The language of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Locale {
    Ko,
    En,
}

impl Locale {
    /// The first of our languages in the browser's list; browsers send it in order of preference.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let list = headers.get(ACCEPT_LANGUAGE);
        let list = list.and_then(|list| list.to_str().ok()).unwrap_or_default();
        let languages = list.split(',').map(|range| {
            let tag = range.split(';').next().unwrap_or_default();
            let primary = tag.trim().split('-').next().unwrap_or_default();
            primary.to_ascii_lowercase()
        });
        let mut ours = languages.filter_map(|language| match language.as_str() {
            "ko" => Some(Self::Ko),
            "en" => Some(Self::En),
            _ => None,
        });
        ours.next().unwrap_or(Self::En)
    }

    const fn pick(self, ko: &'static str, en: &'static str) -> &'static str {
        match self {
            Self::Ko => ko,
            Self::En => en,
        }
    }
}

/// What the person, or the program that sent them, did wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mistake {
    Unreadable,
    UnknownClient,
    UnknownAddress,
    NobodyChosen,
    BadName(BadText),
}

impl Mistake {
    const fn text(self, locale: Locale) -> &'static str {
        match self {
            Self::Unreadable => {
                locale.pick("요청을 읽을 수 없어요.", "The request cannot be read.")
            }
            Self::UnknownClient => locale.pick(
                "누가 로그인을 부탁했는지 알 수 없어요.",
                "It is not known who asks for this sign-in.",
            ),
            Self::UnknownAddress => locale.pick(
                "돌아갈 주소가 이 서버의 것이 아니에요.",
                "The address to go back to is not this server's.",
            ),
            Self::NobodyChosen => locale.pick(
                "그런 이웃이 없어요. 아래에서 골라 주세요.",
                "There is no such neighbour. Choose one below.",
            ),
            Self::BadName(BadText::Empty) => {
                locale.pick("이름을 적어 주세요.", "Please write a name.")
            }
            Self::BadName(BadText::TooLong { .. }) => locale.pick(
                "이름은 스무 글자까지예요.",
                "A name has at most twenty letters.",
            ),
            Self::BadName(BadText::ControlCharacters) => locale.pick(
                "이름에 보이지 않는 글자가 있어요.",
                "The name holds invisible characters.",
            ),
        }
    }
}

/// The people to choose from, and a field for somebody new.
pub(super) fn choice(
    locale: Locale,
    people: &[(String, User)],
    mistake: Option<Mistake>,
) -> Html<String> {
    let mut body = format!(
        "<h1>{}</h1><p class=lead>{}</p>",
        locale.pick("누구로 들어갈까요?", "Who comes in?"),
        locale.pick(
            "개발용 로그인이에요. 이 컴퓨터에서만 열려요.",
            "The development sign-in. It opens on this computer only."
        ),
    );
    if let Some(mistake) = mistake {
        push(
            &mut body,
            format_args!("<p class=mistake role=alert>{}</p>", mistake.text(locale)),
        );
    }
    if !people.is_empty() {
        let heading = locale.pick("이웃", "Neighbours");
        push(
            &mut body,
            format_args!("<form method=post><h2>{heading}</h2><ul>"),
        );
        for (subject, user) in people {
            person(&mut body, subject, user);
        }
        body.push_str("</ul></form>");
    }
    push(
        &mut body,
        format_args!(
            "<form method=post class=new><h2><label for=name>{}</label></h2><div>\
             <input id=name name=name required maxlength={} autocomplete=nickname placeholder=\"{}\">\
             <button>{}</button></div></form>",
            locale.pick("새 이웃", "Somebody new"),
            NAME_CHARS_MAX,
            locale.pick("이름", "Name"),
            locale.pick("이사 오기", "Move in"),
        ),
    );
    whole(locale, &body)
}

/// A page that leads nowhere else.
pub(super) fn mistake(locale: Locale, mistake: Mistake) -> Html<String> {
    let heading = locale.pick("로그인할 수 없어요", "This sign-in does not work");
    let body = format!(
        "<h1>{heading}</h1><p class=mistake role=alert>{}</p><p><a href=\"/\">{}</a></p>",
        mistake.text(locale),
        locale.pick("마루로 가기", "Go to Maru"),
    );
    whole(locale, &body)
}

fn person(body: &mut String, subject: &str, user: &User) {
    let initial = user.display_name.chars().next().unwrap_or('?');
    let place = usize::from(user.id.uuid().as_bytes()[15]) % PASTELS.len();
    push(
        body,
        format_args!(
            "<li><button name=person value=\"{}\"><i style=\"background:{}\" aria-hidden=true>{}</i>\
             <span><b>{}</b><small>@{}</small></span><em>{}</em></button>",
            escaped(subject),
            PASTELS[place],
            escaped(&initial.to_string()),
            escaped(&user.display_name),
            escaped(&user.handle),
            escaped(&user.mood),
        ),
    );
}

fn whole(locale: Locale, body: &str) -> Html<String> {
    Html(format!(
        "<!doctype html><html lang={}><meta charset=utf-8>\
         <meta name=viewport content=\"width=device-width, initial-scale=1\">\
         <title>{}</title><style>{STYLE}</style><main>{body}</main>",
        locale.pick("ko", "en"),
        locale.pick("개발용 로그인 · 마루", "Development sign-in · Maru"),
    ))
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

// Writing to a String cannot fail.
fn push(text: &mut String, part: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(part);
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::domain::id::{RoomId, UserId};
    use crate::domain::user::Look;

    #[test]
    fn the_page_speaks_the_browsers_first_language_of_ours() {
        for (list, locale) in [
            ("ko-KR,ko;q=0.9,en;q=0.8", Locale::Ko),
            ("en-GB,en;q=0.9,ko;q=0.8", Locale::En),
            ("ja,KO;q=0.5", Locale::Ko),
            ("fr", Locale::En),
            ("", Locale::En),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(list));
            assert_eq!(Locale::of(&headers), locale, "{list}");
        }
    }

    #[test]
    fn what_people_write_stays_text() {
        let evil = "\"><script>alert('1')</script>&";
        let user = User {
            id: UserId::generate(),
            handle: "haneul".to_owned(),
            display_name: evil.to_owned(),
            look: Look::default(),
            mood: evil.to_owned(),
            bio: String::new(),
            front_room_id: RoomId::generate(),
        };
        let Html(page) = choice(Locale::Ko, &[(evil.to_owned(), user)], None);
        assert!(!page.contains("<script"));
        assert!(page.contains("&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;"));
    }
}
