//! Which identities lead to one account, and which never do.

use futures_util::future::{join, join_all};

use super::{new_user, of};
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::email::Email;
use crate::domain::id::{LoginId, UserId};
use crate::ports::user::{Admission, Identity, Linking, Unlinking, UserStore, WayIn};

const AT: WallMs = WallMs(1_700_000_000_000);

/// Races are run so often.
const ROUNDS: usize = 40;

pub(super) async fn conformance(store: &dyn UserStore) {
    the_same_subject_under_another_issuer_is_another_person(store).await;
    an_address_verified_on_both_sides_leads_to_one_account(store).await;
    an_address_unverified_on_either_side_leads_to_a_new_account(store).await;
    what_a_provider_says_now_replaces_what_it_said(store).await;
    an_address_of_two_accounts_leads_to_neither(store).await;
    an_address_given_to_somebody_else_does_not_bring_the_account_along(store).await;
    an_identity_is_linked_to_one_account(store).await;
    whoever_was_signed_out_meanwhile_changes_nothing(store).await;
    the_last_identity_that_works_stays(store).await;
    identities_are_listed_with_their_addresses(store).await;
    of_two_unlinked_at_once_one_stays(store).await;
    an_identity_linked_twice_at_once_leads_to_one_account(store).await;
    first_sign_ins_by_two_providers_at_once_make_one_account(store).await;
}

fn with(mut identity: Identity, email: &str, verified: bool) -> Identity {
    identity.email = Email::parse(email, verified);
    identity
}

/// An identity with a verified address.
fn sure(provider: &str, subject: &str, email: &str) -> Identity {
    with(of(provider, subject), email, true)
}

async fn admit(store: &dyn UserStore, identity: &Identity) -> Admission {
    let id = UserId::generate().uuid().simple().to_string();
    let handle = format!("u{}", &id[10..]);
    store.admit(identity, &new_user(&[&handle])).await.unwrap()
}

async fn newcomer(store: &dyn UserStore, identity: &Identity) -> UserId {
    match admit(store, identity).await {
        Admission::Created(user) => user.id,
        other => panic!("{identity:?} is new, yet {other:?}"),
    }
}

async fn owner(store: &dyn UserStore, identity: &Identity) -> UserId {
    match admit(store, identity).await {
        Admission::Existing(user) => user.id,
        other => panic!("{identity:?} is known, yet {other:?}"),
    }
}

async fn the_same_subject_under_another_issuer_is_another_person(store: &dyn UserStore) {
    let first = of("moved", "1");
    let mut second = first.clone();
    second.issuer = "https://moved.example/other".to_owned();
    let (a, b) = (
        newcomer(store, &first).await,
        newcomer(store, &second).await,
    );
    assert_ne!(a, b);
    assert_eq!(owner(store, &first).await, a);
    assert_eq!(owner(store, &second).await, b);
}

async fn an_address_verified_on_both_sides_leads_to_one_account(store: &dyn UserStore) {
    let first = newcomer(store, &sure("acme", "both", "both@a.example")).await;
    let second = sure("umbrella", "both", "Both@A.example");
    let linked = admit(store, &second).await;
    assert!(matches!(linked, Admission::Linked(user) if user.id == first));
    assert_eq!(owner(store, &second).await, first);
    assert_eq!(store.identities(first).await.unwrap().len(), 2);
}

async fn an_address_unverified_on_either_side_leads_to_a_new_account(store: &dyn UserStore) {
    // An account made ahead with the address of somebody else never becomes theirs.
    let planted = with(of("acme", "planted"), "victim@a.example", false);
    let planted = newcomer(store, &planted).await;
    let victim = newcomer(store, &sure("umbrella", "victim", "victim@a.example")).await;
    assert_ne!(planted, victim);
    // Whoever says to have the victim's address is not let in.
    let thief = with(of("third", "thief"), "victim@a.example", false);
    let thief = newcomer(store, &thief).await;
    assert!(thief != victim && thief != planted);
}

