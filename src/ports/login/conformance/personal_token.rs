//! Personal access tokens.

use super::{Logins, moment, new_login, revoke};
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::id::LoginId;
use crate::domain::scope::{Scope, Scopes};
use crate::domain::user::User;
use crate::ports::login::{
    Added, LoginKind, NewToken, SecretHash, TOKENS_PER_USER_MAX, TokenSecret,
};
use crate::ports::once::{Done, Once, OnceKey, RequestDigest};
use crate::ports::user::{UserStore, conformance::created};

fn token(user: &User, number: u8, at: u64, expires: Option<u64>) -> NewToken {
    NewToken {
        id: LoginId::generate(),
        user_id: user.id,
        secret: TokenSecret(format!("secret {number}")),
        hash: SecretHash([100 + number; 32]),
        name: format!("token {number}"),
        scopes: [Scope::Read, Scope::Live].into_iter().collect(),
        at: WallMs(at),
        expires: expires.map(WallMs),
    }
}

async fn add(store: &dyn Logins, token: &NewToken) -> Added {
    let added = store.add_token(token, None, &Trace::default()).await;
    added.unwrap().result().expect("there is no key")
}

fn once(user: &User, digest: u8) -> Once {
    Once {
        owner: user.id,
        key: OnceKey::parse(b"key").unwrap(),
        digest: RequestDigest([digest; 32]),
    }
}

pub(super) async fn conformance(users: &dyn UserStore, store: &dyn Logins) {
    let user = created(users, "programs", "programs").await;
    let other = created(users, "programs_too", "programs_too").await;
    a_token_is_found_until_it_ends_or_is_revoked(&user, &other, store).await;
    tokens_are_bounded(&other, store).await;
    a_request_makes_one_token(&user, store).await;
    whoever_was_signed_out_meanwhile_gets_none(&user, store).await;
}

async fn a_request_makes_one_token(user: &User, store: &dyn Logins) {
    let (first, again) = (token(user, 80, 1_000, None), token(user, 81, 1_001, None));
    let trace = Trace::default();
    let add = async |token: &NewToken, digest| {
        let once = once(user, digest);
        store.add_token(token, Some(&once), &trace).await.unwrap()
    };
    let Done::Now(made) = add(&first, 1).await else {
        panic!("it is new");
    };
    assert_eq!(add(&again, 1).await, Done::Before(made));
    assert_eq!(add(&again, 2).await, Done::KeyReused);
    let tokens = store.tokens_of(user.id, WallMs(1_002)).await.unwrap();
    assert!(tokens.iter().any(|token| token.id == first.id));
    assert!(tokens.iter().all(|token| token.id != again.id));
    // Revoked it stays so, whatever is asked again.
    let act = Act::TokenRevoked;
    let revoked = store
        .revoke(first.id, Some(user.id), act, &trace, WallMs(1_003))
        .await;
    assert!(revoked.unwrap());
    let Done::Before(Added::Token(repeated, secret)) = add(&again, 1).await else {
        panic!("it is answered as before");
    };
    assert_eq!((repeated.id, &secret), (first.id, &first.secret));
    for hash in [first.hash, again.hash] {
        assert_eq!(store.find(&hash, moment(1_004)).await.unwrap(), None);
    }
}

async fn whoever_was_signed_out_meanwhile_gets_none(user: &User, store: &dyn Logins) {
    let login = new_login(user, [90; 32], 1_000);
    store.open(&login).await.unwrap();
    let by = Trace::default().by(user.id, login.id);
    let add = async |number, at, by: &Trace| {
        let token = token(user, number, at, None);
        let added = store.add_token(&token, None, by).await.unwrap();
        added.result().expect("there is no key")
    };
    assert!(matches!(add(90, 1_100, &by).await, Added::Token(..)));
    let over = login.expires.0;
    assert_eq!(add(91, over, &by).await, Added::SignedOut, "at its end");
    assert!(revoke(store, login.id, 1_200).await);
    assert_eq!(add(91, 1_201, &by).await, Added::SignedOut);
    let nobodys = Trace::default().by(user.id, LoginId::generate());
    assert_eq!(add(91, 1_201, &nobodys).await, Added::SignedOut);
    let tokens = store.tokens_of(user.id, WallMs(1_202)).await.unwrap();
    assert!(tokens.iter().all(|token| token.name != "token 91"));
}

async fn a_token_is_found_until_it_ends_or_is_revoked(
    user: &User,
    other: &User,
    store: &dyn Logins,
) {
    let trace = Trace::default();
    let (lasting, ending) = (token(user, 0, 100, None), token(user, 1, 200, Some(5_000)));
    for new in [&lasting, &ending] {
        let Added::Token(made, _) = add(store, new).await else {
            panic!("it is new");
        };
        assert_eq!((made.id, made.scopes), (new.id, new.scopes));
    }
    let found = async |new: &NewToken, now| store.find(&new.hash, moment(now)).await.unwrap();
    let active = found(&lasting, 1_000_000)
        .await
        .expect("tokens do not idle");
    assert_eq!(active.kind, LoginKind::Token);
    assert_eq!(active.scopes.to_string(), "read live");
    assert_eq!(active.authenticated, WallMs(0));
    assert!(found(&ending, 4_999).await.is_some() && found(&ending, 5_000).await.is_none());
    let names = async |now| {
        let tokens = store.tokens_of(user.id, WallMs(now)).await.unwrap();
        tokens
            .into_iter()
            .map(|token| token.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(names(300).await, ["token 1", "token 0"]);
    assert_eq!(names(5_000).await, ["token 0"]);
    assert!(
        store
            .logins_of(user.id, moment(300))
            .await
            .unwrap()
            .is_empty()
    );

    let (act, at) = (Act::TokenRevoked, WallMs(400));
    let revoke = async |of: &User| {
        let of = Some(of.id);
        store.revoke(lasting.id, of, act, &trace, at).await.unwrap()
    };
    assert!(!revoke(other).await);
    assert!(revoke(user).await && !revoke(user).await);
    assert!(found(&lasting, 401).await.is_none());
    let since = store.ended_since(at, at, 999).await.unwrap();
    assert!(since.iter().any(|ended| ended.id == lasting.id));
    let stranger = store
        .revoke_others(user.id, LoginId::generate(), &trace, at)
        .await;
    assert_eq!(stranger.unwrap(), [], "tokens are no logins");
}

async fn tokens_are_bounded(user: &User, store: &dyn Logins) {
    let trace = Trace::default();
    let most = u8::try_from(TOKENS_PER_USER_MAX).unwrap();
    for number in 0..most {
        let mut new = token(user, number, 100, None);
        new.hash = SecretHash([number; 32]);
        new.hash.0[31] = 255;
        assert!(matches!(add(store, &new).await, Added::Token(..)));
    }
    let one_more = token(user, 99, 100, None);
    assert_eq!(add(store, &one_more).await, Added::TooMany);
    let tokens = store.tokens_of(user.id, WallMs(101)).await.unwrap();
    assert!(
        tokens
            .iter()
            .all(|token| token.scopes.are_within(Scopes::USUAL))
    );
    let (gone, act) = (tokens[0].id, Act::TokenRevoked);
    let revoked = store
        .revoke(gone, Some(user.id), act, &trace, WallMs(102))
        .await;
    assert!(revoked.unwrap());
    assert!(matches!(add(store, &one_more).await, Added::Token(..)));
}
