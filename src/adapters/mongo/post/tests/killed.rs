//! What a process was writing when it was killed.

use std::time::Duration;

use mongodb::bson::doc;

use super::super::super::Collections;
use super::super::super::value::id;
use super::Around;
use crate::ports::post::ResponseStore;
use crate::ports::post::conformance::NOW;

/// How often it is tried again, each a while after the last: MongoDB is started with
/// `transactionLifetimeLimitSeconds=10`.
const TRIES_MAX: u32 = 60;

#[tokio::test]
async fn what_a_killed_process_was_writing_is_undone_and_its_author_writes_on() {
    let Some(around) = Around::set().await else {
        return;
    };
    let [author, other] = around.all().people("killed").await;
    let of_author = around.all().publish(author, "내 글", NOW).await;
    let of_other = around.all().publish(other, "남의 글", NOW).await;
    let pinned_before = around.all().publish(author, "먼저", NOW).await;
    let pin = async |by, post| around.posts.pin(by, post, true, NOW).await;
    pin(author, pinned_before).await.unwrap();
    let killed = around.stage.elsewhere();
    let mut session = killed.client.start_session().await.unwrap();
    session.start_transaction().await.unwrap();
    let own = doc! { "_id": id(author.uuid()) };
    let change = doc! { "$set": { "turn": -1_i64 } };
    let shelves = killed.collection(Collections::POST_SHELF);
    let written = shelves.update_one(own.clone(), change);
    let written = written.session(&mut session).await.unwrap();
    assert_eq!(written.modified_count, 1);
    // Dropped, it would tell the server that it ends.
    std::mem::forget(session);

    let held_up = pin(author, of_author).await;
    assert!(held_up.is_err(), "nothing holds it up");
    pin(other, of_other).await.expect("nobody else is held up");
    let mut tries = 0;
    while let Err(error) = pin(author, of_author).await {
        tries += 1;
        assert!(tries < TRIES_MAX, "{error}");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let shelf = &around.documents(Collections::POST_SHELF, own).await[0];
    assert!(shelf.get_i64("turn").unwrap() > 0, "{shelf}");
    around.stage.end().await;
}
