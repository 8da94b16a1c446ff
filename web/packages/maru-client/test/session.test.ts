// One session over many connections: coming back, frames that cannot be read, reloads.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { encodeServer, type Exclusive, type SessionStorage } from '../src/index.ts';
import { chair, harness } from './harness.ts';

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

  test('in a new session counts its batches from the start', async () => {
    const { room, network, server, heard, pass, enter } = harness();
    await enter();
    for (const text of ['one', 'two']) void room.say(text);
    pass();
    server.closeAll(4202);
    network.settle();
    await vi.advanceTimersByTimeAsync(0);
    pass();
    const outcome = room.say('three');
    network.settle();
    network.cut();
    await vi.advanceTimersByTimeAsync(1_000);
    pass();
    expect((await outcome).status).toMatch(/applied|duplicate/);
    expect(heard.unproven).toEqual([]);
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
