//! From SVG to pixels to files. Blocks: its callers choose where.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Node, Options, Tree, fontdb};

/// A room's picture, as wide as a card on a sharp screen shows it; as high as that makes it.
pub const THUMBNAIL_WIDTH: u32 = 680;
/// See there.
pub const THUMBNAIL_HEIGHT: u32 = 567;

/// WebP's, of 100.
const QUALITY: f32 = 88.0;

/// Hangul whole, kana, Latin with Vietnamese, Greek and Cyrillic. Its licence lies beside it.
static FONT: &[u8] = include_bytes!("font/Pretendard-Bold.otf");

/// Its name for SVG.
pub(super) const FONT_FAMILY: &str = "Pretendard";

/// Why there is no picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no picture could be painted: {0}")]
pub struct NotPainted(pub String);

/// No fonts but ours, and nothing from the file system.
static OPTIONS: LazyLock<Options<'static>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_source(fontdb::Source::Binary(Arc::new(FONT)));
    Options {
        font_family: FONT_FAMILY.to_owned(),
        fontdb: Arc::new(fonts),
        ..Options::default()
    }
});

fn read(svg: &str) -> Result<Tree, NotPainted> {
    Tree::from_str(svg, &OPTIONS).map_err(|error| NotPainted(error.to_string()))
}

/// Paints a document as wide as asked for.
pub(super) fn paint(svg: &str, width: u32, height: u32) -> Result<Pixmap, NotPainted> {
    let tree = read(svg)?;
    let empty = || NotPainted("no pixels".to_owned());
    let mut pixels = Pixmap::new(width, height).ok_or_else(empty)?;
    #[allow(clippy::cast_precision_loss)]
    let scale = width as f32 / tree.size().width();
    resvg::render(
        &tree,
        Transform::from_scale(scale, scale),
        &mut pixels.as_mut(),
    );
    Ok(pixels)
}

/// Lossy, with transparency.
pub(super) fn webp(pixels: Pixmap) -> Result<Vec<u8>, NotPainted> {
    let (width, height) = (pixels.width(), pixels.height());
    let pixels = pixels.take_demultiplied();
    let encoded = webp::Encoder::from_rgba(&pixels, width, height).encode_simple(false, QUALITY);
    let encoded = encoded.map_err(|error| NotPainted(format!("{error:?}")))?;
    Ok(encoded.to_vec())
}

/// Without loss.
pub(super) fn png(pixels: &Pixmap) -> Result<Vec<u8>, NotPainted> {
    let encoded = pixels.encode_png();
    encoded.map_err(|error| NotPainted(error.to_string()))
}

/// A character as set in our font.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Set {
    pub(super) text: String,
    /// In ems.
    pub(super) width: f32,
}

/// Sets a line, and leaves out what the font does not have.
pub(super) fn set(line: &str) -> Vec<Set> {
    // The bar tells where the last character ends.
    let svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><text xml:space="preserve" font-family="{FONT_FAMILY}" font-weight="700" font-size="100">{}|</text></svg>"#,
        escaped(line)
    );
    let Ok(tree) = read(&svg) else {
        return Vec::new();
    };
    let Some(Node::Text(text)) = tree.root().children().first() else {
        return Vec::new();
    };
    let glyphs = text
        .layouted()
        .iter()
        .flat_map(|span| &span.positioned_glyphs);
    let glyphs: Vec<_> = glyphs
        .map(|glyph| (glyph.text.as_str(), glyph.id, glyph.outline_transform().tx))
        .collect();
    let set = glyphs.windows(2).filter_map(|pair| {
        let [(text, id, from), (_, _, to)] = pair else {
            return None;
        };
        let width = (to - from) / 100.0;
        let text = (*text).to_owned();
        (id.0 != 0).then_some(Set { text, width })
    });
    set.collect()
}

/// As text of a document.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // No document may hold these.
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}
