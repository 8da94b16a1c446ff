//! Decisions.

use futures_util::future::join_all;

use super::{NOW, Stage, by, once, post};
use crate::domain::clock::WallMs;
use crate::domain::id::{CaseId, UserId};
use crate::domain::moderation::{CaseState, ContentKind, ReportReason, RulingAction, Standing};
use crate::domain::notification::NoticeKind;
use crate::ports::moderation::desk::{Case, Decided, NewRuling, REPORT_AGAIN_MS, Settled, Thing};
use crate::ports::once::Done;

pub(super) async fn conformance(stage: &Stage<'_>) {
    stage
        .a_decision_closes_the_case_tells_the_author_and_owes_a_standing()
        .await;
    stage.of_decisions_at_once_one_is_the_first().await;
    stage.who_may_not_decide_changes_nothing().await;
    stage
        .what_was_held_is_shown_when_nothing_is_wrong_with_it()
        .await;
    stage.there_must_be_somebody_to_warn().await;
    stage.past_decisions_are_known_in_the_next_case().await;
    stage.a_decision_takes_effect_once().await;
    stage.whoever_goes_on_is_reported_again().await;
    stage.the_newest_decision_is_owed_but_for_a_removal().await;
}

pub(super) fn ruling(case: CaseId, action: RulingAction, at: WallMs) -> NewRuling {
    NewRuling {
        case,
        action,
        rule: ReportReason::Hate,
        note: "메모".to_owned(),
        until: None,
        at,
    }
}

