//! What concerns people on all nodes: how many are where, where somebody is, and what they are told.

use std::time::Duration;

use maru::domain::clock::WallMs;
use maru::domain::notification::{Delivery, Notice, NoticeId, NoticeKind};
use maru::ports::crowds::Crowds;
use maru::ports::directory::Directory;
use maru::ports::notification::NotificationSink;
use maru::ports::whereabouts::Whereabouts;
use maru_protocol::ServerFrame;

use crate::client::DEADLINE;
use crate::cluster;
use crate::house::House;
use crate::node::Node;

#[tokio::test(flavor = "multi_thread")]
async fn nodes_know_of_each_others_people() {
    let Some(redis) = cluster::shared() else {
        return;
    };
    let house = House::build().await;
    let (one, two) = (
        Node::start(&house, &redis).await,
        Node::start(&house, &redis).await,
    );
    let guest = one.guest("손님").await;
    let mut host = two.owner(&house).await;
    assert!(one.owns());
    for node in [&one, &two] {
        // Other tests have nodes and rooms there, too.
        node.until(|node| {
            let directory = &node.directory;
            let owner = directory.owner(house.room);
            directory.people(house.room) == 2
                && directory.lively().contains(&(house.room, 2))
                && owner.is_some_and(|at| at.address == one.address().to_string())
        })
        .await;
    }

    let known = async {
        while one.whereabouts.of(house.owner.id).await.is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        one.whereabouts.of(house.owner.id).await
    };
    let stays = tokio::time::timeout(DEADLINE, known)
        .await
        .expect("in time");
    assert_eq!(stays.len(), 1);
    assert_eq!(stays[0].room, house.room);

    // Told at one node, heard at the other.
    one.lines.notified(&Delivery {
        to: house.owner.id,
        notice: Notice {
            id: NoticeId(7),
            kind: NoticeKind::Guestbook,
            from: None,
            subject: String::new(),
            at: WallMs(1),
            unread: true,
        },
        unread: 3,
    });
    let notice = host.until(|frame| match frame {
        ServerFrame::Notification { id, unread, .. } => Some((*id, *unread)),
        _ => None,
    });
    assert_eq!(notice.await, (7, 3));
    drop(guest);
}