async fn what_a_provider_says_now_replaces_what_it_said(store: &dyn UserStore) {
    let account = newcomer(store, &with(of("acme", "now"), "now@a.example", false)).await;
    assert_eq!(
        owner(store, &sure("acme", "now", "now@a.example")).await,
        account
    );
    let linked = admit(store, &sure("umbrella", "now", "now@a.example")).await;
    assert!(matches!(linked, Admission::Linked(user) if user.id == account));

    // The address was given up at both: it leads nowhere any more.
    owner(store, &of("acme", "now")).await;
    owner(store, &sure("umbrella", "now", "new@a.example")).await;
    let other = newcomer(store, &sure("third", "now", "now@a.example")).await;
    assert_ne!(other, account);
}

async fn an_address_of_two_accounts_leads_to_neither(store: &dyn UserStore) {
    let first = newcomer(store, &sure("acme", "two", "two@a.example")).await;
    let unsure = with(of("umbrella", "two"), "two@a.example", false);
    let second = newcomer(store, &unsure).await;
    assert_eq!(
        owner(store, &sure("umbrella", "two", "two@a.example")).await,
        second
    );
    let third = newcomer(store, &sure("third", "two", "two@a.example")).await;
    assert!(third != first && third != second);
}

async fn an_address_given_to_somebody_else_does_not_bring_the_account_along(store: &dyn UserStore) {
    let left = newcomer(store, &sure("acme", "left", "desk@a.example")).await;
    let came = newcomer(store, &sure("acme", "came", "desk@a.example")).await;
    assert_ne!(left, came);
}

fn trace() -> Trace {
    Trace::of(None, "conformance")
}

/// A provider as [`of`] has it.
fn way_in(provider: &str) -> WayIn {
    WayIn {
        provider: provider.to_owned(),
        issuer: of(provider, "").issuer,
    }
}

async fn whoever_was_signed_out_meanwhile_changes_nothing(store: &dyn UserStore) {
    let me = newcomer(store, &of("acme", "gone")).await;
    let extra = of("umbrella", "gone");
    let ended = trace().by(me, LoginId::generate());
    let refused = store.link(me, &extra, &ended, AT).await.unwrap();
    assert_eq!(refused, Linking::SignedOut);
    store.link(me, &extra, &trace(), AT).await.unwrap();
    let others = [way_in("acme")];
    let refused = store.unlink(me, "umbrella", &others, &ended, AT).await;
    assert_eq!(refused.unwrap(), Unlinking::SignedOut);
    assert_eq!(store.identities(me).await.unwrap().len(), 2);
}

async fn an_identity_is_linked_to_one_account(store: &dyn UserStore) {
    let (mine, others) = (of("acme", "mine"), of("acme", "others"));
    let (me, other) = (newcomer(store, &mine).await, newcomer(store, &others).await);
    let extra = of("umbrella", "mine");
    for _ in 0..2 {
        assert_eq!(
            store.link(me, &extra, &trace(), AT).await.unwrap(),
            Linking::Linked
        );
    }
    assert_eq!(owner(store, &extra).await, me);
    let elsewhere = store.link(other, &extra, &trace(), AT).await.unwrap();
    assert_eq!(elsewhere, Linking::Elsewhere);
    assert_eq!(
        store.link(me, &others, &trace(), AT).await.unwrap(),
        Linking::Elsewhere
    );
    let second = of("umbrella", "second");
    let taken = store.link(me, &second, &trace(), AT).await.unwrap();
    assert_eq!(taken, Linking::ProviderTaken);
    assert_eq!(store.identities(me).await.unwrap().len(), 2);
    newcomer(store, &second).await;
}

async fn the_last_identity_that_works_stays(store: &dyn UserStore) {
    let me = newcomer(store, &of("acme", "last")).await;
    let unlink = async |provider: &str, others: &[&str]| {
        let others: Vec<WayIn> = others.iter().map(|&other| way_in(other)).collect();
        store
            .unlink(me, provider, &others, &trace(), AT)
            .await
            .unwrap()
    };
    assert_eq!(unlink("acme", &["umbrella"]).await, Unlinking::Last);
    assert_eq!(unlink("umbrella", &["acme"]).await, Unlinking::NotLinked);
    store
        .link(me, &of("umbrella", "last"), &trace(), AT)
        .await
        .unwrap();
    // There, but nobody can sign in with it any more: it is not configured, or is somebody else by now.
    assert_eq!(unlink("acme", &[]).await, Unlinking::Last);
    let mut replaced = way_in("umbrella");
    replaced.issuer = "https://umbrella.example/other".to_owned();
    let replaced = store.unlink(me, "acme", &[replaced], &trace(), AT).await;
    assert_eq!(replaced.unwrap(), Unlinking::Last);
    assert_eq!(store.identities(me).await.unwrap().len(), 2);
    assert_eq!(unlink("acme", &["umbrella"]).await, Unlinking::Unlinked);
    assert_eq!(unlink("acme", &["umbrella"]).await, Unlinking::NotLinked);
    assert_eq!(unlink("umbrella", &["acme"]).await, Unlinking::Last);
    // Whoever comes with what was unlinked is new.
    assert_ne!(newcomer(store, &of("acme", "last")).await, me);
}

