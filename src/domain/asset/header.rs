//! What a file says of itself before anything is decoded: its kind, its size in pixels, how many frames it has and
//! whether it is all there. Reads what is in memory, skips from block to block, and allocates nothing.

use super::limits::{FRAMES_MAX, PIXELS_MAX, SIDE_MAX};
use super::{Refusal, SourceType};

/// What a file says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Its kind, by its first bytes.
    pub kind: SourceType,
    /// In pixels, as it is stored.
    pub width: u32,
    /// In pixels, as it is stored.
    pub height: u32,
    /// How many pictures follow each other in it.
    pub frames: u32,
}

/// Reads a file's header, and refuses what is not to be decoded. `declared` is what it was said to be.
pub fn inspect(file: &[u8], declared: SourceType) -> Result<Header, Refusal> {
    let kind = kind(file).ok_or(Refusal::NotAPicture)?;
    if kind != declared {
        return Err(Refusal::TypeMismatch);
    }
    let header = match kind {
        SourceType::Png => png(file)?,
        SourceType::Jpeg => jpeg(file)?,
        SourceType::Webp => webp(file)?,
        SourceType::Gif => gif(file)?,
    };
    judge(&header)?;
    Ok(header)
}

fn judge(header: &Header) -> Result<(), Refusal> {
    let Header { width, height, .. } = *header;
    if width == 0 || height == 0 {
        Err(Refusal::Broken)
    } else if u64::from(width) * u64::from(height) > PIXELS_MAX {
        Err(Refusal::TooManyPixels)
    } else if width.max(height) > SIDE_MAX {
        Err(Refusal::SideTooLong)
    } else if header.frames > FRAMES_MAX {
        Err(Refusal::AnimatedTooLong)
    } else {
        Ok(())
    }
}

/// By its first bytes alone.
fn kind(file: &[u8]) -> Option<SourceType> {
    match file {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(SourceType::Png),
        [0xff, 0xd8, 0xff, ..] => Some(SourceType::Jpeg),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(SourceType::Gif),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Some(SourceType::Webp),
        _ => None,
    }
}

/// A place in a file; what lies beyond the end is missing.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Refusal> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Refusal::Truncated)?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, Refusal> {
        Ok(self.take(1)?[0])
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Refusal> {
        let taken = self.take(N)?;
        taken.try_into().map_err(|_| Refusal::Truncated)
    }

    fn skip(&mut self, count: u32) -> Result<(), Refusal> {
        let count = usize::try_from(count).map_err(|_| Refusal::Truncated)?;
        self.take(count).map(drop)
    }
}

fn png(file: &[u8]) -> Result<Header, Refusal> {
    let mut reader = Reader(file);
    reader.skip(8)?;
    let (mut size, mut frames, mut has_data) = (None, 0_u32, false);
    loop {
        let length = u32::from_be_bytes(reader.array()?);
        let name: [u8; 4] = reader.array()?;
        match (&name, size) {
            (b"IHDR", None) => {
                let width = u32::from_be_bytes(reader.array()?);
                let height = u32::from_be_bytes(reader.array()?);
                size = Some((width, height));
                // A size too large is too large, whatever else is missing.
                judge(&header(SourceType::Png, (width, height), 1))?;
                reader.skip(length.checked_sub(8).ok_or(Refusal::Broken)?)?;
            }
            (b"IHDR", Some(_)) | (_, None) => return Err(Refusal::Broken),
            (b"IEND", Some(size)) => {
                reader.skip(length)?;
                reader.skip(4)?;
                let whole = has_data.then(|| header(SourceType::Png, size, frames.max(1)));
                return whole.ok_or(Refusal::Broken);
            }
            (b"acTL", Some(size)) => {
                let said = u32::from_be_bytes(reader.array()?);
                frames = frames.max(said);
                judge(&header(SourceType::Png, size, frames))?;
                reader.skip(length.checked_sub(4).ok_or(Refusal::Broken)?)?;
            }
            (b"fcTL", Some(_)) => {
                frames = frames.saturating_add(1);
                reader.skip(length)?;
            }
            _ => {
                has_data |= &name == b"IDAT";
                reader.skip(length)?;
            }
        }
        // The checksum of the chunk.
        reader.skip(4)?;
    }
}

fn header(kind: SourceType, (width, height): (u32, u32), frames: u32) -> Header {
    Header {
        kind,
        width,
        height,
        frames,
    }
}

