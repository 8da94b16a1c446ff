//! What the files in `demo/` hold.

use serde::{Deserialize, Deserializer};

use super::SeedError;
use crate::catalogue::Home;
use crate::domain::clock::WallMs;
use crate::domain::post::{Audience, ReactionKind};
use crate::domain::room::Visibility;
use crate::domain::visit::{Day, UtcOffset};

pub(super) const MINUTE_MS: u64 = 60 * 1_000;
pub(super) const DAY_MS: u64 = 24 * 60 * MINUTE_MS;

const NEIGHBOURS: &str = include_str!("../../../demo/neighbourhood.json");
const BELONGINGS: &str = include_str!("../../../demo/belongings.json");
const RELATIONS: &str = include_str!("../../../demo/relations.json");
const POSTS: &str = include_str!("../../../demo/posts.json");
const GUESTBOOKS: &str = include_str!("../../../demo/guestbooks.json");

/// All that is known of the neighbourhood.
pub(super) struct Files {
    pub(super) neighbours: Vec<Neighbour>,
    pub(super) belongings: Belongings,
    pub(super) relations: Relations,
    pub(super) posts: Vec<Post>,
    pub(super) guestbooks: Vec<Entry>,
}

/// Somebody who lives here, and their front room.
#[derive(Deserialize)]
pub(super) struct Neighbour {
    pub(super) handle: String,
    pub(super) display_name: String,
    pub(super) mood: String,
    pub(super) bio: String,
    pub(super) look: Vec<u8>,
    pub(super) room: FrontRoom,
}

#[derive(Deserialize)]
pub(super) struct FrontRoom {
    pub(super) name: String,
    #[serde(flatten)]
    pub(super) home: Home,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Belongings {
    pub(super) rooms: Vec<OtherRoom>,
    pub(super) faces: Vec<Face>,
}

/// A room beside the front room.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OtherRoom {
    /// Names it in the other files.
    pub(super) key: String,
    pub(super) by: String,
    pub(super) name: String,
    pub(super) template: String,
    pub(super) visibility: Visibility,
    pub(super) when: When,
    /// Put away as many minutes after it was made.
    #[serde(default)]
    pub(super) archived_after: Option<u64>,
}

/// The picture somebody has chosen for their profile.
#[derive(Deserialize)]
pub(super) struct Face {
    pub(super) by: String,
    #[serde(flatten)]
    pub(super) picture: Picture,
}

