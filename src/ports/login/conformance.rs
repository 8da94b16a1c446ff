//! What every login store must keep, whatever stands behind it.

use super::{
    ActiveLogin, ENDED_KEPT_MS, EndedLogin, LOGINS_PER_USER_MAX, LoginStore, NewLogin, SecretHash,
};
use crate::domain::clock::WallMs;
use crate::domain::id::{LoginId, UserId};
use crate::domain::user::{AccountRole, User};
use crate::ports::user::{UserStore, conformance::created};

const IDLE_MS: u64 = 1_000;

fn new_login(user: &User, secret: [u8; 32], at: u64) -> NewLogin {
    NewLogin {
        id: LoginId::generate(),
        user_id: user.id,
        secret: SecretHash(secret),
        user_agent: "Mozilla/5.0 (하늘)".to_owned(),
        at: WallMs(at),
        expires: WallMs(at + 5_000),
    }
}

async fn found(store: &dyn LoginStore, login: &NewLogin, now: u64) -> Option<ActiveLogin> {
    store
        .find(&login.secret, WallMs(now), IDLE_MS)
        .await
        .unwrap()
}

/// Runs the whole suite on empty stores over one database.
pub(crate) async fn conformance(users: &dyn UserStore, store: &dyn LoginStore) {
    let user = created(users, "signs_in", "signs_in").await;
    a_login_is_found_by_its_secret_only(&user, store).await;
    a_login_ends_at_its_end_or_when_idle(&user, store).await;
    a_revoked_login_is_gone(&user, store).await;
    what_ended_is_remembered(&user, store).await;
    a_login_needs_an_account(&user, store).await;
    secrets_belong_to_one_login(&user, store).await;
    let other = created(users, "many", "many").await;
    a_person_has_a_bounded_number(&user, &other, store).await;
}

async fn a_login_is_found_by_its_secret_only(user: &User, store: &dyn LoginStore) {
    let login = new_login(user, [1; 32], 100);
    store.open(&login).await.unwrap();
    let active = ActiveLogin {
        id: login.id,
        user: user.clone(),
        role: AccountRole::User,
        seen: WallMs(100),
    };
    assert_eq!(found(store, &login, 101).await, Some(active));
    let other = new_login(user, [2; 32], 100);
    assert_eq!(found(store, &other, 101).await, None);
}

async fn a_login_ends_at_its_end_or_when_idle(user: &User, store: &dyn LoginStore) {
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

async fn a_revoked_login_is_gone(user: &User, store: &dyn LoginStore) {
    let (login, beside) = (new_login(user, [4; 32], 100), new_login(user, [5; 32], 100));
    store.open(&login).await.unwrap();
    store.open(&beside).await.unwrap();
    assert!(store.revoke(login.id, WallMs(150)).await.unwrap());
    assert!(!store.revoke(login.id, WallMs(160)).await.unwrap());
    assert!(
        !store
            .revoke(LoginId::generate(), WallMs(160))
            .await
            .unwrap()
    );
    store.touch(login.id, WallMs(200)).await.unwrap();
    assert_eq!(found(store, &login, 201).await, None);
    assert!(found(store, &beside, 201).await.is_some());
}

async fn what_ended_is_remembered(user: &User, store: &dyn LoginStore) {
    let logins: Vec<NewLogin> = (1..=3)
        .map(|n| new_login(user, [10 + n; 32], 100))
        .collect();
    for (login, at) in logins.iter().zip([20_300, 20_100, 20_200]) {
        store.open(login).await.unwrap();
        assert!(store.revoke(login.id, WallMs(at)).await.unwrap());
    }
    let ended = |place: usize, at| EndedLogin {
        id: logins[place].id,
        at: WallMs(at),
    };
    let all = store.ended_since(WallMs(20_100), 9).await.unwrap();
    let expected = [ended(0, 20_300), ended(2, 20_200), ended(1, 20_100)];
    assert_eq!(all, expected, "the newest first");
    let newest = store.ended_since(WallMs(20_100), 2).await.unwrap();
    assert_eq!(newest, expected[..2]);
    let later = store.ended_since(WallMs(20_101), 9).await.unwrap();
    assert_eq!(later, expected[..2]);
    // Another login does not make the store forget them before their time.
    let next = new_login(user, [14; 32], 20_100 + ENDED_KEPT_MS);
    assert_eq!(store.open(&next).await.unwrap(), []);
    assert_eq!(
        store.ended_since(WallMs(20_100), 9).await.unwrap(),
        expected
    );
    let last = new_login(user, [15; 32], 20_101 + ENDED_KEPT_MS);
    store.open(&last).await.unwrap();
    let left = store.ended_since(WallMs(20_100), 9).await.unwrap();
    assert_eq!(left, expected[..2]);
}

async fn a_login_needs_an_account(user: &User, store: &dyn LoginStore) {
    let mut orphan = new_login(user, [6; 32], 100);
    orphan.user_id = UserId::generate();
    assert!(store.open(&orphan).await.is_err());
    assert_eq!(found(store, &orphan, 101).await, None);
}

async fn secrets_belong_to_one_login(user: &User, store: &dyn LoginStore) {
    let login = new_login(user, [7; 32], 100);
    store.open(&login).await.unwrap();
    let copy = new_login(user, [7; 32], 100);
    assert!(store.open(&copy).await.is_err());
    assert_eq!(found(store, &login, 101).await.unwrap().id, login.id);
}

async fn a_person_has_a_bounded_number(user: &User, other: &User, store: &dyn LoginStore) {
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
    store.revoke(logins[1].id, WallMs(150)).await.unwrap();
    let ended = store.open(&logins[usize::from(most)]).await.unwrap();
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
    assert_eq!(store.open(&last).await.unwrap(), [stalest]);
    let remembered = store.ended_since(WallMs(90), 99).await.unwrap();
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
