//! The rules of compatibility: what a later version may do to the types of the one before it.

use crate::shapes::{Field, Kind, Shapes};

/// Every rule a later version breaks, in words.
pub fn flaws(before: &Shapes, after: &Shapes) -> Vec<String> {
    let by_clients = before.reached_from("ClientFrame");
    let by_servers = before.reached_from("ServerFrame");
    let mut flaws = Vec::new();
    for (name, old) in &before.types {
        let sent_by_clients = by_clients.contains(name);
        match (old, after.types.get(name)) {
            (Kind::Array(old), Some(Kind::Array(new))) => {
                flaws.extend(changed(name, old, new, sent_by_clients));
            }
            (Kind::Variants(old), Some(Kind::Variants(new))) => {
                for (kind, (called, fields)) in old {
                    let what = format!("{name} {kind} {called}");
                    match new.get(kind) {
                        Some((now, new)) if now == called => {
                            flaws.extend(changed(&what, fields, new, sent_by_clients));
                        }
                        _ => flaws.push(format!("{what} is gone")),
                    }
                }
            }
            (Kind::Numbers(old), Some(Kind::Numbers(new))) => {
                let kept = old
                    .iter()
                    .all(|(number, called)| new.get(number) == Some(called));
                let grown = new.len() > old.len() && by_servers.contains(name);
                if !kept || grown {
                    flaws.push(format!("{name} is a closed set, and has changed"));
                }
            }
            (Kind::Names(old), Some(Kind::Names(new))) => {
                let gone = old.iter().filter(|called| !new.contains(called));
                flaws.extend(gone.map(|called| format!("{name} has no {called} any more")));
            }
            _ => flaws.push(format!("{name} is gone or has another form")),
        }
    }
    flaws
}

/// What is wrong with the fields of a later version.
fn changed(what: &str, old: &[Field], new: &[Field], sent_by_clients: bool) -> Option<String> {
    if !new.starts_with(old) {
        return Some(format!(
            "{what} was {old:?} and is {new:?}: fields are only appended"
        ));
    }
    let grown = sent_by_clients && new.len() > old.len();
    grown.then(|| format!("{what} has grown: older clients do not send what was appended"))
}
