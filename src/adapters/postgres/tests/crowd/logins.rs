//! Ways in: identities, codes and refresh tokens of apps, personal access tokens.

use rand::Rng;

use super::{Member, NOW, Step, told};
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::email::Email;
use crate::domain::id::LoginId;
use crate::domain::scope::Scopes;
use crate::ports::login::{
    GrantStore, Moment, NewCode, NewRefresh, NewToken, PersonalTokenStore, Redemption, Rotation,
    SecretHash, TokenSecret, Wanted,
};
use crate::ports::user::conformance::{identity, new_user};
use crate::ports::user::{UserStore, WayIn};

const CLIENT: &str = "phone";

const BACK: &str = "com.example.phone:/callback";

impl Member<'_> {
    pub(super) async fn about_logins(&mut self, kind: u32) -> Step {
        match kind {
            30 => {
                let one = self.anybody();
                let token = NewToken {
                    id: LoginId::generate(),
                    user_id: one,
                    secret: TokenSecret("secret".to_owned()),
                    hash: SecretHash(self.dice.random()),
                    name: "token".to_owned(),
                    scopes: Scopes::all(),
                    at: NOW,
                    expires: None,
                };
                let once = self.once(one, 4);
                let nobody = Trace::default();
                told(self.store.add_token(&token, once.as_ref(), &nobody).await)
            }
            31 => self.signs_in_an_app().await,
            _ => self.comes_by_another_way().await,
        }
    }

    /// A code that is shown twice, at once, by which a login is opened, or ended again; whose token is changed at once.
    async fn signs_in_an_app(&mut self) -> Step {
        let (store, hash) = (self.store, SecretHash(self.dice.random()));
        let code = NewCode {
            hash,
            user_id: self.anybody(),
            client: CLIENT.to_owned(),
            redirect_uri: BACK.to_owned(),
            challenge: "challenge".to_owned(),
            scopes: Scopes::all(),
            at: NOW,
            authenticated: NOW,
            expires: WallMs(NOW.0 + 1_000_000),
        };
        told(store.keep_code(&code).await)?;
        let token = |generation: u8, login: LoginId| {
            let mut hash = [generation; 32];
            hash[..16].copy_from_slice(login.uuid().as_bytes());
            NewRefresh {
                hash: SecretHash(hash),
                salt: [generation; 16],
            }
        };
        let redemption = |login| Redemption {
            hash,
            client: CLIENT.to_owned(),
            redirect_uri: BACK.to_owned(),
            challenge: "challenge".to_owned(),
            login,
            refresh: token(0, login),
            trace: Trace::default(),
            at: NOW,
            expires: WallMs(NOW.0 + 2_000_000),
        };
        let login = LoginId::generate();
        let (first, second) = (redemption(login), redemption(LoginId::generate()));
        told(store.redeem(&first).await)?;
        let rotation = Rotation {
            login,
            client: CLIENT.to_owned(),
            generation: 0,
            hash: token(0, login).hash,
            next: token(1, login),
            overlap_ms: 30,
            wanted: Wanted::All,
            trace: Trace::default(),
            moment: Moment {
                now: NOW,
                idle_ms: 1_000_000,
            },
        };
        let (one, other, again) = tokio::join!(
            store.rotate(&rotation),
            store.rotate(&rotation),
            store.redeem(&second)
        );
        told(one)?;
        told(other)?;
        told(again)?;
        told(store.note_use(login, 1).await)
    }

    /// Somebody links a person of another provider, whom others want, too, with an address others have; or comes anew
    /// with it, and is who they were.
    async fn comes_by_another_way(&mut self) -> Step {
        let (store, one, trace) = (self.store, self.anybody(), self.trace());
        let mut other = identity(&format!("another_{}", self.dice.random_range(0..4)));
        other.provider = "other".to_owned();
        other.issuer = "https://other.example".to_owned();
        let email = format!("person{}@example.org", self.dice.random_range(0..3));
        other.email = Email::parse(&email, true);
        told(store.link(one, &other, &trace, NOW).await)?;
        let handle = format!("wanted_{}", self.dice.random_range(0..4));
        told(store.admit(&other, &new_user(&[&handle])).await)?;
        let ways = [WayIn {
            provider: other.provider.clone(),
            issuer: other.issuer.clone(),
        }];
        let unlinked = store.unlink(one, &other.provider, &ways, &trace, NOW);
        told(unlinked.await)
    }
}
