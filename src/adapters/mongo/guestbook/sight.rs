//! Who sees which entries: what the entry says of it is a filter of the database, what people are to each other is asked
//! of theirs.

use std::collections::BTreeMap;

use futures_util::TryStreamExt;
use mongodb::bson::{Bson, Document as Stored, doc};

use super::super::door::{self, Faces, faces};
use super::super::failure::reading;
use super::super::value::{Fields, id, number};
use super::form::Kept;
use super::{Collections, MongoGuestbooks};
use crate::domain::clock::WallMs;
use crate::domain::id::{EntryId, UserId};
use crate::domain::moderation::Standing;
use crate::ports::guestbook::{Entry, EntryPlace};
use crate::ports::people::Shown;
use crate::ports::room::StoreError;

/// Entries looked at for a page in one go: of most authors nothing is hidden.
const LOOKED_AT: i64 = 64;

/// Somebody who looks into the book of an owner's room, and whom they have met there.
pub(super) struct Sight {
    viewer: Option<UserId>,
    owner: UserId,
    now: WallMs,
    met: Faces,
}

impl Sight {
    pub fn new(viewer: Option<UserId>, owner: UserId, now: WallMs) -> Self {
        Self {
            viewer,
            owner,
            now,
            met: Faces::new(),
        }
    }

    fn is(&self, who: UserId) -> bool {
        self.viewer == Some(who)
    }

    /// Narrows a filter to what says of itself that it is for the viewer.
    fn narrow(&self, filter: &mut Stored) {
        filter.insert("gone", false);
        let me = self.viewer.map(|viewer| id(viewer.uuid()));
        let mut all: Vec<Stored> = Vec::new();
        let mut either = |shown: Stored, own: Option<Stored>| match own {
            Some(own) => all.push(doc! { "$or": [shown, own] }),
            None => all.push(shown),
        };
        let removed = Standing::Removed.as_str();
        let own = me
            .clone()
            .map(|me| doc! { "author": me, "standing": { "$ne": removed } });
        either(doc! { "standing": Standing::Shown.as_str() }, own);
        if !self.is(self.owner) {
            let own = me.clone().map(|me| doc! { "author": me });
            either(doc! { "is_hidden": false }, own);
            let own = me.map(|me| doc! { "thread_author": me });
            either(doc! { "is_secret": false }, own);
        }
        filter.insert("$and", all);
    }

    /// The same of one entry.
    fn is_for(&self, entry: &Kept) -> bool {
        let is_mine = self.is(entry.author);
        let is_owner = self.is(self.owner);
        let stands = match entry.standing {
            Standing::Shown => true,
            Standing::Removed => false,
            Standing::Held | Standing::Hidden => is_mine,
        };
        stands
            && (!entry.is_hidden || is_mine || is_owner)
            && (!entry.is_secret || self.is(entry.thread_author) || is_owner)
    }

    /// Whether the viewer reads what this person writes here.
    fn reads(&self, author: UserId) -> bool {
        let Some(met) = self.met.get(&author) else {
            return false;
        };
        (self.is(author) || met.is_there()) && (self.is(self.owner) || !met.muted)
    }
}

impl MongoGuestbooks {
    /// Looks up those who were not met before.
    async fn meet(
        &self,
        sight: &mut Sight,
        people: impl IntoIterator<Item = UserId>,
    ) -> Result<(), StoreError> {
        let new = people.into_iter().filter(|id| !sight.met.contains_key(id));
        let new: Vec<UserId> = new.collect();
        let met: Faces = faces(&*self.near.people, sight.viewer, new, sight.now).await?;
        sight.met.extend(met);
        Ok(())
    }

