/** The server dies without a word while two people furnish, twice; what it acknowledged is there, once. */
import assert from 'node:assert/strict';
import { Maru } from '../../../e2e/server.ts';
import { newItemId, type Outcome } from '../src/index.ts';
import { Chance } from './chance.ts';
import { moveIn, Neighbour, until } from './neighbour.ts';

const deaths = 2;
const betweenMs = 3_000;
const everyMs = 40;
const backWithinMs = 60_000;

interface Made {
  readonly what: string;
  outcome: Outcome | null;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

function kept(made: Made, outcome: Promise<Outcome>): Made {
  void outcome.then((given) => {
    made.outcome = given;
  });
  return made;
}

/** Puts and says, each to be found again by its name. */
async function furnish({ room, name }: Neighbour, chance: Chance, isOver: () => boolean): Promise<Made[]> {
  const made: Made[] = [];
  for (let step = 0; !isOver(); step += 1) {
    if (step % 30 === 0) {
      const text = `${name} ${step}`;
      made.push(kept({ what: text, outcome: null }, room.say(text)));
    } else {
      const id = newItemId(chance.next);
      const at = { x: chance.whole(0, 19), y: chance.whole(0, 19) };
      const put = room.put({ id, kind: 'gift', place: 0, ...at, rotation: 0, color: '' });
      made.push(kept({ what: String(id), outcome: null }, put));
    }
    await pause(everyMs);
  }
  return made;
}

/** What of it is in the room, and how often. */
function times({ room }: Neighbour, what: string): number {
  const lines = room.view.chat.filter(({ text }) => text === what).length;
  return lines + (room.view.items.has(Number(what)) ? 1 : 0);
}

async function dying(maru: Maru): Promise<void> {
  for (let death = 0; death < deaths; death += 1) {
    await pause(betweenMs);
    await maru.kill();
    await maru.serve();
  }
  await pause(betweenMs);
}

export async function crash(seed: number): Promise<string> {
  const maru = await Maru.start();
  const chance = new Chance(seed);
  const owner = await moveIn(maru.url, 'owner');
  const at = { origin: maru.url, roomId: owner.roomId, random: chance.next, cookie: owner.cookie };
  const both = [new Neighbour({ ...at, name: 'one' }), new Neighbour({ ...at, name: 'other' })];
  try {
    for (const who of both) {
      await who.enter();
    }
    let over = false;
    const lists = both.map((who) => furnish(who, chance, () => over));
    await dying(maru);
    over = true;
    const made = (await Promise.all(lists)).flat();
    const calm = ({ room }: Neighbour): boolean => room.state.name === 'inside' && room.view.unsaved === 0;
    await until('both are back and all is answered', () => both.every(calm), backWithinMs);
    const [one, other] = both;
    await until('both have come as far', () => one?.room.view.seq === other?.room.view.seq, backWithinMs);
    for (const who of both) {
      assert(who.losses >= deaths, `${who.name} lost the server ${who.losses} times`);
      assert.equal(who.unproven, 0);
      for (const { what, outcome } of made) {
        const isIn = outcome?.status === 'applied' || outcome?.status === 'duplicate';
        assert(isIn || outcome?.status === 'rejected', `${what} was ${JSON.stringify(outcome)}`);
        assert.equal(times(who, what), isIn ? 1 : 0, `${what} was ${JSON.stringify(outcome)}`);
      }
    }
    const applied = made.filter(({ outcome }) => outcome?.status !== 'rejected').length;
    assert(applied > 20, `only ${applied} batches were applied`);
    return `${applied} of ${made.length} batches applied over ${deaths} deaths`;
  } finally {
    for (const { room } of both) {
      await room.stop();
    }
    await maru.stop();
  }
}
