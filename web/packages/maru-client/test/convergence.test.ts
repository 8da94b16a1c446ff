// Whatever happens on the way, in the end every client shows the server's room, and each edit counted once.
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LiveRoom, type Op, type Outcome } from '../src/index.ts';
import { FakeNetwork } from './fake-network.ts';
import { FakeRoom } from './fake-room.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** As many more in the long run of all checks. */
const runs = process.env.MARU_TEST_LONG ? 6_000 : 300;

interface Client {
  readonly network: FakeNetwork;
  readonly room: LiveRoom;
  readonly said: Map<string, Outcome | null>;
  /** Seqs of the changes told one by one, per epoch. */
  readonly told: Map<number, number[]>;
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
  const told = new Map<number, number[]>();
  room.on('change', ({ epoch, seq }) => {
    told.set(epoch, [...(told.get(epoch) ?? []), seq]);
  });
  return { network, room, said: new Map(), told };
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
    type: fc.constant('duplicate' as const),
    copies: fc.array(fc.record({ from: itemId, to: itemId }), { minLength: 1, maxLength: 2 }),
    dx: fc.integer({ min: -2, max: 2 }),
    dy: fc.constant(1),
  }),
  fc.record({
    type: fc.constant('setTheme' as const),
    wallpaper: maybe(fc.constantFrom('plain', 'dots')),
    flooring: maybe(fc.constantFrom('oak', 'tiles')),
    light: maybe(fc.constantFrom('day', 'night')),
  }),
);

const who = fc.constantFrom(0, 1);
const name = fc.constantFrom('a', 'b');
const aboutTheRoom: fc.Arbitrary<Op> = fc.oneof(
  fc.record({ type: fc.constantFrom('saveLayout' as const, 'restoreLayout' as const, 'removeLayout' as const), name }),
  fc.record({
    type: fc.constant('setPolicy' as const),
    name,
    visibility: fc.constantFrom('public' as const, 'private' as const),
    guestsAllowed: fc.constant(null),
    locked: fc.boolean(),
    peopleMax: fc.constant(null),
  }),
);
const batch = fc.oneof(
  { weight: 5, arbitrary: fc.array(edit, { minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: aboutTheRoom.map((op) => [op]) },
);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('edit' as const), who, ops: batch }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('say' as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('undo' as const, 'redo' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('type' as const, 'drag' as const, 'drop' as const, 'read' as const), who }) },
  { weight: 10, arbitrary: fc.record({ do: fc.constantFrom('up' as const, 'down' as const), who }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('settle' as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('cut' as const, 'repeat' as const), who }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('flush' as const, 'save' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('crash' as const, 'restart' as const, 'farewell' as const, 'resync' as const) }) },
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
    else if (action.do === 'type') room.typing(true);
    else if (action.do === 'drag') room.drag({ item: 1, standpoint: { place: 0, x: index % 20, y: 0 }, rotation: 0 });
    else if (action.do === 'drop') room.drag(null);
    else if (action.do === 'read') room.read('history').catch(() => undefined);
    else if (action.do === 'settle') network.settle();
    else if (action.do === 'cut') network.cut();
    else if (action.do === 'repeat') network.repeat();
    else network.deliver(action.do);
  } else if (action.do === 'flush') server.flush();
  else if (action.do === 'save') server.save();
  else if (action.do === 'crash') server.crash();
  else if (action.do === 'restart') server.closeAll(4000);
  else if (action.do === 'farewell') server.broadcast({ type: 'goAway', reconnectAfterMs: 500 });
  else if (action.do === 'resync') server.resync();
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

/** No change is told twice or out of order. */
function expectInOrder({ told }: Client): void {
  for (const seqs of told.values()) expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
}

test('any interleaving of edits, losses, crashes and repeats ends in the server’s room', async () => {
  const history = fc.array(step, { minLength: 10, maxLength: 80, size: 'max' });
  await fc.assert(
    fc.asyncProperty(history, fc.constantFrom(1, 2, 100), async (steps, itemsPerFrame) => {
      const server = new FakeRoom();
      server.itemsPerFrame = itemsPerFrame;
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
        expect(each.room.info).toEqual(server.live.info);
        expectHonest(server, each);
        expectInOrder(each);
      }
      for (const { room } of clients) void room.stop();
      vi.clearAllTimers();
    }),
    { numRuns: runs },
  );
}, 600_000);
