/** The dialogs of a live room; their code comes when the first of them is opened. */
import { lazy, Suspense, useState } from 'react';
import type { LiveRoom, Role } from 'maru-client';
import type { Present } from './panels/present';

const ManageDialog = lazy(async () => ({ default: (await import('./manage/ManageDialog')).ManageDialog }));
const PersonDialog = lazy(async () => ({ default: (await import('./manage/PersonDialog')).PersonDialog }));

export type RoomDialog = { readonly about: 'room' } | { readonly about: 'person'; readonly member: number };

interface RoomDialogsProps {
  live: LiveRoom;
  role: Role;
  people: readonly Present[];
  open: RoomDialog | null;
  close(): void;
}

export function RoomDialogs({ live, role, people, open, close }: RoomDialogsProps) {
  if (!open) {
    return null;
  }
  return (
    <Suspense>
      {open.about === 'room' && role !== 'visitor' && <ManageDialog live={live} owner={role === 'owner'} close={close} />}
      {open.about === 'person' && <SeenPerson key={open.member} live={live} owner={role === 'owner'} people={people} member={open.member} close={close} />}
    </Suspense>
  );
}

interface SeenPersonProps extends Pick<RoomDialogsProps, 'live' | 'people' | 'close'> {
  owner: boolean;
  member: number;
}

/** Somebody who goes while one looks at them stays as they were seen last. */
function SeenPerson({ live, owner, people, member, close }: SeenPersonProps) {
  const now = people.find((person) => person.member === member) ?? null;
  const [seen, setSeen] = useState(now);
  if (now && now !== seen) {
    setSeen(now);
  }
  return seen && <PersonDialog live={live} person={seen} here={now !== null} owner={owner && seen.role !== 'owner'} close={close} />;
}
