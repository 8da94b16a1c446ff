//! The last edits of a room: who did what, in few words.

use serde::{Deserialize, Serialize};

use super::Seq;
use crate::domain::clock::WallMs;

/// The most edits remembered.
pub const EDITS_MAX: usize = 100;

/// The most kinds of change remembered of one edit.
pub const EDIT_PARTS_MAX: usize = 8;

/// What an edit did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// New items.
    Put,
    /// Changed items.
    Patch,
    /// Items taken out.
    Remove,
    /// A new wallpaper, flooring or light.
    SetTheme,
    /// A layout brought back.
    RestoreLayout,
}

/// One kind of change within an edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditPart {
    /// What was done.
    pub action: Action,
    /// The kind of the items, the layout's name, or empty for a theme.
    pub subject: String,
    /// How many items.
    pub count: u32,
}

/// One edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// The batch.
    pub seq: Seq,
    /// When.
    pub at: WallMs,
    /// The user or guest id.
    pub author_id: String,
    /// The author's name at that time.
    pub author_name: String,
    /// What it did, the first [`EDIT_PARTS_MAX`] kinds of change.
    pub parts: Vec<EditPart>,
}

/// Counts one more change, with those of its kind.
pub(super) fn count(parts: &mut Vec<EditPart>, action: Action, subject: &str) {
    let same = |part: &&mut EditPart| part.action == action && part.subject == subject;
    if let Some(part) = parts.iter_mut().find(same) {
        part.count += u32::from(action != Action::SetTheme);
    } else if parts.len() < EDIT_PARTS_MAX {
        parts.push(EditPart {
            action,
            subject: subject.to_owned(),
            count: u32::from(action != Action::SetTheme),
        });
    }
}
