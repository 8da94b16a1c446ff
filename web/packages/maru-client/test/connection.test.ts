// Staying connected: tickets, close codes, waits, heartbeats, half-open lines.
import { encode } from '@msgpack/msgpack';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { waitMs } from '../src/closing.ts';
import { Heartbeat } from '../src/heartbeat.ts';
import { encodeServer, restTickets, TicketError, type OpenTransport, type TransportEvents } from '../src/index.ts';
import { harness } from './harness.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the wait before coming back', () => {
  test('is random up to half a second at first, then doubles up to ten', () => {
    expect([0, 0.5, 1].map((random) => waitMs('lost', 0, () => random))).toEqual([0, 250, 500]);
    const least = [1, 2, 3, 4, 5, 6, 60].map((failures) => waitMs('lost', failures, () => 0));
    const most = [1, 2, 3, 4, 5, 6, 60].map((failures) => waitMs('lost', failures, () => 1));
    expect(most).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000]);
    expect(least).toEqual(most.map((ms) => ms / 2));
  });

  test('is none when the server says so, unless it keeps saying so', () => {
    expect([0, 1, 2].map((failures) => waitMs('now', failures, () => 1))).toEqual([0, 500, 1_000]);
  });

  test('starts longer when the server has too much to do', () => {
    expect(waitMs('later', 0, () => 0)).toBe(1_000);
  });
});

describe('after a close code', () => {
  test.each([
    [4000, 'restart', 0],
    [4003, 'room_moved', 0],
    [4099, 'restart', 0],
    [4101, 'room_full', 1_500],
    [4104, 'room_locked', 1_500],
    [4199, 'overloaded', 1_500],
    [4203, 'no_join', 250],
    [1002, 'connection_lost', 250],
    [1009, 'connection_lost', 250],
    [1006, 'connection_lost', 250],
  ])('%i it resumes', async (code, reason, retryInMs) => {
    const { room, server, network, pass, enter } = harness();
    await enter();
    server.closeAll(code);
    network.settle();
    expect(room.state).toEqual({ name: 'reconnecting', reason, comesBack: true, retryInMs });
    await vi.advanceTimersByTimeAsync(retryInMs);
    pass();
    expect(room.state.name).toBe('inside');
    const last = network.received.findLast(({ type }) => type !== 'ping');
    expect(last).toMatchObject({ type: 'resume', have: { epoch: 1 } });
  });

  test.each([4200, 4202, 4299])('%i it joins anew, at once', async (code) => {
    const { room, server, network, pass, enter } = harness();
    await enter();
    server.closeAll(code);
    network.settle();
    await vi.advanceTimersByTimeAsync(0);
    pass();
    expect(room.state.name).toBe('inside');
    expect(network.received.filter(({ type }) => type === 'join')).toHaveLength(2);
  });

  test.each([
    [4300, 'protocol'],
    [4303, 'replaced'],
    [4204, 'login_ended'],
    [4305, 'kicked'],
    [4306, 'banned'],
    [4399, 'refused'],
  ])('%i it stays away', async (code, reason) => {
    const { room, server, network, enter } = harness();
    await enter();
    server.closeAll(code);
    network.settle();
    expect(room.state).toEqual({ name: 'closed', reason, comesBack: false, retryInMs: null });
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(network.attempts).toBe(1);
  });

  test('of a farewell it comes back when it was told to', async () => {
    const { room, server, network, enter } = harness();
    await enter();
    server.broadcast({ type: 'goAway', reconnectAfterMs: 1_700 });
    network.settle();
    expect(room.state.name).toBe('inside');
    await vi.advanceTimersByTimeAsync(200);
    server.closeAll(4000);
    network.settle();
    expect(room.state).toMatchObject({ name: 'reconnecting', retryInMs: 1_500 });
    room.online();
    expect(network.attempts).toBe(1);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(network.attempts).toBe(2);
  });
});

