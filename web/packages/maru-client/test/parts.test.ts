// A long room comes in parts: it counts when it is whole, and not before.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { encodeServer, type Op } from '../src/index.ts';
import { FakeRoom } from './fake-room.ts';
import { chair, harness, type Harness } from './harness.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function longRoom(): FakeRoom {
  const server = new FakeRoom();
  server.change(Array.from({ length: 10 }, (_, index): Op => ({ type: 'put', ...chair(index + 1) })));
  server.itemsPerFrame = 3;
  return server;
}

const lastResume = ({ network }: Harness) => network.received.findLast(({ type }) => type === 'resume');

test('is entered with its last part', async () => {
  const { room, network, heard } = harness({}, longRoom());
  await room.start();
  await vi.advanceTimersByTimeAsync(0);
  network.deliver('up');
  network.deliver('up');
  for (let frames = 0; frames < 4; frames += 1) {
    network.deliver('down');
    expect(room.view.ready).toBe(false);
  }
  network.deliver('down');
  expect(room.state.name).toBe('inside');
  expect(room.view.items.size).toBe(10);
  expect(heard['person:joined']).toEqual([]);
});

test('a line lost midway leaves the old copy and its read point, and my edits on it', async () => {
  const made = harness({}, longRoom());
  const { room, network, server, pass, enter } = made;
  await enter();
  void room.patch(1, { color: 'mint' });
  network.settle();
  server.flush();
  network.settle();
  server.crash();
  network.settle();
  await vi.advanceTimersByTimeAsync(500);
  for (let frames = 0; frames < 4; frames += 1) {
    network.deliver('up');
    network.deliver('down');
  }
  expect(room.view.items.get(1)?.color).toBe('mint');
  network.cut();
  expect(room.view.items.size).toBe(10);
  await vi.advanceTimersByTimeAsync(1_000);
  pass();
  expect(lastResume(made)).toMatchObject({ have: { epoch: 1, seq: 2 } });
  pass();
  expect(room.state.name).toBe('inside');
  expect(server.live.items.get(1)?.item.color).toBe('mint');
});

test.each([
  ['a part that is missing', 2],
  ['a part that comes twice', 0],
])('%s puts the copy in doubt', async (_, part) => {
  const { room, network, server, pass, enter } = harness({}, longRoom());
  await enter();
  const { seq, theme, info } = server.live;
  const rest = { items: [], chat: [], people: [] };
  network.inject(encodeServer({ type: 'snapshot', epoch: 1, seq, theme, ...rest, parts: 3, room: info }));
  network.inject(encodeServer({ type: 'part', epoch: 1, seq, part, ...rest }));
  expect(room.state.name).toBe('reconnecting');
  expect(room.view.items.size).toBe(10);
  await vi.advanceTimersByTimeAsync(500);
  pass();
  expect(room.state.name).toBe('inside');
});

test('parts without a beginning, or more of them than any room has, do as well', async () => {
  const { room, network, server, enter } = harness();
  await enter();
  const { seq, theme, info } = server.live;
  const rest = { epoch: 1, seq, items: [], chat: [], people: [] };
  network.inject(encodeServer({ type: 'part', part: 1, ...rest }));
  expect(room.state.name).toBe('reconnecting');
  await vi.advanceTimersByTimeAsync(500);
  network.settle();
  network.inject(encodeServer({ type: 'snapshot', theme, parts: 2 ** 32 - 1, room: info, ...rest }));
  expect(room.state.name).toBe('reconnecting');
});

test('nothing of the room may come between the parts', async () => {
  const { room, network, server, enter } = harness();
  await enter();
  const { seq, theme, info } = server.live;
  const rest = { items: [], chat: [], people: [] };
  network.inject(encodeServer({ type: 'snapshot', epoch: 1, seq, theme, ...rest, parts: 1, room: info }));
  network.inject(encodeServer({ type: 'events', epoch: 1, flush: 2, seq, events: [] }));
  expect(room.state.name).toBe('reconnecting');
});

test('a long room over a slow line takes the time it takes, while it keeps coming', async () => {
  const { room, network } = harness({}, longRoom());
  await room.start();
  await vi.advanceTimersByTimeAsync(0);
  network.deliver('up');
  network.deliver('up');
  for (let frames = 0; frames < 5; frames += 1) {
    await vi.advanceTimersByTimeAsync(9_000);
    network.deliver('down');
    network.deliver('up');
  }
  expect(network.attempts).toBe(1);
  expect(room.state.name).toBe('inside');
});
