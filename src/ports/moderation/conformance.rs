//! What every moderation store must keep, whatever stands behind it.

mod appeals;
pub(crate) mod pictures;
mod rulings;

use futures_util::future::join_all;

use super::desk::{ModerationStore, NewReport, QueuePlace, REPORTS_A_DAY_MAX, Reported, Thing};
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::id::{CaseId, PostId, UserId};
use crate::domain::moderation::{CaseState, ContentKind, ReportReason};
use crate::ports::notification::NotificationStore;
use crate::ports::once::{Done, Once, OnceKey, RequestDigest};
use crate::ports::user::UserStore;
use crate::ports::user::conformance::created;

const NOW: WallMs = WallMs(1_800_000_000_000);

/// Who looks after things.
pub(crate) struct Staff {
    /// An admin.
    pub admin: UserId,
    /// A moderator.
    pub one: UserId,
    /// Another.
    pub two: UserId,
}

/// What the suite runs on.
struct Stage<'a> {
    store: &'a dyn ModerationStore,
    users: &'a dyn UserStore,
    notices: &'a dyn NotificationStore,
    staff: &'a Staff,
}

/// Runs the whole suite on a store with nobody but the staff in it.
pub(crate) async fn conformance(
    store: &dyn ModerationStore,
    users: &dyn UserStore,
    notices: &dyn NotificationStore,
    staff: &Staff,
) {
    let stage = Stage {
        store,
        users,
        notices,
        staff,
    };
    stage.one_report_a_person_and_thing().await;
    stage
        .reports_at_once_are_one_case_with_a_right_count()
        .await;
    stage.the_queue_is_in_order_and_read_by_pages().await;
    stage.nobody_reports_without_end().await;
    stage.what_is_held_is_in_the_queue_once().await;
    rulings::conformance(&stage).await;
    appeals::conformance(&stage).await;
}

fn post(author: Option<UserId>) -> Thing {
    Thing {
        kind: ContentKind::Post,
        subject: PostId::generate().to_string(),
        author,
        text: "나쁜 말".to_owned(),
    }
}

fn by(actor: UserId) -> Trace {
    Trace {
        actor: Some(actor),
        ..Trace::default()
    }
}

fn once(owner: UserId, digest: u8) -> Once {
    Once {
        owner,
        key: OnceKey::parse(b"key").unwrap(),
        digest: RequestDigest([digest; 32]),
    }
}

