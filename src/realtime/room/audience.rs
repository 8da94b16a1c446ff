//! Who must not see whom, and the connections grouped by it.

use std::collections::{BTreeMap, BTreeSet};

use super::member::{Member, MemberNo};
use super::{ConnId, Room};

/// What some readers are not to get of others.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Apart {
    /// Whom they must not see, nor be seen by.
    pub hidden: BTreeSet<MemberNo>,
    /// Whose words they do not want. Those know nothing of it.
    pub unheard: BTreeSet<MemberNo>,
}

impl Apart {
    /// Whether words of this member, and their writing of them, are to reach.
    pub fn hears(&self, no: MemberNo) -> bool {
        !self.hidden.contains(&no) && !self.unheard.contains(&no)
    }
}

/// Connections that get the same of everyone.
#[derive(Debug)]
pub(super) struct Audience {
    pub apart: Apart,
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

    /// What this member is not to get of others.
    pub(super) fn apart_from(&self, no: MemberNo) -> Apart {
        let unheard = self.members.get(&no).map(|reader| &reader.unheard);
        let unheard = unheard.filter(|unheard| !unheard.is_empty());
        let known = unheard.map(|unheard| {
            let known = self.known().filter(|one| unheard.contains(&one.person_id));
            known.map(|one| one.no).collect()
        });
        Apart {
            hidden: self.hidden_from(no),
            unheard: known.unwrap_or_default(),
        }
    }

    /// Whether a line of this author must not reach this reader.
    pub(super) fn is_hidden_author(&self, reader: &Member, author_id: &str) -> bool {
        let author = self.by_person.get(author_id);
        let author = author.and_then(|no| self.members.get(no));
        reader.hidden.contains(author_id)
            || reader.unheard.contains(author_id)
            || author.is_some_and(|author| author.hidden.contains(&reader.person_id))
    }

    /// What everyone is not to get of others. Costs as much as there are such relations, not members squared.
    fn apart_of_all(&self) -> BTreeMap<MemberNo, Apart> {
        let mut apart: BTreeMap<MemberNo, Apart> = BTreeMap::new();
        let is_apart = |one: &Member| !one.hidden.is_empty() || !one.unheard.is_empty();
        if !self.known().any(is_apart) {
            return apart;
        }
        let mut by_id: BTreeMap<&str, Vec<MemberNo>> = BTreeMap::new();
        for member in self.known() {
            by_id.entry(&member.person_id).or_default().push(member.no);
        }
        let here = |ids: &BTreeSet<String>| -> Vec<MemberNo> {
            let ids = ids.iter().filter_map(|id| by_id.get(id.as_str()));
            ids.flatten().copied().collect()
        };
        for member in self.known() {
            for other in here(&member.hidden) {
                apart.entry(member.no).or_default().hidden.insert(other);
                apart.entry(other).or_default().hidden.insert(member.no);
            }
            for other in here(&member.unheard) {
                apart.entry(member.no).or_default().unheard.insert(other);
            }
        }
        apart
    }

    /// Connections by what they do not get; nearly all of them are in the one that gets everything.
    pub(super) fn grouped(&self) -> Vec<Audience> {
        let apart = self.apart_of_all();
        let mut groups: BTreeMap<Apart, Vec<(ConnId, MemberNo)>> = BTreeMap::new();
        let mut everyone = Vec::with_capacity(self.by_conn.len());
        for (conn, session) in &self.by_conn {
            let Some(member) = self.sessions.get(session).map(|session| session.member) else {
                continue;
            };
            match apart.get(&member) {
                Some(apart) => groups
                    .entry(apart.clone())
                    .or_default()
                    .push((*conn, member)),
                None => everyone.push((*conn, member)),
            }
        }
        let getting_all = (Apart::default(), everyone);
        std::iter::once(getting_all)
            .chain(groups)
            .filter(|(_, readers)| !readers.is_empty())
            .map(|(apart, readers)| Audience { apart, readers })
            .collect()
    }
}
