//! Modules that use each other, found in the text of the files: `use` declarations and the paths written out.
//!
//! The rule is for every level of the tree: of the modules that lie side by side in one, each with all that lies below
//! it, none uses another that uses it in turn, straight or by way of others. What a module and its own children have in
//! common is theirs: a child may use what its parent keeps, as the language means it to. A name that one module only
//! passes on counts as used from where it is defined, so that no face hides a circle behind it.
//!
//! Not seen: methods called on a value, whose module nothing names.

use std::collections::{BTreeMap, BTreeSet};

/// Where something is below the crate: modules, then perhaps names in the last.
type Place = Vec<String>;

/// Of one level: who uses whom, each with the two files that show it.
type Arrows<'a> = BTreeMap<(&'a str, &'a str), (&'a Place, &'a Place)>;

/// A module, each file being one.
struct Module {
    /// What is defined in it.
    defines: BTreeSet<String>,
    /// Names that lead elsewhere.
    names: BTreeMap<String, Place>,
    /// Modules all of whose names are names here too.
    everything_of: Vec<Place>,
    /// What is named in it.
    uses: BTreeSet<Place>,
}

/// The circles among the modules of these files, each file by its path below the source folder; one line for each of
/// the arrows they are made of.
pub fn circles<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    let texts: BTreeMap<Place, Vec<&str>> = files
        .into_iter()
        .map(|(path, text)| (place_of(path), words(text)))
        .collect();
    let modules: BTreeMap<&Place, Module> = texts
        .iter()
        .map(|(at, words)| {
            (
                at,
                Module::read(at, words, |place| texts.contains_key(place)),
            )
        })
        .collect();
    let mut levels: BTreeMap<&[String], Arrows<'_>> = BTreeMap::new();
    for (from, module) in &modules {
        for used in &module.uses {
            let Some(to) = home(&modules, used, &mut BTreeSet::new()) else {
                continue;
            };
            let level = from.iter().zip(to).take_while(|(a, b)| a == b).count();
            if let (Some(one), Some(other)) = (from.get(level), to.get(level)) {
                let arrows = levels.entry(&from[..level]).or_default();
                arrows.entry((one, other)).or_insert((from, to));
            }
        }
    }
    let mut found = Vec::new();
    for arrows in levels.values() {
        for ((one, other), (from, to)) in arrows {
            if leads(arrows, other, one) {
                found.push(format!("{} -> {}", from.join("::"), to.join("::")));
            }
        }
    }
    found
}

/// Whether arrows lead from one to the other.
fn leads(arrows: &Arrows<'_>, from: &str, to: &str) -> bool {
    let (mut reached, mut waiting) = (BTreeSet::new(), vec![from]);
    while let Some(at) = waiting.pop() {
        if at == to {
            return true;
        }
        let next = arrows.keys().filter(|(begin, _)| *begin == at);
        waiting.extend(next.map(|(_, end)| *end).filter(|end| reached.insert(*end)));
    }
    false
}

fn place_of(path: &str) -> Place {
    let path = path.trim_end_matches(".rs");
    path.split('/')
        .filter(|name| *name != "lib")
        .map(str::to_owned)
        .collect()
}

/// The module in which what stands at a place is defined.
fn home<'m>(
    modules: &BTreeMap<&'m Place, Module>,
    place: &Place,
    seen: &mut BTreeSet<Place>,
) -> Option<&'m Place> {
    if !seen.insert(place.clone()) {
        return None;
    }
    let depth = (0..=place.len())
        .rev()
        .find(|depth| modules.contains_key(&place[..*depth].to_vec()))?;
    let (at, module) = modules.get_key_value(&place[..depth].to_vec())?;
    let Some((name, rest)) = place[depth..].split_first() else {
        return Some(at);
    };
    if module.defines.contains(name) {
        return Some(at);
    }
    if let Some(leads) = module.names.get(name) {
        return home(modules, &[leads.as_slice(), rest].concat(), seen);
    }
    let elsewhere = module.everything_of.iter().find_map(|of| {
        let there = home(modules, &[of.as_slice(), &place[depth..]].concat(), seen)?;
        modules[there].defines.contains(name).then_some(there)
    });
    elsewhere.or(Some(at))
}

