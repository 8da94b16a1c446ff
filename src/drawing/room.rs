//! A whole furnished room: shell, wall pieces, rugs, then everything that stands, back to front, and the night over it.
//! The same as `web/src/app/pictures/roomDrawing.ts`, to the byte.

use std::fmt::Write;

use super::depth::{self, Box3};
use super::number;
use super::projection::{Point, polygon, project, project_on_wall};
use super::stencil::{Shapes, shapes};
use crate::catalogue::{Fixture, Kind, Surface, catalogue, elevation};
use crate::domain::room::{Light, Piece, Place, Theme};

/// What the night multiplies.
const NIGHT: &str = "#7a70bd";

/// A kind of light: its name, how far it reaches, how strong it is at its middle, how it mixes with what is there.
const SHINES: [(&str, f64, f64, &str); 2] = [
    ("shine", 150.0, 0.85, "overlay"),
    ("core", 58.0, 0.5, "screen"),
];

/// Lights drawn in one room: more of them make it no brighter, and each costs a layer.
const LIGHTS_MAX: usize = 64;

struct LightSource {
    at: Point,
    color: String,
}

/// A piece of a kind there is, on a surface of its kind.
#[derive(Clone, Copy)]
struct Placed<'a> {
    index: usize,
    piece: &'a Piece,
    kind: &'static Kind,
}

impl<'a> Placed<'a> {
    fn fixture(&self) -> Fixture<'a> {
        Fixture {
            kind: &self.piece.kind,
            standpoint: self.piece.standpoint,
            rotation: self.piece.rotation,
        }
    }

    fn place(&self) -> Place {
        self.piece.standpoint.place
    }

    fn x(&self) -> f64 {
        f64::from(self.piece.standpoint.x)
    }

    fn y(&self) -> f64 {
        f64::from(self.piece.standpoint.y)
    }
}

/// Something that stands on the floor, or on what stands there.
pub(super) struct Standing {
    /// Its place among the room's pieces.
    pub(super) index: usize,
    /// The space it takes.
    pub(super) stands: Box3,
}

/// What a newer or older catalogue has is left out.
fn known(pieces: &[Piece]) -> Vec<Placed<'_>> {
    let placed = pieces.iter().enumerate().filter_map(|(index, piece)| {
        let kind = catalogue().kind(&piece.kind).ok()?;
        let hangs = piece.standpoint.place != Place::Floor;
        (hangs == (kind.surface == Surface::Wall)).then_some(Placed { index, piece, kind })
    });
    placed.collect()
}

/// Everything that people walk round.
pub(super) fn standing(pieces: &[Piece]) -> Vec<Standing> {
    standing_among(&known(pieces))
}

