//! Between the wire and the domain: what comes in is checked in form, what goes out is spelled out.

mod decision;

pub use decision::{
    access, decision_out, history, layouts, parse_decision, role_out, visibility_out,
};

use maru_protocol as wire;

use crate::catalogue::Catalogue;
use crate::domain::room::{
    ChatLine, Decision, Document, Item, ItemCopy, ItemId, Light, Op, Piece, Place, Refusal, Seq,
    Standpoint, Theme,
};
use crate::domain::text::{BadText, ChatText};
use crate::ports::room::{Answer, KeptRefusal, Verdict};

/// What a batch asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// To furnish and to talk.
    Edits(Vec<Op>),
    /// Something about the room itself.
    Decision(Decision),
}

/// Checks a batch in form against the catalogue. Whether it fits the room is decided when it is applied.
pub fn parse_batch(catalogue: &Catalogue, ops: Vec<wire::Op>) -> Result<Asked, Refusal> {
    if ops.is_empty() || ops.len() > wire::BATCH_OPS_MAX {
        return Err(Refusal::BadBatchSize);
    }
    if let Some(decision) = ops.iter().find_map(parse_decision) {
        return match ops.len() {
            1 => decision.map(Asked::Decision),
            _ => Err(Refusal::NotAlone),
        };
    }
    let ops = ops.into_iter().map(|op| parse_op(catalogue, op));
    ops.collect::<Result<_, _>>().map(Asked::Edits)
}

fn parse_op(catalogue: &Catalogue, op: wire::Op) -> Result<Op, Refusal> {
    match op {
        wire::Op::Put {
            id,
            kind,
            place,
            x,
            y,
            rotation,
            color,
        } => {
            catalogue.kind(&kind)?;
            let standpoint = Standpoint {
                place: place_in(place),
                x,
                y,
            };
            let color = known_color(catalogue, color)?;
            let piece = Piece {
                kind,
                standpoint,
                rotation,
                color,
            };
            Ok(Op::Put {
                id: item_id(id)?,
                piece,
            })
        }
        wire::Op::Patch {
            id,
            standpoint,
            rotation,
            color,
            if_seq,
        } => {
            if standpoint.is_none() && rotation.is_none() && color.is_none() {
                return Err(Refusal::BadBatchSize);
            }
            let standpoint = standpoint.map(|s| Standpoint {
                place: place_in(s.place),
                x: s.x,
                y: s.y,
            });
            let color = color
                .map(|color| known_color(catalogue, color))
                .transpose()?;
            Ok(Op::Patch {
                id: item_id(id)?,
                standpoint,
                rotation,
                color,
                if_seq: if_seq.map(Seq),
            })
        }
        wire::Op::Remove { id, if_seq } => Ok(Op::Remove {
            id: item_id(id)?,
            if_seq: if_seq.map(Seq),
        }),
        wire::Op::SetTheme {
            wallpaper,
            flooring,
            light,
        } => parse_theme(catalogue, wallpaper, flooring, light),
        wire::Op::Say { text } => match ChatText::parse(&text) {
            Ok(text) => Ok(Op::Say { text }),
            Err(BadText::Empty) => Err(Refusal::EmptyText),
            Err(BadText::TooLong { .. }) => Err(Refusal::TextTooLong),
            Err(BadText::ControlCharacters) => Err(Refusal::ControlCharacters),
        },
        wire::Op::Duplicate { copies, dx, dy } => {
            let copies = parse_copies(&copies)?;
            Ok(Op::Duplicate { copies, dx, dy })
        }
        _ => Err(Refusal::UnknownOp),
    }
}

fn parse_copies(copies: &[wire::ItemCopy]) -> Result<Vec<ItemCopy>, Refusal> {
    if copies.is_empty() || copies.len() > wire::BATCH_OPS_MAX {
        return Err(Refusal::BadBatchSize);
    }
    let copies = copies.iter().map(|copy| {
        Ok(ItemCopy {
            from: item_id(copy.from)?,
            to: item_id(copy.to)?,
        })
    });
    copies.collect()
}