impl Module {
    fn read(at: &Place, words: &[&str], is_module: impl Fn(&Place) -> bool) -> Self {
        let mut module = Self {
            defines: BTreeSet::new(),
            names: BTreeMap::new(),
            everything_of: Vec::new(),
            uses: BTreeSet::new(),
        };
        let mut written = Vec::new();
        let mut i = 0;
        while i < words.len() {
            if words[i] == "use" && i.checked_sub(1).is_none_or(|before| words[before] != "+") {
                i += 1;
                module.declare(at, words, &mut i, &[], &is_module);
                continue;
            }
            if matches!(
                words[i],
                "fn" | "struct" | "enum" | "trait" | "type" | "const" | "static"
            ) {
                module
                    .defines
                    .extend(words.get(i + 1).map(|name| (*name).to_owned()));
            }
            let begins = i
                .checked_sub(1)
                .is_none_or(|before| !matches!(words[before], "::" | "."));
            if begins && is_name(words[i]) && words.get(i + 1) == Some(&"::") {
                let mut path = vec![words[i]];
                while words.get(i + 1) == Some(&"::")
                    && words.get(i + 2).is_some_and(|it| is_name(it))
                {
                    path.push(words[i + 2]);
                    i += 2;
                }
                written.push(path);
            }
            i += 1;
        }
        // What names stand for is known only when all declarations are read.
        for path in written {
            module.uses.extend(module.absolute(at, &path, &is_module));
        }
        module
    }

    /// Reads one `use` tree, from after what stands before it.
    fn declare<'t>(
        &mut self,
        at: &Place,
        words: &[&'t str],
        i: &mut usize,
        before: &[&'t str],
        is_module: &impl Fn(&Place) -> bool,
    ) {
        let mut path = before.to_vec();
        while let Some(word) = words.get(*i) {
            *i += 1;
            match *word {
                "::" => {}
                "{" => loop {
                    match words.get(*i) {
                        Some(&"}") | None => {
                            *i += 1;
                            return;
                        }
                        Some(&",") => *i += 1,
                        Some(_) => self.declare(at, words, i, &path, is_module),
                    }
                },
                "*" => {
                    let of = self.absolute(at, &path, is_module);
                    self.uses.extend(of.clone());
                    self.everything_of.extend(of);
                    return;
                }
                name if is_name(name) && name != "as" => {
                    // The module itself, in a list of what it has.
                    if name != "self" || path.is_empty() {
                        path.push(name);
                    }
                }
                _ => {
                    *i -= 1;
                    break;
                }
            }
        }
        let mut name = path.last().copied().unwrap_or_default();
        if words.get(*i) == Some(&"as") {
            name = words.get(*i + 1).copied().unwrap_or_default();
            *i += 2;
        }
        if let Some(place) = self.absolute(at, &path, is_module) {
            self.uses.insert(place.clone());
            self.names.insert(name.to_owned(), place);
        }
    }

    /// Where a path leads that is written in the module; none out of the crate.
    fn absolute(
        &self,
        at: &Place,
        path: &[&str],
        is_module: &impl Fn(&Place) -> bool,
    ) -> Option<Place> {
        let (first, mut rest) = path.split_first()?;
        let mut base = match *first {
            "crate" => Place::new(),
            "self" => at.clone(),
            "super" => at[..at.len().checked_sub(1)?].to_vec(),
            name => match self.names.get(name) {
                Some(place) => place.clone(),
                None => {
                    let child = [at.as_slice(), &[name.to_owned()]].concat();
                    is_module(&child).then_some(child)?
                }
            },
        };
        while let Some(("super", after)) = rest.split_first().map(|(name, after)| (*name, after)) {
            base.pop();
            rest = after;
        }
        base.extend(rest.iter().map(|name| (*name).to_owned()));
        Some(base)
    }
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The words of a text and the signs between them; without comments, texts and characters.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let taken = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(taken) = quoted(rest) {
            taken
        } else if is_name(rest) {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
            let end = end.unwrap_or(rest.len());
            words.push(&rest[..end]);
            end
        } else {
            let taken = if rest.starts_with("::") {
                2
            } else {
                c.len_utf8()
            };
            if !c.is_whitespace() {
                words.push(&rest[..taken]);
            }
            taken
        };
        rest = &rest[taken..];
    }
    words
}

