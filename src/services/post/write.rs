//! Writing, changing, publishing and deleting posts.

use super::{PostError, PostService};
use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, PostId, RoomId, UserId};
use crate::domain::moderation::Standing;
use crate::domain::post::{
    Alt, Audience, Content, Post, PostPicture, PostState, PostText, Warning, may_publish_at,
};
use crate::domain::version::{Expected, Version};
use crate::ports::once::{Done, Once};
use crate::ports::post::{NewPost, PostView, Refusal, Rewrite};
use crate::ports::spam::Marks;

/// How often a change is made anew from what somebody else's made of the post meanwhile.
const REWRITES_MAX: u32 = 4;

/// A post somebody would like to write.
#[derive(Debug, Clone)]
pub struct Wish {
    /// What it says.
    pub text: String,
    /// Of what readers are to be warned.
    pub warning: String,
    /// Whether its pictures are not for everybody.
    pub sensitive: bool,
    /// Its pictures, and what they show.
    pub pictures: Vec<(AssetId, String)>,
    /// Tags beside those in the text.
    pub tags: Vec<String>,
    /// For whom.
    pub audience: Audience,
    /// The room to hang it in.
    pub room: Option<RoomId>,
    /// What it quotes.
    pub quote_of: Option<PostId>,
    /// A draft, put off, or out at once.
    pub state: PostState,
    /// When, if put off.
    pub publish_at: Option<WallMs>,
}

/// What to change of a post; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// What it says.
    pub text: Option<String>,
    /// Of what readers are to be warned.
    pub warning: Option<String>,
    /// Whether its pictures are not for everybody.
    pub sensitive: Option<bool>,
    /// All its pictures.
    pub pictures: Option<Vec<(AssetId, String)>>,
    /// All tags beside those in the text.
    pub tags: Option<Vec<String>>,
    /// For whom.
    pub audience: Option<Audience>,
    /// A draft, or put off; what is out stays out.
    pub state: Option<PostState>,
    /// When, if put off.
    pub publish_at: Option<WallMs>,
    /// The room to hang it in, until it is out.
    pub room: Slot<RoomId>,
    /// What it quotes, until it is out.
    pub quote_of: Slot<PostId>,
}

/// What becomes of something a post may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Slot<T> {
    /// It stays as it is.
    #[default]
    Kept,
    /// The post has it no longer.
    Emptied,
    /// This takes its place.
    Filled(T),
}

impl<T: Copy> Slot<T> {
    fn over(self, known: Option<T>) -> Option<T> {
        match self {
            Self::Kept => known,
            Self::Emptied => None,
            Self::Filled(new) => Some(new),
        }
    }
}

fn pictured(pictures: Vec<(AssetId, String)>) -> Result<Vec<PostPicture>, PostError> {
    let picture = |(asset, alt): (AssetId, String)| {
        let alt = Alt::parse(&alt)?.into_string();
        Ok::<_, PostError>(PostPicture { asset, alt })
    };
    let pictures = pictures.into_iter().map(picture);
    Ok(Content::checked(pictures.collect::<Result<_, _>>()?)?)
}

fn tagged(tags: &[String]) -> Result<Vec<String>, PostError> {
    Ok(Content::tagged(tags.iter().map(String::as_str))?)
}

/// When a post in this state comes out; only what is put off has a time, and needs one.
fn timed(
    state: PostState,
    publish_at: Option<WallMs>,
    now: WallMs,
) -> Result<Option<WallMs>, PostError> {
    match (state, publish_at) {
        (PostState::Scheduled, Some(then)) if may_publish_at(then, now) => Ok(Some(then)),
        (PostState::Draft | PostState::Published, None) => Ok(None),
        _ => Err(PostError::BadTime),
    }
}

impl PostService {
    /// Keeps a new post.
    pub async fn create(
        &self,
        author: UserId,
        wish: Wish,
        once: Option<&Once>,
    ) -> Result<Done<PostId>, PostError> {
        let now = self.now();
        if let Some(done) = self.posts.written(once, now).await? {
            return Ok(done);
        }
        let publish_at = timed(wish.state, wish.publish_at, now)?;
        let content = Content {
            text: PostText::parse(&wish.text)?.into_string(),
            warning: Warning::parse(&wish.warning)?.into_string(),
            sensitive: wish.sensitive,
            pictures: pictured(wish.pictures)?,
            given_tags: tagged(&wish.tags)?,
        };
        let id = PostId::generate();
        let is_draft = wish.state == PostState::Draft;
        if !is_draft && content.is_empty() && wish.quote_of.is_none() {
            return Err(Refusal::Empty.into());
        }
        // Nobody else sees a draft: it is looked at when it is to come out.
        let (content, standing) = match is_draft {
            true => (content, Standing::Shown),
            false => {
                let marks = Marks::of(id.uuid(), once);
                self.judged_content(author, content, marks).await?
            }
        };
        let new = NewPost {
            id,
            author,
            state: wish.state,
            audience: wish.audience,
            standing,
            content,
            room: wish.room,
            quote_of: wish.quote_of,
            publish_at,
            at: now,
        };
        let created = self.posts.create(&new, once).await?;
        Ok(self.told(created))
    }

