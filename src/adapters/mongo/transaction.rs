//! Steps over several documents: all of it or nothing.
//!
//! A live room's own saves are updates of its one document. What is rare and touches more, such as a decision that goes
//! on record or a person's rooms as a set, is a transaction. It may collide with whatever else writes the same
//! documents, and is then done anew from its first read on.

use std::time::Duration;

use async_trait::async_trait;
use mongodb::ClientSession;
use mongodb::error::{Error, TRANSIENT_TRANSACTION_ERROR, UNKNOWN_TRANSACTION_COMMIT_RESULT};
use mongodb::options::{ReadConcern, TransactionOptions};
use rand::Rng;

use super::failure::ANSWER_WITHIN;
use super::value::Unfit;
use super::{Mongo, durable};
use crate::ports::room::StoreError;

/// How often a transaction is tried before whoever asked is told that nothing happened: with ten of one person at
/// once, the last one wins its tenth try at the latest.
const TRIES_MAX: u32 = 32;

/// How often a commit is asked for whose outcome is not known.
const COMMITS_MAX: u32 = 3;

/// The longest pause before the second try, in milliseconds; grows with each one more.
const PAUSE_MS: u64 = 8;

/// Why an attempt ended before its commit: so nothing happened.
#[derive(Debug)]
pub(super) enum Halt<R> {
    /// MongoDB did not do as asked.
    Driver(Error),
    /// It is not to be done.
    Refused(R),
}

impl<R> From<Error> for Halt<R> {
    fn from(error: Error) -> Self {
        Self::Driver(error)
    }
}

impl<R: From<StoreError>> From<StoreError> for Halt<R> {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

impl<R: From<StoreError>> From<Unfit> for Halt<R> {
    fn from(unfit: Unfit) -> Self {
        StoreError::from(unfit).into()
    }
}

/// What is done in one transaction, from the first read to the last write.
#[async_trait]
pub(super) trait Attempt: Sync {
    /// What it comes to.
    type Outcome: Send;
    /// Why it may not be done.
    type Refusal: From<StoreError> + Send;

    /// Everything but the commit. Done anew when it collides with others.
    async fn run(&self, session: &mut ClientSession) -> Result<Self::Outcome, Halt<Self::Refusal>>;
}

/// Does it, all or nothing; unknown only where the commit was not answered.
pub(super) async fn transact<A: Attempt>(
    mongo: &Mongo,
    attempt: &A,
) -> Result<A::Outcome, A::Refusal> {
    let mut may_be_done = false;
    let all = tries(mongo, attempt, &mut may_be_done);
    let in_time = tokio::time::timeout(ANSWER_WITHIN, all).await;
    in_time.unwrap_or_else(|_| {
        let late = "no answer in time".to_owned();
        Err(if may_be_done {
            StoreError::Unknown(late)
        } else {
            StoreError::Failed(late)
        }
        .into())
    })
}

async fn tries<A: Attempt>(
    mongo: &Mongo,
    attempt: &A,
    may_be_done: &mut bool,
) -> Result<A::Outcome, A::Refusal> {
    let nothing = |error: &Error| A::Refusal::from(StoreError::Failed(error.to_string()));
    let session = mongo.client.start_session().await;
    let mut session = session.map_err(|error| nothing(&error))?;
    let options = TransactionOptions::builder()
        .read_concern(ReadConcern::snapshot())
        .write_concern(durable())
        .build();
    let mut tried = 0;
    loop {
        tried += 1;
        *may_be_done = false;
        let begun = session.start_transaction().with_options(options.clone());
        begun.await.map_err(|error| nothing(&error))?;
        let error = match attempt.run(&mut session).await {
            Ok(outcome) => {
                *may_be_done = true;
                match commit(&mut session).await {
                    Ok(()) => return Ok(outcome),
                    // It was undone, and certainly.
                    Err(error) if error.contains_label(TRANSIENT_TRANSACTION_ERROR) => error,
                    Err(error) => return Err(StoreError::Unknown(error.to_string()).into()),
                }
            }
            Err(Halt::Refused(refusal)) => {
                abort(&mut session).await;
                return Err(refusal);
            }
            Err(Halt::Driver(error)) => {
                abort(&mut session).await;
                if !error.contains_label(TRANSIENT_TRANSACTION_ERROR) {
                    return Err(nothing(&error));
                }
                error
            }
        };
        if tried == TRIES_MAX {
            *may_be_done = false;
            return Err(nothing(&error));
        }
        let pause_ms = rand::rng().random_range(0..=PAUSE_MS * u64::from(tried));
        tokio::time::sleep(Duration::from_millis(pause_ms)).await;
    }
}

async fn commit(session: &mut ClientSession) -> Result<(), Error> {
    let mut asked = 0;
    loop {
        asked += 1;
        match session.commit_transaction().await {
            Err(error)
                if asked < COMMITS_MAX
                    && error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) => {}
            outcome => return outcome,
        }
    }
}

/// Ends an attempt that comes to nothing. Where even that cannot be told the server, it ends it by itself.
async fn abort(session: &mut ClientSession) {
    if let Err(error) = session.abort_transaction().await {
        tracing::debug!(%error, "a transaction is left to run out");
    }
}
