//! Many do all kinds of steps at once, about the same few people: nobody waits in a circle, and all adds up afterwards.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use super::*;
use crate::adapters::postgres::DecisionOutbox;
use crate::domain::audit::{Act, Trace};
use crate::domain::filter::muted_words::MutedWord;
use crate::domain::filter::simhash::SimHash;
use crate::domain::id::{LoginId, PostId, UserId};
use crate::domain::moderation::{AppealState, CaseState, ContentKind, ReportReason, RulingAction};
use crate::domain::notification::{NewNotice, NoticeId, NoticeKind};
use crate::domain::profile::ProfileChange;
use crate::domain::relation::{Nickname, Testimonial};
use crate::domain::settings::SettingsChange;
use crate::domain::text::PersonName;
use crate::domain::user::AccountRole;
use crate::domain::version::Expected;
use crate::ports::account::AccountStore;
use crate::ports::events::Outbox;
use crate::ports::login::{LoginStore, NewLogin, SecretHash, StoredKey};
use crate::ports::moderation::desk::{ModerationStore, NewReport, NewRuling, Thing};
use crate::ports::muted_words::MutedWordStore;
use crate::ports::notification::NotificationStore;
use crate::ports::once::{Once, OnceKey, RequestDigest};
use crate::ports::operator::OperatorStore;
use crate::ports::permission::{PermissionStore, Suspension};
use crate::ports::personal_data::{Erasing, PersonalData};
use crate::ports::profile::HandleRules;
use crate::ports::relations::{BlockStore, FollowStore, TieStore};
use crate::ports::room::RoomOwners;
use crate::ports::settings::SettingsStore;
use crate::ports::spam::{Marks, SpamFacts, Written};
use crate::ports::user::conformance::{identity, new_user};

/// Who is at it at once; more than there are connections.
const MEMBERS: u64 = 16;

const STEPS: u32 = 60;

/// How many kinds of steps there are: see [`Member::step`].
const KINDS: u32 = 30;

const NOW: WallMs = WallMs(1_700_000_000_000);

/// One of those who are at it.
struct Member<'a> {
    store: &'a Postgres,
    people: &'a [UserId],
    things: &'a [Thing],
    dice: StdRng,
    number: u64,
    made: u32,
}

type Step = Result<(), String>;

/// What came of a call is all the same, but for an error.
fn told<T, E: std::fmt::Debug>(answer: Result<T, E>) -> Step {
    answer.map(drop).map_err(|error| format!("{error:?}"))
}

