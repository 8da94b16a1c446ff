//! Characters that are taken for others: letters of other scripts for Latin ones, digits and signs for letters,
//! letters, digits, kana and Hanja for jamo.

use super::cell::{Cell, Kind};
use super::hangul::{self, Syllable};

/// The Latin letter a letter of another script or a decorated one looks like. What NFKC folds is not listed.
pub(super) fn latin(c: char) -> Option<u8> {
    let letter = match c {
        'а' | 'А' | 'α' | 'Α' | 'ɑ' | 'ᴀ' | 'ą' | 'Ꭺ' | 'λ' | 'Λ' => b'a',
        'в' | 'В' | 'β' | 'Β' | 'ь' | 'Ь' | 'ʙ' | 'ƀ' | 'ß' | 'Ᏼ' => b'b',
        'с' | 'С' | 'ϲ' | 'Ϲ' | 'ᴄ' | 'ƈ' | '¢' | '©' | 'Ꮯ' | 'ς' => b'c',
        'ԁ' | 'Ԁ' | 'đ' | 'Đ' | 'ɗ' | 'ᴅ' | 'Ꭰ' | 'ð' => b'd',
        'е' | 'Е' | 'ё' | 'Ё' | 'ε' | 'Ε' | 'є' | 'Є' | 'ᴇ' | 'ɛ' | 'ə' | '€' | 'Ꭼ' | 'э' => {
            b'e'
        }
        'ƒ' | 'ғ' | 'Ғ' | 'ꜰ' | 'ϝ' => b'f',
        'ɡ' | 'ɢ' | 'ԍ' | 'Ԍ' | 'ց' | 'ġ' | 'Ꮐ' => b'g',
        'н' | 'Н' | 'Η' | 'һ' | 'Һ' | 'ʜ' | 'ħ' | 'Ħ' | 'հ' | 'Ꮋ' => b'h',
        'і' | 'І' | 'ı' | 'ι' | 'Ι' | 'ɪ' | 'Ꭵ' | '¡' | 'ї' | 'Ї' => b'i',
        'ј' | 'Ј' | 'ϳ' | 'ᴊ' | 'Ꭻ' => b'j',
        'к' | 'К' | 'κ' | 'Κ' | 'ᴋ' | 'ƙ' | 'қ' | 'Қ' | 'Ꮶ' => b'k',
        'ł' | 'Ł' | 'ʟ' | 'ӏ' | 'Ӏ' | 'ɭ' | 'Ꮮ' | '£' => b'l',
        'м' | 'М' | 'Μ' | 'ᴍ' | 'Ꮇ' => b'm',
        'ո' | 'ռ' | 'ɴ' | 'Ν' | 'η' | 'п' | 'ŋ' | 'и' | 'И' => b'n',
        'о' | 'О' | 'ο' | 'Ο' | 'σ' | 'ø' | 'Ø' | 'օ' | 'ᴏ' | 'ө' | 'Ө' | '○' | '◯' => {
            b'o'
        }
        'р' | 'Р' | 'ρ' | 'Ρ' | 'ᴘ' | 'þ' | 'Þ' | 'Ꮲ' => b'p',
        'ԛ' | 'Ԛ' => b'q',
        'г' | 'Г' | 'ʀ' | 'я' | 'Я' | 'ᴦ' | 'Ꮢ' | '®' => b'r',
        'ѕ' | 'Ѕ' | 'ꜱ' | 'ʂ' | 'ş' | 'Ꮪ' | '§' => b's',
        'т' | 'Т' | 'τ' | 'Τ' | 'ᴛ' | 'ŧ' | 'Ŧ' | 'Ꭲ' | '†' => b't',
        'υ' | 'ᴜ' | 'ս' | 'ц' | 'μ' | 'µ' | 'ʋ' => b'u',
        'ν' | 'ѵ' | 'Ѵ' | 'ᴠ' | 'Ꮩ' => b'v',
        'ԝ' | 'Ԝ' | 'ω' | 'ш' | 'Ш' | 'щ' | 'ᴡ' | 'Ꮃ' => b'w',
        'х' | 'Х' | 'χ' | 'Χ' | '×' => b'x',
        'у' | 'У' | 'γ' | 'Υ' | 'ү' | 'Ү' | 'ʏ' | '¥' => b'y',
        'ᴢ' | 'Ζ' | 'ʐ' | 'Ꮓ' => b'z',
        // Letters in a circle or a square, and the letters flags are made of.
        '\u{1F150}'..='\u{1F169}' => return nth(c, 0x1F150),
        '\u{1F170}'..='\u{1F189}' => return nth(c, 0x1F170),
        '\u{1F1E6}'..='\u{1F1FF}' => return nth(c, 0x1F1E6),
        _ => return None,
    };
    Some(letter)
}

