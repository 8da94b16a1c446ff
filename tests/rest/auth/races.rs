//! What happens at once, against the real store and over many schedules: each task is held back by a random while
//! before it begins, and by whatever the machine does with four threads.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use maru::domain::audit::{Act, Trace};
use maru::domain::clock::{Clock, WallMs};
use maru::domain::id::LoginId;
use maru::domain::scope::Scopes;
use maru::domain::user::User;
use maru::ports::login::{GrantStore, LoginStore, NewCode, PersonalTokenStore};
use maru::ports::permission::{PermissionStore, Suspension};
use maru::services::auth::{
    AuthService, CodeGrant, Credential, GrantError, OpaqueSecret, RefreshGrant, TokenDraft,
    TokenError, Tokens,
};
use sha2::{Digest, Sha256};

use crate::native::VERIFIER;
use crate::server::Server;

/// Schedules of each race.
const SCHEDULES: u64 = 250;

/// The longest a task is held back, in microseconds: a few steps of the store.
const HELD_BACK_US_MAX: u64 = 3_000;

const CLIENT: &str = "phone";
const REDIRECT: &str = "com.example.phone:/callback";

/// Random whiles, the same for the same seed.
struct Dice(AtomicU64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1))
    }

    fn roll(&self) -> u64 {
        let mut x = self.0.load(Ordering::Relaxed);
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        self.0.store(x, Ordering::Relaxed);
        x
    }

    fn while_us(&self) -> Duration {
        Duration::from_micros(self.roll() % HELD_BACK_US_MAX)
    }
}

struct Arena {
    server: Server,
    user: User,
}

impl Arena {
    async fn new() -> Self {
        let server = Server::with(Vec::new(), false).await;
        let user = server.move_in("haneul", "하늘").await;
        Self { server, user }
    }

    fn auth(&self) -> AuthService {
        self.server.auth.clone()
    }

    async fn code(&self) -> OpaqueSecret {
        let (code, at) = (OpaqueSecret::generate(), Clock::start().wall());
        let new = NewCode {
            hash: code.hash(),
            user_id: self.user.id,
            client: CLIENT.to_owned(),
            redirect_uri: REDIRECT.to_owned(),
            challenge: URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER)),
            scopes: Scopes::USUAL,
            at,
            authenticated: at,
            expires: WallMs(at.0 + 60_000),
        };
        self.server.store.keep_code(&new).await.unwrap();
        code
    }

    async fn signed_in(&self) -> Tokens {
        redeem(self.auth(), self.code().await).await.unwrap()
    }

    async fn login(&self, tokens: &Tokens) -> LoginId {
        let bearer = Credential::Bearer(&tokens.access);
        let signed_in = self.server.auth.authenticate(bearer).await.unwrap();
        signed_in.expect("it is good").login_id
    }

    async fn is_good(&self, tokens: &Tokens) -> bool {
        let bearer = Credential::Bearer(&tokens.access);
        self.server
            .auth
            .authenticate(bearer)
            .await
            .unwrap()
            .is_some()
    }
}

async fn redeem(auth: AuthService, code: OpaqueSecret) -> Result<Tokens, GrantError> {
    let asked = CodeGrant {
        client: CLIENT,
        code: code.reveal(),
        redirect_uri: REDIRECT,
        verifier: VERIFIER,
    };
    auth.redeem(&asked, Trace::default()).await
}

async fn refresh(auth: AuthService, token: String) -> Result<Tokens, GrantError> {
    let asked = RefreshGrant {
        client: CLIENT,
        token: &token,
        scope: None,
    };
    auth.refresh(&asked, Trace::default()).await
}

fn is_refused(outcome: &Result<Tokens, GrantError>) -> bool {
    matches!(outcome, Err(GrantError::Invalid))
}

