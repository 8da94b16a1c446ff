//! Codes and refresh tokens.

use super::{Logins, moment, revoke};
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::id::LoginId;
use crate::domain::scope::{Scope, Scopes};
use crate::domain::user::User;
use crate::ports::login::{
    EndedLogin, Grant, NewCode, NewRefresh, Redeemed, Redemption, Rotated, Rotation, SecretHash,
    Wanted,
};
use crate::ports::user::{UserStore, conformance::created};

const OVERLAP_MS: u64 = 30;

pub(super) fn code(user: &User, hash: u8, at: u64) -> NewCode {
    NewCode {
        hash: SecretHash([hash; 32]),
        user_id: user.id,
        client: "phone".to_owned(),
        redirect_uri: "com.example.phone:/callback".to_owned(),
        challenge: "challenge".to_owned(),
        scopes: Scopes::all(),
        at: WallMs(at),
        authenticated: WallMs(at - 7),
        expires: WallMs(at + 60),
    }
}

/// The hash of a login's token of a generation.
fn token(login: LoginId, generation: u32) -> NewRefresh {
    let mut hash = [0; 32];
    hash[..16].copy_from_slice(login.uuid().as_bytes());
    hash[16..20].copy_from_slice(&generation.to_be_bytes());
    let salt = [u8::try_from(generation).unwrap(); 16];
    NewRefresh {
        hash: SecretHash(hash),
        salt,
    }
}

pub(super) fn redemption(hash: u8, at: u64) -> Redemption {
    let login = LoginId::generate();
    Redemption {
        hash: SecretHash([hash; 32]),
        client: "phone".to_owned(),
        redirect_uri: "com.example.phone:/callback".to_owned(),
        challenge: "challenge".to_owned(),
        login,
        refresh: token(login, 0),
        trace: Trace::default(),
        at: WallMs(at),
        expires: WallMs(at + 5_000),
    }
}

pub(super) fn rotation(login: LoginId, generation: u32, now: u64) -> Rotation {
    Rotation {
        login,
        client: "phone".to_owned(),
        generation,
        hash: token(login, generation).hash,
        next: token(login, generation + 1),
        overlap_ms: OVERLAP_MS,
        wanted: Wanted::All,
        trace: Trace::default(),
        moment: moment(now),
    }
}

pub(super) async fn opened(store: &dyn Logins, user: &User, hash: u8, at: u64) -> LoginId {
    store.keep_code(&code(user, hash, at)).await.unwrap();
    let redemption = redemption(hash, at);
    let redeemed = store.redeem(&redemption).await.unwrap();
    assert!(matches!(redeemed, Redeemed::Opened(..)), "{redeemed:?}");
    redemption.login
}

async fn rotate(store: &dyn Logins, login: LoginId, generation: u32, now: u64) -> Rotated {
    let rotation = rotation(login, generation, now);
    store.rotate(&rotation).await.unwrap()
}

fn is_next(rotated: &Rotated, generation: u32) -> bool {
    matches!(rotated, Rotated::Next(Grant { generation: g, .. }) if *g == generation)
}

pub(super) async fn conformance(users: &dyn UserStore, store: &dyn Logins) {
    let user = created(users, "has_apps", "has_apps").await;
    a_code_opens_one_login_for_whoever_can_prove_it(&user, store).await;
    a_code_shown_twice_ends_what_it_opened(&user, store).await;
    a_refresh_token_is_changed_and_its_predecessor_known_for_a_while(&user, store).await;
    an_old_refresh_token_ends_the_login(&user, store).await;
    a_lost_answer_is_tolerated_once_and_not_twice_in_a_row(&user, store).await;
    wishes_save_no_token_of_the_past(&user, store).await;
    two_tokens_of_one_generation_end_the_login(&user, store).await;
    a_refresh_token_is_of_one_app_and_lives_no_longer_than_its_login(&user, store).await;
}

async fn a_code_opens_one_login_for_whoever_can_prove_it(user: &User, store: &dyn Logins) {
    store.keep_code(&code(user, 1, 1_000)).await.unwrap();
    let good = redemption(1, 1_059);
    let mut wrong = [
        good.clone(),
        good.clone(),
        good.clone(),
        good.clone(),
        good.clone(),
    ];
    wrong[0].hash = SecretHash([2; 32]);
    wrong[1].client = "tablet".to_owned();
    wrong[2].redirect_uri.push('/');
    wrong[3].challenge.push('x');
    wrong[4].at = WallMs(1_060);
    for wrong in wrong {
        assert_eq!(store.redeem(&wrong).await.unwrap(), Redeemed::Invalid);
    }
    let Redeemed::Opened(grant, ended) = store.redeem(&good).await.unwrap() else {
        panic!("a good code");
    };
    assert_eq!(
        (grant.login, grant.generation, ended.len()),
        (good.login, 0, 0)
    );
    assert_eq!(grant.user, *user);
    assert_eq!(
        grant.authenticated,
        WallMs(993),
        "when the person proved it to the provider"
    );
    assert!(!grant.scopes.has(Scope::Admin), "not open to the role");
    let found = store
        .find_app(good.login, moment(1_100))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (found.unused_generation, found.client.as_deref()),
        (Some(0), Some("phone"))
    );
    store.note_use(good.login, 0).await.unwrap();
    let found = store
        .find_app(good.login, moment(1_100))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.unused_generation, None);
}

