//! The text format of Prometheus, version 0.0.4.

use std::fmt::{Display, Write};

/// What a family of samples is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Buckets, a sum and a count.
    Histogram,
}

/// A page of metrics being written.
#[derive(Debug, Default)]
pub struct Exposition(String);

impl Exposition {
    /// The media type of the finished page.
    pub const MEDIA_TYPE: &'static str = "text/plain; version=0.0.4; charset=utf-8";

    /// Begins a family; its samples follow.
    pub fn family(&mut self, name: &str, kind: Kind, help: &str) {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        self.put(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
    }

    /// One sample of the family begun last.
    pub fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.put(format_args!("{name}"));
        for (place, (label, text)) in labels.iter().enumerate() {
            let before = if place == 0 { '{' } else { ',' };
            let text = text.replace('\\', "\\\\").replace('"', "\\\"");
            let text = text.replace('\n', "\\n");
            self.put(format_args!("{before}{label}=\"{text}\""));
        }
        let end = if labels.is_empty() { "" } else { "}" };
        self.put(format_args!("{end} {value}\n"));
    }

    /// The page.
    pub fn finish(self) -> String {
        self.0
    }

    // Writing to a String cannot fail.
    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        let _ = self.0.write_fmt(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_label_holds_stays_inside_it() {
        let mut to = Exposition::default();
        to.family("a", Kind::Gauge, "Back\\slash\nand line.");
        to.sample("a", &[("x", "q\"b\\n\n"), ("y", "")], 1);
        assert_eq!(
            to.finish(),
            "# HELP a Back\\\\slash\\nand line.\n# TYPE a gauge\na{x=\"q\\\"b\\\\n\\n\",y=\"\"} 1\n"
        );
    }
}
