//! What one person and one address may have of the server, whatever connections they use.

use maru::realtime::limits::{Allowance, Limits};
use maru_protocol::{ClientFrame, CloseCode, ErrorCode, Op, ServerFrame, Standing};
use serde_json::json;

use crate::client::Client;
use crate::handshake::{WHOLE, ask, is_answered};
use crate::stage::{Stage, put};

/// A rate so slow that no test sees it refill.
fn only(burst: u32) -> Allowance {
    Allowance {
        per_second: 1,
        burst,
    }
}

fn says(lines: usize) -> Vec<Op> {
    let say = |n| Op::Say {
        text: format!("line {n}"),
    };
    (0..lines).map(say).collect()
}

#[tokio::test]
async fn lines_are_counted_on_all_connections_of_a_person_and_across_new_ones() {
    let mut limits = Limits::DEFAULT;
    limits.user_chat = only(10);
    limits.connection_chat = only(10);
    let stage = Stage::set_with(limits).await;
    let join = async || {
        let ticket = stage.front.ticket(&stage.room, &stage.owner).await;
        Client::join(&stage.front, &stage.room, ticket).await
    };
    let (mut one, mut two) = (join().await, join().await);
    // A batch counts as many lines as it says.
    one.edit(says(6)).await;
    two.edit(says(3)).await;
    drop((one, two));
    let mut again = join().await;
    let number = again.batch(says(8)).await;
    let refused = again.refused(ErrorCode::RateLimited).await;
    assert_eq!(refused.number, Some(number));
    assert_eq!(refused.limit.as_deref(), Some("live.user_chat"));
    let wait = refused.retry_after_ms.expect("when to try again");
    assert!((1..=8_000).contains(&wait), "{wait}");
    // Somebody else talks on.
    let mut guest = stage.guest("talker").await;
    guest.edit(says(9)).await;
}

#[tokio::test]
async fn batches_of_a_person_are_counted_whatever_they_hold() {
    let mut limits = Limits::DEFAULT;
    limits.user_ops = only(3);
    limits.connection_ops = only(3);
    let mut stage = Stage::set_with(limits).await;
    for n in 0..3 {
        stage
            .host
            .edit(vec![put(
                900 + n,
                "cactus",
                2 * i32::try_from(n).unwrap(),
                12,
            )])
            .await;
    }
    let ticket = stage.front.ticket(&stage.room, &stage.owner).await;
    let mut second = Client::join(&stage.front, &stage.room, ticket).await;
    second.batch(vec![put(950, "cactus", 12, 12)]).await;
    let refused = second.refused(ErrorCode::RateLimited).await;
    assert_eq!(refused.limit.as_deref(), Some("live.user_ops"));
    stage.mark().await;
    stage.is_unharmed().await;
}

#[tokio::test]
async fn frames_of_an_address_are_counted_together() {
    let mut limits = Limits::DEFAULT;
    limits.address_frames = only(24);
    let stage = Stage::set_with(limits).await;
    let (mut first, mut second) = (stage.guest("first").await, stage.guest("second").await);
    let walk = |x| ClientFrame::Move {
        x,
        y: 500,
        facing: 1,
        standing: Standing::Walking,
    };
    for x in 0..15 {
        first.send(&walk(x)).await;
    }
    first.send(&ClientFrame::Ping { nonce: 9 }).await;
    let pong = |frame: &ServerFrame| matches!(frame, ServerFrame::Pong { nonce: 9 }).then_some(());
    first.until(pong).await;
    for x in 0..15 {
        second.send(&walk(x)).await;
    }
    let refused = second.refused(ErrorCode::RateLimited).await;
    assert_eq!(refused.limit.as_deref(), Some("live.address_frames"));
}

