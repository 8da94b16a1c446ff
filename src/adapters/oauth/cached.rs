//! What a provider publishes about itself, kept for a while: one question at a time, and not too often.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::Mutex;

use crate::domain::clock::Tick;
use crate::ports::identity::ProviderError;

/// How old an answer may be, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ages {
    /// Until then nobody asks again unless something is missing in it.
    pub(super) fresh_ms: u64,
    /// Until then it is used while the provider does not answer.
    pub(super) kept_ms: u64,
    /// The least time between two questions for what is missing in a fresh one.
    pub(super) again_ms: u64,
    /// The least time between two questions otherwise.
    pub(super) retry_ms: u64,
}

/// One answer, and when it was asked for.
pub(super) struct Cached<T> {
    ages: Ages,
    // Held while asking: whoever comes meanwhile waits for the same answer.
    state: Mutex<State<T>>,
}

struct State<T> {
    answer: Option<(Tick, Arc<T>)>,
    asked: Option<Tick>,
    asked_for_missing: Option<Tick>,
}

impl<T> State<T> {
    /// Whether to ask at this time; a question that is then given up counts too.
    fn may_ask(&mut self, at: Tick, fresh: bool, ages: Ages) -> bool {
        let (last, pause_ms) = match fresh {
            true => (&mut self.asked_for_missing, ages.again_ms),
            false => (&mut self.asked, ages.retry_ms),
        };
        let due = last.is_none_or(|last| at.since_ms(last) >= pause_ms);
        if due {
            *last = Some(at);
        }
        due
    }
}

impl<T> Cached<T> {
    pub(super) fn new(ages: Ages) -> Self {
        let state = State {
            answer: None,
            asked: None,
            asked_for_missing: None,
        };
        Self {
            ages,
            state: Mutex::new(state),
        }
    }

    /// The answer that `fits`; an unfitting one when asking again is too soon or brought none that does.
    pub(super) async fn get<F>(
        &self,
        now: impl Fn() -> Tick + Send,
        fits: impl Fn(&T) -> bool + Send,
        ask: impl FnOnce() -> F + Send,
    ) -> Result<Arc<T>, ProviderError>
    where
        F: Future<Output = Result<T, ProviderError>> + Send,
        T: Send + Sync,
    {
        let mut state = self.state.lock().await;
        let at = now();
        let answer = state.answer.clone();
        let age_ms = answer.as_ref().map(|(since, _)| at.since_ms(*since));
        let fresh = age_ms.is_some_and(|age_ms| age_ms < self.ages.fresh_ms);
        if let Some((_, answer)) = &answer
            && fresh
            && fits(answer)
        {
            return Ok(answer.clone());
        }
        let failure = if state.may_ask(at, fresh, self.ages) {
            match ask().await {
                Ok(fresh) => {
                    let fresh = Arc::new(fresh);
                    state.answer = Some((now(), fresh.clone()));
                    return Ok(fresh);
                }
                Err(error) => {
                    // Those who waited meanwhile do not ask one after the other.
                    state.asked = Some(now());
                    error
                }
            }
        } else {
            ProviderError::Unavailable("it did not answer a moment ago".to_owned())
        };
        match answer {
            Some((since, answer)) if at.since_ms(since) < self.ages.kept_ms => Ok(answer),
            _ => Err(failure),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

    use super::*;

    const AGES: Ages = Ages {
        fresh_ms: 1_000,
        kept_ms: 5_000,
        again_ms: 100,
        retry_ms: 10,
    };

    /// A provider that answers with the number of the question while it is up.
    struct Asked {
        cached: Cached<u32>,
        now: AtomicU64,
        questions: AtomicU32,
    }

    impl Asked {
        fn new() -> Self {
            Self {
                cached: Cached::new(AGES),
                now: AtomicU64::new(0),
                questions: AtomicU32::new(0),
            }
        }

        async fn at(&self, ms: u64, up: bool, fits: impl Fn(&u32) -> bool + Send) -> Option<u32> {
            self.now.store(ms, Ordering::Relaxed);
            let now = || Tick(self.now.load(Ordering::Relaxed));
            let ask = async || {
                let number = self.questions.fetch_add(1, Ordering::Relaxed);
                match up {
                    true => Ok(number),
                    false => Err(ProviderError::Unavailable(String::new())),
                }
            };
            self.cached.get(now, fits, ask).await.ok().map(|it| *it)
        }
    }

    #[tokio::test]
    async fn a_fresh_answer_is_used_and_an_old_one_only_while_there_is_no_other() {
        let asked = Asked::new();
        assert_eq!(asked.at(0, true, |_| true).await, Some(0));
        assert_eq!(asked.at(999, true, |_| true).await, Some(0));
        assert_eq!(asked.at(1_000, true, |_| true).await, Some(1));
        assert_eq!(asked.at(2_500, false, |_| true).await, Some(1));
        assert_eq!(asked.at(5_999, false, |_| true).await, Some(1));
        assert_eq!(asked.at(6_200, false, |_| true).await, None);
    }

    #[tokio::test]
    async fn what_is_missing_is_asked_for_but_not_too_often() {
        let asked = Asked::new();
        let never = |_: &u32| false;
        assert_eq!(asked.at(0, true, never).await, Some(0));
        assert_eq!(asked.at(1, true, never).await, Some(1));
        assert_eq!(asked.at(100, true, never).await, Some(1));
        assert_eq!(asked.at(101, false, never).await, Some(1));
        assert_eq!(asked.at(200, true, never).await, Some(1));
        assert_eq!(asked.at(201, true, never).await, Some(3));
        assert_eq!(asked.questions.load(Ordering::Relaxed), 4);
    }

    #[tokio::test]
    async fn a_provider_that_is_down_is_not_asked_by_everyone() {
        let asked = Asked::new();
        for ms in 0..10 {
            assert_eq!(asked.at(ms, false, |_| true).await, None);
        }
        assert_eq!(asked.questions.load(Ordering::Relaxed), 1);
        assert_eq!(asked.at(10, true, |_| true).await, Some(1));
    }
}
