/** Who goes in: the one who is signed in at once, a guest when they say so, and again after a reload. */
import { useCallback, useMemo, useState } from 'react';
import type { GuestIdentity, Room, User } from '../../../app/api';
import { rememberedGuest } from '../../../app/state/guest';
import type { Entrance } from '../useLiveRoom';

const storageKey = (roomId: string): string => `maru.inside.${roomId}`;

/** The guest of this tab who is in this room already, before a reload. */
function returning(roomId: string): GuestIdentity | null {
  try {
    return sessionStorage.getItem(storageKey(roomId)) === null ? null : rememberedGuest();
  } catch {
    // storage denied: a reload asks for the name again
    return null;
  }
}

function note(roomId: string, inside: boolean): void {
  try {
    if (inside) sessionStorage.setItem(storageKey(roomId), '1');
    else sessionStorage.removeItem(storageKey(roomId));
  } catch {
    // storage denied: see above
  }
}

interface EntranceState {
  readonly entrance: Entrance | null;
  enter(guest: GuestIdentity): void;
  leave(): void;
  /** Asks for entry once more, after it was refused. */
  again(): void;
}

export function useEntrance(room: Room, me: User | null): EntranceState {
  const [guest, setGuest] = useState(() => (me ? null : returning(room.id)));
  const [attempt, setAttempt] = useState(0);
  const enter = useCallback((chosen: GuestIdentity): void => {
    note(room.id, true);
    setGuest(chosen);
  }, [room.id]);
  const leave = useCallback((): void => {
    note(room.id, false);
    setGuest(null);
  }, [room.id]);
  const signedIn = me !== null;
  const admitted = signedIn || (guest !== null && room.guestsAllowed);
  // a new object is a new attempt
  const entrance = useMemo(() => (admitted ? { guest: signedIn ? null : guest, attempt } : null), [admitted, signedIn, guest, attempt]);
  return { entrance, enter, leave, again: useCallback(() => setAttempt((count) => count + 1), []) };
}
