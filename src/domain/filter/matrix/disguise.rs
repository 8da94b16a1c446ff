//! What people do to a word to slip it through.

use super::super::hangul::Syllable;

/// Letter by letter, with something in between.
fn between(word: &str, with: &str) -> String {
    let letters: Vec<String> = word.chars().map(String::from).collect();
    letters.join(with)
}

fn map(word: &str, with: impl FnMut(char) -> String) -> String {
    word.chars().map(with).collect()
}

fn jamo(c: char) -> Option<(char, char, Option<char>)> {
    let Syllable { lead, vowel, tail } = Syllable::of(c)?;
    let nth = |first: u32, n: u8| char::from_u32(first + u32::from(n));
    let tail = (tail > 0).then(|| nth(0x11A7, tail)).flatten();
    Some((nth(0x1100, lead)?, nth(0x1161, vowel)?, tail))
}

/// As letters of the block that keyboards type one by one.
fn compatible(c: char) -> Option<(char, char, Option<char>)> {
    const LEADS: [char; 19] = [
        'ㄱ', 'ㄲ', 'ㄴ', 'ㄷ', 'ㄸ', 'ㄹ', 'ㅁ', 'ㅂ', 'ㅃ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅉ', 'ㅊ',
        'ㅋ', 'ㅌ', 'ㅍ', 'ㅎ',
    ];
    const TAILS: &str = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ";
    let Syllable { lead, vowel, tail } = Syllable::of(c)?;
    let tail = (tail > 0).then(|| TAILS.chars().nth(tail.into())).flatten();
    let vowel = char::from_u32(0x314F + u32::from(vowel))?;
    Some((*LEADS.get(usize::from(lead))?, vowel, tail))
}

fn joined((lead, vowel, tail): (char, char, Option<char>)) -> String {
    [Some(lead), Some(vowel), tail]
        .into_iter()
        .flatten()
        .collect()
}

