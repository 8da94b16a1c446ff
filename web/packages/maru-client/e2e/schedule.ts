/** What the link goes through in one run, by seed: fair spells between faults short enough for the grace. */
import type { BadLink, Weather } from './bad-link.ts';
import type { Chance } from './chance.ts';

export interface Spell {
  readonly weather: Weather;
  readonly ms: number;
}

/** Every kind of fault comes once before any comes twice. */
const faults = ['late', 'crumbs', 'stalled', 'half-open-up', 'half-open-down', 'cut', 'down'] as const;

function fault(kind: (typeof faults)[number], chance: Chance): Spell {
  switch (kind) {
    case 'late':
      return { weather: { kind: 'late', ms: chance.whole(40, 400) }, ms: chance.whole(1_500, 4_000) };
    case 'crumbs':
      return { weather: { kind: 'crumbs', bytes: chance.whole(1, 9) }, ms: chance.whole(1_500, 3_000) };
    case 'stalled':
      return { weather: { kind: 'stalled' }, ms: chance.whole(300, 4_000) };
    case 'half-open-up':
      return { weather: { kind: 'half-open', lost: 'up' }, ms: chance.whole(500, 6_000) };
    case 'half-open-down':
      return { weather: { kind: 'half-open', lost: 'down' }, ms: chance.whole(500, 6_000) };
    case 'cut':
      return { weather: { kind: 'cut' }, ms: chance.whole(100, 500) };
    case 'down':
      return { weather: { kind: 'down' }, ms: chance.whole(300, 2_500) };
  }
}

function shuffled<T>(things: readonly T[], chance: Chance): T[] {
  const result = [...things];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = chance.whole(0, last);
    [result[last], result[other]] = [result[other]!, result[last]!];
  }
  return result;
}

/** Spells for so long; the link is clear at the end. */
export function schedule(chance: Chance, forMs: number): readonly Spell[] {
  const spells: Spell[] = [];
  let left = forMs;
  let coming: (typeof faults)[number][] = [];
  while (left > 0) {
    if (coming.length === 0) {
      coming = shuffled(faults, chance);
    }
    const fair: Spell = { weather: { kind: 'clear' }, ms: chance.whole(300, 2_500) };
    const foul = fault(coming.pop()!, chance);
    spells.push(fair, foul);
    left -= fair.ms + foul.ms;
  }
  return spells;
}

/** Lives through the spells on a link. */
export async function weather(link: BadLink, spells: readonly Spell[]): Promise<void> {
  for (const spell of spells) {
    link.set(spell.weather);
    await new Promise((resolve) => {
      setTimeout(resolve, spell.ms);
    });
  }
  link.set({ kind: 'clear' });
}
