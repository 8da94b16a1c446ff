//! SIGTERM in the middle of a stream of edits: everyone is told to come back, and nothing is lost.

use maru_protocol::{CloseCode, ServerFrame};
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::author::Author;
use crate::client::Client;
use crate::crash::{Shelf, authors, holds_what_was_acknowledged, look_in};
use crate::process::Process;

/// Waits to be told to come back, and for the close.
async fn is_sent_away(guest: &mut Client) {
    let wait = guest.until(|frame| match frame {
        ServerFrame::GoAway { reconnect_after_ms } => Some(*reconnect_after_ms),
        _ => None,
    });
    assert!(wait.await <= 10_000);
    guest.closed_by(CloseCode::Restart).await;
}

#[tokio::test]
async fn a_stopping_server_sends_everyone_away_and_loses_nothing() {
    let data = tempfile::tempdir().unwrap();
    let process = Process::serve(data.path()).await;
    let owner = process.front.sign_in("하늘").await;
    let other = process.front.sign_in("바다").await;
    let mut authors = authors(&process.front, &owner, 2).await;
    let before = authors[0].client.room.contents.clone();
    let mut guests = Vec::new();
    for room in [&owner.room, &other.room] {
        let ticket = process.front.guest_ticket(room, "guest").await;
        guests.push(Client::join(&process.front, room, ticket).await);
    }
    let mut rng = StdRng::seed_from_u64(7);
    for (no, author) in authors.iter_mut().enumerate() {
        let mut shelf = Shelf::new(no);
        for _ in 0..35 {
            author.add(shelf.batch(&mut rng));
        }
    }
    // Some are answered, some are under way, some not sent.
    let streams = futures_util::future::join_all(authors.iter_mut().map(Author::stream));
    let away = futures_util::future::join_all(guests.iter_mut().map(is_sent_away));
    let (_, _, status) = tokio::join!(streams, away, process.terminate());
    assert!(status.success(), "{status}");

    let process = Process::serve(data.path()).await;
    for author in &mut authors {
        author.front = process.front.clone();
        if author.sent_away {
            assert_eq!(author.last_close, Some(CloseCode::Restart.number()));
        }
        author.come_back().await;
        assert!(author.client.welcome().resumed);
        author.settle().await;
    }
    let now = look_in(&process.front, &owner.room).await;
    holds_what_was_acknowledged(&before, &now, &authors);
    for (guest, room) in guests.into_iter().zip([&owner.room, &other.room]) {
        let token = guest.welcome().token.clone();
        let guest = Client::resume(&process.front, room, token, guest.room).await;
        assert!(guest.welcome().resumed);
        assert_eq!(guest.room.contents, look_in(&process.front, room).await);
    }
    assert!(process.terminate().await.success());
}

#[tokio::test]
async fn a_server_stops_though_someone_has_not_joined() {
    let data = tempfile::tempdir().unwrap();
    let process = Process::serve(data.path()).await;
    let owner = process.front.sign_in("하늘").await;
    let stranger = Client::open(&process.front, &owner.room).await;
    assert!(process.terminate().await.success());
    drop(stranger);
}
