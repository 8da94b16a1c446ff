//! The evasion matrix: words in every disguise, and ordinary texts in none and in the same disguises.

mod disguise;

use std::ops::Range;

use super::{Filter, Finding};
use disguise::{COMMON, Disguise, OF_ENGLISH, OF_KOREAN};

const KOREAN: [&str; 30] = [
    "시발",
    "씨발",
    "씨팔",
    "시팔",
    "쓰발",
    "씨벌",
    "시부랄",
    "병신",
    "븅신",
    "지랄",
    "쥐랄",
    "개새끼",
    "개색기",
    "개쉐끼",
    "씹새끼",
    "씹년",
    "미친놈",
    "미친년",
    "이새끼",
    "그새끼",
    "좆같다",
    "존나",
    "느금마",
    "니애미",
    "엠창",
    "창녀",
    "썅놈",
    "짱깨",
    "쪽바리",
    "뒈져",
];

const ENGLISH: [&str; 30] = [
    "fuck",
    "fucking",
    "motherfucker",
    "shit",
    "bullshit",
    "bitch",
    "bitches",
    "cunt",
    "asshole",
    "dickhead",
    "cocksucker",
    "whore",
    "slut",
    "wanker",
    "twat",
    "bastard",
    "pussy",
    "nigger",
    "nigga",
    "faggot",
    "retard",
    "douchebag",
    "blowjob",
    "handjob",
    "dildo",
    "scumbag",
    "jackass",
    "dumbass",
    "skank",
    "shemale",
];

const BENIGN: &str = include_str!("data/benign.txt");

#[derive(Default, Clone, Copy)]
struct Score {
    hidden: usize,
    found: usize,
    right: usize,
    wrong: usize,
}

impl Score {
    fn recall(self) -> f64 {
        ratio(self.found, self.hidden)
    }

    fn precision(self) -> f64 {
        ratio(self.right, self.right + self.wrong)
    }

    fn add(&mut self, other: Self) {
        self.hidden += other.hidden;
        self.found += other.found;
        self.right += other.right;
        self.wrong += other.wrong;
    }
}

fn ratio(part: usize, of: usize) -> f64 {
    let float = |n: usize| f64::from(u32::try_from(n).unwrap());
    if of == 0 {
        1.0
    } else {
        float(part) / float(of)
    }
}

/// Takes a found word for found only if nothing of it is left to read: the span covers it but for what hides it.
fn tried(
    filter: &Filter,
    word: &str,
    disguise: Disguise,
    score: &mut Score,
    missed: &mut Vec<String>,
) {
    let Some(disguised) = disguise.1(word) else {
        return;
    };
    for (before, after) in [("", ""), ("오늘은 ", " 라고 했다"), ("well, ", " he said")] {
        let text = format!("{before}{disguised}{after}");
        let place: Range<usize> = before.len()..before.len() + disguised.len();
        let findings = filter.find(&text);
        let inside = |f: &&Finding| f.span.start < place.end && f.span.end > place.start;
        let covered = |f: &Finding| {
            let most = place.len().div_ceil(2);
            let span = f
                .span
                .end
                .min(place.end)
                .saturating_sub(f.span.start.max(place.start));
            f.span.start >= place.start && f.span.end <= place.end && span >= most
        };
        let hit = findings.iter().any(covered);
        score.hidden += 1;
        score.found += usize::from(hit);
        score.right += findings.iter().filter(inside).count();
        score.wrong += findings.iter().filter(|f| !inside(f)).count();
        if !hit {
            missed.push(text);
        }
    }
}

/// The lines of a file that are no comments.
fn texts(file: &str) -> Vec<&str> {
    let lines = file.lines();
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
}

fn benign() -> Vec<&'static str> {
    texts(BENIGN)
}

