//! A fingerprint of a text that changes little when the text does, to tell that somebody posts nearly the same again.

use super::cell::Kind;
use super::fold::fold;

/// The most symbols looked at: enough to know a text by, and a bound on the work.
const SYMBOLS_MAX: usize = 4_096;

/// How many symbols in a row make a feature.
const GRAM: usize = 3;

/// A 64-bit SimHash over what a text's letters are without case, width, spaces, punctuation and digits, so that a
/// counter or an emoji at its end does not make it another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SimHash {
    bits: u64,
    telling: bool,
}

/// Texts with fewer features tell nothing.
const FEATURES_MIN: usize = 8;

impl SimHash {
    /// The fingerprint of a text.
    pub fn of(text: &str) -> Self {
        let mut symbols = Vec::new();
        for cell in fold(text) {
            match cell.kind {
                Kind::Latin(letter) => symbols.push(u64::from(letter)),
                Kind::Syllable(s) => symbols.push(
                    0x100 + (u64::from(s.lead) * 21 + u64::from(s.vowel)) * 28 + u64::from(s.tail),
                ),
                Kind::Jamo(symbol) => symbols.push(u64::from(symbol)),
                // Letters of other scripts are among the signs.
                Kind::Sign(c) if c.is_alphabetic() => symbols.push(0x1_0000 + u64::from(c)),
                Kind::Sign(_) | Kind::Digit(_) | Kind::Space => (),
            }
            if symbols.len() >= SYMBOLS_MAX {
                break;
            }
        }
        let mut weights = [0_i32; 64];
        let mut features = 0;
        for gram in symbols.windows(GRAM.min(symbols.len().max(1))) {
            let hash = gram.iter().fold(0x9E37_79B9_7F4A_7C15, |h, s| mixed(h ^ s));
            for (bit, weight) in weights.iter_mut().enumerate() {
                *weight += if hash >> bit & 1 == 1 { 1 } else { -1 };
            }
            features += 1;
        }
        let set = |(bit, weight): (usize, &i32)| u64::from(*weight > 0) << bit;
        let bits = weights.iter().enumerate().map(set).fold(0, |a, b| a | b);
        Self {
            bits,
            telling: features >= FEATURES_MIN,
        }
    }

    /// A fingerprint as it was kept.
    pub const fn kept(bits: u64, telling: bool) -> Self {
        Self { bits, telling }
    }

    /// The fingerprint as it is kept, beside whether it is telling.
    pub const fn bits(self) -> u64 {
        self.bits
    }

    /// In how many of 64 bits two texts differ.
    pub const fn distance(self, other: Self) -> u32 {
        (self.bits ^ other.bits).count_ones()
    }

    /// Whether there is enough of the text to say that another is nearly the same: everybody says ㅋㅋㅋ.
    pub const fn is_telling(self) -> bool {
        self.telling
    }
}

/// SplitMix64's finaliser.
const fn mixed(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "지금 가입하면 누구나 무료로 선물을 받을 수 있어요 오늘까지만 진행되는 이벤트 놓치지 마세요";

    #[test]
    fn what_is_nearly_the_same_is_near() {
        let hash = SimHash::of(TEXT);
        for near in [
            "지금 가입하면 누구나 무료로 선물을 받을 수 있어요!! 오늘까지만 진행되는 이벤트 놓치지 마세요 🎁🎁 123",
            "지금가입하면 누구나 무료로 선물을 받을수있어요 오늘까지만 진행되는 이벤트 놓치지마세요",
            "지금 가입하면 누구나 공짜로 선물을 받을 수 있어요 오늘까지만 진행되는 이벤트 놓치지 마세요",
        ] {
            assert!(hash.distance(SimHash::of(near)) <= 12, "{near}");
        }
    }

    #[test]
    fn what_is_another_text_is_far() {
        for far in [
            "오늘 방명록 남기고 갑니다 방이 정말 예쁘네요 다음에 또 놀러 올게요",
            "The quick brown fox jumps over the lazy dog and runs away from the farm",
        ] {
            let distance = SimHash::of(TEXT).distance(SimHash::of(far));
            assert!(distance > 18, "{distance}: {far}");
        }
    }

    #[test]
    fn short_texts_tell_nothing() {
        assert!(!SimHash::of("ㅋㅋㅋ").is_telling());
        assert!(!SimHash::of("").is_telling());
        assert!(SimHash::of(TEXT).is_telling());
        assert_eq!(SimHash::of("123 !!!"), SimHash::of(""));
    }
}
