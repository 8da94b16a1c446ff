/** What the state of the live connection means to the one who looks at it. */
import { useEffect, useRef, useState } from 'react';
import type { RoomState } from 'maru-client';
import { suspendedCode } from '../../app/api';
import { useMe } from '../../app/state/me';
import type { Block } from './Blocked';
import type { Trouble } from './ConnectionBanner';

const restoredForMs = 3500;

/** Why one cannot be in the room at all; null while one is, or may soon be. */
export function blockOf(state: RoomState | null): Block | null {
  if (!state) {
    return null;
  }
  switch (state.reason) {
    case 'room_full':
      return 'full';
    case 'room_locked':
      return 'locked';
    case 'kicked':
      return 'kicked';
    case 'banned':
      return 'banned';
    case 'too_many_sessions':
    case 'too_many_connections':
      return 'crowded';
    case 'room_gone':
    case 'room_not_found':
      return 'gone';
    case 'forbidden':
      return 'forbidden';
    case 'sign_in_required':
    case 'login_ended':
    case suspendedCode:
      return 'sign_in';
    case 'replaced':
      return 'replaced';
    case 'left':
    case 'paused':
    case 'invalid_name':
    case null:
      return null;
    default:
      return state.name === 'closed' ? 'broken' : null;
  }
}

/** Whoever is refused at the door for being suspended is shown why, as after any other refusal for it. */
export function useSuspended(state: RoomState | null): void {
  const reason = state?.reason ?? null;
  const suspend = useMe((me) => me.suspend);
  useEffect(() => {
    if (reason === suspendedCode) {
      suspend();
    }
  }, [reason, suspend]);
}

function useOnline(): boolean {
  const [online, setOnline] = useState(() => navigator.onLine);
  useEffect(() => {
    const changed = (): void => setOnline(navigator.onLine);
    window.addEventListener('online', changed);
    window.addEventListener('offline', changed);
    return () => {
      window.removeEventListener('online', changed);
      window.removeEventListener('offline', changed);
    };
  }, []);
  return online;
}

/** True for a moment after the connection has come back. */
function useRestored(name: RoomState['name'] | null): boolean {
  const [restored, setRestored] = useState(false);
  const lost = useRef(false);
  useEffect(() => {
    if (name === 'reconnecting') {
      lost.current = true;
    }
    if (name !== 'inside' || !lost.current) {
      return undefined;
    }
    lost.current = false;
    const begin = setTimeout(() => setRestored(true), 0);
    const end = setTimeout(() => setRestored(false), restoredForMs);
    return () => {
      clearTimeout(begin);
      clearTimeout(end);
      setRestored(false);
    };
  }, [name]);
  return restored;
}

export function useTrouble(state: RoomState | null): Trouble | null {
  const online = useOnline();
  const name = state?.name ?? null;
  const restored = useRestored(name);
  if (name === 'connecting') {
    return { kind: 'connecting' };
  }
  if (name === 'reconnecting') {
    return online ? { kind: 'reconnecting', retryInMs: state?.retryInMs ?? null } : { kind: 'offline' };
  }
  if (name === 'inside' && !online) {
    return { kind: 'offline' };
  }
  return restored ? { kind: 'restored' } : null;
}
