//! Sign-ins under way, in Redis. They share one hash tag, so that each step is one script and the bounds are exact: there
//! are few of them, and each waits for a person.
//!
//! What proves that a sign-in began here is sealed under a key made of its state, which the browser has and Redis does
//! not. Addresses are kept as such for as long as the sign-in.

use std::sync::LazyLock;
use std::time::Duration;

use async_trait::async_trait;
use fred::error::Error;
use fred::types::scripts::Script;
use fred::types::{FromValue, Value};
use sha2::{Digest, Sha256};

use super::Redis;
use super::script::{self, blob, bytes_of, count, text, whole};
use crate::adapters::sealed::{open_under, seal_under};
use crate::domain::address::AddressGroup;
use crate::ports::pending::{Kept, PendingBounds, PendingSignIns, PendingUnavailable};

/// Nobody waits longer for a step.
const WITHIN: Duration = Duration::from_secs(1);

/// What all steps begin with: KEYS[1] has all sign-ins by age; ARGV how the names of keys begin, how long they are kept,
/// the sign-in's name. Lets go of some that are overdue; what is left of them expires by itself.
///
/// A member of the sets by age is a name, its address and its network, with colons between.
macro_rules! script {
    ($text:literal) => {
        LazyLock::new(|| {
            Script::from_lua(concat!(
                "local all, prefix, kept_ms, name = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3]
                 local time = redis.call('TIME')
                 local now = time[1] * 1000000 + time[2]
                 local sizes = prefix .. 'sizes'
                 local function exact(number) return string.format('%.17g', number) end
                 local function entry(of) return prefix .. 'e:' .. of end
                 local function forget(member)
                     local of, group, network = string.match(member, '^(%x+):(%w+):(%w+)$')
                     redis.call('ZREM', all, member)
                     redis.call('ZREM', prefix .. 'g:' .. group, member)
                     redis.call('ZREM', prefix .. 'w:' .. network, member)
                     if tonumber(redis.call('ZINCRBY', sizes, -1, network)) <= 0 then
                         redis.call('ZREM', sizes, network)
                     end
                     redis.call('DEL', entry(of))
                 end
                 local overdue = now - kept_ms * 1000
                 for _, member in ipairs(redis.call(
                     'ZRANGEBYSCORE', all, '-inf', exact(overdue), 'LIMIT', 0, 100)) do
                     forget(member)
                 end
                 ",
                $text
            ))
        })
    };
}

/// Keeps one: ARGV its address and network, the most of all, the most of an address, the provider, what it is about.
static KEEP: LazyLock<Script> = script!(
    "local group, network = ARGV[4], ARGV[5]
     local of_group, of_network = prefix .. 'g:' .. group, prefix .. 'w:' .. network
     if redis.call('ZCARD', of_group) >= tonumber(ARGV[7]) then
         forget(redis.call('ZRANGE', of_group, 0, 0)[1])
     end
     if redis.call('ZCARD', all) >= tonumber(ARGV[6]) then
         local largest = redis.call('ZREVRANGE', sizes, 0, 0)[1]
         local oldest = redis.call('ZRANGE', prefix .. 'w:' .. largest, 0, 0)[1]
         forget(oldest or redis.call('ZRANGE', all, 0, 0)[1])
     end
     local member = name .. ':' .. group .. ':' .. network
     for _, set in ipairs({all, of_group, of_network}) do
         redis.call('ZADD', set, exact(now), member)
         redis.call('PEXPIRE', set, kept_ms * 2)
     end
     redis.call('ZINCRBY', sizes, 1, network)
     redis.call('PEXPIRE', sizes, kept_ms * 2)
     redis.call('HSET', entry(name), 'provider', ARGV[8], 'body', ARGV[9], 'member', member)
     redis.call('PEXPIRE', entry(name), kept_ms)
     return 1"
);

/// Notes a name: ARGV the provider, the name.
static NOTE: LazyLock<Script> = script!(
    "if redis.call('HGET', entry(name), 'provider') ~= ARGV[4] then return 0 end
     return redis.call('HSET', entry(name), 'name', ARGV[5])"
);

/// Takes one out: what it is about, and the name or nothing.
static TAKE: LazyLock<Script> = script!(
    "local kept = redis.call('HMGET', entry(name), 'body', 'name', 'member')
     if not kept[1] then return {} end
     forget(kept[3])
     return {kept[1], kept[2] or ''}"
);

/// Sign-ins under way over a cluster.
#[derive(Debug, Clone)]
pub struct RedisPending {
    redis: Redis,
    prefix: String,
    bounds: PendingBounds,
}

/// A state as Redis knows it, and the key that it does not know.
struct State {
    name: String,
    key: [u8; 32],
}

impl State {
    /// Two values that tell nothing of each other, nor of the state, come of it under two purposes.
    fn of(state: &str) -> Self {
        let derived = |purpose: &[u8; 17]| -> [u8; 32] {
            let hash = Sha256::new_with_prefix(purpose);
            hash.chain_update(state.as_bytes()).finalize().into()
        };
        let name = derived(b"maru pending name");
        Self {
            name: name.iter().map(|byte| format!("{byte:02x}")).collect(),
            key: derived(b"maru pending seal"),
        }
    }

