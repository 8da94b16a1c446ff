//! The owner's decisions and the room's lists, between the wire and the domain.

use maru_protocol as wire;
use uuid::Uuid;

use crate::domain::clock::WallMs;
use crate::domain::room::{
    Access, Action, Decision, Document, Edit, PersonRef, PolicyChange, Refusal, Role, Visibility,
};
use crate::domain::text::Title;

/// The decision an operation asks for; `None` for operations of other kinds.
pub fn parse_decision(op: &wire::Op) -> Option<Result<Decision, Refusal>> {
    let with = |id: &str, decision: fn(PersonRef) -> Decision| person(id).map(decision);
    Some(match op {
        wire::Op::Kick { person } => with(person, |person| Decision::Kick { person }),
        wire::Op::Ban { person } => with(person, |person| Decision::Ban { person }),
        wire::Op::Unban { person } => with(person, |person| Decision::Unban { person }),
        wire::Op::Unmute { person } => with(person, |person| Decision::Unmute { person }),
        wire::Op::Mute {
            person: id,
            minutes,
        } => person(id).map(|person| Decision::Mute {
            person,
            minutes: *minutes,
        }),
        wire::Op::SetRole { person: id, role } => person(id).map(|person| Decision::SetRole {
            person,
            role: role_in(*role),
        }),
        wire::Op::SetPolicy { .. } => policy(op),
        wire::Op::SaveLayout { name } => title(name).map(|name| Decision::SaveLayout { name }),
        wire::Op::RestoreLayout { name } => {
            title(name).map(|name| Decision::RestoreLayout { name })
        }
        wire::Op::RemoveLayout { name } => title(name).map(|name| Decision::RemoveLayout { name }),
        _ => return None,
    })
}

const fn role_in(role: wire::Role) -> Role {
    match role {
        wire::Role::Visitor => Role::Visitor,
        wire::Role::Editor => Role::Editor,
        wire::Role::Owner => Role::Owner,
    }
}

fn policy(op: &wire::Op) -> Result<Decision, Refusal> {
    let wire::Op::SetPolicy {
        name,
        visibility,
        guests_allowed,
        locked,
        people_max,
    } = op
    else {
        return Err(Refusal::BadPolicy);
    };
    Ok(Decision::SetPolicy(PolicyChange {
        name: name.as_deref().map(title).transpose()?,
        visibility: visibility.map(visibility_in),
        guests_allowed: *guests_allowed,
        locked: *locked,
        people_max: *people_max,
    }))
}

/// Ids in one spelling; the room knows the name.
fn person(id: &str) -> Result<PersonRef, Refusal> {
    let id = Uuid::try_parse(id).map_err(|_| Refusal::NoSuchPerson)?;
    Ok(PersonRef {
        id: id.as_hyphenated().to_string(),
        name: String::new(),
    })
}

fn title(text: &str) -> Result<Title, Refusal> {
    Title::parse(text).map_err(|_| Refusal::BadName)
}

const fn visibility_in(visibility: wire::Visibility) -> Visibility {
    match visibility {
        wire::Visibility::Public => Visibility::Public,
        wire::Visibility::Followers => Visibility::Followers,
        wire::Visibility::Private => Visibility::Private,
    }
}

/// A visibility as it travels.
pub const fn visibility_out(visibility: Visibility) -> wire::Visibility {
    match visibility {
        Visibility::Public => wire::Visibility::Public,
        Visibility::Followers => wire::Visibility::Followers,
        Visibility::Private => wire::Visibility::Private,
    }
}

/// A role as it travels.
pub const fn role_out(role: Role) -> wire::Role {
    match role {
        Role::Visitor => wire::Role::Visitor,
        Role::Editor => wire::Role::Editor,
        Role::Owner => wire::Role::Owner,
    }
}

/// A decision as it travels.
pub fn decision_out(decision: Decision) -> wire::Op {
    match decision {
        Decision::Kick { person } => wire::Op::Kick { person: person.id },
        Decision::Ban { person } => wire::Op::Ban { person: person.id },
        Decision::Unban { person } => wire::Op::Unban { person: person.id },
        Decision::Mute { person, minutes } => wire::Op::Mute {
            person: person.id,
            minutes,
        },
        Decision::Unmute { person } => wire::Op::Unmute { person: person.id },
        Decision::SetRole { person, role } => wire::Op::SetRole {
            person: person.id,
            role: role_out(role),
        },
        Decision::SetPolicy(change) => wire::Op::SetPolicy {
            name: change.name.map(|name| name.as_str().to_owned()),
            visibility: change.visibility.map(visibility_out),
            guests_allowed: change.guests_allowed,
            locked: change.locked,
            people_max: change.people_max,
        },
        Decision::SaveLayout { name } => wire::Op::SaveLayout {
            name: name.as_str().to_owned(),
        },
        Decision::RestoreLayout { name } => wire::Op::RestoreLayout {
            name: name.as_str().to_owned(),
        },
        Decision::RemoveLayout { name } => wire::Op::RemoveLayout {
            name: name.as_str().to_owned(),
        },
    }
}

/// The last edits as a frame, newest first.
pub fn history(epoch: u64, document: &Document) -> wire::ServerFrame {
    wire::ServerFrame::History {
        epoch,
        edits: document.history.iter().rev().map(edit_out).collect(),
    }
}

fn edit_out(edit: &Edit) -> wire::Edit {
    let parts = edit.parts.iter().map(|part| wire::EditPart {
        action: match part.action {
            Action::Put => wire::Action::Put,
            Action::Patch => wire::Action::Patch,
            Action::Remove => wire::Action::Remove,
            Action::SetTheme => wire::Action::SetTheme,
            Action::RestoreLayout => wire::Action::RestoreLayout,
        },
        subject: part.subject.clone(),
        count: part.count,
    });
    wire::Edit {
        seq: edit.seq.0,
        at_ms: edit.at.0,
        author: person_out(&edit.author_id, &edit.author_name),
        parts: parts.collect(),
    }
}

/// The layouts as a frame, by name.
pub fn layouts(epoch: u64, document: &Document) -> wire::ServerFrame {
    let layouts = document.layouts.iter();
    let layouts = layouts.map(|(name, layout)| wire::LayoutInfo {
        name: name.clone(),
        saved_at_ms: layout.saved.0,
        items: u32::try_from(layout.items.len()).unwrap_or(u32::MAX),
    });
    wire::ServerFrame::Layouts {
        epoch,
        layouts: layouts.collect(),
    }
}

/// Who has or lacks which rights as a frame; what is over is left out.
pub fn access(epoch: u64, access: &Access, now: WallMs) -> wire::ServerFrame {
    let editors = access.editors.iter();
    let bans = access.bans.iter().filter(|(_, ban)| !ban.is_over(now));
    let mutes = access.mutes.iter().filter(|(_, mute)| !mute.is_over(now));
    wire::ServerFrame::Access {
        epoch,
        editors: editors.map(|(id, name)| person_out(id, name)).collect(),
        bans: bans
            .map(|(id, ban)| wire::BanInfo {
                person: person_out(id, &ban.name),
                at_ms: ban.at.0,
            })
            .collect(),
        mutes: mutes
            .map(|(id, mute)| wire::MuteInfo {
                person: person_out(id, &mute.name),
                until_ms: mute.until.map(|until| until.0),
            })
            .collect(),
    }
}

fn person_out(id: &str, name: &str) -> wire::PersonRef {
    wire::PersonRef {
        id: id.to_owned(),
        name: name.to_owned(),
    }
}
