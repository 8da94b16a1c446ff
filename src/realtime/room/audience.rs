//! Who must not see whom, and the connections grouped by it.

use std::collections::{BTreeMap, BTreeSet};

use super::member::{Member, MemberNo};
use super::{ConnId, Room};

/// Connections that may see the same people.
#[derive(Debug)]
pub(super) struct Audience {
    /// Whom they must not see.
    pub hidden: BTreeSet<MemberNo>,
    pub readers: Vec<(ConnId, MemberNo)>,
}

/// Neither may see the other, whichever of them was looked up before the other's list changed.
fn hides(one: &Member, other: &Member) -> bool {
    one.hidden.contains(&other.person_id) || other.hidden.contains(&one.person_id)
}

impl Room {
    /// Everyone here, and who left since the last flush.
    fn known(&self) -> impl Iterator<Item = &Member> {
        self.members.values().chain(&self.outgoing.departed)
    }

    /// The members this one must not see.
    pub(super) fn hidden_from(&self, no: MemberNo) -> BTreeSet<MemberNo> {
        let Some(reader) = self.members.get(&no) else {
            return BTreeSet::new();
        };
        let hidden = self.known().filter(|member| hides(reader, member));
        hidden.map(|member| member.no).collect()
    }

    /// Whether a line of this author must not reach this reader.
    pub(super) fn is_hidden_author(&self, reader: &Member, author_id: &str) -> bool {
        let author = self.by_person.get(author_id);
        let author = author.and_then(|no| self.members.get(no));
        reader.hidden.contains(author_id)
            || author.is_some_and(|author| author.hidden.contains(&reader.person_id))
    }

    /// Everyone's hidden ones at once. Costs as much as there are such relations, not members squared.
    fn hidden_of_all(&self) -> BTreeMap<MemberNo, BTreeSet<MemberNo>> {
        let mut hidden: BTreeMap<MemberNo, BTreeSet<MemberNo>> = BTreeMap::new();
        if self.known().all(|member| member.hidden.is_empty()) {
            return hidden;
        }
        let mut by_id: BTreeMap<&str, Vec<MemberNo>> = BTreeMap::new();
        for member in self.known() {
            by_id.entry(&member.person_id).or_default().push(member.no);
        }
        for member in self.known() {
            let others = member.hidden.iter();
            let others = others.filter_map(|id| by_id.get(id.as_str())).flatten();
            for other in others {
                hidden.entry(member.no).or_default().insert(*other);
                hidden.entry(*other).or_default().insert(member.no);
            }
        }
        hidden
    }

    /// Connections by what they may not see; nearly all of them are in the one that sees everyone.
    pub(super) fn grouped(&self) -> Vec<Audience> {
        let hidden = self.hidden_of_all();
        let mut groups: BTreeMap<BTreeSet<MemberNo>, Vec<(ConnId, MemberNo)>> = BTreeMap::new();
        let mut everyone = Vec::with_capacity(self.by_conn.len());
        for (conn, session) in &self.by_conn {
            let Some(member) = self.sessions.get(session).map(|session| session.member) else {
                continue;
            };
            match hidden.get(&member) {
                Some(hidden) => groups
                    .entry(hidden.clone())
                    .or_default()
                    .push((*conn, member)),
                None => everyone.push((*conn, member)),
            }
        }
        let seeing_all = (BTreeSet::new(), everyone);
        std::iter::once(seeing_all)
            .chain(groups)
            .filter(|(_, readers)| !readers.is_empty())
            .map(|(hidden, readers)| Audience { hidden, readers })
            .collect()
    }
}
