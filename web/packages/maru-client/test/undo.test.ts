// Undo takes back what I did and nothing of what others did since.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Op } from '../src/index.ts';
import { chair, harness, type Harness } from './harness.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const patch = (id: number, fields: Partial<Extract<Op, { type: 'patch' }>>): Op => ({
  type: 'patch',
  id,
  standpoint: null,
  rotation: null,
  color: null,
  ifSeq: null,
  ...fields,
});
const at = (x: number, y: number) => ({ place: 0, x, y }) as const;

async function inside(items: readonly Op[] = [{ type: 'put', ...chair(1) }]): Promise<Harness> {
  const made = harness();
  if (items.length > 0) made.server.change(items);
  await made.enter();
  return made;
}

test('takes back edits one by one and does them again', async () => {
  const { room, server, pass } = await inside([]);
  void room.put(chair(1));
  void room.patch(1, { color: 'mint', standpoint: at(4, 5) });
  void room.setTheme({ light: 'night' });
  pass();
  void room.undo();
  pass();
  expect(server.live.theme.light).toBe('day');
  void room.undo();
  pass();
  expect(server.live.items.get(1)?.item).toMatchObject({ x: 0, y: 0, color: '' });
  void room.undo();
  pass();
  expect(server.live.items.has(1)).toBe(false);
  expect(room.undo()).toBeNull();
  for (let step = 0; step < 3; step += 1) void room.redo();
  pass();
  expect(server.live.items.get(1)?.item).toMatchObject({ x: 4, y: 5, color: 'mint' });
  expect(server.live.theme.light).toBe('night');
  expect(room.canRedo).toBe(false);
});

test('works before the server has answered', async () => {
  const { room, server, pass } = await inside();
  void room.patch(1, { color: 'mint' });
  void room.undo();
  expect(room.view.items.get(1)?.color).toBe('');
  pass();
  expect(server.live.items.get(1)?.item.color).toBe('');
});

test('skips a field somebody else has set since, and takes back the others', async () => {
  const { room, server, pass } = await inside();
  void room.patch(1, { color: 'mint', standpoint: at(4, 4) });
  pass();
  server.change([patch(1, { color: 'coral' })]);
  pass();
  void room.undo();
  pass();
  expect(server.live.items.get(1)?.item).toMatchObject({ x: 0, y: 0, color: 'coral' });
});

test('skips it even if they set the same value', async () => {
  const { room, server, pass } = await inside();
  void room.patch(1, { color: 'mint' });
  pass();
  server.change([patch(1, { color: 'mint' })]);
  pass();
  expect(room.undo()).toBeNull();
});

test('takes back an edit of a field somebody had set before it, though I heard of that later', async () => {
  const { room, network, server, pass } = await inside();
  void room.patch(1, { color: 'mint' });
  server.change([patch(1, { color: 'coral' })]);
  server.flush();
  network.deliver('down');
  pass();
  expect(room.view.items.get(1)?.color).toBe('mint');
  void room.undo();
  pass();
  expect(server.live.items.get(1)?.item.color).toBe('coral');
});

test('takes back an edit on its way though somebody has set the same field before it', async () => {
  const { room, network, server, pass } = await inside();
  void room.patch(1, { color: 'mint' });
  server.change([patch(1, { color: 'coral' })]);
  server.flush();
  network.deliver('down');
  expect(room.undo()).not.toBeNull();
  pass();
  expect(server.live.items.get(1)?.item.color).toBe('');
});

test('goes on to the step before when nothing of the last one stands', async () => {
  const { room, server, pass } = await inside();
  void room.setTheme({ wallpaper: 'dots' });
  void room.patch(1, { color: 'mint' });
  pass();
  server.change([{ type: 'remove', id: 1, ifSeq: null }]);
  pass();
  void room.undo();
  pass();
  expect(server.live.theme.wallpaper).toBe('plain');
  expect(server.live.items.has(1)).toBe(false);
});

test('leaves my item in place once somebody else has moved it', async () => {
  const { room, server, pass } = await inside([]);
  void room.put(chair(1));
  pass();
  server.change([patch(1, { standpoint: at(9, 9) })]);
  pass();
  expect(room.undo()).toBeNull();
  expect(server.live.items.has(1)).toBe(true);
});

test('brings a removed item back as it was', async () => {
  const { room, server, pass } = await inside([{ type: 'put', ...chair(1, { x: 3, color: 'mint' }) }]);
  void room.remove(1);
  pass();
  void room.undo();
  pass();
  expect(server.live.items.get(1)?.item).toMatchObject(chair(1, { x: 3, color: 'mint' }));
});

