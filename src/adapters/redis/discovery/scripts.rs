//! The steps of discovery in Redis. Each works on one projection, all of whose keys share a hash tag: KEYS[1] is its
//! state, from whose name and `run` the others follow. Rebuilding begins a new run; what is left of the one before
//! goes by itself.

use std::sync::LazyLock;

use fred::types::scripts::Script;

/// What all begin with. ARGV[1] is how the names of the keys begin.
macro_rules! script {
    ($text:literal) => {
        LazyLock::new(|| {
            Script::from_lua(concat!(
                "local state = KEYS[1]
                 local run = redis.call('HGET', state, 'run') or '0'
                 local function key(name) return ARGV[1] .. run .. ':' .. name end
                 local function exact(number) return string.format('%.17g', number) end
                 ",
                $text
            ))
        })
    };
}

/// Which run this is, and whether the log is being read for it.
pub(super) static RUN: LazyLock<Script> =
    script!("return {run, redis.call('HGET', state, 'begun') or '0'}");

/// The log is being read for this run: ARGV run. Whether it still is this one.
pub(super) static BEGIN: LazyLock<Script> = script!(
    "if run ~= ARGV[2] then return 0 end
     redis.call('HSET', state, 'begun', 1)
     return 1"
);

/// Has the log given again: ARGV a name for whoever does, how long they may take. Whether nobody else does.
pub(super) static GIVING: LazyLock<Script> = script!(
    "return redis.call('SET', ARGV[1] .. 'giving', ARGV[2], 'NX', 'PX', ARGV[3]) and 1 or 0"
);

/// Is done with it: ARGV the name.
pub(super) static GIVEN: LazyLock<Script> = script!(
    "if redis.call('GET', ARGV[1] .. 'giving') ~= ARGV[2] then return 0 end
     return redis.call('DEL', ARGV[1] .. 'giving')"
);

/// Begins anew.
pub(super) static RESTART: LazyLock<Script> = script!(
    "for _, name in ipairs({'score', 'newest', 'ids', 'owner', 'seen'}) do
         redis.call('UNLINK', key(name))
     end
     redis.call('HDEL', state, 'begun', 'origin')
     redis.call('HINCRBY', state, 'run', 1)
     return 1"
);

/// Takes in what one event means, once: ARGV run, event id, when it was published, since when ids are remembered, the
/// half-life, after how many of them scores are divided, how long it is remembered who counted; then effects.
/// Answers 1; 2 where the event was taken in before; 0 where it is another run.
///
/// - `forget thing`
/// - `room thing created lists`: known; whether chance may lead there
/// - `post thing author at public`
/// - `count thing by day weight at owned`: unless by whoever owns it; `owned`: only what is known counts
pub(super) static FEED: LazyLock<Script> = script!(
    "if run ~= ARGV[2] then return 0 end
     local seen = key('seen')
     redis.call('ZREMRANGEBYSCORE', seen, '-inf', '(' .. ARGV[5])
     if redis.call('ZADD', seen, 'NX', ARGV[4], ARGV[3]) == 0 then return 2 end
     local half_life, rebase, kept_ms = tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8]
     local scores = key('score')
     local function origin_at(at)
         local origin = tonumber(redis.call('HGET', state, 'origin') or '0')
         if origin == 0 then
             redis.call('HSET', state, 'origin', exact(at))
             return at
         end
         local passed = math.floor((at - origin) / half_life)
         if passed < rebase then return origin end
         origin = origin + passed * half_life
         redis.call('ZUNIONSTORE', scores, 1, scores, 'WEIGHTS', exact(2 ^ -passed))
         redis.call('HSET', state, 'origin', exact(origin))
         return origin
     end
     local at = 9
     local function take(count)
         local first = at
         at = at + count
         return unpack(ARGV, first, first + count - 1)
     end
     while at <= #ARGV do
         local effect = take(1)
         if effect == 'forget' then
             local thing = take(1)
             for _, name in ipairs({'score', 'newest', 'ids'}) do redis.call('ZREM', key(name), thing) end
             redis.call('HDEL', key('owner'), thing)
         elseif effect == 'room' then
             local thing, created, lists = take(3)
             redis.call('ZADD', key('newest'), created, thing)
             if lists == '1' then
                 redis.call('ZADD', key('ids'), 0, thing)
             else
                 redis.call('ZREM', key('ids'), thing)
             end
         elseif effect == 'post' then
             local thing, author, since, public = take(4)
             if public == '1' then
                 redis.call('HSETNX', key('owner'), thing, author)
                 redis.call('ZADD', key('newest'), 'NX', since, thing)
             else
                 redis.call('HDEL', key('owner'), thing)
                 for _, name in ipairs({'score', 'newest'}) do redis.call('ZREM', key(name), thing) end
             end
         elseif effect == 'count' then
             local thing, by, day, weight, when, owned = take(6)
             local owner = owned == '1' and redis.call('HGET', key('owner'), thing)
             if owned == '0' or (owner and owner ~= by) then
                 local counted = key('count:' .. day .. ':' .. thing)
                 local more = tonumber(weight) - tonumber(redis.call('HGET', counted, by) or '0')
                 if more > 0 then
                     redis.call('HSET', counted, by, weight)
                     redis.call('PEXPIRE', counted, kept_ms)
                     local moment = tonumber(when)
                     local lives = (moment - origin_at(moment)) / half_life
                     redis.call('ZINCRBY', scores, exact(more * 2 ^ lives), thing)
                 end
             end
         else
             return redis.error_reply('no such effect')
         end
     end
     return 1"
);