#[test]
fn ordinary_texts_pass() {
    let filter = Filter::new().unwrap();
    let all = benign();
    let wrong: Vec<String> = all
        .iter()
        .filter_map(|text| {
            let findings = filter.find(text);
            let first = findings.first()?;
            Some(format!(
                "{text:?}: {:?} {:?}",
                &text[first.span.clone()],
                first.severity
            ))
        })
        .collect();
    println!(
        "benign: {} texts, {} false positives",
        all.len(),
        wrong.len()
    );
    assert!(all.len() >= 200);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Disguised, ordinary texts should still pass: "시.발.점" is as harmless as 시발점.
#[test]
fn ordinary_texts_pass_in_most_disguises() {
    let filter = Filter::new().unwrap();
    let mut sum = (0, 0);
    // With every letter there three times, as is ass and Niger is no country.
    let repeated = |disguise: &&Disguise| disguise.0 != "repeated";
    let all = COMMON.iter().chain(&OF_KOREAN[..4]).chain(&OF_ENGLISH[..3]);
    for disguise in all.filter(repeated) {
        let texts: Vec<String> = benign().into_iter().filter_map(disguise.1).collect();
        let wrong: Vec<&String> = texts
            .iter()
            .filter(|t| !filter.find(t).is_empty())
            .collect();
        println!(
            "benign, {}: {} of {} flagged",
            disguise.0,
            wrong.len(),
            texts.len()
        );
        sum.0 += wrong.len();
        sum.1 += texts.len();
    }
    let share = ratio(sum.0, sum.1);
    println!(
        "benign in disguise: {} of {} flagged, {share:.4}",
        sum.0, sum.1
    );
    assert!(share <= 0.02);
}

#[test]
fn words_are_found_in_every_disguise() {
    let filter = Filter::new().unwrap();
    let mut all = Score::default();
    let mut weakest: f64 = 1.0;
    for (language, words, own) in [
        ("ko", &KOREAN, &OF_KOREAN[..]),
        ("en", &ENGLISH, &OF_ENGLISH[..]),
    ] {
        for disguise in COMMON.iter().chain(own) {
            let (mut score, mut missed) = (Score::default(), Vec::new());
            for word in words {
                tried(&filter, word, *disguise, &mut score, &mut missed);
            }
            println!(
                "{language} {:<20} {:>4} texts  recall {:.3}  precision {:.3}  {}",
                disguise.0,
                score.hidden,
                score.recall(),
                score.precision(),
                missed
                    .iter()
                    .take(6)
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(" | "),
            );
            weakest = weakest.min(score.recall());
            all.add(score);
        }
    }
    println!(
        "all: {} texts, recall {:.4}, precision {:.4}",
        all.hidden,
        all.recall(),
        all.precision()
    );
    assert!(all.recall() >= 0.99 && all.precision() >= 0.99);
    assert!(weakest >= 0.95, "{weakest}");
}

/// Other disguises and words, mixed as people mix them. What is missed stays in the list: it says where the limits
/// are. The matrix above is made of words of our own lists, so its recall is of the disguises and not of the lists;
/// neither is a measurement on what people write.
#[test]
fn words_outside_the_matrix_are_found_too() {
    const TEXTS: &str = include_str!("data/other.txt");
    let filter = Filter::new().unwrap();
    let all: Vec<&str> = TEXTS.lines().filter(|t| !t.starts_with('#')).collect();
    let missed: Vec<&&str> = all.iter().filter(|t| filter.find(t).is_empty()).collect();
    let recall = ratio(all.len() - missed.len(), all.len());
    println!(
        "outside the matrix: {} texts, recall {recall:.3}, missed {missed:?}",
        all.len()
    );
    assert!(recall >= 0.85);
}

/// Two hundred sentences of ordinary days, written after the lists: a name, a greeting or a recipe is not to be masked.
#[test]
fn everyday_sentences_pass() {
    let filter = Filter::new().unwrap();
    let all = texts(include_str!("data/everyday.txt"));
    let found = |text: &&str| !filter.find(text).is_empty();
    let wrong: Vec<&str> = all.iter().copied().filter(|text| found(text)).collect();
    println!("everyday: {} texts, {} found", all.len(), wrong.len());
    assert!(all.len() >= 200);
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// What people come up with by themselves. What is missed is ambiguous (`뒤져라` is said of bags), or reads as a mention.
#[test]
fn ordinary_evasions_are_found() {
    let filter = Filter::new().unwrap();
    let all = texts(include_str!("data/evasions.txt"));
    let missed = |text: &&str| filter.find(text).is_empty();
    let missed: Vec<&str> = all.iter().copied().filter(missed).collect();
    let recall = ratio(all.len() - missed.len(), all.len());
    println!(
        "evasions: {} texts, recall {recall:.3}, missed {missed:?}",
        all.len()
    );
    assert!(all.len() >= 120);
    assert!(recall >= 0.93);
}
