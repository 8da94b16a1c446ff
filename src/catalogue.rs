//! The furniture catalogue: kinds, footprints, palette and wardrobe, read once from the files clients
//! read too.

mod placement;
mod template;

pub use placement::{Fixture, check, elevation};
pub use template::{Home, Template, TemplateName, templates};

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::domain::room::{Light, Place, Refusal};
use crate::domain::user::{LOOK_SLOTS, Look};

/// `protocol/catalogue.json`, as served to clients.
pub const CATALOGUE_JSON: &str = include_str!("../protocol/catalogue.json");

/// `protocol/wardrobe.json`, as served to clients.
pub const WARDROBE_JSON: &str = include_str!("../protocol/wardrobe.json");

/// What a kind of item may stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    /// Furniture: the floor.
    Floor,
    /// Lies under everything.
    Rug,
    /// Stands on the floor or on a piece with a top.
    Small,
    /// Hangs on a wall.
    Wall,
}

/// The measures and rules of one kind of item.
#[derive(Debug, Clone, Deserialize)]
pub struct Kind {
    /// What it may stand on.
    #[serde(rename = "place")]
    pub surface: Surface,
    /// Width and depth in half tiles at rotation 0 and height in tenths of a z-unit; on a wall: width in
    /// half tiles, 0, and height in half z-units.
    size: [i32; 3],
    /// The height of a top small things may stand on, in tenths of a z-unit.
    top: Option<i32>,
    /// The palette name of its own colour.
    pub color: String,
    /// The light it gives.
    glow: Option<Glow>,
}

/// A light: half tiles within the item and tenths of a z-unit, and its colour.
#[derive(Debug, Clone, Deserialize)]
pub struct Glow {
    /// At rotation 0; on a wall: along it, 0, and above the lower edge.
    pub at: [f64; 3],
    /// As in SVG.
    pub color: String,
}

impl Kind {
    /// Width and depth after `rotation` quarter turns; on a wall: width and height.
    pub const fn extent(&self, rotation: u8) -> (i32, i32) {
        match self.surface {
            Surface::Wall => (self.size[0], self.size[2]),
            _ if rotation % 2 == 1 => (self.size[1], self.size[0]),
            _ => (self.size[0], self.size[1]),
        }
    }

    /// How high it is, in tenths of a z-unit; on a wall, in half z-units.
    pub const fn height(&self) -> i32 {
        self.size[2]
    }

    /// The light it gives, turned with it.
    pub fn glow(&self, rotation: u8) -> Option<Glow> {
        let Glow { at, color } = self.glow.clone()?;
        let (width, depth) = (f64::from(self.size[0]), f64::from(self.size[1]));
        let [x, y, z] = at;
        let at = match rotation % 4 {
            _ if self.surface == Surface::Wall => at,
            1 => [y, width - x, z],
            2 => [width - x, depth - y, z],
            3 => [depth - y, x, z],
            _ => at,
        };
        Some(Glow { at, color })
    }
}

#[derive(Debug, Deserialize)]
struct Measures {
    size: i32,
    wall_height: i32,
}

#[derive(Debug, Deserialize)]
struct Named {
    id: String,
}

#[derive(Debug, Deserialize)]
struct NamedKind {
    kind: String,
    #[serde(flatten)]
    rules: Kind,
}

#[derive(Debug, Deserialize)]
struct CatalogueFile {
    room: Measures,
    palette: HashMap<String, String>,
    wallpapers: Vec<Named>,
    floorings: Vec<Named>,
    items: Vec<NamedKind>,
}

#[derive(Debug, Deserialize)]
struct WardrobeFile {
    slots: Vec<Slot>,
}

#[derive(Debug, Deserialize)]
struct Slot {
    options: Vec<Named>,
}

/// Everything rooms and people may be made of.
#[derive(Debug)]
pub struct Catalogue {
    file: CatalogueFile,
    kinds: HashMap<String, Kind>,
    slot_options: [usize; LOOK_SLOTS],
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::read);

/// The catalogue this binary was built with.
pub fn catalogue() -> &'static Catalogue {
    &CATALOGUE
}

impl Catalogue {
    /// The embedded files are part of the program: one that does not parse is a bug, and a test reads them.
    #[allow(clippy::expect_used)]
    fn read() -> Self {
        let mut file: CatalogueFile =
            serde_json::from_str(CATALOGUE_JSON).expect("protocol/catalogue.json is whole");
        let wardrobe: WardrobeFile =
            serde_json::from_str(WARDROBE_JSON).expect("protocol/wardrobe.json is whole");
        let items = std::mem::take(&mut file.items);
        let kinds = items.into_iter().map(|item| (item.kind, item.rules));
        let options: Vec<usize> = wardrobe.slots.iter().map(|s| s.options.len()).collect();
        Self {
            kinds: kinds.collect(),
            file,
            slot_options: options.try_into().expect("the wardrobe has six slots"),
        }
    }

    /// The rules of a kind.
    pub fn kind(&self, name: &str) -> Result<&Kind, Refusal> {
        self.kinds.get(name).ok_or(Refusal::UnknownKind)
    }

    /// Whether items may have this colour; empty stands for the kind's own.
    pub fn has_color(&self, name: &str) -> bool {
        name.is_empty() || self.file.palette.contains_key(name)
    }

    /// Whether walls may have this paper.
    pub fn has_wallpaper(&self, id: &str) -> bool {
        self.file.wallpapers.iter().any(|paper| paper.id == id)
    }

    /// Whether floors may be made of this.
    pub fn has_flooring(&self, id: &str) -> bool {
        self.file.floorings.iter().any(|flooring| flooring.id == id)
    }

    /// A look, when every slot has the option asked for.
    pub fn look(&self, options: &[u8]) -> Option<Look> {
        let look: [u8; LOOK_SLOTS] = options.try_into().ok()?;
        let known = look
            .iter()
            .zip(self.slot_options)
            .all(|(option, options)| usize::from(*option) < options);
        known.then_some(Look(look))
    }

    /// The number of options in each slot of the wardrobe.
    pub fn slot_options(&self) -> [usize; LOOK_SLOTS] {
        self.slot_options
    }

    /// The length of the floor's sides, in half tiles.
    pub fn room_size(&self) -> i32 {
        self.file.room.size
    }

    /// How far a surface reaches along x and y.
    pub fn surface_extent(&self, place: Place) -> (i32, i32) {
        match place {
            Place::Floor => (self.file.room.size, self.file.room.size),
            Place::LeftWall | Place::RightWall => (self.file.room.size, self.file.room.wall_height),
        }
    }

    /// The wallpaper, flooring and light of a room nobody has furnished.
    pub fn plain_theme(&self) -> crate::domain::room::Theme {
        let first = |named: &[Named]| named.first().map(|n| n.id.clone()).unwrap_or_default();
        crate::domain::room::Theme::new(
            &first(&self.file.wallpapers),
            &first(&self.file.floorings),
            Light::Day,
        )
    }
}
