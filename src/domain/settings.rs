//! What people choose for themselves: who sees what of them, what they hear of, how the house looks to them.

use serde::{Deserialize, Serialize};

use super::room::Visibility;

/// To whom something of a person is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShownTo {
    /// Anybody.
    Everyone,
    /// Those who follow the person.
    Followers,
    /// Those tied to the person by consent of both.
    Ties,
    /// Only the person.
    Nobody,
}

/// A language of the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Korean.
    Ko,
    /// English.
    En,
}

/// How much moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Motion {
    /// As the device says.
    System,
    /// Little.
    Reduced,
    /// Everything.
    Full,
}

macro_rules! named {
    ($($type:ident { $($name:ident = $text:literal),+ })+) => {$(
        impl $type {
            /// The name in stores and on REST.
            pub const fn as_str(self) -> &'static str {
                match self {$(Self::$name => $text,)+}
            }

            /// The one of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {$($text => Some(Self::$name),)+ _ => None}
            }
        }
    )+};
}

named! {
    ShownTo { Everyone = "everyone", Followers = "followers", Ties = "ties", Nobody = "nobody" }
    Language { Ko = "ko", En = "en" }
    Motion { System = "system", Reduced = "reduced", Full = "full" }
}

macro_rules! notifications {
    ($($(#[$meta:meta])* $name:ident,)+) => {
        /// Of what a person is notified.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct Notifications {$($(#[$meta])* #[serde(default = "yes")] pub $name: bool,)+}

        impl Default for Notifications {
            fn default() -> Self {
                Self {$($name: true,)+}
            }
        }

        /// Of what else to be notified, or no longer; what is absent stays.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, utoipa::ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct NotificationsChange {$($(#[$meta])* pub $name: Option<bool>,)+}

        impl NotificationsChange {
            fn apply(self, to: &mut Notifications) {
                $(to.$name = self.$name.unwrap_or(to.$name);)+
            }
        }
    };
}

notifications! {
    /// Somebody follows them.
    follow,
    /// Somebody asks to follow them, or lets them follow.
    request,
    /// Somebody asks for a tie, consents to one, or wrote a testimonial.
    tie,
    /// Somebody wrote in their guestbook.
    guestbook,
    /// Somebody lets them furnish a room.
    editor,
    /// Somebody commented.
    comment,
    /// Somebody reacted.
    reaction,
    /// Somebody mentioned them.
    mention,
}

// What is notified of later is on for those who chose before it was there.
const fn yes() -> bool {
    true
}

/// All that a person can choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Settings {
    /// Whether following needs approval.
    pub account_private: bool,
    /// Who may come into rooms that are made from now on, until their rules say otherwise.
    pub room_default_visibility: Visibility,
    /// To whom a profile shows where the person is. A room shows who is in it to whoever is there too.
    pub show_presence: ShownTo,
    /// To whom it is shown where the person has been.
    pub show_visits: ShownTo,
    /// The language of texts the server makes.
    pub language: Language,
    /// Of what they are notified.
    pub notifications: Notifications,
    /// How much moves.
    pub motion: Motion,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            account_private: false,
            room_default_visibility: Visibility::Public,
            show_presence: ShownTo::Everyone,
            show_visits: ShownTo::Everyone,
            language: Language::Ko,
            notifications: Notifications::default(),
            motion: Motion::System,
        }
    }
}

/// What to change; what is absent stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsChange {
    /// A new value for `account_private`.
    pub account_private: Option<bool>,
    /// A new value for `room_default_visibility`.
    pub room_default_visibility: Option<Visibility>,
    /// A new value for `show_presence`.
    pub show_presence: Option<ShownTo>,
    /// A new value for `show_visits`.
    pub show_visits: Option<ShownTo>,
    /// A new value for `language`.
    pub language: Option<Language>,
    /// A new value for `notifications`.
    pub notifications: Option<NotificationsChange>,
    /// A new value for `motion`.
    pub motion: Option<Motion>,
}

impl SettingsChange {
    /// Changes what is to change.
    pub fn apply(self, to: &mut Settings) {
        macro_rules! take {
            ($($name:ident),+) => {$(to.$name = self.$name.unwrap_or(to.$name);)+};
        }
        take!(
            account_private,
            room_default_visibility,
            show_presence,
            show_visits,
            language,
            motion
        );
        if let Some(change) = self.notifications {
            change.apply(&mut to.notifications);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(json: &str) -> Result<SettingsChange, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn only_what_is_named_changes() {
        let mut settings = Settings::default();
        let wanted = r#"{"show_visits": "ties", "notifications": {"reaction": false}}"#;
        change(wanted).unwrap().apply(&mut settings);
        let expected = Settings {
            show_visits: ShownTo::Ties,
            notifications: Notifications {
                reaction: false,
                ..Notifications::default()
            },
            ..Settings::default()
        };
        assert_eq!(settings, expected);
        change("{}").unwrap().apply(&mut settings);
        assert_eq!(settings, expected);
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for bad in [
            r#"{"colour": "red"}"#,
            r#"{"motion": "much"}"#,
            r#"{"account_private": 1}"#,
            r#"{"notifications": {"poke": true}}"#,
            r#"{"notifications": true}"#,
        ] {
            assert!(change(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_are_the_same_on_rest_and_in_stores() {
        for shown in [
            ShownTo::Everyone,
            ShownTo::Followers,
            ShownTo::Ties,
            ShownTo::Nobody,
        ] {
            assert_eq!(serde_json::json!(shown), shown.as_str());
            assert_eq!(ShownTo::from_name(shown.as_str()), Some(shown));
        }
        for motion in [Motion::System, Motion::Reduced, Motion::Full] {
            assert_eq!(serde_json::json!(motion), motion.as_str());
        }
        for language in [Language::Ko, Language::En] {
            assert_eq!(serde_json::json!(language), language.as_str());
        }
    }

    #[test]
    fn notifications_kept_before_a_new_kind_read_as_wanting_it() {
        let kept: Notifications = serde_json::from_str(r#"{"follow": false}"#).unwrap();
        assert!(!kept.follow && kept.mention);
    }
}
