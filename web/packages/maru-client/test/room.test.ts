// A room as its user meets it: optimistic edits, answers, coming back, reloads.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { encodeServer, type Exclusive, type SessionStorage } from '../src/index';
import { chair, harness } from './harness';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const patch = { standpoint: null, rotation: null, color: null, ifSeq: null };
const ops = (frames: readonly { type: string }[]) => frames.filter(({ type }) => type === 'ops');

function memory(entries: Record<string, string> = {}): SessionStorage & { entries: Map<string, string> } {
  const map = new Map(Object.entries(entries));
  return {
    entries: map,
    get: (key) => map.get(key) ?? null,
    set: (key, value) => void map.set(key, value),
    remove: (key) => void map.delete(key),
  };
}

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
    await vi.advanceTimersByTimeAsync(1);
    pass();
    pass();
    expect((await outcomes).map(({ status }) => status)).toEqual(['applied', 'applied', 'applied']);
    expect(server.live.chat.map(({ text }) => text)).toEqual(['a', 'b', 'c']);
  });

  test('never are so many that the server ends the session', async () => {
    const { room, network, server, enter } = harness();
    await enter();
    server.refuseBatches = { code: 'unavailable', retryAfterMs: 5_000 };
    for (let count = 0; count < 50; count += 1) void room.say(`${count}`);
    network.settle();
    await vi.advanceTimersByTimeAsync(5_000);
    network.settle();
    expect(network.sent.filter(({ type }) => type === 'error').length).toBeLessThan(16);
  });
});

describe('coming back', () => {
  test('with what is missing, unseen by anyone, and sends the unanswered again', async () => {
    const { room, network, server, heard, pass, enter } = harness();
    await enter();
    const outcome = room.put(chair(1));
    network.settle();
    network.cut();
    server.change([{ type: 'put', ...chair(2) }]);
    expect(room.state).toEqual({ name: 'reconnecting', reason: 'connection_lost', comesBack: true, retryInMs: 250 });
    expect(room.view.items.has(1)).toBe(true);
    await vi.advanceTimersByTimeAsync(250);
    pass();
    expect(room.state.name).toBe('inside');
    expect(network.received).toContainEqual(expect.objectContaining({ type: 'resume', have: { epoch: 1, seq: 0 } }));
    expect(network.sent.filter(({ type }) => type === 'changes')).toHaveLength(1);
    expect(ops(network.received)).toMatchObject([{ number: 1, resend: false }, { number: 1, resend: true }]);
    expect([...room.view.items.keys()].toSorted()).toEqual([1, 2]);
    expect((await outcome).status).toMatch(/applied|duplicate/);
    expect(heard.unproven).toEqual([]);
  });

  test('after a welcome that never arrived', async () => {
    const { room, network, heard, pass, enter } = harness();
    await enter();
    void room.say('kept');
    network.settle();
    network.cut();
    await vi.advanceTimersByTimeAsync(250);
    for (let opened = 0; opened < 2; opened += 1) network.deliver('up');
    expect(network.sent.at(-1)).toMatchObject({ type: 'changes' });
    network.cut();
    await vi.advanceTimersByTimeAsync(1_000);
    pass();
    expect(room.state.name).toBe('inside');
    expect(heard.unproven).toEqual([]);
  });

  test('after a crash sends again what was shown but never saved', async () => {
    const { room, network, server, pass, enter } = harness();
    await enter();
    const outcome = room.put(chair(1));
    network.settle();
    server.flush();
    network.settle();
    server.crash();
    network.settle();
    await vi.advanceTimersByTimeAsync(1_000);
    pass();
    expect(await outcome).toEqual({ status: 'applied', seq: 1 });
    expect(server.saved.items.size).toBe(1);
  });

  test('with a refused token says what cannot be proved and joins anew', async () => {
    const { room, network, server, heard, pass, enter } = harness();
    await enter();
    const sent = room.say('sent');
    network.settle();
    network.cut();
    const unsent = room.say('not sent');
    server.refuseTokens = true;
    await vi.advanceTimersByTimeAsync(250);
    network.settle();
    server.refuseTokens = false;
    expect(await sent).toEqual({ status: 'unproven' });
    expect(heard.unproven).toMatchObject([[{ number: 1, ops: [{ text: 'sent' }] }]]);
    await vi.advanceTimersByTimeAsync(0);
    pass();
    expect(room.state.name).toBe('inside');
    expect(await unsent).toMatchObject({ status: 'applied' });
    expect(ops(network.received)).toMatchObject([{ number: 1 }, { number: 1, resend: false }]);
    expect(server.live.chat.map(({ text }) => text)).toEqual(['sent', 'not sent']);
  });

  test('to a server that starts a new session sends nothing again', async () => {
    const { room, network, server, heard, pass, enter } = harness();
    await enter();
    void room.say('one');
    network.settle();
    network.cut();
    server.startAnew = true;
    await vi.advanceTimersByTimeAsync(500);
    pass();
    expect(heard.unproven).toMatchObject([[{ ops: [{ text: 'one' }] }]]);
    expect(ops(network.received)).toHaveLength(1);
  });

  test('to a server that forgot the answers sends nothing again', async () => {
    const { room, network, server, heard, pass, enter } = harness();
    await enter();
    void room.say('one');
    pass();
    void room.say('two');
    network.settle();
    server.forgetAnswers();
    network.settle();
    await vi.advanceTimersByTimeAsync(1_000);
    pass();
    expect(room.state.name).toBe('inside');
    expect(heard.unproven).toMatchObject([[{ ops: [{ text: 'two' }] }]]);
    const outcome = room.say('three');
    pass();
    expect(await outcome).toMatchObject({ status: 'applied' });
    expect(server.live.chat.map(({ text }) => text)).toEqual(['one', 'three']);
  });

  test.each([
    ['a gap in the flushes', { type: 'events', epoch: 1, flush: 99, seq: 0, events: [] }],
    ['an earlier epoch', { type: 'avatars', epoch: 0, avatars: [] }],
    ['a hole in the order', { type: 'events', epoch: 1, flush: 2, seq: 9, events: [] }],
  ] as const)('after %s', async (_, frame) => {
    const { room, network, heard, pass, enter } = harness();
    await enter();
    network.inject(encodeServer(frame));
    expect(room.state).toMatchObject({ name: 'reconnecting', reason: 'resync' });
    expect(heard.problem).toMatchObject([{ what: 'resync' }]);
    await vi.advanceTimersByTimeAsync(500);
    pass();
    expect(room.state.name).toBe('inside');
  });

  test('for the whole room when a change does not fit the copy', async () => {
    const { room, network, server, pass, enter } = harness();
    await enter();
    const op = { type: 'patch', ...patch, id: 5, color: 'mint' } as const;
    const changed = { type: 'changed', seq: 1, member: 1, session: 9, number: 1, atMs: 0, ops: [op] } as const;
    server.change([{ type: 'put', ...chair(5) }]);
    network.inject(encodeServer({ type: 'events', epoch: 1, flush: 2, seq: 1, events: [changed] }));
    await vi.advanceTimersByTimeAsync(500);
    pass();
    expect(network.received.findLast(({ type }) => type !== 'ping')).toMatchObject({ type: 'resume', have: null });
    expect(room.view.items.has(5)).toBe(true);
  });
});

