//! Live rooms: the `live.*` settings, made from the table of limits so that each is configurable, shown and checked.

use super::Config;
use super::error::Checks;
use super::setting::{Setting, whole};
use crate::domain::limits::every_limit;

macro_rules! settings {
    (
        numbers {
            $($(#[doc = $doc:literal])+ $number:ident: $kind:ty = $default:expr, $unit:literal, $low:literal to $high:literal;)+
        }
        allowances { $($(#[doc = $about:literal])+ $allowance:ident = ($per_second:literal, $burst:literal);)+ }
    ) => {
        pub(super) const SETTINGS: &[Setting<Config>] = &[
            $(Setting {
                key: concat!("live.", stringify!($number)),
                doc: concat!($($doc),+),
                expects: concat!("a whole number of ", $unit, ", ", $low, " to ", $high),
                secret: false,
                set: |config, text| {
                    config.live.$number = whole(text, $low..=$high)?;
                    Some(())
                },
                show: |config| shown(config.live.$number),
            },)+
            $(
                allowance!($allowance.per_second, concat!($($about),+, " A second, in the long run."), "a second"),
                allowance!($allowance.burst, concat!($($about),+, " At once, after a rest."), "at once"),
            )+
        ];
    };
}

macro_rules! allowance {
    ($allowance:ident.$part:ident, $doc:expr, $unit:literal) => {
        Setting {
            key: concat!("live.", stringify!($allowance), ".", stringify!($part)),
            doc: $doc,
            expects: concat!("a whole number ", $unit, ", 1 to 1000000"),
            secret: false,
            set: |config, text| {
                config.live.$allowance.$part = whole(text, 1..=1_000_000)?;
                Some(())
            },
            show: |config| shown(config.live.$allowance.$part),
        }
    };
}

every_limit!(settings);

// TOML has no larger whole numbers, and no limit comes near.
fn shown(number: impl TryInto<i64>) -> toml::Value {
    number.try_into().unwrap_or(i64::MAX).into()
}

pub(super) fn check(config: &Config, checks: &mut Checks<'_>) {
    for wrong in config.live.contradictions() {
        checks.refuse(true, wrong.limit, &[], wrong.problem);
    }
}