    /// An entry or, where the viewer sees its entry too, a reply, and whose room it is in. Whether that is open to them
    /// is asked apart.
    pub(super) async fn seen(
        &self,
        entry: EntryId,
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<Option<(Kept, UserId)>, StoreError> {
        let Some(kept) = self.raw(entry).await? else {
            return Ok(None);
        };
        let Some(owner) = self.owner_of(&kept).await? else {
            return Ok(None);
        };
        let above = match kept.parent {
            Some(parent) => match self.raw(parent).await? {
                Some(above) => Some(above),
                None => return Ok(None),
            },
            None => None,
        };
        let mut sight = Sight::new(viewer, owner, now);
        self.meet(&mut sight, [kept.author, kept.thread_author])
            .await?;
        let sees = |one: &Kept| sight.is_for(one) && sight.reads(one.author);
        let is_seen = sees(&kept) && above.as_ref().is_none_or(sees);
        Ok(is_seen.then_some((kept, owner)))
    }

    /// Whose room an entry is in; nobody's once that has ended.
    pub(super) async fn owner_of(&self, entry: &Kept) -> Result<Option<UserId>, StoreError> {
        let has_not_ended = doc! { "$ne": super::super::room::form::DELETED };
        let card = door::card(&self.mongo, entry.room, has_not_ended).await?;
        Ok(card.map(|card| card.owner_id))
    }

    /// A page of these, in their order of time.
    pub(super) async fn page(
        &self,
        of: Stored,
        order: i32,
        sight: &mut Sight,
        after: Option<EntryPlace>,
        limit: u32,
    ) -> Result<Vec<Entry>, StoreError> {
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let beyond = if order < 0 { "$lt" } else { "$gt" };
        let (mut after, mut page) = (after, Vec::new());
        while page.len() < wanted {
            let mut filter = of.clone();
            sight.narrow(&mut filter);
            if let Some(EntryPlace { at, id: last }) = after {
                let further = [
                    doc! { "created_ms": { beyond: number(at.0) } },
                    doc! { "created_ms": number(at.0), "_id": { beyond: id(last.uuid()) } },
                ];
                filter.insert("$or", further.to_vec());
            }
            let sort = doc! { "created_ms": order, "_id": order };
            let some = self.some(filter, sort, LOOKED_AT).await?;
            let is_last = i64::try_from(some.len()).is_ok_and(|count| count < LOOKED_AT);
            after = some.last().map(Kept::place);
            self.meet(sight, some.iter().map(|entry| entry.author))
                .await?;
            page.extend(some.into_iter().filter(|entry| sight.reads(entry.author)));
            if is_last {
                break;
            }
        }
        page.truncate(wanted);
        self.views(page, sight).await
    }

    /// How many of these the viewer sees.
    pub(super) async fn count(&self, mut of: Stored, sight: &mut Sight) -> Result<u32, StoreError> {
        sight.narrow(&mut of);
        let groups = [
            doc! { "$match": of },
            doc! { "$group": { "_id": "$author", "count": { "$sum": 1_i64 } } },
        ];
        let by_author = self.groups(groups.to_vec()).await?;
        let mut counts = Vec::new();
        for group in &by_author {
            counts.push((
                UserId::from_uuid(group.uuid("_id")?),
                group.number("count")?,
            ));
        }
        self.meet(sight, counts.iter().map(|(author, _)| *author))
            .await?;
        let seen = counts.iter().filter(|(author, _)| sight.reads(*author));
        let count: u64 = seen.map(|(_, count)| count).sum();
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    async fn groups(&self, pipeline: Vec<Stored>) -> Result<Vec<Stored>, StoreError> {
        let found = async {
            self.mongo
                .collection(Collections::GUESTBOOK_ENTRY)
                .aggregate(pipeline)
                .await?
                .try_collect()
                .await
        };
        reading(found).await
    }

    /// How many replies the viewer sees beneath each of these.
    async fn replies_to(
        &self,
        entries: &[Kept],
        sight: &mut Sight,
    ) -> Result<BTreeMap<EntryId, u32>, StoreError> {
        let entries = entries.iter().filter(|entry| entry.parent.is_none());
        let entries: Vec<Bson> = entries.map(|entry| id(entry.id.uuid())).collect();
        if entries.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut of = doc! { "parent": { "$in": entries }, "is_reply": true };
        sight.narrow(&mut of);
        let groups = [
            doc! { "$match": of },
            doc! { "$group": {
                "_id": { "parent": "$parent", "author": "$author" }, "count": { "$sum": 1_i64 },
            } },
        ];
        let groups = self.groups(groups.to_vec()).await?;
        let mut replies = Vec::new();
        for group in &groups {
            let of = group.within("_id")?;
            replies.push((
                EntryId::from_uuid(of.uuid("parent")?),
                UserId::from_uuid(of.uuid("author")?),
                group.number("count")?,
            ));
        }
        self.meet(sight, replies.iter().map(|(_, author, _)| *author))
            .await?;
        let mut counts = BTreeMap::new();
        for (entry, author, count) in replies {
            if sight.reads(author) {
                let count = u32::try_from(count).unwrap_or(u32::MAX);
                *counts.entry(entry).or_default() += count;
            }
        }
        Ok(counts)
    }

    /// Entries as the viewer sees them.
    pub(super) async fn views(
        &self,
        entries: Vec<Kept>,
        sight: &mut Sight,
    ) -> Result<Vec<Entry>, StoreError> {
        let replies = self.replies_to(&entries, sight).await?;
        self.meet(sight, entries.iter().map(|entry| entry.author))
            .await?;
        let views = entries.into_iter().filter_map(|entry| {
            let author: &Shown = sight.met.get(&entry.author)?;
            Some(Entry {
                id: entry.id,
                room: entry.room,
                parent: entry.parent,
                author: author.user.clone(),
                text: entry.text,
                is_secret: entry.is_secret,
                standing: entry.standing,
                is_hidden: entry.is_hidden,
                version: entry.version,
                created: entry.created,
                edited: entry.edited,
                replies: replies.get(&entry.id).copied().unwrap_or_default(),
                muted: None,
            })
        });
        Ok(views.collect())
    }
}
