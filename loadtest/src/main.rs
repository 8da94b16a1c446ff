//! Load and fan-out measurements for Maru.

fn main() {}
