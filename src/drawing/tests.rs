//! The pictures are the client's, and look as they did.

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::*;
use crate::domain::room::Standpoint;

const VECTORS_JSON: &str = include_str!("../../protocol/vectors/drawings.json");

#[derive(Deserialize)]
struct Vector {
    theme: (String, String, Light),
    items: Vec<(u64, String, u8, i32, i32, u8, String)>,
    order: Vec<u64>,
    svg_sha256: String,
}

impl Vector {
    fn drawing(&self) -> Drawing {
        let (wallpaper, flooring, light) = &self.theme;
        let theme = Theme::new(wallpaper, flooring, *light);
        let pieces = self
            .items
            .iter()
            .map(|(_, kind, place, x, y, rotation, color)| Piece {
                kind: kind.clone(),
                standpoint: Standpoint {
                    place: match place {
                        0 => Place::Floor,
                        1 => Place::LeftWall,
                        _ => Place::RightWall,
                    },
                    x: *x,
                    y: *y,
                },
                rotation: *rotation,
                color: color.clone(),
            });
        Drawing::room(&theme, pieces.collect::<Vec<_>>().iter())
    }
}

fn vectors() -> Vec<Vector> {
    serde_json::from_str(VECTORS_JSON).unwrap()
}

#[test]
fn rooms_are_drawn_as_the_client_draws_them() {
    let vectors = vectors();
    assert!(vectors.len() >= 212, "demo rooms and random ones");
    for (number, vector) in vectors.iter().enumerate() {
        let drawing = vector.drawing();
        let order = drawing
            .order()
            .into_iter()
            .map(|index| vector.items[index].0);
        assert_eq!(
            order.collect::<Vec<_>>(),
            vector.order,
            "order of room {number}"
        );
        let svg = drawing.svg();
        let digest = Sha256::digest(&svg);
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        if digest != vector.svg_sha256 {
            let path = std::env::temp_dir().join(format!("maru-room-{number}.svg"));
            std::fs::write(&path, svg).unwrap();
            panic!("room {number} is drawn otherwise: {}", path.display());
        }
    }
}

/// Pictures of a demo room by day and of one by night, half as large as they are served.
const GOLDEN: [(usize, &str); 2] = [(0, "day"), (2, "night")];

/// What another processor may round otherwise, on average over all channels, of 255.
const DIFFERENCE_MAX: f64 = 0.5;

fn golden(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/drawing/golden/{name}.png"))
}

fn pixels(png: &[u8]) -> image::RgbaImage {
    image::load_from_memory(png).unwrap().into_rgba8()
}

/// Compares with a committed picture, or writes it when told to.
fn looks_as_before(name: &str, png: &[u8]) {
    let path = golden(name);
    let small = image::imageops::thumbnail(&pixels(png), 340, 200);
    #[allow(clippy::disallowed_methods)]
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        small.save(&path).unwrap();
    }
    let whole = std::env::temp_dir().join(format!("maru-{name}.png"));
    std::fs::write(&whole, png).unwrap();
    let before = std::fs::read(&path).unwrap_or_else(|_| panic!("{} is new", whole.display()));
    let before = pixels(&before);
    assert_eq!(small.dimensions(), before.dimensions(), "{name}");
    let pairs = small.as_raw().iter().zip(before.as_raw());
    let sum: f64 = pairs.map(|(a, b)| f64::from(a.abs_diff(*b))).sum();
    #[allow(clippy::cast_precision_loss)]
    let difference = sum / small.as_raw().len() as f64;
    assert!(
        difference <= DIFFERENCE_MAX,
        "{} differs by {difference}: UPDATE_GOLDEN=1 takes it as it is",
        whole.display()
    );
}

#[test]
fn rooms_and_cards_look_as_they_did() {
    let vectors = vectors();
    for (number, name) in GOLDEN {
        let drawing = vectors[number].drawing();
        let webp = drawing.thumbnail().unwrap();
        let thumbnail = image::load_from_memory(&webp).unwrap();
        assert_eq!(
            (thumbnail.width(), thumbnail.height()),
            (THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT)
        );
        assert!(webp.len() < 128 * 1024, "{} bytes", webp.len());
        let mut png = std::io::Cursor::new(Vec::new());
        thumbnail
            .write_to(&mut png, image::ImageFormat::Png)
            .unwrap();
        looks_as_before(&format!("room-{name}"), png.get_ref());
        let text = CardText {
            room: "하늘이의 <미니룸> & 다락방".to_owned(),
            owner: "하늘 🍊".to_owned(),
            handle: "haneul".to_owned(),
        };
        let card = drawing.card(&text).unwrap();
        let shown = pixels(&card);
        assert_eq!(shown.dimensions(), (CARD_WIDTH, CARD_HEIGHT));
        looks_as_before(&format!("card-{name}"), &card);
    }
}

#[test]
fn a_print_tells_pictures_apart_and_nothing_else() {
    let vectors = vectors();
    let drawing = vectors[0].drawing();
    assert_eq!(drawing.print(), vectors[0].drawing().print());
    let mut prints: Vec<Print> = vectors
        .iter()
        .map(|vector| vector.drawing().print())
        .collect();
    prints.sort();
    prints.dedup();
    // Two random rooms without anything may look the same.
    assert!(prints.len() > 200, "{}", prints.len());
    let text = |room: &str, owner: &str| CardText {
        room: room.to_owned(),
        owner: owner.to_owned(),
        handle: "haneul".to_owned(),
    };
    let card = drawing.card_print(&text("ab", "c"));
    assert_ne!(card, drawing.print());
    assert_ne!(card, drawing.card_print(&text("a", "bc")));
}

#[test]
fn a_room_fuller_than_any_is_still_painted() {
    let theme = Theme::new("no such paper", "../<floor>", Light::Night);
    let piece = |number: i32| Piece {
        kind: ["sofa", "floor_lamp", "throne", "window"][usize::try_from(number).unwrap() % 4]
            .to_owned(),
        standpoint: Standpoint {
            place: if number % 4 == 3 {
                Place::LeftWall
            } else {
                Place::Floor
            },
            x: number % 20,
            y: number / 20 % 20,
        },
        rotation: 255,
        color: "no such colour".to_owned(),
    };
    let pieces: Vec<Piece> = (0..2_000).map(piece).collect();
    let drawing = Drawing::room(&theme, pieces.iter());
    assert_eq!(drawing.pieces.len(), PIECES_MAX);
    let svg = drawing.svg();
    assert!(!svg.contains("<floor>"));
    assert!(drawing.thumbnail().is_ok());
}