describe('malformed frames', () => {
  test('that may be left out are', async () => {
    const { room, network, heard, enter } = harness();
    await enter();
    for (const kind of [68, 70, 71, 72, 73, 100]) network.inject(new Uint8Array([0x91, kind]));
    expect(room.state.name).toBe('inside');
    expect(heard.problem.map(({ what }) => what)).toEqual(Array.from({ length: 5 }, () => 'malformed_frame'));
  });

  test.each([
    ['an Events frame', new Uint8Array([0x91, 67])],
    ['no frame at all', new Uint8Array([0xc1])],
    ['a text message', null],
  ])('otherwise lead to a resume: %s', async (_, bytes) => {
    const { room, network, pass, enter } = harness();
    await enter();
    network.inject(bytes);
    expect(room.state.name).toBe('reconnecting');
    await vi.advanceTimersByTimeAsync(500);
    pass();
    expect(room.state.name).toBe('inside');
  });
});

describe('the session over a reload', () => {
  test('is taken up again with what was unanswered', async () => {
    const storage = memory();
    const first = harness({ storage });
    await first.enter();
    void first.room.say('before the reload');
    first.network.settle();
    first.network.cut();
    const second = harness({ storage }, first.server);
    await second.enter();
    second.pass();
    expect(second.network.received[0]).toMatchObject({ type: 'resume', have: null });
    expect(ops(second.network.received)).toMatchObject([{ number: 1, resend: true }]);
    expect(second.server.live.chat.map(({ text }) => text)).toEqual(['before the reload']);
    expect(second.room.view.unsaved).toBe(0);
    void second.room.say('after');
    second.pass();
    expect(ops(second.network.received).at(-1)).toMatchObject({ number: 2, resend: false });
  });

  test('is not shared with a duplicate of the tab', async () => {
    const names = new Set<string>();
    const exclusive: Exclusive = async (name) => {
      if (names.has(name)) return null;
      names.add(name);
      return () => void names.delete(name);
    };
    const first = harness({ storage: memory(), exclusive });
    const original = memory();
    const tab = harness({ storage: original, exclusive }, first.server);
    await tab.enter();
    const duplicate = harness({ storage: memory(Object.fromEntries(original.entries)), exclusive }, first.server);
    await duplicate.enter();
    expect(duplicate.network.received[0]).toMatchObject({ type: 'join' });
    tab.pass();
    expect(tab.room.state.name).toBe('inside');
    expect(duplicate.room.state.name).toBe('inside');
  });

  test('starts anew from an old token', async () => {
    const storage = memory();
    const first = harness({ storage });
    await first.enter();
    const copy = memory(Object.fromEntries(storage.entries));
    first.network.cut();
    await vi.advanceTimersByTimeAsync(500);
    first.pass();
    const second = harness({ storage: copy }, first.server);
    await second.enter();
    expect(second.room.state).toMatchObject({ name: 'connecting', reason: 'resume_refused' });
    await vi.advanceTimersByTimeAsync(0);
    second.pass();
    expect(second.room.state.name).toBe('inside');
    expect(first.room.state.name).toBe('inside');
    expect(second.room.member).not.toBe(first.room.member);
  });

  test.each(['', 'null', '{}', '[1,2]', '[1,"n","t",1,0,[[1,[[9]],0,0,true]'])('ignores nonsense: %s', async (text) => {
    const storage = memory({ 'maru.session.ws://room': text });
    const { room, enter } = harness({ storage });
    await enter();
    expect(room.state.name).toBe('inside');
  });

  test('goes on without a storage that fails', async () => {
    const storage = memory();
    vi.spyOn(storage, 'set').mockImplementation(() => {
      throw new Error('quota');
    });
    const { room, heard, enter } = harness({ storage });
    await enter();
    expect(room.state.name).toBe('inside');
    expect(heard.problem).toContainEqual({ what: 'storage', detail: 'quota' });
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
    expect(network.received.findLast(({ type }) => type !== 'ping')).toMatchObject({ type: 'resume', avatar });
    expect(() => room.move(Number.NaN, 0, 0, 0)).toThrow(RangeError);
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
