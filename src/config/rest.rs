//! The REST side: the `rest.*` settings, made from the table of limits.

use super::Config;
use super::error::Checks;
use super::setting::{Setting, whole};
use crate::domain::limits::every_rest_limit;

macro_rules! settings {
    ($($(#[doc = $about:literal])+ $rate:ident = ($per_minute:literal, $burst:literal);)+) => {
        pub(super) const SETTINGS: &[Setting<Config>] = &[
            $(
                rate!($rate.per_minute, concat!($($about),+, " A minute, in the long run."), "a minute"),
                rate!($rate.burst, concat!($($about),+, " At once, after a rest."), "at once"),
            )+
        ];
    };
}

macro_rules! rate {
    ($rate:ident.$part:ident, $doc:expr, $unit:literal) => {
        Setting {
            key: concat!("rest.", stringify!($rate), ".", stringify!($part)),
            doc: $doc,
            expects: concat!("a whole number ", $unit, ", 1 to 1000000"),
            secret: false,
            set: |config, text| {
                config.rest.$rate.$part = whole(text, 1..=1_000_000)?;
                Some(())
            },
            show: |config| i64::from(config.rest.$rate.$part).into(),
        }
    };
}

every_rest_limit!(settings);

pub(super) fn check(config: &Config, checks: &mut Checks<'_>) {
    for wrong in config.rest.contradictions() {
        checks.refuse(true, wrong.limit, &[], wrong.problem);
    }
}
