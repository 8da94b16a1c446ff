//! A text as the filter sees it: one cell for each letter, digit, sign or space, without case, width, marks and
//! invisible characters; each cell knows which bytes of the text it came from.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use super::cell::{Cell, Kind};
use super::hangul::{self, Piece, Syllable};
use super::lookalike;

/// The cells of a text. Their number is bounded by the length of the text, times the few characters that stand for
/// several letters.
pub(super) fn fold(text: &str) -> Vec<Cell> {
    let mut folder = Folder::default();
    for (start, c) in text.char_indices() {
        folder.take(c, start, start + c.len_utf8());
    }
    folder.cells
}

#[derive(Default)]
struct Folder {
    cells: Vec<Cell>,
    /// Whether the last cell was typed in jamo that join, and may take the next one in.
    joins: bool,
}

impl Folder {
    fn take(&mut self, c: char, start: usize, end: usize) {
        // What nearly every text is made of.
        if c.is_ascii() {
            return self.plain(c, start, end);
        }
        if let Some(syllable) = Syllable::of(c) {
            self.push(Kind::Syllable(syllable), start, end);
            self.joins = syllable.tail == 0;
        } else if let Some(piece) = Piece::of(c) {
            self.piece(piece, start, end);
        } else if let Some(letter) = lookalike::latin(c) {
            self.push(Kind::Latin(letter), start, end);
        } else if is_ignored(c) {
            // Marks belong to the letter before them; masking it must not leave them on something else.
            if is_combining_mark(c) || matches!(c, '\u{FE00}'..='\u{FE0F}') {
                self.extend(start, end);
            }
        } else if c.is_whitespace() {
            self.push(Kind::Space, start, end);
        } else {
            // One after another instead of normalising the whole: no reordering, so no more than linear time.
            decompose_compatible(c, |part| self.decomposed(part, c, start, end));
        }
    }

    fn decomposed(&mut self, part: char, whole: char, start: usize, end: usize) {
        if part.is_ascii() {
            self.plain(part, start, end);
        } else if let Some(piece) = Piece::of(part) {
            self.piece(piece, start, end);
        } else if let Some(letter) = lookalike::latin(part) {
            self.push(Kind::Latin(letter), start, end);
        } else if is_ignored(part) {
            self.extend(start, end);
        } else if self.cells.last().is_none_or(|last| last.start < start) {
            // Signs that come apart into many are one: nothing is compared with them.
            self.push(Kind::Sign(whole), start, end);
        }
    }

    fn plain(&mut self, c: char, start: usize, end: usize) {
        match c {
            'a'..='z' | 'A'..='Z' => {
                let letter = u8::try_from(c.to_ascii_lowercase()).unwrap_or(b'x');
                self.push(Kind::Latin(letter), start, end);
            }
            '0'..='9' => self.push(Kind::Digit(c), start, end),
            '\t' | '\n' | '\r' | '\u{B}' | '\u{C}' | ' ' => self.push(Kind::Space, start, end),
            c if c.is_ascii_control() => (),
            _ => self.push(Kind::Sign(c), start, end),
        }
    }

    fn piece(&mut self, piece: Piece, start: usize, end: usize) {
        if self.joins
            && let Some(last) = self.cells.last_mut()
        {
            let joined = match (last.kind, piece) {
                (Kind::Jamo(symbol), Piece::Vowel(vowel)) => Some(Syllable {
                    lead: hangul::lead_of(symbol),
                    vowel,
                    tail: 0,
                }),
                (Kind::Syllable(syllable), Piece::Tail(tail)) if syllable.tail == 0 => {
                    Some(Syllable { tail, ..syllable })
                }
                _ => None,
            };
            if let Some(syllable) = joined {
                (last.kind, last.end) = (Kind::Syllable(syllable), end);
                self.joins = syllable.tail == 0;
                return;
            }
        }
        for symbol in piece.letters().chars().filter_map(hangul::symbol) {
            self.push(Kind::Jamo(symbol), start, end);
        }
        self.joins = matches!(piece, Piece::Lead(_));
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        self.cells.push(Cell { kind, start, end });
        self.joins = false;
    }

    fn extend(&mut self, start: usize, end: usize) {
        if let Some(last) = self.cells.last_mut()
            && last.end == start
        {
            last.end = end;
        }
    }
}

/// What is there and shows nothing of its own: combining marks, joiners, fillers, selectors, directions, controls.
fn is_ignored(c: char) -> bool {
    is_combining_mark(c)
        || c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
            | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFC}' | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Kind> {
        fold(text).into_iter().map(|cell| cell.kind).collect()
    }

    #[test]
    fn case_width_marks_and_the_invisible_are_gone() {
        for (text, plain) in [
            ("ＦｕＣｋ", "fuck"),
            ("f\u{200B}u\u{AD}c\u{FE0F}k", "fuck"),
            ("fü\u{30A}ćk", "fuck"),
            ("𝔣𝓾𝖼𝗄", "fuck"),
            ("fuсk", "fuck"),
            ("ⓕⓤⓒⓚ", "fuck"),
            ("\u{1109}\u{1175}\u{1107}\u{1161}\u{11AF}", "시발"),
            ("시\u{1107}\u{1161}\u{11AF}", "시발"),
            ("시바\u{11AF}", "시발"),
            ("시\u{3164}발", "시발"),
            ("ﾡ", "ㄱ"),
            ("㉮", "가"),
        ] {
            assert_eq!(kinds(text), kinds(plain), "{text}");
        }
    }

    #[test]
    fn cells_know_where_they_came_from() {
        let text = "가\u{200B}fü\u{301}!";
        let spans: Vec<&str> = fold(text).iter().map(|c| &text[c.start..c.end]).collect();
        assert_eq!(spans, ["가", "f", "ü\u{301}", "!"]);
        let jamo = "\u{1109}\u{1175}\u{1107}";
        let spans: Vec<&str> = fold(jamo).iter().map(|c| &jamo[c.start..c.end]).collect();
        assert_eq!(spans, ["\u{1109}\u{1175}", "\u{1107}"]);
    }

    #[test]
    fn many_cells_come_of_no_character() {
        for c in ('\0'..=char::MAX).step_by(3) {
            let cells = fold(c.encode_utf8(&mut [0; 4])).len();
            assert!(cells <= 18, "{c:?} {cells}");
        }
    }
}
