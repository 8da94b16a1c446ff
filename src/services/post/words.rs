//! What a viewer would rather not see, found when they read.

use super::{PostError, PostService};
use crate::domain::clock::WallMs;
use crate::domain::filter::muted_words::{FoldedText, MutedWords};
use crate::domain::id::UserId;
use crate::domain::post::Post;
use crate::ports::post::{CommentView, PostView, Quote};

/// The words of one viewer at one time.
pub(super) struct Spared {
    viewer: Option<UserId>,
    words: MutedWords,
    now: WallMs,
}

/// Everything a post says.
fn said(post: &Post) -> Vec<&str> {
    let mut texts = vec![post.content.text.as_str(), post.content.warning.as_str()];
    texts.extend(post.content.pictures.iter().map(|it| it.alt.as_str()));
    texts.extend(post.tags.iter().map(String::as_str));
    texts
}

impl Spared {
    fn word(&self, author: Option<UserId>, texts: &[&str]) -> Option<String> {
        if self.words.iter().next().is_none() || author == self.viewer {
            return None;
        }
        let folded = FoldedText::of(&texts.join("\n"));
        let found = self.words.find(&folded, self.now)?;
        Some(found.as_str().to_owned())
    }

    /// Marks a post with the word for which it is not wanted, if it is not.
    pub(super) fn mark(&self, view: &mut PostView) {
        let mut texts = said(&view.post);
        if let Quote::Of(quoted) = &view.quote {
            let own = self.viewer == Some(quoted.0.author);
            texts.extend(said(&quoted.0).into_iter().filter(|_| !own));
        }
        view.muted = self.word(Some(view.post.author), &texts);
    }

    /// The same for a comment.
    pub(super) fn mark_comment(&self, view: &mut CommentView) {
        let author = view.author.as_ref().map(|author| author.id);
        view.muted = self.word(author, &[&view.comment.text]);
    }
}

impl PostService {
    /// What this viewer would rather not see now.
    pub(super) async fn spared(&self, viewer: Option<UserId>) -> Result<Spared, PostError> {
        let words = match (&self.words, viewer) {
            (Some(words), Some(viewer)) => words.muted_words(viewer).await?,
            _ => MutedWords::default(),
        };
        Ok(Spared {
            viewer,
            words,
            now: self.now(),
        })
    }
}