async fn identities_are_listed_with_their_addresses(store: &dyn UserStore) {
    let me = newcomer(store, &sure("acme", "listed", "listed@a.example")).await;
    let later = WallMs(AT.0 + 5);
    let second = with(of("umbrella", "listed"), "other@a.example", false);
    store.link(me, &second, &trace(), later).await.unwrap();
    store
        .link(me, &of("third", "listed"), &trace(), later)
        .await
        .unwrap();
    let listed = store.identities(me).await.unwrap();
    let shown: Vec<_> = listed
        .iter()
        .map(|it| (it.provider.as_str(), it.email.clone(), it.at))
        .collect();
    assert_eq!(
        shown,
        [
            ("acme", Email::parse("listed@a.example", true), AT),
            ("umbrella", Email::parse("other@a.example", false), later),
            ("third", None, later),
        ]
    );
    assert_eq!(store.identities(UserId::generate()).await.unwrap(), []);
}

async fn of_two_unlinked_at_once_one_stays(store: &dyn UserStore) {
    let others = ["acme", "umbrella"].map(way_in);
    for round in 0..ROUNDS {
        let me = newcomer(store, &of("acme", &format!("pair{round}"))).await;
        let second = of("umbrella", &format!("pair{round}"));
        store.link(me, &second, &trace(), AT).await.unwrap();
        let trace = trace();
        let (a, b) = join(
            store.unlink(me, "acme", &others, &trace, AT),
            store.unlink(me, "umbrella", &others, &trace, AT),
        )
        .await;
        let mut both = [a.unwrap(), b.unwrap()];
        both.sort_by_key(|it| *it == Unlinking::Last);
        assert_eq!(both, [Unlinking::Unlinked, Unlinking::Last]);
        assert_eq!(store.identities(me).await.unwrap().len(), 1);
    }
}

async fn an_identity_linked_twice_at_once_leads_to_one_account(store: &dyn UserStore) {
    for round in 0..ROUNDS {
        let mut people = Vec::new();
        for number in 0..3 {
            let subject = format!("rival{round}_{number}");
            people.push(newcomer(store, &of("acme", &subject)).await);
        }
        let wanted = of("umbrella", &format!("wanted{round}"));
        let trace = trace();
        let linked = join_all(people.iter().map(|id| store.link(*id, &wanted, &trace, AT))).await;
        let linked: Vec<Linking> = linked.into_iter().map(Result::unwrap).collect();
        let winner = linked.iter().position(|it| *it == Linking::Linked).unwrap();
        let losers = linked.iter().filter(|it| **it == Linking::Elsewhere);
        assert_eq!(losers.count(), 2, "{linked:?}");
        assert_eq!(owner(store, &wanted).await, people[winner]);
    }
}

async fn first_sign_ins_by_two_providers_at_once_make_one_account(store: &dyn UserStore) {
    for round in 0..ROUNDS {
        let email = format!("rush{round}@a.example");
        let (a, b) = (
            sure("acme", &email, &email),
            sure("umbrella", &email, &email),
        );
        let (first, second) = join(admit(store, &a), admit(store, &b)).await;
        let id = match (first, second) {
            (Admission::Created(made), Admission::Linked(linked))
            | (Admission::Linked(linked), Admission::Created(made)) => {
                assert_eq!(made.id, linked.id);
                made.id
            }
            other => panic!("one is made and the other linked, yet {other:?}"),
        };
        assert_eq!(store.identities(id).await.unwrap().len(), 2);
    }
}
