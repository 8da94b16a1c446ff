//! What every store that is changed by hand must do: each adapter's tests run this.

use serde_json::json;

use super::{KeyRevoked, OperatorStore, RoleGiven};
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::user::AccountRole;
use crate::ports::account::{AccountStore, Closed};
use crate::ports::audit::{AuditQuery, AuditStore};
use crate::ports::login::{SigningKeyStore, StoredKey};
use crate::ports::permission::{PermissionStore, Suspended, Suspension};
use crate::ports::user::{UserStore, conformance::created};

/// What servers do in the same store meanwhile.
pub(crate) trait Served:
    AccountStore + AuditStore + PermissionStore + SigningKeyStore + UserStore
{
}

impl<T> Served for T where
    T: AccountStore + AuditStore + PermissionStore + SigningKeyStore + UserStore
{
}

/// Asks everything of an empty store.
pub(crate) async fn conformance(store: &dyn OperatorStore, served: &dyn Served) {
    a_role_is_given_and_written_down_once(store, served).await;
    of_two_admins_who_are_taken_at_once_one_stays(store).await;
    one_key_is_the_first_and_one_is_left(store, served).await;
}

async fn given(store: &dyn OperatorStore, handle: &str, role: AccountRole, at: u64) -> RoleGiven {
    store.give_role(handle, role, WallMs(at)).await.unwrap()
}

fn by(actor: UserId) -> Trace {
    Trace {
        actor: Some(actor),
        ..Trace::default()
    }
}

async fn a_role_is_given_and_written_down_once(store: &dyn OperatorStore, served: &dyn Served) {
    let (admin, user) = (AccountRole::Admin, AccountRole::User);
    let haneul = created(served, "haneul", "haneul").await.id;
    let bada = created(served, "bada", "bada").await.id;
    let nobody = given(store, "nobody", admin, 1).await;
    assert_eq!(nobody, RoleGiven::NoSuchUser);
    let before = given(store, "haneul", admin, 7).await;
    assert_eq!(before, RoleGiven::Before(user));
    let again = given(store, "haneul", admin, 7).await;
    assert_eq!(again, RoleGiven::Before(admin));
    let last = given(store, "haneul", user, 7).await;
    assert_eq!(last, RoleGiven::LastAdmin);
    // Another who cannot act is none: suspended, or gone.
    let suspension = Suspension {
        user_id: bada,
        reason: String::new(),
        until: Some(WallMs(9)),
    };
    let laid = served.suspend(&suspension, &by(haneul), WallMs(7)).await;
    assert_eq!(laid.unwrap(), Suspended::Done(Vec::new()));
    given(store, "bada", admin, 7).await;
    let last = given(store, "haneul", user, 8).await;
    assert_eq!(last, RoleGiven::LastAdmin);
    let closed = served.close(bada, &by(bada), WallMs(9)).await.unwrap();
    assert_eq!(closed, Closed::Now(Vec::new()));
    let last = given(store, "haneul", user, 9).await;
    assert_eq!(last, RoleGiven::LastAdmin);
    assert!(served.restore(bada, &by(bada), WallMs(9)).await.unwrap());
    let taken = given(store, "haneul", user, 9).await;
    assert_eq!(taken, RoleGiven::Before(admin));

    let lines = served.audit(&AuditQuery::default(), 99).await.unwrap();
    let given = lines.iter().filter(|line| line.act == Act::RoleChanged);
    let said: Vec<_> = given
        .map(|line| {
            assert_eq!(line.actor, None, "whoever runs the servers is nobody");
            let handle = line.subject.as_ref().and_then(|who| who.handle.as_deref());
            (line.at, handle.unwrap(), line.detail.clone())
        })
        .collect();
    let line = |before, after| json!({ "before": before, "after": after });
    assert_eq!(
        said,
        [
            (WallMs(9), "haneul", line("admin", "user")),
            (WallMs(7), "bada", line("user", "admin")),
            (WallMs(7), "haneul", line("user", "admin")),
        ]
    );
}

async fn of_two_admins_who_are_taken_at_once_one_stays(store: &dyn OperatorStore) {
    for _ in 0..5 {
        for handle in ["haneul", "bada"] {
            given(store, handle, AccountRole::Admin, 20).await;
        }
        let take = |handle| given(store, handle, AccountRole::User, 20);
        let (one, other) = tokio::join!(take("haneul"), take("bada"));
        let lost = [one, other].map(|taken| taken == RoleGiven::LastAdmin);
        assert_eq!(lost.iter().filter(|lost| **lost).count(), 1);
    }
}

fn key(kid: &str, signs_from: u64) -> StoredKey {
    StoredKey {
        kid: kid.to_owned(),
        seed: [7; 32],
        created: WallMs(1),
        signs_from: WallMs(signs_from),
    }
}

async fn kids(store: &dyn OperatorStore) -> Vec<String> {
    let keys = store.keys().await.unwrap();
    keys.into_iter().map(|key| key.kid).collect()
}

async fn one_key_is_the_first_and_one_is_left(store: &dyn OperatorStore, served: &dyn Served) {
    assert_eq!(kids(store).await, [""; 0]);
    let firsts = ["a", "b", "c", "d"].map(|kid| key(kid, 1));
    let asked = firsts.iter().map(|first| served.signing_keys(first));
    let asked = futures_util::future::join_all(asked).await;
    let asked: Vec<_> = asked.into_iter().map(Result::unwrap).collect();
    assert!(
        asked
            .iter()
            .all(|keys| keys.len() == 1 && *keys == asked[0])
    );
    let first = asked[0][0].kid.clone();

    let revoke = async |kid: &str| store.revoke_key(kid, None, WallMs(10)).await.unwrap();
    assert_eq!(revoke("none").await, KeyRevoked::NoSuchKey);
    assert_eq!(revoke(&first).await, KeyRevoked::OnlyKey);
    assert_eq!(kids(store).await, [&*first], "nothing was changed");
    let next = key("next", 20);
    store.add_key(&next, 5, WallMs(10)).await.unwrap();
    assert_eq!(kids(store).await, ["next", &first]);
    // It signs before its time, as nothing else is left that could; of two revoked at once one stays.
    let (one, other) = tokio::join!(revoke(&first), revoke("next"));
    let left = store.keys().await.unwrap();
    assert_eq!(left.len(), 1);
    assert!(left[0].signs_from <= WallMs(10));
    let signs = KeyRevoked::Signs(left[0].kid.clone());
    let mut outcomes = [one, other];
    outcomes.sort_by_key(|outcome| *outcome == KeyRevoked::OnlyKey);
    assert_eq!(outcomes, [signs, KeyRevoked::OnlyKey]);
    // What nothing is verified with any more goes when one is added.
    let later = key("later", 30);
    store.add_key(&later, 5, WallMs(30)).await.unwrap();
    let latest = key("latest", 50);
    store.add_key(&latest, 5, WallMs(40)).await.unwrap();
    assert_eq!(kids(store).await, ["latest", "later"]);
    // A replacement signs at once, before one that waits.
    let new = key("new", 41);
    let revoked = store.revoke_key("later", Some(&new), WallMs(41)).await;
    assert_eq!(revoked.unwrap(), KeyRevoked::Signs("new".to_owned()));
    assert_eq!(kids(store).await, ["latest", "new"]);
}
