/** Changing something that may be changed elsewhere at the same time. */
import { useState } from 'react';
import { ApiProblem } from '../../app/api';
import type { Versioned } from '../../app/api/account';
import { useActing } from '../../app/social/useActing';
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
}

interface DraftOf<T extends object> {
  first: Versioned<T>;
  fetch(): Promise<Versioned<T>>;
  send(patch: Partial<T>, etag: string | null): Promise<Versioned<T>>;
  /** With what the server has now. */
  done(value: T): void;
}

export function useDraft<T extends object>({ first, fetch, send, done }: DraftOf<T>): Draft<T> {
  const [saved, setSaved] = useState(first);
  const [touched, setTouched] = useState<Partial<T>>({});
  const [state, setState] = useState<'idle' | 'saved' | 'conflict'>('idle');
  const { busy, fault, act, clear } = useActing();
  const patch = patchOf(saved.value, touched);
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
  };
}
