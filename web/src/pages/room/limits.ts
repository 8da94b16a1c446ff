/** Limits one runs into: what is held back, and for how long. */
import { useEffect, useState } from 'react';
import type { LiveRoom } from 'maru-client';
import { useToasts } from '../../app/state/toasts';
import { heldBack, secondsOf } from './heldBack';
import { useRoomWords } from './words';

/** A wait the server does not name. */
const waitUsualMs = 1000;

/** Tells of limits on edits; gives the seconds until one may talk again, 0 when one may. */
export function useLimits(live: LiveRoom | null): number {
  const { limits } = useRoomWords();
  const show = useToasts((state) => state.show);
  const [talkAt, setTalkAt] = useState(0);
  useEffect(
    () =>
      live?.on('refused', (refusal) => {
        const what = heldBack(refusal);
        const waitMs = refusal.retryAfterMs ?? waitUsualMs;
        if (what === 'chat') {
          setTalkAt(Date.now() + waitMs);
        } else if (what) {
          show('info', limits[what](secondsOf(waitMs)));
        }
      }),
    [live, show, limits],
  );
  return useSecondsUntil(talkAt);
}

function useSecondsUntil(at: number): number {
  const [now, setNow] = useState(() => Date.now());
  const left = Math.max(0, at - now);
  useEffect(() => {
    if (at <= Date.now()) {
      return undefined;
    }
    const tick = (): void => setNow(Date.now());
    // the first soon: `now` may be old by the time a limit is reached
    const first = setTimeout(tick, 0);
    const timer = setInterval(tick, 250);
    const last = setTimeout(() => clearInterval(timer), at - Date.now() + 1000);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
      clearTimeout(last);
    };
  }, [at]);
  return left === 0 ? 0 : secondsOf(left);
}
