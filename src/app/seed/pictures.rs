//! The neighbourhood's pictures: drawn in `demo/pictures/`, painted here, and uploaded as people would.

use bytes::Bytes;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use crate::app::media::Media;
use crate::domain::asset::{Alt, LicenseNote, Purpose, SourceType};
use crate::domain::clock::WallMs;
use crate::domain::version::Expected;
use crate::services::asset::NewUpload;

use super::SeedError;
use super::file::{Files, Picture};
use super::house::House;

const LICENSE: &str = "Drawn for Maru, Apache-2.0";

macro_rules! drawings {
    ($($name:literal),+ $(,)?) => {
        const DRAWINGS: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../../demo/pictures/", $name, ".svg"))),)+];
    };
}

drawings! {
    "arcade", "cake", "cat", "ducks", "face_ada", "face_bora", "face_leo", "face_nabi", "face_noah", "monstera",
    "moon", "painting", "ramen", "rain", "snow", "tangerines",
}

/// Paints and uploads what posts and profiles show, and chooses the latter.
pub(super) async fn hang(
    house: &mut House,
    media: &Media,
    files: &Files,
    at: WallMs,
) -> Result<(), SeedError> {
    for post in &files.posts {
        for picture in &post.pictures {
            upload(house, media, &post.by, picture, Purpose::Picture).await?;
        }
    }
    for face in &files.belongings.faces {
        upload(house, media, &face.by, &face.picture, Purpose::Avatar).await?;
    }
    let clock = house.clock_at(at);
    let made = media.make_all(clock).await;
    made.map_err(|source| SeedError::act("pictures are made", source))?;
    for face in &files.belongings.faces {
        let (by, asset) = (house.person(&face.by)?, house.picture(&face.picture.file)?);
        let chosen = media.assets.choose(by, Some(asset), &Expected::Any).await;
        chosen.map_err(|source| SeedError::act(&face.by, source))?;
    }
    Ok(())
}

async fn upload(
    house: &mut House,
    media: &Media,
    by: &str,
    picture: &Picture,
    purpose: Purpose,
) -> Result<(), SeedError> {
    let file = picture.file.as_str();
    let bad = |source| SeedError::act(file, source);
    let new = NewUpload {
        purpose,
        alt: Alt::parse(&picture.alt).map_err(bad)?,
        license_note: LicenseNote::parse(LICENSE).map_err(bad)?,
        content_type: SourceType::Png,
    };
    let owner = house.person(by)?;
    let failed = |source| SeedError::act(file, source);
    let place = media.assets.place(owner).map_err(failed)?;
    let mut sending = media.assets.begin(place).await.map_err(failed)?;
    sending.write(painted(file)?).await.map_err(failed)?;
    let kept = media.assets.keep(owner, new, sending.end(), None).await;
    let asset = kept.map_err(failed)?;
    match house.pictures.insert(picture.file.clone(), asset.id) {
        None => Ok(()),
        // It is somebody's, and hangs in one place.
        Some(_) => Err(SeedError::unknown(file)),
    }
}

/// A drawing as a PNG.
fn painted(file: &str) -> Result<Bytes, SeedError> {
    let unknown = || SeedError::unknown(file);
    let (_, svg) = DRAWINGS
        .iter()
        .find(|(name, _)| *name == file)
        .ok_or_else(unknown)?;
    let tree = Tree::from_str(svg, &Options::default());
    let tree = tree.map_err(|source| SeedError::act(file, source))?;
    let size = tree.size().to_int_size();
    let mut pixels = Pixmap::new(size.width(), size.height()).ok_or_else(unknown)?;
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    let png = pixels.encode_png();
    Ok(png.map_err(|source| SeedError::act(file, source))?.into())
}
