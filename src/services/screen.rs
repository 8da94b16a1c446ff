//! What is looked for in what people write, before it is kept: shared by every service that keeps texts.

use std::sync::Arc;

use crate::domain::filter::{Action, BadLexicon, Filter, Finding, Place, Policy};

/// What becomes of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Screened {
    /// It may be kept as it is.
    Clean,
    /// This may be kept in its place.
    Masked(String),
    /// It may be kept, and is shown to nobody else until a moderator has looked at it.
    Held(Vec<Finding>),
    /// It may not be kept.
    Refused(Vec<Finding>),
}

/// The screen. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Screen {
    /// None where operators have switched it off.
    filter: Option<Arc<Filter>>,
}

impl Screen {
    /// A screen that looks for what the content filter knows.
    pub fn filtering() -> Result<Self, BadLexicon> {
        let filter = Filter::new()?;
        // Lists are compiled on first use.
        filter.find("warm");
        Ok(Self {
            filter: Some(Arc::new(filter)),
        })
    }

    /// A screen that lets everything through.
    pub const fn off() -> Self {
        Self { filter: None }
    }

    /// What becomes of a text in a place. Callers have bounded its length.
    pub fn text(&self, place: Place, text: &str) -> Screened {
        let Some(filter) = &self.filter else {
            return Screened::Clean;
        };
        let verdict = filter.check(text, &Policy::of(place));
        match verdict.action {
            Action::Allow => Screened::Clean,
            Action::Mask => Screened::Masked(verdict.masked(text)),
            Action::Hold => Screened::Held(verdict.findings),
            Action::Reject => Screened::Refused(verdict.findings),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_of_the_ladder_has_its_answer() {
        let screen = Screen::filtering().unwrap();
        assert_eq!(screen.text(Place::Post, "안녕하세요"), Screened::Clean);
        let masked = Screened::Masked("야 ＊＊".to_owned());
        assert_eq!(screen.text(Place::Post, "야 시발"), masked);
        assert!(matches!(
            screen.text(Place::Post, "짱깨"),
            Screened::Held(_)
        ));
        assert!(matches!(
            screen.text(Place::Name, "시발"),
            Screened::Refused(_)
        ));
        assert_eq!(Screen::off().text(Place::Name, "시발"), Screened::Clean);
    }
}