    fn seal(&self, what: &[u8], text: Vec<u8>) -> Result<Value, PendingUnavailable> {
        let sealed = seal_under(&self.key, what, text);
        let sealed = sealed.ok_or_else(|| PendingUnavailable("it cannot be sealed".to_owned()))?;
        Ok(blob(&sealed))
    }
}

/// What is sealed says which of the two it is.
const BODY: &[u8] = b"body";
const NAME: &[u8] = b"name";

fn hex(group: Option<AddressGroup>) -> String {
    let Some(group) = group else {
        return "unknown".to_owned();
    };
    let bytes = group.bytes();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl RedisPending {
    /// Over a cluster, under names that begin so.
    pub fn new(redis: Redis, space: &str, bounds: PendingBounds) -> Self {
        Self {
            redis,
            prefix: format!("{{{space}:signin}}:"),
            bounds,
        }
    }

    async fn step<R: FromValue>(
        &self,
        step: &Script,
        state: &State,
        arguments: impl IntoIterator<Item = Value>,
    ) -> Result<R, PendingUnavailable> {
        let head = [
            text(self.prefix.clone()),
            whole(self.bounds.lifetime_ms),
            text(state.name.clone()),
        ];
        let arguments = head.into_iter().chain(arguments).collect();
        let keys = vec![format!("{}all", self.prefix)];
        let ran = script::run(&self.redis, step, WITHIN, keys, arguments).await;
        ran.map_err(|error: Error| PendingUnavailable(error.to_string()))
    }
}

#[async_trait]
impl PendingSignIns for RedisPending {
    async fn keep(
        &self,
        state: &str,
        provider: &str,
        body: Vec<u8>,
        from: Option<AddressGroup>,
    ) -> Result<(), PendingUnavailable> {
        let state = State::of(state);
        let arguments = [
            text(hex(from)),
            text(hex(from.map(AddressGroup::network))),
            count(self.bounds.entries_max),
            count(self.bounds.of_group_max),
            text(provider),
            state.seal(BODY, body)?,
        ];
        let _: i64 = self.step(&KEEP, &state, arguments).await?;
        Ok(())
    }

    async fn note_name(
        &self,
        state: &str,
        provider: &str,
        name: &str,
    ) -> Result<(), PendingUnavailable> {
        let state = State::of(state);
        let name = state.seal(NAME, name.as_bytes().to_vec())?;
        let arguments = [text(provider), name];
        let _: i64 = self.step(&NOTE, &state, arguments).await?;
        Ok(())
    }

    async fn take(&self, state: &str) -> Result<Option<Kept>, PendingUnavailable> {
        let state = State::of(state);
        let taken: Vec<Value> = self.step(&TAKE, &state, []).await?;
        let mut taken = taken.into_iter().map(bytes_of);
        let (Some(body), Some(name)) = (taken.next(), taken.next()) else {
            return Ok(None);
        };
        // What is not as it was sealed was not kept here.
        let opened =
            |what: &[u8], sealed: Option<Vec<u8>>| open_under(&state.key, what, sealed?.as_slice());
        let Some(body) = opened(BODY, body) else {
            return Ok(None);
        };
        let name = opened(NAME, name).and_then(|name| String::from_utf8(name).ok());
        Ok(Some(Kept { body, name }))
    }
}

#[cfg(test)]
mod tests {
    use fred::interfaces::{HashesInterface, KeysInterface};
    use uuid::Uuid;

    use super::*;
    use crate::adapters::redis::stage::connected;
    use crate::ports::pending::conformance;

    fn space() -> String {
        format!("test-{}", Uuid::new_v4())
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn obeys_the_suite_of_the_port() {
        let (Some(one), Some(other)) = (connected().await, connected().await) else {
            return;
        };
        let space = space();
        let [one, other] =
            [one, other].map(|redis| RedisPending::new(redis, &space, conformance::BOUNDS));
        conformance::suite(&one, &other).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn redis_can_read_nothing_and_forgets_everything() {
        let Some(redis) = connected().await else {
            return;
        };
        let bounds = PendingBounds {
            lifetime_ms: 500,
            ..conformance::BOUNDS
        };
        let pending = RedisPending::new(redis.clone(), &space(), bounds);
        let body = b"the verifier".to_vec();
        pending.keep("state", "kakao", body, None).await.unwrap();
        pending.note_name("state", "kakao", "Haneul").await.unwrap();
        let entry = format!("{}e:{}", pending.prefix, State::of("state").name);
        let kept: std::collections::HashMap<String, Value> =
            redis.client().hgetall(entry.as_str()).await.unwrap();
        assert_eq!(kept.len(), 4);
        for value in kept.into_values() {
            let bytes = bytes_of(value).unwrap();
            let said = String::from_utf8_lossy(&bytes);
            assert!(!said.contains("verifier") && !said.contains("Haneul"));
        }
        let keys = [
            entry,
            format!("{}all", pending.prefix),
            format!("{}sizes", pending.prefix),
            format!("{}g:unknown", pending.prefix),
            format!("{}w:unknown", pending.prefix),
        ];
        for key in &keys {
            let left: i64 = redis.client().pttl(key.as_str()).await.unwrap();
            assert!((1..=1_000).contains(&left), "{key} stays for {left} ms");
        }
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        for key in &keys {
            let there: i64 = redis.client().exists(key.as_str()).await.unwrap();
            assert_eq!(there, 0, "{key}");
        }
    }
}
