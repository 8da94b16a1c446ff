// What a person is told beside the room: each once, whatever the line does.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { encodeServer, type ServerFrameOf } from '../src/index.ts';
import { harness } from './harness.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const notice = (id: number, unread: number): ServerFrameOf<'notification'> => ({
  type: 'notification',
  id,
  kind: 'follow',
  from: { id: 'u2', handle: 'bada', name: '바다' },
  atMs: 1_795_000_000_123,
  unread,
});

test('a notice is told with who, what and how many are unread, and changes nothing of the room', async () => {
  const { server, network, room, heard, enter } = harness();
  await enter();
  const { view } = room;
  server.tell(notice(7, 3));
  network.settle();
  const { type: _, ...told } = notice(7, 3);
  expect(heard.notification).toEqual([told]);
  expect(room.view).toBe(view);
  expect(room.state.name).toBe('inside');
});

test('one that comes again is no news', async () => {
  const { server, network, room, heard, enter, pass } = harness();
  await enter();
  for (const id of [7, 7, 9, 8]) server.tell(notice(id, 1));
  network.settle();
  room.pause();
  await room.start();
  await vi.advanceTimersByTimeAsync(0);
  pass();
  server.tell(notice(9, 1));
  server.tell(notice(10, 2));
  network.settle();
  expect(heard.notification.map(({ id }) => id)).toEqual([7, 9, 10]);
});

test('a kind of later, and nobody, are told as they are', async () => {
  const { server, network, heard, enter } = harness();
  await enter();
  server.tell({ ...notice(1, 1), kind: 'serenade', from: null });
  network.settle();
  expect(heard.notification).toMatchObject([{ kind: 'serenade', from: null }]);
});

test('one that cannot be read leaves the room alone', async () => {
  const { server, network, room, heard, enter } = harness();
  await enter();
  const broken = { ...notice(1, 1), unread: -1 };
  expect(encodeServer(broken)[1]).toBe(79);
  server.tell(broken);
  network.settle();
  expect(heard.notification).toEqual([]);
  expect(heard.problem).toMatchObject([{ what: 'malformed_frame' }]);
  expect(room.state.name).toBe('inside');
});
