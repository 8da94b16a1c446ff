/** One of the room's lists for as long as it is shown, read again when the room has changed. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { ReadError, type LiveRoom, type RoomLists, type Topic } from 'maru-client';

export type Listed<T> =
  | { readonly status: 'loading' }
  | { readonly status: 'ready'; readonly list: T }
  | { readonly status: 'failed'; readonly forbidden: boolean };

/** Changes come in bursts; the list follows when one is over. */
const restsMs = 700;

/** Keeps showing what was read last while it is read again. */
export function useRoomList<T extends Topic>(live: LiveRoom, topic: T): [Listed<RoomLists[T]>, () => void] {
  const [listed, setListed] = useState<Listed<RoomLists[T]>>({ status: 'loading' });
  const newest = useRef(0);
  const read = useCallback((): void => {
    newest.current += 1;
    const mine = newest.current;
    const settle = (found: Listed<RoomLists[T]>): void => {
      if (mine === newest.current) {
        setListed(found);
      }
    };
    live.read(topic).then(
      (list) => settle({ status: 'ready', list }),
      (error: unknown) => settle({ status: 'failed', forbidden: error instanceof ReadError && error.code === 'forbidden' }),
    );
  }, [live, topic]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const changed = (): void => {
      clearTimeout(timer);
      timer = setTimeout(read, restsMs);
    };
    read();
    const stops = [live.on('change', changed), live.on('people', changed)];
    return () => {
      clearTimeout(timer);
      newest.current += 1;
      for (const stop of stops) {
        stop();
      }
    };
  }, [live, read]);
  return [listed, read];
}
