//! Hangul as the filter compares it: syllables taken apart into jamo, one byte each, consonant clusters into their
//! parts, so that every way of typing a syllable reads the same.

/// The symbol of the first consonant; vowels follow from [`VOWEL_0`] on. Latin letters are themselves.
const CONSONANT_0: u8 = 0x80;
const VOWEL_0: u8 = 0xA0;

/// Consonants in the order of leading jamo: U+1100 on, and of precomposed syllables.
const LEADS: &str = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";

/// Vowels in the order of U+1161 on, of U+314F on, and of precomposed syllables.
const VOWELS: [&str; 21] = [
    "ㅏ", "ㅐ", "ㅑ", "ㅒ", "ㅓ", "ㅔ", "ㅕ", "ㅖ", "ㅗ", "ㅘ", "ㅙ", "ㅚ", "ㅛ", "ㅜ", "ㅝ", "ㅞ",
    "ㅟ", "ㅠ", "ㅡ", "ㅢ", "ㅣ",
];

/// Trailing consonants in the order of precomposed syllables, taken apart; U+11A8 is the second.
const TAILS: [&str; 28] = [
    "", "ㄱ", "ㄲ", "ㄱㅅ", "ㄴ", "ㄴㅈ", "ㄴㅎ", "ㄷ", "ㄹ", "ㄹㄱ", "ㄹㅁ", "ㄹㅂ", "ㄹㅅ",
    "ㄹㅌ", "ㄹㅍ", "ㄹㅎ", "ㅁ", "ㅂ", "ㅂㅅ", "ㅅ", "ㅆ", "ㅇ", "ㅈ", "ㅊ", "ㅋ", "ㅌ", "ㅍ",
    "ㅎ",
];

/// Compatibility consonants in the order of U+3131 on, and of their half-width forms from U+FFA1 on.
const COMPATIBLE: [&str; 30] = [
    "ㄱ", "ㄲ", "ㄱㅅ", "ㄴ", "ㄴㅈ", "ㄴㅎ", "ㄷ", "ㄸ", "ㄹ", "ㄹㄱ", "ㄹㅁ", "ㄹㅂ", "ㄹㅅ",
    "ㄹㅌ", "ㄹㅍ", "ㄹㅎ", "ㅁ", "ㅂ", "ㅃ", "ㅂㅅ", "ㅅ", "ㅆ", "ㅇ", "ㅈ", "ㅉ", "ㅊ", "ㅋ",
    "ㅌ", "ㅍ", "ㅎ",
];

/// A syllable by its jamo: leading consonant and vowel, and the trailing one, 0 for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Syllable {
    pub lead: u8,
    pub vowel: u8,
    pub tail: u8,
}

impl Syllable {
    /// A precomposed syllable.
    pub fn of(c: char) -> Option<Self> {
        let index = below(c, 0xAC00, 19 * 21 * 28)?;
        let part = |n: u32| u8::try_from(n).ok();
        Some(Self {
            lead: part(index / (21 * 28))?,
            vowel: part(index / 28 % 21)?,
            tail: part(index % 28)?,
        })
    }

    /// Its jamo as symbols. A leading ㅇ has no sound and is left out: 씨이발 reads ㅆㅣㅣㅂㅏㄹ.
    pub fn symbols(self) -> impl Iterator<Item = u8> {
        let lead = (self.lead != SILENT).then_some(CONSONANT_0 + self.lead);
        let tail = TAILS
            .get(usize::from(self.tail))
            .copied()
            .unwrap_or_default();
        lead.into_iter()
            .chain([VOWEL_0 + self.vowel])
            .chain(tail.chars().filter_map(symbol))
    }

    /// Its leading consonant alone.
    pub fn lead_letter(self) -> &'static str {
        Piece::Lead(self.lead).letters()
    }
}

/// ㅇ among [`LEADS`].
const SILENT: u8 = 11;

/// ㅇ as a symbol.
pub(super) const SILENT_SYMBOL: u8 = CONSONANT_0 + SILENT;

/// What a character is that is Hangul but no syllable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    /// A leading jamo, which joins a vowel after it.
    Lead(u8),
    /// A vowel jamo, which joins a leading one before it.
    Vowel(u8),
    /// A trailing jamo, which joins a syllable before it.
    Tail(u8),
    /// A letter that stands for itself, taken apart.
    Alone(&'static str),
}

impl Piece {
    /// A conjoining jamo, a compatibility jamo or its half-width form.
    pub fn of(c: char) -> Option<Self> {
        let narrow = |n: u32| u8::try_from(n).ok();
        let table = |list: &[&'static str], n: Option<u32>| {
            n.and_then(|n| list.get(usize::try_from(n).ok()?).copied())
                .map(Self::Alone)
        };
        match c {
            '\u{1100}'..='\u{1112}' => below(c, 0x1100, 19).and_then(narrow).map(Self::Lead),
            '\u{1161}'..='\u{1175}' => below(c, 0x1161, 21).and_then(narrow).map(Self::Vowel),
            '\u{11A8}'..='\u{11C2}' => below(c, 0x11A7, 28).and_then(narrow).map(Self::Tail),
            '\u{3131}'..='\u{314E}' => table(&COMPATIBLE, below(c, 0x3131, 30)),
            '\u{314F}'..='\u{3163}' => table(&VOWELS, below(c, 0x314F, 21)),
            '\u{FFA1}'..='\u{FFBE}' => table(&COMPATIBLE, below(c, 0xFFA1, 30)),
            // Half-width vowels come in sixes, two code points apart.
            '\u{FFC2}'..='\u{FFDC}' => {
                let n = below(c, 0xFFC2, 27)?;
                (n % 8 < 6).then(|| table(&VOWELS, Some(n / 8 * 6 + n % 8)))?
            }
            _ => None,
        }
    }

