//! Tags and handles in what people write. Tags are one, however they are written: without case, width and composition.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::MENTIONS_MAX;
use crate::domain::user::is_handle;

/// The most tags of a post: those given and those in its text, together.
pub const TAGS_MAX: usize = 10;

/// The longest tag, in Unicode scalar values.
pub const TAG_CHARS_MAX: usize = 50;

/// The text cannot be a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a tag is letters, digits and underscores, at most {TAG_CHARS_MAX}, and not digits alone")]
pub struct BadTag;

/// A tag as it is compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(String);

impl Tag {
    /// Accepts a tag, with or without the sign before it.
    pub fn parse(text: &str) -> Result<Self, BadTag> {
        if text.len() > TAG_CHARS_MAX * 4 * 4 {
            return Err(BadTag);
        }
        let folded = folded(text.trim());
        let name = folded.strip_prefix('#').unwrap_or(&folded);
        match name.chars().all(is_tag) {
            true => Self::of(name).ok_or(BadTag),
            false => Err(BadTag),
        }
    }

    /// Of characters that may all be in one.
    fn of(name: &str) -> Option<Self> {
        let fits = (1..=TAG_CHARS_MAX).contains(&name.chars().count());
        let says_something = name.chars().any(|c| c.is_alphabetic());
        (fits && says_something).then(|| Self(name.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The beginning of a tag, as it is looked for; nothing where no tag begins so.
pub fn beginning(text: &str) -> Option<String> {
    if text.len() > TAG_CHARS_MAX * 4 * 4 {
        return None;
    }
    let folded = folded(text.trim());
    let name = folded.strip_prefix('#').unwrap_or(&folded);
    let fits = (1..=TAG_CHARS_MAX).contains(&name.chars().count());
    (fits && name.chars().all(is_tag)).then(|| name.to_owned())
}

/// NFKC takes width and composition away, also of signs; what lowers may have to be composed anew.
fn folded(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

fn is_tag(c: char) -> bool {
    // Fillers count as letters and show nothing.
    let is_filler = matches!(c, '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}');
    !is_filler && (c == '_' || c.is_alphanumeric() || is_combining_mark(c))
}

/// The words after a sign that begins one, each with what must not stand before it.
fn after(
    text: &str,
    sign: char,
    joins: fn(char) -> bool,
    part: fn(char) -> bool,
) -> impl Iterator<Item = &str> {
    text.match_indices(sign).filter_map(move |(at, _)| {
        let (before, rest) = (text.get(..at)?, text.get(at + sign.len_utf8()..)?);
        if before.chars().next_back().is_some_and(joins) {
            return None;
        }
        let end = rest.find(|c| !part(c)).unwrap_or(rest.len());
        rest.get(..end)
    })
}

/// The tags in a text, each once, in order, at most so many.
pub fn tags_in(text: &str, most: usize) -> Vec<Tag> {
    let text = folded(text);
    // `a#b` and `/#b` are parts of words and of addresses, `&#39;` is a character.
    let joins = |c: char| is_tag(c) || matches!(c, '#' | '&' | '/');
    let mut tags = Vec::new();
    for tag in after(&text, '#', joins, is_tag).filter_map(Tag::of) {
        if tags.len() < most && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

/// The handles named in a text, each once, in order, at most [`MENTIONS_MAX`].
pub fn handles_in(text: &str) -> Vec<String> {
    let text = folded(text);
    // `a@b` is an address, `a/@b` a path.
    let joins =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '/' | '.' | '_' | '-' | '+');
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut handles: Vec<String> = Vec::new();
    for handle in after(&text, '@', joins, part).filter(|handle| is_handle(handle)) {
        if handles.len() < MENTIONS_MAX && !handles.iter().any(|known| known == handle) {
            handles.push(handle.to_owned());
        }
    }
    handles
}

/// The tags of a post: those given, then those in its text.
pub fn all(given: &[String], text: &str) -> Vec<String> {
    let mut tags = given.to_vec();
    for Tag(tag) in tags_in(text, TAGS_MAX) {
        if tags.len() < TAGS_MAX && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let tags = tags_in(text, TAGS_MAX).into_iter();
        tags.map(|tag| tag.0).collect()
    }

    #[test]
    fn one_tag_has_one_form() {
        for same in ["Maru", "#maru", "ＭＡＲＵ", "＃ｍａｒｕ", " maru "] {
            assert_eq!(Tag::parse(same).unwrap().as_str(), "maru");
        }
        for same in ["한옥", "\u{1112}\u{1161}\u{11AB}\u{110B}\u{1169}\u{11A8}"] {
            assert_eq!(Tag::parse(same).unwrap().as_str(), "한옥");
        }
        assert_eq!(Tag::parse("ｶﾞｰﾃﾞﾝ").unwrap().as_str(), "ガーデン");
        assert_eq!(Tag::parse("ÉTÉ"), Tag::parse("e\u{301}te\u{301}"));
        for bad in [
            "",
            "#",
            "##a",
            "a b",
            "a-b",
            "123",
            "___",
            "ㅤ",
            "a\u{200B}b",
            "a\nb",
        ] {
            assert_eq!(Tag::parse(bad), Err(BadTag), "{bad:?}");
        }
        assert!(Tag::parse(&"가".repeat(TAG_CHARS_MAX)).is_ok());
        assert!(Tag::parse(&"가".repeat(TAG_CHARS_MAX + 1)).is_err());
        assert!(Tag::parse(&"가".repeat(1_000_000)).is_err());
    }

    #[test]
    fn tags_are_found_where_people_write_them() {
        assert_eq!(
            found("#마루 에서 #Cat_2, (#뜨개질)! #마루"),
            ["마루", "cat_2", "뜨개질"]
        );
        assert_eq!(
            found("한글#태그 &#39; https://a.example/#part ##x #1"),
            [""; 0]
        );
        assert_eq!(found("＃봄\n#여름#가을"), ["봄", "여름"]);
        let many: String = (0..20).map(|n| format!("#t{n} ")).collect();
        assert_eq!(found(&many).len(), TAGS_MAX);
        let long = format!("#{}", "가".repeat(TAG_CHARS_MAX + 1));
        assert_eq!(found(&long), [""; 0]);
    }

    #[test]
    fn handles_are_found_and_addresses_are_none() {
        let text = "@Haneul 안녕 @bada_2! @haneul a@example.com 님@bada https://a.example/@x1";
        assert_eq!(handles_in(text), ["haneul", "bada_2", "bada"]);
        assert_eq!(handles_in("@a @@bb @"), [""; 0]);
        let many: String = (0..40).map(|n| format!("@user{n} ")).collect();
        assert_eq!(handles_in(&many).len(), MENTIONS_MAX);
    }

    #[test]
    fn given_tags_come_first_and_all_are_bounded() {
        let given = vec!["bb".to_owned()];
        assert_eq!(all(&given, "#a #bb #c"), ["bb", "a", "c"]);
        let many: String = (0..20).map(|n| format!("#t{n} ")).collect();
        assert_eq!(all(&given, &many).len(), TAGS_MAX);
        assert_eq!(beginning("#Ｍａ").as_deref(), Some("ma"));
        assert_eq!(beginning("a b"), None);
    }
}