describe('the server’s own word', () => {
  test('on when to come back holds exactly, however often the line was lost before', async () => {
    const { room, server, network, enter, pass } = harness();
    await enter();
    network.down = true;
    network.cut();
    for (let round = 0; round < 6; round += 1) {
      await vi.advanceTimersByTimeAsync(room.state.retryInMs ?? 0);
      network.settle();
    }
    network.down = false;
    await vi.advanceTimersByTimeAsync(room.state.retryInMs ?? 0);
    pass();
    expect(room.state.name).toBe('inside');
    server.broadcast({ type: 'goAway', reconnectAfterMs: 300 });
    network.settle();
    server.closeAll(4000);
    network.settle();
    expect(room.state).toMatchObject({ name: 'reconnecting', retryInMs: 300 });
  });

  test('that it goes is taken even if it does not hang up, and nothing new is sent to it', async () => {
    const { room, server, network, enter, pass } = harness();
    await enter();
    server.broadcast({ type: 'goAway', reconnectAfterMs: 1_700 });
    network.settle();
    const outcome = room.say('to the next server');
    await vi.advanceTimersByTimeAsync(1_699);
    network.settle();
    expect(network.received.filter(({ type }) => type === 'ops')).toEqual([]);
    expect([room.state.name, network.attempts]).toEqual(['inside', 1]);
    await vi.advanceTimersByTimeAsync(1);
    expect(room.state).toMatchObject({ name: 'reconnecting', reason: 'restart', retryInMs: 0 });
    await vi.advanceTimersByTimeAsync(1);
    pass();
    expect(network.attempts).toBe(2);
    pass();
    expect(await outcome).toMatchObject({ status: 'applied' });
  });

  test.each([
    ['too_many_connections', 'too_many_connections'],
    ['something_new', 'overloaded'],
  ])('says more than the close code that follows it: %s', async (code, reason) => {
    const { room, server, network, heard, enter } = harness();
    await enter();
    const refusal = { code, message: 'm', retryAfterMs: null, number: null, limit: 'live.user_connections' };
    server.broadcast({ type: 'error', ...refusal });
    server.closeAll(4100);
    network.settle();
    expect(room.state).toMatchObject({ name: 'reconnecting', reason });
    expect(heard.refused).toEqual([refusal]);
    expect(heard.problem.at(-1)?.detail).toContain('live.user_connections');
  });
});

describe('what a newer server says', () => {
  test('in kinds unknown here is passed over', async () => {
    const { room, network, enter } = harness();
    await enter();
    network.inject(encode([200, 'x']));
    network.inject(encode([67, 1, 2, 0, [[77, 'x']]]));
    expect(room.state.name).toBe('inside');
  });

  test('in numbers unknown here is a problem of that frame alone where it may be left out', async () => {
    const { room, network, heard, enter } = harness();
    await enter();
    network.inject(encode([68, 1, [[1, 0, 0, 0, 9]]]));
    expect(room.state.name).toBe('inside');
    expect(heard.problem).toMatchObject([{ what: 'malformed_frame' }]);
  });

  test('in numbers unknown here about the room itself is a problem, with growing waits', async () => {
    const { room, server, network, heard, enter } = harness();
    await enter();
    const { info } = server.live;
    server.live.info = { ...info, visibility: 9 as never };
    network.inject(encode([67, 1, 2, 0, [[5, ['r', 'n', 'o', 9, true, false, 1]]]]));
    const waits: number[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      expect(room.state).toMatchObject({ name: 'reconnecting', reason: 'resync' });
      waits.push(room.state.retryInMs ?? 0);
      await vi.advanceTimersByTimeAsync(room.state.retryInMs ?? 0);
      network.settle();
    }
    expect(waits).toEqual([250, 750, 1_500, 3_000, 6_000, 7_500]);
    expect(heard.problem.filter(({ what }) => what === 'malformed_frame')).toHaveLength(7);
    server.live.info = info;
    await vi.advanceTimersByTimeAsync(10_000);
    network.settle();
    expect(room.state.name).toBe('inside');
  });
});

describe('a network that is down', () => {
  test('is tried with growing waits, which a good connection ends', async () => {
    const { room, network, pass, enter } = harness();
    await enter();
    network.down = true;
    network.cut();
    const waits: (number | null)[] = [];
    for (let round = 0; round < 7; round += 1) {
      waits.push(room.state.retryInMs);
      await vi.advanceTimersByTimeAsync(room.state.retryInMs ?? 0);
      network.settle();
    }
    expect(waits).toEqual([250, 750, 1_500, 3_000, 6_000, 7_500, 7_500]);
    network.down = false;
    room.online();
    pass();
    expect(room.state.name).toBe('inside');
    await vi.advanceTimersByTimeAsync(9_000);
    pass();
    await vi.advanceTimersByTimeAsync(1_000);
    network.cut();
    expect(room.state.retryInMs).toBe(250);
  });

  test('that fails right after each welcome is not hammered', async () => {
    const { room, network, pass, enter } = harness();
    await enter();
    const waits: (number | null)[] = [];
    for (let round = 0; round < 3; round += 1) {
      network.cut();
      waits.push(room.state.retryInMs);
      await vi.advanceTimersByTimeAsync(room.state.retryInMs ?? 0);
      pass();
    }
    expect(waits).toEqual([250, 750, 1_500]);
  });

  test('that swallows the first frames is given up', async () => {
    const { room, network } = harness();
    network.halfOpen = true;
    await room.start();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(room.state).toMatchObject({ name: 'connecting', reason: 'no_answer', retryInMs: 250 });
  });
});