/// How long the text or character is that stands here, in bytes, if one does.
fn quoted(rest: &str) -> Option<usize> {
    let plain = rest.strip_prefix('b').unwrap_or(rest);
    let prefix = rest.len() - plain.len();
    if let Some(raw) = plain.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if let Some(inside) = raw[hashes..].strip_prefix('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let length = inside.find(&end).map_or(inside.len(), |at| at + end.len());
            return Some(prefix + 1 + hashes + 1 + length);
        }
    }
    let mark = plain.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut inside = plain[1..].char_indices();
    let mut length = 0;
    while let Some((at, c)) = inside.next() {
        length += 1;
        if c == '\\' {
            inside.next();
        } else if c == mark {
            return Some(prefix + 1 + at + 1);
        } else if mark == '\'' && length > 1 && !plain[1..].starts_with('\\') {
            // A lifetime: the quote stands alone.
            return Some(prefix + 1);
        }
    }
    (mark == '"').then_some(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_uses_each_other_is_found_however_it_is_written() {
        for (how, one, other) in [
            ("declared", "use super::b::B;", "use super::a::A;"),
            (
                "in a list",
                "use super::{b::{self, B}, c};",
                "use crate::x::{c, a};",
            ),
            (
                "written out",
                "fn a() { crate::x::b::b() }",
                "fn b() -> super::a::A { A }",
            ),
            (
                "by another name",
                "use super::b as bee; fn a() { bee::b() }",
                "use super::a::*;",
            ),
            ("in a macro", "go!(super::b::b);", "use super::a;"),
            (
                "passed on by their parent",
                "use super::Passed;",
                "use super::a::A;",
            ),
            (
                "past a comment and a text",
                "/* ' */ const Q: [char; 2] = ['\\u{22}','\"']; use super::b::B; // \"",
                "use super::a::A;",
            ),
        ] {
            let parent = "mod a; mod b; mod c; pub use b::Passed;";
            let files = [
                ("lib.rs", "mod x;"),
                ("x.rs", parent),
                ("x/a.rs", one),
                ("x/b.rs", other),
                ("x/c.rs", ""),
            ];
            assert_eq!(circles(files), ["x::a -> x::b", "x::b -> x::a"], "{how}");
        }
    }

    #[test]
    fn it_is_found_in_what_lies_below_and_by_way_of_others() {
        let files = [
            ("a.rs", "mod deep;"),
            ("a/deep.rs", "use crate::b::B;"),
            ("b.rs", "use crate::c::C;"),
            ("c.rs", "fn c() { crate::a::a() }"),
            ("d.rs", "use crate::a::A;"),
        ];
        assert_eq!(circles(files), ["a::deep -> b", "b -> c", "c -> a"]);
    }

    #[test]
    fn what_only_looks_like_it_is_left_alone() {
        let files = [
            (
                "a.rs",
                "mod child; use child::Child; use crate::b::B; struct A; fn a<'a>(it: &'a str) {}",
            ),
            ("a/child.rs", "use super::A; use crate::b;"),
            (
                "b.rs",
                "// use crate::a::A;\nconst B: &str = \"crate::a::A\"; const R: &str = r#\"\"crate::a::A\"#; use std::a;",
            ),
        ];
        assert_eq!(circles(files), [""; 0]);
    }
}
