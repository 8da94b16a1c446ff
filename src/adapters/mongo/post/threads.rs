//! Comments, looked up. Whoever has no text for the viewer leaves an empty place, if anything below has.

use std::collections::BTreeMap;

use mongodb::bson::{Bson, Document as Stored, doc};
use uuid::Uuid;

use super::super::failure::reading;
use super::super::value::{Fields, id};
use super::comment_form::{self, Said};
use super::form::{Kept, known, place};
use super::response_form::{OF_COMMENT, key};
use super::viewer::Viewer;
use super::{MongoPosts, among};
use crate::domain::id::{CommentId, UserId};
use crate::domain::moderation::Standing;
use crate::domain::post::ReactionKind;
use crate::ports::post::{CommentView, Commented, Order, PostStoreError, Reactions, Refusal};

/// Comments looked at in one go.
const BATCH_MIN: u32 = 32;

/// Comments below one without a text that are looked at in one go.
const BELOW_AT_ONCE: u32 = 128;

/// Whether a comment shows its text to the viewer, who has met its author and sees the post.
fn is_heard(said: &Said, viewer: &Viewer<'_>) -> bool {
    let Some(author) = said.author.filter(|_| !said.is_gone) else {
        return false;
    };
    viewer.card(author).is_some()
        && (viewer.is(author) || (said.comment.standing == Standing::Shown && viewer.finds(author)))
}

impl MongoPosts {
    /// A comment whoever's, deleted or not.
    pub(super) async fn said(&self, comment: CommentId) -> Result<Option<Said>, PostStoreError> {
        let comments = self.comments_kept();
        let found = comments
            .find_one(doc! { "_id": id(comment.uuid()) })
            .projection(comment_form::fields());
        let found = reading(found).await?;
        Ok(found.as_ref().map(comment_form::to_said).transpose()?)
    }

    /// Comments as the viewer sees them, of one post.
    async fn comment_views(
        &self,
        said: Vec<Said>,
        viewer: &mut Viewer<'_>,
    ) -> Result<Vec<CommentView>, PostStoreError> {
        let mut mine: BTreeMap<CommentId, ReactionKind> = BTreeMap::new();
        if let Some(person) = viewer.id
            && !said.is_empty()
        {
            let keys = said.iter().map(|said| {
                let of = said.comment.id.uuid();
                Bson::from(key(OF_COMMENT, of, person))
            });
            let filter = doc! { "_id": among(keys) };
            let fields = doc! { "of": 1, "kind": 1 };
            for response in self.all(&self.responses_kept(), filter, fields).await? {
                let of = CommentId::from_uuid(response.uuid("of")?);
                mine.insert(of, known(&response, "kind")?);
            }
        }
        let views = said.into_iter().map(|said| {
            let is_heard = is_heard(&said, viewer);
            let Said {
                mut comment,
                author,
                replies,
                reactions,
                ..
            } = said;
            if !is_heard {
                comment.text = String::new();
                comment.edited = None;
            }
            CommentView {
                author: author
                    .filter(|_| is_heard)
                    .and_then(|author| viewer.card(author)),
                replies,
                reactions: match is_heard {
                    true => reactions,
                    false => Reactions::default(),
                },
                mine: mine.get(&comment.id).copied().filter(|_| is_heard),
                muted: None,
                comment,
            }
        });
        let mut views: Vec<CommentView> = views.collect();
        self.lessened_of_comments(&mut views, viewer).await?;
        Ok(views)
    }