describe('heartbeats', () => {
  test('answer the server’s pings', async () => {
    const { server, network, enter } = harness();
    await enter();
    server.broadcast({ type: 'ping', nonce: 77 });
    network.settle();
    expect(network.received.at(-1)).toEqual({ type: 'pong', nonce: 77 });
  });

  test('ping a silent line and leave it when nothing comes back', async () => {
    const { room, network, pass, enter } = harness();
    await enter();
    await vi.advanceTimersByTimeAsync(10_000);
    network.settle();
    expect(network.received.at(-1)).toMatchObject({ type: 'ping' });
    network.halfOpen = true;
    await vi.advanceTimersByTimeAsync(10_000 + 14_999);
    expect(room.state.name).toBe('inside');
    await vi.advanceTimersByTimeAsync(1);
    expect(room.state).toMatchObject({ name: 'reconnecting', reason: 'silent' });
    network.halfOpen = false;
    await vi.advanceTimersByTimeAsync(500);
    pass();
    expect(room.state.name).toBe('inside');
  });

  test('only measure the way, now and then, while anything is heard', async () => {
    const { server, network, heard, enter } = harness();
    await enter();
    for (let second = 0; second < 60; second += 5) {
      await vi.advanceTimersByTimeAsync(5_000);
      server.broadcast({ type: 'avatars', epoch: 1, avatars: [] });
      network.settle();
    }
    // one follows the welcome, then one every three heartbeats
    expect(network.received.filter(({ type }) => type === 'ping')).toHaveLength(3);
    expect(heard.latency).toHaveLength(3);
  });

  test('are asked for at once when the network may have changed', async () => {
    const { room, network, enter } = harness();
    await enter();
    network.halfOpen = true;
    room.online();
    await vi.advanceTimersByTimeAsync(4_000);
    expect(room.state).toMatchObject({ name: 'reconnecting', reason: 'silent' });
  });

  test('do not take a late timer for a dead line', () => {
    const callbacks: (() => void)[] = [];
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    vi.spyOn(globalThis, 'setTimeout').mockImplementation((callback) => {
      callbacks.push(callback as () => void);
      return callbacks.length as never;
    });
    const [ping, dead] = [vi.fn<() => void>(), vi.fn<() => void>()];
    const heartbeat = new Heartbeat({ heartbeatMs: 10_000, silenceMsMax: 25_000 }, { ping, dead });
    const tickAt = (time: number) => {
      now = time;
      callbacks.at(-1)!();
    };
    tickAt(60_000);
    expect([ping, dead].map(({ mock }) => mock.calls.length)).toEqual([1, 0]);
    heartbeat.heard();
    tickAt(120_000);
    expect([ping, dead].map(({ mock }) => mock.calls.length)).toEqual([2, 0]);
    tickAt(180_000);
    expect([ping, dead].map(({ mock }) => mock.calls.length)).toEqual([3, 0]);
    tickAt(195_000);
    expect([ping, dead].map(({ mock }) => mock.calls.length)).toEqual([3, 1]);
    vi.restoreAllMocks();
  });
});

