// Whatever happens on the way, in the end every client shows the server's room, and each edit counted once.
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LiveRoom, type Op, type Outcome } from '../src/index.ts';
import { FakeNetwork } from './fake-network.ts';
import { FakeRoom } from './fake-room.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Client {
  readonly network: FakeNetwork;
  readonly room: LiveRoom;
  readonly said: Map<string, Outcome | null>;
}

function client(server: FakeRoom, seed: number): Client {
  const network = new FakeNetwork(server);
  let state = seed + 1;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const ticket = async () => server.ticket();
  const room = new LiveRoom({ url: 'ws://room', ticket, open: network.open, random });
  return { network, room, said: new Map() };
}

const itemId = fc.integer({ min: 1, max: 4 });
const place = fc.constantFrom(0, 1, 2);
const quarter = fc.constantFrom(0, 1, 2, 3);
const coordinate = fc.integer({ min: 0, max: 20 });
const color = fc.constantFrom('', 'coral', 'mint');
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

const edit: fc.Arbitrary<Op> = fc.oneof(
  fc.record({
    type: fc.constant('put' as const),
    id: itemId,
    kind: fc.constantFrom('chair', 'lamp'),
    place,
    x: coordinate,
    y: coordinate,
    rotation: quarter,
    color,
  }),
  fc.record({
    type: fc.constant('patch' as const),
    id: itemId,
    standpoint: maybe(fc.record({ place, x: coordinate, y: coordinate })),
    rotation: maybe(quarter),
    color: maybe(color),
    ifSeq: fc.constant(null),
  }),
  fc.record({ type: fc.constant('remove' as const), id: itemId, ifSeq: fc.constant(null) }),
  fc.record({
    type: fc.constant('setTheme' as const),
    wallpaper: maybe(fc.constantFrom('plain', 'dots')),
    flooring: maybe(fc.constantFrom('oak', 'tiles')),
    light: maybe(fc.constantFrom('day', 'night')),
  }),
);

const who = fc.constantFrom(0, 1);
const batch = fc.array(edit, { minLength: 1, maxLength: 3 });
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('edit' as const), who, ops: batch }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('say' as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('undo' as const, 'redo' as const), who }) },
  { weight: 10, arbitrary: fc.record({ do: fc.constantFrom('up' as const, 'down' as const), who }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('settle' as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('cut' as const, 'repeat' as const), who }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('flush' as const, 'save' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('crash' as const, 'restart' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 3_000 }) }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function perform(server: FakeRoom, clients: readonly Client[], action: Step, index: number): Promise<void> {
  if ('who' in action) {
    const { network, room, said } = clients[action.who]!;
    if (action.do === 'edit') void room.batch(action.ops);
    else if (action.do === 'say') {
      const text = `${action.who}: line ${index}`;
      said.set(text, null);
      void room.say(text).then((outcome) => said.set(text, outcome));
    } else if (action.do === 'undo') void room.undo();
    else if (action.do === 'redo') void room.redo();
    else if (action.do === 'settle') network.settle();
    else if (action.do === 'cut') network.cut();
    else if (action.do === 'repeat') network.repeat();
    else network.deliver(action.do);
  } else if (action.do === 'flush') server.flush();
  else if (action.do === 'save') server.save();
  else if (action.do === 'crash') server.crash();
  else if (action.do === 'restart') server.closeAll(4000);
  else if (action.do === 'wait') await vi.advanceTimersByTimeAsync(action.ms);
}

/** Lets everything come to rest: nothing under way, nothing unsaved, everyone inside. */
async function rest(server: FakeRoom, clients: readonly Client[]): Promise<void> {
  const restless = ({ room }: Client) => room.state.name !== 'inside' || room.view.unsaved > 0;
  for (let round = 0; round < 40; round += 1) {
    await vi.advanceTimersByTimeAsync(2_000);
    for (const { network } of clients) network.settle();
    server.flush();
    server.save();
    for (const { network } of clients) network.settle();
    if (round > 2 && !clients.some(restless)) return;
  }
}

function content(view: { theme: unknown; items: ReadonlyMap<number, unknown>; chat: readonly unknown[] }) {
  const items = [...view.items].toSorted(([a], [b]) => a - b);
  return { theme: view.theme, items, chat: view.chat };
}

function contentOf(server: FakeRoom) {
  const items = new Map([...server.live.items].map(([id, { item }]) => [id, item]));
  return content({ theme: server.live.theme, items, chat: server.live.chat });
}

/** Each line took effect exactly once, and its author was told so. */
function expectHonest(server: FakeRoom, { said }: Client): void {
  for (const [text, outcome] of said) {
    const times = server.live.chat.filter((line) => line.text === text).length;
    expect(outcome, text).not.toBeNull();
    if (outcome?.status === 'applied' || outcome?.status === 'duplicate') expect(times, text).toBe(1);
    else expect.fail(`${text} was ${outcome?.status}`);
  }
}

test('any interleaving of edits, losses, crashes and repeats ends in the server’s room', async () => {
  const history = fc.array(step, { minLength: 10, maxLength: 80, size: 'max' });
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      const server = new FakeRoom();
      const clients = [client(server, 1), client(server, 2)];
      for (const { room } of clients) void room.start();
      await vi.advanceTimersByTimeAsync(1);
      for (const { network } of clients) network.settle();
      for (const [index, action] of steps.entries()) await perform(server, clients, action, index);
      await rest(server, clients);
      for (const each of clients) {
        expect(each.room.state).toMatchObject({ name: 'inside' });
        expect(content(each.room.view)).toEqual(contentOf(server));
        expect([...each.room.view.people.values()].map(({ member }) => member).toSorted()).toEqual(
          server.people.map(({ member }) => member).toSorted(),
        );
        expectHonest(server, each);
      }
      for (const { room } of clients) void room.stop();
      vi.clearAllTimers();
    }),
    { numRuns: 300 },
  );
}, 60_000);
