//! What holds however many ask at once.

use futures_util::future::join_all;

use super::grant::{code, opened, redemption, rotation};
use super::{Logins, moment, new_login};
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::id::LoginId;
use crate::domain::scope::Scopes;
use crate::domain::user::User;
use crate::ports::login::{
    Added, LOGINS_PER_USER_MAX, NewToken, Redeemed, Rotated, SecretHash, TOKENS_PER_USER_MAX,
    TokenSecret,
};
use crate::ports::once::Done;
use crate::ports::user::{UserStore, conformance::created};

/// Races are run so often.
const ROUNDS: u8 = 10;

pub(super) async fn conformance(users: &dyn UserStore, store: &dyn Logins) {
    let user = created(users, "hasty", "hasty").await;
    a_code_opens_one_login(&user, store).await;
    a_refresh_token_is_changed_once(&user, store).await;
    nobody_has_more_logins_or_tokens_than_they_may(users, store).await;
}

async fn a_code_opens_one_login(user: &User, store: &dyn Logins) {
    for round in 0..ROUNDS {
        let (hash, at) = (200 + round, 10_000);
        store.keep_code(&code(user, hash, at)).await.unwrap();
        let asked: Vec<_> = (0..6).map(|_| redemption(hash, at)).collect();
        let redeemed = join_all(asked.iter().map(|asked| store.redeem(asked))).await;
        let (mut opened, mut ended) = (Vec::new(), Vec::new());
        for redeemed in redeemed {
            match redeemed.unwrap() {
                Redeemed::Opened(grant, _) => opened.push(grant.login),
                Redeemed::Reused(end) => ended.extend(end.map(|end| end.id)),
                other => panic!("opened or used before, yet {other:?}"),
            }
        }
        assert_eq!(opened.len(), 1);
        assert_eq!(ended, opened, "and whoever comes second ends it");
    }
}

async fn a_refresh_token_is_changed_once(user: &User, store: &dyn Logins) {
    let at = 20_000;
    let login = opened(store, user, 220, at).await;
    for generation in 0..u32::from(ROUNDS) {
        let at = at + u64::from(generation);
        let asked: Vec<_> = (0..6).map(|_| rotation(login, generation, at)).collect();
        let rotated = join_all(asked.iter().map(|asked| store.rotate(asked))).await;
        let mut next = 0;
        for rotated in rotated {
            match rotated.unwrap() {
                Rotated::Next(grant) => {
                    next += 1;
                    assert_eq!(grant.generation, generation + 1);
                }
                Rotated::Same(grant, _) => assert_eq!(grant.generation, generation + 1),
                other => panic!("the next or the same, yet {other:?}"),
            }
        }
        assert_eq!(next, 1);
    }
}

async fn nobody_has_more_logins_or_tokens_than_they_may(users: &dyn UserStore, store: &dyn Logins) {
    let user = created(users, "crowded", "crowded").await;
    let secret = |kind: u8, number: u32| {
        let mut secret = [kind; 32];
        secret[..4].copy_from_slice(&number.to_be_bytes());
        secret
    };
    let at = 30_000;
    let logins = 0..LOGINS_PER_USER_MAX + 10;
    let logins: Vec<_> = logins
        .map(|n| new_login(&user, secret(250, n), at))
        .collect();
    for opened in join_all(logins.iter().map(|login| store.open(login))).await {
        opened.unwrap();
    }
    let left = store.logins_of(user.id, moment(at)).await.unwrap();
    assert_eq!(left.len(), LOGINS_PER_USER_MAX as usize);

    let tokens = 0..TOKENS_PER_USER_MAX + 10;
    let tokens = tokens.map(|number| NewToken {
        id: LoginId::generate(),
        user_id: user.id,
        secret: TokenSecret(String::new()),
        hash: SecretHash(secret(251, number)),
        name: "a program".to_owned(),
        scopes: Scopes::NONE,
        at: WallMs(at),
        expires: None,
    });
    let (tokens, trace): (Vec<_>, _) = (tokens.collect(), Trace::default());
    let added = join_all(
        tokens
            .iter()
            .map(|token| store.add_token(token, None, &trace)),
    )
    .await;
    let added = added
        .into_iter()
        .filter(|added| matches!(added, Ok(Done::Now(Added::Token(..)))));
    assert_eq!(added.count(), TOKENS_PER_USER_MAX as usize);
    let left = store.tokens_of(user.id, WallMs(at)).await.unwrap();
    assert_eq!(left.len(), TOKENS_PER_USER_MAX as usize);
}
