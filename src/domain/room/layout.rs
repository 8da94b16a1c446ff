//! Layouts: theme and items kept under a name, and the way back to them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Document, Item, ItemId, Light, Op, Piece};
use crate::domain::clock::WallMs;

/// Theme and items as they once were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// When it was saved.
    pub saved: WallMs,
    /// The wallpaper of that time.
    pub wallpaper: String,
    /// The flooring of that time.
    pub flooring: String,
    /// The light of that time.
    pub light: Light,
    /// The items of that time.
    pub items: BTreeMap<ItemId, Piece>,
}

impl Layout {
    /// The room as it is.
    pub fn of(document: &Document, saved: WallMs) -> Self {
        let items = document.items.iter();
        Self {
            saved,
            wallpaper: document.theme.wallpaper.clone(),
            flooring: document.theme.flooring.clone(),
            light: document.theme.light,
            items: items.map(|(id, item)| (*id, item.piece.clone())).collect(),
        }
    }

    /// The fewest operations that bring the room to this layout; items in `left_alone` stay as they are.
    /// What goes comes first, so that the room never holds more than before or after.
    pub fn restore(&self, document: &Document, left_alone: &BTreeSet<ItemId>) -> Vec<Op> {
        let mut ops = Vec::new();
        let mut changes = Vec::new();
        for (id, item) in &document.items {
            if left_alone.contains(id) {
                continue;
            }
            match self.items.get(id) {
                Some(piece) if piece.kind == item.piece.kind => {
                    changes.extend(patch(*id, item, piece));
                }
                _ => ops.push(Op::Remove {
                    id: *id,
                    if_seq: None,
                }),
            }
        }
        ops.append(&mut changes);
        for (id, piece) in &self.items {
            let stands = document.items.get(id);
            if stands.is_none_or(|item| item.piece.kind != piece.kind) {
                let piece = piece.clone();
                ops.push(Op::Put { id: *id, piece });
            }
        }
        ops.extend(self.theme(document));
        ops
    }

    fn theme(&self, document: &Document) -> Option<Op> {
        let theme = &document.theme;
        let changed = |new: &String, old: &String| (new != old).then(|| new.clone());
        let wallpaper = changed(&self.wallpaper, &theme.wallpaper);
        let flooring = changed(&self.flooring, &theme.flooring);
        let light = (self.light != theme.light).then_some(self.light);
        let changes = wallpaper.is_some() || flooring.is_some() || light.is_some();
        changes.then_some(Op::SetTheme {
            wallpaper,
            flooring,
            light,
        })
    }
}

/// What makes an item like the piece it once was.
fn patch(id: ItemId, item: &Item, piece: &Piece) -> Option<Op> {
    let now = &item.piece;
    if now == piece {
        return None;
    }
    Some(Op::Patch {
        id,
        standpoint: (now.standpoint != piece.standpoint).then_some(piece.standpoint),
        rotation: (now.rotation != piece.rotation).then_some(piece.rotation),
        color: (now.color != piece.color).then(|| piece.color.clone()),
        if_seq: None,
    })
}