/// A name, and how a word is disguised; none where there is nothing to disguise.
pub(super) type Disguise = (&'static str, fn(&str) -> Option<String>);

/// Both languages: none of these is told apart by script.
pub(super) const COMMON: [Disguise; 11] = [
    ("plain", |w| Some(w.to_owned())),
    ("spaced", |w| Some(between(w, " "))),
    ("dotted", |w| Some(between(w, "."))),
    ("dashed", |w| Some(between(w, "-"))),
    ("signs", |w| Some(between(w, "~*"))),
    ("zero width", |w| Some(between(w, "\u{200B}"))),
    ("joiners", |w| Some(between(w, "\u{200D}\u{2060}\u{AD}"))),
    ("repeated", |w| Some(map(w, |c| c.to_string().repeat(3)))),
    ("combining", |w| {
        Some(map(w, |c| format!("{c}\u{336}\u{301}")))
    }),
    ("digits between", |w| {
        let digits = ["2", "7", "9"].iter().cycle();
        Some(
            w.chars()
                .zip(digits)
                .fold(String::new(), |text, (c, digit)| match text.is_empty() {
                    true => c.to_string(),
                    false => format!("{text}{digit}{c}"),
                }),
        )
    }),
    ("emoji between", |w| Some(between(w, "🙂"))),
];

pub(super) const OF_KOREAN: [Disguise; 11] = [
    ("conjoining jamo", |w| {
        Some(map(w, |c| jamo(c).map_or(c.into(), joined)))
    }),
    ("compatibility jamo", |w| {
        Some(map(w, |c| compatible(c).map_or(c.into(), joined)))
    }),
    ("half-width jamo", |w| {
        let narrow = |c: char| {
            let n = u32::from(c);
            let to = match n {
                0x3131..=0x314E => n - 0x3131 + 0xFFA1,
                0x314F..=0x3163 => 0xFFC2 + (n - 0x314F) / 6 * 8 + (n - 0x314F) % 6,
                _ => n,
            };
            char::from_u32(to).unwrap_or(c)
        };
        Some(map(w, |c| {
            compatible(c).map_or(c.into(), |j| joined(j).chars().map(narrow).collect())
        }))
    }),
    ("half split", |w| {
        let last = w.chars().last()?;
        let start = w.strip_suffix(last)?;
        Some(format!("{start}{}", compatible(last).map(joined)?))
    }),
    ("tail apart", |w| {
        let cut = |c: char| {
            let (lead, vowel, tail) = jamo(c)?;
            let open: String = [lead, vowel].into_iter().collect();
            Some(format!(
                "{open}{}",
                compatible(c).and_then(|j| j.2).filter(|_| tail.is_some())?
            ))
        };
        let text = map(w, |c| cut(c).unwrap_or_else(|| c.into()));
        (text != w).then_some(text)
    }),
    ("choseong", |w| {
        let known = [
            "시발",
            "씨발",
            "병신",
            "지랄",
            "개새끼",
            "존나",
            "미친년",
            "미친놈",
            "느금마",
            "니애미",
        ];
        known
            .contains(&w)
            .then(|| map(w, |c| compatible(c).map_or(c, |j| j.0).into()))
    }),
    ("choseong in part", |w| {
        let known = ["시발", "씨발", "병신", "지랄", "개새끼", "존나"];
        let mut letters = w.chars();
        let last = letters.next_back().filter(|_| known.contains(&w))?;
        Some(format!("{}{}", letters.as_str(), compatible(last)?.0))
    }),
    ("lengthened", |w| {
        let long = |c: char| {
            let Syllable { vowel, tail, .. } = Syllable::of(c)?;
            let longer = |tail: u8| {
                let index = (11 * 21 + u32::from(vowel)) * 28 + u32::from(tail);
                char::from_u32(0xAC00 + index)
            };
            let open = char::from_u32(u32::from(c) - u32::from(tail))?;
            Some(
                [open, longer(0)?, longer(tail)?]
                    .into_iter()
                    .collect::<String>(),
            )
        };
        Some(map(w, |c| long(c).unwrap_or_else(|| c.into())))
    }),
    ("vowels drawn", |w| {
        let drawn = |c: char| Some(format!("{c}{}", compatible(c).filter(|j| j.2.is_none())?.1));
        let text = map(w, |c| drawn(c).unwrap_or_else(|| c.into()));
        (text != w).then_some(text)
    }),
    ("look-alikes", |w| {
        let alike = |c: char| {
            let (lead, vowel, tail) = compatible(c)?;
            let vowel = match vowel {
                'ㅣ' => '1',
                'ㅏ' => 'r',
                'ㅐ' => 'H',
                'ㅡ' => 'ー',
                _ => return None,
            };
            Some(joined((lead, vowel, tail)))
        };
        let text = map(w, |c| alike(c).unwrap_or_else(|| c.into()));
        (text != w).then_some(text)
    }),
    ("laughs between", |w| Some(between(w, "ㅋㅋ"))),
];

pub(super) const OF_ENGLISH: [Disguise; 9] = [
    ("upper case", |w| Some(w.to_uppercase())),
    ("mixed case", |w| {
        let mut n = 0;
        Some(map(w, |c| {
            n += 1;
            if n % 2 == 0 {
                c.to_uppercase().to_string()
            } else {
                c.into()
            }
        }))
    }),
    ("full width", |w| {
        let wide = |c: char| char::from_u32(u32::from(c) + 0xFEE0).filter(|_| c.is_ascii_graphic());
        Some(map(w, |c| wide(c).unwrap_or(c).into()))
    }),
    ("leet", |w| {
        let leet = |c: char| match c {
            'a' => '4',
            'e' => '3',
            'i' => '1',
            'o' => '0',
            's' => '$',
            't' => '7',
            c => c,
        };
        let text = map(w, |c| leet(c).into());
        (text != w).then_some(text)
    }),
    ("1 for l", |w| w.contains('l').then(|| w.replace('l', "1"))),
    ("Cyrillic", |w| {
        let alike = |c: char| match c {
            'a' => 'а',
            'c' => 'с',
            'e' => 'е',
            'i' => 'і',
            'o' => 'о',
            'p' => 'р',
            's' => 'ѕ',
            'y' => 'у',
            c => c,
        };
        let text = map(w, |c| alike(c).into());
        (text != w).then_some(text)
    }),
    ("mathematical", |w| {
        let bold = |c: char| char::from_u32(u32::from(c) - u32::from('a') + 0x1D41A);
        Some(map(w, |c| bold(c).unwrap_or(c).into()))
    }),
    ("circled", |w| {
        let circled = |c: char| char::from_u32(u32::from(c) - u32::from('a') + 0x24D0);
        Some(map(w, |c| circled(c).unwrap_or(c).into()))
    }),
    ("a vowel hidden", |w| {
        let known = [
            "fuck", "shit", "bitch", "cunt", "whore", "slut", "pussy", "nigger", "faggot",
        ];
        let at = w
            .find(['a', 'e', 'i', 'o', 'u'])
            .filter(|_| known.contains(&w))?;
        Some(format!("{}*{}", &w[..at], &w[at + 1..]))
    }),
];
