//! The account a newcomer gets, made from what their provider says of them.

use rand::Rng;
use unicode_normalization::UnicodeNormalization;

use super::handle;
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::filter::Place;
use crate::domain::id::{RoomId, UserId};
use crate::domain::text::{NAME_CHARS_MAX, PersonName};
use crate::domain::user::{LOOK_SLOTS, Look};
use crate::ports::identity::Profile;
use crate::ports::user::NewUser;
use crate::services::screen::Screen;

/// The provider's name is cut to this many characters before anything else is done with it.
const RAW_CHARS_MAX: usize = 200;

/// An account for somebody first seen now.
pub(super) fn draft(
    profile: &Profile,
    screen: &Screen,
    wardrobe: [usize; LOOK_SLOTS],
    at: WallMs,
) -> NewUser {
    // Nobody is kept out for what they are called elsewhere; they are called something else here.
    let may_show = |name: &&str| screen.at_once(Place::Name, &beginning(name)).is_ok();
    let names = || {
        let preferred = profile.preferred_name.as_deref();
        let names = [preferred, profile.name.as_deref()].into_iter().flatten();
        names.filter(may_show)
    };
    let handles = handle::candidates(names());
    // Handles are plain ASCII, so the last resort is always a name.
    let mut shown = names().rev().chain(handles.iter().map(String::as_str));
    #[allow(clippy::expect_used)]
    let display_name = shown.find_map(display_name).expect("a handle is a name");
    drop(shown);
    NewUser {
        id: UserId::generate(),
        front_room_id: RoomId::generate(),
        handles,
        display_name,
        look: look(wardrobe),
        mood: String::new(),
        bio: String::new(),
        at,
        trace: Trace::default(),
    }
}

/// As much of a name as is looked at.
fn beginning(name: &str) -> String {
    name.chars().take(RAW_CHARS_MAX).collect()
}

/// As much of a name as can be shown.
fn display_name(text: &str) -> Option<PersonName> {
    let shown = |c: &char| PersonName::parse(&format!("x{c}")).is_ok() || *c == ' ';
    let text: String = text
        .chars()
        .take(RAW_CHARS_MAX)
        .nfc()
        .filter(shown)
        .collect();
    let cut: String = text.trim().chars().take(NAME_CHARS_MAX).collect();
    PersonName::parse(&cut).ok()
}

/// Somebody to begin with; people change it in the wardrobe.
fn look(wardrobe: [usize; LOOK_SLOTS]) -> Look {
    let mut rng = rand::rng();
    Look(wardrobe.map(|options| {
        let options = u8::try_from(options).unwrap_or(u8::MAX);
        rng.random_range(0..options.max(1))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(name: Option<&str>, preferred_name: Option<&str>) -> Profile {
        Profile {
            issuer: "https://id.example".to_owned(),
            subject: "1".to_owned(),
            email: None,
            authenticated: None,
            name: name.map(str::to_owned),
            preferred_name: preferred_name.map(str::to_owned),
        }
    }

    #[test]
    fn newcomers_are_called_what_they_are_called_elsewhere_within_bounds() {
        let long = "가".repeat(1_000_000);
        for (name, preferred, shown, handle) in [
            (Some("하늘"), Some("sky"), "하늘", "sky"),
            (None, Some("sky"), "sky", "sky"),
            (Some("  민지\u{202E}\n "), None, "민지", "minji"),
            (
                Some(long.as_str()),
                None,
                &"가".repeat(20),
                "gagagagagagagagaga",
            ),
            (Some("Kim Min Ji"), None, "Kim Min Ji", "kim_min_ji"),
        ] {
            let newcomer = draft(
                &profile(name, preferred),
                &Screen::off(),
                [8; LOOK_SLOTS],
                WallMs(7),
            );
            assert_eq!(newcomer.display_name.as_str(), shown);
            assert_eq!(newcomer.handles[0], handle);
        }
    }

    #[test]
    fn newcomers_without_a_usable_name_get_one() {
        for name in [None, Some(""), Some("\u{0}\u{7}")] {
            let newcomer = draft(
                &profile(name, None),
                &Screen::off(),
                [8; LOOK_SLOTS],
                WallMs(7),
            );
            assert_eq!(newcomer.display_name.as_str(), newcomer.handles[0]);
        }
    }

    #[test]
    fn whoever_is_called_what_may_not_be_said_is_called_something_else() {
        let screen = Screen::filtering().unwrap();
        let bad = profile(Some("시발"), Some("fuck"));
        let newcomer = draft(&bad, &screen, [8; LOOK_SLOTS], WallMs(7));
        assert_eq!(newcomer.display_name.as_str(), newcomer.handles[0]);
        assert!(
            newcomer
                .handles
                .iter()
                .all(|handle| handle.starts_with('u'))
        );
    }

    #[test]
    fn looks_are_from_the_wardrobe() {
        for _ in 0..200 {
            let Look(options) = look([1, 2, 3, 4, 300, 0]);
            assert!(
                options[..4]
                    .iter()
                    .zip(1..)
                    .all(|(option, slot)| *option < slot)
            );
            assert_eq!(options[5], 0);
        }
    }
}
