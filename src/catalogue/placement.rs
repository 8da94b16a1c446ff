//! Where an item may stand. The web client has the same rules; `protocol/vectors/placement.json` holds
//! both to them.

use super::{Catalogue, Kind, Surface};
use crate::domain::room::{Place, Refusal, Standpoint};

/// An item as far as placement cares.
#[derive(Debug, Clone, Copy)]
pub struct Fixture<'a> {
    /// A kind of the catalogue.
    pub kind: &'a str,
    /// Where it stands.
    pub standpoint: Standpoint,
    /// Quarter turns.
    pub rotation: u8,
}

/// A rectangle on one surface.
#[derive(Debug, Clone, Copy)]
struct Rect {
    x: i64,
    y: i64,
    w: i64,
    h: i64,
}

impl Rect {
    fn overlaps(self, other: Self) -> bool {
        self.x < other.x + other.w
            && other.x < self.x + self.w
            && self.y < other.y + other.h
            && other.y < self.y + self.h
    }

    fn contains(self, other: Self) -> bool {
        self.x <= other.x
            && self.y <= other.y
            && other.x + other.w <= self.x + self.w
            && other.y + other.h <= self.y + self.h
    }
}

/// Whether `candidate` may stand among `others`, which leave out the candidate itself.
pub fn check<'a>(
    catalogue: &Catalogue,
    candidate: Fixture<'_>,
    others: impl Iterator<Item = Fixture<'a>>,
) -> Result<(), Refusal> {
    let kind = catalogue.kind(candidate.kind)?;
    let on_wall = candidate.standpoint.place != Place::Floor;
    if candidate.rotation > 3 || (on_wall && candidate.rotation != 0) {
        return Err(Refusal::BadRotation);
    }
    if on_wall != (kind.surface == Surface::Wall) {
        return Err(Refusal::WrongSurface);
    }
    let rect = rect(kind, candidate);
    let (width, height) = catalogue.surface_extent(candidate.standpoint.place);
    let surface = Rect {
        x: 0,
        y: 0,
        w: width.into(),
        h: height.into(),
    };
    if !surface.contains(rect) {
        return Err(Refusal::OutOfBounds);
    }
    for other in others {
        if other.standpoint.place != candidate.standpoint.place {
            continue;
        }
        // A kind that a newer catalogue dropped takes no room.
        let Ok(other_kind) = catalogue.kind(other.kind) else {
            continue;
        };
        if collide((kind, rect), (other_kind, self::rect(other_kind, other))) {
            return Err(Refusal::Overlap);
        }
    }
    Ok(())
}

/// How high a fixture stands, in tenths of a z-unit: on the top of the first of `others` that carries it, or on the
/// floor.
pub fn elevation<'a>(
    catalogue: &Catalogue,
    fixture: Fixture<'_>,
    mut others: impl Iterator<Item = Fixture<'a>>,
) -> i32 {
    let Ok(kind) = catalogue.kind(fixture.kind) else {
        return 0;
    };
    if fixture.standpoint.place != Place::Floor || kind.surface != Surface::Small {
        return 0;
    }
    let thing = (kind, rect(kind, fixture));
    let top = others.find_map(|other| {
        let table = catalogue.kind(other.kind).ok()?;
        let stands = other.standpoint.place == Place::Floor;
        (stands && carries((table, rect(table, other)), thing)).then_some(table.top?)
    });
    top.unwrap_or(0)
}

fn rect(kind: &Kind, fixture: Fixture<'_>) -> Rect {
    let (w, h) = kind.extent(fixture.rotation);
    Rect {
        x: fixture.standpoint.x.into(),
        y: fixture.standpoint.y.into(),
        w: w.into(),
        h: h.into(),
    }
}

/// Whether two items on one surface are in each other's way. Symmetric, and without regard to which
/// came first, so that every order of edits leads to the same answer.
fn collide((a, a_rect): (&Kind, Rect), (b, b_rect): (&Kind, Rect)) -> bool {
    if !a_rect.overlaps(b_rect) || (a.surface == Surface::Rug) != (b.surface == Surface::Rug) {
        return false;
    }
    !carries((a, a_rect), (b, b_rect)) && !carries((b, b_rect), (a, a_rect))
}

/// Whether the second stands wholly on the first.
fn carries((table, table_rect): (&Kind, Rect), (thing, thing_rect): (&Kind, Rect)) -> bool {
    table.top.is_some()
        && table.surface == Surface::Floor
        && thing.surface == Surface::Small
        && table_rect.contains(thing_rect)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::catalogue::catalogue;

    #[derive(Deserialize)]
    struct Case {
        name: String,
        items: Vec<Thing>,
        candidate: Thing,
        expect: String,
    }

    #[derive(Deserialize)]
    struct Thing {
        id: u64,
        kind: String,
        place: u8,
        x: i32,
        y: i32,
        rot: u8,
    }

    impl Thing {
        /// `None` for a surface there is not: such a place does not get past the wire here.
        fn fixture(&self) -> Option<Fixture<'_>> {
            let place = match self.place {
                0 => Place::Floor,
                1 => Place::LeftWall,
                2 => Place::RightWall,
                _ => return None,
            };
            Some(Fixture {
                kind: &self.kind,
                standpoint: Standpoint {
                    place,
                    x: self.x,
                    y: self.y,
                },
                rotation: self.rot,
            })
        }
    }

    #[test]
    fn the_shared_cases_hold() {
        let cases: Vec<Case> =
            serde_json::from_str(include_str!("../../protocol/vectors/placement.json"))
                .expect("the vectors are whole");
        assert!(cases.len() > 30);
        for case in cases {
            let others = case
                .items
                .iter()
                .filter(|item| item.id != case.candidate.id);
            let others = others.filter_map(Thing::fixture);
            let verdict = match case.candidate.fixture() {
                Some(candidate) => check(catalogue(), candidate, others),
                // The rest is judged in the same order as by `check`.
                None => match catalogue().kind(&case.candidate.kind) {
                    Err(unknown) => Err(unknown),
                    Ok(_) if case.candidate.rot > 3 => Err(Refusal::BadRotation),
                    Ok(_) => Err(Refusal::WrongSurface),
                },
            };
            let said = match verdict {
                Ok(()) => "ok",
                Err(Refusal::UnknownKind) => "unknown_kind",
                Err(Refusal::OutOfBounds) => "out_of_bounds",
                Err(Refusal::Overlap) => "overlap",
                Err(Refusal::WrongSurface) => "wrong_surface",
                Err(Refusal::BadRotation) => "bad_rotation",
                Err(other) => panic!("{}: {other:?}", case.name),
            };
            assert_eq!(said, case.expect, "{}", case.name);
        }
    }
}
