/** Who is in the room, as lists show them. */
import type { Person, Role } from 'maru-client';

export interface Present {
  readonly member: number;
  readonly id: string;
  readonly name: string;
  readonly handle: string | null;
  readonly look: readonly number[];
  readonly guest: boolean;
  readonly role: Role;
  readonly away: boolean;
  readonly idle: boolean;
  readonly busy: boolean;
  readonly muted: boolean;
}

const rank: Record<Role, number> = { owner: 0, editor: 1, visitor: 2 };

/** The owner first, then editors, then visitors, each in the order they came. */
export function presentPeople(people: Iterable<Person>): Present[] {
  return Array.from(people, ({ member, id, name, handle, look, kind, role, away, idle, status, muted }) => ({
    member,
    id,
    name,
    handle,
    look,
    guest: kind === 'guest',
    role,
    away,
    idle,
    busy: status === 'busy',
    muted,
  })).toSorted((a, b) => rank[a.role] - rank[b.role] || a.member - b.member);
}
