//! The process that decodes: it reads a file from its input, and writes what it made of it, or why not. Before it looks
//! at the file it takes away from itself all it does not need.

use std::io::{self, Cursor, Read, Write};

use image::error::ImageError;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use serde::Serialize;

use super::confine::confine;
use super::{Said, SaidVariant};
use crate::domain::asset::header::{Header, inspect};
use crate::domain::asset::limits::{DECODER_ALLOC_BYTES_MAX, SIDE_MAX};
use crate::domain::asset::{Refusal, SourceType, VariantName};

/// The most that is read: more than can be configured.
const SOURCE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Quality of what is made: what photographs lose by it is not seen.
const QUALITY: f32 = 82.0;

/// Pictures are first brought to this, cheaply, and only then to their sizes, well.
const ROUGH_SIDE: u32 = 2 * VariantName::Large.side_max();

/// The side a picture is brought to before it is blurred, and how many waves it is blurred to.
const BLUR_SIDE: u32 = 32;
const BLUR_WAVES: (u32, u32) = (4, 3);

/// Decodes one picture of this type from the input to the output.
pub fn run(declared: &str) -> io::Result<()> {
    let confined = confine()?;
    let mut output = io::stdout().lock();
    // Said before a byte of the file is read: nobody has taken this over yet.
    say(&mut output, &confined)?;
    output.flush()?;
    let declared: SourceType = declared.parse().map_err(io::Error::other)?;
    let mut file = Vec::new();
    io::stdin()
        .lock()
        .take(SOURCE_BYTES_MAX)
        .read_to_end(&mut file)?;
    let (said, bytes) = match make(&file, declared) {
        Ok((said, bytes)) => (said, bytes),
        Err(refusal) => (Said::Refused(refusal), Vec::new()),
    };
    say(&mut output, &said)?;
    for bytes in bytes {
        output.write_all(&bytes)?;
    }
    output.flush()
}

fn say(output: &mut impl Write, said: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *output, said)?;
    output.write_all(b"\n")
}

type Encoded = Vec<u8>;

fn make(file: &[u8], declared: SourceType) -> Result<(Said, Vec<Encoded>), Refusal> {
    let header = inspect(file, declared)?;
    let picture = decode(file, &header)?;
    let large = fit(&picture, VariantName::Large);
    drop(picture);
    let small = fit(&large, VariantName::Small);
    let thumb = fit(&small, VariantName::Thumb);
    let blurhash = blurred(&thumb)?;
    let (mut variants, mut all) = (Vec::new(), Vec::new());
    for (name, picture) in VariantName::ALL.into_iter().zip([&thumb, &small, &large]) {
        let bytes = encode(picture)?;
        variants.push(SaidVariant {
            name,
            width: picture.width(),
            height: picture.height(),
            bytes: u64::try_from(bytes.len()).map_err(|_| Refusal::TooCostly)?,
        });
        all.push(bytes);
    }
    Ok((Said::Made { blurhash, variants }, all))
}

/// The picture upright, in eight bits a colour, no larger than it need be.
fn decode(file: &[u8], header: &Header) -> Result<DynamicImage, Refusal> {
    let format = match header.kind {
        SourceType::Png => ImageFormat::Png,
        SourceType::Jpeg => ImageFormat::Jpeg,
        SourceType::Webp => ImageFormat::WebP,
        SourceType::Gif => ImageFormat::Gif,
    };
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(DECODER_ALLOC_BYTES_MAX);
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| refused(&error))?;
    // Two sizes in one file: what was judged is not what would be decoded.
    if decoder.dimensions() != (header.width, header.height) {
        return Err(Refusal::Broken);
    }
    let orientation = decoder.orientation().map_err(|error| refused(&error))?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| refused(&error))?;
    if picture.width().max(picture.height()) > ROUGH_SIDE {
        picture = picture.thumbnail(ROUGH_SIDE, ROUGH_SIDE);
    }
    let mut picture = match picture.color().has_alpha() {
        true => opaque_if_it_is(DynamicImage::ImageRgba8(picture.into_rgba8())),
        false => DynamicImage::ImageRgb8(picture.into_rgb8()),
    };
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// Without the transparency that it does not use.
fn opaque_if_it_is(picture: DynamicImage) -> DynamicImage {
    let opaque = picture.as_rgba8().is_some_and(|pixels| {
        let mut alphas = pixels.pixels().map(|pixel| pixel.0[3]);
        alphas.all(|alpha| alpha == u8::MAX)
    });
    match opaque {
        true => DynamicImage::ImageRgb8(picture.into_rgb8()),
        false => picture,
    }
}

/// The picture in a size, never larger than it is.
fn fit(picture: &DynamicImage, size: VariantName) -> DynamicImage {
    let side = size.side_max();
    match picture.width().max(picture.height()) > side {
        true => picture.resize(side, side, FilterType::CatmullRom),
        false => picture.clone(),
    }
}

fn encode(picture: &DynamicImage) -> Result<Encoded, Refusal> {
    let (width, height) = (picture.width(), picture.height());
    let encoder = match picture {
        DynamicImage::ImageRgb8(pixels) => webp::Encoder::from_rgb(pixels, width, height),
        DynamicImage::ImageRgba8(pixels) => webp::Encoder::from_rgba(pixels, width, height),
        _ => return Err(Refusal::Broken),
    };
    let encoded = encoder.encode_simple(false, QUALITY);
    encoded
        .map(|bytes| bytes.to_vec())
        .map_err(|_| Refusal::TooCostly)
}

fn blurred(picture: &DynamicImage) -> Result<String, Refusal> {
    let rough = picture.thumbnail(BLUR_SIDE, BLUR_SIDE).into_rgba8();
    let (width, height) = rough.dimensions();
    let (across, down) = BLUR_WAVES;
    blurhash::encode(across, down, width, height, &rough).map_err(|_| Refusal::Broken)
}

fn refused(error: &ImageError) -> Refusal {
    match error {
        ImageError::Limits(_) => Refusal::TooCostly,
        ImageError::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Refusal::Truncated
        }
        _ => Refusal::Broken,
    }
}
