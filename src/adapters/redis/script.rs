//! Lua scripts: several commands on keys of one slot, done as one step.

use std::time::Duration;

use bytes::Bytes;
use fred::error::Error;
use fred::interfaces::{ClientLike, LuaInterface};
use fred::types::config::Options;
use fred::types::scripts::Script;
use fred::types::{FromValue, Value};

use super::Redis;

/// Runs a script whose keys all lie in the slot of the first. After a deadline it may or may not have run.
pub(super) async fn run<R: FromValue>(
    redis: &Redis,
    script: &Script,
    within: Duration,
    keys: Vec<String>,
    arguments: Vec<Value>,
) -> Result<R, Error> {
    let options = Options {
        timeout: Some(within),
        ..Options::default()
    };
    let client = redis.client().with_options(&options);
    let known = client
        .evalsha(script.sha1().clone(), keys.clone(), arguments.clone())
        .await;
    match (known, script.lua()) {
        // A node that was started since, or is new: it remembers the script from now on.
        (Err(error), Some(lua)) if error.details().starts_with("NOSCRIPT") => {
            client.eval(lua.clone(), keys, arguments).await
        }
        (answer, _) => answer,
    }
}

/// A text as an argument.
pub(super) fn text(text: impl Into<String>) -> Value {
    Value::String(text.into().into())
}

/// Bytes as an argument.
pub(super) fn blob(bytes: &[u8]) -> Value {
    Value::Bytes(Bytes::copy_from_slice(bytes))
}

/// A number without a fraction as an argument: decimal, of any size.
pub(super) fn whole(number: impl Into<i128>) -> Value {
    text(number.into().to_string())
}

/// A count as an argument.
pub(super) fn count(number: usize) -> Value {
    text(number.to_string())
}

/// A number as an argument, exact: the shortest text that is read as the same.
pub(super) fn real(number: f64) -> Value {
    text(format!("{number:e}"))
}

/// An answer as bytes.
pub(super) fn bytes_of(value: Value) -> Option<Vec<u8>> {
    match value {
        Value::Bytes(bytes) => Some(bytes.to_vec()),
        Value::String(text) => Some(text.as_bytes().to_vec()),
        _ => None,
    }
}

/// An answer as a number: scripts answer them as text, where nothing is cut off.
pub(super) fn number_of(value: &Value) -> Option<f64> {
    match value {
        Value::Bytes(bytes) => std::str::from_utf8(bytes).ok()?.parse().ok(),
        Value::String(text) => text.parse().ok(),
        Value::Integer(number) => Some(*number as f64),
        Value::Double(number) => Some(*number),
        _ => None,
    }
}
