//! Who may come in, stay and talk.

use super::*;
use crate::domain::id::RoomId;

const NOW: WallMs = WallMs(1_000_000);

fn card(visibility: Visibility) -> RoomCard {
    RoomCard {
        id: RoomId::generate(),
        owner_id: UserId::generate(),
        name: "방".to_owned(),
        access: Access::new(visibility, true),
    }
}

fn user(id: UserId, person: &str) -> Applicant<'_> {
    Applicant {
        person,
        user: Some(id),
        follows_owner: false,
        hidden: &NOBODY,
        origin: Some(7),
    }
}

static NOBODY: BTreeSet<String> = BTreeSet::new();

const GUEST: Applicant<'_> = Applicant {
    person: "guest",
    user: None,
    follows_owner: false,
    hidden: &NOBODY,
    origin: Some(7),
};

fn by_id(person: &str) -> Applicant<'_> {
    user(UserId::generate(), person)
}

fn ban(guest: Option<GuestOrigin>) -> Ban {
    Ban {
        name: "누구".to_owned(),
        at: NOW,
        guest,
    }
}

#[test]
fn each_visibility_opens_to_its_own_people() {
    use Visibility::{Followers, Private, Public};
    let (id, editor) = (UserId::generate(), UserId::generate());
    let (person, editor_id) = (id.to_string(), editor.to_string());
    let follower = Applicant {
        follows_owner: true,
        ..user(id, &person)
    };
    for (visibility, guest, stranger, follows) in [
        (Public, true, true, true),
        (Followers, false, false, true),
        (Private, false, false, false),
    ] {
        let mut card = card(visibility);
        card.access.appoint(&editor_id, "돕는이", 1).expect("room");
        let open = |who: &Applicant<'_>| card.admits(who, NOW).is_ok();
        assert_eq!(open(&GUEST), guest, "{visibility:?}");
        assert_eq!(open(&user(id, &person)), stranger, "{visibility:?}");
        assert_eq!(open(&follower), follows, "{visibility:?}");
        assert_eq!(
            card.admits(&user(editor, &editor_id), NOW),
            Ok(Role::Editor)
        );
        let owner_id = card.owner_id.to_string();
        let owner = user(card.owner_id, &owner_id);
        assert_eq!(card.admits(&owner, NOW), Ok(Role::Owner));
    }
}

#[test]
fn a_lock_stops_at_the_door_and_a_ban_everywhere() {
    let mut card = card(Visibility::Public);
    let id = UserId::generate();
    let person = id.to_string();
    let who = user(id, &person);
    card.access.locked = true;
    assert_eq!(card.admits(&who, NOW), Err(Denied::Locked));
    assert_eq!(card.keeps(&who, NOW), Ok(Role::Visitor));
    card.access.appoint(&person, "돕는이", 9).expect("room");
    assert_eq!(card.admits(&who, NOW), Ok(Role::Editor));
    card.access.ban(&person, ban(None), 9).expect("room");
    assert!(card.access.editors.is_empty(), "a ban ends the role");
    assert_eq!(card.keeps(&who, NOW), Err(Denied::Banned));
    let later = WallMs(NOW.0 + 2 * GUEST_BAN_MS);
    assert_eq!(card.admits(&who, later), Err(Denied::Banned));
}

#[test]
fn a_banned_guest_keeps_out_guests_from_the_same_address_for_a_day() {
    let mut card = card(Visibility::Public);
    let from = Some(GuestOrigin { origin: Some(7) });
    card.access.ban("another", ban(from), 9).expect("room");
    let last = WallMs(NOW.0 + GUEST_BAN_MS - 1);
    assert_eq!(card.admits(&GUEST, last), Err(Denied::Banned));
    let end = WallMs(NOW.0 + GUEST_BAN_MS);
    assert_eq!(card.admits(&GUEST, end), Ok(Role::Visitor));
    let elsewhere = Applicant {
        origin: Some(8),
        ..GUEST
    };
    assert_eq!(card.admits(&elsewhere, NOW), Ok(Role::Visitor));
    let id = UserId::generate();
    let person = id.to_string();
    assert!(card.admits(&user(id, &person), NOW).is_ok());
    let mut unknown = self::card(Visibility::Public);
    let nowhere = Some(GuestOrigin { origin: None });
    unknown.access.ban("other", ban(nowhere), 9).expect("room");
    let hidden = Applicant {
        origin: None,
        ..GUEST
    };
    assert!(unknown.admits(&hidden, NOW).is_ok());
}

