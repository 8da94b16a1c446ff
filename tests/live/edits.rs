//! Batches that a room rejects: each with its reason, and nothing of them done.

use std::collections::BTreeSet;

use maru_protocol::replica::Contents;
use maru_protocol::{ITEM_ID_MAX, Op, Place, Reason, Standpoint};

use crate::stage::{Stage, floor_cells, paint, put};

/// The owner sends each batch; each is rejected for the reason, and the room stays as it was.
async fn are_rejected(batches: Vec<Vec<Op>>, reason: Reason) {
    let mut stage = Stage::set().await;
    stage.host.edit(vec![put(1_000, "desk", 2, 12)]).await;
    stage.mark().await;
    for ops in batches {
        // A good operation before the bad one is not done either.
        let mut mixed = vec![put(2_000, "cactus", 10, 14)];
        mixed.extend(ops.iter().cloned());
        stage.host.rejected(ops, reason).await;
        if mixed.len() > 1 {
            stage.host.rejected(mixed, reason).await;
        }
    }
    stage.is_unharmed().await;
}

/// The cells of the floor on which nothing stands, as far as pieces of one cell are concerned.
fn free_cells(room: &Contents) -> Vec<(i32, i32)> {
    let mut taken = BTreeSet::new();
    for item in room.items.values() {
        let (width, depth) = floor_cells(item);
        for x in item.x..item.x + width {
            taken.extend((item.y..item.y + depth).map(|y| (x, y)));
        }
    }
    let all = (0..20).flat_map(|y| (0..20).map(move |x| (x, y)));
    all.filter(|cell| !taken.contains(cell)).collect()
}

fn stand(id: u64, place: Place, x: i32, y: i32) -> Op {
    Op::Patch {
        id,
        standpoint: Some(Standpoint { place, x, y }),
        rotation: None,
        color: None,
        if_seq: None,
    }
}

fn turn(id: u64, rotation: u8) -> Op {
    Op::Patch {
        id,
        standpoint: None,
        rotation: Some(rotation),
        color: None,
        if_seq: None,
    }
}

/// A new piece somewhere in the middle, turned.
fn turned(kind: &str, place: Place, rotation: u8) -> Op {
    Op::Put {
        id: 7_000,
        kind: kind.to_owned(),
        place,
        x: 10,
        y: 4,
        rotation,
        color: String::new(),
    }
}

fn theme(wallpaper: Option<&str>, flooring: Option<&str>, light: Option<&str>) -> Op {
    Op::SetTheme {
        wallpaper: wallpaper.map(str::to_owned),
        flooring: flooring.map(str::to_owned),
        light: light.map(str::to_owned),
    }
}

#[tokio::test]
async fn unknown_items_are_rejected() {
    let remove = Op::Remove {
        id: 4_242,
        if_seq: None,
    };
    let batches = vec![
        vec![paint(4_242, "mint")],
        vec![stand(4_242, Place::Floor, 1, 1)],
        vec![remove],
    ];
    are_rejected(batches, Reason::NoSuchItem).await;
}

#[tokio::test]
async fn unknown_kinds_are_rejected() {
    let kinds = ["", "throne", "SOFA", "sofa\0", "../sofa"];
    let batches = kinds.map(|kind| vec![put(7_000, kind, 2, 16)]);
    are_rejected(batches.into(), Reason::UnknownKind).await;
}

#[tokio::test]
async fn unknown_colours_are_rejected() {
    let mut red = put(7_777, "sofa", 10, 10);
    if let Op::Put { color, .. } = &mut red {
        *color = "#ff0000".to_owned();
    }
    let batches = vec![vec![red], vec![paint(1_000, "infrared")]];
    are_rejected(batches, Reason::UnknownColor).await;
}

#[tokio::test]
async fn unknown_themes_are_rejected() {
    let batches = vec![
        vec![theme(Some("marble"), None, None)],
        vec![theme(None, Some("lava"), None)],
        vec![theme(None, None, Some("dusk"))],
        vec![theme(Some("mint_heart"), None, Some(""))],
    ];
    are_rejected(batches, Reason::UnknownTheme).await;
}

#[tokio::test]
async fn bad_rotations_are_rejected() {
    let batches = vec![
        vec![turn(1_000, 4)],
        vec![turn(1_000, 255)],
        vec![turned("sofa", Place::Floor, 4)],
        vec![turned("poster", Place::LeftWall, 1)],
    ];
    are_rejected(batches, Reason::BadRotation).await;
}

#[tokio::test]
async fn places_out_of_bounds_are_rejected() {
    let corners = [
        (-1, 10),
        (10, -1),
        (17, 10),
        (10, 19),
        (i32::MAX, i32::MAX),
        (i32::MIN, i32::MIN),
    ];
    let batches = corners.map(|(x, y)| vec![stand(1_000, Place::Floor, x, y)]);
    are_rejected(batches.into(), Reason::OutOfBounds).await;
}

#[tokio::test]
async fn overlaps_are_rejected() {
    let batches = vec![
        vec![put(7_000, "sofa", 2, 12)],
        vec![put(7_000, "sofa", 5, 13)],
        // The starter room's sofa.
        vec![stand(1_000, Place::Floor, 9, 2)],
        // Only small pieces stand on others.
        vec![put(7_000, "stool", 3, 12)],
    ];
    are_rejected(batches, Reason::Overlap).await;
}

