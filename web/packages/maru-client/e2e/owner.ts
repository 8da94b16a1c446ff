/** An owner, a friend and guests: every verb, list and signal of the client against the real server. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { Maru } from '../../../e2e/server.ts';
import { decodeServer, ReadError, webSocketTransport } from '../src/index.ts';
import type { NewItem, OpenTransport, Outcome, WebSocketConstructor } from '../src/index.ts';
import { moveIn, Neighbour, until } from './neighbour.ts';

// the `ws` package, as the browser driver of the other tests brings it along
const { ws } = createRequire(import.meta.url)('playwright-core/lib/utilsBundle') as { ws: WebSocketConstructor };

const soonMs = 10_000;
const manyItems = 120;

function gift(x: number, y: number): NewItem & { readonly id: number } {
  return { id: 1_000_000 + y * 100 + x, kind: 'gift', place: 0, x, y, rotation: 0, color: '' };
}

async function applied(outcome: Promise<Outcome> | null): Promise<void> {
  const given = await outcome;
  assert.equal(given?.status, 'applied', JSON.stringify(given));
}

async function refusal(list: Promise<unknown>): Promise<string> {
  try {
    await list;
    return 'answered';
  } catch (error) {
    assert(error instanceof ReadError);
    return error.code;
  }
}

interface Cast {
  readonly maru: Maru;
  readonly roomId: string;
  readonly owner: Neighbour;
  readonly friend: Neighbour;
  readonly guest: Neighbour;
  readonly friendId: string;
}

/** A new room is furnished already. */
async function emptied({ owner }: Cast): Promise<void> {
  const ids = [...owner.room.view.items.keys()];
  await applied(owner.room.batch(ids.map((id) => ({ type: 'remove', id, ifSeq: null }) as const)));
}

async function rights({ owner, friend, guest, friendId }: Cast): Promise<void> {
  assert.equal(friend.room.role, 'visitor');
  const early = await friend.room.put(gift(0, 0));
  assert.deepEqual(early, { status: 'rejected', reason: 'forbidden' });
  await applied(owner.room.setRole(friendId, 'editor'));
  await until('the friend may furnish', () => friend.room.role === 'editor', soonMs);
  await applied(friend.room.put(gift(0, 0)));
  const access = await owner.room.read('access');
  assert.deepEqual(access.editors.map(({ id }) => id), [friendId]);
  const history = await friend.room.read('history');
  assert.equal(history[0]?.author.id, friendId);
  assert.deepEqual(history[0]?.parts, [{ action: 'put', subject: 'gift', count: 1 }]);
  assert.equal(await refusal(guest.room.read('history')), 'forbidden');
  assert.equal(await refusal(friend.room.read('access')), 'forbidden');
}

async function layouts({ owner, friend, guest }: Cast): Promise<void> {
  const has = (id: number) => () => [owner, friend, guest].every(({ room }) => room.view.items.has(id));
  const lacks = (id: number) => () => [owner, friend, guest].every(({ room }) => !room.view.items.has(id));
  const { id } = gift(0, 0);
  await applied(owner.room.saveLayout('봄'));
  assert.deepEqual((await owner.room.read('layouts')).map(({ name }) => name), ['봄']);
  await applied(friend.room.remove(id));
  await until('it is gone', lacks(id), soonMs);
  await applied(owner.room.restoreLayout('봄'));
  await until('it is back', has(id), soonMs);
  await applied(owner.room.undo());
  await until('the restored layout is taken back', lacks(id), soonMs);
  await applied(owner.room.redo());
  await until('and done again', has(id), soonMs);
  await applied(owner.room.removeLayout('봄'));
  assert.deepEqual(await owner.room.restoreLayout('봄'), { status: 'rejected', reason: 'no_such_layout' });
  await applied(friend.room.duplicate([id], 2, 2, [9_999]));
  await until('the copy is there', has(9_999), soonMs);
  assert.deepEqual(guest.room.view.items.get(9_999)?.x, 2);
}

async function signals({ owner, friend, guest, friendId }: Cast): Promise<void> {
  const { id } = gift(0, 0);
  friend.room.typing(true);
  friend.room.drag({ item: id, standpoint: { place: 0, x: 9, y: 9 }, rotation: 0 });
  friend.room.setStatus('busy');
  const member = (): number => [...owner.room.view.people.values()].find((person) => person.id === friendId)?.member ?? 0;
  for (const { room } of [owner, guest]) {
    await until('the friend is seen to write', () => room.typists.has(member()), soonMs);
    await until('the friend is seen to drag', () => room.drags.get(member())?.item === id, soonMs);
    await until('the friend is seen to be busy', () => room.view.people.get(member())?.status === 'busy', soonMs);
  }
  friend.room.typing(false);
  friend.room.drag(null);
  await until('and to stop', () => owner.room.typists.size === 0 && owner.room.drags.size === 0, soonMs);
  assert(friend.room.latencyMs !== null);
}

