//! What every store of roles and suspensions must keep.

use super::{PermissionStore, RoleSet, Suspended, Suspension};
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::id::{LoginId, UserId};
use crate::domain::user::{AccountRole, User};
use crate::ports::audit::{AuditQuery, AuditStore};
use crate::ports::login::{LoginStore, Moment, NewLogin, Opened, SecretHash};
use crate::ports::user::{UserStore, conformance::created};

/// Logins, and the log of what becomes of them.
pub(crate) trait Around: LoginStore + AuditStore {}

impl<S: LoginStore + AuditStore> Around for S {}

fn by(user: &User) -> Trace {
    Trace {
        actor: Some(user.id),
        ..Trace::default()
    }
}

fn login(user: &User, secret: u8, at: u64) -> NewLogin {
    NewLogin {
        id: LoginId::generate(),
        user_id: user.id,
        secret: SecretHash([secret; 32]),
        trace: Trace::default(),
        at: WallMs(at),
        authenticated: WallMs(at),
        expires: WallMs(at + 1_000_000),
    }
}

fn suspension(user: &User, until: Option<u64>) -> Suspension {
    Suspension {
        user_id: user.id,
        reason: "spam".to_owned(),
        until: until.map(WallMs),
    }
}

/// Runs the whole suite on stores over one database, where `admin` is the only admin.
pub(crate) async fn conformance(
    users: &dyn UserStore,
    around: &dyn Around,
    store: &dyn PermissionStore,
    admin: &User,
) {
    let person = created(users, "person", "person").await;
    let moderator = created(users, "moderator", "moderator").await;
    roles_are_given_by_admins_and_one_stays(store, admin, &moderator, &person).await;
    a_suspension_ends_everything_and_keeps_out(around, store, &moderator, &person).await;
    nobody_suspends_equals_or_higher(store, admin, &moderator, &person).await;
    whoever_was_suspended_or_signed_out_decides_nothing(around, store, admin, &person).await;
    let query = AuditQuery {
        about: Some(moderator.id),
        ..AuditQuery::default()
    };
    let lines = around.audit(&query, 99).await.unwrap();
    let acts: Vec<Act> = lines.iter().map(|line| line.act).collect();
    let (lifted, laid) = (Act::Reinstated, Act::Suspended);
    assert_eq!(
        acts,
        [lifted, laid, laid, Act::RoleChanged],
        "done by and to them"
    );
    assert_eq!(lines[2].detail["reason"], "spam");
}

async fn roles_are_given_by_admins_and_one_stays(
    store: &dyn PermissionStore,
    admin: &User,
    moderator: &User,
    person: &User,
) {
    let set = async |by_whom: &User, user: UserId, role| {
        let set = store.set_role(user, role, &by(by_whom), WallMs(10)).await;
        set.unwrap()
    };
    let (user, higher) = (AccountRole::User, AccountRole::Moderator);
    assert_eq!(set(admin, moderator.id, higher).await, RoleSet::Set(user));
    assert_eq!(set(admin, moderator.id, higher).await, RoleSet::Set(higher));
    assert_eq!(set(moderator, person.id, higher).await, RoleSet::Forbidden);
    assert_eq!(
        set(person, person.id, AccountRole::Admin).await,
        RoleSet::Forbidden
    );
    assert_eq!(
        set(admin, UserId::generate(), user).await,
        RoleSet::NoSuchUser
    );
    assert_eq!(set(admin, admin.id, user).await, RoleSet::LastAdmin);
    let nobody = store
        .set_role(person.id, higher, &Trace::default(), WallMs(10))
        .await;
    assert_eq!(nobody.unwrap(), RoleSet::Forbidden);
    // Of two admins each may take the other's role, and one stays.
    set(admin, person.id, AccountRole::Admin).await;
    let (one, two) = tokio::join!(set(admin, person.id, user), set(person, admin.id, user));
    let done = RoleSet::Set(AccountRole::Admin);
    assert!((one == done) != (two == done), "{one:?} {two:?}");
    if two == done {
        set(person, admin.id, AccountRole::Admin).await;
        set(admin, person.id, user).await;
    }
}

