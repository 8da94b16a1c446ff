//! A post: what it says and shows, and for whom.

use serde::{Deserialize, Serialize};

use super::tag::{BadTag, TAGS_MAX, Tag};
use super::{Audience, PICTURES_MAX, PostState};
use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, PostId, RoomId, UserId};
use crate::domain::moderation::Standing;

/// A picture of a post, and what it shows there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostPicture {
    /// Which.
    pub asset: AssetId,
    /// In words; empty: as the picture itself says.
    pub alt: String,
}

/// What a post says and shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Content {
    /// May be empty.
    pub text: String,
    /// Empty: readers are not warned.
    pub warning: String,
    /// Whether its pictures are not for everybody.
    pub sensitive: bool,
    /// At most [`PICTURES_MAX`], each once.
    pub pictures: Vec<PostPicture>,
    /// Those given beside the text, as they are compared.
    pub given_tags: Vec<String>,
}

/// Why a post cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadContent {
    /// More than [`PICTURES_MAX`] pictures, or one twice.
    #[error("a post shows at most {PICTURES_MAX} pictures, each once")]
    Pictures,
    /// More than [`TAGS_MAX`] tags.
    #[error("a post has at most {TAGS_MAX} tags")]
    Tags,
    /// One that is none.
    #[error(transparent)]
    Tag(#[from] BadTag),
}

impl Content {
    /// Whether there is nothing in it to be published, unless it quotes something.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.pictures.is_empty()
    }

    /// All its words, as whoever looks at them reads them: of what it warns, what it says, what its pictures show.
    pub fn words(&self) -> String {
        let shown = self.pictures.iter().map(|picture| picture.alt.as_str());
        let said = [self.warning.as_str(), self.text.as_str()]
            .into_iter()
            .chain(shown);
        let said: Vec<&str> = said.filter(|text| !text.is_empty()).collect();
        said.join("\n")
    }

    /// These pictures, if a post may show them.
    pub fn checked(pictures: Vec<PostPicture>) -> Result<Vec<PostPicture>, BadContent> {
        let twice = |at: usize| {
            let mut before = pictures.iter().take(at);
            before.any(|other| pictures.get(at).is_some_and(|it| it.asset == other.asset))
        };
        let fits = pictures.len() <= PICTURES_MAX && !(0..pictures.len()).any(twice);
        fits.then_some(pictures).ok_or(BadContent::Pictures)
    }

    /// These tags as they are compared, if a post may have them.
    pub fn tagged<'a>(tags: impl Iterator<Item = &'a str>) -> Result<Vec<String>, BadContent> {
        let mut given: Vec<String> = Vec::new();
        for tag in tags {
            let tag = Tag::parse(tag)?;
            if given.iter().any(|known| known == tag.as_str()) {
                continue;
            }
            if given.len() == TAGS_MAX {
                return Err(BadContent::Tags);
            }
            given.push(tag.as_str().to_owned());
        }
        Ok(given)
    }
}

/// A post, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Which.
    pub id: PostId,
    /// Who wrote it.
    pub author: UserId,
    /// How far it has come.
    pub state: PostState,
    /// For whom.
    pub audience: Audience,
    /// Whether it may be shown.
    pub standing: Standing,
    /// What it says and shows.
    pub content: Content,
    /// All its tags.
    pub tags: Vec<String>,
    /// The room it hangs in, as far as whoever asked may know.
    pub room: Option<RoomId>,
    /// What it quotes.
    pub quote_of: Option<PostId>,
    /// Whether its author has pinned it.
    pub is_pinned: bool,
    /// Grows with each change of it.
    pub version: u64,
    /// When it was begun.
    pub created: WallMs,
    /// When it is to be published.
    pub publish_at: Option<WallMs>,
    /// Since when it is out.
    pub published: Option<WallMs>,
    /// When it was changed last, since it is out.
    pub edited: Option<WallMs>,
}

/// What a published post was before it was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// The version of the post that this was.
    pub version: u64,
    /// What it said and showed.
    pub content: Content,
    /// All its tags.
    pub tags: Vec<String>,
    /// Since when it said so.
    pub since: WallMs,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_and_tags_are_bounded_and_once() {
        let picture = || PostPicture {
            asset: AssetId::generate(),
            alt: String::new(),
        };
        let many: Vec<_> = (0..=PICTURES_MAX).map(|_| picture()).collect();
        assert!(Content::checked(many[1..].to_vec()).is_ok());
        assert!(Content::checked(many.clone()).is_err());
        let twice = vec![many[0].clone(), many[1].clone(), many[0].clone()];
        assert!(Content::checked(twice).is_err());
        let tags = Content::tagged(["#A", "a", "봄"].into_iter());
        assert_eq!(tags.unwrap(), ["a", "봄"]);
        let names: Vec<String> = (0..=TAGS_MAX).map(|n| format!("t{n}")).collect();
        let all = Content::tagged(names.iter().map(String::as_str));
        assert_eq!(all, Err(BadContent::Tags));
        assert_eq!(
            Content::tagged(["a b"].into_iter()),
            Err(BadContent::Tag(BadTag))
        );
    }
}
