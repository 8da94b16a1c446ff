//! Decisions about pictures, whatever stands behind them.

use super::super::desk::{Appealed, Judged, ModerationStore};
use super::super::pictures::{LastRemoval, PictureRulings, Removal};
use super::{NOW, Staff, by};
use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, RulingId, UserId};
use crate::domain::moderation::{
    APPEAL_MS, AppealState, CaseState, ContentKind, ReportReason, Standing,
};
use crate::ports::moderation::desk::Thing;
use crate::ports::once::Done;

fn later(ms: u64) -> WallMs {
    WallMs(NOW.0 + ms)
}

struct Desk<'a> {
    pictures: &'a dyn PictureRulings,
    store: &'a dyn ModerationStore,
    staff: &'a Staff,
    owner: UserId,
}

/// Runs the suite, with somebody who has pictures and who has been told of nothing yet.
pub(crate) async fn conformance(
    pictures: &dyn PictureRulings,
    store: &dyn ModerationStore,
    staff: &Staff,
    owner: UserId,
) {
    let desk = Desk {
        pictures,
        store,
        staff,
        owner,
    };
    desk.a_removal_is_on_record_once().await;
    desk.a_picture_may_come_back_until_nobody_can_appeal().await;
    desk.what_is_illegal_does_not_come_back().await;
    desk.what_went_with_another_comes_back_with_it().await;
}

impl Desk<'_> {
    fn removal(&self, picture: AssetId, rule: ReportReason) -> Removal {
        Removal {
            id: RulingId::generate(),
            picture,
            owner: self.owner,
            rule,
            trace: by(self.staff.one),
            at: NOW,
        }
    }

    async fn removed(&self, rule: ReportReason) -> (AssetId, RulingId) {
        let removal = self.removal(AssetId::generate(), rule);
        let told = self.pictures.removed(&removal).await.unwrap();
        assert!(told.iter().all(|told| told.to == self.owner));
        (removal.picture, removal.id)
    }

    async fn judged(&self, ruling: RulingId, state: AppealState) {
        let appealed = self
            .store
            .appeal(self.owner, ruling, "제 거예요", None, NOW);
        assert!(matches!(
            appealed.await.unwrap(),
            Done::Now(Appealed::Done(_))
        ));
        let judge = by(self.staff.two);
        let judged = self.store.judge(ruling, state, &judge, None, NOW);
        assert!(matches!(judged.await.unwrap(), Done::Now(Judged::Done(_))));
    }

    async fn may_come_back(&self, picture: AssetId, at: WallMs) -> bool {
        self.pictures.may_come_back(picture, at).await.unwrap()
    }

    async fn a_removal_is_on_record_once(&self) {
        let picture = AssetId::generate();
        assert_eq!(self.pictures.last_removal(picture).await.unwrap(), None);
        let thing = Thing {
            kind: ContentKind::Asset,
            subject: picture.to_string(),
            author: Some(self.owner),
            text: String::new(),
        };
        let case = self.store.hold(&thing, NOW).await.unwrap();
        let removal = self.removal(picture, ReportReason::Sexual);
        let told = self.pictures.removed(&removal).await.unwrap();
        assert_eq!(
            told.iter().map(|told| told.to).collect::<Vec<_>>(),
            [self.owner]
        );
        assert_eq!(self.pictures.removed(&removal).await.unwrap(), []);
        let rulings = self.store.rulings_of(self.owner, None, 9).await.unwrap();
        let about = rulings.iter().filter(|it| it.subject == thing.subject);
        assert_eq!(about.map(|it| it.id).collect::<Vec<_>>(), [removal.id]);
        let file = self.store.case(case).await.unwrap().unwrap();
        assert_eq!(file.case.state, CaseState::Closed);
        assert_eq!(
            self.pictures.last_removal(picture).await.unwrap(),
            Some(LastRemoval {
                rule: ReportReason::Sexual,
                appeal: None,
            })
        );
        let owed = self.store.owed(0, 99).await.unwrap();
        assert!(owed.iter().all(|owed| owed.ruling != removal.id));
    }

    async fn a_picture_may_come_back_until_nobody_can_appeal(&self) {
        let (picture, ruling) = self.removed(ReportReason::Privacy).await;
        assert!(self.may_come_back(picture, later(APPEAL_MS)).await);
        assert!(!self.may_come_back(picture, later(APPEAL_MS + 1)).await);
        assert!(!self.may_come_back(AssetId::generate(), NOW).await);
        self.judged(ruling, AppealState::Upheld).await;
        let owed = self.store.owed(0, 99).await.unwrap();
        for owed in owed.iter().filter(|owed| owed.ruling == ruling) {
            assert_eq!(owed.standing, Standing::Removed);
        }
        assert!(!self.may_come_back(picture, NOW).await);
        let again = self.pictures.take_back(picture, None, NOW).await.unwrap();
        assert_eq!(again, None, "its own appeal was refused");
        let (picture, ruling) = self.removed(ReportReason::Privacy).await;
        self.judged(ruling, AppealState::Overturned).await;
        assert!(self.may_come_back(picture, later(2 * APPEAL_MS)).await);
    }

    async fn what_is_illegal_does_not_come_back(&self) {
        let (picture, ruling) = self.removed(ReportReason::Illegal).await;
        assert!(!self.may_come_back(picture, NOW).await);
        let sexual = self.removal(picture, ReportReason::Sexual);
        self.pictures.removed(&sexual).await.unwrap();
        assert!(!self.may_come_back(picture, NOW).await, "it stands");
        self.judged(ruling, AppealState::Overturned).await;
        assert!(self.may_come_back(picture, NOW).await);
    }

    async fn what_went_with_another_comes_back_with_it(&self) {
        let (first, ruling) = self.removed(ReportReason::Privacy).await;
        let (copy, decision) = self.removed(ReportReason::Privacy).await;
        self.judged(ruling, AppealState::Overturned).await;
        for _ in 0..2 {
            let standing = self.pictures.take_back(copy, Some(first), NOW).await;
            assert_eq!(standing.unwrap(), Some(Standing::Shown), "each time");
        }
        let rulings = self.store.rulings_of(self.owner, None, 99).await.unwrap();
        let about = rulings.iter().find(|it| it.id == decision).unwrap();
        let appeal = about.appeal.as_ref().unwrap();
        assert_eq!(appeal.state, AppealState::Overturned);
        // Removed by itself as well: that decision keeps it down.
        let (first, ruling) = self.removed(ReportReason::Privacy).await;
        let (copy, _) = self.removed(ReportReason::Sexual).await;
        let with = self.removal(copy, ReportReason::Privacy);
        self.pictures.removed(&with).await.unwrap();
        self.judged(ruling, AppealState::Overturned).await;
        let standing = self.pictures.take_back(copy, Some(first), NOW).await;
        assert_eq!(standing.unwrap(), None);
        let nothing = AssetId::generate();
        let none = self.pictures.take_back(nothing, None, NOW).await.unwrap();
        assert_eq!(none, None);
    }
}