fn standing_among(items: &[Placed<'_>]) -> Vec<Standing> {
    let stands =
        |item: &&Placed<'_>| item.place() == Place::Floor && item.kind.surface != Surface::Rug;
    let standing = items.iter().filter(stands).map(|item| {
        let others = items.iter().filter(|other| other.index != item.index);
        let height = elevation(catalogue(), item.fixture(), others.map(Placed::fixture));
        let (width, depth) = item.kind.extent(item.piece.rotation);
        Standing {
            index: item.index,
            stands: Box3 {
                x: item.x() / 2.0,
                y: item.y() / 2.0,
                z: f64::from(height) / 10.0,
                w: f64::from(width) / 2.0,
                d: f64::from(depth) / 2.0,
                h: f64::from(item.kind.height()) / 10.0,
            },
        }
    });
    standing.collect()
}

/// The room as SVG markup.
pub(super) fn body(theme: &Theme, pieces: &[Piece]) -> String {
    let shapes = shapes();
    let items = known(pieces);
    let night = theme.light == Light::Night;
    let walls = || items.iter().filter(|item| item.place() != Place::Floor);
    let rugs = items
        .iter()
        .filter(|item| item.kind.surface == Surface::Rug);
    let standing = standing_among(&items);
    let boxes: Vec<Box3> = standing.iter().map(|it| it.stands).collect();
    let find = |index: usize| items.iter().find(|item| item.index == index);

    let mut svg = shapes.shell(&theme.wallpaper, &theme.flooring);
    if !night {
        walls().for_each(|item| daylight(&mut svg, item));
    }
    walls().for_each(|item| wall_piece(&mut svg, shapes, item, night));
    rugs.for_each(|item| floor_piece(&mut svg, shapes, item, 0.0));
    shadows(&mut svg, &boxes);
    for next in depth::sorted(&boxes) {
        let it = &standing[next];
        if let Some(item) = find(it.index) {
            floor_piece(&mut svg, shapes, item, it.stands.z);
        }
    }
    if night {
        let lamps = standing
            .iter()
            .filter_map(|it| light(find(it.index)?, it.stands.z));
        let lights: Vec<_> = lamps
            .chain(walls().filter_map(|item| light(item, 0.0)))
            .take(LIGHTS_MAX)
            .collect();
        nightfall(&mut svg, shapes, &lights);
    }
    svg
}

fn at(svg: &mut String, Point { x, y }: Point, draw: impl FnOnce(&mut String)) {
    let (x, y) = (number::text(x), number::text(y));
    // Writing to a String cannot fail, here and below.
    let _ = write!(svg, r#"<g transform="translate({x} {y})">"#);
    draw(svg);
    svg.push_str("</g>");
}

fn wall_piece(svg: &mut String, shapes: &Shapes, item: &Placed<'_>, night: bool) {
    let wall = item.place();
    let kind = &item.piece.kind;
    let light = if night { "night" } else { "day" };
    // A quarter turn puts a front on the left wall.
    let (number, turn) = if wall == Place::LeftWall {
        (1, 1)
    } else {
        (2, 0)
    };
    let Some(paint) = shapes.paint(&item.piece.color, &item.kind.color) else {
        return;
    };
    let origin = project_on_wall(wall, item.x() / 2.0, item.y() / 2.0);
    at(svg, origin, |svg| {
        let name = format!("{kind}/{number}/{light}");
        shapes.draw(svg, &name, paint, |hex| {
            format!("{kind}/{hex}/{light}/{turn}")
        });
    });
}

fn floor_piece(svg: &mut String, shapes: &Shapes, item: &Placed<'_>, z: f64) {
    let kind = &item.piece.kind;
    let turn = item.piece.rotation & 3;
    let Some(paint) = shapes.paint(&item.piece.color, &item.kind.color) else {
        return;
    };
    at(svg, project(item.x() / 2.0, item.y() / 2.0, z), |svg| {
        let name = format!("{kind}/{turn}");
        shapes.draw(svg, &name, paint, |hex| format!("{kind}/{hex}/{turn}"));
    });
}

/// Contact shadows, softened together.
fn shadows(svg: &mut String, boxes: &[Box3]) {
    let mut path = String::new();
    for it in boxes.iter().filter(|it| it.z == 0.0) {
        let corners = [
            project(it.x, it.y, 0.0),
            project(it.x + it.w, it.y, 0.0),
            project(it.x + it.w, it.y + it.d, 0.0),
            project(it.x, it.y + it.d, 0.0),
        ];
        let corners = corners.map(|corner| {
            let (x, y) = (corner.x + 5.0, corner.y + 3.0);
            format!("{} {}", number::text(x), number::text(y))
        });
        let _ = write!(path, "M{}Z", corners.join("L"));
    }
    svg.push_str(
        r#"<defs><filter id="contact"><feGaussianBlur stdDeviation="3"/></filter></defs>"#,
    );
    let _ = write!(
        svg,
        r##"<path d="{path}" fill="#542e70" opacity=".4" filter="url(#contact)"/>"##
    );
}

/// The patches of light a window throws into the room and a little towards the front, one a pane.
fn daylight(svg: &mut String, item: &Placed<'_>) {
    let kind = item.piece.kind.as_str();
    if kind != "window" && !kind.ends_with("_window") {
        return;
    }
    let (near, far, drift, margin) = (1.5, 4.4, 0.9, 0.4);
    let room = f64::from(catalogue().room_size()) / 2.0;
    let along = item.x() / 2.0;
    let width = f64::from(item.kind.extent(0).0) / 2.0;
    let middle = along + width / 2.0;
    let corner = |at: f64, reach: f64| {
        let side = at + drift * ((reach - near) / (far - near)) + 0.5;
        let side = side.clamp(0.0, room);
        if item.place() == Place::LeftWall {
            project(reach, side, 0.0)
        } else {
            project(side, reach, 0.0)
        }
    };
    let panes = [
        (along + margin, middle - 0.08),
        (middle + 0.08, along + width - margin),
    ];
    for (from, to) in panes {
        let corners = [
            corner(from, near),
            corner(to, near),
            corner(to, far),
            corner(from, far),
        ];
        let patch = polygon(&corners);
        let _ = write!(svg, r##"<path d="{patch}" fill="#fff7d6" opacity=".3"/>"##);
    }
}

fn light(item: &Placed<'_>, z: f64) -> Option<LightSource> {
    let glow = item.kind.glow(item.piece.rotation & 3)?;
    let [x, y, height] = glow.at;
    let at = match item.place() {
        Place::Floor => project(
            (item.x() + x) / 2.0,
            (item.y() + y) / 2.0,
            z + height / 10.0,
        ),
        wall => project_on_wall(wall, (item.x() + x) / 2.0, item.y() / 2.0 + height / 10.0),
    };
    let color = glow.color;
    Some(LightSource { at, color })
}

/// Multiplied with dusk, and lit again where lamps are: what lies outside the room stays as it is.
fn nightfall(svg: &mut String, shapes: &Shapes, lights: &[LightSource]) {
    let mut colors: Vec<&str> = Vec::new();
    for light in lights {
        if !colors.contains(&light.color.as_str()) {
            colors.push(&light.color);
        }
    }
    let inside = &shapes.silhouette;
    let _ = write!(
        svg,
        r#"<defs><clipPath id="inside"><path d="{inside}"/></clipPath>"#
    );
    for (name, _, strength, _) in SHINES {
        for (i, color) in colors.iter().enumerate() {
            let _ = write!(svg, r#"<radialGradient id="{name}-{i}">"#);
            for (offset, share) in [(0.0, 1.0), (0.4, 0.4), (1.0, 0.0)] {
                let (offset, opacity) = (number::text(offset), number::text(strength * share));
                let _ = write!(
                    svg,
                    r#"<stop offset="{offset}" stop-color="{color}" stop-opacity="{opacity}"/>"#
                );
            }
            svg.push_str("</radialGradient>");
        }
    }
    let _ = write!(
        svg,
        r#"</defs><path d="{inside}" fill="{NIGHT}" style="mix-blend-mode:multiply"/>"#
    );
    for (name, radius, _, blend) in SHINES {
        for LightSource { at, color } in lights {
            let paint = colors.iter().position(|known| known == color);
            let paint = paint.unwrap_or_default();
            let (x, y, r) = (number::text(at.x), number::text(at.y), number::text(radius));
            let _ = write!(
                svg,
                r#"<circle cx="{x}" cy="{y}" r="{r}" fill="url(#{name}-{paint})" clip-path="url(#inside)" style="mix-blend-mode:{blend}"/>"#
            );
        }
    }
}