impl Member<'_> {
    fn anybody(&mut self) -> UserId {
        *self.people.choose(&mut self.dice).unwrap()
    }

    fn trace(&mut self) -> Trace {
        Trace {
            actor: Some(self.anybody()),
            ..Trace::default()
        }
    }

    fn thing(&mut self) -> Thing {
        self.things.choose(&mut self.dice).unwrap().clone()
    }

    /// A key for a request of this kind, which may have come before.
    fn once(&mut self, owner: UserId, kind: u8) -> Option<Once> {
        let key = format!("key-{}", self.dice.random_range(0..50));
        let key = OnceKey::parse(key.as_bytes()).unwrap();
        let digest = RequestDigest([kind; 32]);
        Some(Once { owner, key, digest })
    }

    async fn live(mut self) -> Step {
        for _ in 0..STEPS {
            let kind = self.dice.random_range(0..KINDS);
            let done = match kind {
                0..10 => Box::pin(self.among_people(kind)).await,
                10..20 => Box::pin(self.about_accounts(kind)).await,
                _ => Box::pin(self.before_moderators(kind)).await,
            };
            done.map_err(|error| format!("kind {kind}: {error}"))?;
        }
        Ok(())
    }

    async fn among_people(&mut self, kind: u32) -> Step {
        let (store, one, other) = (self.store, self.anybody(), self.anybody());
        let name = Nickname::parse("별").unwrap();
        let line = Testimonial::parse("좋은 사람").unwrap();
        match kind {
            0 | 1 => told(store.follow(one, other, NOW).await),
            2 => told(store.unfollow(one, other).await),
            3 => told(store.approve(one, other, NOW).await),
            4 => {
                told(store.block(one, other, NOW).await)?;
                told(store.unblock(one, other).await)
            }
            5 => told(store.mute(one, other, None, NOW).await),
            6 | 7 => told(store.tie_to(one, other, &name, NOW).await),
            8 => told(store.untie(one, other).await),
            _ => told(store.testify(one, other, &line, NOW).await),
        }
    }

    async fn about_accounts(&mut self, kind: u32) -> Step {
        let (store, one, trace) = (self.store, self.anybody(), self.trace());
        match kind {
            10 => {
                let change = SettingsChange {
                    account_private: Some(self.dice.random()),
                    ..SettingsChange::default()
                };
                told(
                    store
                        .change_settings(one, change, &Expected::Any, NOW)
                        .await,
                )?;
                told(store.grant_waiting(None, NOW).await)
            }
            11 => {
                let rules = HandleRules {
                    pause_ms: 0,
                    kept_ms: 1,
                };
                let wanted = format!("wanted_{}", self.dice.random_range(0..4));
                let any = Expected::Any;
                told(ProfileStore::rename(store, one, &wanted, rules, &any, NOW).await)
            }
            12 => {
                let name = format!("이름 {}", self.dice.random_range(0..9));
                let change = ProfileChange {
                    display_name: Some(PersonName::parse(&name).unwrap()),
                    ..ProfileChange::default()
                };
                told(store.change(one, &change, &Expected::Any).await)?;
                told(
                    store
                        .set_front_room(one, crate::domain::id::RoomId::generate())
                        .await,
                )
            }
            13 => self.comes_and_goes().await,
            14 => {
                let login = NewLogin {
                    id: LoginId::generate(),
                    user_id: one,
                    secret: SecretHash(self.dice.random()),
                    trace: Trace::default(),
                    at: NOW,
                    authenticated: NOW,
                    expires: WallMs(NOW.0 + 1_000_000),
                };
                told(store.open(&login).await)?;
                told(store.revoke_others(one, login.id, &trace, NOW).await)?;
                told(
                    store
                        .revoke(login.id, Some(one), Act::LoginRevoked, &trace, NOW)
                        .await,
                )
            }
            15 => {
                told(store.close(one, &trace, NOW).await)?;
                told(store.restore(one, &trace, NOW).await)
            }
            16 => {
                let role = *AccountRole::ALL.choose(&mut self.dice).unwrap();
                told(store.set_role(one, role, &trace, NOW).await)
            }
            17 => told(store.give_role("crowd_0", AccountRole::Admin, NOW).await),
            18 => {
                let kid = format!("{}-{}", self.number, self.made);
                self.made += 1;
                let key = StoredKey {
                    kid: kid.clone(),
                    seed: [1; 32],
                    created: NOW,
                    signs_from: NOW,
                };
                told(store.add_key(&key, 0, NOW).await)?;
                told(store.revoke_key(&kid, None, NOW).await)
            }
            _ => {
                let once = self.once(one, 1);
                let word = format!("낱말{}", self.dice.random_range(0..5));
                let word = MutedWord::parse(&word, None).unwrap();
                told(store.mute_word(one, &word, once.as_ref(), NOW).await)
            }
        }
    }

    async fn before_moderators(&mut self, kind: u32) -> Step {
        let (store, one, trace, thing) = (self.store, self.anybody(), self.trace(), self.thing());
        match kind {
            20 => {
                let suspension = Suspension {
                    user_id: one,
                    reason: "spam".to_owned(),
                    until: Some(WallMs(NOW.0 + self.dice.random_range(0..3))),
                };
                told(store.suspend(&suspension, &trace, NOW).await)?;
                told(store.reinstate(one, &trace, NOW).await)
            }
            21..=23 => {
                let report = NewReport {
                    thing,
                    reporter: one,
                    reason: ReportReason::Abuse,
                    comment: String::new(),
                    at: NOW,
                };
                let once = self.once(one, 2);
                told(store.report(&report, once.as_ref()).await)
            }
            24 | 25 => {
                told(store.hold(&thing, NOW).await)?;
                let open = store.cases(CaseState::Open, None, 9).await;
                let open = open.map_err(|error| error.to_string())?;
                let Some(case) = open.choose(&mut self.dice) else {
                    return Ok(());
                };
                let action = *RulingAction::ALL.choose(&mut self.dice).unwrap();
                let ruling = NewRuling {
                    case: case.id,
                    action,
                    rule: ReportReason::Hate,
                    note: String::new(),
                    until: None,
                    at: NOW,
                };
                told(store.decide(&ruling, &trace, None).await)
            }
            26 | 27 => self.appeals(&trace).await,
            28 => {
                let written = Written {
                    hash: SimHash::of("오늘은 참 좋은 날입니다 그렇지 않아요"),
                    hosts: (0..3)
                        .map(|_| format!("host{}.example", self.dice.random_range(0..9)))
                        .collect(),
                    mentioned: vec![one],
                    marks: Marks::of(PostId::generate().uuid(), None),
                };
                told(store.note(one, &written, NOW).await)
            }
            _ => {
                let notice = NewNotice {
                    to: one,
                    kind: NoticeKind::Guestbook,
                    from: trace.actor,
                    subject: String::new(),
                    at: NOW,
                };
                told(NotificationStore::notify(store, &notice).await)?;
                let once = self.once(one, 3);
                told(
                    store
                        .read(one, NoticeId(u64::MAX), once.as_ref(), NOW)
                        .await,
                )
            }
        }
    }

    async fn appeals(&mut self, trace: &Trace) -> Step {
        let log = self.store.log(None, 20).await;
        let log = log.map_err(|error| error.to_string())?;
        let Some(ruling) = log.choose(&mut self.dice) else {
            return Ok(());
        };
        if let Some(author) = ruling.author {
            let appealed = self.store.appeal(author, ruling.id, "아니에요", None, NOW);
            told(appealed.await)?;
        }
        let state = match self.dice.random() {
            true => AppealState::Overturned,
            false => AppealState::Upheld,
        };
        told(self.store.judge(ruling.id, state, trace, None, NOW).await)
    }

    /// Two newcomers live with everybody and with each other, and are erased at the same time.
    async fn comes_and_goes(&mut self) -> Step {
        let store = self.store;
        let mut pair = Vec::new();
        for _ in 0..2 {
            let handle = format!("passing_{}_{}", self.number, self.made);
            self.made += 1;
            let identity = identity(&handle);
            told(store.admit(&identity, &new_user(&[&handle])).await)?;
            let user = store.by_identity(&identity).await;
            let user = user.map_err(|error| format!("{error:?}"))?;
            pair.extend(user.map(|user| user.id));
        }
        let [one, other] = pair[..] else {
            return Err("a newcomer is not there".to_owned());
        };
        let name = Nickname::parse("별").unwrap();
        let line = Testimonial::parse("좋은 사람").unwrap();
        for (one, other) in [(one, other), (other, one)] {
            told(store.follow(one, other, NOW).await)?;
            told(store.tie_to(one, other, &name, NOW).await)?;
            told(store.testify(one, other, &line, NOW).await)?;
            told(store.mute(one, other, None, NOW).await)?;
            for thing in self.things {
                let report = NewReport {
                    thing: thing.clone(),
                    reporter: one,
                    reason: ReportReason::Spam,
                    comment: String::new(),
                    at: NOW,
                };
                told(store.report(&report, None).await)?;
            }
            let neighbour = self.anybody();
            told(store.follow(neighbour, one, NOW).await)?;
            told(store.follow(one, neighbour, NOW).await)?;
            let own = Thing {
                kind: ContentKind::User,
                subject: one.to_string(),
                author: Some(one),
                text: "이름".to_owned(),
            };
            told(store.hold(&own, NOW).await)?;
        }
        let nobody = Trace::default();
        let (here, there) = tokio::join!(
            async {
                told(store.close(one, &nobody, NOW).await)?;
                gone(store, one).await
            },
            async {
                told(store.close(other, &nobody, NOW).await)?;
                gone(store, other).await
            }
        );
        here?;
        there
    }
}

