//! Where a newcomer stands: on free floor, near the open front corner.

use maru_protocol::Standing;

use super::member::{HALF_TILE as HALF, Pose};
use crate::catalogue::{Catalogue, Surface};
use crate::domain::room::{Document, Place};

/// The door mat, in half tiles from the back corner.
const DOOR: (i32, i32) = (17, 17);

/// How far people stand apart where there is room, in half tiles: two avatars side by side.
const ELBOW_ROOM: i32 = 3;

/// The free half tile nearest to the door: with elbow room if there is any such place, else just free, else
/// the door itself.
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
    // How near the nearest person stands, as far as it matters: marked around each person, so that a crowd
    // costs a few cells a head and not a look at everyone from every place.
    let mut nearest_person = vec![ELBOW_ROOM; cells];
    let reach = 1 - ELBOW_ROOM..ELBOW_ROOM;
    for pose in taken {
        let (x, y) = (pose.x / HALF, pose.y / HALF);
        for (dx, dy) in reach
            .clone()
            .flat_map(|dx| reach.clone().map(move |dy| (dx, dy)))
        {
            if let Some(cell) = index(x + dx, y + dy) {
                nearest_person[cell] = nearest_person[cell].min(dx.abs().max(dy.abs()));
            }
        }
    }
    let all = (0..size).flat_map(|y| (0..size).map(move |x| (x, y)));
    let free = all.filter_map(|(x, y)| {
        let cell = index(x, y).filter(|cell| !blocked[*cell])?;
        Some((x, y, nearest_person[cell]))
    });
    let free: Vec<(i32, i32, i32)> = free.collect();
    let nearest = |apart| {
        let places = free.iter().filter(|(_, _, person)| *person >= apart);
        let places = places.map(|(x, y, _)| (*x, *y));
        places.min_by_key(|(x, y)| (x - DOOR.0).pow(2) + (y - DOOR.1).pow(2))
    };
    let (x, y) = nearest(ELBOW_ROOM).or_else(|| nearest(1)).unwrap_or(DOOR);
    Pose {
        x: x * HALF + HALF / 2,
        y: y * HALF + HALF / 2,
        // Towards whoever looks at the room.
        facing: 1,
        standing: Standing::Still,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::catalogue;

    #[test]
    fn a_crowd_spreads_out_and_then_closes_up() {
        let document = Document::new(catalogue().plain_theme());
        let mut people: Vec<Pose> = Vec::new();
        for _ in 0..400 {
            let place = free_place(catalogue(), &document, people.iter().copied());
            assert!(place.is_within(catalogue().room_size()));
            assert!(
                people.iter().all(|p| (p.x, p.y) != (place.x, place.y)),
                "taken"
            );
            people.push(place);
        }
        let gap = |a: &Pose, b: &Pose| (a.x - b.x).abs().max((a.y - b.y).abs());
        assert!(
            people[1..30]
                .iter()
                .all(|p| gap(p, &people[0]) >= ELBOW_ROOM * HALF)
        );
    }
}