impl Stage<'_> {
    /// Somebody's thing, reported; its case.
    pub(super) async fn wrong(&self, author: Option<UserId>) -> (Thing, CaseId) {
        let thing = post(author);
        self.reported(self.staff.two, &thing, NOW).await;
        let case = self.case(&thing).await;
        (thing, case)
    }

    pub(super) async fn decided(
        &self,
        actor: UserId,
        case: CaseId,
        action: RulingAction,
    ) -> Settled {
        let decided = self.tried(actor, case, action).await;
        match decided {
            Decided::Done(settled) => *settled,
            other => panic!("nothing was in the way, yet {other:?}"),
        }
    }

    async fn tried(&self, actor: UserId, case: CaseId, action: RulingAction) -> Decided {
        let new = ruling(case, action, NOW);
        let decided = self.store.decide(&new, &by(actor), None).await;
        match decided.unwrap() {
            Done::Now(decided) => decided,
            other => panic!("no key was used, yet {other:?}"),
        }
    }

    /// The standing owed to a thing.
    pub(super) async fn owed(&self, thing: &Thing) -> Option<Standing> {
        let owed = self.store.owed(0, 1_000).await.unwrap();
        let owed = owed.iter().find(|owed| owed.subject == thing.subject);
        owed.map(|owed| owed.standing)
    }

    async fn a_decision_closes_the_case_tells_the_author_and_owes_a_standing(&self) {
        let author = self.person("rule_author").await;
        let (thing, case) = self.wrong(Some(author)).await;
        let settled = self.decided(self.staff.one, case, RulingAction::Hide).await;
        let made = &settled.ruling;
        assert_eq!(
            (made.action, made.rule),
            (RulingAction::Hide, ReportReason::Hate)
        );
        assert_eq!(
            (made.author, made.moderator),
            (Some(author), Some(self.staff.one))
        );
        assert_eq!((made.case, &*made.note, made.at), (Some(case), "메모", NOW));
        assert_eq!(settled.told.len(), 1);
        let notices = self.notices.list(author, None, 9).await.unwrap();
        assert_eq!(notices[0].kind, NoticeKind::Decision);
        assert_eq!(notices[0].subject, made.id.to_string());
        assert!(notices[0].from.is_none(), "the house");
        let file = self.store.case(case).await.unwrap().unwrap();
        assert_eq!(file.case.state, CaseState::Closed);
        assert_eq!(file.case.closed, Some(NOW));
        assert_eq!(file.rulings, std::slice::from_ref(made));
        assert_eq!(self.owed(&thing).await, Some(Standing::Hidden));
        let owed = self.store.owed(0, 1_000).await.unwrap();
        for owed in owed {
            self.store.paid(&owed).await.unwrap();
        }
        assert_eq!(self.owed(&thing).await, None);
        let own = self.store.rulings_of(author, None, 9).await.unwrap();
        assert_eq!(own, std::slice::from_ref(made));
        let none = self.store.rulings_of(author, Some(made.place), 9).await;
        assert_eq!(none.unwrap(), []);
        assert_eq!(
            self.store.log(None, 1).await.unwrap(),
            std::slice::from_ref(made)
        );
        let reports = self
            .store
            .reports_of(self.staff.two, None, 1)
            .await
            .unwrap();
        assert_eq!(reports[0].state, CaseState::Closed);
        // Reported by somebody else, it is a new case.
        let other = self.person("rule_other").await;
        self.reported(other, &thing, WallMs(NOW.0 + 1)).await;
        assert_ne!(self.case(&thing).await, case);
    }

    async fn of_decisions_at_once_one_is_the_first(&self) {
        let author = self.person("race_author").await;
        let (_, case) = self.wrong(Some(author)).await;
        let staff = [self.staff.one, self.staff.two, self.staff.admin];
        let tried = staff.map(|who| self.tried(who, case, RulingAction::Remove));
        let tried = join_all(tried).await;
        let done = |one: &&Decided| matches!(one, Decided::Done(_));
        let late = |one: &&Decided| matches!(one, Decided::Closed);
        assert_eq!(tried.iter().filter(done).count(), 1);
        assert_eq!(tried.iter().filter(late).count(), 2);
    }

    async fn who_may_not_decide_changes_nothing(&self) {
        let author = self.person("no_author").await;
        let (_, case) = self.wrong(Some(author)).await;
        let Self { staff, .. } = self;
        let hide = RulingAction::Hide;
        assert_eq!(self.tried(author, case, hide).await, Decided::Forbidden);
        let nobody = UserId::generate();
        assert_eq!(self.tried(nobody, case, hide).await, Decided::Forbidden);
        let missing = self.tried(staff.one, CaseId::generate(), hide).await;
        assert_eq!(missing, Decided::NoSuchCase);
        // Their own, that of another moderator, that of an admin.
        for (whose, who) in [
            (staff.one, staff.one),
            (staff.one, staff.two),
            (staff.admin, staff.one),
        ] {
            let thing = post(Some(whose));
            let reporter = self.person(&format!("no_{}", &thing.subject[24..])).await;
            self.reported(reporter, &thing, NOW).await;
            let case = self.case(&thing).await;
            assert_eq!(self.tried(who, case, hide).await, Decided::Forbidden);
        }
        let file = self.store.case(case).await.unwrap().unwrap();
        assert_eq!(file.case.state, CaseState::Open);
        self.decided(staff.admin, case, hide).await;
    }

    async fn what_was_held_is_shown_when_nothing_is_wrong_with_it(&self) {
        let author = self.person("fine_author").await;
        let thing = post(Some(author));
        let case = self.store.hold(&thing, NOW).await.unwrap();
        let settled = self
            .decided(self.staff.one, case, RulingAction::Dismiss)
            .await;
        assert!(settled.told.is_empty(), "nothing happened to them");
        assert_eq!(self.owed(&thing).await, Some(Standing::Shown));
        assert_eq!(self.store.rulings_of(author, None, 9).await.unwrap(), []);
        let (thing, case) = self.wrong(Some(author)).await;
        self.decided(self.staff.one, case, RulingAction::Dismiss)
            .await;
        assert_eq!(self.owed(&thing).await, None);
    }

    async fn there_must_be_somebody_to_warn(&self) {
        let (_, case) = self.wrong(None).await;
        for action in [RulingAction::Warn, RulingAction::Suspend] {
            assert_eq!(
                self.tried(self.staff.one, case, action).await,
                Decided::NoAuthor
            );
        }
        let settled = self
            .decided(self.staff.one, case, RulingAction::Remove)
            .await;
        assert_eq!((settled.ruling.author, settled.told.len()), (None, 0));
    }

    async fn past_decisions_are_known_in_the_next_case(&self) {
        let author = self.person("again_author").await;
        let (_, first) = self.wrong(Some(author)).await;
        let warned = self
            .decided(self.staff.one, first, RulingAction::Warn)
            .await;
        let (_, fine) = self.wrong(Some(author)).await;
        self.decided(self.staff.one, fine, RulingAction::Dismiss)
            .await;
        let (_, next) = self.wrong(Some(author)).await;
        let file = self.store.case(next).await.unwrap().unwrap();
        assert_eq!(file.past, [warned.ruling]);
        assert_eq!(file.rulings, []);
    }

    async fn a_decision_takes_effect_once(&self) {
        let author = self.person("once_author").await;
        let person = Thing {
            kind: ContentKind::User,
            subject: author.to_string(),
            author: Some(author),
            text: "이름".to_owned(),
        };
        self.reported(self.staff.two, &person, NOW).await;
        let case = self.case(&person).await;
        let actor = self.staff.one;
        let new = NewRuling {
            until: Some(WallMs(NOW.0 + 5)),
            ..ruling(case, RulingAction::Suspend, NOW)
        };
        let key = once(actor, 3);
        let first = self.store.decide(&new, &by(actor), Some(&key)).await;
        let Done::Now(Decided::Done(first)) = first.unwrap() else {
            panic!("nothing was in the way");
        };
        assert_eq!(first.ruling.until, Some(WallMs(NOW.0 + 5)));
        assert_eq!(
            self.owed(&person).await,
            None,
            "a person's standing is their suspension"
        );
        let again = self.store.decide(&new, &by(actor), Some(&key)).await;
        let Done::Before(Decided::Done(again)) = again.unwrap() else {
            panic!("it was decided");
        };
        assert_eq!(again.ruling, first.ruling);
        assert!(again.told.is_empty());
        let notices = self.notices.list(author, None, 9).await.unwrap();
        assert_eq!(notices.len(), 1);
        let (trace, other) = (by(actor), once(actor, 4));
        let reused = self.store.decide(&new, &trace, Some(&other)).await;
        assert_eq!(reused.unwrap(), Done::KeyReused);
    }

    async fn whoever_goes_on_is_reported_again(&self) {
        let author = self.person("on_author").await;
        let victim = self.person("on_victim").await;
        let person = Thing {
            kind: ContentKind::User,
            subject: author.to_string(),
            author: Some(author),
            text: "이름".to_owned(),
        };
        self.reported(victim, &person, NOW).await;
        let first = self.case(&person).await;
        let dismiss = RulingAction::Dismiss;
        self.decided(self.staff.one, first, dismiss).await;
        // Nobody nags, and nobody is unheard for good.
        self.reported(victim, &person, WallMs(NOW.0 + 1)).await;
        let cases = self.store.cases(CaseState::Open, None, 1_000).await;
        let is_open = |cases: &[Case]| cases.iter().any(|case| case.subject == person.subject);
        assert!(!is_open(&cases.unwrap()));
        self.reported(victim, &person, WallMs(NOW.0 + REPORT_AGAIN_MS))
            .await;
        let again = self.case(&person).await;
        assert_ne!(again, first);
        let file = self.store.case(again).await.unwrap().unwrap();
        assert_eq!((file.case.reports, file.reports.len()), (1, 1));
        let mine = self.store.reports_of(victim, None, 9).await.unwrap();
        let states: Vec<CaseState> = mine.iter().map(|report| report.state).collect();
        assert_eq!(states, [CaseState::Open, CaseState::Closed]);
    }

    async fn the_newest_decision_is_owed_but_for_a_removal(&self) {
        let author = self.person("new_author").await;
        for (first, second, owed) in [
            (
                RulingAction::Hide,
                RulingAction::Show,
                [Standing::Shown].as_slice(),
            ),
            (
                RulingAction::Remove,
                RulingAction::Show,
                [Standing::Removed, Standing::Shown].as_slice(),
            ),
            (
                RulingAction::Hide,
                RulingAction::Dismiss,
                [Standing::Hidden].as_slice(),
            ),
        ] {
            let (thing, case) = self.wrong(Some(author)).await;
            self.decided(self.staff.one, case, first).await;
            let other = self.person(&format!("new_{}", &thing.subject[24..])).await;
            self.reported(other, &thing, NOW).await;
            let case = self.case(&thing).await;
            self.decided(self.staff.two, case, second).await;
            let all = self.store.owed(0, 1_000).await.unwrap();
            let of_it: Vec<_> = all
                .iter()
                .filter(|one| one.subject == thing.subject)
                .collect();
            let standings: Vec<Standing> = of_it.iter().map(|one| one.standing).collect();
            assert_eq!(standings, owed);
            let last = of_it[of_it.len() - 1];
            let after = self.store.owed(last.place, 1_000).await.unwrap();
            assert!(after.iter().all(|one| one.place > last.place));
        }
    }
}
