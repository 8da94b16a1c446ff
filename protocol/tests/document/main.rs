//! `PROTOCOL.md` says what the crate does: every kind, field, number, name and example in it is the crate's, and
//! none of the crate's is missing.

// A test's own file either parses or the test has failed.
#![allow(clippy::expect_used)]

mod page;

use std::collections::BTreeSet;

use maru_protocol::describe::{self, Book, Field, Form};
use maru_protocol::{
    ClientFrame, Event, Op, ServerFrame, decode_client, decode_server, encode_client, encode_server,
};
use serde_json::Value;

use page::{Entry, Example, Page};

const TEXT: &str = include_str!("../../PROTOCOL.md");

/// Where the arrays that begin with a kind are described: the section and the type.
const VARIANTS: [(&str, &str); 4] = [
    ("Client frames", "ClientFrame"),
    ("Server frames", "ServerFrame"),
    ("Operations", "Op"),
    ("Events", "Event"),
];

/// Marked as code in the text and neither the crate's nor meant to be.
const OTHER_WORDS: [&str; 4] = [
    "Origin",
    "batch_ops_max",
    "client_frame_bytes_max",
    "tickets_max",
];

fn book() -> Book {
    let mut book = describe::client();
    book.extend(describe::server());
    book
}

/// The rows of fields the crate wants.
fn wanted(fields: &[Field]) -> Vec<[String; 2]> {
    let fields = fields.iter();
    fields
        .map(|field| [field.name.to_owned(), field.ty.clone()])
        .collect()
}

fn compare<T: std::fmt::Debug + PartialEq>(what: &str, page: &T, code: &T) -> Option<String> {
    (page != code).then(|| format!("{what}\n  on the page: {page:?}\n  in the code: {code:?}"))
}

/// Everything in which a page differs from the crate.
fn flaws(text: &str) -> Vec<String> {
    let page = Page::parse(text);
    let mut flaws = variant_flaws(&page);
    flaws.extend(type_flaws(&page));
    flaws.extend(code_flaws(&page));
    flaws
}

fn variant_flaws(page: &Page) -> Vec<String> {
    let book = book();
    let mut flaws = Vec::new();
    for (section, ty) in VARIANTS {
        let Form::Variants(variants) = &book[ty] else {
            panic!("{ty} has kinds");
        };
        let entries = page.entries(section);
        let headings = entries.iter().map(|entry| entry.heading.clone());
        let kinds = variants
            .iter()
            .map(|variant| format!("{} {}", variant.kind, variant.name));
        flaws.extend(compare(
            section,
            &headings.collect::<Vec<_>>(),
            &kinds.collect(),
        ));
        for (entry, variant) in entries.iter().zip(variants) {
            let fields = entry.rows(["field", "type"]);
            flaws.extend(compare(&entry.heading, &fields, &wanted(&variant.fields)));
        }
    }
    flaws
}

fn type_flaws(page: &Page) -> Vec<String> {
    let book = book();
    let (types, sets) = (page.entries("Types"), page.entries("Number sets"));
    let names = |entries: &[Entry]| -> BTreeSet<String> {
        entries.iter().map(|entry| entry.heading.clone()).collect()
    };
    let mut flaws = Vec::new();
    let of_form = |is: fn(&Form) -> bool| -> BTreeSet<String> {
        let forms = book.iter().filter(|(_, form)| is(form));
        forms.map(|(name, _)| (*name).to_owned()).collect()
    };
    let arrays = of_form(|form| matches!(form, Form::Array(_)));
    let numbers = of_form(|form| matches!(form, Form::Numbers(_)));
    flaws.extend(compare("types", &names(types), &arrays));
    flaws.extend(compare("number sets", &names(sets), &numbers));
    for entry in types.iter().chain(sets) {
        let flaw = match book.get(entry.heading.as_str()) {
            Some(Form::Array(fields)) => compare(
                &entry.heading,
                &entry.rows(["field", "type"]),
                &wanted(fields),
            ),
            Some(Form::Numbers(numbers)) => {
                let numbers = numbers
                    .iter()
                    .map(|(n, name)| [n.to_string(), (*name).to_owned()]);
                let numbers = numbers.collect();
                compare(&entry.heading, &entry.rows(["number", "name"]), &numbers)
            }
            _ => Some(format!("{} is no type", entry.heading)),
        };
        flaws.extend(flaw);
    }
    flaws
}

