//! A page of headings, tables and examples, read for comparison.

use std::collections::BTreeMap;

use serde_json::Value;

/// Bytes and what they mean.
pub struct Example {
    pub bytes: Vec<u8>,
    pub json: Value,
}

/// What stands under one `###`.
#[derive(Default)]
pub struct Entry {
    pub heading: String,
    /// Tables as rows of cells, their headers first.
    tables: Vec<Vec<Vec<String>>>,
    pub examples: Vec<Example>,
}

impl Entry {
    /// The first cells of the rows of the table that begins with these headers; none if there is no such table.
    pub fn rows<const N: usize>(&self, headers: [&str; N]) -> Vec<[String; N]> {
        let table = self
            .tables
            .iter()
            .find(|table| table[0].starts_with(&headers.map(str::to_owned)));
        let rows = table.into_iter().flat_map(|table| &table[1..]);
        rows.map(|row| std::array::from_fn(|at| row.get(at).cloned().unwrap_or_default()))
            .collect()
    }
}

/// The whole page: entries by section.
pub struct Page {
    sections: BTreeMap<String, Vec<Entry>>,
}

impl Page {
    pub fn parse(text: &str) -> Self {
        let mut sections: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
        let mut section = String::new();
        let mut lines = text.lines();
        let mut in_table = false;
        while let Some(line) = lines.next() {
            let was_in_table = std::mem::replace(&mut in_table, line.starts_with('|'));
            if let Some(title) = line.strip_prefix("## ") {
                title
                    .rsplit(". ")
                    .next()
                    .unwrap_or_default()
                    .clone_into(&mut section);
            } else if let Some(heading) = line.strip_prefix("### ") {
                let heading = heading.to_owned();
                let entries = sections.entry(section.clone()).or_default();
                entries.push(Entry {
                    heading,
                    ..Entry::default()
                });
            }
            let Some(entry) = sections
                .get_mut(&section)
                .and_then(|entries| entries.last_mut())
            else {
                continue;
            };
            if line == "```example" {
                let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
                entry.examples.push(example(&block));
            } else if in_table && !was_in_table {
                entry.tables.push(vec![cells(line)]);
            } else if in_table
                && !line.starts_with("|-")
                && let Some(table) = entry.tables.last_mut()
            {
                table.push(cells(line));
            }
        }
        Self { sections }
    }

    pub fn entries(&self, section: &str) -> &[Entry] {
        self.sections.get(section).map_or(&[], Vec::as_slice)
    }

    /// An empty one if there is none.
    pub fn entry(&self, section: &str, heading: &str) -> &Entry {
        static NONE: Entry = Entry {
            heading: String::new(),
            tables: vec![],
            examples: vec![],
        };
        let mut entries = self.entries(section).iter();
        entries
            .find(|entry| entry.heading == heading)
            .unwrap_or(&NONE)
    }
}

fn cells(line: &str) -> Vec<String> {
    let cells = line.trim_matches('|').split('|');
    cells
        .map(|cell| cell.trim().trim_matches('`').to_owned())
        .collect()
}

/// Lines of hex, then one of JSON.
fn example(block: &[&str]) -> Example {
    let (json, hex) = block.split_last().expect("an example has lines");
    let bytes = hex.iter().flat_map(|line| line.split_whitespace());
    let bytes = bytes.map(|byte| u8::from_str_radix(byte, 16).expect("two hex digits"));
    Example {
        bytes: bytes.collect(),
        json: serde_json::from_str(json).expect("the last line is JSON"),
    }
}

/// Whether a line is a row or a heading that the crate decides about: those of the numbered sections that list
/// kinds, types, sets and codes, but for the headers of tables and the ranges of closes.
pub fn is_checked(lines: &[&str], at: usize) -> bool {
    const CHECKED: [&str; 7] = [
        "Client frames",
        "Server frames",
        "Operations",
        "Events",
        "Types",
        "Number sets",
        "Errors, reasons, closes",
    ];
    let title = lines[..at]
        .iter()
        .rev()
        .find_map(|line| line.strip_prefix("## "));
    let section = title.and_then(|title| title.split_once(". "));
    if !section.is_some_and(|(_, section)| CHECKED.contains(&section)) {
        return false;
    }
    if lines[at].starts_with("### ") {
        return true;
    }
    let is_row = lines[at].starts_with("| ");
    let header = lines[..at]
        .iter()
        .rposition(|line| !line.starts_with('|'))
        .map(|before| before + 1);
    is_row && header.is_some_and(|header| header < at && !lines[header].starts_with("| range"))
}

/// Everything marked as code within lines, outside of blocks.
pub fn code_words(text: &str) -> impl Iterator<Item = &str> {
    let outside = text.split("```").step_by(2);
    outside.flat_map(|text| text.split('`').skip(1).step_by(2))
}
