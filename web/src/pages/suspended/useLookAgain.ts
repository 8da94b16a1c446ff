/** Whoever waits for the end of a suspension is let in when it comes. */
import { useCallback, useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { useMe } from '../../app/state/me';

const lookEveryMs = 60_000;
/** Coming back to the window is told in two ways at once. */
const lookAtMostEveryMs = 5_000;
/** The longest a timer can be set for. */
const timerMaxMs = 2 ** 31 - 1;

interface LookAgain {
  /** Grows with each look: what is shown is read again. */
  readonly version: number;
  /** When one looked last. */
  readonly lookedMs: number;
  /** Resolves once it is known; whether one is in again. */
  look(): Promise<boolean>;
}

/** Looks while the page is looked at, and at the end of the suspension. `over` is told where one is in again. */
export function useLookAgain(endsMs: number | null, over: () => void): LookAgain {
  const load = useMe((state) => state.load);
  const [looked, setLooked] = useState(() => ({ version: 0, lookedMs: Date.now() }));
  const [path, go] = useLocation();
  const look = useCallback(async (): Promise<boolean> => {
    await load();
    setLooked(({ version }) => ({ version: version + 1, lookedMs: Date.now() }));
    const { user, suspended } = useMe.getState();
    if (suspended || !user) {
      return false;
    }
    over();
    // the way in is no place for somebody who is in
    if (path === '/login') {
      go('/', { replace: true });
    }
    return true;
  }, [load, over, path, go]);
  useEffect(() => {
    let lookedMs = Date.now();
    const ask = (): void => {
      if (document.visibilityState === 'visible' && Date.now() - lookedMs >= lookAtMostEveryMs) {
        lookedMs = Date.now();
        void look();
      }
    };
    const timer = setInterval(ask, lookEveryMs);
    window.addEventListener('focus', ask);
    document.addEventListener('visibilitychange', ask);
    return () => {
      clearInterval(timer);
      window.removeEventListener('focus', ask);
      document.removeEventListener('visibilitychange', ask);
    };
  }, [look]);
  useEffect(() => {
    if (endsMs === null) {
      return undefined;
    }
    const timer = setTimeout(() => void look(), Math.min(Math.max(endsMs - Date.now(), 0) + 500, timerMaxMs));
    return () => clearTimeout(timer);
  }, [endsMs, look]);
  return { ...looked, look };
}
