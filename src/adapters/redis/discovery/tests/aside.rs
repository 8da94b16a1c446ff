//! Events that cannot be taken in.

use std::sync::atomic::AtomicBool;

use super::*;
use crate::ports::discovery::DiscoveredRoom;
use crate::ports::events::ATTEMPTS_MAX;

/// Whoever keeps rooms, and cannot read one of them, or does not answer at all.
struct Sick {
    rooms: Arc<dyn RoomsForDiscovery>,
    room: RoomId,
    is_sick: AtomicBool,
    is_away: AtomicBool,
}

#[async_trait]
impl RoomsForDiscovery for Sick {
    async fn discovered(
        &self,
        rooms: &[RoomId],
    ) -> Result<Vec<DiscoveredRoom>, DiscoveryUnavailable> {
        let is_sick = self.is_sick.load(Ordering::SeqCst) && rooms.contains(&self.room);
        if is_sick || self.is_away.load(Ordering::SeqCst) {
            return Err(DiscoveryUnavailable("not now".to_owned()));
        }
        self.rooms.discovered(rooms).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_cannot_be_taken_in_holds_up_its_own_subject_alone() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let talk = stage.talk();
    let [owner, one] = talk.house.people("sick").await;
    let sick = talk.house.room(owner, Visibility::Public).await;
    let well = talk.house.room(owner, Visibility::Public).await;
    let events = [visited(sick, one, NOW), visited(well, one, NOW)];
    talk.log.publish(&events, NOW).await.unwrap();
    let rooms = Arc::new(Sick {
        rooms: stage.discovery.around.rooms.clone(),
        room: sick,
        is_sick: AtomicBool::new(true),
        is_away: AtomicBool::new(true),
    });
    let around = Around {
        rooms: rooms.clone(),
        ..stage.discovery.around.clone()
    };
    let space = stage.discovery.projections.space();
    let discovery = RedisDiscovery::new(stage.redis.clone(), space, around);
    let advance = || discovery.advance(9, UtcOffset::SEOUL);
    // While rooms do not answer all of it comes again, however often.
    for _ in 0..ATTEMPTS_MAX {
        advance().await.expect_err("rooms do not answer");
    }
    assert_eq!(stage.ranked(Kind::Room).await, 0);
    rooms.is_away.store(false, Ordering::SeqCst);
    assert_eq!(advance().await.unwrap().read, 2);
    assert_eq!(stage.ranked(Kind::Room).await, 1);
    // It is tried again a little later, and was not given up meanwhile.
    let desk = &stage.discovery.around.desk;
    assert_eq!(desk.dead(DISCOVERY, 9).await.unwrap(), []);
    rooms.is_sick.store(false, Ordering::SeqCst);
    let counted = async {
        while stage.ranked(Kind::Room).await < 2 {
            advance().await.unwrap();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let counted = tokio::time::timeout(Duration::from_secs(20), counted).await;
    counted.expect("it comes again");
}
