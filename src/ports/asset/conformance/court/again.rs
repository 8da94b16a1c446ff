//! Pictures that are the same, decided about by themselves and with each other, more than once.

use super::*;

/// Runs the suite, each case in a house of its own.
pub(crate) async fn suite<H: House>(house: impl AsyncFn() -> H) {
    macro_rules! case {
        ($case:ident) => {
            let house = house().await;
            $case(&house.court()).await;
            house.end().await;
        };
    }
    case!(what_came_back_by_itself_and_was_removed_anew_stays_down_with_what_is_the_same);
    case!(bytes_are_banned_for_as_long_as_one_decision_about_them_stands);
    case!(nothing_is_kept_of_what_is_removed_as_illegal_after_another_was_removed_otherwise);
    case!(nothing_is_kept_of_what_is_the_same_as_what_was_back_and_is_removed_as_illegal);
    case!(what_is_down_with_another_and_removed_by_itself_does_not_come_back_with_it);
    case!(what_came_back_by_itself_while_it_was_to_come_back_stays);
}

impl Court<'_> {
    /// The decision about this picture, the newest, taken back as its owner asked for.
    async fn takes_back(&self, person: UserId, id: AssetId) {
        let rulings = self.moderation.rulings_of(person, None, 99).await.unwrap();
        let newest = rulings.iter().find(|it| it.subject == id.to_string());
        let ruling = self.appeal_against(person, newest.unwrap().id, NOW).await;
        self.judge(ruling, AppealState::Overturned, NOW).await;
    }

    /// What became of appeals against the decisions about this picture, the newest first.
    async fn appeals(&self, person: UserId, id: AssetId) -> Vec<Option<AppealState>> {
        let rulings = self.moderation.rulings_of(person, None, 99).await.unwrap();
        let about = rulings.iter().filter(|it| it.subject == id.to_string());
        about
            .map(|it| it.appeal.as_ref().map(|appeal| appeal.state))
            .collect()
    }

    async fn removes(&self, id: AssetId, rule: ReportReason) {
        self.decides(id, RulingAction::Remove, rule).await;
    }

    async fn keeps_nothing_of(&self, pictures: [AssetId; 3]) {
        for same in pictures {
            assert_eq!(self.state(same).await, DOWN);
            assert_eq!(self.depths.sizes(same).await, 0);
        }
        assert!(!self.keeps(1, NOW).await);
    }

    /// A picture that is down, a copy of it that came back by itself, and one that is down with it.
    async fn three(&self) -> [AssetId; 3] {
        let [owner, other] = self.people;
        let id = ready(self.store, owner, 1).await;
        let (copy, more) = (
            ready(self.store, owner, 1).await,
            ready(self.store, other, 1).await,
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

async fn what_came_back_by_itself_and_was_removed_anew_stays_down_with_what_is_the_same(
    court: &Court<'_>,
) {
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
    assert!(!court.depths.is_banned([1; 32]).await);
}

async fn bytes_are_banned_for_as_long_as_one_decision_about_them_stands(court: &Court<'_>) {
    let [owner, _] = court.people;
    let [id, copy, _] = court.three().await;
    court.removes(copy, ReportReason::Sexual).await;
    court.takes_back(owner, copy).await;
    assert!(court.is_served(copy).await);
    assert_eq!(court.state(id).await, DOWN);
    assert!(
        court.depths.is_banned([1; 32]).await,
        "the first decision stands"
    );
    court.takes_back(owner, id).await;
    assert!(!court.depths.is_banned([1; 32]).await);
}

async fn nothing_is_kept_of_what_is_removed_as_illegal_after_another_was_removed_otherwise(
    court: &Court<'_>,
) {
    let [id, copy, more] = court.three().await;
    court.removes(id, ReportReason::Illegal).await;
    court.keeps_nothing_of([id, copy, more]).await;
}

async fn nothing_is_kept_of_what_is_the_same_as_what_was_back_and_is_removed_as_illegal(
    court: &Court<'_>,
) {
    let [owner, _] = court.people;
    let [id, copy, more] = court.three().await;
    court.removes(copy, ReportReason::Illegal).await;
    court.keeps_nothing_of([id, copy, more]).await;
    court.takes_back(owner, id).await;
    assert_eq!(court.state(id).await, DOWN, "there is nothing of it");
    assert!(court.depths.is_banned([1; 32]).await);
}

async fn what_is_down_with_another_and_removed_by_itself_does_not_come_back_with_it(
    court: &Court<'_>,
) {
    let [owner, _] = court.people;
    let id = ready(court.store, owner, 1).await;
    let copy = ready(court.store, owner, 1).await;
    court.removes(id, ReportReason::Privacy).await;
    court.removes(copy, ReportReason::Sexual).await;
    court.takes_back(owner, id).await;
    court.keeps(1, NOW).await;
    assert!(court.is_served(id).await);
    assert_eq!(court.state(copy).await, DOWN);
    assert_eq!(court.appeals(owner, copy).await, [None, None]);
}

async fn what_came_back_by_itself_while_it_was_to_come_back_stays(court: &Court<'_>) {
    let [owner, other] = court.people;
    let id = ready(court.store, owner, 1).await;
    let mut copies = Vec::new();
    // More than come in one step.
    for _ in 0..70 {
        copies.push(ready(court.store, other, 1).await);
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

/// A picture comes back, and with it another person's that is the same.
pub(crate) async fn with_its_copy(court: &Court<'_>) {
    let [owner, other] = court.people;
    let id = ready(court.store, owner, 1).await;
    let copy = ready(court.store, other, 1).await;
    court.removes(id, ReportReason::Privacy).await;
    court.takes_back(owner, id).await;
    assert!(court.is_served(copy).await);
}