fn jpeg(file: &[u8]) -> Result<Header, Refusal> {
    let mut reader = Reader(file);
    reader.skip(2)?;
    let mut size = None;
    loop {
        let mut marker = reader.byte()?;
        if marker != 0xff {
            return Err(Refusal::Broken);
        }
        while marker == 0xff {
            marker = reader.byte()?;
        }
        match marker {
            0xd9 => {
                // An end before any picture.
                let size = size.ok_or(Refusal::Broken)?;
                return Ok(header(SourceType::Jpeg, size, 1));
            }
            0x01 | 0xd0..=0xd8 => continue,
            _ => {}
        }
        let length = u16::from_be_bytes(reader.array()?);
        let length = u32::from(length).checked_sub(2).ok_or(Refusal::Broken)?;
        match marker {
            // Start of frame, of any kind of coding.
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                reader.skip(1)?;
                let height = u16::from_be_bytes(reader.array()?);
                let width = u16::from_be_bytes(reader.array()?);
                let found = (u32::from(width), u32::from(height));
                if size.replace(found).is_some() {
                    return Err(Refusal::Broken);
                }
                judge(&header(SourceType::Jpeg, found, 1))?;
                reader.skip(length.checked_sub(5).ok_or(Refusal::Broken)?)?;
            }
            // Start of scan: what follows is coded, up to the next marker.
            0xda => {
                reader.skip(length)?;
                scan(&mut reader)?;
            }
            _ => reader.skip(length)?,
        }
    }
}

/// Skips coded data: a marker in it is followed by zero or restarts it.
fn scan(reader: &mut Reader<'_>) -> Result<(), Refusal> {
    loop {
        let at = reader.0.iter().position(|byte| *byte == 0xff);
        let at = at.ok_or(Refusal::Truncated)?;
        match reader.0.get(at + 1) {
            None => return Err(Refusal::Truncated),
            Some(0x00 | 0xd0..=0xd7) => {
                reader.take(at + 2)?;
            }
            Some(0xff) => {
                reader.take(at + 1)?;
            }
            Some(_) => {
                reader.take(at)?;
                return Ok(());
            }
        }
    }
}

fn gif(file: &[u8]) -> Result<Header, Refusal> {
    let mut reader = Reader(file);
    reader.skip(6)?;
    let width = u32::from(u16::from_le_bytes(reader.array()?));
    let height = u32::from(u16::from_le_bytes(reader.array()?));
    let size = (width, height);
    judge(&header(SourceType::Gif, size, 1))?;
    let flags = reader.byte()?;
    reader.skip(2)?;
    colours(&mut reader, flags)?;
    let mut frames = 0_u32;
    loop {
        match reader.byte()? {
            // The end.
            0x3b if frames > 0 => return Ok(header(SourceType::Gif, size, frames)),
            // An extension.
            0x21 => {
                reader.skip(1)?;
                blocks(&mut reader)?;
            }
            // A picture, which lies within the whole.
            0x2c => {
                frames += 1;
                judge(&header(SourceType::Gif, size, frames))?;
                let left = u32::from(u16::from_le_bytes(reader.array()?));
                let top = u32::from(u16::from_le_bytes(reader.array()?));
                let wide = u32::from(u16::from_le_bytes(reader.array()?));
                let high = u32::from(u16::from_le_bytes(reader.array()?));
                if left + wide > width || top + high > height {
                    return Err(Refusal::Broken);
                }
                let flags = reader.byte()?;
                colours(&mut reader, flags)?;
                reader.skip(1)?;
                blocks(&mut reader)?;
            }
            _ => return Err(Refusal::Broken),
        }
    }
}

/// Skips a table of colours, if the flags say that there is one.
fn colours(reader: &mut Reader<'_>, flags: u8) -> Result<(), Refusal> {
    match flags & 0x80 {
        0 => Ok(()),
        _ => reader.skip(3 << ((flags & 7) + 1)),
    }
}

/// Skips blocks up to the empty one.
fn blocks(reader: &mut Reader<'_>) -> Result<(), Refusal> {
    loop {
        match reader.byte()? {
            0 => return Ok(()),
            length => reader.skip(length.into())?,
        }
    }
}

