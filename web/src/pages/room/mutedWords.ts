/** The words the person inside would rather not read, for what is said in the room. */
import { useEffect, useMemo, useState } from 'react';
import { fetchMutedWords } from '../../app/api/moderation';
import { mutedWordIn, type Muting } from '../../app/moderation/mutedWords';
import { noticeSignOut } from '../../app/state/me';

/** As many as one person can have. */
const wordsMax = 100;
/** Somebody who comes back to the page may have changed them elsewhere. */
const freshForMs = 60_000;
const againAfterMs = 10_000;

/** The word for which a line is not to be shown; null where it may be. One's own are always shown. */
export type MutedIn = (line: SaidLine) => string | null;

interface SaidLine {
  readonly authorId: string;
  readonly text: string;
}

export function useMutedIn(userId: string | null): MutedIn {
  const words = useWords(userId);
  return useMemo(() => mutedFor(words, userId), [words, userId]);
}

function mutedFor(words: readonly Muting[], userId: string | null): MutedIn {
  const find = mutedWordIn(words);
  // a log is drawn anew with each line, and a line never changes
  const found = new WeakMap<SaidLine, string | null>();
  return (line) => {
    const known = line.authorId === userId ? null : found.get(line);
    if (known !== undefined) {
      return known;
    }
    const word = find(line.text, Date.now());
    found.set(line, word);
    return word;
  };
}

const none: readonly Muting[] = [];

function useWords(userId: string | null): readonly Muting[] {
  const [held, hold] = useState<{ of: string | null; words: readonly Muting[] }>({ of: null, words: none });
  useEffect(() => {
    if (userId === null) {
      return undefined;
    }
    const abort = new AbortController();
    let [askedAtMs, timer] = [0, 0];
    const ask = (): void => {
      clearTimeout(timer);
      askedAtMs = Date.now();
      fetchMutedWords({ cursor: null, limit: wordsMax, signal: abort.signal }).then(
        ({ entries }) => hold({ of: userId, words: entries }),
        (error: unknown) => {
          if (!abort.signal.aborted) {
            noticeSignOut(error);
            timer = window.setTimeout(ask, againAfterMs);
          }
        },
      );
    };
    const look = (): void => {
      if (document.visibilityState === 'visible' && Date.now() - askedAtMs > freshForMs) {
        ask();
      }
    };
    ask();
    document.addEventListener('visibilitychange', look);
    return () => {
      clearTimeout(timer);
      abort.abort();
      document.removeEventListener('visibilitychange', look);
    };
  }, [userId]);
  return held.of === userId ? held.words : none;
}