async function muting({ owner, friend, friendId }: Cast): Promise<void> {
  await applied(owner.room.mute(friendId, 5));
  await until('the friend knows', () => friend.room.self?.muted === true, soonMs);
  assert.deepEqual(await friend.room.say('…'), { status: 'rejected', reason: 'muted' });
  assert.equal((await owner.room.read('access')).mutes[0]?.person.id, friendId);
  await applied(owner.room.unmute(friendId));
  await applied(friend.room.say('아아'));
}

async function doors({ maru, roomId, owner, guest }: Cast): Promise<void> {
  await applied(owner.room.setPolicy({ name: '비밀 아지트', locked: true }));
  await until('the guest sees the new name', () => guest.room.info?.name === '비밀 아지트', soonMs);
  assert.equal(guest.room.state.name, 'inside');
  const late = new Neighbour({ origin: maru.url, roomId, name: 'late', random: Math.random });
  await late.room.start();
  await until('the late one waits', () => late.room.state.reason === 'room_locked', soonMs);
  assert.equal(late.room.state.comesBack, true);
  await applied(owner.room.setPolicy({ locked: false }));
  await until('the late one comes in', () => late.room.state.name === 'inside', soonMs);
  await late.room.stop();
  await until('and is seen to leave', () => owner.left.includes('late'), soonMs);
}

/** Enters a room that is too long for one frame, through the `ws` package. */
async function longRoom({ maru, roomId, owner }: Cast): Promise<void> {
  const spots = Array.from({ length: manyItems }, (_, index) => gift(index % 12, 4 + Math.floor(index / 12)));
  for (let from = 0; from < spots.length; from += 60) {
    const some = spots.slice(from, from + 60);
    await applied(owner.room.batch(some.map((item) => ({ type: 'put', ...item }) as const)));
  }
  let parts = 0;
  const open: OpenTransport = (url, events) =>
    webSocketTransport(ws)(url, {
      ...events,
      received: (bytes) => {
        if (bytes && decodeServer(bytes).type === 'part') {
          parts += 1;
        }
        events.received(bytes);
      },
    });
  const late = new Neighbour({ origin: maru.url, roomId, name: 'later', random: Math.random, open });
  await late.enter();
  assert.deepEqual(late.room.view.items, owner.room.view.items);
  assert(parts > 0, 'the room came in parts');
  await late.room.stop();
}

async function sendingOut({ owner, friend, guest, friendId }: Cast): Promise<void> {
  const guestId = guest.room.self?.id;
  assert(guestId);
  await applied(owner.room.kick(guestId));
  await until('the guest is sent out', () => guest.room.state.reason === 'kicked', soonMs);
  await guest.enter();
  await applied(owner.room.ban(friendId));
  await until('the friend is kept out', () => friend.room.state.reason === 'banned', soonMs);
  assert.deepEqual((await owner.room.read('access')).bans.map(({ person }) => person.id), [friendId]);
  await friend.room.start();
  await until('and stays out', () => friend.room.state.name === 'closed' && friend.room.state.reason !== null, soonMs);
  await applied(owner.room.unban(friendId));
  await friend.enter();
}

export async function ownership(maru: Maru): Promise<string> {
  const [host, visitor] = [await moveIn(maru.url, 'owner'), await moveIn(maru.url, 'friend')];
  const at = { origin: maru.url, roomId: host.roomId, random: Math.random };
  const cast: Cast = {
    maru,
    roomId: host.roomId,
    owner: new Neighbour({ ...at, cookie: host.cookie, name: 'owner' }),
    friend: new Neighbour({ ...at, cookie: visitor.cookie, name: 'friend' }),
    guest: new Neighbour({ ...at, name: 'guest' }),
    friendId: visitor.id,
  };
  const everyone = [cast.owner, cast.friend, cast.guest];
  try {
    for (const who of everyone) {
      await who.enter();
    }
    const acts = [emptied, rights, layouts, signals, muting, doors, longRoom, sendingOut];
    for (const act of acts) {
      await act(cast);
    }
    return `${acts.length} acts, ${cast.owner.changes.length} changes`;
  } catch (error) {
    const problems = everyone.map(({ name, problems: each }) => `${name}: ${each.join('; ') || 'no problems'}`);
    throw new Error(problems.join('\n'), { cause: error });
  } finally {
    for (const { room } of everyone) {
      await room.stop();
    }
  }
}
