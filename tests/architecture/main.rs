//! The house rules that run: who may import whom, no circles, a head on each file, no file too long.

#![allow(clippy::expect_used)]

mod circles;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each room of `src/` and the rooms it may use. `ARCHITECTURE.md` draws the same picture.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("catalogue", &["domain"]),
    ("ports", &["domain"]),
    ("drawing", &["domain", "catalogue"]),
    ("services", &["ports", "domain", "catalogue", "drawing"]),
    ("realtime", &["services", "ports", "domain", "catalogue"]),
    ("workers", &["ports", "domain"]),
    ("config", &["domain"]),
    ("adapters", &["ports", "domain", "config"]),
    (
        "rest",
        &[
            "services",
            "realtime",
            "ports",
            "domain",
            "drawing",
            "catalogue",
            "config",
        ],
    ),
    (
        "app",
        &[
            "rest",
            "realtime",
            "workers",
            "services",
            "adapters",
            "ports",
            "domain",
            "catalogue",
            "config",
        ],
    ),
    ("cli", &["app", "config"]),
];

/// Test code may also hold what it tests against the fakes and the stores of other rooms.
const TESTS_MAY_USE: &[(&str, &[&str])] = &[("ports", &["catalogue"]), ("workers", &["adapters"])];

/// The longest a source file may be, in lines.
const LINES_MAX: usize = 450;

struct Source {
    path: PathBuf,
    room: String,
    text: String,
}

impl Source {
    fn is_test(&self) -> bool {
        let parts = self.path.iter().filter_map(|part| part.to_str());
        parts.into_iter().any(|part| {
            matches!(
                part,
                "tests" | "tests.rs" | "conformance" | "conformance.rs"
            )
        })
    }

    /// The part outside `#[cfg(test)] mod ... { }`, which by convention ends a file.
    fn production(&self) -> &str {
        let end = self
            .text
            .find("#[cfg(test)]\nmod tests {")
            .unwrap_or(self.text.len());
        &self.text[..end]
    }

