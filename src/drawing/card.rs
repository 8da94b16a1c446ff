//! The card that a link to a room unfolds into: whose room it is, what it looks like, and our mark.

use super::painting::{FONT_FAMILY, Set, escaped, set};
use super::stencil::shapes;
use crate::domain::room::Light;

/// As wide as the places where links are shared take pictures.
pub const CARD_WIDTH: u32 = 1200;
/// As high.
pub const CARD_HEIGHT: u32 = 630;

/// Where texts begin, and how far they may reach before they run into the room.
const LEFT: f32 = 72.0;
const TEXT_WIDTH: f32 = 408.0;
/// The middle of the texts, from above.
const MIDDLE: f32 = 292.0;

const NAME_SIZE: f32 = 60.0;
const NAME_LINES: usize = 3;
const OWNER_SIZE: f32 = 32.0;
const LINE_HEIGHT: f32 = 1.24;
/// Between the name and whose it is.
const GAP: f32 = 26.0;

/// The room's left and upper edge, and its scale.
const ROOM_AT: (f64, f64, f64) = (492.0, 24.0, 0.985);

/// `web/public/favicon.svg`, 40 pixels wide, with the outline of whoever draws it.
const MARK: &str = r##"<g stroke-width="2.4" stroke-linejoin="round"><path d="M20 12 36 20.5v5L20 34 4 25.5v-5Z" fill="#a87255"/><path d="M20 12 36 20.5 20 29 4 20.5Z" fill="#edc193"/><path d="M20 22.5c-6-4.2-9-7.4-9-11A5 5 0 0 1 20 8.6a5 5 0 0 1 9 2.9c0 3.6-3 6.8-9 11Z" fill="#ee7f86"/></g><path d="M14.6 11.5c.1-1.5 1-2.5 2.3-2.7" fill="none" stroke="#fff6f0" stroke-width="1.9" stroke-linecap="round"/>"##;

/// What stands on a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardText {
    /// The room's name.
    pub room: String,
    /// Its owner's.
    pub owner: String,
    /// Their handle: for who cannot read the rest, or where our font cannot write it.
    pub handle: String,
}

