//! Rooms to begin with: a committed set, drawn by clients and furnished as it stands here.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::Catalogue;
use crate::domain::room::{Light, Piece, Place, Standpoint, Theme};

const TEMPLATES_JSON: &str = include_str!("../../demo/templates.json");

/// How a room looks and what stands in it, as files have it.
#[derive(Debug, Clone, Deserialize)]
pub struct Home {
    theme: HomeTheme,
    items: Vec<HomeItem>,
}

#[derive(Debug, Clone, Deserialize)]
struct HomeTheme {
    wallpaper: String,
    flooring: String,
    light: Light,
}

#[derive(Debug, Clone, Deserialize)]
struct HomeItem {
    kind: String,
    place: u8,
    x: i32,
    y: i32,
    rot: u8,
    #[serde(default)]
    color: String,
}

/// What a template is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateName {
    /// In Korean.
    pub ko: String,
    /// In English.
    pub en: String,
}

#[derive(Debug, Deserialize)]
struct TemplateFile {
    id: String,
    name: TemplateName,
    #[serde(flatten)]
    home: Home,
}

/// A room to begin with.
#[derive(Debug, Clone)]
pub struct Template {
    /// Names it, the same for good.
    pub id: String,
    /// What it is called.
    pub name: TemplateName,
    /// How it looks.
    pub theme: Theme,
    /// What stands in it.
    pub pieces: Vec<Piece>,
}

impl Home {
    /// Theme and pieces, if the catalogue has all of them.
    pub fn furnish(self, catalogue: &Catalogue) -> Option<(Theme, Vec<Piece>)> {
        let HomeTheme {
            wallpaper,
            flooring,
            light,
        } = self.theme;
        let known = catalogue.has_wallpaper(&wallpaper) && catalogue.has_flooring(&flooring);
        let pieces = self.items.into_iter().map(|item| item.piece(catalogue));
        let pieces = pieces.collect::<Option<_>>()?;
        known.then(|| (Theme::new(&wallpaper, &flooring, light), pieces))
    }
}

impl HomeItem {
    fn piece(self, catalogue: &Catalogue) -> Option<Piece> {
        catalogue.kind(&self.kind).ok()?;
        let place = match self.place {
            0 => Place::Floor,
            1 => Place::LeftWall,
            2 => Place::RightWall,
            _ => return None,
        };
        catalogue.has_color(&self.color).then_some(Piece {
            kind: self.kind,
            standpoint: Standpoint {
                place,
                x: self.x,
                y: self.y,
            },
            rotation: self.rot,
            color: self.color,
        })
    }
}

static TEMPLATES: LazyLock<Vec<Template>> = LazyLock::new(read);

/// The templates this binary was built with, the plainest first.
pub fn templates() -> &'static [Template] {
    &TEMPLATES
}

/// The embedded file is part of the program: one that does not parse is a bug, and a test reads it.
#[allow(clippy::expect_used)]
fn read() -> Vec<Template> {
    let files: Vec<TemplateFile> =
        serde_json::from_str(TEMPLATES_JSON).expect("demo/templates.json is whole");
    let templates = files.into_iter().map(|file| {
        let furnished = file.home.furnish(super::catalogue());
        let (theme, pieces) = furnished.expect("demo/templates.json keeps to the catalogue");
        Template {
            id: file.id,
            name: file.name,
            theme,
            pieces,
        }
    });
    templates.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::catalogue::{Fixture, catalogue, check};
    use crate::domain::text::Title;

    #[test]
    fn every_template_is_a_room_one_could_have_furnished_oneself() {
        let all = templates();
        assert!(all.len() >= 6);
        let ids: BTreeSet<&str> = all.iter().map(|template| template.id.as_str()).collect();
        assert_eq!(ids.len(), all.len(), "each has an id of its own");
        for template in all {
            for name in [&template.name.ko, &template.name.en] {
                assert_eq!(Title::parse(name).unwrap().as_str(), name);
            }
            let fixtures: Vec<Fixture<'_>> = template.pieces.iter().map(fixture).collect();
            for (number, candidate) in fixtures.iter().enumerate() {
                let others = fixtures.iter().enumerate();
                let others = others.filter(|(other, _)| *other != number);
                let placed = check(catalogue(), *candidate, others.map(|(_, other)| *other));
                assert_eq!(placed, Ok(()), "{}: {}", template.id, candidate.kind);
            }
        }
    }

    fn fixture(piece: &Piece) -> Fixture<'_> {
        Fixture {
            kind: &piece.kind,
            standpoint: piece.standpoint,
            rotation: piece.rotation,
        }
    }
}