async fn a_code_shown_twice_ends_what_it_opened(user: &User, store: &dyn Logins) {
    let login = opened(store, user, 3, 2_000).await;
    // Whoever has only read the code does no harm with it.
    let mut wrong = redemption(3, 2_010);
    wrong.challenge.push('x');
    assert_eq!(store.redeem(&wrong).await.unwrap(), Redeemed::Invalid);
    assert!(
        store
            .find_app(login, moment(2_020))
            .await
            .unwrap()
            .is_some()
    );
    // Also long after its end.
    let again = redemption(3, 9_000);
    let ended = EndedLogin {
        id: login,
        at: WallMs(9_000),
    };
    let reused = store.redeem(&again).await.unwrap();
    assert_eq!(reused, Redeemed::Reused(Some(ended)));
    assert!(
        store
            .find_app(login, moment(2_020))
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(rotate(store, login, 0, 2_030).await, Rotated::Gone);
    let third = redemption(3, 9_001);
    assert_eq!(store.redeem(&third).await.unwrap(), Redeemed::Reused(None));
}

async fn a_refresh_token_is_changed_and_its_predecessor_known_for_a_while(
    user: &User,
    store: &dyn Logins,
) {
    let login = opened(store, user, 4, 10_000).await;
    assert!(is_next(&rotate(store, login, 0, 10_100).await, 1));
    // The answer was lost: the same again, at once as often as need be, and once however late, while nothing came
    // of it.
    for now in [10_101, 10_102, 10_900] {
        let Rotated::Same(grant, salt) = rotate(store, login, 0, now).await else {
            panic!("the successor is unused");
        };
        assert_eq!((grant.generation, salt), (1, token(login, 1).salt));
    }
    assert!(is_next(&rotate(store, login, 1, 11_000).await, 2));
    store.note_use(login, 1).await.unwrap();
    let found = store
        .find_app(login, moment(11_001))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        found.unused_generation,
        Some(2),
        "a use of the past says nothing of now"
    );
    store.note_use(login, 2).await.unwrap();
    // Another tab was on its way with the same token.
    let rotated = rotate(store, login, 1, 11_000 + OVERLAP_MS).await;
    assert!(
        matches!(rotated, Rotated::Same(Grant { generation: 2, .. }, _)),
        "{rotated:?}"
    );
    // Whoever comes later has it from elsewhere.
    let late = rotate(store, login, 1, 11_001 + OVERLAP_MS).await;
    assert!(
        matches!(late, Rotated::Reused(ended) if ended.id == login),
        "{late:?}"
    );
    assert_eq!(rotate(store, login, 2, 11_040).await, Rotated::Gone);
}

async fn a_lost_answer_is_tolerated_once_and_not_twice_in_a_row(user: &User, store: &dyn Logins) {
    let is_same = |rotated: &Rotated| matches!(rotated, Rotated::Same(..));
    let is_over =
        |rotated: &Rotated, login| matches!(rotated, Rotated::Reused(ended) if ended.id == login);
    // Once a generation.
    let login = opened(store, user, 8, 50_000).await;
    assert!(is_next(&rotate(store, login, 0, 50_001).await, 1));
    assert!(is_same(&rotate(store, login, 0, 50_100).await));
    assert!(is_over(&rotate(store, login, 0, 50_101).await, login));
    assert_eq!(rotate(store, login, 1, 50_102).await, Rotated::Gone);

    // A thief is always the first to show the token, and uses nothing that would be noticed: the owner takes the
    // first repetition for a lost answer, and the second ends it for both.
    let login = opened(store, user, 9, 51_000).await;
    assert!(is_next(&rotate(store, login, 0, 51_001).await, 1), "thief");
    assert!(is_same(&rotate(store, login, 0, 51_100).await), "owner");
    store.note_use(login, 1).await.unwrap();
    assert!(is_next(&rotate(store, login, 1, 51_200).await, 2), "thief");
    let owner = rotate(store, login, 1, 51_300).await;
    assert!(is_over(&owner, login), "{owner:?}");
    assert_eq!(rotate(store, login, 2, 51_301).await, Rotated::Gone);

    // Losses that do not follow each other are nobody's fault.
    let login = opened(store, user, 10, 52_000).await;
    assert!(is_next(&rotate(store, login, 0, 52_001).await, 1));
    assert!(is_same(&rotate(store, login, 0, 52_100).await));
    assert!(is_next(&rotate(store, login, 1, 52_200).await, 2));
    assert!(is_next(&rotate(store, login, 2, 52_300).await, 3));
    assert!(is_same(&rotate(store, login, 2, 52_400).await));
}