struct Colours {
    /// Behind everything, from the upper left to the lower right.
    ground: [&'static str; 2],
    /// Behind the room, so that it stands out.
    glow: &'static str,
    name: &'static str,
    owner: &'static str,
    /// The mark's outline.
    mark: &'static str,
}

const DAY: Colours = Colours {
    ground: ["#fff8ee", "#ffe1d2"],
    glow: "#fffdf6",
    name: "#4a2f58",
    owner: "#8a6a94",
    mark: "#5a3d68",
};

const NIGHT: Colours = Colours {
    ground: ["#3a3168", "#5b4787"],
    glow: "#a68bd8",
    name: "#fff6ea",
    owner: "#d3c3ea",
    mark: "#f3e6f6",
};

/// The card as an SVG document; `room` is the room's drawing.
pub(super) fn svg(room: &str, light: Light, text: &CardText) -> String {
    let colours = match light {
        Light::Day => DAY,
        Light::Night => NIGHT,
    };
    let handle = format!("@{}", text.handle);
    let mut name = lines(&set(&text.room), NAME_SIZE, NAME_LINES);
    if name.is_empty() {
        name = lines(&set(&handle), NAME_SIZE, NAME_LINES);
    }
    let mut owner = lines(&set(&text.owner), OWNER_SIZE, 1);
    owner.extend(lines(&set(&handle), OWNER_SIZE * 0.8, 1));

    #[allow(clippy::cast_precision_loss)]
    let rows = (name.len() as f32, owner.len() as f32);
    let height = (rows.0 * NAME_SIZE + rows.1 * OWNER_SIZE) * LINE_HEIGHT + GAP;
    let mut y = MIDDLE - height / 2.0 + NAME_SIZE;
    let mut texts = String::new();
    for line in &name {
        texts.push_str(&row(line, y, NAME_SIZE, colours.name));
        y += NAME_SIZE * LINE_HEIGHT;
    }
    y += GAP - (NAME_SIZE - OWNER_SIZE);
    for (number, line) in owner.iter().enumerate() {
        let size = if number == 0 { 1.0 } else { 0.8 } * OWNER_SIZE;
        texts.push_str(&row(line, y, size, colours.owner));
        y += OWNER_SIZE * LINE_HEIGHT;
    }
    let word = row("마루 · Maru", 566.0, 26.0, colours.owner);
    let word = format!(r#"<g transform="translate(58 0)">{word}</g>"#);

    let Colours {
        ground: [from, to],
        glow,
        mark,
        ..
    } = colours;
    let (left, top, scale) = ROOM_AT;
    let [x, y, ..] = shapes().bounds;
    let (x, y) = (left - x * scale, top - y * scale);
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{CARD_WIDTH}" height="{CARD_HEIGHT}" viewBox="0 0 {CARD_WIDTH} {CARD_HEIGHT}"><defs><linearGradient id="ground" x2="1" y2="1"><stop offset="0" stop-color="{from}"/><stop offset="1" stop-color="{to}"/></linearGradient><radialGradient id="glow"><stop offset="0.5" stop-color="{glow}" stop-opacity="0.7"/><stop offset="1" stop-color="{glow}" stop-opacity="0"/></radialGradient></defs><rect width="{CARD_WIDTH}" height="{CARD_HEIGHT}" fill="url(#ground)"/><ellipse cx="840" cy="300" rx="440" ry="350" fill="url(#glow)"/>{texts}<g transform="translate({LEFT} 532) scale(1.2)" stroke="{mark}">{MARK}</g>{word}<g transform="translate({x} {y}) scale({scale})">{room}</g></svg>"##
    )
}

fn row(line: &str, y: f32, size: f32, fill: &str) -> String {
    let line = escaped(line);
    format!(
        r#"<text x="{LEFT}" y="{y}" font-family="{FONT_FAMILY}" font-weight="700" font-size="{size}" fill="{fill}">{line}</text>"#
    )
}

/// Breaks a text at spaces where it can, within words where it must; what does not fit is left out after an ellipsis.
fn lines(text: &[Set], size: f32, lines_max: usize) -> Vec<String> {
    let room = TEXT_WIDTH / size;
    let width = |of: &[Set]| of.iter().map(|set| set.width).sum::<f32>();
    let is_space = |set: &Set| set.text.trim().is_empty();
    let mut lines = Vec::new();
    let mut rest = text;
    loop {
        while rest.first().is_some_and(is_space) {
            rest = &rest[1..];
        }
        if rest.is_empty() {
            return lines;
        }
        let is_last = lines.len() + 1 == lines_max;
        if width(rest) <= room {
            lines.push(written(rest));
            return lines;
        }
        let room = if is_last { room - 1.0 } else { room };
        let mut fits = 1;
        while fits < rest.len() && width(&rest[..=fits]) <= room {
            fits += 1;
        }
        if is_last {
            lines.push(written(&rest[..fits]) + "…");
            return lines;
        }
        let space = rest[..=fits.min(rest.len() - 1)].iter().rposition(is_space);
        let end = space.filter(|at| *at > 0).unwrap_or(fits);
        lines.push(written(&rest[..end]));
        rest = &rest[end..];
    }
}

fn written(text: &[Set]) -> String {
    let text: String = text.iter().map(|set| set.text.as_str()).collect();
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_break_at_spaces_where_they_can_and_end_in_an_ellipsis() {
        let lines = |text: &str, max| lines(&set(text), NAME_SIZE, max);
        assert_eq!(lines("하늘이의 미니룸", 3), ["하늘이의 미니룸"]);
        assert_eq!(lines("", 3), [""; 0]);
        assert_eq!(
            lines("바다가 보이는 작은 다락방", 3),
            ["바다가 보이는", "작은 다락방"]
        );
        let long = lines(&"가나다라마바사아자차카타파하".repeat(4), 3);
        assert_eq!(long.len(), 3);
        assert!(long[2].ends_with('…'), "{long:?}");
        for line in &long {
            let width: f32 = set(line).iter().map(|set| set.width).sum();
            assert!(width * NAME_SIZE <= TEXT_WIDTH, "{line}: {width}");
        }
    }

    #[test]
    fn every_syllable_can_be_written_and_what_cannot_is_left_out() {
        let all: String = ('가'..='힣').collect();
        let written: String = set(&all).into_iter().map(|set| set.text).collect();
        assert_eq!(written, all);
        let plain = |text: &str| -> String { set(text).into_iter().map(|set| set.text).collect() };
        assert_eq!(plain("귤🍊 <b>&\"귤\" カタ Ж é"), "귤 <b>&\"귤\" カタ Ж é");
        assert_eq!(plain("日本"), "");
    }
}
