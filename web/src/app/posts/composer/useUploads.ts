/** Sends pictures while a post is being written. */
import { useEffect, useRef, useState } from 'react';
import { settled, upload, type Asset } from '../../api/assets';
import { uuid } from '../../api/uuid';
import { textOf } from '../../i18n/messages';
import { pictureFault, picturesMax, type PictureFault } from '../limits';
import { usePostProblem } from '../usePostProblem';
import { usePostWords } from '../words';
import { beginning, changed, moved, taken, type Slot } from './slots';

export interface Uploads {
  readonly slots: readonly Slot[];
  /** Begins with these; what kept others out. */
  add(files: readonly File[]): PictureFault | 'too_many' | null;
  take(key: string): void;
  move(key: string, by: number): void;
  describe(key: string, alt: string): void;
  again(key: string): void;
}

export function useUploads(first: () => Slot[]): Uploads {
  const { refusals } = usePostWords();
  const problem = usePostProblem();
  const [slots, setSlots] = useState<readonly Slot[]>(first);
  const aborts = useRef(new Map<string, AbortController>());
  const change = (key: string, what: Partial<Slot>): void => setSlots((now) => changed(now, key, what));

  const follow = async (key: string, begin: (signal: AbortSignal) => Promise<Asset>): Promise<void> => {
    const abort = new AbortController();
    aborts.current.set(key, abort);
    const { signal } = abort;
    try {
      const sent = await begin(signal);
      change(key, { state: 'processing', sent: 1, assetId: sent.id });
      const { state, picture, refusal } = await settled(sent, signal);
      change(key, state === 'ready' && picture ? { state: 'ready', picture } : { state: 'failed', fault: textOf(refusals, refusal ?? 'other') });
    } catch (error) {
      if (!signal.aborted) {
        change(key, { state: 'failed', fault: problem(error) });
      }
    } finally {
      aborts.current.delete(key);
    }
  };
  const send = (key: string, file: File): void => {
    void follow(key, (signal) => upload({ file, purpose: 'picture', signal, progress: (sent) => change(key, { sent }) }));
  };
  const latest = useRef(follow);
  useEffect(() => {
    latest.current = follow;
  });
  useEffect(() => {
    // what was attached before and is not ready is looked after
    for (const { key, state, assetId } of slots) {
      if (state === 'processing' && assetId !== null) {
        void latest.current(key, () => Promise.resolve({ id: assetId, state: 'processing', refusal: null, alt: '', picture: null }));
      }
    }
    const running = aborts.current;
    return () => {
      for (const abort of running.values()) {
        abort.abort();
      }
    };
    // only of what was there from the beginning
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  return {
    slots,
    add(files) {
      const room = Math.max(picturesMax - slots.length, 0);
      const faults = files.map(pictureFault);
      const good = files.filter((_, at) => faults[at] === null);
      const added = good.slice(0, room).map((file) => beginning(uuid(), file));
      setSlots((now) => [...now, ...added]);
      for (const { key, file } of added) {
        if (file) {
          send(key, file);
        }
      }
      return faults.find((fault) => fault !== null) ?? (good.length > room ? 'too_many' : null);
    },
    take(key) {
      aborts.current.get(key)?.abort();
      setSlots((now) => taken(now, key));
    },
    move: (key, by) => setSlots((now) => moved(now, key, by)),
    describe: (key, alt) => change(key, { alt }),
    again(key) {
      const file = slots.find((slot) => slot.key === key)?.file;
      if (file) {
        change(key, { state: 'sending', sent: 0, fault: null });
        send(key, file);
      }
    },
  };
}
