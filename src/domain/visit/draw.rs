//! One of many by weight (Efraimidis and Spirakis): each draws `u^(1/w)`, and the greatest wins. What each draws comes
//! of the seed and its own id alone, so that the same seed gives the same among the same, in whatever order they come.

use uuid::Uuid;

/// In how many milliseconds what is new about a room halves: two weeks.
const FRESH_HALF_LIFE_MS: f64 = 14.0 * 24.0 * 60.0 * 60.0 * 1_000.0;

/// How much more often a room that was just made is drawn than an old one.
const FRESH_BOOST: f64 = 3.0;

/// Draws one; none where nobody has any weight.
pub fn draw(seed: u64, candidates: impl IntoIterator<Item = (Uuid, f64)>) -> Option<Uuid> {
    let drawn = candidates.into_iter().filter_map(|(id, weight)| {
        let fits = weight.is_finite() && weight > 0.0;
        // The greatest u^(1/w) has the least -ln(u)/w, which does not underflow.
        fits.then(|| (-uniform(seed, id).ln() / weight, id))
    });
    let least = drawn.min_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
    least.map(|(_, id)| id)
}

/// How much a room of this age, looked at so much lately, is to be drawn: more while it is new, less the more of the
/// attention it has already.
pub fn room_weight(age_ms: u64, popularity: f64) -> f64 {
    let fresh = (-(age_ms as f64) / FRESH_HALF_LIFE_MS).exp2();
    (1.0 + FRESH_BOOST * fresh) / (1.0 + popularity.max(0.0)).sqrt()
}

/// Above 0 and at most 1.
fn uniform(seed: u64, id: Uuid) -> f64 {
    let (high, low) = id.as_u64_pair();
    let mixed = mix(mix(mix(seed) ^ high) ^ low);
    // 53 bits are what a float holds.
    ((mixed >> 11) + 1) as f64 / (1_u64 << 53) as f64
}

/// SplitMix64's last step: each bit of what goes in turns about half of those that come out.
const fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

    #[test]
    fn rooms_are_drawn_as_often_as_their_weights_say() {
        // Ten rooms of different ages and popularity, ids as they are made: close together.
        let rooms: Vec<(Uuid, f64)> = (0..10_u64)
            .map(|n| (Uuid::now_v7(), room_weight(n * 5 * DAY_MS, (n * n) as f64)))
            .collect();
        let whole: f64 = rooms.iter().map(|(_, weight)| weight).sum();
        let draws = 100_000_u32;
        let mut seen = [0_u32; 10];
        for seed in 0..u64::from(draws) {
            let drawn = draw(seed, rooms.iter().copied()).unwrap();
            let at = rooms.iter().position(|(id, _)| *id == drawn).unwrap();
            seen[at] += 1;
        }
        let chi: f64 = rooms
            .iter()
            .zip(seen)
            .map(|((_, weight), seen)| {
                let expected = f64::from(draws) * weight / whole;
                (f64::from(seen) - expected).powi(2) / expected
            })
            .sum();
        // Nine degrees of freedom: 27.88 is passed by chance once in a thousand times.
        assert!(chi < 27.88, "chi-square {chi}: {seen:?}");
        println!("chi-square of {draws} draws among 10 rooms, 9 degrees of freedom: {chi:.2}");
    }

    #[test]
    fn a_seed_draws_the_same_in_any_order_and_nobody_without_weight() {
        let rooms: Vec<(Uuid, f64)> = (0..50)
            .map(|n| (Uuid::now_v7(), 1.0 + f64::from(n)))
            .collect();
        for seed in 0..100 {
            let there = draw(seed, rooms.iter().copied());
            assert_eq!(there, draw(seed, rooms.iter().rev().copied()));
        }
        let nobody = [0.0, -1.0, f64::NAN, f64::INFINITY].map(|weight| (Uuid::now_v7(), weight));
        assert_eq!(draw(1, nobody), None);
        assert_eq!(draw(1, []), None);
    }

    #[test]
    fn new_and_little_seen_rooms_weigh_more() {
        assert!(room_weight(0, 0.0) > room_weight(30 * DAY_MS, 0.0));
        assert!(room_weight(0, 0.0) > room_weight(0, 9.0));
        assert!(room_weight(u64::MAX, 1e300) > 0.0);
    }
}
