//! Appeals.

use super::{NOW, Stage, by, once};
use crate::domain::clock::WallMs;
use crate::domain::id::{RulingId, UserId};
use crate::domain::moderation::{APPEAL_MS, AppealState, ContentKind, RulingAction, Standing};
use crate::ports::moderation::desk::{Appealed, Judged, Ruling, Settled};
use crate::ports::once::Done;

pub(super) async fn conformance(stage: &Stage<'_>) {
    stage.one_appeals_once_and_in_time().await;
    stage.another_moderator_decides().await;
    stage.overturning_gives_back_what_was_taken().await;
    stage
        .another_decision_that_stands_keeps_a_thing_hidden()
        .await;
    stage.nobody_lets_in_who_is_not_below_them().await;
}

impl Stage<'_> {
    /// A decision against somebody.
    async fn against(&self, author: UserId, action: RulingAction) -> Ruling {
        let (_, case) = self.wrong(Some(author)).await;
        self.decided(self.staff.one, case, action).await.ruling
    }

    async fn appealed(&self, author: UserId, ruling: RulingId, at: WallMs) -> Appealed {
        let appealed = self.store.appeal(author, ruling, "아니에요", None, at);
        match appealed.await.unwrap() {
            Done::Now(appealed) => appealed,
            other => panic!("no key was used, yet {other:?}"),
        }
    }

    async fn judged(&self, actor: UserId, ruling: RulingId, state: AppealState) -> Judged {
        let trace = by(actor);
        let judged = self.store.judge(ruling, state, &trace, None, NOW);
        match judged.await.unwrap() {
            Done::Now(judged) => judged,
            other => panic!("no key was used, yet {other:?}"),
        }
    }

    async fn overturned(&self, actor: UserId, ruling: RulingId) -> Settled {
        match self.judged(actor, ruling, AppealState::Overturned).await {
            Judged::Done(settled) => *settled,
            other => panic!("nothing was in the way, yet {other:?}"),
        }
    }

    async fn one_appeals_once_and_in_time(&self) {
        let author = self.person("app_author").await;
        let other = self.person("app_other").await;
        let hidden = self.against(author, RulingAction::Hide).await;
        let late = WallMs(NOW.0 + APPEAL_MS + 1);
        let refused = self.appealed(other, hidden.id, NOW).await;
        assert_eq!(refused, Appealed::NoSuchRuling);
        assert_eq!(
            self.appealed(author, hidden.id, late).await,
            Appealed::TooLate
        );
        let key = once(author, 7);
        let made = self
            .store
            .appeal(author, hidden.id, "아니에요", Some(&key), NOW);
        let Done::Now(Appealed::Done(made)) = made.await.unwrap() else {
            panic!("nothing was in the way");
        };
        let appeal = made.appeal.clone().unwrap();
        assert_eq!(
            (&*appeal.text, appeal.state),
            ("아니에요", AppealState::Open)
        );
        let again = self
            .store
            .appeal(author, hidden.id, "아니에요", Some(&key), NOW);
        assert_eq!(
            again.await.unwrap(),
            Done::Before(Appealed::Done(made.clone()))
        );
        assert_eq!(
            self.appealed(author, hidden.id, NOW).await,
            Appealed::Already
        );
        let waiting = self.store.appeals(None, 9).await.unwrap();
        assert_eq!(waiting, [*made.clone()]);
        let after = self.store.appeals(Some((NOW, made.place)), 9).await;
        assert_eq!(after.unwrap(), []);
        let shown = self.against(author, RulingAction::Show).await;
        let refused = self.appealed(author, shown.id, NOW).await;
        assert_eq!(refused, Appealed::NotAgainstThem);
        let nothing = self
            .judged(self.staff.two, shown.id, AppealState::Upheld)
            .await;
        assert_eq!(nothing, Judged::NoSuchAppeal);
    }

    async fn another_moderator_decides(&self) {
        let author = self.person("jud_author").await;
        let warned = self.against(author, RulingAction::Warn).await;
        self.appealed(author, warned.id, NOW).await;
        for who in [author, self.staff.one] {
            let judged = self.judged(who, warned.id, AppealState::Upheld).await;
            assert_eq!(judged, Judged::Forbidden);
        }
        let judged = self
            .judged(self.staff.two, warned.id, AppealState::Upheld)
            .await;
        let Judged::Done(settled) = judged else {
            panic!("{judged:?}");
        };
        assert_eq!(settled.told.len(), 1);
        let appeal = settled.ruling.appeal.unwrap();
        assert_eq!(
            (appeal.state, appeal.decided),
            (AppealState::Upheld, Some(NOW))
        );
        let again = self
            .judged(self.staff.two, warned.id, AppealState::Overturned)
            .await;
        assert_eq!(again, Judged::Already);
        let notices = self.notices.list(author, None, 9).await.unwrap();
        assert_eq!(notices.len(), 2, "the decision, and that about the appeal");
    }

    async fn overturning_gives_back_what_was_taken(&self) {
        let author = self.person("ovr_author").await;
        let (thing, case) = self.wrong(Some(author)).await;
        let suspended = self
            .decided(self.staff.one, case, RulingAction::Suspend)
            .await;
        assert_eq!(self.owed(&thing).await, Some(Standing::Hidden));
        self.appealed(author, suspended.ruling.id, NOW).await;
        self.overturned(self.staff.two, suspended.ruling.id).await;
        assert_eq!(
            self.owed(&thing).await,
            Some(Standing::Shown),
            "before it was hidden"
        );
        self.pictures_that_were_removed_come_back_or_go(author)
            .await;
        // What else was removed does not come back.
        let (thing, case) = self.wrong(Some(author)).await;
        let removed = self
            .decided(self.staff.one, case, RulingAction::Remove)
            .await;
        self.appealed(author, removed.ruling.id, NOW).await;
        self.overturned(self.staff.admin, removed.ruling.id).await;
        assert_eq!(self.owed(&thing).await, Some(Standing::Removed));
    }

    async fn pictures_that_were_removed_come_back_or_go(&self, author: UserId) {
        for (state, owed) in [
            (AppealState::Overturned, Standing::Shown),
            (AppealState::Upheld, Standing::Removed),
        ] {
            let (mut thing, _) = self.wrong(Some(author)).await;
            thing.kind = ContentKind::Asset;
            let case = self.store.hold(&thing, NOW).await.unwrap();
            let removed = self
                .decided(self.staff.one, case, RulingAction::Remove)
                .await;
            for owed in self.store.owed(0, 1_000).await.unwrap() {
                self.store.paid(&owed).await.unwrap();
            }
            self.appealed(author, removed.ruling.id, NOW).await;
            self.judged(self.staff.two, removed.ruling.id, state).await;
            assert_eq!(self.owed(&thing).await, Some(owed), "{state:?}");
        }
    }

    async fn another_decision_that_stands_keeps_a_thing_hidden(&self) {
        let author = self.person("two_author").await;
        let (thing, case) = self.wrong(Some(author)).await;
        let first = self.decided(self.staff.one, case, RulingAction::Hide).await;
        let case = self.store.hold(&thing, NOW).await.unwrap();
        let second = self.decided(self.staff.one, case, RulingAction::Hide).await;
        for owed in self.store.owed(0, 1_000).await.unwrap() {
            self.store.paid(&owed).await.unwrap();
        }
        for (ruling, owed) in [(first, None), (second, Some(Standing::Shown))] {
            self.appealed(author, ruling.ruling.id, NOW).await;
            self.overturned(self.staff.two, ruling.ruling.id).await;
            assert_eq!(self.owed(&thing).await, owed);
        }
    }

    /// As nobody reinstates them over REST.
    async fn nobody_lets_in_who_is_not_below_them(&self) {
        let Self { staff, .. } = self;
        let (_, case) = self.wrong(Some(staff.one)).await;
        let warned = self.decided(staff.admin, case, RulingAction::Warn).await;
        self.appealed(staff.one, warned.ruling.id, NOW).await;
        for who in [staff.one, staff.two] {
            let judged = self
                .judged(who, warned.ruling.id, AppealState::Overturned)
                .await;
            assert_eq!(judged, Judged::Forbidden);
        }
        // Who decided is the only one above them.
        self.overturned(staff.admin, warned.ruling.id).await;
    }
}
