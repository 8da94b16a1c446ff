/** What somebody has written and not sent yet: it outlives going elsewhere, reloads and lost connections, as long as the tab does. */
import { useCallback, useState } from 'react';
import { useMe } from './me';

const storageKey = (place: string): string => `maru.unsent.${place}`;

/** Empty where nothing was kept. */
export function readUnsent(place: string): string {
  try {
    return sessionStorage.getItem(storageKey(place)) ?? '';
  } catch {
    // storage denied: nothing was kept
    return '';
  }
}

export function keepUnsent(place: string, text: string): void {
  try {
    if (text === '') {
      sessionStorage.removeItem(storageKey(place));
    } else {
      sessionStorage.setItem(storageKey(place), text);
    }
  } catch {
    // storage denied or full: the text lives as long as the page
  }
}

/** Whoever signs in next in the same tab does not find it. */
export function usePlace(place: string): string {
  const me = useMe((state) => state.user?.id ?? '');
  return `${me}.${place}`;
}

/** A text that is being written in this place, beginning with `first`; write '' once it is sent or given up. */
export function useUnsent(place: string, first = ''): [string, (text: string) => void] {
  const mine = usePlace(place);
  const [text, setText] = useState(() => readUnsent(mine) || first);
  const write = useCallback(
    (written: string): void => {
      setText(written);
      keepUnsent(mine, written === first ? '' : written);
    },
    [mine, first],
  );
  return [text, write];
}
