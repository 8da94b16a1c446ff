//! What becomes of the texts of a post or a comment before they are kept.

use super::{PostError, PostService};
use crate::domain::filter::Place;
use crate::domain::moderation::Standing;
use crate::domain::post::Content;
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
