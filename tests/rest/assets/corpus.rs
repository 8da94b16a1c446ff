//! Files that are not what they should be, made here.

use std::sync::LazyLock;

use super::canvas;

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(crc & 1));
        }
    }
    !crc
}

fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [name.as_slice(), data].concat();
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [&length[..], &named, &crc(&named).to_be_bytes()].concat()
}

/// Zlib of so many zero bytes, in blocks that say little: about a thousandth of them.
fn zeros(count: usize) -> Vec<u8> {
    use std::io::Write;
    // A zip file holds what we want between its own headers.
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .large_file(false);
    zip.start_file("z", options).unwrap();
    let block = vec![0_u8; 1 << 20];
    let mut left = count;
    while left > 0 {
        let some = left.min(block.len());
        zip.write_all(&block[..some]).unwrap();
        left -= some;
    }
    let file = zip.finish().unwrap().into_inner();
    let mut reading = zip::ZipArchive::new(std::io::Cursor::new(file.clone())).unwrap();
    let entry = reading.by_index(0).unwrap();
    let (start, length) = (entry.data_start().unwrap(), entry.compressed_size());
    let start = usize::try_from(start).unwrap();
    let end = start + usize::try_from(length).unwrap();
    // Of zeros: each step of the sum adds one.
    let adler = u32::try_from(count % 65_521).unwrap() << 16 | 1;
    [&[0x78, 0x9c], &file[start..end], &adler.to_be_bytes()].concat()
}

fn png_head(width: u32, height: u32) -> Vec<u8> {
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let head = chunk(b"IHDR", &[size, vec![8, 2, 0, 0, 0]].concat());
    [b"\x89PNG\r\n\x1a\n".to_vec(), head].concat()
}

/// More zeros than any picture has bytes, packed once.
static MANY_ZEROS: LazyLock<Vec<u8>> = LazyLock::new(|| zeros(96 << 20));

/// It says that it is huge, and is.
pub(super) fn png_bomb() -> Vec<u8> {
    let data = chunk(b"IDAT", &MANY_ZEROS);
    [png_head(50_000, 50_000), data, chunk(b"IEND", &[])].concat()
}

/// It says that it is as large as may be, and holds far more.
pub(super) fn png_bomb_within() -> Vec<u8> {
    let data = chunk(b"IDAT", &MANY_ZEROS);
    [png_head(4_800, 4_800), data, chunk(b"IEND", &[])].concat()
}

/// A text of many megabytes, packed into a note beside a small picture.
pub(super) fn png_text_bomb() -> Vec<u8> {
    let whole = canvas::png(8, 8);
    let note = [b"note\0\0".to_vec(), MANY_ZEROS.clone()].concat();
    [&whole[..33], &chunk(b"zTXt", &note)[..], &whole[33..]].concat()
}

/// A line of one pixel.
pub(super) fn png_line() -> Vec<u8> {
    let data = chunk(b"IDAT", &zeros(65_535 * 4));
    [png_head(1, 65_535), data, chunk(b"IEND", &[])].concat()
}

pub(super) fn apng_flood() -> Vec<u8> {
    let whole = canvas::png(8, 8);
    let control = chunk(b"acTL", &[[0, 0, 0x27, 0x10], [0; 4]].concat());
    let mut flood = [&whole[..33], &control[..]].concat();
    for _ in 0..10_000 {
        flood.extend(chunk(b"fcTL", &[0; 26]));
    }
    flood.extend(&whole[33..]);
    flood
}

pub(super) fn gif_bomb() -> Vec<u8> {
    let mut file = b"GIF89a\xff\xff\xff\xff\x80\0\0".to_vec();
    file.extend([0; 6]);
    file.extend(b"\x2c\0\0\0\0\xff\xff\xff\xff\0\x02\x02\x4c\x01\0;");
    file
}

pub(super) fn gif_flood() -> Vec<u8> {
    let one = canvas::gif(4, 4, 1);
    // All but the end, again and again.
    let start = one.iter().position(|byte| *byte == 0x2c).unwrap();
    let frame = &one[start..one.len() - 1];
    [&one[..start], &frame.repeat(20_000), b";"].concat()
}

pub(super) fn webp_bomb() -> Vec<u8> {
    let mut body = b"WEBPVP8X\x0a\0\0\0\x02\0\0\0".to_vec();
    body.extend([0xff; 6]);
    body.extend(b"ANMF\x18\0\0\0");
    body.extend([0xff; 24]);
    let length = u32::try_from(body.len()).unwrap().to_le_bytes();
    [b"RIFF".to_vec(), length.to_vec(), body].concat()
}

/// A picture of another size than the file says first.
pub(super) fn webp_two_sizes() -> Vec<u8> {
    let whole = canvas::webp(64, 64);
    let inner = &whole[12..];
    let mut body = b"WEBPVP8X\x0a\0\0\0\0\0\0\0\x07\0\0\x07\0\0".to_vec();
    body.extend(inner);
    let length = u32::try_from(body.len()).unwrap().to_le_bytes();
    [b"RIFF".to_vec(), length.to_vec(), body].concat()
}

/// A picture that scripts run as well: its size begins a comment.
pub(super) fn gif_script() -> Vec<u8> {
    let mut file = b"GIF89a/*".to_vec();
    file.extend(&canvas::gif(4, 4, 1)[8..]);
    file.extend(b"*/=1;alert(document.domain)//");
    file
}

/// A whole picture with a script after its end.
pub(super) fn gif_with_tail() -> Vec<u8> {
    [
        canvas::gif(40, 40, 1),
        b"*/=1;alert(document.domain)//<script>".to_vec(),
    ]
    .concat()
}

pub(super) fn jpeg_zip() -> Vec<u8> {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("evil.html", options).unwrap();
    zip.write_all(b"<script>alert(1)</script>").unwrap();
    [canvas::jpeg(40, 40), zip.finish().unwrap().into_inner()].concat()
}

pub(super) fn svg() -> Vec<u8> {
    b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"><script>alert(1)</script></svg>".to_vec()
}
