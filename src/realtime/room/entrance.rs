//! Where a newcomer stands: on free floor, near the open front corner.

use maru_protocol::Standing;

use super::member::Pose;
use crate::catalogue::{Catalogue, Surface};
use crate::domain::room::{Document, Place};

/// The door mat, in half tiles from the back corner.
const DOOR: (i32, i32) = (17, 17);

/// Half a tile, in hundredths of a tile.
const HALF: i32 = 50;

/// The free half tile nearest to the door, not yet taken by anyone; the door itself when all are taken.
pub(super) fn free_place(
    catalogue: &Catalogue,
    document: &Document,
    taken: impl Iterator<Item = Pose>,
) -> Pose {
    let size = catalogue.room_size();
    let cells = (size * size).unsigned_abs() as usize;
    let mut blocked = vec![false; cells];
    let index = |x: i32, y: i32| {
        let inside = (0..size).contains(&x) && (0..size).contains(&y);
        inside.then(|| (y * size + x).unsigned_abs() as usize)
    };
    for item in document.items.values() {
        let piece = &item.piece;
        let Ok(kind) = catalogue.kind(&piece.kind) else {
            continue;
        };
        if piece.standpoint.place != Place::Floor || kind.surface == Surface::Rug {
            continue;
        }
        let (width, depth) = kind.extent(piece.rotation);
        for y in piece.standpoint.y..piece.standpoint.y + depth {
            for x in piece.standpoint.x..piece.standpoint.x + width {
                if let Some(cell) = index(x, y) {
                    blocked[cell] = true;
                }
            }
        }
    }
    for pose in taken {
        if let Some(cell) = index(pose.x / HALF, pose.y / HALF) {
            blocked[cell] = true;
        }
    }
    let all = (0..size).flat_map(|y| (0..size).map(move |x| (x, y)));
    let free = all.filter(|(x, y)| index(*x, *y).is_some_and(|cell| !blocked[cell]));
    let distance = |(x, y): &(i32, i32)| (x - DOOR.0).pow(2) + (y - DOOR.1).pow(2);
    let (x, y) = free.min_by_key(distance).unwrap_or(DOOR);
    Pose {
        x: x * HALF + HALF / 2,
        y: y * HALF + HALF / 2,
        // Towards whoever looks at the room.
        facing: 1,
        standing: Standing::Still,
    }
}