describe('tickets', () => {
  test('that are finally refused end it, with the code', async () => {
    const ticket = vi.fn<() => Promise<string>>(async () => {
      throw new TicketError('sign_in_required', true);
    });
    const { room, network } = harness({ ticket });
    const outcome = room.say('hello?');
    await room.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(room.state).toEqual({ name: 'closed', reason: 'sign_in_required', comesBack: false, retryInMs: null });
    expect(await outcome).toEqual({ status: 'unsent' });
    expect([ticket.mock.calls.length, network.attempts]).toEqual([1, 0]);
  });

  test('that are not to be had now are asked for later', async () => {
    const { server } = harness();
    const ticket = vi
      .fn<() => Promise<string>>(async () => server.ticket())
      .mockRejectedValueOnce(new TicketError('rate_limited', false, 3_000));
    const { room, pass, enter } = harness({ ticket }, server);
    await enter();
    expect(room.state).toMatchObject({ name: 'connecting', reason: 'rate_limited', retryInMs: 3_000 });
    await vi.advanceTimersByTimeAsync(3_000);
    pass();
    expect(room.state.name).toBe('inside');
  });

  test.each([
    [201, { ticket: 't' }, 't'],
    [429, { code: 'rate_limited', retry_after_ms: 5 }, { code: 'rate_limited', final: false, retryAfterMs: 5 }],
    [403, { code: 'forbidden' }, { code: 'forbidden', final: true }],
    [403, { code: 'room_locked' }, { code: 'room_locked', final: false }],
    [503, 'not json', { code: 'http_503', final: false, retryAfterMs: 2_000 }],
    [201, { ticket: 5 }, { code: 'bad_answer', final: false }],
    [201, 'not json', { code: 'bad_answer', final: false }],
  ])('from REST: %i %j', async (status, body, expected) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = new Response(text, { status, headers: { 'retry-after': '2' } });
    const fetch = vi.fn<typeof globalThis.fetch>(async () => answer);
    const guest = { name: '손님', look: [0, 0, 0, 0, 0, 0] };
    const source = restTickets({ origin: 'http://maru', roomId: 'a b', guest, fetch });
    const result = await source().catch((error: unknown) => error);
    if (typeof expected === 'string') expect(result).toBe(expected);
    else expect(result).toMatchObject(expected);
    const [url, init] = fetch.mock.calls[0]!;
    expect([url, init?.method, init?.body]).toEqual([
      'http://maru/v1/rooms/a%20b/tickets',
      'POST',
      JSON.stringify({ guest }),
    ]);
  });
});

test('tickets are asked for with the headers given, and not waited for without end', async () => {
  const fetch = vi.fn<typeof globalThis.fetch>(() => new Promise(() => undefined));
  const source = restTickets({ origin: 'http://maru', roomId: 'r', headers: { cookie: 'maru=x' }, fetch });
  const result = source().catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await result).toMatchObject({ code: 'network', final: false });
  const [, init] = fetch.mock.calls[0]!;
  expect(init?.headers).toMatchObject({ cookie: 'maru=x', 'content-type': 'application/json' });
  expect(init?.body).toBe('{}');
  expect(init?.signal?.aborted).toBe(true);
});

test('a client closed while a ticket is on its way opens nothing', async () => {
  const { room, network } = harness({
    ticket: () => new Promise((resolve) => void setTimeout(() => resolve('late'), 1_000)),
  });
  await room.start();
  await room.stop();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(network.attempts).toBe(0);
});

test('what an abandoned line still says is not heard', async () => {
  const lines: TransportEvents[] = [];
  const open: OpenTransport = (_url, events) => {
    lines.push(events);
    return { send: () => {}, close: () => {}, buffered: () => 0 };
  };
  const { room, enter } = harness({ open });
  await enter();
  await vi.advanceTimersByTimeAsync(15_500);
  expect(lines).toHaveLength(2);
  lines[0]!.closed(4301, '');
  expect(room.state.name).toBe('connecting');
  lines[1]!.closed(4301, '');
  expect(room.state.name).toBe('closed');
});

test('closing on the very first event is obeyed', async () => {
  const { room, network, enter } = harness();
  room.on('state', ({ name }) => {
    if (name === 'connecting') void room.stop();
  });
  await enter();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([room.state.name, network.attempts]).toEqual(['closed', 0]);
});

test('pausing on the first event of a return is obeyed', async () => {
  const { room, network, enter } = harness();
  await enter();
  room.on('state', ({ name, retryInMs }) => {
    if (name === 'reconnecting' && retryInMs === null) room.pause();
  });
  network.cut();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([room.state.name, network.attempts]).toEqual(['closed', 1]);
});

test('closing from within an event is obeyed', async () => {
  const { room, network, server, enter } = harness();
  await enter();
  room.on('problem', () => void room.stop());
  network.inject(encodeServer({ type: 'events', epoch: 9, flush: 1, seq: 0, events: [] }));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(room.state.name).toBe('closed');
  expect(server.people).toHaveLength(1);
  expect(network.attempts).toBe(1);
});
