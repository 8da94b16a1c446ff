//! How one step is run: over one connection, within a time, and again when nothing came of it and it may help.
//!
//! A step that was refused, or whose connection broke before it was told to commit, has changed nothing: it is run
//! again a few times where that can help (a deadlock, a serialization failure, a server that restarts). One whose
//! commit was not answered may have taken effect; whoever asked is told so, and it is not run again here.

use std::time::Duration;

use rand::Rng;

use crate::ports::audit::AuditStoreError;
use crate::ports::events::EventsUnavailable;
use crate::ports::login::LoginStoreError;
use crate::ports::moderation::ContentUnavailable;
use crate::ports::moderation::desk::ModerationUnavailable;
use crate::ports::muted_words::MutedWordsUnavailable;
use crate::ports::notification::NoticesUnavailable;
use crate::ports::people::PeopleUnavailable;
use crate::ports::personal_data::PersonalDataError;
use crate::ports::relations::RelationsUnavailable;
use crate::ports::spam::SpamFactsUnavailable;
use crate::ports::user::UserStoreError;

/// The longest one try may take, a partitioned network included. What the session's own timeouts do not end, this does.
pub(super) const STEP_MAX: Duration = Duration::from_secs(10);

/// How often a step is tried that lost against others.
const TRIES_MAX: u32 = 6;

/// The longest pause before the second try, doubled with each further one.
const PAUSE_MS: u64 = 10;

/// What became of a step that failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Nothing was changed.
    #[error("PostgreSQL failed, and nothing was changed: {0}")]
    Nothing(#[source] sqlx::Error),
    /// The answer to the commit did not come: all of it was changed, or nothing.
    #[error("PostgreSQL did not say whether it was changed: {0}")]
    Unknown(#[source] sqlx::Error),
}

impl Failure {
    /// What a failed commit says. Where the server refused it, the transaction is gone; but a server that goes down may
    /// say so after the commit.
    pub(super) fn of_commit(error: sqlx::Error) -> Self {
        match class_of(&error).as_deref() {
            Some("57" | "08" | "XX") | None => Self::Unknown(error),
            Some(_) => Self::Nothing(error),
        }
    }

    /// A try that took too long.
    pub(super) fn overdue() -> Self {
        Self::Unknown(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()))
    }

    fn is_worth_another_try(&self) -> bool {
        let Self::Nothing(error) = self else {
            return false;
        };
        match error {
            // Serialization failure, deadlock; somebody who was erased before they could be referred to, and is not there
            // the next time; a server that goes down, has crashed, or comes up.
            sqlx::Error::Database(answer) => matches!(
                answer.code().as_deref(),
                Some("40001" | "40P01" | "23503" | "57P01" | "57P02" | "57P03")
            ),
            sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
            _ => false,
        }
    }
}

/// The class of the SQLSTATE, where the server gave one.
fn class_of(error: &sqlx::Error) -> Option<String> {
    let code = error.as_database_error()?.code()?;
    code.get(..2).map(str::to_owned)
}

/// The tries of one step.
#[derive(Debug)]
pub(super) struct Tries {
    made: u32,
}

impl Tries {
    pub(super) fn new() -> Self {
        Self { made: 0 }
    }

    /// Waits and says yes where another try may help.
    pub(super) async fn another(&mut self, failure: &Failure) -> bool {
        self.made += 1;
        if self.made >= TRIES_MAX || !failure.is_worth_another_try() {
            return false;
        }
        let pause_ms = rand::rng().random_range(1..=PAUSE_MS << self.made);
        tokio::time::sleep(Duration::from_millis(pause_ms)).await;
        true
    }
}

/// Names the error of a block whose own says nothing.
pub(super) fn typed<T, F: Future<Output = Result<T, sqlx::Error>>>(block: F) -> F {
    block
}

/// Tries `$run`, an expression of a `Future<Output = Result<_, Failure>>` over the connection `$held`.
macro_rules! tried {
    ($store:expr, |$held:ident| $run:expr) => {{
        let mut tries = $crate::adapters::postgres::step::Tries::new();
        loop {
            let tried = match $store.connection().await {
                Err(failure) => Err(failure),
                Ok(mut held) => {
                    let done = {
                        let $held = &mut *held;
                        let longest = $crate::adapters::postgres::step::STEP_MAX;
                        tokio::time::timeout(longest, $run).await
                    };
                    done.unwrap_or_else(|_| {
                        // Nobody waits for what it may still say.
                        held.close_on_drop();
                        Err($crate::adapters::postgres::step::Failure::overdue())
                    })
                }
            };
            match tried {
                Err(failure) if tries.another(&failure).await => {}
                tried => break tried,
            }
        }
    }};
}

/// Runs `$body`, a block of `Result<_, sqlx::Error>` over the transaction `$conn`, and commits if it is `Ok`. A `return`
/// in it leaves the block. It may run several times.
macro_rules! in_transaction {
    ($store:expr, |$conn:ident| $body:expr) => {
        $crate::adapters::postgres::step::in_transaction!($store, "BEGIN", |$conn| $body)
    };
    ($store:expr, $begin:literal, |$conn:ident| $body:expr) => {
        $crate::adapters::postgres::step::tried!($store, |held| async {
            use $crate::adapters::postgres::step::{Failure, typed};
            let begun = sqlx::Connection::begin_with(held, $begin).await;
            let mut transaction = begun.map_err(Failure::Nothing)?;
            let $conn: &mut sqlx::PgConnection = &mut transaction;
            let done = typed(async { $body }).await.map_err(Failure::Nothing)?;
            transaction.commit().await.map_err(Failure::of_commit)?;
            Ok(done)
        })
    };
}

/// Runs `$body` as [`in_transaction`] does, and all of it sees the store as it was at one moment.
macro_rules! in_one_view {
    ($store:expr, |$conn:ident| $body:expr) => {
        $crate::adapters::postgres::step::in_transaction!(
            $store,
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            |$conn| $body
        )
    };
}

/// Runs `$body`, a block of `Result<_, sqlx::Error>` over the connection `$conn`, each statement for itself: to read, or
/// for a single change that may be repeated.
macro_rules! reading {
    ($store:expr, |$conn:ident| $body:expr) => {
        $crate::adapters::postgres::step::tried!($store, |held| async {
            use $crate::adapters::postgres::step::{Failure, typed};
            let $conn: &mut sqlx::PgConnection = held;
            typed(async { $body }).await.map_err(Failure::Nothing)
        })
    };
}

pub(super) use {in_one_view, in_transaction, reading, tried};

macro_rules! told_as {
    ($($boxed:ident)+; $($text:ident)+) => {
        $(impl From<Failure> for $boxed {
            fn from(failure: Failure) -> Self {
                Self(failure.into())
            }
        })+
        $(impl From<Failure> for $text {
            fn from(failure: Failure) -> Self {
                Self(failure.to_string())
            }
        })+
    };
}

told_as!(
    UserStoreError LoginStoreError AuditStoreError PersonalDataError;
    PeopleUnavailable RelationsUnavailable NoticesUnavailable MutedWordsUnavailable SpamFactsUnavailable
    EventsUnavailable ModerationUnavailable ContentUnavailable
);