#[tokio::test]
async fn a_person_has_so_many_connections_and_no_more() {
    let mut limits = Limits::DEFAULT;
    limits.connections_per_user_max = 2;
    let mut stage = Stage::set_with(limits).await;
    let ticket = async || stage.front.ticket(&stage.room, &stage.owner).await;
    let second = Client::join(&stage.front, &stage.room, ticket().await).await;
    let mut third = stage.stranger().await;
    let enter = ClientFrame::Join {
        ticket: ticket().await,
        avatar: None,
    };
    third.send(&enter).await;
    let refused = third.refused(ErrorCode::TooManyConnections).await;
    assert_eq!(
        refused.limit.as_deref(),
        Some("live.connections_per_user_max")
    );
    assert!(refused.retry_after_ms.is_some());
    third.closed_by(CloseCode::Overloaded).await;
    // The one that was refused is not counted, the one that goes no longer.
    let mut second = second;
    second.send(&ClientFrame::Leave {}).await;
    second.closed_by(CloseCode::Left).await;
    drop(second);
    let again = Client::join(&stage.front, &stage.room, ticket().await).await;
    assert!(!again.welcome().resumed);
    stage.is_unharmed().await;
}

#[tokio::test]
async fn an_address_that_connects_too_fast_is_answered_before_the_upgrade() {
    let mut limits = Limits::DEFAULT;
    // The host and the witness are inside already.
    limits.address_connects = only(4);
    let stage = Stage::set_with(limits).await;
    // What would not become a connection is not counted.
    for _ in 0..5 {
        is_answered(&stage, &stage.room, &[], 426).await;
    }
    for _ in 0..2 {
        is_answered(&stage, &stage.room, &WHOLE, 101).await;
    }
    let head = is_answered(&stage, &stage.room, &WHOLE, 429).await;
    assert!(head.contains("retry-after: 1") && head.contains("application/problem+json"));
    assert!(!head.contains("sec-websocket-accept"));
}

#[tokio::test]
async fn a_node_that_is_stormed_says_come_back_in_a_moment() {
    let mut limits = Limits::DEFAULT;
    limits.node_connects = only(3);
    let stage = Stage::set_with(limits).await;
    is_answered(&stage, &stage.room, &WHOLE, 101).await;
    let head = is_answered(&stage, &stage.room, &WHOLE, 503).await;
    assert!(head.contains("retry-after: 1"), "{head}");
}

#[tokio::test]
async fn behind_a_trusted_proxy_people_are_told_apart() {
    let stage = Stage::set_as(|config| {
        config.live.connections_per_user_max = 2;
        config.live.connections_per_address_max = 2;
        config.server.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    });
    let stage = stage.await;
    let from = |address: &str| format!("X-Forwarded-For: 198.51.100.7, {address}\r\n");
    let connect = async |address: &str| {
        let forwarded = from(address);
        let headers = [&WHOLE[..], &[&forwarded]].concat();
        // The sockets are dropped, but not waited for: each address is used up to its limit at most.
        ask(&stage, &stage.room, &headers).await
    };
    // The host and the witness have used up what the proxy itself may have.
    is_answered(&stage, &stage.room, &WHOLE, 429).await;
    assert!(connect("203.0.113.1").await.starts_with("http/1.1 101"));
    assert!(connect("203.0.113.2").await.starts_with("http/1.1 101"));
}

#[tokio::test]
async fn nobody_else_is_believed_about_addresses() {
    let mut limits = Limits::DEFAULT;
    limits.connections_per_user_max = 2;
    limits.connections_per_address_max = 2;
    let stage = Stage::set_with(limits).await;
    let forged = "X-Forwarded-For: 203.0.113.1\r\n";
    let headers = [&WHOLE[..], &[forged]].concat();
    let head = is_answered(&stage, &stage.room, &headers, 429).await;
    assert!(head.contains("retry-after: 5"), "{head}");
}

#[tokio::test]
async fn tickets_are_given_out_at_a_rate() {
    let mut limits = Limits::DEFAULT;
    limits.tickets = only(3);
    let stage = Stage::set_with(limits).await;
    let guest = json!({ "guest": { "name": "guest", "look": [0, 0, 0, 0, 0, 0] } });
    for (person, body) in [(Some(&stage.owner), json!({})), (None, guest)] {
        // One of each was used to set the stage.
        for _ in 0..2 {
            let (status, answer) = stage.front.ask(&stage.room, person, &body).await;
            assert_eq!(status, 201, "{answer}");
        }
        let (status, problem) = stage.front.ask(&stage.room, person, &body).await;
        assert_eq!(status, 429, "{problem}");
        assert_eq!(problem["code"], "rate_limited");
        assert_eq!(problem["limit"], "live.tickets");
        assert!(problem["retry_after_ms"].as_u64().unwrap() <= 1_000);
    }
}
