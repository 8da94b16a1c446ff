//! `maru config`: the effective values as TOML that could be read back, each with where it came from.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Config;
use super::error::Source;
use super::setting::Setting;

/// One effective value, masked where it holds a secret.
#[derive(Debug, Clone)]
pub(super) struct Effective {
    section: String,
    name: String,
    value: toml::Value,
    source: Source,
    doc: &'static str,
}

impl Effective {
    pub(super) fn of<T>(
        key: &str,
        setting: &Setting<T>,
        target: &T,
        sources: &BTreeMap<String, Source>,
    ) -> Self {
        let (section, name) = key.rsplit_once('.').unwrap_or(("", key));
        Self {
            section: section.to_owned(),
            name: name.to_owned(),
            value: (setting.show)(target),
            source: sources.get(key).cloned().unwrap_or(Source::Default),
            doc: setting.doc.trim(),
        }
    }
}

impl Config {
    /// The text of `maru config`.
    #[must_use]
    pub fn print(&self) -> String {
        let mut text = String::new();
        let mut section = "";
        for line in &self.effective {
            if line.section != section {
                let gap = if section.is_empty() { "" } else { "\n" };
                section = &line.section;
                push(&mut text, format_args!("{gap}[{section}]\n"));
            }
            let said = format!("{} = {}", line.name, line.value);
            push(&mut text, format_args!("# {}\n", line.doc));
            push(&mut text, format_args!("{said:<44} # {}\n", line.source));
        }
        text
    }
}

// Writing to a String cannot fail.
fn push(text: &mut String, line: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(line);
}
