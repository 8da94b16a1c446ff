// The owner's verbs, and what the others see of them.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { harness } from './harness.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('each verb is one operation in a batch of its own', async () => {
  const { room, network, pass, enter } = harness();
  await enter();
  const outcomes = [
    room.kick('p'),
    room.ban('p'),
    room.unban('p'),
    room.mute('p'),
    room.mute('p', 5),
    room.unmute('p'),
    room.setRole('p', 'editor'),
    room.setPolicy({ locked: true, peopleMax: 4 }),
  ];
  for (let turns = 0; turns < 4; turns += 1) pass();
  expect((await Promise.all(outcomes)).map(({ status }) => status)).toEqual(outcomes.map(() => 'applied'));
  const sent = network.received.flatMap((frame) => (frame.type === 'ops' ? [frame.ops] : []));
  expect(sent.map((ops) => ops.length)).toEqual(outcomes.map(() => 1));
  expect(sent.flat()).toEqual([
    { type: 'kick', person: 'p' },
    { type: 'ban', person: 'p' },
    { type: 'unban', person: 'p' },
    { type: 'mute', person: 'p', minutes: null },
    { type: 'mute', person: 'p', minutes: 5 },
    { type: 'unmute', person: 'p' },
    { type: 'setRole', person: 'p', role: 'editor' },
    { type: 'setPolicy', name: null, visibility: null, guestsAllowed: null, locked: true, peopleMax: 4 },
  ]);
  expect(room.canUndo).toBe(false);
});

test('two at a time never leave this client', async () => {
  const { room, network, enter } = harness();
  await enter();
  const outcome = await room.batch([{ type: 'saveLayout', name: 'a' }, { type: 'say', text: 'hi' }]);
  expect(outcome).toEqual({ status: 'rejected', reason: 'not_alone' });
  network.settle();
  expect(network.received.filter(({ type }) => type === 'ops')).toEqual([]);
});

test('new rules reach everyone as the room’s', async () => {
  const { room, server, heard, pass, enter } = harness();
  await enter();
  const other = harness({}, server);
  await other.enter();
  void room.setPolicy({ name: 'Lounge', visibility: 'followers', locked: true });
  pass();
  other.pass();
  for (const { info } of [room, other.room]) {
    expect(info).toMatchObject({ name: 'Lounge', visibility: 'followers', guestsAllowed: true, locked: true });
  }
  expect(other.heard.room).toHaveLength(2);
  expect(heard.change).toMatchObject([{ seq: 1, mine: true, ops: [{ type: 'setPolicy' }] }]);
  expect(other.heard.change).toMatchObject([{ seq: 1, mine: false, author: { member: room.member } }]);
});

test.each([
  ['kick', 'kicked'],
  ['ban', 'banned'],
] as const)('whom they %s stays away, and is seen to leave', async (verb, reason) => {
  const { room, server, heard, pass, enter } = harness();
  await enter();
  const other = harness({}, server);
  await other.enter();
  pass();
  const { id } = other.room.self!;
  void room[verb](id);
  pass();
  other.pass();
  pass();
  expect(other.room.state).toEqual({ name: 'closed', reason, comesBack: false, retryInMs: null });
  expect(heard['person:left']).toMatchObject([{ id }]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(other.network.attempts).toBe(1);
});

test('people who come and go meanwhile are told of by name, not by number', async () => {
  const { room, server, network, heard, pass, enter } = harness();
  await enter();
  const other = harness({}, server);
  await other.enter();
  pass();
  expect(heard['person:joined']).toMatchObject([{ id: 'session-of-ticket-2' }]);
  // both come back to another server, in the other order: new numbers, the same people
  server.crash();
  network.settle();
  other.network.settle();
  await vi.advanceTimersByTimeAsync(1_000);
  other.pass();
  pass();
  other.pass();
  pass();
  expect(room.state.name).toBe('inside');
  expect(heard['person:left']).toEqual([]);
  expect(room.view.people.size).toBe(2);
});

test('every answer is told', async () => {
  const { room, server, heard, pass, enter } = harness();
  await enter();
  server.reject = (op) => (op.type === 'say' ? 'muted' : null);
  void room.say('hello');
  void room.setTheme({ light: 'night' });
  pass();
  expect(heard.ack).toEqual([
    { ops: [{ type: 'say', text: 'hello' }], outcome: { status: 'rejected', reason: 'muted' } },
    expect.objectContaining({ outcome: { status: 'applied', seq: 1 } }),
  ]);
});

test('new rules come with a whole new copy of the room too', async () => {
  const { room, network, server, heard, enter } = harness();
  await enter();
  server.resync();
  network.settle();
  expect(heard.room).toHaveLength(1);
  server.live.info = { ...server.live.info, name: 'Lounge' };
  server.resync();
  network.settle();
  expect(room.info?.name).toBe('Lounge');
  expect(heard.room).toHaveLength(2);
});
