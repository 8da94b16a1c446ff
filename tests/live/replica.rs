//! A client's copy of a room, built from frames alone, that insists on the promises of the protocol.

use std::collections::{BTreeMap, BTreeSet};

use maru_protocol::{ChatLine, Event, ItemState, Op, Person, ReadPoint, ServerFrame, Theme};

/// Lines of chat a room keeps.
const CHAT_LINES_MAX: usize = 100;

/// Everything in a room but the people.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Contents {
    pub(crate) seq: u64,
    pub(crate) theme: Option<Theme>,
    pub(crate) items: BTreeMap<u64, ItemState>,
    pub(crate) chat: Vec<ChatLine>,
}

/// The room as one client sees it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Replica {
    pub(crate) epoch: u64,
    pub(crate) contents: Contents,
    pub(crate) people: BTreeMap<u32, Person>,
    flush: Option<u64>,
    /// How often the whole room came anew.
    pub(crate) snapshots: usize,
    /// Parts of the last snapshot that are still to come, and those that came.
    parts_missing: u32,
    parts_taken: u32,
}

impl Replica {
    /// What to show when coming back.
    pub(crate) fn read_point(&self) -> ReadPoint {
        ReadPoint {
            epoch: self.epoch,
            seq: self.contents.seq,
        }
    }

    /// The member with this name.
    pub(crate) fn named(&self, name: &str) -> Option<&Person> {
        self.people.values().find(|person| person.name == name)
    }

    /// Whether no part of a snapshot is still to come.
    pub(crate) fn is_whole(&self) -> bool {
        self.parts_missing == 0
    }

    pub(crate) fn apply(&mut self, frame: &ServerFrame) {
        match frame {
            ServerFrame::Snapshot {
                epoch,
                seq,
                theme,
                items,
                chat,
                people,
                parts,
                ..
            } => {
                self.begin(*epoch, people);
                self.snapshots += 1;
                (self.parts_missing, self.parts_taken) = (*parts, 0);
                self.contents = Contents {
                    seq: *seq,
                    theme: Some(theme.clone()),
                    items: items.iter().map(|item| (item.id, item.clone())).collect(),
                    chat: chat.clone(),
                };
            }
            ServerFrame::Part {
                epoch,
                seq,
                part,
                items,
                chat,
                people,
            } => {
                self.parts_missing = self.parts_missing.checked_sub(1).expect("a part announced");
                self.parts_taken += 1;
                let (epoch, seq) = ((*epoch, self.epoch), (*seq, self.contents.seq));
                assert!(epoch.0 == epoch.1 && seq.0 == seq.1, "of this snapshot");
                assert_eq!(*part, self.parts_taken, "parts come in order");
                let contents = &mut self.contents;
                let items = items.iter().map(|item| (item.id, item.clone()));
                contents.items.extend(items);
                contents.chat.extend(chat.iter().cloned());
                let people = people.iter().map(|person| (person.member, person.clone()));
                self.people.extend(people);
            }
            ServerFrame::Changes {
                epoch,
                seq,
                theme,
                items,
                removed,
                chat,
                people,
            } => {
                assert!(*seq >= self.contents.seq, "a delta leads forward");
                self.begin(*epoch, people);
                let contents = &mut self.contents;
                contents.seq = *seq;
                contents.theme = theme.clone().or(contents.theme.take());
                for item in items {
                    contents.items.insert(item.id, item.clone());
                }
                for gone in removed {
                    contents.items.remove(&gone.id);
                }
                contents.chat.extend(chat.iter().cloned());
                contents.trim();
            }
            ServerFrame::Events {
                epoch,
                flush,
                seq,
                events,
            } => {
                assert_eq!(*epoch, self.epoch, "events of the epoch joined");
                let next = self.flush.map_or(*flush, |last| last + 1);
                assert_eq!(*flush, next, "no flush is missing");
                self.flush = Some(*flush);
                for event in events {
                    self.happen(event);
                }
                assert_eq!(*seq, self.contents.seq, "no batch is missing");
            }
            ServerFrame::Avatars { epoch, avatars } => {
                assert_eq!(*epoch, self.epoch, "places of the epoch joined");
                for avatar in avatars {
                    if let Some(person) = self.people.get_mut(&avatar.member) {
                        person.avatar = avatar.clone();
                    }
                }
            }
            _ => {}
        }
    }