fn code_flaws(page: &Page) -> Vec<String> {
    let book = book();
    let mut flaws = Vec::new();
    let entry = |heading| page.entry("Errors, reasons, closes", heading);
    for (heading, ty) in [
        ("Errors", "ErrorCode"),
        ("Reasons", "Reason"),
        ("Notices", "NoticeKind"),
    ] {
        let Form::Names(names) = &book[ty] else {
            panic!("{ty} is a set of names");
        };
        let names = names.iter().map(|name| [(*name).to_owned()]).collect();
        flaws.extend(compare(heading, &entry(heading).rows(["name"]), &names));
    }
    let codes = describe::close_codes().into_iter();
    let codes = codes
        .map(|(number, name)| [number.to_string(), name])
        .collect();
    flaws.extend(compare(
        "Closes",
        &entry("Closes").rows(["number", "name"]),
        &codes,
    ));
    flaws
}

#[test]
fn the_page_is_the_crate() {
    let flaws = flaws(TEXT);
    assert!(flaws.is_empty(), "{}", flaws.join("\n"));
}

/// The comparison sees everything: a page without one of its rows or headings is another page.
#[test]
fn a_page_that_lacks_a_line_is_noticed() {
    let lines: Vec<&str> = TEXT.lines().collect();
    let mut checked = 0;
    for (at, line) in lines.iter().enumerate() {
        if !page::is_checked(&lines, at) {
            continue;
        }
        checked += 1;
        let without = [&lines[..at], &lines[at + 1..]].concat().join("\n");
        assert!(!flaws(&without).is_empty(), "line {}: {line}", at + 1);
    }
    assert!(checked > 300, "only {checked} lines are checked");
}

fn unpack(bytes: &[u8]) -> Value {
    rmp_serde::from_slice(bytes).expect("an example is MessagePack")
}

/// The bytes that come out when these bytes are read as a frame, an operation or an event, and written again.
fn rewritten(ty: &str, bytes: &[u8]) -> Vec<u8> {
    match ty {
        "ClientFrame" => {
            let frame: ClientFrame = decode_client(bytes).expect("a client frame");
            encode_client(&frame)
        }
        "ServerFrame" => {
            let frame: ServerFrame = decode_server(bytes).expect("a server frame");
            encode_server(&frame)
        }
        "Op" => {
            let op: Op = rmp_serde::from_slice(bytes).expect("an operation");
            rmp_serde::to_vec(&op).expect("an operation is MessagePack")
        }
        _ => {
            let event: Event = rmp_serde::from_slice(bytes).expect("an event");
            rmp_serde::to_vec(&event).expect("an event is MessagePack")
        }
    }
}

#[test]
fn every_example_is_what_its_heading_names() {
    let page = Page::parse(TEXT);
    for (section, ty) in VARIANTS {
        for entry in page.entries(section) {
            assert!(
                !entry.examples.is_empty(),
                "{} has no example",
                entry.heading
            );
            let kind = entry.heading.split(' ').next();
            let kind: u64 = kind
                .and_then(|kind| kind.parse().ok())
                .expect("a heading has a kind");
            for Example { bytes, json } in &entry.examples {
                assert_eq!(&unpack(bytes), json, "{}", entry.heading);
                assert_eq!(json[0], kind, "{}", entry.heading);
                assert_eq!(&rewritten(ty, bytes), bytes, "{}", entry.heading);
            }
        }
    }
}

/// Every word of the crate, as the text may mention it.
fn words() -> BTreeSet<String> {
    let mut words: BTreeSet<String> = OTHER_WORDS.map(str::to_owned).into();
    for (name, form) in book() {
        words.insert(name.to_owned());
        match form {
            Form::Array(fields) => words.extend(fields.iter().map(|field| field.name.to_owned())),
            Form::Variants(variants) => {
                for variant in variants {
                    words.insert(variant.name.to_owned());
                    words.extend(variant.fields.iter().map(|field| field.name.to_owned()));
                }
            }
            Form::Numbers(numbers) => {
                words.extend(numbers.iter().map(|(_, name)| (*name).to_owned()))
            }
            Form::Names(names) => words.extend(names.iter().map(|name| (*name).to_owned())),
        }
    }
    words
}

#[test]
fn the_text_mentions_nothing_that_is_not_there() {
    let words = words();
    for word in page::code_words(TEXT) {
        let is_name = word.starts_with(|c: char| c.is_ascii_uppercase())
            && word.chars().all(|c| c.is_ascii_alphabetic());
        let is_snake =
            word.contains('_') && word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        if is_name || is_snake {
            assert!(words.contains(word), "`{word}` is nothing of the crate");
        }
    }
}

/// Limits are named as the server's configuration names them.
#[test]
fn every_limit_is_one_of_the_server() {
    let declared = include_str!("../../../src/domain/limits.rs");
    let limits = page::code_words(TEXT).filter_map(|word| word.strip_prefix("live."));
    let limits: BTreeSet<&str> = limits.collect();
    assert!(limits.len() > 20);
    for limit in limits {
        let numbers = format!(" {limit}: ");
        let allowance = format!(" {limit} = (");
        let is_there = declared.contains(&numbers) || declared.contains(&allowance);
        assert!(is_there, "the server has no live.{limit}");
    }
}
