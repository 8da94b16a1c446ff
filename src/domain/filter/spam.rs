//! How much a text looks like spam: a score over facts its service knows, with the reasons, so that a moderator sees
//! why something was held.

use serde::{Deserialize, Serialize};

use super::Action;
use super::cell::Kind;
use super::fold::fold;
use super::link::links;
use super::simhash::SimHash;

/// What is known of a text's author when it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts<'a> {
    /// The text.
    pub text: &'a str,
    /// How old the account is, in hours.
    pub account_age_h: u64,
    /// How many accounts the author is tied to by mutual follows or 일촌: friends are no audience for spam.
    pub ties: u32,
    /// How many texts the author wrote in the last minute, in all places.
    pub texts_last_minute: u32,
    /// How many accounts the text mentions that do not follow the author.
    pub strangers_mentioned: u32,
    /// Fingerprints of the author's texts of the last day, the newest first; more than [`RECENT_MAX`] are not read.
    pub recent: &'a [SimHash],
    /// How many of the text's hosts nobody linked to here before.
    pub new_hosts: u32,
}

/// The most earlier texts compared with.
pub const RECENT_MAX: usize = 50;

/// Why a text has its score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The account is new and has no ties, and there is another reason.
    NewAccount,
    /// It has links.
    Links,
    /// A link is written so that it does not look like one.
    HiddenLink,
    /// A link leads where nobody linked before.
    NewHost,
    /// It is nearly the same as others of its author.
    NearDuplicate,
    /// Its author writes faster than people do.
    Burst,
    /// It calls many who do not know its author.
    Mentions,
    /// Most of it is one character again and again.
    Repetition,
    /// Most of it is capital letters.
    Shouting,
}

/// The numbers of the score; each reason adds its points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpamPolicy {
    /// Younger accounts are new, in hours.
    pub new_account_h: u64,
    /// From here on a moderator looks.
    pub hold_from: u32,
    /// From here on it is refused.
    pub reject_from: u32,
    /// Up to this distance texts are nearly the same, of 64.
    pub near: u32,
    /// Texts a minute that people write at most.
    pub texts_a_minute: u32,
    /// Strangers a text may mention.
    pub strangers: u32,
}

impl Default for SpamPolicy {
    fn default() -> Self {
        Self {
            new_account_h: 72,
            hold_from: 50,
            reject_from: 90,
            near: 8,
            texts_a_minute: 20,
            strangers: 5,
        }
    }
}

/// A score, and the points of each reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpamScore {
    /// 0 for nothing; the policy says what is too much.
    pub points: u32,
    /// The heaviest first.
    pub reasons: Vec<(Reason, u32)>,
    /// Allow, hold or reject; there is nothing to mask.
    pub action: Action,
}

/// Scores a text.
pub fn score(facts: &Facts<'_>, policy: &SpamPolicy) -> SpamScore {
    let mut reasons = Vec::new();
    let mut add = |reason, points: u32| {
        if points > 0 {
            reasons.push((reason, points));
        }
    };
    let found = links(facts.text);
    let count = count_of(found.len());
    // One link is what links are for.
    add(
        Reason::Links,
        count.saturating_sub(1).min(5) * 8 + 6 * count.min(1),
    );
    let hidden = found.iter().any(|link| link.hidden);
    add(Reason::HiddenLink, if hidden { 20 } else { 0 });
    add(Reason::NewHost, facts.new_hosts.min(2) * 10);
    add(Reason::NearDuplicate, duplicates(facts, policy));
    let above = facts
        .texts_last_minute
        .saturating_sub(policy.texts_a_minute);
    add(Reason::Burst, above.min(10) * 5);
    let strangers = facts.strangers_mentioned.saturating_sub(policy.strangers);
    add(Reason::Mentions, strangers.min(10) * 6);
    let shape = Shape::of(facts.text);
    add(
        Reason::Repetition,
        if shape.is_repetitive() { 15 } else { 0 },
    );
    add(Reason::Shouting, if shape.is_shouting() { 10 } else { 0 });

    let points: u32 = reasons.iter().map(|(_, points)| points).sum();
    // To be new is no reason alone, but it makes every other one weigh more.
    let new = facts.account_age_h < policy.new_account_h && facts.ties == 0;
    if new && points > 0 {
        reasons.push((Reason::NewAccount, points.min(40)));
    }
    reasons.sort_by_key(|(reason, points)| (std::cmp::Reverse(*points), *reason));
    let points = reasons.iter().map(|(_, points)| points).sum();
    SpamScore {
        points,
        reasons,
        action: match points {
            p if p >= policy.reject_from => Action::Reject,
            p if p >= policy.hold_from => Action::Hold,
            _ => Action::Allow,
        },
    }
}

