//! What every login store must keep, whatever stands behind it.

use super::{
    ActiveLogin, ENDED_KEPT_MS, EndedLogin, GrantStore, LOGINS_PER_USER_MAX, LoginKind, LoginStore,
    Moment, NewLogin, Opened, PersonalTokenStore, SecretHash, SigningKeyStore, StoredKey,
};
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::id::{LoginId, UserId};
use crate::domain::scope::Scopes;
use crate::domain::user::{AccountRole, User};
use crate::ports::audit::{AuditQuery, AuditStore};
use crate::ports::user::{UserStore, conformance::created};

mod at_once;
mod grant;
mod personal_token;

const IDLE_MS: u64 = 1_000;

/// A store of all this crate keeps about logins.
pub(crate) trait Logins:
    LoginStore + GrantStore + PersonalTokenStore + SigningKeyStore + AuditStore
{
}

impl<S: LoginStore + GrantStore + PersonalTokenStore + SigningKeyStore + AuditStore> Logins for S {}

pub(super) fn moment(now: u64) -> Moment {
    Moment {
        now: WallMs(now),
        idle_ms: IDLE_MS,
    }
}

/// Ends a login as itself.
async fn revoke(store: &(impl LoginStore + ?Sized), id: LoginId, now: u64) -> bool {
    let trace = Trace::default();
    let revoked = store
        .revoke(id, None, Act::SignedOut, &trace, WallMs(now))
        .await;
    revoked.unwrap()
}

/// Opens one, with these giving way.
async fn open(store: &(impl LoginStore + ?Sized), login: &NewLogin) -> Vec<EndedLogin> {
    match store.open(login).await.unwrap() {
        Opened::Open(ended) => ended,
        Opened::Suspended(_) => panic!("nobody here is suspended"),
    }
}

fn new_login(user: &User, secret: [u8; 32], at: u64) -> NewLogin {
    NewLogin {
        id: LoginId::generate(),
        user_id: user.id,
        secret: SecretHash(secret),
        trace: Trace::of(None, "Mozilla/5.0 (하늘)"),
        at: WallMs(at),
        authenticated: WallMs(at),
        expires: WallMs(at + 5_000),
    }
}

async fn found(store: &dyn Logins, login: &NewLogin, now: u64) -> Option<ActiveLogin> {
    store.find(&login.secret, moment(now)).await.unwrap()
}

/// Runs the whole suite on empty stores over one database.
pub(crate) async fn conformance(users: &dyn UserStore, store: &dyn Logins) {
    let user = created(users, "signs_in", "signs_in").await;
    a_login_is_found_by_its_secret_only(&user, store).await;
    a_login_ends_at_its_end_or_when_idle(&user, store).await;
    a_revoked_login_is_gone(&user, store).await;
    what_ended_is_remembered(&user, store).await;
    an_end_that_comes_by_itself_is_heard_of(&user, store).await;
    a_login_needs_an_account(&user, store).await;
    secrets_belong_to_one_login(&user, store).await;
    let other = created(users, "many", "many").await;
    a_person_has_a_bounded_number(&user, &other, store).await;
    let lister = created(users, "lists", "lists").await;
    logins_are_listed_named_and_ended_by_their_person(&lister, &other, store).await;
    what_opens_and_ends_is_written_down(&lister, store).await;
    whoever_proves_it_again_is_known_to(&lister, &other, store).await;
    the_first_signing_key_is_one(store).await;
    grant::conformance(users, store).await;
    personal_token::conformance(users, store).await;
    at_once::conformance(users, store).await;
}

async fn a_login_is_found_by_its_secret_only(user: &User, store: &dyn Logins) {
    let login = new_login(user, [1; 32], 100);
    store.open(&login).await.unwrap();
    let active = ActiveLogin {
        id: login.id,
        user: user.clone(),
        role: AccountRole::User,
        kind: LoginKind::Browser,
        client: None,
        scopes: Scopes::all(),
        authenticated: WallMs(100),
        seen: WallMs(100),
        unused_generation: None,
        closed: None,
        suspended: false,
    };
    assert_eq!(found(store, &login, 101).await, Some(active));
    let other = new_login(user, [2; 32], 100);
    assert_eq!(found(store, &other, 101).await, None);
}

async fn a_login_ends_at_its_end_or_when_idle(user: &User, store: &dyn Logins) {
    let login = new_login(user, [3; 32], 10_000);
    store.open(&login).await.unwrap();
    assert!(found(store, &login, 10_999).await.is_some());
    assert_eq!(found(store, &login, 11_000).await, None, "idle");
    for now in [10_900, 11_800, 12_700, 13_600, 14_500, 10_000] {
        store.touch(login.id, WallMs(now)).await.unwrap();
    }
    let active = found(store, &login, 14_999).await;
    assert_eq!(active.unwrap().seen, WallMs(14_500), "never moves back");
    assert_eq!(found(store, &login, 15_000).await, None, "at its end");
}