    /// The rooms this file names, by `crate::room`.
    fn uses(&self, text: &str) -> BTreeSet<String> {
        let code = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        let code: String = code.collect::<Vec<_>>().join("\n");
        let mut uses = BTreeSet::new();
        for (at, _) in code.match_indices("crate::") {
            let rest = &code[at + "crate::".len()..];
            let names: Vec<&str> = match rest.strip_prefix('{') {
                Some(list) => list.split('}').next().unwrap_or("").split(',').collect(),
                None => vec![rest],
            };
            for name in names {
                let name = name
                    .trim()
                    .split(|c: char| !c.is_alphanumeric() && c != '_');
                let name = name.into_iter().next().unwrap_or_default();
                if !name.is_empty() && name != self.room {
                    uses.insert(name.to_owned());
                }
            }
        }
        uses
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &mut found);
    let sources = found.into_iter().map(|path| {
        let inside = path.strip_prefix(&root).expect("below src");
        let first = inside
            .iter()
            .next()
            .and_then(|part| part.to_str())
            .expect("a name");
        let room = first.trim_end_matches(".rs").to_owned();
        let text = fs::read_to_string(&path).expect("source is text");
        Source { path, room, text }
    });
    sources.collect()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn arrows_go_where_the_map_says() {
    let allowed: BTreeMap<_, _> = MAY_USE.iter().copied().collect();
    let in_tests: BTreeMap<_, _> = TESTS_MAY_USE.iter().copied().collect();
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for source in sources() {
        if matches!(source.room.as_str(), "lib" | "main") {
            continue;
        }
        let Some(may_use) = allowed.get(source.room.as_str()) else {
            wrong.push(format!(
                "{}: a room the map does not have",
                source.path.display()
            ));
            continue;
        };
        seen.insert(source.room.clone());
        let whole = source.is_test();
        let uses = source.uses(if whole {
            &source.text
        } else {
            source.production()
        });
        for used in uses
            .iter()
            .filter(|used| allowed.contains_key(used.as_str()))
        {
            let also = in_tests.get(source.room.as_str()).filter(|_| whole);
            let also = also.is_some_and(|rooms| rooms.contains(&used.as_str()));
            if !may_use.contains(&used.as_str()) && !also {
                wrong.push(format!("{} uses {used}", source.path.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "arrows against the map:\n{}",
        wrong.join("\n")
    );
    let known: BTreeSet<_> = MAY_USE.iter().map(|(room, _)| (*room).to_owned()).collect();
    assert_eq!(seen, known, "the map has exactly the rooms there are");
}

#[test]
fn the_map_has_no_circle() {
    let map: BTreeMap<_, _> = MAY_USE.iter().copied().collect();
    for start in map.keys() {
        let mut reached = BTreeSet::new();
        let mut waiting: Vec<&str> = map[start].to_vec();
        while let Some(room) = waiting.pop() {
            assert_ne!(room, *start, "{start} reaches itself");
            if reached.insert(room) {
                waiting.extend(map[room]);
            }
        }
    }
}

/// The arrows go one way among the modules of each room too, at every level.
#[test]
fn no_modules_use_each_other() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let sources = sources();
    let files = sources
        .iter()
        .filter(|source| !source.is_test() && source.room != "main")
        .map(|source| {
            let inside = source.path.strip_prefix(&root).expect("below src");
            let inside = inside.to_str().expect("a name");
            (inside, source.production())
        });
    let circles = circles::circles(files);
    assert!(
        circles.is_empty(),
        "these use each other; what they share belongs below them:\n{}",
        circles.join("\n")
    );
}

#[test]
fn the_pure_core_neither_waits_nor_does_input_and_output() {
    let impure = [
        "async fn", ".await", "tokio::", "sqlx::", "std::fs", "std::net", "axum::",
    ];
    let mut wrong = Vec::new();
    for source in sources() {
        let is_pure = matches!(source.room.as_str(), "domain" | "catalogue")
            || source
                .path
                .iter()
                .any(|part| part == "room" || part == "room.rs")
                && source.room == "realtime";
        for word in impure
            .iter()
            .filter(|word| is_pure && source.text.contains(**word))
        {
            wrong.push(format!("{}: {word}", source.path.display()));
        }
    }
    assert!(wrong.is_empty(), "not pure:\n{}", wrong.join("\n"));
}

#[test]
fn every_file_says_what_it_is_and_stays_readable() {
    let mut wrong = Vec::new();
    for source in sources() {
        if !source.text.starts_with("//!") {
            wrong.push(format!("{}: no //! head", source.path.display()));
        }
        let lines = source.text.lines().count();
        if lines > LINES_MAX {
            wrong.push(format!("{}: {lines} lines", source.path.display()));
        }
        let name = source
            .path
            .file_stem()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if ["utils", "util", "helpers", "common", "misc", "mod"].contains(&name) {
            wrong.push(format!("{}: the name says nothing", source.path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A file that no module names is not compiled: a test in it has never run.
#[test]
fn every_file_is_named_by_a_module() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src", "tests", "protocol", "loadtest", "fuzz/src"] {
        walk(&root.join(folder), &mut files);
    }
    let crates = ["tests", "protocol/tests", "protocol/examples"].map(|folder| root.join(folder));
    // A member of one test, which is named after its folder: `main.rs` would be a test of the server, too.
    let simulation = root.join("tests/simulation");
    let mut lost = Vec::new();
    for file in files {
        let name = file.file_stem().and_then(|name| name.to_str());
        let (Some(name), Some(folder)) = (name, file.parent()) else {
            continue;
        };
        let is_root = matches!(name, "main" | "lib" | "build")
            || (folder == simulation && name == "simulation");
        if is_root || crates.iter().any(|of| of == folder) {
            continue;
        }
        let parents = [
            folder.join("main.rs"),
            folder.join("lib.rs"),
            folder.join("simulation.rs"),
            folder.with_extension("rs"),
        ];
        let line = format!("mod {name};");
        let mut texts = parents
            .iter()
            .filter_map(|parent| fs::read_to_string(parent).ok());
        if !texts.any(|text| text.lines().any(|it| it.trim_end().ends_with(&line))) {
            lost.push(file.display().to_string());
        }
    }
    assert!(
        lost.is_empty(),
        "no module names these:\n{}",
        lost.join("\n")
    );
}