#[test]
fn lists_are_bounded_and_what_is_over_makes_room() {
    let mut access = Access::new(Visibility::Public, true);
    let from = Some(GuestOrigin { origin: None });
    access.ban("a", ban(from), 1).expect("room");
    access.ban("a", ban(from), 1).expect("the same again");
    assert_eq!(access.ban("b", ban(None), 1), Err(Refusal::ListFull));
    let later = Ban {
        at: WallMs(NOW.0 + GUEST_BAN_MS),
        ..ban(None)
    };
    access.ban("b", later, 1).expect("the guest's ban is over");
    let mute = |until: u64| Mute::new("누구".to_owned(), NOW, Some(until - NOW.0), None);
    access.mute("a", mute(NOW.0 + 5), NOW, 1).expect("room");
    assert!(access.is_muted(&by_id("a"), WallMs(NOW.0 + 4)));
    assert!(!access.is_muted(&by_id("a"), WallMs(NOW.0 + 5)));
    assert_eq!(
        access.mute("b", mute(NOW.0 + 9), NOW, 1),
        Err(Refusal::ListFull)
    );
    let then = WallMs(NOW.0 + 5);
    access
        .mute("b", mute(NOW.0 + 9), then, 1)
        .expect("the first is over");
    assert_eq!(access.next_unmute(then), Some(WallMs(NOW.0 + 9)));
}

#[test]
fn a_block_either_way_shuts_the_owners_room_to_anyone_but_the_owner() {
    let mut card = card(Visibility::Public);
    let (id, owner) = (UserId::generate(), card.owner_id);
    let (person, owner_id) = (id.to_string(), owner.to_string());
    let hidden = BTreeSet::from([owner_id.clone(), person.clone()]);
    let blocked = Applicant {
        hidden: &hidden,
        follows_owner: true,
        ..user(id, &person)
    };
    assert_eq!(card.keeps(&blocked, NOW), Err(Denied::NotOpen));
    card.access.appoint(&person, "편집자", 8).unwrap();
    assert_eq!(card.admits(&blocked, NOW), Err(Denied::NotOpen));
    let owns = Applicant {
        hidden: &hidden,
        ..user(owner, &owner_id)
    };
    assert_eq!(card.keeps(&owns, NOW), Ok(Role::Owner));
}

#[test]
fn a_muted_guest_silences_guests_from_the_same_address_for_a_day_at_most() {
    let mut access = Access::new(Visibility::Public, true);
    let from = |origin| Some(GuestOrigin { origin });
    let name = || "누구".to_owned();
    let forever = Mute::new(name(), NOW, None, from(Some(7)));
    access.mute("another", forever, NOW, 9).expect("room");
    let last = WallMs(NOW.0 + GUEST_BAN_MS - 1);
    assert!(access.is_muted(&GUEST, last));
    assert!(!access.is_muted(&GUEST, WallMs(last.0 + 1)));
    assert!(!access.is_muted(&by_id("someone"), NOW), "no users");
    let elsewhere = Applicant {
        origin: Some(8),
        ..GUEST
    };
    assert!(!access.is_muted(&elsewhere, NOW));
    let short = Mute::new(name(), NOW, Some(5), from(None));
    assert_eq!(short.until, Some(WallMs(NOW.0 + 5)));
    access.mute("veiled", short, NOW, 9).expect("room");
    let veiled = Applicant {
        origin: None,
        ..GUEST
    };
    assert!(!access.is_muted(&veiled, NOW));
    assert_eq!(access.unmute("x", from(None)), Err(Refusal::NoSuchPerson));
    assert_eq!(access.guest("another"), from(Some(7)));
    access.unmute("guest", from(Some(7))).expect("given back");
    assert!(!access.is_muted(&GUEST, NOW));
    assert!(access.mutes.contains_key("veiled"), "another's stays");
}