    /// Whether anything below a comment shows its text to the viewer.
    async fn is_answered(
        &self,
        said: &Said,
        viewer: &mut Viewer<'_>,
    ) -> Result<bool, PostStoreError> {
        let comments = self.comments_kept();
        let mut after = said.path.clone();
        // No digit is greater.
        let end = format!("{}g", said.path);
        loop {
            let filter = doc! { "path": { "$gt": &after, "$lt": &end } };
            let fields = doc! { "path": 1, "author": 1, "standing": 1, "gone": 1 };
            let sort = doc! { "path": 1 };
            let below = self
                .some(&comments, filter, sort, BELOW_AT_ONCE, fields)
                .await?;
            let mut authors: Vec<(UserId, bool)> = Vec::new();
            for answer in &below {
                after = answer.text("path")?.to_owned();
                let author = answer.maybe_uuid("author")?.map(UserId::from_uuid);
                let is_shown = answer.text("standing")? == Standing::Shown.as_str();
                if let Some(author) = author.filter(|_| answer.flag("gone").is_ok_and(|gone| !gone))
                {
                    authors.push((author, is_shown));
                }
            }
            viewer
                .meet(authors.iter().map(|(author, _)| *author))
                .await?;
            let mut authors = authors.into_iter();
            if authors.any(|(author, is_shown)| {
                viewer.card(author).is_some()
                    && (viewer.is(author) || (is_shown && viewer.finds(author)))
            }) {
                return Ok(true);
            }
            if below.len() < BELOW_AT_ONCE as usize {
                return Ok(false);
            }
        }
    }

    /// One comment, whatever is left of it for the viewer, and the post they see it on; none where nothing is.
    pub(super) async fn one(
        &self,
        comment: CommentId,
        viewer: &mut Viewer<'_>,
    ) -> Result<Option<(CommentView, Kept)>, PostStoreError> {
        let Some(said) = self.said(comment).await? else {
            return Ok(None);
        };
        let post = match self.seen_post(said.comment.post, viewer).await {
            Err(PostStoreError::Refused(_)) => return Ok(None),
            post => post?,
        };
        viewer.meet(said.author).await?;
        if !is_heard(&said, viewer) && !self.is_answered(&said, viewer).await? {
            return Ok(None);
        }
        let views = self.comment_views(vec![said], viewer).await?;
        Ok(views.into_iter().next().map(|view| (view, post)))
    }

    /// The comment, if the viewer sees its text, and the post it is on.
    pub(super) async fn heard(
        &self,
        comment: CommentId,
        viewer: &mut Viewer<'_>,
    ) -> Result<(CommentView, Kept), PostStoreError> {
        let found = self.one(comment, viewer).await?;
        let found = found.filter(|(view, _)| view.author.is_some());
        Ok(found.ok_or(Refusal::NoSuchComment)?)
    }

    /// Comments listed below something the viewer sees, after a place.
    pub(super) async fn thread(
        &self,
        under: Uuid,
        order: Order,
        after: Option<Commented>,
        limit: u32,
        viewer: &mut Viewer<'_>,
    ) -> Result<Vec<CommentView>, PostStoreError> {
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let size = limit.clamp(BATCH_MIN, 512);
        let (beyond, direction) = match order {
            Order::Oldest => ("$gt", 1),
            Order::Newest => ("$lt", -1),
        };
        let mut from = after.map(|after| place(after.at, after.id.uuid()));
        let mut all = Vec::new();
        let comments = self.comments_kept();
        while all.len() < wanted {
            let bound = match &from {
                Some(from) => doc! { beyond: from },
                None => doc! { "$gt": "" },
            };
            let filter = doc! { "under": id(under), "place": bound };
            let sort = doc! { "place": direction };
            let some = self
                .some(&comments, filter, sort, size, comment_form::fields())
                .await?;
            let said = some.iter().map(comment_form::to_said);
            let said = said.collect::<Result<Vec<Said>, _>>()?;
            viewer
                .meet(said.iter().filter_map(|said| said.author))
                .await?;
            for said in said {
                from = Some(said.place.clone());
                if is_heard(&said, viewer) || self.is_answered(&said, viewer).await? {
                    all.push(said);
                }
                if all.len() == wanted {
                    break;
                }
            }
            if some.len() < usize::try_from(size).unwrap_or(usize::MAX) {
                break;
            }
        }
        self.comment_views(all, viewer).await
    }

    /// The document of a comment with its history.
    pub(super) async fn said_before(
        &self,
        comment: CommentId,
    ) -> Result<Option<Stored>, PostStoreError> {
        let comments = self.comments_kept();
        let found = comments.find_one(doc! { "_id": id(comment.uuid()) });
        Ok(reading(found).await?)
    }
}
