//! The document as a client has it: theme, items and chat, and what each operation makes of them.

use std::collections::BTreeMap;

use crate::{ChatLine, ItemState, Op, Person, ServerFrame, Theme};

/// Lines of chat a room keeps.
pub const CHAT_LINES_MAX: usize = 100;

/// Everything in a room but the people.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Contents {
    pub seq: u64,
    pub theme: Option<Theme>,
    pub items: BTreeMap<u64, ItemState>,
    pub chat: Vec<ChatLine>,
}

impl Contents {
    /// What a `Snapshot` holds, its further parts left out.
    pub fn of(snapshot: &ServerFrame) -> Self {
        let ServerFrame::Snapshot {
            seq,
            theme,
            items,
            chat,
            ..
        } = snapshot
        else {
            panic!("no snapshot: {snapshot:?}");
        };
        let mut contents = Self {
            seq: *seq,
            theme: Some(theme.clone()),
            ..Self::default()
        };
        contents.continue_with(items, chat);
        contents
    }

    /// A further part of a snapshot.
    pub(super) fn continue_with(&mut self, items: &[ItemState], chat: &[ChatLine]) {
        for item in items {
            let before = self.items.insert(item.id, item.clone());
            assert!(before.is_none(), "an item comes once: {item:?}");
        }
        self.chat.extend_from_slice(chat);
        assert!(self.chat.len() <= CHAT_LINES_MAX, "a room keeps no more");
    }

    /// Puts `Changes` on top.
    pub(super) fn catch_up(&mut self, changes: &ServerFrame) {
        let ServerFrame::Changes {
            seq,
            theme,
            items,
            removed,
            chat,
            ..
        } = changes
        else {
            panic!("no changes: {changes:?}");
        };
        self.seq = *seq;
        if let Some(theme) = theme {
            self.theme = Some(theme.clone());
        }
        for gone in removed {
            self.items.remove(&gone.id);
        }
        let items = items.iter().map(|item| (item.id, item.clone()));
        self.items.extend(items);
        self.chat.extend_from_slice(chat);
        self.trim();
    }

    /// A batch of someone, seen or unseen.
    pub(super) fn change(&mut self, seq: u64, at_ms: u64, author: Option<&Person>, ops: &[Op]) {
        self.edit(seq, ops);
        for op in ops {
            if let Op::Say { text } = op {
                let author = author.expect("lines are of people in sight");
                self.chat.push(ChatLine {
                    seq,
                    at_ms,
                    author_id: author.id.clone(),
                    author_name: author.name.clone(),
                    text: text.clone(),
                });
            }
        }
        self.trim();
    }

    /// Furnishes as the batch numbered `seq` did, chat left out.
    pub fn edit(&mut self, seq: u64, ops: &[Op]) {
        assert_eq!(seq, self.seq + 1, "batches come in order, without holes");
        self.seq = seq;
        for op in ops {
            self.apply(seq, op.clone());
        }
    }

    fn apply(&mut self, seq: u64, op: Op) {
        match op {
            Op::Put {
                id,
                kind,
                place,
                x,
                y,
                rotation,
                color,
            } => {
                let item = ItemState {
                    id,
                    kind,
                    place,
                    x,
                    y,
                    rotation,
                    color,
                    seq,
                };
                assert!(self.items.insert(id, item).is_none(), "put over an item");
            }
            Op::Patch {
                id,
                standpoint,
                rotation,
                color,
                ..
            } => {
                let item = self.items.get_mut(&id).expect("a patched item is here");
                if let Some(to) = standpoint {
                    (item.place, item.x, item.y) = (to.place, to.x, to.y);
                }
                item.rotation = rotation.unwrap_or(item.rotation);
                if let Some(color) = color {
                    item.color = color;
                }
                item.seq = seq;
            }
            Op::Remove { id, .. } => {
                assert!(self.items.remove(&id).is_some(), "a removed item was here");
            }
            Op::SetTheme {
                wallpaper,
                flooring,
                light,
            } => {
                let theme = self.theme.as_mut().expect("a snapshot came first");
                for (part, new) in [
                    (&mut theme.wallpaper, wallpaper),
                    (&mut theme.flooring, flooring),
                    (&mut theme.light, light),
                ] {
                    if let Some(new) = new {
                        *part = new;
                    }
                }
                theme.seq = seq;
            }
            Op::Duplicate { .. } | Op::RestoreLayout { .. } | Op::Unknown { .. } => {
                panic!("operations come as what they came to, not as {op:?}")
            }
            // Lines are kept apart; what an owner decides changes no item.
            _ => {}
        }
    }

    fn trim(&mut self) {
        let surplus = self.chat.len().saturating_sub(CHAT_LINES_MAX);
        self.chat.drain(..surplus);
    }
}
