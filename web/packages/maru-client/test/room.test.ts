// A room as its user meets it: optimistic edits, refusals, walking, people, leaving.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { encodeServer } from '../src/index.ts';
import { LIMITS } from './fake-room.ts';
import { chair, harness } from './harness.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const patch = { standpoint: null, rotation: null, color: null, ifSeq: null };
const ops = (frames: readonly { type: string }[]) => frames.filter(({ type }) => type === 'ops');

describe('edits', () => {
  test('show at once and resolve only when they are durable', async () => {
    const { room, network, server, enter } = harness();
    await enter();
    const resolved = vi.fn<(outcome: unknown) => void>();
    void room.put(chair(1)).then(resolved);
    expect(room.view.items.get(1)).toMatchObject({ kind: 'chair', seq: 0 });
    expect(room.view.unsaved).toBe(1);
    network.settle();
    server.flush();
    network.settle();
    await vi.advanceTimersByTimeAsync(0);
    expect(room.view.items.get(1)).toMatchObject({ kind: 'chair', seq: 1 });
    expect(resolved).not.toHaveBeenCalled();
    server.save();
    network.settle();
    await vi.advanceTimersByTimeAsync(0);
    expect(resolved).toHaveBeenCalledWith({ status: 'applied', seq: 1 });
    expect(room.view.unsaved).toBe(0);
  });

  test('stay on the view when the answer comes before the change', async () => {
    const { room, network, server, enter } = harness();
    await enter();
    void room.put(chair(1));
    network.settle();
    server.save();
    network.settle();
    expect(room.view.items.has(1)).toBe(true);
    expect(room.view.unsaved).toBe(0);
    server.flush();
    network.settle();
    expect(room.view.items.get(1)?.seq).toBe(1);
  });

  test('are rolled back when they are rejected, with the reason', async () => {
    const { room, server, heard, pass, enter } = harness();
    await enter();
    server.reject = (op) => (op.type === 'put' ? 'overlap' : null);
    const outcome = room.put(chair(1));
    pass();
    expect(await outcome).toEqual({ status: 'rejected', reason: 'overlap' });
    expect(room.view.items.has(1)).toBe(false);
    expect(heard.rejected).toEqual([{ ops: [{ type: 'put', ...chair(1) }], reason: 'overlap' }]);
    expect(room.canUndo).toBe(false);
  });

  test('stay beneath what a whole new copy of the room has, before and after their answer', async () => {
    const { room, network, server, enter } = harness();
    await enter();
    void room.put(chair(1));
    network.settle();
    server.change([{ type: 'patch', ...patch, id: 1, color: 'coral' }]);
    server.resync();
    network.settle();
    expect(room.view.items.get(1)).toMatchObject({ color: 'coral', seq: 2 });
    server.save();
    network.settle();
    server.change([{ type: 'remove', id: 1, ifSeq: null }]);
    server.flush();
    network.settle();
    expect(room.view.items.has(1)).toBe(false);
    void room.put(chair(2));
    network.settle();
    server.save();
    server.resync();
    network.settle();
    server.change([{ type: 'remove', id: 2, ifSeq: null }]);
    server.flush();
    network.settle();
    expect(room.view.items.has(2)).toBe(false);
  });

  test('are shown once when a whole new copy of the room has them already', async () => {
    const { room, network, server, enter } = harness();
    await enter();
    void room.say('once');
    network.settle();
    server.resync();
    server.save();
    network.settle();
    expect(room.view.chat.map(({ text }) => text)).toEqual(['once']);
  });

  test('rest on what others do meanwhile, field by field', async () => {
    const { room, network, server, enter } = harness();
    server.change([{ type: 'put', ...chair(1) }]);
    await enter();
    void room.patch(1, { color: 'mint' });
    server.change([{ type: 'patch', ...patch, id: 1, standpoint: { place: 0, x: 9, y: 9 }, color: 'coral' }]);
    server.flush();
    network.deliver('down');
    expect(room.view.items.get(1)).toMatchObject({ x: 9, y: 9, color: 'mint' });
    network.settle();
    server.flush();
    network.settle();
    expect(room.view.items.get(1)).toMatchObject({ x: 9, color: 'mint', seq: 3 });
  });

  test('of an item somebody removed vanish with it', async () => {
    const { room, network, server, pass, enter } = harness();
    server.change([{ type: 'put', ...chair(1) }]);
    await enter();
    const outcome = room.patch(1, { color: 'mint' });
    server.change([{ type: 'remove', id: 1, ifSeq: null }]);
    server.flush();
    network.deliver('down');
    expect(room.view.items.has(1)).toBe(false);
    pass();
    expect(await outcome).toEqual({ status: 'rejected', reason: 'no_such_item' });
  });

  test('wait for the room when they are made outside it', async () => {
    const { room, pass, enter } = harness();
    const outcome = room.say('early');
    expect(room.view.chat).toMatchObject([{ text: 'early', pending: true }]);
    await enter();
    pass();
    expect(await outcome).toMatchObject({ status: 'applied' });
    expect(room.view.chat.map(({ text }) => text)).toEqual(['early']);
  });

  test('that no frame can hold take no number', async () => {
    const { room, network, pass, enter } = harness();
    await enter();
    expect(await room.batch([])).toEqual({ status: 'rejected', reason: 'bad_batch_size' });
    const long = Array.from({ length: 64 }, () => ({ type: 'say', text: '가'.repeat(200) }) as const);
    expect(await room.batch(long)).toEqual({ status: 'rejected', reason: 'bad_batch_size' });
    expect(() => room.put(chair(1, { x: Number.NaN }))).toThrow(TypeError);
    void room.say('next');
    pass();
    expect(ops(network.received)).toMatchObject([{ number: 1 }]);
  });

  test('are bounded while nobody answers', async () => {
    const { room, heard } = harness();
    for (let count = 0; count < 512; count += 1) void room.say(`${count}`);
    expect(await room.say('one too many')).toEqual({ status: 'rejected', reason: 'queue_full' });
    expect(heard.rejected).toHaveLength(1);
  });
});

