//! Applying a batch to a document: all of it or nothing, last writer wins by field.

use super::history::count;
use super::{Action, Edit, EditPart, Op, Refusal};
use super::{CHAT_LINES_MAX, EDITS_MAX, TOMBSTONES_MAX};
use super::{ChatLine, Document, GuestOrigin, Item, ItemCopy, ItemId, Piece, Seq, Stamp, Theme};
use crate::domain::clock::WallMs;
use crate::domain::id::SessionId;

/// Who sends a batch, and what they had seen.
#[derive(Debug, Clone, Copy)]
pub struct Applied<'a> {
    /// The sending session.
    pub session: SessionId,
    /// The user or guest id kept with chat and history.
    pub author_id: &'a str,
    /// The name kept with chat and history.
    pub author_name: &'a str,
    /// Kept with chat of guests.
    pub guest: Option<GuestOrigin>,
    /// The newest seq the author had seen.
    pub base_seq: Seq,
    /// Whether the batch was sent before with an unknown answer.
    pub resend: bool,
    /// The server's time, for chat and history.
    pub at: WallMs,
    /// The most items the room may hold.
    pub items_max: usize,
    /// The layout that these operations bring back.
    pub restores: Option<&'a str>,
}

impl Applied<'_> {
    /// On a resend: whether someone else set this after what the author had seen.
    pub fn is_overtaken(&self, stamp: Stamp) -> bool {
        self.resend && stamp.seq > self.base_seq && stamp.by != self.session
    }
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchOutcome {
    /// Applied at the document's new seq; these are the operations with the fields really set.
    Applied(Vec<Op>),
    /// Everything it set had been changed by others meanwhile; the document is as before.
    Superseded,
    /// Refused; the document is as before.
    Refused(Refusal),
}

/// Applies a batch at the document's next seq. `fits` judges where an item stands in the document that the
/// whole batch leads to, so that things that move together may pass through places they could not stay in.
pub fn apply_batch(
    document: &mut Document,
    ops: Vec<Op>,
    by: Applied<'_>,
    fits: impl Fn(&Document, ItemId) -> Result<(), Refusal>,
) -> BatchOutcome {
    let seq = document.seq.next();
    let asked = !ops.is_empty();
    let mut work = Work {
        stamp: Stamp {
            seq,
            by: by.session,
        },
        document,
        by,
        before: Before::default(),
        placed: Vec::new(),
        parts: Vec::new(),
    };
    match work.run(ops, fits) {
        Ok(done) if done.is_empty() && asked => {
            work.undo();
            BatchOutcome::Superseded
        }
        Ok(done) => {
            let edit = work.edit();
            document.history.extend(edit);
            document.seq = seq;
            prune(document);
            BatchOutcome::Applied(done)
        }
        Err(refusal) => {
            work.undo();
            BatchOutcome::Refused(refusal)
        }
    }
}

/// What the document held before the batch touched it, newest touch last.
#[derive(Default)]
struct Before {
    items: Vec<(ItemId, Option<Item>, Option<Stamp>)>,
    theme: Option<Theme>,
    lines_added: usize,
}

struct Work<'a> {
    document: &'a mut Document,
    stamp: Stamp,
    by: Applied<'a>,
    before: Before,
    placed: Vec<ItemId>,
    /// What the history will say.
    parts: Vec<EditPart>,
}