    /// Changes one's own post, if it has one of the versions expected.
    pub async fn change(
        &self,
        author: UserId,
        id: PostId,
        change: &Change,
        expected: &Expected,
    ) -> Result<(), PostError> {
        for _ in 0..REWRITES_MAX {
            let post = self.own(author, id).await?;
            if !expected.admits(Version(post.version)) {
                return Err(Refusal::Stale.into());
            }
            let rewrite = self.changed(post, change).await?;
            match self.posts.rewrite(&rewrite, None).await.map_err(Into::into) {
                Err(PostError::Refused(Refusal::Stale)) => {}
                Err(error) => return Err(error),
                Ok(written) => {
                    self.told(written);
                    return Ok(());
                }
            }
        }
        Err(Refusal::Stale.into())
    }

    /// What a change makes of a post.
    async fn changed(&self, post: Post, change: &Change) -> Result<Rewrite, PostError> {
        let now = self.now();
        let state = change.state.unwrap_or(post.state);
        let is_out = post.state == PostState::Published;
        // To publish is an act of its own.
        if (state == PostState::Published) != is_out {
            return Err(Refusal::Published.into());
        }
        let (room, quote_of) = (
            change.room.over(post.room),
            change.quote_of.over(post.quote_of),
        );
        // Where it hangs and what it is about is what people saw and answered.
        if is_out && (room, quote_of) != (post.room, post.quote_of) {
            return Err(Refusal::Published.into());
        }
        let known = post.publish_at.filter(|_| state == post.state);
        let publish_at = match change.publish_at {
            None if state == PostState::Scheduled && known.is_some() => known,
            then => timed(state, then, now)?,
        };
        let was = post.content.words();
        let mut content = post.content;
        if let Some(text) = &change.text {
            content.text = PostText::parse(text)?.into_string();
        }
        if let Some(warning) = &change.warning {
            content.warning = Warning::parse(warning)?.into_string();
        }
        if let Some(pictures) = &change.pictures {
            content.pictures = pictured(pictures.clone())?;
        }
        if let Some(tags) = &change.tags {
            content.given_tags = tagged(tags)?;
        }
        content.sensitive = change.sensitive.unwrap_or(content.sensitive);
        if state != PostState::Draft && content.is_empty() && quote_of.is_none() {
            return Err(Refusal::Empty.into());
        }
        let is_news = post.state == PostState::Draft || content.words() != was;
        let (content, standing) = match state {
            PostState::Draft => (content, Standing::Shown),
            _ if is_news => {
                let marks = Marks::of(post.id.uuid(), None);
                self.judged_content(post.author, content, marks).await?
            }
            _ => self.screened_content(content)?,
        };
        Ok(Rewrite {
            id: post.id,
            author: post.author,
            from: post.version,
            state,
            audience: change.audience.unwrap_or(post.audience),
            hold: standing == Standing::Held,
            content,
            room,
            quote_of,
            publish_at,
            at: now,
        })
    }

    /// Publishes one's own draft, or what was put off, now.
    pub async fn publish(
        &self,
        author: UserId,
        id: PostId,
        expected: &Expected,
        once: Option<&Once>,
    ) -> Result<Done<PostId>, PostError> {
        let now = self.now();
        if let Some(done) = self.posts.written(once, now).await? {
            return Ok(done);
        }
        let post = self.own(author, id).await?;
        if !expected.admits(Version(post.version)) {
            return Err(Refusal::Stale.into());
        }
        if post.state == PostState::Published {
            return Err(Refusal::Published.into());
        }
        let marks = Marks::of(id.uuid(), once);
        let judged = self.judged_content(author, post.content, marks);
        let (content, standing) = judged.await?;
        let rewrite = Rewrite {
            id,
            author,
            from: post.version,
            state: PostState::Published,
            audience: post.audience,
            hold: standing == Standing::Held,
            content,
            room: post.room,
            quote_of: post.quote_of,
            publish_at: None,
            at: now,
        };
        let written = self.posts.rewrite(&rewrite, once).await?;
        Ok(self.told(written))
    }

    /// Deletes one's own post.
    pub async fn delete(&self, author: UserId, id: PostId) -> Result<(), PostError> {
        Ok(self.posts.delete(author, id, self.now()).await?)
    }

    /// One's own post: somebody else's that one sees is not one's to change.
    async fn own(&self, author: UserId, id: PostId) -> Result<Post, PostError> {
        let PostView { post, .. } = self.posts.post(id, Some(author), self.now()).await?;
        match post.author == author {
            true => Ok(post),
            false => Err(Refusal::NotYours.into()),
        }
    }
}
