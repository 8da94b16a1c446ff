//! Painter's order of boxes in the dimetric view, as `web/src/world/iso/depth.ts` has it.

use super::projection::Z_UNIT_IN_TILES;

/// An axis-aligned box: x, y, w, d in tiles, z and h in z-units.
#[derive(Debug, Clone, Copy)]
pub(super) struct Box3 {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) z: f64,
    pub(super) w: f64,
    pub(super) d: f64,
    pub(super) h: f64,
}

/// Touching faces count as apart; this swallows rounding.
const TOLERANCE: f64 = 1e-3;

/// The hexagon a box covers on the screen, as its extent across each of the three edge directions.
#[derive(Debug, Clone, Copy)]
struct Hexagon([(f64, f64); 3]);

impl Hexagon {
    fn of(it: &Box3) -> Self {
        let bottom = it.z * Z_UNIT_IN_TILES;
        let top = (it.z + it.h) * Z_UNIT_IN_TILES;
        Self([
            (it.x - it.y - it.d, it.x + it.w - it.y),
            (it.x - top, it.x + it.w - bottom),
            (it.y - top, it.y + it.d - bottom),
        ])
    }

    fn covers_pixels_of(&self, other: &Self) -> bool {
        let mut pairs = self.0.iter().zip(&other.0);
        pairs.all(|(a, b)| a.0 < b.1 - TOLERANCE && b.0 < a.1 - TOLERANCE)
    }
}

/// Whether some axis puts all of `a` behind or below all of `b`.
fn is_behind(a: &Box3, b: &Box3) -> bool {
    a.x + a.w <= b.x + TOLERANCE || a.y + a.d <= b.y + TOLERANCE || a.z + a.h <= b.z + TOLERANCE
}

fn nearness(it: &Box3) -> f64 {
    it.x + it.w / 2.0 + it.y + it.d / 2.0 + it.z / 2.0
}

/// Of two boxes that overlap on the screen, whether `a` is painted first. Only boxes that intersect need the guess.
fn painted_first(a: &Box3, b: &Box3) -> bool {
    let a_behind = is_behind(a, b);
    if a_behind == is_behind(b, a) {
        nearness(a) <= nearness(b)
    } else {
        a_behind
    }
}

/// Indexes of `boxes`, farthest first. The pairwise rule is not transitive, so this sorts topologically; where boxes
/// hide each other in a circle one arc of it is dropped, and each index still comes out once.
pub(super) fn sorted(boxes: &[Box3]) -> Vec<usize> {
    let hexagons: Vec<Hexagon> = boxes.iter().map(Hexagon::of).collect();
    let mut behind: Vec<Vec<usize>> = vec![Vec::new(); boxes.len()];
    for (i, a) in boxes.iter().enumerate() {
        for (j, b) in boxes.iter().enumerate().skip(i + 1) {
            if !hexagons[i].covers_pixels_of(&hexagons[j]) {
                continue;
            }
            if painted_first(a, b) {
                behind[j].push(i);
            } else {
                behind[i].push(j);
            }
        }
    }
    let mut from_the_back: Vec<usize> = (0..boxes.len()).collect();
    // Stable, so equal ones stay in the order of their indexes.
    from_the_back.sort_by(|&a, &b| {
        let key = |index: usize| boxes[index].x + boxes[index].y;
        key(a).total_cmp(&key(b))
    });
    let mut order = Vec::with_capacity(boxes.len());
    let mut seen = vec![false; boxes.len()];
    for start in from_the_back {
        visit(start, &behind, &mut seen, &mut order);
    }
    order
}

/// Everything behind one first, then itself. Without recursion: a row of boxes may be as long as a room has pieces.
fn visit(start: usize, behind: &[Vec<usize>], seen: &mut [bool], order: &mut Vec<usize>) {
    if std::mem::replace(&mut seen[start], true) {
        return;
    }
    let mut under_way = vec![(start, 0)];
    while let Some((index, next)) = under_way.last_mut() {
        let farther = behind[*index].get(*next).copied();
        *next += 1;
        match farther {
            Some(farther) => {
                if !std::mem::replace(&mut seen[farther], true) {
                    under_way.push((farther, 0));
                }
            }
            None => {
                order.push(*index);
                under_way.pop();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nearer_comes_later_and_a_long_row_is_no_trouble() {
        let at = |x: f64, y: f64, z: f64| Box3 {
            x,
            y,
            z,
            w: 1.0,
            d: 1.0,
            h: 1.0,
        };
        assert_eq!(sorted(&[at(1.0, 1.0, 0.0), at(0.0, 0.0, 0.0)]), [1, 0]);
        assert_eq!(sorted(&[at(0.0, 0.0, 1.0), at(0.0, 0.0, 0.0)]), [1, 0]);
        let row: Vec<Box3> = (0..1_000)
            .rev()
            .map(|x| at(f64::from(x), 0.0, 0.0))
            .collect();
        assert_eq!(sorted(&row), (0..1_000).rev().collect::<Vec<_>>());
    }
}
