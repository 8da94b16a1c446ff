//! Pictures that are the same, decided about by themselves and with each other, more than once.

use super::*;

impl Court {
    /// The decision about this picture, the newest, taken back as its owner asked for.
    async fn takes_back(&self, person: UserId, id: AssetId) {
        let rulings = self.store.rulings_of(person, None, 99).await.unwrap();
        let newest = rulings.iter().find(|it| it.subject == id.to_string());
        let ruling = self.appeal_against(person, newest.unwrap().id, NOW).await;
        self.judge(ruling, AppealState::Overturned, NOW).await;
    }

    /// What became of appeals against the decisions about this picture, the newest first.
    async fn appeals(&self, person: UserId, id: AssetId) -> Vec<Option<AppealState>> {
        let rulings = self.store.rulings_of(person, None, 99).await.unwrap();
        let about = rulings.iter().filter(|it| it.subject == id.to_string());
        about
            .map(|it| it.appeal.as_ref().map(|appeal| appeal.state))
            .collect()
    }

    async fn sizes(&self, id: AssetId) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM asset_variant WHERE asset_id = ?")
            .bind(id.uuid())
            .fetch_one(&self.store.read)
            .await
            .unwrap()
    }

    async fn is_banned(&self, sha: u8) -> bool {
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM asset_banned WHERE sha256 = ?)")
            .bind([sha; 32].as_slice())
            .fetch_one(&self.store.read)
            .await
            .unwrap()
    }

    async fn removes(&self, id: AssetId, rule: ReportReason) {
        self.decides(id, RulingAction::Remove, rule).await;
    }

    /// A picture that is down, a copy of it that came back by itself, and one that is down with it.
    async fn three(&self) -> [AssetId; 3] {
        let [owner, other] = self.people;
        let id = ready(&self.store, owner, 1).await;
        let (copy, more) = (
            ready(&self.store, owner, 1).await,
            ready(&self.store, other, 1).await,
        );
        self.removes(id, ReportReason::Privacy).await;
        for same in [copy, more] {
            assert_eq!(self.state(same).await, DOWN);
        }
        self.takes_back(owner, copy).await;
        assert!(self.is_served(copy).await);
        [id, copy, more]
    }
}

#[tokio::test]
async fn what_came_back_by_itself_and_was_removed_anew_stays_down_with_what_is_the_same() {
    let court = Court::new().await;
    let [owner, other] = court.people;
    let [id, copy, more] = court.three().await;
    court.removes(copy, ReportReason::Sexual).await;
    court.takes_back(owner, id).await;
    court.keeps(1, NOW).await;
    assert!(court.is_served(id).await);
    assert_eq!(court.state(copy).await, DOWN, "nobody has judged that");
    let overturned = Some(AppealState::Overturned);
    assert_eq!(court.appeals(owner, copy).await, [None, overturned]);
    assert_eq!(court.state(more).await, DOWN, "the same is banned still");
    assert_eq!(court.appeals(other, more).await, [None]);
    court.takes_back(owner, copy).await;
    court.keeps(1, NOW).await;
    for same in [copy, more] {
        assert!(court.is_served(same).await);
    }
    assert!(!court.is_banned(1).await);
}

#[tokio::test]
async fn bytes_are_banned_for_as_long_as_one_decision_about_them_stands() {
    let court = Court::new().await;
    let [owner, _] = court.people;
    let [id, copy, _] = court.three().await;
    court.removes(copy, ReportReason::Sexual).await;
    court.takes_back(owner, copy).await;
    assert!(court.is_served(copy).await);
    assert_eq!(court.state(id).await, DOWN);
    assert!(court.is_banned(1).await, "the first decision stands");
    court.takes_back(owner, id).await;
    assert!(!court.is_banned(1).await);
}

#[tokio::test]
async fn nothing_is_kept_of_what_is_removed_as_illegal_after_another_was_removed_otherwise() {
    for is_back in [true, false] {
        let court = Court::new().await;
        let [owner, _] = court.people;
        let [id, copy, more] = court.three().await;
        let illegal = match is_back {
            true => copy,
            false => id,
        };
        court.removes(illegal, ReportReason::Illegal).await;
        for same in [id, copy, more] {
            assert_eq!(court.state(same).await, DOWN);
            assert_eq!(court.sizes(same).await, 0);
        }
        assert!(!court.keeps(1, NOW).await);
        if is_back {
            court.takes_back(owner, id).await;
            assert_eq!(court.state(id).await, DOWN, "there is nothing of it");
            assert!(court.is_banned(1).await);
        }
    }
}

#[tokio::test]
async fn what_is_down_with_another_and_removed_by_itself_does_not_come_back_with_it() {
    let court = Court::new().await;
    let [owner, _] = court.people;
    let id = ready(&court.store, owner, 1).await;
    let copy = ready(&court.store, owner, 1).await;
    court.removes(id, ReportReason::Privacy).await;
    court.removes(copy, ReportReason::Sexual).await;
    court.takes_back(owner, id).await;
    court.keeps(1, NOW).await;
    assert!(court.is_served(id).await);
    assert_eq!(court.state(copy).await, DOWN);
    assert_eq!(court.appeals(owner, copy).await, [None, None]);
}

#[tokio::test]
async fn what_came_back_by_itself_while_it_was_to_come_back_stays() {
    let court = Court::new().await;
    let [owner, other] = court.people;
    let id = ready(&court.store, owner, 1).await;
    let mut copies = Vec::new();
    // More than come in one step.
    for _ in 0..70 {
        copies.push(ready(&court.store, other, 1).await);
    }
    court.removes(id, ReportReason::Privacy).await;
    court.keeps(1, NOW).await;
    court.takes_back(owner, id).await;
    let mut waiting = Vec::new();
    for copy in copies {
        if !court.is_served(copy).await {
            waiting.push(copy);
        }
    }
    assert_eq!(waiting.len(), 6, "for the next step");
    court.takes_back(other, waiting[0]).await;
    court.keeps(1, NOW).await;
    for copy in waiting {
        assert!(court.is_served(copy).await);
    }
}

#[tokio::test]
async fn a_decision_taken_back_with_another_is_logged_with_its_judge() {
    let court = Court::new().await;
    let [owner, other] = court.people;
    let id = ready(&court.store, owner, 1).await;
    let copy = ready(&court.store, other, 1).await;
    court.removes(id, ReportReason::Privacy).await;
    court.takes_back(owner, id).await;
    assert!(court.is_served(copy).await);
    let lines: Vec<(uuid::Uuid, uuid::Uuid)> = sqlx::query_as(
        "SELECT audit.actor_id, audit.subject_id FROM audit JOIN ruling ON judge_id = audit.actor_id
         WHERE act = 'appeal_decided' AND author_id = subject_id
           AND json_extract(detail, '$.outcome') = 'overturned' ORDER BY audit.id",
    )
    .fetch_all(&court.store.read)
    .await
    .unwrap();
    let judge = court.staff[1].uuid();
    assert_eq!(lines, [(judge, owner.uuid()), (judge, other.uuid())]);
}