impl Work<'_> {
    fn run(
        &mut self,
        ops: Vec<Op>,
        fits: impl Fn(&Document, ItemId) -> Result<(), Refusal>,
    ) -> Result<Vec<Op>, Refusal> {
        let mut done = Vec::with_capacity(ops.len());
        for op in ops {
            self.one(op, &mut done)?;
        }
        for id in &self.placed {
            // A later operation of the batch may have taken the item out again.
            if self.document.items.contains_key(id) {
                fits(self.document, *id)?;
            }
        }
        Ok(done)
    }

    /// Applies one operation; adds nothing when others' later changes leave nothing of it to do.
    fn one(&mut self, op: Op, done: &mut Vec<Op>) -> Result<(), Refusal> {
        match op {
            Op::Put { id, piece } => done.extend(self.put(id, piece)?),
            Op::Patch { .. } => done.extend(self.patch(op)?),
            Op::Remove { id, if_seq } => done.extend(self.remove(id, if_seq)?),
            Op::SetTheme { .. } => done.extend(self.set_theme(op)),
            Op::Duplicate { copies, dx, dy } => self.duplicate(&copies, (dx, dy), done)?,
            Op::Say { text } => {
                self.document.chat.push_back(ChatLine {
                    seq: self.stamp.seq,
                    at: self.by.at,
                    author_id: self.by.author_id.to_owned(),
                    author_name: self.by.author_name.to_owned(),
                    guest: self.by.guest,
                    text: text.as_str().to_owned(),
                });
                self.before.lines_added += 1;
                done.push(Op::Say { text });
            }
        }
        Ok(())
    }

    /// All copies or none: a source that someone took out meanwhile leaves nothing to do.
    fn duplicate(
        &mut self,
        copies: &[ItemCopy],
        (dx, dy): (i32, i32),
        done: &mut Vec<Op>,
    ) -> Result<(), Refusal> {
        let mut pieces = Vec::with_capacity(copies.len());
        for copy in copies {
            let Some(source) = self.document.items.get(&copy.from) else {
                return self.missing(copy.from).map(drop);
            };
            let mut piece = source.piece.clone();
            // Far outside stays outside, which is refused.
            piece.standpoint.x = piece.standpoint.x.saturating_add(dx);
            piece.standpoint.y = piece.standpoint.y.saturating_add(dy);
            pieces.push((copy.to, piece));
        }
        for (id, piece) in pieces {
            done.extend(self.put(id, piece)?);
        }
        Ok(())
    }

    fn put(&mut self, id: ItemId, piece: Piece) -> Result<Option<Op>, Refusal> {
        if self.document.items.contains_key(&id) {
            return Err(Refusal::ItemExists);
        }
        if self.taken_out(id) {
            return Ok(None);
        }
        if self.document.items.len() >= self.by.items_max {
            return Err(Refusal::TooManyItems);
        }
        count(&mut self.parts, Action::Put, &piece.kind);
        self.remember(id);
        self.document.tombstones.remove(&id);
        self.document.items.insert(
            id,
            Item {
                piece: piece.clone(),
                standpoint_set: self.stamp,
                rotation_set: self.stamp,
                color_set: self.stamp,
            },
        );
        self.placed.push(id);
        Ok(Some(Op::Put { id, piece }))
    }

    fn patch(&mut self, op: Op) -> Result<Option<Op>, Refusal> {
        let Op::Patch {
            id,
            mut standpoint,
            mut rotation,
            mut color,
            if_seq,
        } = op
        else {
            return Ok(None);
        };
        let Some(item) = self.document.items.get(&id) else {
            return self.missing(id);
        };
        if if_seq.is_some_and(|seq| seq != item.seq()) {
            return Err(Refusal::Conflict);
        }
        if self.overtaken(item.standpoint_set) {
            standpoint = None;
        }
        if self.overtaken(item.rotation_set) {
            rotation = None;
        }
        if self.overtaken(item.color_set) {
            color = None;
        }
        if standpoint.is_none() && rotation.is_none() && color.is_none() {
            return Ok(None);
        }
        self.remember(id);
        let stamp = self.stamp;
        if let Some(item) = self.document.items.get_mut(&id) {
            if let Some(standpoint) = standpoint {
                item.piece.standpoint = standpoint;
                item.standpoint_set = stamp;
            }
            if let Some(rotation) = rotation {
                item.piece.rotation = rotation;
                item.rotation_set = stamp;
            }
            if let Some(color) = &color {
                item.piece.color.clone_from(color);
                item.color_set = stamp;
            }
            count(&mut self.parts, Action::Patch, &item.piece.kind);
        }
        if standpoint.is_some() || rotation.is_some() {
            self.placed.push(id);
        }
        Ok(Some(Op::Patch {
            id,
            standpoint,
            rotation,
            color,
            if_seq: None,
        }))
    }

    fn remove(&mut self, id: ItemId, if_seq: Option<Seq>) -> Result<Option<Op>, Refusal> {
        let Some(item) = self.document.items.get(&id) else {
            return self.missing(id);
        };
        if if_seq.is_some_and(|seq| seq != item.seq()) {
            return Err(Refusal::Conflict);
        }
        let stamps = [item.standpoint_set, item.rotation_set, item.color_set];
        if stamps.into_iter().any(|stamp| self.overtaken(stamp)) {
            return Ok(None);
        }
        count(&mut self.parts, Action::Remove, &item.piece.kind);
        self.remember(id);
        self.document.items.remove(&id);
        self.document.tombstones.insert(id, self.stamp);
        Ok(Some(Op::Remove { id, if_seq: None }))
    }

    fn set_theme(&mut self, op: Op) -> Option<Op> {
        let Op::SetTheme {
            wallpaper,
            flooring,
            light,
        } = op
        else {
            return None;
        };
        let set = self.document.theme.set;
        let keep = |part: usize| !set[part].is_some_and(|stamp| self.overtaken(stamp));
        let wallpaper = wallpaper.filter(|_| keep(0));
        let flooring = flooring.filter(|_| keep(1));
        let light = light.filter(|_| keep(2));
        if wallpaper.is_none() && flooring.is_none() && light.is_none() {
            return None;
        }
        count(&mut self.parts, Action::SetTheme, "");
        let theme = &mut self.document.theme;
        self.before.theme.get_or_insert_with(|| theme.clone());
        if let Some(wallpaper) = &wallpaper {
            theme.wallpaper.clone_from(wallpaper);
            theme.set[0] = Some(self.stamp);
        }
        if let Some(flooring) = &flooring {
            theme.flooring.clone_from(flooring);
            theme.set[1] = Some(self.stamp);
        }
        if let Some(light) = light {
            theme.light = light;
            theme.set[2] = Some(self.stamp);
        }
        Some(Op::SetTheme {
            wallpaper,
            flooring,
            light,
        })
    }

    /// An item that is not there: on a resend someone took it out meanwhile, otherwise the author errs.
    fn missing(&self, id: ItemId) -> Result<Option<Op>, Refusal> {
        if self.taken_out(id) {
            Ok(None)
        } else {
            Err(Refusal::NoSuchItem)
        }
    }

    /// On a resend: whether someone else took the item out after what the author had seen.
    fn taken_out(&self, id: ItemId) -> bool {
        let removed = self.document.tombstones.get(&id);
        removed.is_some_and(|stamp| self.overtaken(*stamp))
    }

    /// What the history keeps of the batch; nothing for mere talk.
    fn edit(&mut self) -> Option<Edit> {
        let mut parts = std::mem::take(&mut self.parts);
        if let Some(name) = self.by.restores {
            parts = vec![EditPart {
                action: Action::RestoreLayout,
                subject: name.to_owned(),
                count: u32::try_from(self.before.items.len()).unwrap_or(u32::MAX),
            }];
        }
        (!parts.is_empty()).then(|| Edit {
            seq: self.stamp.seq,
            at: self.by.at,
            author_id: self.by.author_id.to_owned(),
            author_name: self.by.author_name.to_owned(),
            parts,
        })
    }

    /// On a resend: whether someone else set the field after what the author had seen.
    fn overtaken(&self, stamp: Stamp) -> bool {
        self.by.is_overtaken(stamp)
    }

    fn remember(&mut self, id: ItemId) {
        let item = self.document.items.get(&id).cloned();
        let tombstone = self.document.tombstones.get(&id).copied();
        self.before.items.push((id, item, tombstone));
    }

    fn undo(&mut self) {
        for (id, item, tombstone) in self.before.items.drain(..).rev() {
            match item {
                Some(item) => self.document.items.insert(id, item),
                None => self.document.items.remove(&id),
            };
            match tombstone {
                Some(stamp) => self.document.tombstones.insert(id, stamp),
                None => self.document.tombstones.remove(&id),
            };
        }
        if let Some(theme) = self.before.theme.take() {
            self.document.theme = theme;
        }
        let kept = self.document.chat.len() - self.before.lines_added;
        self.document.chat.truncate(kept);
    }
}

/// Keeps what is remembered of the past within its bounds.
fn prune(document: &mut Document) {
    while document.chat.len() > CHAT_LINES_MAX {
        document.chat.pop_front();
    }
    while document.history.len() > EDITS_MAX {
        document.history.pop_front();
    }
    let horizon = document.horizon;
    while document.tombstones.len() > TOMBSTONES_MAX {
        let oldest = document.tombstones.iter().min_by_key(|(_, s)| s.seq);
        let Some((id, seq)) = oldest.map(|(id, stamp)| (*id, stamp.seq)) else {
            break;
        };
        document.tombstones.remove(&id);
        document.horizon = document.horizon.max(seq);
    }
    if document.horizon > horizon {
        let horizon = document.horizon;
        document.tombstones.retain(|_, stamp| stamp.seq > horizon);
    }
}
