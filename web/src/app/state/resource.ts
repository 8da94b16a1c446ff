/** Loading something for as long as a component shows it. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { noticeSignOut } from './me';

export type Resource<T> =
  | { readonly status: 'loading' }
  | { readonly status: 'ready'; readonly value: T }
  | { readonly status: 'failed'; readonly error: unknown };

/** Loads again when `key` changes or on demand, and drops the answers of older requests. */
export function useResource<T>(key: string, load: (signal: AbortSignal) => Promise<T>): [Resource<T>, () => void] {
  const [attempt, setAttempt] = useState(0);
  const request = `${attempt} ${key}`;
  const [held, hold] = useState<{ request: string; resource: Resource<T> }>({ request, resource: { status: 'loading' } });
  const loader = useRef(load);
  useEffect(() => {
    loader.current = load;
  });
  useEffect(() => {
    const abort = new AbortController();
    const settle = (resource: Resource<T>): void => {
      if (!abort.signal.aborted) {
        hold({ request, resource });
      }
    };
    loader.current(abort.signal).then(
      (value) => settle({ status: 'ready', value }),
      (error: unknown) => {
        settle({ status: 'failed', error });
        noticeSignOut(error);
      },
    );
    return () => abort.abort();
  }, [request]);
  const again = useCallback(() => setAttempt((count) => count + 1), []);
  return [held.request === request ? held.resource : { status: 'loading' }, again];
}
