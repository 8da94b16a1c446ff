//! Layouts: theme and items kept under a name, and brought back as one batch.

use std::collections::BTreeSet;

use super::Room;
use super::batch::{Author, fits};
use crate::catalogue::Catalogue;
use crate::domain::clock::WallMs;
use crate::domain::room::{BatchOutcome, Document, ItemId, Layout, Refusal, apply_batch};

impl Room {
    pub(super) fn save_layout(&mut self, name: &str, at: WallMs) -> Result<(), Refusal> {
        let layouts = &mut self.document.layouts;
        if layouts.len() >= self.limits.layouts_max && !layouts.contains_key(name) {
            return Err(Refusal::TooManyLayouts);
        }
        let layout = Layout::of(&self.document, at);
        self.document.layouts.insert(name.to_owned(), layout);
        self.debt.owe_layout(name);
        Ok(())
    }

    pub(super) fn remove_layout(&mut self, name: &str) -> Result<(), Refusal> {
        let removed = self.document.layouts.remove(name);
        removed.ok_or(Refusal::NoSuchLayout)?;
        self.debt.owe_layout(name);
        Ok(())
    }

    /// Brings a layout back as far as the catalogue still has what it is made of: all of that or nothing.
    pub(super) fn restore_layout(
        &mut self,
        name: &str,
        by: &Author,
        at: WallMs,
    ) -> Result<BatchOutcome, Refusal> {
        let layout = self.document.layouts.get(name);
        let mut layout = layout.ok_or(Refusal::NoSuchLayout)?.clone();
        let left_alone = adapt(self.catalogue, &self.document, &mut layout);
        let ops = layout.restore(&self.document, &left_alone);
        let mut applied = by.applied(at, self.limits.items_max);
        applied.restores = Some(name);
        let catalogue = self.catalogue;
        Ok(apply_batch(
            &mut self.document,
            ops,
            applied,
            |document, id| fits(catalogue, document, id),
        ))
    }
}

/// Takes out of a layout what the catalogue has dropped since. What still stands of it in the room is left
/// alone: it could not be put back.
fn adapt(catalogue: &Catalogue, document: &Document, layout: &mut Layout) -> BTreeSet<ItemId> {
    let mut left_alone = BTreeSet::new();
    layout.items.retain(|id, piece| {
        let known = catalogue.kind(&piece.kind).is_ok();
        if !known {
            left_alone.insert(*id);
        }
        known
    });
    for piece in layout.items.values_mut() {
        if !catalogue.has_color(&piece.color) {
            piece.color.clear();
        }
    }
    left_alone.retain(|id| {
        let stands = document.items.get(id);
        stands.is_some_and(|item| catalogue.kind(&item.piece.kind).is_err())
    });
    if !catalogue.has_wallpaper(&layout.wallpaper) {
        layout.wallpaper.clone_from(&document.theme.wallpaper);
    }
    if !catalogue.has_flooring(&layout.flooring) {
        layout.flooring.clone_from(&document.theme.flooring);
    }
    left_alone
}
