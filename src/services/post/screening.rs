//! What becomes of the texts of a post or a comment before they are kept.

use super::{PostError, PostService};
use crate::domain::filter::Place;
use crate::domain::id::UserId;
use crate::domain::moderation::Standing;
use crate::domain::post::Content;
use crate::domain::post::tag::handles_in;
use crate::services::screen::Screened;

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

    /// The same for something new, also by how much it looks like spam.
    pub(super) async fn judged(
        &self,
        author: UserId,
        text: String,
    ) -> Result<(String, bool), PostError> {
        let mut mentioned = Vec::new();
        for handle in handles_in(&text) {
            let named = self.users.by_handle(&handle).await?;
            mentioned.extend(named.map(|user| user.id));
        }
        let judged = self
            .screen
            .judge(author, Place::Post, &text, &mentioned, self.now());
        match judged.await? {
            Screened::Clean => Ok((text, false)),
            Screened::Masked(masked) => Ok((masked, false)),
            Screened::Held(_) => Ok((text, true)),
            Screened::Refused(_) => Err(PostError::Unsayable),
        }
    }

    /// Everything a new post says, as it may be kept.
    pub(super) async fn judged_content(
        &self,
        author: UserId,
        mut content: Content,
    ) -> Result<(Content, Standing), PostError> {
        let text = std::mem::take(&mut content.text);
        let (text, held) = self.judged(author, text).await?;
        content.text = text;
        let (content, standing) = self.screened_content(content)?;
        let standing = if held { Standing::Held } else { standing };
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
