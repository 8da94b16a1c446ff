//! What people do to each other, to their accounts, and before moderators.

use rand::Rng;
use rand::seq::IndexedRandom;

use super::{Member, NOW, Step, told};
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::filter::muted_words::MutedWord;
use crate::domain::filter::simhash::SimHash;
use crate::domain::id::{LoginId, PostId, RoomId};
use crate::domain::moderation::{AppealState, CaseState, ReportReason, RulingAction};
use crate::domain::notification::{NewNotice, NoticeId, NoticeKind};
use crate::domain::profile::ProfileChange;
use crate::domain::relation::{Nickname, Testimonial};
use crate::domain::settings::SettingsChange;
use crate::domain::text::PersonName;
use crate::domain::user::AccountRole;
use crate::domain::version::Expected;
use crate::ports::account::AccountStore;
use crate::ports::login::{LoginStore, NewLogin, SecretHash, StoredKey};
use crate::ports::moderation::desk::{ModerationStore, NewReport, NewRuling};
use crate::ports::muted_words::MutedWordStore;
use crate::ports::notification::NotificationStore;
use crate::ports::operator::OperatorStore;
use crate::ports::permission::{PermissionStore, Suspension};
use crate::ports::profile::{HandleRules, ProfileStore};
use crate::ports::relations::{BlockStore, FollowStore, TieStore};
use crate::ports::room::RoomOwners;
use crate::ports::settings::SettingsStore;
use crate::ports::spam::{Marks, SpamFacts, Written};

impl Member<'_> {
    pub(super) async fn among_people(&mut self, kind: u32) -> Step {
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

    pub(super) async fn about_accounts(&mut self, kind: u32) -> Step {
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
                        .set_front_room(one, RoomId::generate(), &Expected::Any)
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

    pub(super) async fn before_moderators(&mut self, kind: u32) -> Step {
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
}
