/** How to walk, until one has walked. */
import { useEffect, useState } from 'react';
import { useMessages } from '../../app/i18n';
import type { RoomScene } from '../../world/scene';
import styles from './WalkHint.module.css';

const storageKey = 'maru.walked';

function hasWalked(): boolean {
  try {
    return localStorage.getItem(storageKey) !== null;
  } catch {
    // storage denied: the hint shows until the first step on each page
    return false;
  }
}

function remember(): void {
  try {
    localStorage.setItem(storageKey, '1');
  } catch {
    // see above
  }
}

export function WalkHint({ scene }: { scene: RoomScene | null }) {
  const { room } = useMessages();
  const [walked, setWalked] = useState(hasWalked);
  useEffect(
    () =>
      scene?.on('walk', ({ moving }) => {
        if (moving) {
          remember();
          setWalked(true);
        }
      }),
    [scene],
  );
  if (walked) {
    return null;
  }
  const touch = matchMedia('(pointer: coarse)').matches;
  return <p className={styles.hint}>{touch ? room.walkHintTouch : room.walkHint}</p>;
}
