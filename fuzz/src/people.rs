//! Who comes by, and what everyone and everything is called.

use maru::domain::id::{GuestId, UserId};
use maru::domain::user::Look;
use maru::domain::visitor::{Bearer, Identity, Visitor};

/// People who come by; the first owns the room, the last is a guest.
pub const PEOPLE: u8 = 5;

/// The `n`th identifier of its kind.
pub fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(kind: u8, n: u128) -> T {
    let id = format!("{kind:08x}-0000-7000-8000-{n:012x}");
    id.parse().expect("a UUID")
}

pub fn user_id(person: u8) -> UserId {
    id(1, person.into())
}

pub fn visitor(person: u8) -> Visitor {
    let guest = person + 1 == PEOPLE;
    Visitor {
        identity: if guest {
            let id: GuestId = id(2, 0);
            Identity::Guest { id }
        } else {
            let handle = format!("person{person}");
            let id = user_id(person);
            let login = self::id(3, person.into());
            Identity::User { id, handle, login }
        },
        name: format!("사람{person}"),
        look: Look::default(),
        // The third and the first do not see each other.
        hidden: match person {
            0 => [user_id(2).to_string()].into(),
            2 => [user_id(0).to_string()].into(),
            _ => [].into(),
        },
        follows_owner: person == 2,
        origin: Some(person.into()),
        // The second does not want to hear the fourth.
        unheard: match person {
            1 => [user_id(3).to_string()].into(),
            _ => [].into(),
        },
        unheard_ms: None,
    }
}

/// A person as operations name them.
pub fn person_id(person: u8) -> String {
    visitor(person).person_id()
}

/// Who a token speaks of, looked up anew.
pub fn of_bearer(bearer: &Bearer) -> Visitor {
    let is_theirs = |visitor: &Visitor| visitor.bearer() == *bearer;
    let mut people = (0..PEOPLE).map(visitor);
    people.find(is_theirs).expect("tokens are given to people")
}
