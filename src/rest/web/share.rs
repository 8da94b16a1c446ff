//! What a link to a room unfolds into where it is shared: the page of a public room says in its head what it shows
//! (the Open Graph protocol), for programs that read no further.

use std::fmt::Write;

use crate::config::PublicUrl;
use crate::domain::room::Visibility;
use crate::drawing::{CARD_HEIGHT, CARD_WIDTH};
use crate::ports::profile::Found;
use crate::rest::room::card_url;
use crate::services::profile::ProfileService;
use crate::services::room::{RoomService, RoomView};

/// The client's address of somebody's room, before their handle.
const ROOM: &str = "/r/";

/// Looks up what links lead to.
#[derive(Debug, Clone)]
pub struct Sharing {
    /// Whose handle it is.
    pub profiles: ProfileService,
    /// Their room.
    pub rooms: RoomService,
}

/// Whose room an address leads to, by their handle.
pub(super) fn room_of(path: &str) -> Option<&str> {
    let handle = path.strip_prefix(ROOM)?.trim_end_matches('/');
    (!handle.is_empty() && !handle.contains('/')).then_some(handle)
}

/// A page with something at the end of its head.
pub(super) fn with_head(page: &[u8], head: &str) -> Option<Vec<u8>> {
    let page = std::str::from_utf8(page).ok()?;
    let (before, after) = page.split_once("</head>")?;
    Some(format!("{before}{head}</head>{after}").into_bytes())
}

impl Sharing {
    /// What the page of somebody's room says of it; none where it is not for everybody, or not there. When it cannot be
    /// looked up now, the page is still worth having.
    pub(super) async fn head(&self, handle: &str, public: &PublicUrl) -> Option<String> {
        let found = self.profiles.find(handle, None).await.ok()?;
        let (Found::Here(profile) | Found::Moved(profile)) = found;
        let view = self.rooms.view(profile.user.front_room_id, None).await;
        let view = view.ok()?;
        let is_public = view.room.card.access.visibility == Visibility::Public;
        is_public.then(|| head(&view, public))
    }
}

fn head(view: &RoomView, public: &PublicUrl) -> String {
    let (name, owner) = (&view.room.card.name, &view.owner);
    let address = public.join(&format!("{ROOM}{}", owner.handle));
    let by = format!("{} (@{})", owner.display_name, owner.handle);
    let (width, height) = (CARD_WIDTH.to_string(), CARD_HEIGHT.to_string());
    let image = public.join(&card_url(view));
    let alt = format!("{name} · {by}");
    let mut head = String::new();
    let tags = [
        ("property", "og:type", "website"),
        ("property", "og:site_name", "Maru"),
        ("property", "og:title", name),
        ("property", "og:description", &by),
        ("property", "og:url", &address),
        ("property", "og:image", &image),
        ("property", "og:image:type", "image/png"),
        ("property", "og:image:width", &width),
        ("property", "og:image:height", &height),
        ("property", "og:image:alt", &alt),
        ("name", "twitter:card", "summary_large_image"),
    ];
    for (kind, tag, content) in tags {
        // Writing to a String cannot fail.
        let _ = write!(head, r#"<meta {kind}="{tag}" content=""#);
        escape(&mut head, content);
        head.push_str("\">");
    }
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
    fn only_addresses_of_rooms_lead_to_one() {
        assert_eq!(room_of("/r/haneul"), Some("haneul"));
        assert_eq!(room_of("/r/haneul/"), Some("haneul"));
        for other in [
            "/",
            "/r/",
            "/r",
            "/u/haneul",
            "/r/haneul/x",
            "/rooms/haneul",
        ] {
            assert_eq!(room_of(other), None, "{other}");
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
}
