/** Doing one thing at a time, and saying how it went. */
import { useCallback, useRef, useState } from 'react';
import { noticeSignOut } from '../state/me';
import { useToasts } from '../state/toasts';
import { useProblemText } from './useProblemText';

export interface Acting {
  readonly busy: boolean;
  /** What the last attempt met, in words. */
  readonly fault: string | null;
  /** `done` follows when it worked; a failure it does not take is told. */
  act<T>(what: () => Promise<T>, done: (value: T) => void, failed?: (error: unknown) => boolean): void;
  clear(): void;
}

/** `aloud` tells failures at the edge of the page; otherwise whoever acts shows `fault`. `wording` knows more failures by name. */
export function useActing(aloud = false, wording?: (error: unknown) => string): Acting {
  const general = useProblemText();
  const text = wording ?? general;
  const show = useToasts((state) => state.show);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const running = useRef(false);
  const act: Acting['act'] = (what, done, failed) => {
    if (running.current) {
      return;
    }
    running.current = true;
    setBusy(true);
    setFault(null);
    what().then(
      (value) => {
        running.current = false;
        setBusy(false);
        done(value);
      },
      (error: unknown) => {
        running.current = false;
        setBusy(false);
        if (failed?.(error)) {
          return;
        }
        noticeSignOut(error);
        if (aloud) {
          show('bad', text(error));
        } else {
          setFault(text(error));
        }
      },
    );
  };
  return { busy, fault, act, clear: useCallback(() => setFault(null), []) };
}