async fn a_revoked_login_is_gone(user: &User, store: &dyn Logins) {
    let (login, beside) = (new_login(user, [4; 32], 100), new_login(user, [5; 32], 100));
    store.open(&login).await.unwrap();
    store.open(&beside).await.unwrap();
    assert!(revoke(store, login.id, 150).await);
    assert!(!revoke(store, login.id, 160).await);
    assert!(!revoke(store, LoginId::generate(), 160).await);
    store.touch(login.id, WallMs(200)).await.unwrap();
    assert_eq!(found(store, &login, 201).await, None);
    assert!(found(store, &beside, 201).await.is_some());
}

async fn ended_since(store: &dyn Logins, since: u64, count_max: usize) -> Vec<EndedLogin> {
    let (since, now) = (WallMs(since), WallMs(20_300));
    store.ended_since(since, now, count_max).await.unwrap()
}

async fn an_end_that_comes_by_itself_is_heard_of(user: &User, store: &dyn Logins) {
    let (over, revoked) = (
        new_login(user, [16; 32], 500_000),
        new_login(user, [17; 32], 500_000),
    );
    for login in [&over, &revoked] {
        store.open(login).await.unwrap();
    }
    assert!(revoke(store, revoked.id, 504_000).await);
    let ended = async |since, now| {
        let ended = store.ended_since(WallMs(since), WallMs(now), 9).await;
        ended.unwrap()
    };
    let at = |login: &NewLogin, at| EndedLogin {
        id: login.id,
        at: WallMs(at),
    };
    let end = at(&over, 505_000);
    assert_eq!(ended(504_001, 504_999).await, [], "not yet");
    assert_eq!(ended(504_001, 505_000).await, [end], "at its end");
    let both = [end, at(&revoked, 504_000)];
    assert_eq!(ended(504_000, 505_001).await, both, "and each once");
    assert_eq!(ended(505_001, 506_000).await, []);
}

async fn what_ended_is_remembered(user: &User, store: &dyn Logins) {
    let logins: Vec<NewLogin> = (1..=3)
        .map(|n| new_login(user, [10 + n; 32], 100))
        .collect();
    for (login, at) in logins.iter().zip([20_300, 20_100, 20_200]) {
        store.open(login).await.unwrap();
        assert!(revoke(store, login.id, at).await);
    }
    let ended = |place: usize, at| EndedLogin {
        id: logins[place].id,
        at: WallMs(at),
    };
    let all = ended_since(store, 20_100, 9).await;
    let expected = [ended(0, 20_300), ended(2, 20_200), ended(1, 20_100)];
    assert_eq!(all, expected, "the newest first");
    let newest = ended_since(store, 20_100, 2).await;
    assert_eq!(newest, expected[..2]);
    let later = ended_since(store, 20_101, 9).await;
    assert_eq!(later, expected[..2]);
    // Another login does not make the store forget them before their time.
    let next = new_login(user, [14; 32], 20_100 + ENDED_KEPT_MS);
    assert_eq!(open(store, &next).await, []);
    assert_eq!(ended_since(store, 20_100, 9).await, expected);
    let last = new_login(user, [15; 32], 20_101 + ENDED_KEPT_MS);
    store.open(&last).await.unwrap();
    let left = ended_since(store, 20_100, 9).await;
    assert_eq!(left, expected[..2]);
}

async fn a_login_needs_an_account(user: &User, store: &dyn Logins) {
    let mut orphan = new_login(user, [6; 32], 100);
    orphan.user_id = UserId::generate();
    assert!(store.open(&orphan).await.is_err());
    assert_eq!(found(store, &orphan, 101).await, None);
}

async fn secrets_belong_to_one_login(user: &User, store: &dyn Logins) {
    let login = new_login(user, [7; 32], 100);
    store.open(&login).await.unwrap();
    let copy = new_login(user, [7; 32], 100);
    assert!(store.open(&copy).await.is_err());
    assert_eq!(found(store, &login, 101).await.unwrap().id, login.id);
}

async fn a_person_has_a_bounded_number(user: &User, other: &User, store: &dyn Logins) {
    let beside = new_login(user, [8; 32], 100);
    store.open(&beside).await.unwrap();
    let login = |number: u8| {
        let mut secret = [9; 32];
        secret[0] = number;
        new_login(other, secret, 100)
    };
    let most = u8::try_from(LOGINS_PER_USER_MAX).unwrap();
    let logins: Vec<NewLogin> = (0..=most).map(login).collect();
    for login in &logins[..usize::from(most)] {
        store.open(login).await.unwrap();
    }
    // Number 0 was used last, number 1 is ended and does not count; of the others number 2 is the stalest.
    store.touch(logins[0].id, WallMs(150)).await.unwrap();
    revoke(store, logins[1].id, 150).await;
    let ended = open(store, &logins[usize::from(most)]).await;
    assert_eq!(ended, []);
    for (number, login) in logins.iter().enumerate() {
        assert_eq!(found(store, login, 160).await.is_some(), number != 1);
    }
    let mut last = login(most + 1);
    last.at = WallMs(90);
    let stalest = EndedLogin {
        id: logins[2].id,
        at: WallMs(90),
    };
    assert_eq!(open(store, &last).await, [stalest]);
    let remembered = store.ended_since(WallMs(90), WallMs(90), 99).await.unwrap();
    assert!(remembered.contains(&stalest));
    assert!(
        found(store, &last, 160).await.is_some(),
        "the new one stays"
    );
    assert_eq!(
        found(store, &logins[2], 160).await,
        None,
        "the stalest goes"
    );
    assert!(found(store, &logins[0], 160).await.is_some());
    assert!(found(store, &beside, 160).await.is_some(), "others' stay");
}