fn webp(file: &[u8]) -> Result<Header, Refusal> {
    let mut reader = Reader(file);
    reader.skip(4)?;
    let length = u32::from_le_bytes(reader.array()?);
    let mut inside = Reader(reader.take(usize::try_from(length).map_err(|_| Refusal::Truncated)?)?);
    inside.skip(4)?;
    let (mut size, mut frames, mut has_data) = (None, 0_u32, false);
    while !inside.0.is_empty() {
        let name: [u8; 4] = inside.array()?;
        let length = u32::from_le_bytes(inside.array()?);
        let chunk = inside.take(usize::try_from(length).map_err(|_| Refusal::Truncated)?)?;
        let mut chunk = Reader(chunk);
        match &name {
            b"VP8X" => {
                chunk.skip(4)?;
                let side = |[a, b, c]: [u8; 3]| u32::from_le_bytes([a, b, c, 0]) + 1;
                size = Some((side(chunk.array()?), side(chunk.array()?)));
            }
            b"VP8L" => {
                has_data = true;
                chunk.skip(1)?;
                let bits = u32::from_le_bytes(chunk.array()?);
                size = size.or(Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1)));
            }
            b"VP8 " => {
                has_data = true;
                chunk.skip(6)?;
                let wide = u16::from_le_bytes(chunk.array()?) & 0x3fff;
                let high = u16::from_le_bytes(chunk.array()?) & 0x3fff;
                size = size.or(Some((wide.into(), high.into())));
            }
            b"ANMF" => {
                has_data = true;
                frames = frames.saturating_add(1);
            }
            _ => {}
        }
        if let Some(size) = size {
            judge(&header(SourceType::Webp, size, frames.max(1)))?;
        }
        // Chunks begin at even places; the last one's filling may be missing.
        if length % 2 == 1 && !inside.0.is_empty() {
            inside.skip(1)?;
        }
    }
    let size = size.filter(|_| has_data).ok_or(Refusal::Broken)?;
    Ok(header(SourceType::Webp, size, frames.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let length = u32::try_from(data.len()).unwrap().to_be_bytes();
        [&length, name.as_slice(), data, &[0; 4]].concat()
    }

    fn png_of(width: u32, height: u32, chunks: &[Vec<u8>]) -> Vec<u8> {
        let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
        let head = chunk(b"IHDR", &[size, vec![8, 2, 0, 0, 0]].concat());
        [b"\x89PNG\r\n\x1a\n".to_vec(), head, chunks.concat()].concat()
    }

    #[test]
    fn a_picture_says_its_size_and_must_be_whole() {
        let (data, end) = (chunk(b"IDAT", &[1; 9]), chunk(b"IEND", &[]));
        let file = png_of(3, 4, &[data, end]);
        let header = inspect(&file, SourceType::Png).unwrap();
        assert_eq!((header.width, header.height, header.frames), (3, 4, 1));
        for cut in 8..file.len() {
            let refused = inspect(&file[..cut], SourceType::Png);
            assert_eq!(refused, Err(Refusal::Truncated), "{cut}");
        }
        assert_eq!(inspect(&file, SourceType::Gif), Err(Refusal::TypeMismatch));
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'/>";
        assert_eq!(inspect(svg, SourceType::Png), Err(Refusal::NotAPicture));
        assert_eq!(inspect(&[], SourceType::Png), Err(Refusal::NotAPicture));
    }

    #[test]
    fn bombs_are_known_by_what_they_say_of_themselves() {
        let of = |width, height| inspect(&png_of(width, height, &[]), SourceType::Png);
        assert_eq!(of(50_000, 50_000), Err(Refusal::TooManyPixels));
        assert_eq!(of(1, 65_535), Err(Refusal::SideTooLong));
        assert_eq!(of(u32::MAX, u32::MAX), Err(Refusal::TooManyPixels));
        assert_eq!(of(0, 5), Err(Refusal::Broken));
        let control = chunk(b"acTL", &[0, 0, 0xff, 0xff, 0, 0, 0, 0]);
        let flood = png_of(1, 1, &[control]);
        assert_eq!(
            inspect(&flood, SourceType::Png),
            Err(Refusal::AnimatedTooLong)
        );
        let frames = vec![chunk(b"fcTL", &[0; 26]); 301];
        let end = [chunk(b"IDAT", &[1]), chunk(b"IEND", &[])].concat();
        let flood = png_of(1, 1, &[frames.concat(), end]);
        assert_eq!(
            inspect(&flood, SourceType::Png),
            Err(Refusal::AnimatedTooLong)
        );
    }

    #[test]
    fn no_file_makes_it_panic_or_run_on() {
        let mut state = 88_172_645_463_325_252_u64;
        let starts: [(&[u8], SourceType); 4] = [
            (b"\x89PNG\r\n\x1a\n", SourceType::Png),
            (b"\xff\xd8\xff", SourceType::Jpeg),
            (b"GIF89a", SourceType::Gif),
            (b"RIFF\xff\0\0\0WEBP", SourceType::Webp),
        ];
        for round in 0..4_000 {
            let (start, kind) = starts[round % 4];
            let mut file = start.to_vec();
            for _ in 0..round % 300 {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                file.push(state.to_le_bytes()[0] & if round % 8 < 4 { 0xff } else { 0x03 });
            }
            let _ = inspect(&file, kind);
        }
    }
}
