//! The people, items and words the golden frames are made of.

use maru_protocol::{
    Avatar, ChatLine, ItemState, Op, Person, PersonKind, PersonRef, Place, Preview, Role, RoomInfo,
    Standing, Standpoint, Status, Theme, Visibility,
};

pub fn avatar() -> Avatar {
    Avatar {
        member: 7,
        x: 512,
        y: 1_000,
        facing: 2,
        standing: Standing::Walking,
    }
}

pub fn person(away: bool) -> Person {
    Person {
        member: 7,
        id: "018f3c1e-8f5a-7cc0-9d55-5a1f6c2b7e01".into(),
        kind: PersonKind::User,
        name: "하늘".into(),
        handle: Some("haneul".into()),
        look: vec![0, 5, 11, 3, 2, 0],
        role: Role::Owner,
        away,
        avatar: avatar(),
        idle: away,
        status: Status::Busy,
        muted: false,
    }
}

pub fn guest() -> Person {
    let kind = PersonKind::Guest;
    let name = "지나가던 손님".into();
    Person {
        member: 300,
        kind,
        name,
        handle: None,
        role: Role::Visitor,
        ..person(false)
    }
}

pub fn put() -> Op {
    Op::Put {
        id: 9_007_199_254_740_991,
        kind: "sofa".into(),
        place: Place::Floor,
        x: 4,
        y: 19,
        rotation: 3,
        color: "mint".into(),
    }
}

pub fn ops() -> Vec<Op> {
    let standpoint = Some(Standpoint {
        place: Place::RightWall,
        x: 0,
        y: -1,
    });
    vec![
        put(),
        Op::Patch {
            id: 1,
            standpoint,
            rotation: None,
            color: Some(String::new()),
            if_seq: Some(65_536),
        },
        Op::Patch {
            id: 128,
            standpoint: None,
            rotation: Some(1),
            color: None,
            if_seq: None,
        },
        Op::Remove {
            id: 256,
            if_seq: None,
        },
        Op::SetTheme {
            wallpaper: None,
            flooring: Some("oak".into()),
            light: Some("night".into()),
        },
        Op::Say {
            text: "어서 와! 🍊".into(),
        },
    ]
}

pub fn item() -> ItemState {
    ItemState {
        id: 42,
        kind: "window".into(),
        place: Place::LeftWall,
        x: 3,
        y: 4,
        rotation: 0,
        color: String::new(),
        seq: 300,
    }
}

pub fn line() -> ChatLine {
    ChatLine {
        seq: 299,
        at_ms: 1_795_000_000_123,
        author_id: "018f3c1e-8f5a-7cc0-9d55-5a1f6c2b7e01".into(),
        author_name: "하늘".into(),
        text: "귤 먹고 갈래?".into(),
    }
}

pub fn theme() -> Theme {
    Theme {
        wallpaper: "mint_heart".into(),
        flooring: "oak".into(),
        light: "day".into(),
        seq: 12,
    }
}

pub fn preview() -> Preview {
    let standpoint = Standpoint {
        place: Place::Floor,
        x: 20,
        y: 0,
    };
    Preview {
        item: 42,
        standpoint,
        rotation: 3,
    }
}

pub fn room() -> RoomInfo {
    RoomInfo {
        id: "018f3c1e-8f5a-7cc0-9d55-5a1f6c2b7e02".into(),
        name: "하늘이의 미니룸".into(),
        owner_id: "018f3c1e-8f5a-7cc0-9d55-5a1f6c2b7e01".into(),
        visibility: Visibility::Followers,
        guests_allowed: true,
        locked: false,
        people_max: 200,
    }
}

pub fn person_ref() -> PersonRef {
    PersonRef {
        id: "018f3c1e-8f5a-7cc0-9d55-5a1f6c2b7e03".into(),
        name: "바다".into(),
    }
}
