//! What is looked for in what people write, before it is kept: shared by every service that keeps texts.

use std::sync::Arc;

use crate::domain::clock::WallMs;
use crate::domain::filter::link::hosts;
use crate::domain::filter::simhash::SimHash;
use crate::domain::filter::spam::{Facts, SpamPolicy, score};
use crate::domain::filter::{Action, BadLexicon, Filter, Finding, Place, Policy};
use crate::domain::id::UserId;
use crate::ports::spam::{Marks, SpamFacts, SpamFactsUnavailable, Written};

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

/// What somebody says, as it is judged.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// Who.
    pub author: UserId,
    /// All their words.
    pub text: &'a str,
    /// Whom these mention.
    pub mentioned: &'a [UserId],
    /// By what they are known when they come again.
    pub marks: Marks,
    /// Now.
    pub at: WallMs,
}

/// The text may not be said here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this may not be said here")]
pub struct NotSaid;

/// The screen. Cheap to clone.
#[derive(Clone, Default)]
pub struct Screen {
    /// None where operators have switched it off.
    filter: Option<Arc<Filter>>,
    facts: Option<Arc<dyn SpamFacts>>,
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Screen(..)")
    }
}

impl Screen {
    /// A screen that looks for what the content filter knows.
    pub fn filtering() -> Result<Self, BadLexicon> {
        let filter = Filter::new()?;
        // Lists are compiled on first use.
        filter.find("warm");
        Ok(Self {
            filter: Some(Arc::new(filter)),
            facts: None,
        })
    }

    /// A screen that lets everything through.
    pub const fn off() -> Self {
        Self {
            filter: None,
            facts: None,
        }
    }

    /// The same, which also looks at what else authors wrote, for [`Screen::judge`].
    #[must_use]
    pub fn knowing(self, facts: Arc<dyn SpamFacts>) -> Self {
        let facts = Some(facts);
        Self { facts, ..self }
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

    /// What is kept of a text where nothing can wait for a moderator: what would be held is refused.
    pub fn at_once(&self, place: Place, text: &str) -> Result<String, NotSaid> {
        match self.text(place, text) {
            Screened::Clean => Ok(text.to_owned()),
            Screened::Masked(text) => Ok(text),
            Screened::Held(_) | Screened::Refused(_) => Err(NotSaid),
        }
    }

    /// What becomes of somebody's text in a place, also by how much it looks like spam.
    pub async fn judge(
        &self,
        place: Place,
        said: &Said<'_>,
    ) -> Result<Screened, SpamFactsUnavailable> {
        let screened = self.text(place, said.text);
        let spam = self.spam(said).await?;
        Ok(match (spam, screened) {
            (_, Screened::Refused(findings)) => Screened::Refused(findings),
            (Action::Reject, _) => Screened::Refused(Vec::new()),
            (_, Screened::Held(findings)) => Screened::Held(findings),
            (Action::Hold, _) => Screened::Held(Vec::new()),
            (Action::Allow | Action::Mask, screened) => screened,
        })
    }

    /// What becomes of a text by how much it looks like spam alone: by its links, whom it mentions, and what else its
    /// author has written lately. That it was written is remembered, whatever becomes of it.
    pub async fn spam(&self, said: &Said<'_>) -> Result<Action, SpamFactsUnavailable> {
        let (Some(facts), Some(_)) = (&self.facts, &self.filter) else {
            return Ok(Action::Allow);
        };
        let written = Written {
            hash: SimHash::of(said.text),
            hosts: hosts(said.text),
            mentioned: said.mentioned.to_vec(),
            marks: said.marks,
        };
        let known = facts.note(said.author, &written, said.at).await?;
        let spam = score(
            &Facts {
                text: said.text,
                account_age_h: known.account_age_h,
                ties: known.ties,
                texts_last_minute: known.texts_last_minute,
                strangers_mentioned: known.strangers_mentioned,
                recent: &known.recent,
                new_hosts: known.new_hosts,
            },
            &SpamPolicy::default(),
        );
        Ok(spam.action)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;

    use super::*;
    use crate::domain::clock::Clock;
    use crate::ports::spam::Known;

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

    #[test]
    fn where_nothing_waits_what_would_be_held_is_refused() {
        let screen = Screen::filtering().unwrap();
        let kept = |text| screen.at_once(Place::Post, text);
        assert_eq!(kept("안녕"), Ok("안녕".to_owned()));
        assert_eq!(kept("야 시발"), Ok("야 ＊＊".to_owned()));
        assert_eq!(kept("짱깨"), Err(NotSaid));
    }

    #[test]
    fn a_line_of_chat_is_looked_through_quickly() {
        const TIMES: u64 = 50;
        let lines = [
            "오늘 방 꾸몄어요 놀러 와요 ㅋㅋㅋ",
            "hey nice room, where did you get the sofa?",
            "야 시발 진짜",
            "18일에 시발점에서 봐요 😀",
        ];
        let (screen, clock) = (Screen::filtering().unwrap(), Clock::start());
        let begun = clock.tick();
        for line in lines
            .iter()
            .cycle()
            .take(lines.len() * usize::try_from(TIMES).unwrap())
        {
            screen.text(Place::Chat, line);
        }
        let ms = clock.tick().since_ms(begun);
        let count = TIMES * lines.len() as u64;
        println!("{count} lines in {ms} ms, {} µs each", ms * 1_000 / count);
        assert!(
            ms < 50 * count,
            "a room has thousands of readers and one thread"
        );
    }

    /// Remembers the texts of one new account.
    #[derive(Default)]
    struct Memory(Mutex<Vec<SimHash>>);

    #[async_trait]
    impl SpamFacts for Memory {
        async fn note(
            &self,
            _: UserId,
            written: &Written,
            _: WallMs,
        ) -> Result<Known, SpamFactsUnavailable> {
            let mut hashes = self.0.lock().unwrap();
            let recent = hashes.clone();
            hashes.push(written.hash);
            Ok(Known {
                texts_last_minute: u32::try_from(hashes.len()).unwrap(),
                recent,
                new_hosts: u32::try_from(written.hosts.len()).unwrap(),
                ..Known::default()
            })
        }
    }

    #[tokio::test]
    async fn the_same_text_again_and_again_is_held_and_then_refused() {
        let screen = Screen::filtering().unwrap();
        let screen = screen.knowing(Arc::new(Memory::default()));
        let text = "지금 가입하면 누구나 무료로 선물을 받을 수 있어요 서두르세요";
        let author = UserId::generate();
        let said = |text| Said {
            author,
            text,
            mentioned: &[],
            marks: Marks::default(),
            at: WallMs(1),
        };
        let mut told = Vec::new();
        for _ in 0..5 {
            let said = said(text);
            let judged = screen.judge(Place::Post, &said);
            told.push(judged.await.unwrap());
        }
        assert_eq!(told[0], Screened::Clean);
        let held = told.iter().filter(|one| matches!(one, Screened::Held(_)));
        assert!(held.count() > 0, "{told:?}");
        assert_eq!(told[4], Screened::Refused(Vec::new()));
        let bad = said("죽여버린다");
        let bad = screen.judge(Place::Guestbook, &bad).await.unwrap();
        assert!(matches!(bad, Screened::Refused(found) if !found.is_empty()));
    }
}
