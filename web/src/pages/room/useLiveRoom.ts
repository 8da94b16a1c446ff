/** The live connection to a room for as long as a page shows it, and React's view of it. */
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { LiveRoom, liveUrl, restTickets, webLocks, webStorage, type Exclusive, type Role, type RoomInfo, type RoomState, type RoomView } from 'maru-client';
import type { GuestIdentity } from '../../app/api';

/** As whom to enter: a guest of this name, or whoever the page's cookie says. */
export interface Entrance {
  readonly guest: GuestIdentity | null;
}

/** Null while `entrance` is null: then nobody is inside. */
export function useLiveRoom(roomId: string, entrance: Entrance | null): LiveRoom | null {
  const [live, setLive] = useState<LiveRoom | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const leaving = useRef<Promise<void> | null>(null);
  useEffect(() => {
    if (!entrance) {
      return undefined;
    }
    const room = new LiveRoom({
      url: liveUrl(location.origin, roomId),
      ticket: restTickets({ origin: location.origin, roomId, ...(entrance.guest ? { guest: entrance.guest } : {}) }),
      storage: webStorage(sessionStorage),
      storageKey: `${roomId}.${entrance.guest ? 'guest' : 'user'}`,
      ...exclusivity(),
    });
    let gone = false;
    const enter = async (): Promise<void> => {
      // the visit before must be over: one tab is one person
      await leaving.current;
      if (!gone) {
        setLive(room);
        await room.start();
      }
    };
    enter().catch(setFailure);
    const stopHints = hintReturns(room);
    return () => {
      gone = true;
      stopHints();
      setLive(null);
      leaving.current = room.stop();
    };
  }, [roomId, entrance]);
  if (failure !== null) {
    throw failure;
  }
  return live;
}

/** The network or the page coming back is worth an attempt at once. */
function hintReturns(room: LiveRoom): () => void {
  const hint = (): void => {
    if (document.visibilityState === 'visible') {
      room.online();
    }
  };
  window.addEventListener('online', hint);
  window.addEventListener('pageshow', hint);
  document.addEventListener('visibilitychange', hint);
  return () => {
    window.removeEventListener('online', hint);
    window.removeEventListener('pageshow', hint);
    document.removeEventListener('visibilitychange', hint);
  };
}

/** Locks are missing outside secure contexts; a duplicated tab is then the server's to refuse. */
function exclusivity(): { exclusive: Exclusive } | object {
  const { locks } = navigator as Partial<Pick<Navigator, 'locks'>>;
  return locks ? { exclusive: webLocks(locks) } : {};
}

type Listenable = 'view' | 'state' | 'role' | 'people' | 'room' | 'typing';

function useLiveValue<T>(live: LiveRoom | null, event: Listenable, read: () => T): T {
  const subscribe = useCallback((changed: () => void) => live?.on(event, changed) ?? (() => undefined), [live, event]);
  return useSyncExternalStore(subscribe, read);
}

export function useLiveView(live: LiveRoom | null): RoomView | null {
  return useLiveValue(live, 'view', () => live?.view ?? null);
}

export function useLiveState(live: LiveRoom | null): RoomState | null {
  return useLiveValue(live, 'state', () => live?.state ?? null);
}

export function useLiveRole(live: LiveRoom | null): Role | null {
  return useLiveValue(live, 'role', () => live?.role ?? null);
}

export function useLiveInfo(live: LiveRoom | null): RoomInfo | null {
  return useLiveValue(live, 'room', () => live?.info ?? null);
}

const nobody: ReadonlySet<number> = new Set();

export function useLiveTypists(live: LiveRoom | null): ReadonlySet<number> {
  return useLiveValue(live, 'typing', () => live?.typists ?? nobody);
}