async fn wishes_save_no_token_of_the_past(user: &User, store: &dyn Logins) {
    let mut narrow = code(user, 11, 60_000);
    narrow.scopes = Scopes::from_iter([Scope::Read]);
    store.keep_code(&narrow).await.unwrap();
    let redemption = redemption(11, 60_000);
    store.redeem(&redemption).await.unwrap();
    let login = redemption.login;
    for wanted in [Wanted::These(Scopes::USUAL), Wanted::Unknown] {
        let mut wide = rotation(login, 0, 60_001);
        wide.wanted = wanted;
        let refused = store.rotate(&wide).await.unwrap();
        assert_eq!(refused, Rotated::TooWide);
    }
    assert!(is_next(&rotate(store, login, 0, 60_002).await, 1));
    assert!(is_next(&rotate(store, login, 1, 60_003).await, 2));
    let mut old = rotation(login, 0, 60_004);
    old.wanted = Wanted::Unknown;
    let old = store.rotate(&old).await.unwrap();
    assert!(matches!(old, Rotated::Reused(_)), "{old:?}");
}

async fn an_old_refresh_token_ends_the_login(user: &User, store: &dyn Logins) {
    let login = opened(store, user, 5, 20_000).await;
    assert!(is_next(&rotate(store, login, 0, 20_001).await, 1));
    assert!(is_next(&rotate(store, login, 1, 20_002).await, 2));
    let reused = rotate(store, login, 0, 20_003).await;
    assert!(matches!(reused, Rotated::Reused(ended) if ended.at == WallMs(20_003)));
    for generation in 0..4 {
        let gone = rotate(store, login, generation, 20_004).await;
        assert_eq!(gone, Rotated::Gone);
    }
    let since = store
        .ended_since(WallMs(20_003), WallMs(20_009), 999)
        .await
        .unwrap();
    assert!(since.iter().any(|ended| ended.id == login));
}

/// Both are ours, so one was changed for each after the store was set back: by two hands.
async fn two_tokens_of_one_generation_end_the_login(user: &User, store: &dyn Logins) {
    for (hash, generation) in [(12, 2), (13, 1)] {
        let login = opened(store, user, hash, 70_000).await;
        assert!(is_next(&rotate(store, login, 0, 70_001).await, 1));
        assert!(is_next(&rotate(store, login, 1, 70_002).await, 2));
        let mut other = rotation(login, generation, 70_003);
        other.hash = SecretHash([99; 32]);
        let reused = store.rotate(&other).await.unwrap();
        assert!(matches!(reused, Rotated::Reused(ended) if ended.id == login));
        assert_eq!(rotate(store, login, 2, 70_004).await, Rotated::Gone);
    }
}

async fn a_refresh_token_is_of_one_app_and_lives_no_longer_than_its_login(
    user: &User,
    store: &dyn Logins,
) {
    let login = opened(store, user, 6, 30_000).await;
    let mut other = rotation(login, 0, 30_001);
    other.client = "tablet".to_owned();
    assert_eq!(store.rotate(&other).await.unwrap(), Rotated::Gone);
    // A store that was set back knows nothing of a token of the time it lost, and blames nobody.
    assert_eq!(rotate(store, login, 7, 30_002).await, Rotated::Gone);
    assert_eq!(rotate(store, login, 0, 31_000).await, Rotated::Gone, "idle");
    // However often it is changed, the end does not move.
    let mut now = 30_000;
    for generation in 0..5 {
        now += 900;
        assert!(is_next(
            &rotate(store, login, generation, now).await,
            generation + 1
        ));
    }
    assert!(
        store
            .find_app(login, moment(34_999))
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        store
            .find_app(login, moment(35_000))
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(rotate(store, login, 5, 35_000).await, Rotated::Gone);

    let login = opened(store, user, 7, 40_000).await;
    assert!(revoke(store, login, 40_001).await);
    assert_eq!(
        rotate(store, login, 0, 40_002).await,
        Rotated::Gone,
        "ended"
    );
    assert_eq!(
        rotate(store, LoginId::generate(), 0, 40_002).await,
        Rotated::Gone
    );
}