#[tokio::test]
async fn wrong_surfaces_are_rejected() {
    let batches = vec![
        vec![put(7_000, "poster", 10, 10)],
        vec![stand(1_000, Place::LeftWall, 2, 2)],
        vec![stand(1_000, Place::RightWall, 2, 2)],
    ];
    are_rejected(batches, Reason::WrongSurface).await;
}

#[tokio::test]
async fn bad_item_ids_are_rejected() {
    let batches = [0, ITEM_ID_MAX + 1, u64::MAX].map(|id| vec![put(id, "cactus", 3, 16)]);
    are_rejected(batches.into(), Reason::BadItemId).await;
}

#[tokio::test]
async fn the_largest_item_id_is_good() {
    let mut stage = Stage::set().await;
    stage
        .host
        .edit(vec![put(ITEM_ID_MAX, "cactus", 3, 16)])
        .await;
    stage.mark().await;
    assert_eq!(stage.witness.room.contents.items[&ITEM_ID_MAX].x, 3);
    stage.is_unharmed().await;
}

#[tokio::test]
async fn items_that_exist_are_rejected() {
    are_rejected(vec![vec![put(1_000, "cactus", 10, 17)]], Reason::ItemExists).await;
}

#[tokio::test]
async fn more_than_200_items_are_rejected() {
    let mut stage = Stage::set().await;
    let room = stage.host.room.contents.clone();
    let free = free_cells(&room);
    let wanted = 200 - room.items.len();
    let cacti = (1_000..)
        .zip(&free)
        .map(|(id, (x, y))| put(id, "cactus", *x, *y));
    let cacti: Vec<_> = cacti.take(wanted).collect();
    for batch in cacti.chunks(64) {
        stage.host.edit(batch.to_vec()).await;
    }
    stage.mark().await;
    assert_eq!(stage.witness.room.contents.items.len(), 200);
    let (x, y) = free[wanted];
    let one_more = vec![put(9_000, "cactus", x, y)];
    stage
        .host
        .rejected(one_more.clone(), Reason::TooManyItems)
        .await;
    stage.is_unharmed().await;
    // One out, one in.
    let remove = Op::Remove {
        id: 1_000,
        if_seq: None,
    };
    stage.host.edit(vec![remove]).await;
    stage.host.edit(one_more).await;
    stage.mark().await;
    stage.is_unharmed().await;
}

#[tokio::test]
async fn batches_of_none_and_of_65_are_rejected() {
    let many: Vec<_> = (0..65).map(|at| put(3_000 + at, "cactus", 0, 0)).collect();
    let nothing = Op::Patch {
        id: 1_000,
        standpoint: None,
        rotation: None,
        color: None,
        if_seq: None,
    };
    let batches = vec![many, vec![nothing], vec![theme(None, None, None)]];
    are_rejected(batches, Reason::BadBatchSize).await;
    let mut stage = Stage::set().await;
    stage.host.rejected(Vec::new(), Reason::BadBatchSize).await;
    stage.is_unharmed().await;
}

#[tokio::test]
async fn unknown_operations_are_rejected() {
    let batches = vec![
        vec![Op::Unknown { kind: 60 }],
        vec![Op::Unknown { kind: 1 << 40 }],
    ];
    are_rejected(batches, Reason::UnknownOp).await;
}

#[tokio::test]
async fn a_visitor_may_not_furnish() {
    let mut stage = Stage::set().await;
    let mut visitor = stage.guest("visitor").await;
    let remove = Op::Remove {
        id: 1,
        if_seq: None,
    };
    let text = "look".to_owned();
    let batches = [
        vec![put(7_000, "cactus", 3, 16)],
        vec![paint(1, "mint")],
        vec![remove],
        vec![theme(None, None, Some("night"))],
        // Words do not hide deeds.
        vec![Op::Say { text }, put(7_000, "cactus", 3, 16)],
    ];
    for ops in batches {
        visitor.rejected(ops, Reason::Forbidden).await;
    }
    stage.goes_on_with(&mut visitor).await;
}

#[tokio::test]
async fn a_change_of_what_has_changed_since_is_a_conflict() {
    let mut stage = Stage::set().await;
    let seq = stage.host.edit(vec![put(1_000, "desk", 2, 12)]).await;
    stage.host.edit(vec![paint(1_000, "mint")]).await;
    stage.mark().await;
    let if_seq = Some(seq);
    let remove = Op::Remove { id: 1_000, if_seq };
    stage.host.rejected(vec![remove], Reason::Conflict).await;
    let patch = Op::Patch {
        id: 1_000,
        standpoint: None,
        rotation: Some(1),
        color: None,
        if_seq,
    };
    stage.host.rejected(vec![patch], Reason::Conflict).await;
    stage.is_unharmed().await;
    let if_seq = Some(seq + 1);
    stage
        .host
        .edit(vec![Op::Remove { id: 1_000, if_seq }])
        .await;
    stage.mark().await;
    stage.is_unharmed().await;
}