test('takes back a batch as one batch, in reverse', async () => {
  const { room, network, pass } = await inside([]);
  void room.batch([
    { type: 'put', ...chair(1) },
    { type: 'put', ...chair(2) },
    patch(1, { color: 'mint' }),
  ]);
  pass();
  void room.undo();
  pass();
  const removals = [2, 1].map((id) => ({ type: 'remove', id, ifSeq: null }));
  expect(network.received.at(-1)).toMatchObject({ type: 'ops', number: 2, ops: removals });
});

test('sends a turn and the move that goes with it as one patch', async () => {
  const { room, network, pass } = await inside();
  void room.patch(1, { rotation: 1, standpoint: at(1, 1) });
  pass();
  void room.undo();
  pass();
  const back = patch(1, { rotation: 0, standpoint: at(0, 0) });
  expect(network.received.at(-1)).toMatchObject({ ops: [back] });
});

test('forgets what was rejected, superseded or only said', async () => {
  const { room, server, pass } = await inside();
  server.reject = () => 'overlap';
  void room.patch(1, { color: 'mint' });
  pass();
  server.reject = () => null;
  void room.say('hello');
  pass();
  expect(room.canUndo).toBe(false);
});

test('a new edit ends what could be done again', async () => {
  const { room, pass } = await inside();
  void room.patch(1, { color: 'mint' });
  void room.undo();
  expect(room.canRedo).toBe(true);
  void room.patch(1, { color: 'coral' });
  pass();
  expect(room.redo()).toBeNull();
});

test('spares what others did while I was away', async () => {
  const { room, network, server, pass } = await inside();
  void room.patch(1, { color: 'mint', standpoint: at(4, 4) });
  pass();
  network.cut();
  server.change([patch(1, { color: 'coral' })]);
  await vi.advanceTimersByTimeAsync(500);
  pass();
  void room.undo();
  pass();
  expect(server.live.items.get(1)?.item).toMatchObject({ x: 0, color: 'coral' });
});

describe('copies', () => {
  test('show at once, follow their originals until they are made, and are taken back and made again', async () => {
    const { room, server, pass } = await inside([{ type: 'put', ...chair(1, { x: 3 }) }]);
    void room.duplicate([1], 2, 4, [7]);
    expect(room.view.items.get(7)).toMatchObject({ kind: 'chair', x: 5, y: 4, seq: 0 });
    server.change([patch(1, { color: 'coral', standpoint: at(10, 0) })]);
    pass();
    expect(room.view.items.get(7)).toMatchObject({ x: 12, y: 4, color: 'coral', seq: 3 });
    void room.undo();
    pass();
    expect(server.live.items.has(7)).toBe(false);
    void room.redo();
    pass();
    expect(server.live.items.get(7)?.item).toMatchObject({ x: 12, y: 4, color: 'coral' });
  });

  test('are all made or none', async () => {
    const { room, server, pass } = await inside();
    server.change([{ type: 'remove', id: 1, ifSeq: null }]);
    const outcome = room.duplicate([1, 2], 1, 1);
    expect(room.view.items.size).toBe(1);
    pass();
    expect(await outcome).toEqual({ status: 'rejected', reason: 'no_such_item' });
    expect(server.live.items.size).toBe(0);
    expect(room.canUndo).toBe(false);
  });
});

describe('a restored layout', () => {
  async function arranged(items: number) {
    const puts = Array.from({ length: items }, (_, index): Op => ({ type: 'put', ...chair(index + 1) }));
    const made = await inside(puts);
    void made.room.saveLayout('before');
    made.pass();
    return made;
  }

  test('is taken back once it is there, item by item', async () => {
    const { room, server, pass } = await arranged(2);
    void room.patch(1, { color: 'mint' });
    void room.remove(2);
    pass();
    void room.restoreLayout('before');
    expect(room.canUndo).toBe(false);
    expect(room.undo()).toBeNull();
    pass();
    expect(server.live.items.get(1)?.item.color).toBe('');
    expect(server.live.items.has(2)).toBe(true);
    void room.undo();
    pass();
    expect(server.live.items.get(1)?.item.color).toBe('mint');
    expect(server.live.items.has(2)).toBe(false);
  });

  test('is not taken back when that is more than one batch', async () => {
    const { room, pass } = await arranged(65);
    void room.batch(Array.from({ length: 64 }, (_, index): Op => ({ type: 'remove', id: index + 1, ifSeq: null })));
    void room.remove(65);
    pass();
    void room.restoreLayout('before');
    pass();
    expect(room.view.items.size).toBe(65);
    expect(room.undo()).toBeNull();
  });

  test('that was refused leaves the steps before it', async () => {
    const { room, server, pass } = await inside();
    void room.patch(1, { color: 'mint' });
    pass();
    const outcome = room.restoreLayout('none such');
    pass();
    expect(await outcome).toEqual({ status: 'rejected', reason: 'no_such_layout' });
    void room.undo();
    pass();
    expect(server.live.items.get(1)?.item.color).toBe('');
  });
});
