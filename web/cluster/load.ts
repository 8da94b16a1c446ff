/** What people do in a run so that every loss shows: put, paint and take away things of their own, talk, walk. */
import { newItemId } from '../packages/maru-client/src/index.ts';
import type { Chance } from '../packages/maru-client/e2e/chance.ts';
import type { Person } from './person.ts';
import { pause } from './ports.ts';

const everyMs = 100;
/** Within the allowance of a connection, 2 a second. */
const talkEveryMs = 900;
const walkEveryMs = 250;
const tilesPerRow = 18;
const colors = ['milk', 'wheat'] as const;
/** Hundredths of a tile. */
const placeMax = 1_000;

/** Things are put into a row of one's own, so that nobody is in anybody's way. */
export interface Role {
  readonly person: Person;
  /** Without one, only talks and walks. */
  readonly row: number | null;
}

/** One life of a thing: put, painted, taken away. */
interface Slot {
  readonly id: number;
  stage: 'put' | 'painted';
}

async function furnish(person: Person, row: number, chance: Chance, isOver: () => boolean): Promise<void> {
  const slots = new Map<number, Slot>();
  while (!isOver()) {
    // an unanswered crowd of batches would only be refused, and an outage must end in reasonable time
    if (person.room.view.unsaved < 100) {
      step(person, row, slots, chance);
    }
    await pause(everyMs + chance.whole(0, everyMs));
  }
}

function step(person: Person, row: number, slots: Map<number, Slot>, chance: Chance): void {
  const x = chance.whole(0, tilesPerRow);
  const slot = slots.get(x);
  if (!slot) {
    const id = newItemId(chance.next);
    slots.set(x, { id, stage: 'put' });
    void person.act({ type: 'put', id, kind: 'gift', place: 0, x, y: row, rotation: 0, color: '' });
  } else if (slot.stage === 'put') {
    slot.stage = 'painted';
    const color = chance.pick(colors);
    void person.act({ type: 'patch', id: slot.id, standpoint: null, rotation: null, color, ifSeq: null });
  } else {
    slots.delete(x);
    void person.act({ type: 'remove', id: slot.id, ifSeq: null });
  }
}

async function talk(person: Person, isOver: () => boolean): Promise<void> {
  for (let line = 1; !isOver(); line += 1) {
    if (person.isInside) void person.act({ type: 'say', text: `${person.name} says ${line}` });
    await pause(talkEveryMs);
  }
}

async function walk(person: Person, chance: Chance, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    person.walk({ x: chance.whole(0, placeMax), y: chance.whole(0, placeMax) });
    await pause(walkEveryMs);
  }
}

/** Goes on until it is over; what is under way then is answered later. */
export async function busy(roles: readonly Role[], chance: Chance, isOver: () => boolean): Promise<void> {
  const all = roles.flatMap(({ person, row }) => [
    ...(row === null ? [] : [furnish(person, row, chance, isOver)]),
    talk(person, isOver),
    walk(person, chance, isOver),
  ]);
  await Promise.all(all);
}
