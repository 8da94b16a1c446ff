/** Limits one runs into: what is held back, and for how long. */
import { useEffect, useState } from 'react';
import type { LiveRoom } from 'maru-client';
import { useToasts } from '../../app/state/toasts';
import { heldBack, queuedChatMs, secondsOf } from './heldBack';
import { useRoomWords } from './words';

/** A wait the server does not name. */
const waitUsualMs = 1000;
const tickMs = 200;
/** A shorter pause could not be read, and the next line would be too fast again. */
const pauseMinMs = 2000;

/** Tells of limits on edits; gives the seconds until one may talk again, 0 when one may. */
export function useLimits(live: LiveRoom | null): number {
  const { limits } = useRoomWords();
  const show = useToasts((state) => state.show);
  const [talkAt, setTalkAt] = useState(0);
  useEffect(() => {
    if (!live) {
      return undefined;
    }
    const hush = (ms: number): void => setTalkAt((at) => Math.max(at, Date.now() + Math.max(ms, pauseMinMs)));
    const stops = [
      live.on('refused', (refusal) => {
        const what = heldBack(refusal);
        const waitMs = refusal.retryAfterMs ?? waitUsualMs;
        if (what === 'chat') {
          hush(waitMs);
        } else if (what) {
          show('info', limits[what](secondsOf(waitMs)));
        }
      }),
      live.on('view', ({ chat }) => {
        const waiting = chat.filter(({ pending }) => pending).length;
        const waitMs = live.state.name === 'inside' ? queuedChatMs(waiting, live.limits?.chatPerSecond ?? 1) : 0;
        if (waitMs > 0) {
          hush(waitMs);
        }
      }),
    ];
    return () => {
      for (const stop of stops) {
        stop();
      }
    };
  }, [live, show, limits]);
  return useSecondsUntil(talkAt);
}

function useSecondsUntil(at: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const tick = (): void => {
      setNow(Date.now());
      if (Date.now() >= at) {
        clearInterval(timer);
      }
    };
    const timer = setInterval(tick, tickMs);
    // the first at once: what is held as now may be old by the time a limit is reached
    const first = setTimeout(tick, 0);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
    };
  }, [at]);
  return now >= at ? 0 : secondsOf(at - now);
}
