//! One line of a settings table: what a key means, how its text is read and how its value is shown.

/// A setting of `T`: the whole configuration, or one sign-in provider of it.
pub(super) struct Setting<T: 'static> {
    /// The dotted key; in a provider, the field's name.
    pub(super) key: &'static str,
    /// What it does, for `maru config`.
    pub(super) doc: &'static str,
    /// What a value must be, with its unit, to end the sentence "expected ...".
    pub(super) expects: &'static str,
    /// Whether its text may hold a secret, so that a mistake never quotes it.
    pub(super) secret: bool,
    /// Takes the text, or refuses it.
    pub(super) set: fn(&mut T, &str) -> Option<()>,
    /// The effective value, a secret in it masked.
    pub(super) show: fn(&T) -> toml::Value,
}

/// The variable that carries a key.
pub(super) fn variable(key: &str) -> String {
    format!("MARU_{}", key.replace('.', "_").to_ascii_uppercase())
}

/// Reads a whole number within `range`.
pub(super) fn whole<N>(text: &str, range: std::ops::RangeInclusive<N>) -> Option<N>
where
    N: std::str::FromStr + PartialOrd,
{
    text.parse().ok().filter(|number| range.contains(number))
}