impl Stage<'_> {
    async fn person(&self, name: &str) -> UserId {
        created(self.users, name, name).await.id
    }

    fn report(reporter: UserId, thing: &Thing, at: WallMs) -> NewReport {
        NewReport {
            thing: thing.clone(),
            reporter,
            reason: ReportReason::Abuse,
            comment: "왜냐하면".to_owned(),
            at,
        }
    }

    async fn reported(&self, reporter: UserId, thing: &Thing, at: WallMs) {
        let report = Self::report(reporter, thing, at);
        let reported = self.store.report(&report, None).await.unwrap();
        assert!(matches!(reported, Done::Now(Reported::Report(_))));
    }

    /// The open case of a thing, from the queue.
    async fn case(&self, thing: &Thing) -> CaseId {
        let cases = self
            .store
            .cases(CaseState::Open, None, 1_000)
            .await
            .unwrap();
        let case = cases.iter().find(|case| case.subject == thing.subject);
        case.unwrap().id
    }

    async fn one_report_a_person_and_thing(&self) {
        let (me, author) = (
            self.person("rep_one").await,
            self.person("rep_author").await,
        );
        let thing = post(Some(author));
        let report = Self::report(me, &thing, NOW);
        let key = once(me, 1);
        let first = self.store.report(&report, Some(&key)).await.unwrap();
        let Done::Now(Reported::Report(first)) = first else {
            panic!("{first:?}");
        };
        assert_eq!((first.state, first.at), (CaseState::Open, NOW));
        let replayed = self.store.report(&report, Some(&key)).await.unwrap();
        assert_eq!(replayed, Done::Before(Reported::Report(first.clone())));
        let again = Self::report(me, &thing, WallMs(NOW.0 + 5));
        let again = self.store.report(&again, None).await.unwrap();
        assert_eq!(again, Done::Now(Reported::Report(first.clone())));
        let reused = self.store.report(&report, Some(&once(me, 2))).await;
        assert_eq!(reused.unwrap(), Done::KeyReused);
        let file = self.store.case(self.case(&thing).await).await.unwrap();
        let file = file.unwrap();
        assert_eq!((file.case.reports, file.reports.len()), (1, 1));
        assert_eq!(file.case.text, "나쁜 말");
        assert_eq!(file.case.author.unwrap().id, author);
        assert_eq!(file.reports[0].reporter.id, me);
        assert_eq!(file.reports[0].comment, "왜냐하면");
        let other = post(None);
        self.reported(me, &other, WallMs(NOW.0 + 9)).await;
        let mine = self.store.reports_of(me, None, 9).await.unwrap();
        let subjects: Vec<&str> = mine.iter().map(|report| &*report.subject).collect();
        assert_eq!(subjects, [&*other.subject, &*thing.subject]);
        let after = Some((mine[0].at, mine[0].id));
        assert_eq!(self.store.reports_of(me, after, 9).await.unwrap(), [first]);
        assert_eq!(self.store.reports_of(author, None, 9).await.unwrap(), []);
    }

    async fn reports_at_once_are_one_case_with_a_right_count(&self) {
        let author = self.person("mob_author").await;
        let thing = post(Some(author));
        let mut mob = Vec::new();
        for number in 0..8 {
            mob.push(self.person(&format!("mob_{number}")).await);
        }
        // Each twice.
        let reports = mob.iter().chain(&mob);
        join_all(reports.map(|who| self.reported(*who, &thing, NOW))).await;
        let cases = self
            .store
            .cases(CaseState::Open, None, 1_000)
            .await
            .unwrap();
        let of_it: Vec<_> = cases
            .iter()
            .filter(|case| case.subject == thing.subject)
            .collect();
        assert_eq!(of_it.len(), 1);
        assert_eq!(of_it[0].reports, 8);
    }

    async fn the_queue_is_in_order_and_read_by_pages(&self) {
        let (one, two) = (self.person("q_one").await, self.person("q_two").await);
        let things: Vec<Thing> = (0..4).map(|_| post(None)).collect();
        for (thing, at) in things.iter().zip([3, 1, 2, 4]) {
            self.reported(one, thing, WallMs(NOW.0 + at)).await;
        }
        self.reported(two, &things[3], WallMs(NOW.0 + 5)).await;
        let mut read = Vec::new();
        let mut after = None;
        loop {
            let page = self.store.cases(CaseState::Open, after, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(QueuePlace {
                reports: last.reports,
                opened: last.opened,
                id: last.id,
            });
            read.extend(page);
        }
        let order: Vec<&str> = read.iter().map(|case| &*case.subject).collect();
        let place = |thing: &Thing| order.iter().position(|one| *one == thing.subject).unwrap();
        let places: Vec<usize> = [3, 1, 2, 0].map(|n: usize| place(&things[n])).into();
        assert!(places.is_sorted(), "{places:?}");
        assert!(read.iter().map(|case| case.reports).rev().is_sorted());
        let distinct: std::collections::HashSet<_> = order.iter().collect();
        assert_eq!(distinct.len(), order.len());
    }

    async fn nobody_reports_without_end(&self) {
        let me = self.person("q_many").await;
        for _ in 0..REPORTS_A_DAY_MAX {
            self.reported(me, &post(None), NOW).await;
        }
        let more = Self::report(me, &post(None), NOW);
        let more = self.store.report(&more, None).await.unwrap();
        let day_ms = 24 * 60 * 60 * 1_000;
        assert_eq!(more, Done::Now(Reported::TooMany(day_ms)));
        let later = Self::report(me, &post(None), WallMs(NOW.0 + 5));
        let later = self.store.report(&later, None).await.unwrap();
        assert_eq!(later, Done::Now(Reported::TooMany(day_ms - 5)));
        self.reported(me, &post(None), WallMs(NOW.0 + day_ms)).await;
    }

    async fn what_is_held_is_in_the_queue_once(&self) {
        let author = self.person("held_author").await;
        let thing = post(Some(author));
        let case = self.store.hold(&thing, NOW).await.unwrap();
        assert_eq!(self.store.hold(&thing, NOW).await.unwrap(), case);
        let file = self.store.case(case).await.unwrap().unwrap();
        assert_eq!((file.case.held, file.case.reports), (true, 0));
        let me = self.person("held_reporter").await;
        self.reported(me, &thing, NOW).await;
        assert_eq!(self.case(&thing).await, case, "the same case");
        assert!(self.store.case(CaseId::generate()).await.unwrap().is_none());
    }
}
