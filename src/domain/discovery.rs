//! What is talked about: who counts how much for what, and how that fades.
//!
//! Forward decay: G. Cormode, V. Shkapenyuk, D. Srivastava and B. Xu, "Forward Decay: A Practical Time Decay Model for
//! Streaming Systems", ICDE 2009, with an exponential. A count is worth `w * 2^((t - origin) / half-life)`, so that what fades is never touched again: the later counts are
//! worth more, and the order is at each moment that of counts which halve. Every now and then all scores are divided by
//! a power of two, which changes no order and, but for the exponent, no bit.

use super::clock::WallMs;
use super::event::{Event, Subject};
use super::id::{PostId, RoomId, UserId};
use super::post::PostEvent;
use super::visit::VisitEvent;

/// In how many milliseconds a count halves: three days.
pub const HALF_LIFE_MS: u64 = 3 * 24 * 60 * 60 * 1_000;

/// After so many half-lives scores are divided anew: far from where floats end.
pub const REBASE_HALF_LIVES: u32 = 64;

/// Below this, in counts of now, a score is forgotten.
pub const SCORE_MIN: f64 = 1e-6;

/// How much later than it happened an event may be published and still counts, in milliseconds: as long as is kept who
/// counted on which day.
pub const LATE_MS_MAX: u64 = 2 * 24 * 60 * 60 * 1_000;

/// How long it is kept who counted on a day, in days: an event may come late, and wait in the log for a week.
pub const COUNTED_DAYS: i64 = 12;

/// Something that can be talked about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
    /// A room.
    Room(RoomId),
    /// A post.
    Post(PostId),
    /// A tag, normalised.
    Tag(String),
}

impl Thing {
    /// The kind of thing, in stores.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Room(_) => Kind::Room,
            Self::Post(_) => Kind::Post,
            Self::Tag(_) => Kind::Tag,
        }
    }
}

/// Kinds of things, each with a ranking of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Rooms.
    Room,
    /// Posts.
    Post,
    /// Tags.
    Tag,
}

impl Kind {
    /// The name in stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Room => "room",
            Self::Post => "post",
            Self::Tag => "tag",
        }
    }
}

/// Somebody counts for something. Of several counts of one person for one thing on one day the weightiest stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Count {
    /// For what.
    pub thing: Thing,
    /// Who.
    pub by: UserId,
    /// How much.
    pub weight: f64,
    /// When.
    pub at: WallMs,
}

/// What an event counts for. Counts for one's own are among them: only the store knows whose things are.
pub fn counts(subject: Subject, event: &Event) -> Vec<Count> {
    let count = |thing, by: &UserId, weight, at: &WallMs| Count {
        thing,
        by: *by,
        weight,
        at: *at,
    };
    match (subject, event) {
        (Subject::Visit(room), Event::Visit(event)) => {
            let (by, weight, at) = match event {
                VisitEvent::Visited { by, at } => (by, 1.0, at),
                VisitEvent::EntryWritten { by, at, .. } => (by, 3.0, at),
            };
            vec![count(Thing::Room(room), by, weight, at)]
        }
        (Subject::Post(post), Event::Post(event)) => {
            let (by, weight, at) = match event {
                PostEvent::PostReacted { by, at } => (by, 1.0, at),
                PostEvent::PostCommented { by, at, .. } => (by, 3.0, at),
                PostEvent::PostReposted { by, at } => (by, 4.0, at),
                PostEvent::PostPublished {
                    by,
                    tags,
                    public: true,
                    at,
                    ..
                } => {
                    let tags = tags.iter().cloned();
                    return tags
                        .map(|tag| count(Thing::Tag(tag), by, 1.0, at))
                        .collect();
                }
                _ => return Vec::new(),
            };
            vec![count(Thing::Post(post), by, weight, at)]
        }
        _ => Vec::new(),
    }
}

/// What a count is worth as a score. `origin` is the time at which it is worth itself.
pub fn worth(weight: f64, at: WallMs, origin: WallMs) -> f64 {
    weight * half_lives(origin, at).exp2()
}

/// What a score is in counts of this time.
pub fn as_of(score: f64, now: WallMs, origin: WallMs) -> f64 {
    score * half_lives(now, origin).exp2()
}

/// How many half-lives lie between, which may be less than none.
fn half_lives(from: WallMs, to: WallMs) -> f64 {
    let ms = i128::from(to.0) - i128::from(from.0);
    ms as f64 / HALF_LIFE_MS as f64
}

/// Where the origin is moved to when it is too far from this time, by whole half-lives.
pub fn rebased(origin: WallMs, now: WallMs) -> Option<WallMs> {
    let passed = now.0.saturating_sub(origin.0) / HALF_LIFE_MS;
    let far = passed >= u64::from(REBASE_HALF_LIVES);
    far.then(|| WallMs(origin.0 + passed * HALF_LIFE_MS))
}

/// When an event counts as having happened: not later than it was published. None: too long before.
pub fn event_time(said: WallMs, published: WallMs) -> Option<WallMs> {
    let at = said.min(published);
    (published.0 - at.0 <= LATE_MS_MAX).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_counts_that_halve() {
        let now = WallMs(1_800_000_000_000);
        let origin = WallMs(now.0 - 40 * HALF_LIFE_MS);
        let ages = [0, 1, 5, 9, 30].map(|n| n * HALF_LIFE_MS / 3);
        let weights = [1.0, 3.0, 4.0];
        let mut all = Vec::new();
        for age in ages {
            for weight in weights {
                let halved = weight * 0.5_f64.powf(age as f64 / HALF_LIFE_MS as f64);
                let score = worth(weight, WallMs(now.0 - age), origin);
                assert!((as_of(score, now, origin) / halved - 1.0).abs() < 1e-9);
                all.push((score, halved));
            }
        }
        let order = |by: fn(&(f64, f64)) -> f64| {
            let mut places: Vec<usize> = (0..all.len()).collect();
            places.sort_by(|a, b| by(&all[*b]).total_cmp(&by(&all[*a])));
            places
        };
        assert_eq!(order(|pair| pair.0), order(|pair| pair.1));
    }

    #[test]
    fn the_origin_moves_by_whole_half_lives_and_scores_stay_finite() {
        let mut origin = WallMs(1);
        let mut score = 0.0;
        let mut moved = 0;
        for day in 0..3_000_u64 {
            let now = WallMs(1 + day * 24 * 60 * 60 * 1_000);
            if let Some(next) = rebased(origin, now) {
                assert_eq!((next.0 - origin.0) % HALF_LIFE_MS, 0);
                score = as_of(score, next, origin);
                origin = next;
                moved += 1;
            }
            score += worth(1.0, now, origin);
            assert!(score.is_finite());
        }
        assert!(moved > 10);
        let now = WallMs(1 + 2_999 * 24 * 60 * 60 * 1_000);
        let forever = 1.0 / (1.0 - (-1.0_f64 / 3.0).exp2());
        assert!((as_of(score, now, origin) / forever - 1.0).abs() < 1e-9);
    }

    #[test]
    fn nothing_counts_before_it_was_told_or_long_after() {
        let told = WallMs(LATE_MS_MAX * 2);
        assert_eq!(event_time(WallMs(u64::MAX), told), Some(told));
        let late = WallMs(told.0 - LATE_MS_MAX);
        assert_eq!(event_time(late, told), Some(late));
        assert_eq!(event_time(WallMs(late.0 - 1), told), None);
    }
}
