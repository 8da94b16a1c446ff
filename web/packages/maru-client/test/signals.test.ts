// Who writes and who drags what: coalesced on the way out, expiring on the way in.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { encodeServer, type Preview } from '../src/index.ts';
import { harness, type Harness } from './harness.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const preview = (x: number): Preview => ({ item: 1, standpoint: { place: 0, x, y: 0 }, rotation: 0 });
const sent = ({ network }: Harness, type: string) => network.received.filter((frame) => frame.type === type);

async function two(): Promise<{ a: Harness; b: Harness; member: number }> {
  const a = harness();
  await a.enter();
  const b = harness({}, a.server);
  await b.enter();
  a.pass();
  return { a, b, member: b.room.member! };
}

describe('writing', () => {
  test('is said once, again at half of the time, and when it ends', async () => {
    const made = harness();
    const { room, network, enter } = made;
    await enter();
    for (let key = 0; key < 29; key += 1) {
      room.typing(true);
      await vi.advanceTimersByTimeAsync(200);
    }
    network.settle();
    expect(sent(made, 'typing')).toMatchObject([{ active: true }, { active: true }]);
    room.typing(false);
    room.typing(false);
    network.settle();
    expect(sent(made, 'typing')).toHaveLength(3);
    expect(sent(made, 'typing').at(-1)).toMatchObject({ active: false });
  });

  test('of others is told and forgotten after twice its time, even if its end was lost', async () => {
    const { a, b, member } = await two();
    b.room.typing(true);
    b.network.settle();
    a.network.settle();
    expect(a.heard.typing).toEqual([{ member, active: true }]);
    expect([...a.room.typists]).toEqual([member]);
    const before = a.room.typists;
    await vi.advanceTimersByTimeAsync(11_999);
    expect(a.room.typists).toBe(before);
    await vi.advanceTimersByTimeAsync(1);
    expect(a.heard.typing.at(-1)).toEqual({ member, active: false });
    expect(a.room.typists.size).toBe(0);
  });

  test('is not news to the one who writes', async () => {
    const { b } = await two();
    b.room.typing(true);
    b.network.settle();
    expect(b.heard.typing).toEqual([]);
  });

  test('long ago is not told to a room come back to', async () => {
    const made = harness();
    const { room, network, pass, enter } = made;
    await enter();
    network.down = true;
    network.cut();
    room.typing(true);
    await vi.advanceTimersByTimeAsync(30_000);
    network.down = false;
    await vi.advanceTimersByTimeAsync(30_000);
    pass();
    expect(room.state.name).toBe('inside');
    expect(sent(made, 'typing')).toEqual([]);
  });
});

describe('dragging', () => {
  test('shows the newest place once an interval, and the end', async () => {
    const { a, b, member } = await two();
    for (let x = 0; x <= 20; x += 1) b.room.drag(preview(x));
    b.network.settle();
    await vi.advanceTimersByTimeAsync(100);
    b.network.settle();
    b.room.drag(null);
    await vi.advanceTimersByTimeAsync(100);
    b.network.settle();
    a.network.settle();
    const places = a.heard.drag.map((each) => each.preview?.standpoint.x ?? null);
    expect(places).toEqual([0, 20, null]);
    expect(a.heard.drag[0]).toMatchObject({ member });
    expect(a.room.drags.size).toBe(0);
  });

  test('ends with its person, and with the line of the one who watches', async () => {
    const { a, b, member } = await two();
    b.room.drag(preview(3));
    b.network.settle();
    a.network.settle();
    expect(a.room.drags.get(member)).toEqual(preview(3));
    a.network.cut();
    expect(a.heard.drag.at(-1)).toEqual({ member, preview: null });
    await vi.advanceTimersByTimeAsync(500);
    a.pass();
    b.room.drag(preview(4));
    await vi.advanceTimersByTimeAsync(100);
    b.network.settle();
    a.network.settle();
    expect(a.room.drags.size).toBe(1);
    await b.room.stop();
    b.pass();
    a.pass();
    expect(a.room.drags.size).toBe(0);
  });

  test('goes on after the line was lost', async () => {
    const made = harness();
    const { room, network, pass, enter } = made;
    await enter();
    room.drag(preview(3));
    network.settle();
    network.cut();
    await vi.advanceTimersByTimeAsync(500);
    pass();
    expect(sent(made, 'drag')).toHaveLength(2);
  });
});

test('signals of people who are not here, and of another epoch, change nothing', async () => {
  const { room, network, heard, enter } = harness();
  await enter();
  const typing = [{ member: 99, active: true }];
  network.inject(encodeServer({ type: 'signals', epoch: 1, typing, drags: [{ member: 99, preview: preview(1) }] }));
  expect([...heard.typing, ...heard.drag]).toEqual([]);
  expect(room.typists.size).toBe(0);
});

test('a status is told, and told again to a room come back to', async () => {
  const { a, b, member } = await two();
  b.room.setStatus('busy');
  b.pass();
  a.pass();
  expect(a.room.view.people.get(member)?.status).toBe('busy');
  expect(a.heard['person:updated']).toMatchObject([{ member, status: 'busy' }]);
  a.server.crash();
  for (const { network } of [a, b]) network.settle();
  await vi.advanceTimersByTimeAsync(1_000);
  for (const each of [a, b, a, b]) each.pass();
  expect([...a.room.view.people.values()].map(({ status }) => status).toSorted()).toEqual(['available', 'busy']);
});

test('a changed profile is told once, when the room is there', async () => {
  const made = harness();
  const { room, network, enter } = made;
  room.refresh();
  await enter();
  network.settle();
  expect(sent(made, 'refresh')).toHaveLength(1);
  network.cut();
  await vi.advanceTimersByTimeAsync(500);
  network.settle();
  expect(sent(made, 'refresh')).toHaveLength(1);
});
