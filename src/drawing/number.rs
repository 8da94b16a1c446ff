//! Numbers as the client writes them.

/// As `String(value)` does: the shortest text that reads as the same number.
pub(super) fn text(value: f64) -> String {
    // Also turns -0 into 0.
    let value = value + 0.0;
    if value != 0.0 && value.abs() < 1e-6 {
        format!("{value:e}")
    } else {
        format!("{value}")
    }
}

/// As short as a thousandth of a pixel allows.
pub(super) fn trimmed(value: f64) -> String {
    text((value * 1_000.0 + 0.5).floor() / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_look_as_in_the_client() {
        for (value, expected) in [
            (-0.0, "0"),
            (3.0, "3"),
            (0.1 + 0.2, "0.30000000000000004"),
            (-169.20000000000002, "-169.20000000000002"),
            (1.4210854715202004e-14, "1.4210854715202004e-14"),
            (0.000_001, "0.000001"),
        ] {
            assert_eq!(text(value), expected);
        }
        assert_eq!(trimmed(1.000_49), "1");
        assert_eq!(trimmed(-25.199_999_999_999_996), "-25.2");
        assert_eq!(trimmed(-0.000_1), "0");
    }
}
