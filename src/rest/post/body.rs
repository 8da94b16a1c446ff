//! Posts as they travel.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::Pictures;
use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, PostId, RoomId};
use crate::domain::moderation::Standing;
use crate::domain::post::{Audience, Content, Post, PostPicture, PostState, ReactionKind};
use crate::domain::user::User;
use crate::ports::post::{Entry, PostView, Quote, Reactions};
use crate::rest::asset::PictureBody;
use crate::rest::relation::PersonBody;

/// Reactions by kind.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReactionsBody {
    heart: u32,
    laugh: u32,
    wow: u32,
    sad: u32,
    cheer: u32,
    thanks: u32,
}

impl From<Reactions> for ReactionsBody {
    fn from(reactions: Reactions) -> Self {
        Self {
            heart: reactions.of(ReactionKind::Heart),
            laugh: reactions.of(ReactionKind::Laugh),
            wow: reactions.of(ReactionKind::Wow),
            sad: reactions.of(ReactionKind::Sad),
            cheer: reactions.of(ReactionKind::Cheer),
            thanks: reactions.of(ReactionKind::Thanks),
        }
    }
}

/// How many of what a post has, without those of people who are not there for the viewer.
#[derive(Debug, Serialize, ToSchema)]
struct PostCountsBody {
    /// Comments, and answers to them.
    comments: u32,
    reposts: u32,
    reactions: ReactionsBody,
    /// For the author alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    bookmarks: Option<u32>,
}

/// What the viewer did with a post.
#[derive(Debug, Serialize, ToSchema)]
struct PostMineBody {
    #[schema(required)]
    reaction: Option<ReactionKind>,
    bookmarked: bool,
    reposted: bool,
}

/// Why the viewer would rather not see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MutedWordFound)]
pub(in crate::rest) struct MutedWordBody {
    /// One of the viewer's muted words, as it is compared.
    word: String,
}

impl MutedWordBody {
    pub(in crate::rest) fn of(word: Option<String>) -> Option<Self> {
        word.map(|word| Self { word })
    }
}

/// A picture as it was attached, whether or not it can be shown yet.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AttachmentBody {
    /// Which.
    pub asset: AssetId,
    /// What it shows, in words: at most 500 characters. Empty: as the picture itself says.
    #[serde(default)]
    pub alt: String,
}

impl From<&PostPicture> for AttachmentBody {
    fn from(picture: &PostPicture) -> Self {
        Self {
            asset: picture.asset,
            alt: picture.alt.clone(),
        }
    }
}

/// The pictures of a post that can be shown.
pub(super) fn shown(content: &Content, pictures: &Pictures) -> Vec<PictureBody> {
    let all = content.pictures.iter();
    let shown = all.filter_map(|it| {
        let picture = pictures.found.get(&it.asset)?;
        Some(PictureBody::new(picture, &pictures.links).saying(&it.alt))
    });
    shown.collect()
}

/// A text, or null for an empty one.
pub(super) fn said(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

/// What a post quotes.
#[derive(Debug, Serialize, ToSchema)]
struct QuotedBody {
    id: PostId,
    author: PersonBody,
    text: String,
    #[schema(required)]
    content_warning: Option<String>,
    sensitive: bool,
    pictures: Vec<PictureBody>,
    tags: Vec<String>,
    /// Whether it quotes something itself.
    quotes: bool,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime, required)]
    published_at: Option<OffsetDateTime>,
}

/// A quote, as far as it is there for the viewer.
#[derive(Debug, Serialize, ToSchema)]
struct QuoteBody {
    /// Null: it is not there, or not for the viewer.
    #[schema(required)]
    post: Option<QuotedBody>,
}

fn quote(quote: Quote, pictures: &Pictures) -> Option<QuoteBody> {
    match quote {
        Quote::None => None,
        Quote::Unavailable => Some(QuoteBody { post: None }),
        Quote::Of(quoted) => {
            let (post, author): (Post, User) = *quoted;
            let post = Some(QuotedBody {
                id: post.id,
                author: author.into(),
                pictures: shown(&post.content, pictures),
                text: post.content.text,
                content_warning: said(post.content.warning),
                sensitive: post.content.sensitive,
                tags: post.tags,
                quotes: post.quote_of.is_some(),
                published_at: post.published.map(WallMs::to_offset),
            });
            Some(QuoteBody { post })
        }
    }
}

/// A post.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::rest) struct PostFields {
    id: PostId,
    author: PersonBody,
    state: PostState,
    visibility: Audience,
    /// For the author alone: whether others may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    standing: Option<Standing>,
    text: String,
    #[schema(required)]
    content_warning: Option<String>,
    sensitive: bool,
    /// Those that can be shown.
    pictures: Vec<PictureBody>,
    /// For the author alone: all that were attached.
    #[serde(skip_serializing_if = "Option::is_none")]
    attachments: Option<Vec<AttachmentBody>>,
    /// As they are compared.
    tags: Vec<String>,
    /// The room it hangs in, as far as the viewer may look into that.
    #[schema(required)]
    room: Option<RoomId>,
    /// Null: it quotes nothing.
    #[schema(required)]
    quote: Option<QuoteBody>,
    counts: PostCountsBody,
    mine: PostMineBody,
    pinned: bool,
    /// Not null: a muted word of the viewer's is in it.
    #[schema(required)]
    muted: Option<MutedWordBody>,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime, required)]
    publish_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime, required)]
    published_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime, required)]
    edited_at: Option<OffsetDateTime>,
}

impl PostFields {
    pub(in crate::rest) fn new(view: PostView, pictures: &Pictures) -> Self {
        let PostView {
            post,
            author,
            counts,
            mine,
            quote: quoted,
            muted,
        } = view;
        // What only its author is told, its author is known by.
        let is_own = counts.bookmarks.is_some();
        let attachments = post.content.pictures.iter().map(AttachmentBody::from);
        Self {
            id: post.id,
            author: author.into(),
            state: post.state,
            visibility: post.audience,
            standing: is_own.then_some(post.standing),
            pictures: shown(&post.content, pictures),
            attachments: is_own.then(|| attachments.collect()),
            text: post.content.text,
            content_warning: said(post.content.warning),
            sensitive: post.content.sensitive,
            tags: post.tags,
            room: post.room,
            quote: quote(quoted, pictures),
            counts: PostCountsBody {
                comments: counts.comments,
                reposts: counts.reposts,
                reactions: counts.reactions.into(),
                bookmarks: counts.bookmarks,
            },
            mine: PostMineBody {
                reaction: mine.reaction,
                bookmarked: mine.bookmarked,
                reposted: mine.reposted,
            },
            pinned: post.is_pinned,
            muted: MutedWordBody::of(muted),
            created_at: post.created.to_offset(),
            publish_at: post.publish_at.map(WallMs::to_offset),
            published_at: post.published.map(WallMs::to_offset),
            edited_at: post.edited.map(WallMs::to_offset),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PostBody {
    pub post: PostFields,
}

/// A post in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ListedPost {
    #[serde(flatten)]
    post: PostFields,
    /// Not null: it is here because they passed it on.
    #[schema(required)]
    reposted_by: Option<PersonBody>,
    /// When it came into the list.
    #[serde(with = "time::serde::rfc3339")]
    listed_at: OffsetDateTime,
}

impl ListedPost {
    pub(super) fn new(entry: Entry, pictures: &Pictures) -> Self {
        Self {
            post: PostFields::new(entry.view, pictures),
            reposted_by: entry.reposted_by.map(PersonBody::from),
            listed_at: entry.at.to_offset(),
        }
    }
}
