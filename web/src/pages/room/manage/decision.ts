/** Carrying out one of the owner's decisions: waiting for its answer, and saying why it did not stand. */
import { useState } from 'react';
import type { Outcome } from 'maru-client';
import { useMessages } from '../../../app/i18n';
import { faultOf } from './fault';
import { useManageWords } from './words';

export interface Deciding {
  readonly busy: boolean;
  /** What the last attempt met. */
  readonly fault: string | null;
  /** One at a time; `done` follows when it stands. */
  decide(outcome: () => Promise<Outcome>, done: () => void): void;
}

export function useDeciding(): Deciding {
  const { rejections } = useMessages();
  const { faults } = useManageWords();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const decide = (outcome: () => Promise<Outcome>, done: () => void): void => {
    if (busy) {
      return;
    }
    setBusy(true);
    setFault(null);
    // a batch never rejects: what goes wrong is an outcome
    void outcome().then((answer) => {
      const found = faultOf(rejections, faults, answer);
      setBusy(false);
      setFault(found);
      if (found === null) {
        done();
      }
    });
  };
  return { busy, fault, decide };
}
