//! The shapes of `protocol/drawings.json`: one stencil a kind, turn and light, which each palette colour fills in.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::LazyLock;

use serde::Deserialize;
use sha2::{Digest, Sha256};

const DRAWINGS_JSON: &str = include_str!("../../protocol/drawings.json");

/// Digits of a colour.
const COLOUR_DIGITS: usize = 6;

#[derive(Deserialize)]
struct DrawingsFile {
    palette: Vec<(String, String)>,
    bounds: [String; 4],
    silhouette: String,
    ramps: Vec<String>,
    gradients: Vec<String>,
    paths: Vec<String>,
    elements: Vec<String>,
    drawings: Vec<(String, Vec<usize>, Vec<usize>)>,
    wallpapers: Vec<(String, String)>,
    floorings: Vec<(String, String)>,
}

/// A part of a text.
#[derive(Debug)]
enum Part {
    Plain(String),
    /// A colour of a ramp.
    Ramp(usize),
    /// The address of a gradient.
    Gradient(usize),
    /// The path that comes with the element.
    Path,
}

#[derive(Debug)]
struct Stencil {
    gradients: Vec<usize>,
    elements: Vec<usize>,
}

/// Everything a room is drawn of.
#[derive(Debug)]
pub(super) struct Shapes {
    /// Left, top, width and height of a room's picture.
    pub(super) bounds: [f64; 4],
    /// The outline of walls, floor and slab.
    pub(super) silhouette: String,
    palette: HashMap<String, Paint>,
    ramps: Vec<String>,
    gradients: Vec<Vec<Part>>,
    paths: Vec<String>,
    elements: Vec<Vec<Part>>,
    stencils: HashMap<String, Stencil>,
    wallpapers: Vec<(String, String)>,
    floorings: Vec<(String, String)>,
}

/// A colour of the palette.
#[derive(Debug, Clone)]
pub(super) struct Paint {
    place: usize,
    hex: String,
}

static SHAPES: LazyLock<Shapes> = LazyLock::new(Shapes::read);

static DIGEST: LazyLock<[u8; 32]> = LazyLock::new(|| Sha256::digest(DRAWINGS_JSON).into());

/// Of all shapes: others make other pictures.
pub(super) fn digest() -> &'static [u8; 32] {
    &DIGEST
}

/// The shapes this binary was built with.
pub(super) fn shapes() -> &'static Shapes {
    &SHAPES
}

impl Shapes {
    /// The embedded file is part of the program: one that does not parse is a bug, and a test reads it.
    #[allow(clippy::expect_used)]
    fn read() -> Self {
        let file: DrawingsFile =
            serde_json::from_str(DRAWINGS_JSON).expect("protocol/drawings.json is whole");
        let palette = file.palette.into_iter().enumerate();
        let palette = palette.map(|(place, (name, hex))| (name, Paint { place, hex }));
        let stencils = file
            .drawings
            .into_iter()
            .map(|(name, gradients, elements)| {
                let stencil = Stencil {
                    gradients,
                    elements,
                };
                (name, stencil)
            });
        Self {
            bounds: file.bounds.map(|text| text.parse().expect("a number")),
            silhouette: file.silhouette,
            palette: palette.collect(),
            ramps: file.ramps,
            gradients: file.gradients.iter().map(|text| parts(text)).collect(),
            paths: file.paths,
            elements: file.elements.iter().map(|text| parts(text)).collect(),
            stencils: stencils.collect(),
            wallpapers: file.wallpapers,
            floorings: file.floorings,
        }
    }

    /// The colour of that name, or else the other one.
    pub(super) fn paint(&self, name: &str, own: &str) -> Option<&Paint> {
        self.palette.get(name).or_else(|| self.palette.get(own))
    }

    /// Walls and floor. What a newer catalogue had is the first of its list, as in the client.
    pub(super) fn shell(&self, wallpaper: &str, flooring: &str) -> String {
        let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let names = format!("{wallpaper}-{flooring}");
        let key: String = names.chars().filter(plain).collect();
        let of = |list: &[(String, String)], id: &str| {
            let found = list.iter().find(|(known, _)| known == id).or(list.first());
            found
                .map(|(_, text)| text.replace("{k}", &key))
                .unwrap_or_default()
        };
        of(&self.wallpapers, wallpaper) + &of(&self.floorings, flooring)
    }

    /// Adds the drawing of that name in a colour; nothing when there is none. `key` tells what its gradients are named
    /// by, of the colour.
    pub(super) fn draw(
        &self,
        into: &mut String,
        name: &str,
        paint: &Paint,
        key: impl FnOnce(&str) -> String,
    ) {
        let Some(stencil) = self.stencils.get(name) else {
            return;
        };
        let prefix = base36(fnv(&key(&paint.hex)));
        // What is two gradients in one colour may be the same in another.
        let mut contents: Vec<String> = Vec::new();
        let mut ids = HashMap::new();
        for gradient in &stencil.gradients {
            let mut content = String::new();
            self.fill(
                &mut content,
                &self.gradients[*gradient],
                paint,
                None,
                |_, _| (),
            );
            let id = contents.iter().position(|known| *known == content);
            let id = id.unwrap_or_else(|| {
                contents.push(content);
                contents.len() - 1
            });
            ids.insert(*gradient, id);
        }
        if !contents.is_empty() {
            into.push_str("<defs>");
            for (id, content) in contents.iter().enumerate() {
                let named = format!(" id=\"p{prefix}-{id}\">");
                into.push_str(&content.replacen('>', &named, 1));
            }
            into.push_str("</defs>");
        }
        let mut rest = stencil.elements.iter();
        while let Some(element) = rest.next() {
            let element = &self.elements[*element];
            let has_path = element.iter().any(|part| matches!(part, Part::Path));
            let path = has_path.then(|| rest.next()).flatten();
            let path = path.map(|path| self.paths[*path].as_str());
            self.fill(into, element, paint, path, |into, gradient| {
                let id = ids.get(&gradient).copied().unwrap_or_default();
                // Writing to a String cannot fail.
                let _ = write!(into, "url(#p{prefix}-{id})");
            });
        }
    }

    fn fill(
        &self,
        into: &mut String,
        parts: &[Part],
        paint: &Paint,
        path: Option<&str>,
        gradient: impl Fn(&mut String, usize),
    ) {
        for part in parts {
            match part {
                Part::Plain(text) => into.push_str(text),
                Part::Ramp(ramp) => {
                    let from = paint.place * COLOUR_DIGITS;
                    into.push('#');
                    into.push_str(&self.ramps[*ramp][from..from + COLOUR_DIGITS]);
                }
                Part::Gradient(at) => gradient(into, *at),
                Part::Path => into.push_str(path.unwrap_or_default()),
            }
        }
    }
}

/// Takes a text apart at its braces: `{7}`, `{g7}`, `{d}`. The drawings have no others.
fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((plain, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        parts.push(Part::Plain(plain.to_owned()));
        parts.push(match (name.strip_prefix('g'), name.parse()) {
            (None, Ok(ramp)) => Part::Ramp(ramp),
            (Some(gradient), _) => Part::Gradient(gradient.parse().unwrap_or_default()),
            (None, Err(_)) => Part::Path,
        });
        rest = after;
    }
    parts.push(Part::Plain(rest.to_owned()));
    parts
}

/// FNV-1a, 32 bit.
fn fnv(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

fn base36(mut value: u32) -> String {
    let mut digits = Vec::new();
    loop {
        digits.extend(char::from_digit(value % 36, 36));
        value /= 36;
        if value == 0 {
            break;
        }
    }
    digits.into_iter().rev().collect()
}