async fn a_suspension_ends_everything_and_keeps_out(
    around: &dyn Around,
    store: &dyn PermissionStore,
    moderator: &User,
    person: &User,
) {
    let before = login(person, 1, 100);
    around.open(&before).await.unwrap();
    let laid = store
        .suspend(&suspension(person, Some(500)), &by(moderator), WallMs(200))
        .await;
    let Suspended::Done(ended) = laid.unwrap() else {
        panic!("a moderator suspends a person");
    };
    assert_eq!(
        ended.iter().map(|login| login.id).collect::<Vec<_>>(),
        [before.id]
    );
    let open = async |secret, at| around.open(&login(person, secret, at)).await.unwrap();
    assert_eq!(open(2, 499).await, Opened::Suspended(Vec::new()));
    assert_eq!(is_kept_out(around, 2, 499).await, Some(true));
    assert_eq!(is_kept_out(around, 2, 500).await, Some(false));
    assert_eq!(
        open(3, 500).await,
        Opened::Open(Vec::new()),
        "it has ended by itself"
    );
    let lately = async |since, now| {
        let people = store.suspended_since(WallMs(since), WallMs(now), 9).await;
        people.unwrap()
    };
    assert_eq!(lately(200, 499).await, [person.id]);
    assert_eq!(lately(201, 499).await, [], "before that");
    assert_eq!(lately(200, 500).await, [], "it is over");
    let forever = suspension(person, None);
    store
        .suspend(&forever, &by(moderator), WallMs(600))
        .await
        .unwrap();
    assert_eq!(
        is_kept_out(around, 2, 700).await,
        None,
        "whoever came in to read the last decision is out again"
    );
    let kept_out = Opened::Suspended(Vec::new());
    assert_eq!(open(4, 1_000_000).await, kept_out);
    let lift = async || {
        store
            .reinstate(person.id, &by(moderator), WallMs(700))
            .await
            .unwrap()
    };
    assert_eq!(lift().await, Suspended::Done(Vec::new()));
    assert_eq!(
        lift().await,
        Suspended::Done(Vec::new()),
        "and may be repeated"
    );
    assert_eq!(open(5, 800).await, Opened::Open(Vec::new()));
}

/// Whether the login with this secret is good, and if so, for reading decisions alone.
async fn is_kept_out(around: &dyn Around, secret: u8, at: u64) -> Option<bool> {
    let moment = Moment {
        now: WallMs(at),
        idle_ms: 1_000_000,
    };
    let found = around.find(&SecretHash([secret; 32]), moment).await;
    found.unwrap().map(|login| login.suspended)
}

/// A request is known by its head, and what it asks for may come when its login has ended.
async fn whoever_was_suspended_or_signed_out_decides_nothing(
    around: &dyn Around,
    store: &dyn PermissionStore,
    admin: &User,
    person: &User,
) {
    let (open, ended) = (login(admin, 20, 2_000), login(admin, 21, 2_000));
    around.open(&open).await.unwrap();
    around.open(&ended).await.unwrap();
    let revoked = around
        .revoke(ended.id, None, Act::SignedOut, &by(admin), WallMs(2_001))
        .await;
    assert!(revoked.unwrap());
    let decide = async |login: LoginId, at| {
        let (trace, at) = (by(admin).by(admin.id, login), WallMs(at));
        let set = store.set_role(person.id, AccountRole::User, &trace, at);
        let (set, laid) = (set.await, suspension(person, Some(3_000)));
        let laid = store.suspend(&laid, &trace, at).await.unwrap();
        let lifted = store.reinstate(person.id, &trace, at).await.unwrap();
        (set.unwrap(), laid, lifted)
    };
    let refused = (
        RoleSet::Forbidden,
        Suspended::Forbidden,
        Suspended::Forbidden,
    );
    assert_eq!(decide(ended.id, 2_002).await, refused, "signed out");
    assert_eq!(decide(open.id, open.expires.0).await, refused, "at its end");
    assert_eq!(decide(LoginId::generate(), 2_002).await, refused);
    let (set, _, lifted) = decide(open.id, 2_002).await;
    assert_eq!(set, RoleSet::Set(AccountRole::User));
    assert_eq!(lifted, Suspended::Done(Vec::new()));
}

async fn nobody_suspends_equals_or_higher(
    store: &dyn PermissionStore,
    admin: &User,
    moderator: &User,
    person: &User,
) {
    let suspend = async |by_whom: &User, user: &User| {
        let laid = store
            .suspend(&suspension(user, None), &by(by_whom), WallMs(900))
            .await;
        laid.unwrap()
    };
    for (by_whom, user) in [
        (person, person),
        (person, moderator),
        (moderator, moderator),
        (moderator, admin),
        (admin, admin),
    ] {
        assert_eq!(suspend(by_whom, user).await, Suspended::Forbidden);
        let lifted = store.reinstate(user.id, &by(by_whom), WallMs(900)).await;
        assert_eq!(lifted.unwrap(), Suspended::Forbidden);
    }
    let nobody = Suspension {
        user_id: UserId::generate(),
        ..suspension(person, None)
    };
    let laid = store
        .suspend(&nobody, &by(admin), WallMs(900))
        .await
        .unwrap();
    assert_eq!(laid, Suspended::NoSuchUser);
}
