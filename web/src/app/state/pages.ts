/** A list that comes in pages, for as long as a component shows it. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Page } from '../api/pages';
import { noticeSignOut } from './me';

export interface Paged<T> {
  readonly status: 'loading' | 'ready' | 'failed';
  readonly error: unknown;
  readonly entries: readonly T[];
  readonly count: number | null;
  /** Whether there is more to be had. */
  readonly hasMore: boolean;
  readonly busy: boolean;
  more(): void;
  again(): void;
  /** Takes out what is gone, or changes what has changed, without asking for all of it again. */
  edit(change: (entries: readonly T[]) => readonly T[]): void;
}

interface Held<T> {
  readonly request: string;
  /** Which first page it begins with. */
  readonly turn: string;
  readonly status: 'loading' | 'ready' | 'failed';
  readonly error: unknown;
  readonly entries: readonly T[];
  readonly count: number | null;
  readonly cursor: string | null;
  readonly busy: boolean;
}

function nothing<T>(request: string): Held<T> {
  return { request, turn: '', status: 'loading', error: null, entries: [], count: null, cursor: null, busy: false };
}

/** Adds a page; who is in two pages, because the list moved between them, is shown once. */
export function joined<T>(before: readonly T[], page: readonly T[], idOf: (entry: T) => string | number): readonly T[] {
  const known = new Set(before.map(idOf));
  return [...before, ...page.filter((entry) => !known.has(idOf(entry)))];
}

/** Loads again when `key` changes; what was shown stays until the new first page is there if only `version` does. */
export function usePages<T>(key: string, load: (cursor: string | null, signal: AbortSignal) => Promise<Page<T>>, idOf: (entry: T) => string | number, version = 0): Paged<T> {
  const [attempt, setAttempt] = useState(0);
  const [held, hold] = useState<Held<T>>(() => nothing(key));
  const loader = useRef(load);
  const ids = useRef(idOf);
  const abort = useRef(new AbortController());
  useEffect(() => {
    loader.current = load;
    ids.current = idOf;
  });
  const fetchMore = useCallback(
    (cursor: string | null, turn: string, signal: AbortSignal): void => {
      loader.current(cursor, signal).then(
        ({ entries, nextCursor, count }) => {
          if (!signal.aborted) {
            hold((before) => ({
              request: key,
              turn,
              status: 'ready',
              error: null,
              entries: cursor === null ? entries : joined(before.entries, entries, ids.current),
              count: count ?? (cursor === null ? null : before.count),
              cursor: nextCursor,
              busy: false,
            }));
          }
        },
        (error: unknown) => {
          noticeSignOut(error);
          if (!signal.aborted) {
            hold((before) => (before.request === key && before.status === 'ready' ? { ...before, turn, error, busy: false } : { ...nothing<T>(key), turn, status: 'failed', error }));
          }
        },
      );
    },
    [key],
  );
  const turn = `${attempt} ${version}`;
  useEffect(() => {
    const mine = new AbortController();
    abort.current = mine;
    fetchMore(null, turn, mine.signal);
    return () => mine.abort();
  }, [fetchMore, turn]);
  const shown = held.request === key ? held : nothing<T>(key);
  const { cursor } = shown;
  const busy = shown.busy || shown.turn !== turn;
  return {
    status: shown.status,
    error: shown.error,
    entries: shown.entries,
    count: shown.count,
    hasMore: cursor !== null,
    busy,
    more: () => {
      if (cursor !== null && !busy) {
        hold({ ...shown, busy: true, error: null });
        fetchMore(cursor, turn, abort.current.signal);
      }
    },
    again: useCallback(() => {
      hold(nothing(key));
      setAttempt((count) => count + 1);
    }, [key]),
    edit: useCallback((change) => hold((before) => ({ ...before, entries: change(before.entries) })), []),
  };
}
