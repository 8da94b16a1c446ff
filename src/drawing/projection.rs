//! The 2:1 dimetric projection of `web/src/world/iso/projection.ts`: tiles and z-units to pixels at scale 1.

use super::number;
use crate::domain::room::Place;

/// Pixels from a tile's centre to its left or right corner.
const TILE_HALF_WIDTH: f64 = 32.0;
/// Pixels from a tile's centre to its upper or lower corner.
const TILE_HALF_HEIGHT: f64 = 16.0;
/// Pixels of one z-unit.
const Z_UNIT: f64 = 36.0;
/// Tiles one must go along x and along y to appear as far down the screen as one z-unit is up.
pub(super) const Z_UNIT_IN_TILES: f64 = Z_UNIT / (2.0 * TILE_HALF_HEIGHT);

/// In pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// x runs down-right, y down-left, z up; the back corner of the floor is the origin.
pub(super) fn project(x: f64, y: f64, z: f64) -> Point {
    Point {
        x: (x - y) * TILE_HALF_WIDTH,
        y: (x + y) * TILE_HALF_HEIGHT - z * Z_UNIT,
    }
}

/// Where a point `along` tiles from the back corner and `height` z-units up a wall appears.
pub(super) fn project_on_wall(wall: Place, along: f64, height: f64) -> Point {
    match wall {
        Place::LeftWall => project(0.0, along, height),
        Place::RightWall | Place::Floor => project(along, 0.0, height),
    }
}

/// A closed path through points.
pub(super) fn polygon(points: &[Point]) -> String {
    let points = points.iter().map(|point| {
        let (x, y) = (number::trimmed(point.x), number::trimmed(point.y));
        format!("{x} {y}")
    });
    format!("M{}Z", points.collect::<Vec<_>>().join("L"))
}
