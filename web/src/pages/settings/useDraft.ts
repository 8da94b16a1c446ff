/** Changing something that may be changed elsewhere at the same time. */
import { useEffect, useState } from 'react';
import { ApiProblem } from '../../app/api';
import type { Versioned } from '../../app/api/account';
import { useActing } from '../../app/social/useActing';
import { useMe } from '../../app/state/me';
import { patchOf, shown } from './draft';

export interface Draft<T extends object> {
  /** What was saved last, as far as is known here. */
  readonly saved: T;
  readonly values: T;
  /** Null: there is nothing to save. */
  readonly patch: Partial<T> | null;
  readonly state: 'idle' | 'busy' | 'saved' | 'conflict';
  readonly fault: string | null;
  touch(change: Partial<T>): void;
  undo(): void;
  save(): void;
  /** Takes in what was changed from elsewhere on the page. */
  refresh(): void;
}

interface DraftOf<T extends object> {
  /** Of which form: what was typed into it is there again when one comes back from another page. */
  name: string;
  first: Versioned<T>;
  fetch(): Promise<Versioned<T>>;
  send(patch: Partial<T>, etag: string | null): Promise<Versioned<T>>;
  /** With what the server has now. */
  done(value: T): void;
}

/** What is not saved yet, by form and person, for as long as the window is open. */
const unsaved = new Map<string, object>();

export function useDraft<T extends object>({ name, first, fetch, send, done }: DraftOf<T>): Draft<T> {
  const [saved, setSaved] = useState(first);
  const of = `${useMe(({ user }) => user?.id ?? '')} ${name}`;
  const [touched, setTouched] = useState<Partial<T>>(() => (unsaved.get(of) as Partial<T> | undefined) ?? {});
  const [state, setState] = useState<'idle' | 'saved' | 'conflict'>('idle');
  const { busy, fault, act, clear } = useActing();
  const patch = patchOf(saved.value, touched);
  const waits = patch !== null;
  useEffect(() => {
    if (!waits) {
      unsaved.delete(of);
      return undefined;
    }
    unsaved.set(of, touched);
    // the browser asks before what was typed is gone for good
    const leaving = (event: Event): void => event.preventDefault();
    window.addEventListener('beforeunload', leaving);
    return () => window.removeEventListener('beforeunload', leaving);
  }, [of, waits, touched]);
  const reload = (): void =>
    act(fetch, (newest) => {
      // what was changed here stays on top of what was changed elsewhere
      setSaved(newest);
      setState('conflict');
    });
  const save = (): void => {
    if (!patch) {
      return;
    }
    act(
      () => send(patch, saved.etag),
      (now) => {
        setSaved(now);
        setTouched({});
        setState('saved');
        done(now.value);
      },
      (error) => {
        const stale = error instanceof ApiProblem && error.code === 'precondition_failed';
        if (stale) {
          reload();
        }
        return stale;
      },
    );
  };
  return {
    saved: saved.value,
    values: shown(saved.value, touched),
    patch,
    state: busy ? 'busy' : state === 'saved' && patch ? 'idle' : state,
    fault,
    touch: (change) => {
      setTouched({ ...touched, ...change });
      clear();
    },
    undo: () => {
      setTouched({});
      setState('idle');
      clear();
    },
    save,
    refresh: () => act(fetch, setSaved),
  };
}