fn parse_theme(
    catalogue: &Catalogue,
    wallpaper: Option<String>,
    flooring: Option<String>,
    light: Option<String>,
) -> Result<Op, Refusal> {
    if wallpaper.is_none() && flooring.is_none() && light.is_none() {
        return Err(Refusal::BadBatchSize);
    }
    let light = light.map(|name| Light::from_name(&name).ok_or(Refusal::UnknownTheme));
    let known = wallpaper.iter().all(|id| catalogue.has_wallpaper(id))
        && flooring.iter().all(|id| catalogue.has_flooring(id));
    if !known {
        return Err(Refusal::UnknownTheme);
    }
    Ok(Op::SetTheme {
        wallpaper,
        flooring,
        light: light.transpose()?,
    })
}

fn item_id(id: u64) -> Result<ItemId, Refusal> {
    if (1..=wire::ITEM_ID_MAX).contains(&id) {
        Ok(ItemId(id))
    } else {
        Err(Refusal::BadItemId)
    }
}

fn known_color(catalogue: &Catalogue, color: String) -> Result<String, Refusal> {
    if catalogue.has_color(&color) {
        Ok(color)
    } else {
        Err(Refusal::UnknownColor)
    }
}

/// A place as it came.
pub const fn place_in(place: wire::Place) -> Place {
    match place {
        wire::Place::Floor => Place::Floor,
        wire::Place::LeftWall => Place::LeftWall,
        wire::Place::RightWall => Place::RightWall,
    }
}

/// A place as it travels.
pub const fn place_out(place: Place) -> wire::Place {
    match place {
        Place::Floor => wire::Place::Floor,
        Place::LeftWall => wire::Place::LeftWall,
        Place::RightWall => wire::Place::RightWall,
    }
}

/// An applied operation as it travels.
pub fn op_out(op: Op) -> wire::Op {
    match op {
        Op::Put { id, piece } => wire::Op::Put {
            id: id.0,
            kind: piece.kind,
            place: place_out(piece.standpoint.place),
            x: piece.standpoint.x,
            y: piece.standpoint.y,
            rotation: piece.rotation,
            color: piece.color,
        },
        Op::Patch {
            id,
            standpoint,
            rotation,
            color,
            if_seq,
        } => wire::Op::Patch {
            id: id.0,
            standpoint: standpoint.map(|s| wire::Standpoint {
                place: place_out(s.place),
                x: s.x,
                y: s.y,
            }),
            rotation,
            color,
            if_seq: if_seq.map(|seq| seq.0),
        },
        Op::Remove { id, if_seq } => wire::Op::Remove {
            id: id.0,
            if_seq: if_seq.map(|seq| seq.0),
        },
        Op::SetTheme {
            wallpaper,
            flooring,
            light,
        } => wire::Op::SetTheme {
            wallpaper,
            flooring,
            light: light.map(|light| light.as_str().to_owned()),
        },
        Op::Say { text } => wire::Op::Say {
            text: text.as_str().to_owned(),
        },
        // Never applied as such: it comes to puts.
        Op::Duplicate { copies, dx, dy } => wire::Op::Duplicate {
            copies: copies.into_iter().map(copy_out).collect(),
            dx,
            dy,
        },
    }
}

const fn copy_out(copy: ItemCopy) -> wire::ItemCopy {
    wire::ItemCopy {
        from: copy.from.0,
        to: copy.to.0,
    }
}

/// An item as it travels.
pub fn item_out(id: ItemId, item: &Item) -> wire::ItemState {
    wire::ItemState {
        id: id.0,
        kind: item.piece.kind.clone(),
        place: place_out(item.piece.standpoint.place),
        x: item.piece.standpoint.x,
        y: item.piece.standpoint.y,
        rotation: item.piece.rotation,
        color: item.piece.color.clone(),
        seq: item.seq().0,
    }
}

/// A theme as it travels.
pub fn theme_out(theme: &Theme) -> wire::Theme {
    wire::Theme {
        wallpaper: theme.wallpaper.clone(),
        flooring: theme.flooring.clone(),
        light: theme.light.as_str().to_owned(),
        seq: theme.seq().0,
    }
}

fn chat_out(line: &ChatLine) -> wire::ChatLine {
    wire::ChatLine {
        seq: line.seq.0,
        at_ms: line.at.0,
        author_id: line.author_id.clone(),
        author_name: line.author_name.clone(),
        text: line.text.clone(),
    }
}