async fn gone(store: &Postgres, person: UserId) -> Step {
    while store
        .erase(person, NOW)
        .await
        .map_err(|error| format!("{error:?}"))?
        != Erasing::Done
    {}
    Ok(())
}

/// What counts and what is counted.
const ADDS_UP: &[&str] = &[
    "relation_count AS c WHERE
         followers <> (SELECT count(*) FROM follow WHERE followee_id = c.user_id)
         OR following <> (SELECT count(*) FROM follow WHERE follower_id = c.user_id)
         OR ties <> (SELECT count(*) FROM tie WHERE tie.user_id = c.user_id)",
    "moderation_case AS c WHERE reports <> (SELECT count(*) FROM report WHERE case_id = c.id)",
    "follow JOIN block ON blocker_id = follower_id AND blocked_id = followee_id
         OR blocker_id = followee_id AND blocked_id = follower_id",
    "tie AS mine WHERE NOT EXISTS (
         SELECT FROM tie WHERE tie.user_id = mine.other_id AND other_id = mine.user_id)",
    "account WHERE handle LIKE 'passing%'",
];

/// What is there when people did more than be refused.
const HAPPENED: &[&str] = &[
    "notification WHERE kind = 'follow'",
    "notification WHERE kind = 'tie_request'",
    "report",
    "ruling WHERE appeal = 'upheld'",
    "ruling WHERE appeal = 'overturned'",
    "audit WHERE act = 'suspended'",
    "audit WHERE act = 'role_changed' AND actor_id IS NOT NULL",
    "kept_handle",
    "once",
    "muted_word",
    "written_text",
    "notification_read",
    "login WHERE revoked_ms IS NOT NULL",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_waits_in_a_circle_and_all_adds_up() {
    let Some(store) = scratch().await else { return };
    let mut people = Vec::new();
    for n in 0..8 {
        let handle = format!("crowd_{n}");
        people.push(created(&*store, &handle, &handle).await.id);
    }
    for (handle, role) in [
        ("crowd_0", AccountRole::Admin),
        ("crowd_1", AccountRole::Admin),
        ("crowd_2", AccountRole::Moderator),
        ("crowd_3", AccountRole::Moderator),
    ] {
        store.give_role(handle, role, NOW).await.unwrap();
    }
    let things: Vec<Thing> = people
        .iter()
        .skip(4)
        .map(|author| Thing {
            kind: ContentKind::Post,
            subject: PostId::generate().to_string(),
            author: Some(*author),
            text: "나쁜 말".to_owned(),
        })
        .collect();
    let members = (0..MEMBERS).map(|number| {
        Member {
            store: &store.store,
            people: &people,
            things: &things,
            dice: StdRng::seed_from_u64(number),
            number,
            made: 0,
        }
        .live()
    });
    let relaying = async {
        let outbox = DecisionOutbox(store.store.clone());
        for _ in 0..STEPS {
            let waiting = outbox.waiting(0, 9).await.unwrap();
            let ids: Vec<u64> = waiting.iter().map(|entry| entry.id).collect();
            outbox.clear(&ids).await.unwrap();
        }
    };
    let (lived, ()) = tokio::join!(join_all(members), relaying);
    let failed: Vec<String> = lived.into_iter().filter_map(Result::err).collect();
    assert_eq!(failed, [""; 0]);
    for odd in ADDS_UP {
        assert_eq!(count(&store, odd).await, 0, "{odd}");
    }
    for trace in HAPPENED {
        assert_ne!(count(&store, trace).await, 0, "{trace}");
    }
    // Sessions hand in what they counted when they end.
    store.disconnect().await;
    let mut connection = store.options().connect().await.unwrap();
    let circles: i64 = sqlx::query_scalar(
        "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    connection.close().await.unwrap();
    assert_eq!(circles, 0, "the store had to break a circle");
}