/// Begins after a while, on any thread.
fn later<T: Send + 'static>(
    held_back: Duration,
    work: impl Future<Output = T> + Send + 'static,
) -> tokio::task::JoinHandle<T> {
    tokio::spawn(async move {
        tokio::time::sleep(held_back).await;
        work.await
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_concurrent_code_redemptions_exactly_one_wins() {
    let arena = Arena::new().await;
    for seed in 0..SCHEDULES {
        let dice = Dice::new(seed);
        let code = arena.code().await;
        let one = later(dice.while_us(), redeem(arena.auth(), code.clone()));
        let two = later(dice.while_us(), redeem(arena.auth(), code.clone()));
        let outcomes = [one.await.unwrap(), two.await.unwrap()];
        let won: Vec<&Tokens> = outcomes.iter().flatten().collect();
        assert_eq!(won.len(), 1, "schedule {seed}");
        assert_eq!(
            outcomes
                .iter()
                .filter(|outcome| is_refused(outcome))
                .count(),
            1
        );
        // The second showing is a replay, whoever it was.
        assert!(!arena.is_good(won[0]).await, "schedule {seed}");
        assert!(is_refused(
            &refresh(arena.auth(), won[0].refresh.clone()).await
        ));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_several_concurrent_refreshes_all_go_on_and_nobody_is_signed_out() {
    let arena = Arena::new().await;
    for seed in 0..SCHEDULES {
        let dice = Dice::new(seed);
        let first = arena.signed_in().await;
        let uses = dice.roll().is_multiple_of(2);
        let tab = |held_back| {
            let (auth, token) = (arena.auth(), first.refresh.clone());
            later(held_back, async move {
                let tokens = refresh(auth.clone(), token).await.unwrap();
                if uses {
                    // Some tabs have used what they got before others ask.
                    let bearer = Credential::Bearer(&tokens.access);
                    assert!(auth.authenticate(bearer).await.unwrap().is_some());
                }
                tokens
            })
        };
        let tabs = [
            tab(dice.while_us()),
            tab(dice.while_us()),
            tab(dice.while_us()),
        ];
        let mut given = Vec::new();
        for tab in tabs {
            given.push(tab.await.unwrap());
        }
        assert!(
            given
                .iter()
                .all(|tokens| tokens.refresh == given[0].refresh),
            "schedule {seed}"
        );
        for tokens in &given {
            assert!(arena.is_good(tokens).await, "schedule {seed}");
        }
        let next = refresh(arena.auth(), given[1].refresh.clone())
            .await
            .unwrap();
        assert!(arena.is_good(&next).await);
        let late = refresh(arena.auth(), given[2].refresh.clone())
            .await
            .unwrap();
        assert_eq!(late.refresh, next.refresh, "schedule {seed}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_revocation_wins_against_any_refresh() {
    let arena = Arena::new().await;
    let (mut before, mut after) = (0, 0);
    for seed in 0..SCHEDULES {
        let dice = Dice::new(seed);
        let first = arena.signed_in().await;
        let login = arena.login(&first).await;
        let refreshed = later(
            dice.while_us(),
            refresh(arena.auth(), first.refresh.clone()),
        );
        let store = arena.server.store.clone();
        let revoked = later(dice.while_us(), async move {
            let (trace, now) = (Trace::default(), Clock::start().wall());
            let act = Act::LoginRevoked;
            store.revoke(login, None, act, &trace, now).await.unwrap()
        });
        assert!(revoked.await.unwrap(), "schedule {seed}");
        match refreshed.await.unwrap() {
            Ok(tokens) => {
                before += 1;
                assert!(!arena.is_good(&tokens).await, "schedule {seed}");
                assert!(is_refused(&refresh(arena.auth(), tokens.refresh).await));
            }
            Err(GrantError::Invalid) => after += 1,
            Err(error) => panic!("schedule {seed}: {error}"),
        }
        assert!(is_refused(&refresh(arena.auth(), first.refresh).await));
    }
    assert!(
        before > 5 && after > 5,
        "both orders were met: {before} and {after}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refresh_whose_answer_is_lost_anywhere_signs_nobody_out() {
    let arena = Arena::new().await;
    let (mut lost_before, mut lost_after) = (0, 0);
    for seed in 0..SCHEDULES {
        let dice = Dice::new(seed);
        let mut tokens = arena.signed_in().await;
        for _ in 0..3 {
            // The client goes away at any point of it, and its request with it.
            let asked = refresh(arena.auth(), tokens.refresh.clone());
            let kept = tokio::time::timeout(dice.while_us(), asked).await;
            let again = refresh(arena.auth(), tokens.refresh.clone()).await;
            let again = again.unwrap_or_else(|error| panic!("schedule {seed}: {error}"));
            match kept {
                Ok(kept) => {
                    lost_after += 1;
                    assert_eq!(kept.unwrap().refresh, again.refresh);
                }
                Err(_) => lost_before += 1,
            }
            assert!(arena.is_good(&again).await, "schedule {seed}");
            tokens = again;
        }
    }
    assert!(
        lost_before > 5 && lost_after > 5,
        "{lost_before} and {lost_after}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thief_and_the_owner_never_both_go_on() {
    let arena = Arena::new().await;
    // What the window for two tabs would forgive is not what is looked at here.
    let aged = "UPDATE refresh SET rotated_ms = rotated_ms - 31000";
    for seed in 0..SCHEDULES {
        let dice = Dice::new(seed);
        let first = arena.signed_in().await;
        let stolen = first.refresh.clone();
        let mut owner = first;
        for _ in 0..=dice.roll() % 3 {
            owner = refresh(arena.auth(), owner.refresh).await.unwrap();
            assert!(arena.is_good(&owner).await);
            arena.server.sql(aged).await;
        }
        let thief = later(dice.while_us(), refresh(arena.auth(), stolen));
        let going_on = later(
            dice.while_us(),
            refresh(arena.auth(), owner.refresh.clone()),
        );
        let (thief, going_on) = (thief.await.unwrap(), going_on.await.unwrap());
        assert!(is_refused(&thief), "schedule {seed}");
        assert!(
            !arena.is_good(&owner).await,
            "schedule {seed}: both are out"
        );
        if let Ok(tokens) = going_on {
            assert!(!arena.is_good(&tokens).await, "schedule {seed}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thief_who_is_always_first_is_found_out_at_the_second_time() {
    let arena = Arena::new().await;
    let aged = "UPDATE refresh SET rotated_ms = rotated_ms - 31000";
    for seed in 0..SCHEDULES / 5 {
        let dice = Dice::new(seed);
        let mut owner = arena.signed_in().await;
        let mut stolen = owner.refresh.clone();
        let mut rounds = 0;
        let (thief, found_out) = loop {
            // The thief never uses what would be noticed, and comes before the owner each time.
            let thief = refresh(arena.auth(), stolen).await.unwrap();
            arena.server.sql(aged).await;
            let asked = refresh(arena.auth(), owner.refresh.clone());
            match later(dice.while_us(), asked).await.unwrap() {
                Ok(tokens) => owner = tokens,
                refused => break (thief, refused),
            }
            assert!(arena.is_good(&owner).await);
            stolen = thief.refresh;
            rounds += 1;
            assert!(rounds < 2, "schedule {seed}: unnoticed");
        };
        assert!(is_refused(&found_out));
        for tokens in [&thief, &owner] {
            assert!(!arena.is_good(tokens).await, "schedule {seed}");
            let again = refresh(arena.auth(), tokens.refresh.clone()).await;
            assert!(is_refused(&again));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_token_outlives_the_suspension_it_was_made_beside() {
    let arena = Arena::new().await;
    let moderator = arena.server.move_in("moderator", "구름").await;
    let role = "UPDATE user SET role = 'moderator' WHERE handle = 'moderator'";
    arena.server.sql(role).await;
    let (mut made, mut refused) = (0, 0);
    for seed in 0..SCHEDULES {
        let dice = Dice::new(seed);
        let tokens = arena.signed_in().await;
        let bearer = Credential::Bearer(&tokens.access);
        let viewer = arena.server.auth.authenticate(bearer).await.unwrap();
        let viewer = viewer.expect("it is good");
        // Known by the head of the request, which may be long ago.
        let auth = arena.auth();
        let making = later(dice.while_us(), async move {
            let draft = TokenDraft {
                name: "late",
                scopes: Scopes::USUAL,
                expires: None,
                once: None,
            };
            auth.make_token(&viewer, &draft, &Trace::default()).await
        });
        let (store, user) = (arena.server.store.clone(), arena.user.id);
        let by = Trace {
            actor: Some(moderator.id),
            ..Trace::default()
        };
        let suspending = later(dice.while_us(), async move {
            let suspension = Suspension {
                user_id: user,
                reason: "spam".to_owned(),
                until: None,
            };
            let now = Clock::start().wall();
            store.suspend(&suspension, &by, now).await.unwrap();
            by
        });
        let (making, by) = (making.await.unwrap(), suspending.await.unwrap());
        match making {
            Ok(token) => {
                made += 1;
                let bearer = Credential::Bearer(&token.secret);
                let found = arena.server.auth.authenticate(bearer).await.unwrap();
                assert!(found.is_none(), "schedule {seed}: it outlived it");
            }
            Err(TokenError::SignedOut) => refused += 1,
            Err(error) => panic!("schedule {seed}: {error}"),
        }
        let now = Clock::start().wall();
        arena.server.store.reinstate(user, &by, now).await.unwrap();
        let tokens = arena.server.store.tokens_of(user, now).await.unwrap();
        assert_eq!(tokens, [], "schedule {seed}");
    }
    assert!(made > 5 && refused > 5, "{made} and {refused}");
}
