//! Results for people and for programs.

use serde::Serialize;

use crate::Failure;

/// Prints the result as JSON, or as the text made of it.
#[allow(clippy::print_stdout)]
pub fn print<T: Serialize>(
    json: bool,
    result: &T,
    text: impl FnOnce(&T) -> String,
) -> Result<(), Failure> {
    if json {
        println!("{}", serde_json::to_string_pretty(result)?);
    } else {
        println!("{}", text(result));
    }
    Ok(())
}

/// One JSON line for the parent process.
#[allow(clippy::print_stdout)]
pub fn answer<T: Serialize>(value: &T) -> Result<(), Failure> {
    println!("{}", serde_json::to_string(value)?);
    Ok(())
}

/// Progress, for people, beside the result.
#[allow(clippy::print_stderr)]
pub fn progress(text: &str) {
    eprintln!("{text}");
}

/// Why a measurement does not count.
#[allow(clippy::print_stderr)]
pub fn complain(error: &(dyn std::error::Error + 'static)) {
    eprintln!("maru-loadtest: {error}");
}

/// Rows under a head, columns as wide as they must be; the first is for words, the others for numbers.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let head: Vec<String> = head.iter().map(|&title| title.to_owned()).collect();
    let all = || std::iter::once(&head).chain(rows);
    let width = |column: usize| {
        all()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(|(column, (cell, &width))| match column {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    all().map(line).collect::<Vec<_>>().join("\n")
}