/// Reads on in a sorted set, the greatest first: ARGV its name, how many, the half-life; after a place, if there is
/// one: score, thing, and since when a count was worth one then (0 where scores are no counts). Answers since when a
/// count is worth one, and things with scores.
///
/// The place is put into the set for the length of the step, so that reading on costs the same wherever it is; who
/// stands elsewhere by now was read before.
pub(super) static PAGE: LazyLock<Script> = script!(
    "local origin = redis.call('HGET', state, 'origin') or '0'
     local set, limit = key(ARGV[2]), tonumber(ARGV[3])
     local found
     if #ARGV == 4 then
         found = redis.call('ZREVRANGE', set, 0, limit - 1, 'WITHSCORES')
     else
         local score, thing, counted = tonumber(ARGV[5]), ARGV[6], tonumber(ARGV[7])
         if counted > 0 and origin ~= '0' then
             score = score * 2 ^ ((counted - tonumber(origin)) / tonumber(ARGV[4]))
         end
         local now = redis.call('ZSCORE', set, thing)
         redis.call('ZADD', set, exact(score), thing)
         local rank = redis.call('ZREVRANK', set, thing)
         found = redis.call('ZREVRANGE', set, rank + 1, rank + limit, 'WITHSCORES')
         if now then
             redis.call('ZADD', set, now, thing)
         else
             redis.call('ZREM', set, thing)
         end
     end
     table.insert(found, 1, origin)
     return found"
);

/// Whose things are: ARGV things; answers as many, empty for none.
pub(super) static OWNERS: LazyLock<Script> = script!(
    "local owners = redis.call('HMGET', key('owner'), unpack(ARGV, 2))
     for place, owner in ipairs(owners) do owners[place] = owner or '' end
     return owners"
);

/// A stretch of what chance may lead to that begins anywhere and goes on at the beginning: ARGV the upper and lower half
/// of a seed, how many. Answers since when a count is worth one, and things with scores.
pub(super) static STRETCH: LazyLock<Script> = script!(
    "local origin = redis.call('HGET', state, 'origin') or '0'
     local ids, limit = key('ids'), tonumber(ARGV[4])
     local count = redis.call('ZCARD', ids)
     if count == 0 then return {origin} end
     local first = 0
     if count > limit then
         first = ((tonumber(ARGV[2]) % count) * (4294967296 % count) + tonumber(ARGV[3])) % count
     end
     local found = redis.call('ZRANGE', ids, first, first + limit - 1)
     if #found < limit and first > 0 then
         local rest = redis.call('ZRANGE', ids, 0, math.min(limit - #found, first) - 1)
         for _, thing in ipairs(rest) do table.insert(found, thing) end
     end
     local scores = redis.call('ZMSCORE', key('score'), unpack(found))
     local answer = {origin}
     for place, thing in ipairs(found) do
         table.insert(answer, thing)
         table.insert(answer, scores[place] or '0')
     end
     return answer"
);

/// Lets go of some scores that have faded: ARGV now in milliseconds, the least score in counts of now, the half-life,
/// how many. Answers how many went.
pub(super) static SWEEP: LazyLock<Script> = script!(
    "local origin = tonumber(redis.call('HGET', state, 'origin') or '0')
     if origin == 0 then return 0 end
     local least = tonumber(ARGV[3]) * 2 ^ ((tonumber(ARGV[2]) - origin) / tonumber(ARGV[4]))
     local scores = key('score')
     local faded = redis.call('ZRANGEBYSCORE', scores, '-inf', '(' .. exact(least), 'LIMIT', 0, ARGV[5])
     if #faded > 0 then redis.call('ZREM', scores, unpack(faded)) end
     return #faded"
);