async fn logins_are_listed_named_and_ended_by_their_person(
    user: &User,
    other: &User,
    store: &dyn Logins,
) {
    let logins: Vec<NewLogin> = (0..3)
        .map(|n| new_login(user, [60 + n; 32], 30_000))
        .collect();
    for login in &logins {
        store.open(login).await.unwrap();
    }
    store.touch(logins[0].id, WallMs(30_005)).await.unwrap();
    let listed = async |now| {
        let cards = store.logins_of(user.id, moment(now)).await.unwrap();
        cards
            .into_iter()
            .map(|card| (card.id, card.name))
            .collect::<Vec<_>>()
    };
    let [first, second, third] = [logins[0].id, logins[1].id, logins[2].id];
    assert_eq!(
        listed(30_010).await,
        [(first, None), (third, None), (second, None)]
    );
    assert_eq!(
        listed(31_001).await,
        [(first, None)],
        "idle ones are not good"
    );

    assert!(store.rename(user.id, second, Some("phone")).await.unwrap());
    assert!(!store.rename(other.id, second, Some("mine")).await.unwrap());
    let phone = (second, Some("phone".to_owned()));
    assert_eq!(listed(30_010).await[2], phone);
    assert!(store.rename(user.id, second, None).await.unwrap());
    assert_eq!(listed(30_010).await[2], (second, None));

    let trace = Trace::default();
    let (of, act) = (Some(other.id), Act::LoginRevoked);
    let at = WallMs(30_020);
    assert!(
        !store.revoke(second, of, act, &trace, at).await.unwrap(),
        "not theirs"
    );
    let ended = store
        .revoke_others(user.id, first, &trace, at)
        .await
        .unwrap();
    let mut ended: Vec<LoginId> = ended.into_iter().map(|login| login.id).collect();
    ended.sort();
    let mut expected = vec![second, third];
    expected.sort();
    assert_eq!(ended, expected);
    assert_eq!(listed(30_030).await, [(first, None)]);
    assert!(found(store, &logins[1], 30_030).await.is_none());
    assert!(!store.rename(user.id, second, Some("gone")).await.unwrap());
}

async fn what_opens_and_ends_is_written_down(user: &User, store: &dyn Logins) {
    let query = AuditQuery {
        subject: Some(user.id),
        ..AuditQuery::default()
    };
    let lines = store.audit(&query, 99).await.unwrap();
    let acts: Vec<Act> = lines.iter().map(|line| line.act).collect();
    let (opened, ended) = (Act::SignedIn, Act::LoginRevoked);
    assert_eq!(
        acts,
        [ended, ended, opened, opened, opened],
        "the newest first"
    );
    assert_eq!(lines[4].user_agent, "Mozilla/5.0 (하늘)");
    assert_eq!(lines[4].actor.as_ref().map(|who| who.id), Some(user.id));
    let before = AuditQuery {
        before: Some(lines[1].id),
        act: Some(opened),
        ..query
    };
    let page = store.audit(&before, 2).await.unwrap();
    assert_eq!(page, lines[2..4]);
}

async fn whoever_proves_it_again_is_known_to(user: &User, other: &User, store: &dyn Logins) {
    let login = new_login(user, [70; 32], 40_000);
    store.open(&login).await.unwrap();
    let again = async |user: UserId, now| {
        let trace = Trace::default();
        let known = store
            .reauthenticated(user, login.id, &trace, WallMs(now))
            .await;
        known.unwrap()
    };
    assert!(again(user.id, 40_100).await);
    assert!(!again(other.id, 40_200).await);
    let active = found(store, &login, 40_300).await.unwrap();
    assert_eq!(active.authenticated, WallMs(40_100));
    revoke(store, login.id, 40_400).await;
    assert!(!again(user.id, 40_500).await);
}

async fn the_first_signing_key_is_one(store: &dyn Logins) {
    let key = |kid: &str, seed: u8| StoredKey {
        kid: kid.to_owned(),
        seed: [seed; 32],
        created: WallMs(1),
        signs_from: WallMs(1),
    };
    let first = key("first", 1);
    let made = store.signing_keys(&first).await.unwrap();
    assert_eq!(made, [first]);
    let again = store.signing_keys(&key("second", 2)).await.unwrap();
    assert_eq!(again, made);
}