describe('refused batches', () => {
  test('are sent again after the wait, in order, under the same numbers', async () => {
    const { room, network, server, pass, enter } = harness();
    await enter();
    server.refuseBatches = { code: 'rate_limited', retryAfterMs: 700 };
    const outcomes = Promise.all([room.say('a'), room.say('b'), room.say('c')]);
    network.settle();
    server.refuseBatches = null;
    await vi.advanceTimersByTimeAsync(699);
    network.settle();
    expect(ops(network.received)).toHaveLength(3);
    for (let sent = 0; sent < 3; sent += 1) {
      await vi.advanceTimersByTimeAsync(100);
      pass();
    }
    expect((await outcomes).map(({ status }) => status)).toEqual(['applied', 'applied', 'applied']);
    expect(server.live.chat.map(({ text }) => text)).toEqual(['a', 'b', 'c']);
  });

  test('all follow as soon as one is taken, however often the server could take none', async () => {
    const { room, network, server, pass, enter } = harness();
    await enter();
    for (let outage = 1; outage <= 10; outage += 1) {
      server.refuseBatches = { code: 'unavailable', retryAfterMs: 250 };
      const outcomes = Promise.all([room.put(chair(3 * outage)), room.put(chair(3 * outage + 1)), room.put(chair(3 * outage + 2))]);
      network.settle();
      const before = ops(network.received).length;
      for (let time = 0; time < 2_500; time += 250) {
        await vi.advanceTimersByTimeAsync(250);
        network.settle();
      }
      // one of them asks, and the others wait
      expect(ops(network.received)).toHaveLength(before + 10);
      server.refuseBatches = null;
      await vi.advanceTimersByTimeAsync(250);
      pass();
      await vi.advanceTimersByTimeAsync(1);
      pass();
      expect((await outcomes).map(({ status }) => status)).toEqual(['applied', 'applied', 'applied']);
    }
  });

  test('are sent again at once and no slower, however often, where the server says that they were lost on its side', async () => {
    const { room, network, server, pass, enter } = harness();
    await enter();
    for (let round = 1; round <= 10; round += 1) {
      server.refuseBatches = { code: 'gap', retryAfterMs: 0 };
      const outcomes = Promise.all([room.put(chair(3 * round)), room.put(chair(3 * round + 1)), room.put(chair(3 * round + 2))]);
      network.settle();
      server.refuseBatches = null;
      await vi.advanceTimersByTimeAsync(1);
      pass();
      expect((await outcomes).map(({ status }) => status)).toEqual(['applied', 'applied', 'applied']);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(ops(network.received)).toHaveLength(60);
  });

  test('follow one that was lost between nodes at once and no slower, however often', async () => {
    const { room, network, server, pass, enter } = harness();
    await enter();
    for (let round = 1; round <= 10; round += 1) {
      [server.losesBatch, server.tellsLoss] = [true, true];
      const outcomes = Promise.all([room.put(chair(3 * round)), room.put(chair(3 * round + 1)), room.put(chair(3 * round + 2))]);
      network.settle();
      await vi.advanceTimersByTimeAsync(1);
      pass();
      expect((await outcomes).map(({ status }) => status)).toEqual(['applied', 'applied', 'applied']);
      await vi.advanceTimersByTimeAsync(1_000);
      pass();
    }
    expect(ops(network.received)).toHaveLength(60);
  });

  test.each([
    ['edits', 20],
    ['chat', 2],
  ])('never are so many that the server ends the session: %s', async (_, perSecond) => {
    const { room, server, pass, enter } = harness();
    await enter();
    server.allowance = { perSecond, tokens: 6, refilledAt: performance.now(), refusals: 0 };
    for (let count = 0; count < 100; count += 1) void room.say(`${count}`);
    for (let time = 0; time < 240_000 && room.view.unsaved > 0; time += 50) {
      pass();
      await vi.advanceTimersByTimeAsync(50);
    }
    expect(room.state.name).toBe('inside');
    expect(server.live.chat.map(({ text }) => text)).toEqual(Array.from({ length: 100 }, (__, count) => `${count}`));
    expect(server.allowance.refusals).toBeLessThan(16);
  });
});

describe('the server’s allowances', () => {
  test('are kept by sending later, without a single refusal', async () => {
    const { room, server, pass, enter } = harness();
    await enter();
    server.allowance = { perSecond: LIMITS.opsPerSecond, tokens: LIMITS.opsBurst, refilledAt: performance.now(), refusals: 0 };
    for (let id = 1; id <= 120; id += 1) void room.put(chair(id));
    for (let time = 0; time < 10_000 && room.view.unsaved > 0; time += 50) {
      pass();
      await vi.advanceTimersByTimeAsync(50);
    }
    expect(server.live.items.size).toBe(120);
    expect(server.allowance.refusals).toBe(0);
  });

  test('for chat count each line', async () => {
    const { room, network, pass, enter } = harness();
    await enter();
    const lines = (count: number) => Array.from({ length: count }, (_, index) => ({ type: 'say', text: `${index}` }) as const);
    void room.batch(lines(5));
    void room.batch(lines(3));
    pass();
    expect(ops(network.received)).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(999);
    pass();
    expect(ops(network.received)).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    pass();
    expect(ops(network.received)).toHaveLength(2);
  });

  test('that a batch can never fit end it, and those behind it close up', async () => {
    const { room, network, server, heard, pass, enter } = harness();
    await enter();
    server.refuseBatches = { code: 'rate_limited', retryAfterMs: null };
    const outcomes = [room.say('too much'), room.say('next'), room.say('last')];
    network.deliver('up');
    server.refuseBatches = null;
    for (let round = 0; round < 100; round += 1) {
      pass();
      await vi.advanceTimersByTimeAsync(100);
    }
    expect((await Promise.all(outcomes)).map(({ status }) => status)).toEqual(['rejected', 'applied', 'applied']);
    expect(heard.rejected).toMatchObject([{ reason: 'rate_limited' }]);
    expect(server.live.chat.map(({ text }) => text)).toEqual(['next', 'last']);
  });
});

describe('moving', () => {
  test('sends the newest place once an interval', async () => {
    const { room, network, enter } = harness();
    await enter();
    const moves = () => network.received.filter(({ type }) => type === 'move');
    for (let x = 0; x <= 50; x += 1) room.move(x, 0, 0, 1);
    network.settle();
    expect(moves()).toMatchObject([{ x: 0 }]);
    await vi.advanceTimersByTimeAsync(100);
    network.settle();
    expect(moves()).toMatchObject([{ x: 0 }, { x: 50 }]);
    await vi.advanceTimersByTimeAsync(1_000);
    network.settle();
    expect(moves()).toHaveLength(2);
  });

  test('keeps places inside the room and is told to the server on coming back', async () => {
    const { room, network, enter } = harness();
    await enter();
    network.cut();
    room.move(-5, 2_000.4, 2, 0);
    await vi.advanceTimersByTimeAsync(500);
    network.settle();
    const avatar = { member: 0, x: 0, y: 1000, facing: 2, standing: 0 };
    expect(network.received.findLast(({ type }) => type === 'resume')).toMatchObject({ avatar });
    expect(() => room.move(Number.NaN, 0, 0, 0)).toThrow(RangeError);
  });

  test('tells a place the room does not know yet once it is back, and no other', async () => {
    const { room, network, server, enter } = harness();
    await enter();
    const moves = () => network.received.filter(({ type }) => type === 'move');
    const back = async () => {
      network.cut();
      await vi.advanceTimersByTimeAsync(500);
      network.settle();
      await vi.advanceTimersByTimeAsync(500);
      network.settle();
    };
    room.move(100, 200, 1, 1);
    // the link breaks with the step on its way
    await back();
    expect(server.people).toMatchObject([{ avatar: { x: 100, y: 200, facing: 1, standing: 1 } }]);
    expect(moves()).toHaveLength(1);
    await back();
    expect(moves()).toHaveLength(1);
  });
});

describe('people', () => {
  test('come, go, walk and talk', async () => {
    const { room, server, heard, pass, enter } = harness();
    await enter();
    const other = harness({}, server);
    await other.enter();
    pass();
    expect(room.view.people.size).toBe(2);
    const member = other.room.member!;
    server.broadcast({ type: 'avatars', epoch: 1, avatars: [{ member, x: 7, y: 8, facing: 1, standing: 1 }] });
    void other.room.say('안녕');
    other.pass();
    pass();
    expect(room.view.avatars.get(member)).toMatchObject({ x: 7, y: 8 });
    expect(heard.avatars.flat()).toMatchObject([{ member }]);
    expect(heard.chat.flat()).toMatchObject([{ text: '안녕', authorName: 'session-of-ticket-2' }]);
    await other.room.stop();
    other.pass();
    pass();
    expect(room.view.people.size).toBe(1);
  });

  test('see their own role change', async () => {
    const { room, server, network, heard, enter } = harness();
    await enter();
    const person = { ...server.people[0]!, role: 'owner' } as const;
    network.inject(encodeServer({ type: 'events', epoch: 1, flush: 2, seq: 0, events: [{ type: 'updated', person }] }));
    expect(heard.role).toEqual(['editor', 'owner']);
    expect(room.role).toBe('owner');
  });
});

describe('leaving', () => {
  test('waits for the last answers, then is over', async () => {
    const { room, network, pass, enter } = harness();
    await enter();
    const outcome = room.say('bye');
    const stopped = room.stop();
    pass();
    await stopped;
    expect(await outcome).toMatchObject({ status: 'applied' });
    expect(room.state).toEqual({ name: 'closed', reason: 'left', comesBack: false, retryInMs: null });
    expect(await room.say('too late')).toMatchObject({ status: 'unsent' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(network.attempts).toBe(1);
  });

  test('does not wait for ever', async () => {
    const { room, network, enter } = harness();
    await enter();
    const sent = room.say('sent');
    network.halfOpen = true;
    const stopped = room.stop();
    await vi.advanceTimersByTimeAsync(1_000);
    await stopped;
    expect(await sent).toEqual({ status: 'unproven' });
    expect(room.state.name).toBe('closed');
  });

  test('for a while keeps the session', async () => {
    const { room, network, pass, enter } = harness();
    await enter();
    const member = room.member;
    room.pause();
    expect(room.state).toMatchObject({ name: 'closed', reason: 'paused' });
    const outcome = room.say('from the background');
    await room.start();
    pass();
    expect(network.received).toContainEqual(expect.objectContaining({ type: 'resume' }));
    expect(room.member).toBe(member);
    expect(await outcome).toMatchObject({ status: 'applied' });
  });
});

test('a listener that throws harms neither the room nor other listeners', async () => {
  const { room, heard, pass, enter } = harness();
  room.on('view', () => {
    throw new Error('mine');
  });
  await enter();
  void room.say('still here');
  expect(() => vi.advanceTimersByTime(0)).toThrow('mine');
  pass();
  expect(heard.chat.flat()).toHaveLength(1);
  vi.clearAllTimers();
});