    /// A conjoining jamo that joined nothing, as letters.
    pub fn letters(self) -> &'static str {
        let n = |n: u8| usize::from(n);
        match self {
            Self::Lead(lead) => LEADS.get(n(lead) * 3..n(lead) * 3 + 3).unwrap_or_default(),
            Self::Vowel(vowel) => VOWELS.get(n(vowel)).copied().unwrap_or_default(),
            Self::Tail(tail) => TAILS.get(n(tail)).copied().unwrap_or_default(),
            Self::Alone(letters) => letters,
        }
    }
}

/// The symbol of a compatibility jamo that is no cluster.
pub(super) fn symbol(c: char) -> Option<u8> {
    let vowel = below(c, 0x314F, 21).and_then(|n| u8::try_from(n).ok());
    let consonant = || {
        LEADS
            .chars()
            .position(|of| of == c)
            .and_then(|n| u8::try_from(n).ok())
    };
    vowel
        .map(|n| VOWEL_0 + n)
        .or_else(|| consonant().map(|n| CONSONANT_0 + n))
}

/// Whether a symbol is a jamo.
pub(super) const fn is_jamo(symbol: u8) -> bool {
    symbol >= CONSONANT_0
}

/// Whether a symbol is a consonant.
pub(super) const fn is_consonant(symbol: u8) -> bool {
    symbol >= CONSONANT_0 && symbol < VOWEL_0
}

/// Whether a symbol is a vowel.
pub(super) const fn is_vowel(symbol: u8) -> bool {
    symbol >= VOWEL_0
}

/// A consonant's place among the leading ones.
pub(super) const fn lead_of(symbol: u8) -> u8 {
    symbol.saturating_sub(CONSONANT_0)
}

/// Whether `next`, spoken right after `before`, only makes it longer: 씨이, 벼어, 새에.
pub(super) fn lengthens(before: u8, next: u8) -> bool {
    const LONGER: [(char, char); 14] = [
        ('ㅕ', 'ㅓ'),
        ('ㅑ', 'ㅏ'),
        ('ㅛ', 'ㅗ'),
        ('ㅠ', 'ㅜ'),
        ('ㅖ', 'ㅔ'),
        ('ㅒ', 'ㅐ'),
        ('ㅐ', 'ㅔ'),
        ('ㅔ', 'ㅐ'),
        ('ㅘ', 'ㅏ'),
        ('ㅙ', 'ㅐ'),
        ('ㅝ', 'ㅓ'),
        ('ㅞ', 'ㅔ'),
        ('ㅟ', 'ㅣ'),
        ('ㅢ', 'ㅣ'),
    ];
    let pair = |(a, b): &(char, char)| symbol(*a) == Some(before) && symbol(*b) == Some(next);
    is_jamo(before) && (before == next || (is_vowel(next) && LONGER.iter().any(pair)))
}

/// How far `c` is after `first`, if by less than `count`.
fn below(c: char, first: u32, count: u32) -> Option<u32> {
    u32::from(c).checked_sub(first).filter(|n| *n < count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(c: char) -> Vec<u8> {
        Syllable::of(c).map(|s| s.symbols().collect()).unwrap()
    }

    fn symbols(text: &str) -> Vec<u8> {
        text.chars().map(|c| symbol(c).unwrap()).collect()
    }

    #[test]
    fn syllables_come_apart() {
        assert_eq!(letters('발'), symbols("ㅂㅏㄹ"));
        assert_eq!(letters('왜'), symbols("ㅙ"));
        assert_eq!(letters('없'), symbols("ㅓㅂㅅ"));
        assert_eq!(letters('힣'), symbols("ㅎㅣㅎ"));
        assert_eq!(Syllable::of('ㅂ'), None);
        assert_eq!(Syllable::of('a'), None);
    }

    #[test]
    fn jamo_of_every_block_are_the_same_letters() {
        for (c, expected) in [
            ('\u{1109}', "ㅅ"),
            ('\u{1175}', "ㅣ"),
            ('\u{11B9}', "ㅂㅅ"),
            ('ㅄ', "ㅂㅅ"),
            ('\u{FFA1}', "ㄱ"),
            ('\u{FFBE}', "ㅎ"),
            ('\u{FFC2}', "ㅏ"),
            ('\u{FFC7}', "ㅔ"),
            ('\u{FFCA}', "ㅕ"),
            ('\u{FFD2}', "ㅛ"),
            ('\u{FFDC}', "ㅣ"),
        ] {
            assert_eq!(Piece::of(c).unwrap().letters(), expected, "{c:?}");
        }
        for none in ['\u{FFC8}', '\u{FFC1}', '\u{3164}', 'a', '가'] {
            assert_eq!(Piece::of(none), None);
        }
    }

    #[test]
    fn every_letter_has_one_symbol() {
        let mut all = symbols(LEADS);
        all.extend(symbols(&VOWELS.concat()));
        let many = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), many);
        assert!(symbols(LEADS).into_iter().all(is_consonant));
        assert!(symbols(&VOWELS.concat()).into_iter().all(is_vowel));
    }
}
