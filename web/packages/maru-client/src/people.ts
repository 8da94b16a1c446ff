/** Who came, changed and went between two copies of the room, by person: numbers change with the epoch. */
import type { Person } from './frames.ts';

export interface PeopleChanges {
  readonly joined: readonly Person[];
  readonly updated: readonly Person[];
  readonly left: readonly Person[];
}

const FIELDS = ['member', 'name', 'handle', 'role', 'away', 'idle', 'status', 'muted'] as const;

/** Places apart: those have an event of their own. */
function samePerson(a: Person, b: Person): boolean {
  if (a === b) return true;
  const sameLook = a.look.length === b.look.length && a.look.every((part, slot) => part === b.look[slot]);
  return sameLook && FIELDS.every((field) => a[field] === b[field]);
}

export function peopleChanges(
  before: ReadonlyMap<number, Person>,
  after: ReadonlyMap<number, Person>,
): PeopleChanges {
  const missing = new Map([...before.values()].map((person) => [person.id, person]));
  const joined: Person[] = [];
  const updated: Person[] = [];
  for (const person of after.values()) {
    const known = missing.get(person.id);
    missing.delete(person.id);
    if (!known) joined.push(person);
    else if (!samePerson(known, person)) updated.push(person);
  }
  return { joined, updated, left: [...missing.values()] };
}
