//! The links in a text, also those written so that no program takes them for one: `example dot com`, `hxxp://`.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

/// Endings a word needs to be a link without `http://` or `www.` before it: common ones, and those spam likes.
const ENDINGS: [&str; 40] = [
    "com", "net", "org", "io", "kr", "co", "gg", "me", "xyz", "top", "shop", "site", "online",
    "club", "vip", "info", "biz", "link", "live", "app", "dev", "tv", "cc", "ru", "cn", "jp", "us",
    "ly", "gl", "to", "bet", "casino", "win", "icu", "click", "store", "asia", "life", "fun", "pw",
];

/// Endings that are Korean or English words too often to count after a dot that was spelled out.
const WORDS: [&str; 12] = [
    "me", "to", "us", "co", "win", "live", "link", "top", "fun", "life", "shop", "club",
];

/// A link as far as it is compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Link {
    /// The host, in lower case.
    pub host: String,
    /// Whether it was written to hide that it is one.
    pub hidden: bool,
}

/// The links of a text, in order, repetitions too. Linear in the text.
pub fn links(text: &str) -> Vec<Link> {
    let folded: String = text
        .nfkc()
        .filter(|c| !is_invisible(*c))
        .flat_map(char::to_lowercase)
        .map(|c| {
            if matches!(c, '。' | '｡' | '․') {
                '.'
            } else {
                c
            }
        })
        .collect();
    let words: Vec<&str> = folded
        .split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\'' | ',' | '|'))
        .filter(|word| !word.is_empty())
        .collect();
    let mut links = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        if let Some(link) = plain(word) {
            links.push(link);
        } else if let Some((link, used)) = spelled(&words[at - 1..]) {
            links.push(link);
            at += used - 1;
        }
    }
    links
}

/// The hosts of the links of a text.
pub fn hosts(text: &str) -> BTreeSet<String> {
    links(text).into_iter().map(|link| link.host).collect()
}

/// One word that is a link, brackets around dots or not.
fn plain(word: &str) -> Option<Link> {
    // Long words are not looked at beyond what a host can be.
    const BYTES_MAX: usize = 2_048;
    let word = word.get(..word.len().min(BYTES_MAX)).unwrap_or(word);
    let hidden_dots = [
        "[.]", "(.)", "{.}", "[dot]", "(dot)", "{dot}", "(점)", "[점]", "(닷)", "[닷]",
    ];
    let bare: String = hidden_dots
        .iter()
        .fold(word.to_owned(), |word, dot| word.replace(dot, "."));
    let scheme = [
        "https://", "http://", "hxxps://", "hxxp://", "h**ps://", "h**p://",
    ]
    .into_iter()
    .find_map(|scheme| Some((bare.split_once(scheme)?.1, scheme)));
    let rest = scheme.map_or(bare.as_str(), |(rest, _)| rest);
    let host = host_of(rest)?;
    let known = scheme.is_some() || host.starts_with("www.") || ends_known(&host, &[]);
    // An e-mail address is no link.
    let mail = scheme.is_none()
        && rest
            .split(['/', '?'])
            .next()
            .is_some_and(|h| h.contains('@'));
    (known && !mail).then(|| Link {
        hidden: bare != word || scheme.is_some_and(|(_, s)| !s.starts_with("http")),
        host,
    })
}

/// `example dot com`, `example . com`, `example점컴`, over up to five words.
fn spelled(words: &[&str]) -> Option<(Link, usize)> {
    let is_dot = |word: &&str| {
        matches!(
            *word,
            "dot" | "." | "닷" | "점" | "쩜" | "[.]" | "(dot)" | "[dot]" | "(.)"
        )
    };
    let ending = |word: &str| -> Option<String> {
        let word = word.split(['/', '?']).next().unwrap_or_default();
        Some(match word {
            "컴" | "콤" => "com".to_owned(),
            "넷" => "net".to_owned(),
            "케이알" => "kr".to_owned(),
            word => word.to_owned(),
        })
    };
    let name = words.first()?;
    if let Some((name, end)) = ["점컴", "닷컴", "쩜컴", "점콤", "닷넷"]
        .iter()
        .find_map(|end| Some((name.strip_suffix(end)?, end)))
    {
        // 닷컴 is a word of its own; only Latin letters before it make it an address.
        let end = if end.ends_with('넷') { "net" } else { "com" };
        let host = host_of(&format!("{name}.{end}"))?;
        return Some((Link { host, hidden: true }, 1));
    }
    words.get(1).filter(|word| is_dot(word))?;
    let end = ending(words.get(2)?)?;
    let mut host = format!("{name}.{end}");
    let mut used = 3;
    if words.get(3).is_some_and(is_dot) {
        host = format!("{host}.{}", ending(words.get(4)?)?);
        used = 5;
    }
    let host = host_of(&host)?;
    ends_known(&host, &WORDS).then_some((Link { host, hidden: true }, used))
}

/// What can be a host at the start of a text: labels of Latin letters, digits and hyphens, at least two.
fn host_of(text: &str) -> Option<String> {
    let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    // What is written right before it in Hangul does not belong to it: 여기example.com.
    let from = text
        .char_indices()
        .find(|(_, c)| is_host(*c))
        .map_or(0, |(n, _)| n);
    let text = text.get(from..)?;
    let end = text.find(|c| !is_host(c)).unwrap_or(text.len());
    let host = text.get(..end)?.trim_matches(['.', '-']);
    let labels: Vec<&str> = host.split('.').collect();
    let top = labels.last()?;
    let fine = (2..=10).contains(&labels.len())
        && labels
            .iter()
            .all(|label| !label.is_empty() && label.len() <= 63)
        && top.len() >= 2
        && top.chars().all(|c| c.is_ascii_alphabetic());
    fine.then(|| host.to_owned())
}

fn ends_known(host: &str, except: &[&str]) -> bool {
    host.rsplit('.')
        .next()
        .is_some_and(|top| ENDINGS.contains(&top) && !except.contains(&top))
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_however_they_are_written() {
        for (text, host, hidden) in [
            ("https://maru.example/room?a=1", "maru.example", false),
            ("봐 www.spam.example 좋아", "www.spam.example", false),
            ("spam.com", "spam.com", false),
            ("여기spam.xyz/abc", "spam.xyz", false),
            ("ＳＰＡＭ．ＣＯＭ", "spam.com", false),
            ("sp\u{200B}am.com", "spam.com", false),
            ("hxxps://spam.example", "spam.example", true),
            ("spam[.]com", "spam.com", true),
            ("spam dot com", "spam.com", true),
            ("spam . co . kr", "spam.co.kr", true),
            ("spam 점 컴", "spam.com", true),
            ("spam점컴 오세요", "spam.com", true),
            ("spam(dot)net", "spam.net", true),
        ] {
            let host = host.to_owned();
            assert_eq!(links(text), [Link { host, hidden }], "{text}");
        }
    }

    #[test]
    fn what_is_no_link_is_none() {
        for text in [
            "",
            "안녕하세요. 반가워요.",
            "3.14",
            "끝.시작",
            "a@b.com",
            "v1.2.3",
            "e.g. this",
            "the dot to me",
            "polka dot dress",
            "닷컴 버블",
            "...com",
            "점심 점 컴퓨터",
        ] {
            assert_eq!(links(text), [], "{text}");
        }
    }

    #[test]
    fn the_same_host_counts_once() {
        assert_eq!(hosts("a.com b.com/x https://a.com").len(), 2);
        assert_eq!(links(&"a.com ".repeat(1_000)).len(), 1_000);
    }
}
