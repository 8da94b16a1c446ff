//! Who calls on whom on a day: friends often, others now and then; the same in every neighbourhood.

use sha2::{Digest, Sha256};

use crate::domain::clock::WallMs;
use crate::domain::room::Visibility;
use crate::ports::visit::{Arrival, Caller, VisitStore};

use super::SeedError;
use super::file::{DAY_MS, Files, MINUTE_MS, midnight};
use super::house::House;

/// Of a hundred days, on how many one calls on a tie, on somebody one follows, and on anybody else.
const TIE_DAYS: u64 = 55;
const FOLLOWED_DAYS: u64 = 30;
const OTHER_DAYS: u64 = 5;

/// When the first are up, in minutes of the day.
const UP_FROM_MINUTES: u64 = 7 * 60;

/// Everybody who calls on this day, in the order in which they come.
pub(super) async fn call(house: &House, files: &Files, days_ago: u64) -> Result<(), SeedError> {
    let began = WallMs(
        midnight(house.now, house.offset)
            .0
            .saturating_sub(days_ago * DAY_MS),
    );
    let mut arrivals = Vec::new();
    for guest in &files.neighbours {
        let guest = guest.handle.as_str();
        for (key, host) in hosts(files) {
            let Ok(room) = house.room(key) else {
                // It is not made yet.
                continue;
            };
            let dice = throw(&[guest, key, &days_ago.to_string()]);
            if guest == host || dice % 100 >= chance(files, guest, host) {
                continue;
            }
            let at = moment(house.now, began, dice);
            let who = Caller::User(house.person(guest)?);
            arrivals.push(Arrival { room, who, at });
        }
    }
    arrivals.sort_by_key(|arrival| arrival.at);
    let recorded = house.sqlite.record(&arrivals, house.offset).await;
    recorded.map_err(|source| SeedError::act("visits", source))
}

/// Rooms that anybody may come into, and whose they are.
fn hosts(files: &Files) -> impl Iterator<Item = (&str, &str)> {
    let front = files
        .neighbours
        .iter()
        .map(|it| (it.handle.as_str(), it.handle.as_str()));
    let others = files.belongings.rooms.iter();
    let open = others
        .filter(|room| room.visibility == Visibility::Public && room.archived_after.is_none());
    front.chain(open.map(|room| (room.key.as_str(), room.by.as_str())))
}

fn chance(files: &Files, guest: &str, host: &str) -> u64 {
    let pairs = files.relations.ties.iter().map(|tie| &tie.between);
    let mut pairs = pairs.map(|(first, second)| (first.as_str(), second.as_str()));
    if pairs.any(|pair| pair == (guest, host) || pair == (host, guest)) {
        return TIE_DAYS;
    }
    let mut follows = files.relations.follows.iter();
    let follows = follows.any(|it| it.by == guest && it.whom.iter().any(|whom| whom == host));
    if follows { FOLLOWED_DAYS } else { OTHER_DAYS }
}

/// Some time of the day on which people are up; of today, one that has come.
fn moment(now: WallMs, began: WallMs, dice: u64) -> WallMs {
    let first = began.0 + UP_FROM_MINUTES * MINUTE_MS;
    let last = (began.0 + DAY_MS).min(now.0);
    let first = if first < last {
        first
    } else {
        began.0.min(now.0)
    };
    WallMs(first + (dice / 100) % (last - first).max(1))
}

/// A number that is the same for the same words.
fn throw(words: &[&str]) -> u64 {
    let digest = Sha256::digest(words.join(" "));
    let bytes = digest.iter().take(8);
    bytes.fold(0, |number, byte| (number << 8) | u64::from(*byte))
}
