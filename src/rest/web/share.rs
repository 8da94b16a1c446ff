//! What a link unfolds into where it is shared: the page of a public room or post says in its head what it shows (the
//! Open Graph protocol), for programs that read no further. Of what is not for everybody it says nothing.

use std::fmt::Write;

use crate::config::PublicUrl;
use crate::domain::asset::VariantName;
use crate::domain::id::{PostId, RoomId};
use crate::domain::post::Audience;
use crate::domain::room::Visibility;
use crate::domain::user::User;
use crate::drawing::{CARD_HEIGHT, CARD_WIDTH};
use crate::ports::post::PostView;
use crate::ports::profile::Found;
use crate::rest::asset::MediaLinks;
use crate::rest::room::card_url;
use crate::services::post::PostService;
use crate::services::profile::ProfileService;
use crate::services::room::{RoomService, RoomView};

/// The client's address of somebody's room, before their handle.
const ROOM: &str = "/r/";

/// The client's address of a post, before its id.
const POST: &str = "/p/";

/// How much is said of what a post says, in Unicode scalar values.
const EXCERPT_CHARS_MAX: usize = 200;

/// What an address leads to that may be shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shared {
    /// Somebody's front room, by their handle.
    FrontRoom(String),
    /// Another room of somebody with this handle.
    Room(String, RoomId),
    /// A post.
    Post(PostId),
}

impl Shared {
    /// What is under this path, if anything may be.
    pub(super) fn at(path: &str) -> Option<Self> {
        if let Some(id) = path.strip_prefix(POST) {
            return Some(Self::Post(id.trim_end_matches('/').parse().ok()?));
        }
        let rest = path.strip_prefix(ROOM)?.trim_end_matches('/');
        match rest.split_once('/') {
            _ if rest.is_empty() => None,
            None => Some(Self::FrontRoom(rest.to_owned())),
            Some((handle, room)) => {
                let room = room.parse().ok().filter(|_| !handle.is_empty())?;
                Some(Self::Room(handle.to_owned(), room))
            }
        }
    }
}

/// Looks up what links lead to.
#[derive(Debug, Clone)]
pub struct Sharing {
    /// Whose handle it is.
    pub profiles: ProfileService,
    /// Their rooms.
    pub rooms: RoomService,
    /// What people write.
    pub posts: PostService,
    /// Links to the pictures in it.
    pub links: MediaLinks,
}

/// A page with something at the end of its head.
pub(super) fn with_head(page: &[u8], head: &str) -> Option<Vec<u8>> {
    let page = std::str::from_utf8(page).ok()?;
    let (before, after) = page.split_once("</head>")?;
    Some(format!("{before}{head}</head>{after}").into_bytes())
}

impl Sharing {
    /// What the page under an address says of it; none where it is not for everybody, or not there. When it cannot be
    /// looked up now, the page is still worth having.
    pub(super) async fn head(&self, shared: &Shared, public: &PublicUrl) -> Option<String> {
        match shared {
            Shared::FrontRoom(handle) => {
                let owner = self.owner(handle).await?;
                self.room(owner.front_room_id, &owner, public).await
            }
            Shared::Room(handle, room) => {
                let owner = self.owner(handle).await?;
                self.room(*room, &owner, public).await
            }
            Shared::Post(id) => self.post(*id, public).await,
        }
    }

    async fn owner(&self, handle: &str) -> Option<User> {
        let found = self.profiles.find(handle, None).await.ok()?;
        let (Found::Here(profile) | Found::Moved(profile)) = found;
        Some(profile.user)
    }

    async fn room(&self, room: RoomId, owner: &User, public: &PublicUrl) -> Option<String> {
        let view = self.rooms.view(room, None).await.ok()?;
        let is_public = view.room.card.access.visibility == Visibility::Public;
        (is_public && view.owner.id == owner.id).then(|| room_head(&view, public))
    }

    async fn post(&self, id: PostId, public: &PublicUrl) -> Option<String> {
        let view = self.posts.post(id, None).await.ok()?;
        if view.post.audience != Audience::Public {
            return None;
        }
        let content = &view.post.content;
        // Whoever asks to be warned, or not to show it to everybody, does not mean it for previews.
        let first = match content.warning.is_empty() && !content.sensitive {
            true => content.pictures.first(),
            false => None,
        };
        let mut picture = None;
        if let Some(first) = first {
            let pictures = self.posts.pictures([&view].into_iter()).await.ok()?;
            let shown = pictures.get(&first.asset).filter(|shown| shown.is_public);
            picture = shown.map(|shown| {
                let link = self.links.link(shown, VariantName::Large);
                let alt = match first.alt.is_empty() {
                    true => &shown.alt,
                    false => &first.alt,
                };
                Image {
                    address: absolute(link, public),
                    kind: "image/webp",
                    width: shown.width,
                    height: shown.height,
                    alt: alt.clone(),
                }
            });
        }
        Some(post_head(&view, picture.as_ref(), public))
    }
}

/// A link as whoever is elsewhere needs it.
fn absolute(link: String, public: &PublicUrl) -> String {
    match link.starts_with('/') {
        true => public.join(&link),
        false => link,
    }
}