/// One text again may be a mistake; each further time weighs as much again.
fn duplicates(facts: &Facts<'_>, policy: &SpamPolicy) -> u32 {
    let hash = SimHash::of(facts.text);
    if !hash.is_telling() {
        return 0;
    }
    let near = |other: &&SimHash| other.is_telling() && hash.distance(**other) <= policy.near;
    let count = facts.recent.iter().take(RECENT_MAX).filter(near).count();
    count_of(count).min(4) * 20
}

fn count_of(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// What a text is made of.
#[derive(Debug, Default)]
struct Shape {
    letters: usize,
    repeated: usize,
    cased: usize,
    upper: usize,
}

impl Shape {
    fn of(text: &str) -> Self {
        let mut shape = Self::default();
        let mut before = None;
        for cell in fold(text).into_iter().filter(|c| c.kind != Kind::Space) {
            shape.letters += 1;
            shape.repeated += usize::from(before.replace(cell.kind) == Some(cell.kind));
        }
        shape.cased = text
            .chars()
            .filter(|c| c.is_uppercase() || c.is_lowercase())
            .count();
        shape.upper = text.chars().filter(|c| c.is_uppercase()).count();
        shape
    }

    /// Laughing for two lines is not spam yet.
    const fn is_repetitive(&self) -> bool {
        self.letters >= 100 && self.repeated * 10 >= self.letters * 8
    }

    const fn is_shouting(&self) -> bool {
        self.cased >= 20 && self.upper * 10 >= self.cased * 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALM: Facts<'_> = Facts {
        text: "오늘 방을 새로 꾸몄어요 놀러 오세요",
        account_age_h: 10_000,
        ties: 12,
        texts_last_minute: 1,
        strangers_mentioned: 0,
        recent: &[],
        new_hosts: 0,
    };

    fn scored(facts: &Facts<'_>) -> SpamScore {
        score(facts, &SpamPolicy::default())
    }

    #[test]
    fn ordinary_texts_have_no_points() {
        assert_eq!(scored(&CALM).points, 0);
        let newcomer = Facts {
            account_age_h: 0,
            ties: 0,
            ..CALM
        };
        assert_eq!(scored(&newcomer).reasons, []);
        let laughing = Facts {
            text: &"ㅋ".repeat(60),
            ..CALM
        };
        assert_eq!(scored(&laughing).points, 0);
        let link = Facts {
            text: "https://maru.example/notice",
            account_age_h: 1,
            ties: 0,
            ..CALM
        };
        assert_eq!(scored(&link).action, Action::Allow);
    }

    #[test]
    fn a_new_account_with_hidden_links_to_new_hosts_is_held() {
        let facts = Facts {
            text: "무료 쿠폰 spam dot com 지금 바로",
            account_age_h: 2,
            ties: 0,
            new_hosts: 1,
            ..CALM
        };
        let score = scored(&facts);
        assert_eq!(score.action, Action::Hold);
        let reasons: Vec<Reason> = score.reasons.iter().map(|(r, _)| *r).collect();
        assert_eq!(reasons[0], Reason::NewAccount);
        assert!(reasons.contains(&Reason::HiddenLink) && reasons.contains(&Reason::NewHost));
        // An old account with friends is believed more.
        let known = Facts {
            account_age_h: 10_000,
            ties: 3,
            ..facts
        };
        assert_eq!(scored(&known).action, Action::Allow);
    }

    #[test]
    fn the_same_again_and_again_is_refused() {
        let text = "지금 가입하면 누구나 무료로 선물을 받을 수 있어요 서두르세요";
        let recent = [SimHash::of(text); 4];
        let mut last = 0;
        for n in 1..=4 {
            let facts = Facts {
                text: &format!("{text} {n}"),
                recent: &recent[..n],
                account_age_h: 5,
                ties: 0,
                ..CALM
            };
            let points = scored(&facts).points;
            assert!(points > last);
            last = points;
        }
        assert!(last >= SpamPolicy::default().reject_from);
        let short = Facts {
            text: "ㅋㅋㅋ",
            recent: &[SimHash::of("ㅋㅋㅋ"); 40],
            ..CALM
        };
        assert_eq!(scored(&short).points, 0);
    }

    #[test]
    fn bursts_crowds_of_mentions_and_noise_add_up() {
        let one = |facts: &Facts<'_>| scored(facts).reasons[0].0;
        let burst = Facts {
            texts_last_minute: 40,
            ..CALM
        };
        assert_eq!(one(&burst), Reason::Burst);
        assert_eq!(scored(&burst).action, Action::Hold);
        let mentions = Facts {
            strangers_mentioned: 20,
            ..CALM
        };
        assert_eq!(one(&mentions), Reason::Mentions);
        let noise = "A".repeat(200);
        let all = Facts {
            text: &noise,
            texts_last_minute: 40,
            strangers_mentioned: 20,
            ..CALM
        };
        let score = scored(&all);
        assert_eq!(score.action, Action::Reject);
        assert_eq!(score.reasons.len(), 4);
    }
}