fn nth(c: char, first: u32) -> Option<u8> {
    let n = u8::try_from(u32::from(c) - first).ok()?;
    (n < 26).then_some(b'a' + n)
}

/// The letter a digit or a sign stands for among Latin letters; `one` is what 1, ! and | are read as.
pub(super) const fn leet(c: char, one: u8) -> Option<u8> {
    let letter = match c {
        '4' | '@' => b'a',
        '8' => b'b',
        '(' => b'c',
        '3' => b'e',
        '6' | '9' => b'g',
        '1' | '!' | '|' => one,
        '0' => b'o',
        '$' | '5' => b's',
        '7' | '+' => b't',
        '2' => b'z',
        _ => return None,
    };
    Some(letter)
}

/// The vowel a character is written for right after a consonant.
fn vowel(kind: Kind) -> Option<char> {
    let c = match kind {
        Kind::Latin(letter) => char::from(letter),
        Kind::Digit(c) | Kind::Sign(c) => c,
        _ => return None,
    };
    let vowel = match c {
        '1' | 'l' | 'i' | '|' | '!' | '丨' | '亅' | '｜' | '¦' => 'ㅣ',
        'r' | '├' | 'ト' | '卜' | '┝' => 'ㅏ',
        '┤' | '┥' | 'ﾅ' => 'ㅓ',
        '┴' | '⊥' | '上' | '┻' => 'ㅗ',
        '┬' | '丁' | '丅' | '┳' | 't' => 'ㅜ',
        'ー' | '一' | '—' | '–' | '─' | '━' => 'ㅡ',
        'h' => 'ㅐ',
        'π' => 'ㅠ',
        _ => return None,
    };
    Some(vowel)
}

/// The consonant a character is written for right before a vowel.
fn consonant(kind: Kind) -> Option<char> {
    let c = match kind {
        Kind::Latin(letter) => char::from(letter),
        Kind::Digit(c) | Kind::Sign(c) => c,
        _ => return None,
    };
    let consonant = match c {
        '7' | 'フ' | '┐' | '┓' => 'ㄱ',
        'し' | '└' | '┗' => 'ㄴ',
        '匚' | '⊂' | '⊏' => 'ㄷ',
        '己' | '乙' | '근' => 'ㄹ',
        '口' | 'ロ' | '□' => 'ㅁ',
        'a' | '人' | '入' | '^' | '∧' | '⋀' | 'へ' => 'ㅅ',
        'o' | '0' | '〇' => 'ㅇ',
        'ス' | 'z' => 'ㅈ',
        'ヨ' | '彐' => 'ㅋ',
        'e' => 'ㅌ',
        _ => return None,
    };
    Some(consonant)
}

/// Reads look-alikes of jamo as jamo, where jamo are around them: ㅅl발, ㄱH새끼, 人ㅣ발, 7H새끼, AH끼, 씨8.
pub(super) fn read_jamo(cells: &mut [Cell]) {
    read_eighteen(cells);
    for i in 0..cells.len() {
        if cells[i].is_hangul() || cells[i].kind == Kind::Space {
            continue;
        }
        let at = |n: usize| cells.get(n).copied();
        let before = i.checked_sub(1).and_then(at);
        let (next, after) = (at(i + 1), at(i + 2));
        let latin =
            |cell: Option<Cell>| matches!(cell, Some(c) if matches!(c.kind, Kind::Latin(_)));
        let hangul = |cell: Option<Cell>| cell.is_some_and(|c| c.is_hangul());

        let jamo = if before.is_some_and(|c| c.is_consonant()) && !(latin(at(i)) && latin(next)) {
            vowel(cells[i].kind)
        } else if latin(before) {
            None
        } else if next.is_some_and(|c| c.is_vowel()) {
            consonant(cells[i].kind)
        } else if next.is_some_and(|c| vowel(c.kind).is_some()) && hangul(after) {
            // Two look-alikes before Hangul. Letters that both are common in words wait for AH끼 alone.
            let h = next.is_some_and(|c| c.kind == Kind::Latin(b'h'));
            consonant(cells[i].kind).filter(|_| h || !latin(at(i)))
        } else {
            None
        };
        if let Some(symbol) = jamo.and_then(hangul::symbol) {
            cells[i].kind = Kind::Jamo(symbol);
        } else if is_eight(cells, i) {
            // 8 is spoken like the second syllable of the commonest curse, in every spelling of it.
            if let Some(syllable) = Syllable::of('팔') {
                cells[i].kind = Kind::Syllable(syllable);
            }
        }
    }
}