/// A drawing in `demo/pictures/`, and what it shows.
#[derive(Deserialize)]
pub(super) struct Picture {
    pub(super) file: String,
    pub(super) alt: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Relations {
    pub(super) follows: Vec<Follows>,
    pub(super) ties: Vec<Tie>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Follows {
    pub(super) by: String,
    pub(super) whom: Vec<String>,
}

/// The first asks; the second consents where they have a name for the first.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tie {
    pub(super) between: (String, String),
    /// What each calls the other.
    pub(super) names: (String, Option<String>),
    /// What each wrote on the other's profile.
    #[serde(default)]
    pub(super) lines: (Option<String>, Option<String>),
    pub(super) when: When,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Post {
    /// By which others quote it.
    #[serde(default)]
    pub(super) key: Option<String>,
    pub(super) by: String,
    pub(super) when: When,
    pub(super) text: String,
    #[serde(default)]
    pub(super) warning: String,
    #[serde(default)]
    pub(super) tags: Vec<String>,
    #[serde(default = "everybody")]
    pub(super) audience: Audience,
    #[serde(default)]
    pub(super) pictures: Vec<Picture>,
    /// A room it hangs in: the handle of its owner, or the key of another room.
    #[serde(default)]
    pub(super) room: Option<String>,
    #[serde(default)]
    pub(super) quotes: Option<String>,
    #[serde(default)]
    pub(super) pin: bool,
    #[serde(default)]
    pub(super) reactions: Vec<Reaction>,
    #[serde(default)]
    pub(super) bookmarks: Vec<String>,
    #[serde(default)]
    pub(super) reposts: Vec<String>,
    #[serde(default)]
    pub(super) comments: Vec<Comment>,
}

const fn everybody() -> Audience {
    Audience::Public
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reaction {
    pub(super) kind: ReactionKind,
    pub(super) by: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Comment {
    pub(super) by: String,
    /// Minutes after what it answers to.
    pub(super) after: u64,
    pub(super) text: String,
    #[serde(default)]
    pub(super) hearts: Vec<String>,
    #[serde(default)]
    pub(super) replies: Vec<Comment>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    /// The handle of the room's owner.
    pub(super) room: String,
    pub(super) by: String,
    pub(super) when: When,
    pub(super) text: String,
    #[serde(default)]
    pub(super) secret: bool,
    #[serde(default)]
    pub(super) replies: Vec<Reply>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reply {
    pub(super) by: String,
    /// Minutes after the entry.
    pub(super) after: u64,
    pub(super) text: String,
}

impl Files {
    pub(super) fn read() -> Result<Self, SeedError> {
        Ok(Self {
            neighbours: parse("neighbourhood", NEIGHBOURS)?,
            belongings: parse("belongings", BELONGINGS)?,
            relations: parse("relations", RELATIONS)?,
            posts: parse("posts", POSTS)?,
            guestbooks: parse("guestbooks", GUESTBOOKS)?,
        })
    }
}

fn parse<'a, T: Deserialize<'a>>(name: &'static str, text: &'a str) -> Result<T, SeedError> {
    serde_json::from_str(text).map_err(|source| SeedError::File { name, source })
}

/// When something happened, as seen from when the neighbourhood is moved in: `3d 21:40` is three days before at that
/// time on the clocks of the house, `40m` so many minutes before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    OnDay { days_ago: u32, minute: u32 },
    MinutesAgo(u64),
}

impl When {
    fn parse(text: &str) -> Option<Self> {
        if let Some(minutes) = text.strip_suffix('m') {
            return Some(Self::MinutesAgo(minutes.parse().ok()?));
        }
        let (days, clock) = text.split_once("d ")?;
        let (hours, minutes) = clock.split_once(':')?;
        let (hours, minutes) = (hours.parse::<u32>().ok()?, minutes.parse::<u32>().ok()?);
        let days_ago = days.parse().ok()?;
        // Of today nobody knows which times have come already.
        let fits = hours < 24 && minutes < 60 && days_ago > 0;
        let minute = hours * 60 + minutes;
        fits.then_some(Self::OnDay { days_ago, minute })
    }

    pub(super) fn before(self, now: WallMs, offset: UtcOffset) -> WallMs {
        match self {
            Self::MinutesAgo(minutes) => WallMs(now.0.saturating_sub(minutes * MINUTE_MS)),
            Self::OnDay { days_ago, minute } => {
                let day = midnight(now, offset)
                    .0
                    .saturating_sub(u64::from(days_ago) * DAY_MS);
                WallMs(day + u64::from(minute) * MINUTE_MS)
            }
        }
    }
}

/// When this day began.
pub(super) fn midnight(now: WallMs, offset: UtcOffset) -> WallMs {
    let day_ms = i128::from(Day::of(now, offset).0) * i128::from(DAY_MS);
    let utc = day_ms - i128::from(offset.minutes()) * i128::from(MINUTE_MS);
    WallMs(u64::try_from(utc).unwrap_or(0))
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let unread =
            || serde::de::Error::custom(format!("{text:?} is no time like 3d 21:40 or 40m"));
        Self::parse(&text).ok_or_else(unread)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_clocks_of_the_house() {
        let when = |text| When::parse(text).unwrap();
        // 2026-11-28T14:59:59.999Z is the last moment of the 28th in Seoul.
        let now = WallMs(1_795_878_000_000 - 1);
        let began = midnight(now, UtcOffset::SEOUL);
        assert_eq!(began.0 + DAY_MS, now.0 + 1);
        let at = when("2d 07:30").before(now, UtcOffset::SEOUL);
        assert_eq!(at.0, began.0 - 2 * DAY_MS + 450 * MINUTE_MS);
        assert_eq!(
            when("40m").before(now, UtcOffset::SEOUL).0,
            now.0 - 40 * MINUTE_MS
        );
        for bad in [
            "", "m", "3d", "3d 24:00", "3d 07:60", "0d 07:00", "3h", "d 7:00",
        ] {
            assert_eq!(When::parse(bad), None, "{bad}");
        }
    }
}
