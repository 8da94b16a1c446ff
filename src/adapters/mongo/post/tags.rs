//! Tags by name, as far as the viewer finds posts of them: from one to the next, each as far into its posts as it takes
//! to know.

use mongodb::bson::doc;

use super::super::Collections;
use super::super::value::Fields;
use super::feeds::{Found, Rule};
use super::form::{placed, to_place};
use super::viewer::Viewer;
use super::{MongoPosts, below};
use crate::domain::id::PostId;
use crate::ports::post::feeds::{TAG_POSTS_MAX, TAG_POSTS_PASSED_MAX};
use crate::ports::post::{Place, PostStoreError, TagFound, TagPage, TagPlace};

/// Posts of a tag looked at in one go: a few more than are counted.
const POSTS_AT_ONCE: u32 = TAG_POSTS_MAX + 28;

/// What looking at one tag came to.
enum Looked {
    /// So many posts, counted as far as they are.
    Found(u32),
    /// None up to this place, and there may be more behind it.
    Nothing(Place),
}

impl MongoPosts {
    /// The tag after this one of those that begin so.
    async fn next_tag(
        &self,
        after: &str,
        beginning: &str,
    ) -> Result<Option<String>, PostStoreError> {
        // No character is greater.
        let end = format!("{beginning}\u{10FFFF}");
        let from = match after < beginning {
            true => doc! { "$gte": beginning, "$lt": end },
            false => doc! { "$gt": after, "$lt": end },
        };
        let tags = self.mongo.collection(Collections::POST_TAG);
        let (filter, sort) = (doc! { "tag": from }, doc! { "tag": 1 });
        let found = self.some(&tags, filter, sort, 1, doc! { "tag": 1 }).await?;
        let Some(first) = found.first() else {
            return Ok(None);
        };
        Ok(Some(first.text("tag")?.to_owned()))
    }

    async fn look_at_tag(
        &self,
        tag: &str,
        mut after: Option<Place>,
        left: &mut u32,
        viewer: &mut Viewer<'_>,
    ) -> Result<Looked, PostStoreError> {
        let tags = self.mongo.collection(Collections::POST_TAG);
        let mut count = 0;
        loop {
            let mut filter = doc! { "tag": tag };
            below(&mut filter, "out", after.map(placed).as_deref());
            let fields = doc! { "out": 1, "post": 1 };
            let sort = doc! { "out": -1 };
            let rows = self
                .some(&tags, filter, sort, POSTS_AT_ONCE, fields)
                .await?;
            let is_all = rows.len() < POSTS_AT_ONCE as usize;
            let mut places = Vec::new();
            for row in &rows {
                let (at, id) = to_place(row.text("out")?)?;
                let id = PostId::from_uuid(id);
                places.push(Place { at, id });
            }
            let kept = self.kept(places.iter().map(|place| place.id)).await?;
            let found = kept.into_values().map(|kept| Found {
                at: viewer.now,
                by: None,
                kept,
            });
            let found = self.fit(found.collect(), Rule::Wanted, viewer).await?;
            let found: std::collections::BTreeSet<PostId> =
                found.iter().map(|found| found.kept.post.id).collect();
            for place in places {
                after = Some(place);
                match found.contains(&place.id) {
                    true => count += 1,
                    false => *left = left.saturating_sub(1),
                }
                if count == TAG_POSTS_MAX {
                    return Ok(Looked::Found(count));
                }
            }
            match (after, count) {
                _ if is_all => return Ok(Looked::Found(count)),
                (Some(place), 0) if *left == 0 => return Ok(Looked::Nothing(place)),
                _ if *left == 0 => return Ok(Looked::Found(count)),
                _ => {}
            }
        }
    }

    /// A page of the tags that begin so.
    pub(super) async fn tag_page(
        &self,
        beginning: &str,
        viewer: &mut Viewer<'_>,
        after: Option<&TagPlace>,
        limit: u32,
    ) -> Result<TagPage, PostStoreError> {
        let mut left = TAG_POSTS_PASSED_MAX;
        let mut page = TagPage::default();
        let (mut tag, mut inside) = match after {
            Some(TagPlace {
                name,
                inside: Some(place),
            }) if name.starts_with(beginning) => (Some(name.clone()), Some(*place)),
            Some(place) => (self.next_tag(&place.name, beginning).await?, None),
            None => (self.next_tag("", beginning).await?, None),
        };
        while let Some(name) = tag {
            let looked = self.look_at_tag(&name, inside.take(), &mut left, viewer);
            match looked.await? {
                Looked::Nothing(place) => {
                    let inside = Some(place);
                    page.next = Some(TagPlace { name, inside });
                    return Ok(page);
                }
                Looked::Found(0) => {}
                // One more than asked for tells that there is more.
                Looked::Found(_) if page.tags.len() == limit as usize => {
                    page.next = page.tags.last().map(|last| TagPlace {
                        name: last.name.clone(),
                        inside: None,
                    });
                    return Ok(page);
                }
                Looked::Found(posts) => page.tags.push(TagFound {
                    name: name.clone(),
                    posts,
                }),
            }
            tag = self.next_tag(&name, beginning).await?;
            if left == 0 && tag.is_some() {
                page.next = Some(TagPlace { name, inside: None });
                return Ok(page);
            }
        }
        Ok(page)
    }
}