    fn begin(&mut self, epoch: u64, people: &[Person]) {
        assert!(epoch >= self.epoch, "epochs only grow");
        self.epoch = epoch;
        self.flush = None;
        let people = people.iter().map(|person| (person.member, person.clone()));
        self.people = people.collect();
    }

    fn happen(&mut self, event: &Event) {
        match event {
            Event::Changed {
                seq,
                member,
                at_ms,
                ops,
                ..
            } => {
                let author = self.people.get(member).cloned();
                let author = author.expect("only members change a room");
                self.contents.change(*seq, *at_ms, &author, ops);
            }
            Event::Joined { person } => {
                // A newcomer hears of its own coming, which its snapshot holds already.
                let before = self.people.insert(person.member, person.clone());
                assert!(
                    before.is_none_or(|before| before == *person),
                    "a member joins once"
                );
            }
            Event::Updated { person } => {
                let before = self.people.insert(person.member, person.clone());
                assert!(before.is_some(), "only members change");
            }
            Event::Left { member } => {
                assert!(self.people.remove(member).is_some(), "only members leave");
            }
            // The rules are no part of what is copied here.
            Event::RoomChanged { .. } => {}
            other => panic!("{other:?} is not expected"),
        }
    }
}

impl Contents {
    fn change(&mut self, seq: u64, at_ms: u64, author: &Person, ops: &[Op]) {
        self.edit(seq, ops);
        for op in ops {
            if let Op::Say { text } = op {
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
    pub(crate) fn edit(&mut self, seq: u64, ops: &[Op]) {
        assert_eq!(seq, self.seq + 1, "batches come in order, none twice");
        self.seq = seq;
        for op in ops {
            match op.clone() {
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
                    let before = self.items.insert(id, item);
                    assert!(before.is_none(), "an item is put once");
                }
                Op::Patch {
                    id,
                    standpoint,
                    rotation,
                    color,
                    ..
                } => {
                    let item = self.items.get_mut(&id).expect("only items change");
                    item.seq = seq;
                    if let Some(to) = standpoint {
                        (item.place, item.x, item.y) = (to.place, to.x, to.y);
                    }
                    item.rotation = rotation.unwrap_or(item.rotation);
                    item.color = color.unwrap_or(std::mem::take(&mut item.color));
                }
                Op::Remove { id, .. } => {
                    assert!(self.items.remove(&id).is_some(), "only items are removed");
                }
                Op::SetTheme {
                    wallpaper,
                    flooring,
                    light,
                } => {
                    let theme = self.theme.as_mut().expect("a room has a theme");
                    theme.seq = seq;
                    theme.wallpaper = wallpaper.unwrap_or(std::mem::take(&mut theme.wallpaper));
                    theme.flooring = flooring.unwrap_or(std::mem::take(&mut theme.flooring));
                    theme.light = light.unwrap_or(std::mem::take(&mut theme.light));
                }
                // What an owner decides changes no item.
                Op::Say { .. } | Op::SetPolicy { .. } => {}
                other => panic!("{other:?} is not expected"),
            }
        }
    }

    fn trim(&mut self) {
        let surplus = self.chat.len().saturating_sub(CHAT_LINES_MAX);
        self.chat.drain(..surplus);
    }

    /// The cells of the floor on which nothing stands, as far as pieces of one cell are concerned.
    pub(crate) fn free_cells(&self, sizes: impl Fn(&ItemState) -> (i32, i32)) -> Vec<(i32, i32)> {
        let mut taken = BTreeSet::new();
        for item in self.items.values() {
            let (width, depth) = sizes(item);
            for x in item.x..item.x + width {
                taken.extend((item.y..item.y + depth).map(|y| (x, y)));
            }
        }
        let all = (0..20).flat_map(|y| (0..20).map(move |x| (x, y)));
        all.filter(|cell| !taken.contains(cell)).collect()
    }
}