/// The whole document as a frame, with the room it is in and nobody there yet.
pub fn snapshot(epoch: u64, document: &Document, room: wire::RoomInfo) -> wire::ServerFrame {
    wire::ServerFrame::Snapshot {
        epoch,
        seq: document.seq.0,
        theme: theme_out(&document.theme),
        items: document
            .items
            .iter()
            .map(|(id, item)| item_out(*id, item))
            .collect(),
        chat: document.chat.iter().map(chat_out).collect(),
        people: Vec::new(),
        parts: 0,
        room,
    }
}

/// What changed after `since` as a frame with nobody in it; the caller has checked that `since` is above the horizon.
pub fn changes(epoch: u64, document: &Document, since: Seq) -> wire::ServerFrame {
    let items = document.items.iter().filter(|(_, item)| item.seq() > since);
    let removed = document.tombstones.iter().filter(|(_, s)| s.seq > since);
    wire::ServerFrame::Changes {
        epoch,
        seq: document.seq.0,
        theme: (document.theme.seq() > since).then(|| theme_out(&document.theme)),
        items: items.map(|(id, item)| item_out(*id, item)).collect(),
        removed: removed
            .map(|(id, stamp)| wire::RemovedItem {
                id: id.0,
                seq: stamp.seq.0,
            })
            .collect(),
        chat: document
            .chat
            .iter()
            .filter(|line| line.seq > since)
            .map(chat_out)
            .collect(),
        people: Vec::new(),
    }
}

/// An answer as it travels; `again` marks one that was given before.
pub fn ack(answer: &Answer, again: bool) -> wire::Ack {
    let (outcome, reason) = match answer.verdict {
        Verdict::Applied if again => (wire::OutcomeCode::Duplicate, None),
        Verdict::Applied => (wire::OutcomeCode::Applied, None),
        Verdict::Superseded => (wire::OutcomeCode::Superseded, None),
        Verdict::Refused(KeptRefusal(refusal)) => {
            (wire::OutcomeCode::Rejected, Some(reason_out(refusal)))
        }
    };
    wire::Ack {
        number: answer.number,
        outcome,
        seq: answer.seq.0,
        reason,
    }
}

/// A refusal as it travels.
pub const fn reason_out(refusal: Refusal) -> wire::Reason {
    match refusal {
        Refusal::Forbidden => wire::Reason::Forbidden,
        Refusal::NoSuchItem => wire::Reason::NoSuchItem,
        Refusal::ItemExists => wire::Reason::ItemExists,
        Refusal::BadItemId => wire::Reason::BadItemId,
        Refusal::UnknownKind => wire::Reason::UnknownKind,
        Refusal::UnknownColor => wire::Reason::UnknownColor,
        Refusal::UnknownTheme => wire::Reason::UnknownTheme,
        Refusal::BadRotation => wire::Reason::BadRotation,
        Refusal::OutOfBounds => wire::Reason::OutOfBounds,
        Refusal::Overlap => wire::Reason::Overlap,
        Refusal::WrongSurface => wire::Reason::WrongSurface,
        Refusal::TooManyItems => wire::Reason::TooManyItems,
        Refusal::BadBatchSize => wire::Reason::BadBatchSize,
        Refusal::UnknownOp => wire::Reason::UnknownOp,
        Refusal::EmptyText => wire::Reason::EmptyText,
        Refusal::TextTooLong => wire::Reason::TextTooLong,
        Refusal::ControlCharacters => wire::Reason::ControlCharacters,
        Refusal::Conflict => wire::Reason::Conflict,
        Refusal::NumberReused => wire::Reason::NumberReused,
        Refusal::Muted => wire::Reason::Muted,
        Refusal::NoSuchPerson => wire::Reason::NoSuchPerson,
        Refusal::NoSuchLayout => wire::Reason::NoSuchLayout,
        Refusal::TooManyLayouts => wire::Reason::TooManyLayouts,
        Refusal::ListFull => wire::Reason::ListFull,
        Refusal::BadName => wire::Reason::BadName,
        Refusal::BadPolicy => wire::Reason::BadPolicy,
        Refusal::NotAlone => wire::Reason::NotAlone,
        Refusal::ContentRefused => wire::Reason::ContentRefused,
    }
}