/// Reads 18놈 and 18새끼 as they are spoken; 18년 and 18일 are times.
fn read_eighteen(cells: &mut [Cell]) {
    let syllable = |c: char| Syllable::of(c).map(Kind::Syllable);
    let is = |cell: Option<&Cell>, c: char| cell.is_some_and(|cell| Some(cell.kind) == syllable(c));
    for i in 1..cells.len() {
        let digit = |n: Option<usize>| n.and_then(|n| cells.get(n)).map(|cell| cell.kind);
        let eighteen = digit(i.checked_sub(1)) == Some(Kind::Digit('1'))
            && digit(Some(i)) == Some(Kind::Digit('8'))
            && !matches!(digit(i.checked_sub(2)), Some(Kind::Digit(_)));
        let (next, after) = (cells.get(i + 1), cells.get(i + 2));
        let person = is(next, '놈') || (is(next, '새') && is(after, '끼'));
        if eighteen
            && person
            && let (Some(one), Some(eight)) = (syllable('시'), syllable('팔'))
        {
            (cells[i - 1].kind, cells[i].kind) = (one, eight);
        }
    }
}

/// Whether the cell is an 8 that ends a word after 시 or 씨 and is not one of a time: 3시8분.
fn is_eight(cells: &[Cell], i: usize) -> bool {
    let eight = matches!(cells[i].kind, Kind::Digit('8') | Kind::Sign('八'));
    let Some(before) = i.checked_sub(1).and_then(|n| cells.get(n)) else {
        return false;
    };
    let hissed = ['시', '씨', '쉬', '씹'];
    let curse = hissed
        .iter()
        .any(|c| Syllable::of(*c).map(Kind::Syllable) == Some(before.kind));
    let starts = i
        .checked_sub(2)
        .and_then(|n| cells.get(n))
        .is_none_or(|c| !c.is_hangul() && !matches!(c.kind, Kind::Digit(_)));
    let ends = cells.get(i + 1).is_none_or(|c| match c.kind {
        Kind::Digit(_) | Kind::Latin(_) => false,
        Kind::Syllable(s) => ['놈', '년', '새', '롬', '람', '것', '넘']
            .iter()
            .any(|c| Syllable::of(*c) == Some(s)),
        _ => true,
    });
    eight && curse && starts && ends
}

#[cfg(test)]
mod tests {
    use super::super::fold::fold;
    use super::*;

    fn kinds(text: &str) -> Vec<Vec<u8>> {
        let mut cells = fold(text);
        read_jamo(&mut cells);
        let symbols = |kind| match kind {
            Kind::Syllable(s) => s.symbols().collect(),
            Kind::Jamo(j) => vec![j],
            Kind::Latin(l) => vec![l],
            _ => Vec::new(),
        };
        cells.iter().map(|cell| symbols(cell.kind)).collect()
    }

    fn flat(text: &str) -> Vec<u8> {
        kinds(text).concat()
    }

    #[test]
    fn look_alikes_next_to_jamo_are_jamo() {
        for (text, plain) in [
            ("ㅅl발", "시발"),
            ("ㅅ1발", "시발"),
            ("ㅅ|발", "시발"),
            ("ㅅi발", "시발"),
            ("人ㅣ발", "시발"),
            ("^ㅣ발", "시발"),
            ("ㅂr보", "바보"),
            ("ㄱH새끼", "개새끼"),
            ("7H새끼", "개새끼"),
            ("AH끼", "새끼"),
            ("ス1랄", "지랄"),
            ("씨8", "씨팔"),
            ("18놈", "시팔놈"),
        ] {
            assert_eq!(flat(text), flat(plain), "{text}");
        }
    }

    #[test]
    fn elsewhere_they_are_what_they_are() {
        for text in [
            "3시8분",
            "ㅋill",
            "A1 발표",
            "ㅎhello",
            "시8가",
            "18년",
            "2018놈",
        ] {
            let cells = fold(text);
            let mut read = cells.clone();
            read_jamo(&mut read);
            assert_eq!(cells, read, "{text}");
        }
    }

    #[test]
    fn signs_and_digits_have_one_letter() {
        assert_eq!(leet('@', b'i'), Some(b'a'));
        assert_eq!(leet('1', b'l'), Some(b'l'));
        assert_eq!(leet('-', b'i'), None);
        assert_eq!(latin('🅱'), Some(b'b'));
        assert_eq!(latin('🇿'), Some(b'z'));
        assert_eq!(latin('가'), None);
    }
}