/// A picture that goes with a link.
struct Image {
    address: String,
    kind: &'static str,
    width: u32,
    height: u32,
    alt: String,
}

fn room_head(view: &RoomView, public: &PublicUrl) -> String {
    let (card, owner) = (&view.room.card, &view.owner);
    let path = match card.id == owner.front_room_id {
        true => format!("{ROOM}{}", owner.handle),
        false => format!("{ROOM}{}/{}", owner.handle, card.id),
    };
    let by = named(owner);
    let image = Image {
        address: public.join(&card_url(view)),
        kind: "image/png",
        width: CARD_WIDTH,
        height: CARD_HEIGHT,
        alt: format!("{} · {by}", card.name),
    };
    let address = public.join(&path);
    let head = [
        ("og:type", "website"),
        ("og:title", card.name.as_str()),
        ("og:description", by.as_str()),
        ("og:url", address.as_str()),
    ];
    written(&head, Some(&image))
}

fn post_head(view: &PostView, image: Option<&Image>, public: &PublicUrl) -> String {
    let content = &view.post.content;
    let said = match content.warning.is_empty() {
        true => &content.text,
        false => &content.warning,
    };
    let (by, beginning) = (named(&view.author), excerpt(said));
    let address = public.join(&format!("{POST}{}", view.post.id));
    let head = [
        ("og:type", "article"),
        ("og:title", by.as_str()),
        ("og:description", beginning.as_str()),
        ("og:url", address.as_str()),
    ];
    written(&head, image)
}

fn named(user: &User) -> String {
    format!("{} (@{})", user.display_name, user.handle)
}

/// The beginning of a text, in one line.
fn excerpt(text: &str) -> String {
    let line: Vec<&str> = text.split_whitespace().collect();
    let line = line.join(" ");
    match line.char_indices().nth(EXCERPT_CHARS_MAX) {
        None => line,
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
    }
}

fn written(said: &[(&str, &str)], image: Option<&Image>) -> String {
    let mut head = String::new();
    let mut tag = |kind: &str, name: &str, content: &str| {
        // Writing to a String cannot fail.
        let _ = write!(head, r#"<meta {kind}="{name}" content=""#);
        escape(&mut head, content);
        head.push_str("\">");
    };
    tag("property", "og:site_name", "Maru");
    for &(name, content) in said {
        tag("property", name, content);
    }
    if let Some(image) = image {
        tag("property", "og:image", &image.address);
        tag("property", "og:image:type", image.kind);
        tag("property", "og:image:width", &image.width.to_string());
        tag("property", "og:image:height", &image.height.to_string());
        tag("property", "og:image:alt", &image.alt);
    }
    let card = image.map_or("summary", |_| "summary_large_image");
    tag("name", "twitter:card", card);
    head
}

/// As the value of an attribute between double quotes.
fn escape(into: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' => into.push_str("&quot;"),
            '\'' => into.push_str("&#39;"),
            c => into.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_rooms_and_posts_lead_to_one() {
        let id = "0190a6b0-0000-7000-8000-000000000000";
        let front = Shared::FrontRoom("haneul".to_owned());
        let room = Shared::Room("haneul".to_owned(), id.parse().unwrap());
        for (path, shared) in [
            ("/r/haneul".to_owned(), &front),
            ("/r/haneul/".to_owned(), &front),
            (format!("/r/haneul/{id}"), &room),
            (format!("/r/haneul/{id}/"), &room),
            (format!("/p/{id}"), &Shared::Post(id.parse().unwrap())),
        ] {
            assert_eq!(Shared::at(&path).as_ref(), Some(shared), "{path}");
        }
        for other in [
            "/",
            "/r/",
            "/r",
            "/u/haneul",
            "/r/haneul/x",
            "/rooms/haneul",
            "/p/",
            "/p/x",
            "/p/x/y",
            &format!("/r//{id}"),
            &format!("/r/haneul/{id}/more"),
            &format!("/p/{id}/more"),
        ] {
            assert_eq!(Shared::at(other), None, "{other}");
        }
    }

    #[test]
    fn a_head_ends_where_it_ended_and_names_break_out_of_nothing() {
        let page = with_head(b"<head><title>x</title></head><body></head>", "<meta>").unwrap();
        let wanted = "<head><title>x</title><meta></head><body></head>";
        assert_eq!(String::from_utf8(page).unwrap(), wanted);
        assert_eq!(with_head(b"no head", "<meta>"), None);
        let mut escaped = String::new();
        escape(&mut escaped, r#""><script>alert('&')</script>"#);
        assert!(!escaped.contains(['<', '>', '"', '\'']), "{escaped}");
    }

    #[test]
    fn an_excerpt_is_one_line_and_ends() {
        assert_eq!(excerpt(" 하나\n\n 둘\t셋 "), "하나 둘 셋");
        let long = excerpt(&"가나 ".repeat(EXCERPT_CHARS_MAX));
        assert!(long.ends_with("나…") && long.chars().count() <= EXCERPT_CHARS_MAX + 1);
        assert_eq!(excerpt(""), "");
    }
}
