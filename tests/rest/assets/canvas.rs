//! Pictures to send, made here.

use std::io::Cursor;

use image::codecs::gif::GifEncoder;
use image::{DynamicImage, Frame, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

/// A picture whose corners tell which way up it is: red, green, blue and white, clockwise from the upper left.
pub(super) fn corners(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        match (x < width / 2, y < height / 2) {
            (true, true) => Rgb([255, 0, 0]),
            (false, true) => Rgb([0, 255, 0]),
            (false, false) => Rgb([0, 0, 255]),
            (true, false) => Rgb([255, 255, 255]),
        }
    })
}

pub(super) fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, format).unwrap();
    file.into_inner()
}

pub(super) fn png(width: u32, height: u32) -> Vec<u8> {
    encoded(&corners(width, height).into(), ImageFormat::Png)
}

pub(super) fn jpeg(width: u32, height: u32) -> Vec<u8> {
    encoded(&corners(width, height).into(), ImageFormat::Jpeg)
}

pub(super) fn webp(width: u32, height: u32) -> Vec<u8> {
    encoded(&corners(width, height).into(), ImageFormat::WebP)
}

/// Half of it can be seen through.
pub(super) fn sheer(width: u32, height: u32) -> Vec<u8> {
    let picture = RgbaImage::from_fn(width, height, |x, _| {
        Rgba([200, 0, 0, if x < width / 2 { 0 } else { 255 }])
    });
    encoded(&picture.into(), ImageFormat::Png)
}

pub(super) fn gif(width: u32, height: u32, frames: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = GifEncoder::new_with_speed(&mut file, 30);
    let picture: DynamicImage = corners(width, height).into();
    let frame = picture.into_rgba8();
    for _ in 0..frames {
        encoder.encode_frame(Frame::new(frame.clone())).unwrap();
    }
    drop(encoder);
    file
}

/// EXIF: which way up the picture is, who took it, and where.
pub(super) fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0\x03\0".to_vec();
    // Orientation: one short number.
    tiff.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    // The artist: a text after the table.
    tiff.extend([0x3b, 0x01, 2, 0, 8, 0, 0, 0, 50, 0, 0, 0]);
    // Where: a table after that.
    tiff.extend([0x25, 0x88, 4, 0, 1, 0, 0, 0, 58, 0, 0, 0]);
    tiff.extend([0, 0, 0, 0]);
    tiff.extend(b"SECRETS\0");
    // North, 37 degrees.
    tiff.extend([1, 0, 0x01, 0, 2, 0, 2, 0, 0, 0, b'N', 0, 0, 0, 0, 0, 0, 0]);
    tiff.extend(b"GPS-37.5665-126.9780");
    tiff
}

/// A photograph that says where it was taken.
pub(super) fn tagged_jpeg(width: u32, height: u32, orientation: u8) -> Vec<u8> {
    let plain = jpeg(width, height);
    let data = [b"Exif\0\0".to_vec(), exif(orientation)].concat();
    let length = u16::try_from(data.len() + 2).unwrap().to_be_bytes();
    [&plain[..2], &[0xff, 0xe1], &length, &data, &plain[2..]].concat()
}
