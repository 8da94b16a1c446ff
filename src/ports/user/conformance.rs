//! What every user store must keep, whatever stands behind it.

mod linking;

use std::collections::HashSet;

use futures_util::future::join_all;

use super::{Admission, Identity, NewUser, UserStore};
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::text::PersonName;
use crate::domain::user::{Look, User};

/// A person of the provider `acme`.
pub(crate) fn identity(subject: &str) -> Identity {
    of("acme", subject)
}

/// A person of some provider, who gave no e-mail address.
fn of(provider: &str, subject: &str) -> Identity {
    Identity {
        provider: provider.to_owned(),
        issuer: format!("https://{provider}.example"),
        subject: subject.to_owned(),
        email: None,
    }
}

/// An account that would like one of these handles.
pub(crate) fn new_user(handles: &[&str]) -> NewUser {
    NewUser {
        id: UserId::generate(),
        front_room_id: RoomId::generate(),
        handles: handles.iter().map(|&handle| handle.to_owned()).collect(),
        display_name: PersonName::parse("하늘").unwrap(),
        look: Look([0, 1, 2, 3, 4, 255]),
        mood: "졸려요".to_owned(),
        bio: "'; DROP TABLE user; --".to_owned(),
        at: WallMs(1_700_000_000_000),
        trace: Trace::default(),
    }
}

/// Admits a person who must be new.
pub(crate) async fn created(store: &dyn UserStore, subject: &str, handle: &str) -> User {
    match store
        .admit(&identity(subject), &new_user(&[handle]))
        .await
        .unwrap()
    {
        Admission::Created(user) => user,
        other => panic!("{subject} is new, yet {other:?}"),
    }
}

/// Runs the whole suite on an empty store.
pub(crate) async fn conformance(store: &dyn UserStore) {
    an_account_is_found_again_as_it_was_made(store).await;
    an_identity_has_one_account(store).await;
    a_handle_has_one_owner(store).await;
    first_sign_ins_at_once_make_one_account(store).await;
    equal_handles_at_once_go_to_different_people(store).await;
    people_of_a_provider_come_in_order_and_bounded(store).await;
    linking::conformance(store).await;
}

async fn an_account_is_found_again_as_it_was_made(store: &dyn UserStore) {
    let new = new_user(&["kept"]);
    let admitted = store.admit(&identity("kept"), &new).await.unwrap();
    let user = User {
        id: new.id,
        handle: "kept".to_owned(),
        display_name: "하늘".to_owned(),
        look: new.look,
        mood: new.mood,
        bio: new.bio,
        front_room_id: new.front_room_id,
    };
    assert_eq!(admitted, Admission::Created(user.clone()));
    assert_eq!(store.by_id(user.id).await.unwrap(), Some(user.clone()));
    assert_eq!(store.by_handle("kept").await.unwrap(), Some(user));
    assert_eq!(store.by_id(UserId::generate()).await.unwrap(), None);
    assert_eq!(store.by_handle("nobody").await.unwrap(), None);
    assert_eq!(store.by_handle("KEPT").await.unwrap(), None);
}

async fn an_identity_has_one_account(store: &dyn UserStore) {
    let first = created(store, "same", "same").await;
    let again = store.admit(&identity("same"), &new_user(&["other"])).await;
    assert_eq!(again.unwrap(), Admission::Existing(first.clone()));
    assert_eq!(store.by_handle("other").await.unwrap(), None);
    let elsewhere = of("umbrella", "same");
    let other = store.admit(&elsewhere, &new_user(&["elsewhere"])).await;
    assert!(matches!(other.unwrap(), Admission::Created(user) if user.id != first.id));
}

async fn a_handle_has_one_owner(store: &dyn UserStore) {
    created(store, "owner", "wanted").await;
    let taken = store
        .admit(&identity("late"), &new_user(&["wanted"]))
        .await
        .unwrap();
    assert_eq!(taken, Admission::HandlesTaken);
    // Nothing was left behind: the same identity may try with another handle.
    let offers = new_user(&["wanted", "wanted_2", "wanted_3"]);
    let next = store.admit(&identity("late"), &offers).await.unwrap();
    assert!(matches!(next, Admission::Created(user) if user.handle == "wanted_2"));
}

async fn first_sign_ins_at_once_make_one_account(store: &dyn UserStore) {
    let news: Vec<NewUser> = (0..8).map(|_| new_user(&["rush", "rush_2"])).collect();
    let identity = identity("rush");
    let admitted = join_all(news.iter().map(|new| store.admit(&identity, new))).await;
    let mut created = 0;
    let ids: HashSet<UserId> = admitted
        .into_iter()
        .map(|admission| match admission.unwrap() {
            Admission::Created(user) => {
                created += 1;
                user.id
            }
            Admission::Existing(user) => user.id,
            other => panic!("a handle was free, yet {other:?}"),
        })
        .collect();
    assert_eq!((created, ids.len()), (1, 1));
    assert_eq!(store.by_handle("rush_2").await.unwrap(), None);
}

async fn equal_handles_at_once_go_to_different_people(store: &dyn UserStore) {
    let handles = ["crowd", "crowd_2", "crowd_3", "crowd_4"];
    let people: Vec<(Identity, NewUser)> = (0..4)
        .map(|number| (identity(&format!("crowd{number}")), new_user(&handles)))
        .collect();
    let admitted = join_all(people.iter().map(|(who, new)| store.admit(who, new))).await;
    let taken: HashSet<String> = admitted
        .into_iter()
        .map(|admission| match admission.unwrap() {
            Admission::Created(user) => user.handle,
            other => panic!("each is new, yet {other:?}"),
        })
        .collect();
    assert_eq!(taken, handles.map(str::to_owned).into());
}

async fn people_of_a_provider_come_in_order_and_bounded(store: &dyn UserStore) {
    for (number, subject) in ["z", "a", "m"].into_iter().enumerate() {
        let who = of("orderly", subject);
        let mut new = new_user(&[&format!("orderly_{subject}")]);
        new.at = WallMs(number as u64);
        store.admit(&who, &new).await.unwrap();
    }
    let subjects = async |limit| {
        let people = store.of_provider("orderly", limit).await.unwrap();
        people
            .into_iter()
            .map(|(subject, _)| subject)
            .collect::<Vec<_>>()
    };
    assert_eq!(subjects(10).await, ["z", "a", "m"]);
    assert_eq!(subjects(2).await, ["z", "a"]);
    assert!(
        store
            .of_provider("unheard_of", 10)
            .await
            .unwrap()
            .is_empty()
    );
}
