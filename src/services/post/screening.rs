//! What becomes of the texts of a post or a comment before they are kept.

use super::{PostError, PostService};
use crate::domain::filter::{Action, Place};
use crate::domain::id::UserId;
use crate::domain::moderation::Standing;
use crate::domain::post::Content;
use crate::domain::post::tag::handles_in;
use crate::ports::spam::Marks;
use crate::services::screen::{Said, Screened};

impl PostService {
    /// A text as it may be kept, and whether a moderator is to look at it first.
    pub(super) fn screened(&self, text: String) -> Result<(String, bool), PostError> {
        match self.screen.text(Place::Post, &text) {
            Screened::Clean => Ok((text, false)),
            Screened::Masked(masked) => Ok((masked, false)),
            Screened::Held(_) => Ok((text, true)),
            Screened::Refused(_) => Err(PostError::Unsayable),
        }
    }

    /// Whether a moderator is to look at what somebody says because it looks like spam; `text` is where it mentions
    /// people, `words` are all its words.
    async fn suspected(
        &self,
        author: UserId,
        text: &str,
        words: &str,
        marks: Marks,
    ) -> Result<bool, PostError> {
        let mut mentioned = Vec::new();
        for handle in handles_in(text) {
            let named = self.users.by_handle(&handle).await?;
            mentioned.extend(named.map(|user| user.id));
        }
        let said = Said {
            author,
            text: words,
            mentioned: &mentioned,
            marks,
            at: self.now(),
        };
        match self.screen.spam(&said).await? {
            Action::Reject => Err(PostError::Unsayable),
            Action::Hold => Ok(true),
            Action::Allow | Action::Mask => Ok(false),
        }
    }

    /// A text as it may be kept that is new, or other than it was: also by how much it looks like spam.
    pub(super) async fn judged(
        &self,
        author: UserId,
        text: String,
        marks: Marks,
    ) -> Result<(String, bool), PostError> {
        let suspected = self.suspected(author, &text, &text, marks).await?;
        let (text, held) = self.screened(text)?;
        Ok((text, held || suspected))
    }

    /// The same for everything a post says.
    pub(super) async fn judged_content(
        &self,
        author: UserId,
        content: Content,
        marks: Marks,
    ) -> Result<(Content, Standing), PostError> {
        let words = content.words();
        let suspected = self.suspected(author, &content.text, &words, marks).await?;
        let (content, standing) = self.screened_content(content)?;
        let standing = if suspected { Standing::Held } else { standing };
        Ok((content, standing))
    }

    /// Everything a post says, as it may be kept.
    pub(super) fn screened_content(
        &self,
        content: Content,
    ) -> Result<(Content, Standing), PostError> {
        let (text, mut held) = self.screened(content.text)?;
        let (warning, hold) = self.screened(content.warning)?;
        held |= hold;
        let mut pictures = content.pictures;
        for picture in &mut pictures {
            let (alt, hold) = self.screened(std::mem::take(&mut picture.alt))?;
            picture.alt = alt;
            held |= hold;
        }
        for tag in &content.given_tags {
            // A tag with stars in it is no tag.
            match self.screen.text(Place::Post, tag) {
                Screened::Clean => {}
                Screened::Held(_) => held = true,
                Screened::Masked(_) | Screened::Refused(_) => return Err(PostError::Unsayable),
            }
        }
        let content = Content {
            text,
            warning,
            pictures,
            ..content
        };
        let standing = if held {
            Standing::Held
        } else {
            Standing::Shown
        };
        Ok((content, standing))
    }
}
