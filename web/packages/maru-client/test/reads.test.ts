// Lists on request: answered, refused, repeated over a new line, and never waited for without end.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ReadError } from '../src/index.ts';
import { chair, harness } from './harness.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'answered',
    (error: unknown) => (error instanceof ReadError ? error.code : 'another error'),
  );

test('give what the room has', async () => {
  const { room, network, pass, enter } = harness();
  await enter();
  void room.put(chair(1));
  void room.saveLayout('mine');
  pass();
  const lists = Promise.all([room.read('history'), room.read('layouts'), room.read('access')]);
  network.settle();
  const [history, layouts, access] = await lists;
  expect(history.map(({ seq }) => seq)).toEqual([2, 1]);
  expect(layouts).toMatchObject([{ name: 'mine', items: 1 }]);
  expect(access).toEqual({ editors: [], bans: [], mutes: [] });
});

test('asked twice at a time share one question', async () => {
  const { room, network, enter } = harness();
  await enter();
  const both = [room.read('history'), room.read('history')];
  network.settle();
  expect(await Promise.all(both)).toEqual([[], []]);
  expect(network.received.filter(({ type }) => type === 'read')).toHaveLength(1);
});

test('are refused to whom they are not for', async () => {
  const { room, network, server, heard, enter } = harness();
  await enter();
  server.refuseReads = 'forbidden';
  const code = codeOf(room.read('access'));
  network.settle();
  expect(await code).toBe('forbidden');
  expect(heard.refused).toMatchObject([{ code: 'forbidden', number: null }]);
  expect(room.state.name).toBe('inside');
});

test.each(['rate_limited', 'unavailable'])('wait and ask again when %s', async (refusal) => {
  const { room, network, server, enter } = harness();
  await enter();
  server.refuseReads = refusal;
  const list = room.read('history');
  network.settle();
  server.refuseReads = null;
  await vi.advanceTimersByTimeAsync(300);
  network.settle();
  expect(await list).toEqual([]);
});

test('are asked again over a new line', async () => {
  const { room, network, server, pass, enter } = harness();
  await enter();
  server.refuseReads = 'silence';
  const list = room.read('history');
  network.settle();
  server.refuseReads = null;
  network.cut();
  await vi.advanceTimersByTimeAsync(500);
  pass();
  expect(await list).toEqual([]);
});

test('end after ten seconds, and with the room', async () => {
  const { room, network, server, enter } = harness();
  expect(await codeOf(room.read('history'))).toBe('not_started');
  await enter();
  server.refuseReads = 'silence';
  const late = codeOf(room.read('history'));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await late).toBe('timeout');
  const last = codeOf(room.read('layouts'));
  server.closeAll(4305);
  network.settle();
  expect(await last).toBe('kicked');
  expect(await codeOf(room.read('layouts'))).toBe('kicked');
});
