/** The head of an avatar in a circle, or the whole figure. */
import { useEffect, useState } from 'react';
import type * as Drawing from '../pictures/avatarImage';
import { classes } from './controls';
import styles from './Portrait.module.css';

/** Once it is there no portrait waits for it again. */
let there: typeof Drawing | null = null;

/** Null until avatars can be drawn: their places are kept. */
function useDrawing(): typeof Drawing | null {
  const [drawing, setDrawing] = useState(there);
  useEffect(() => {
    if (drawing) {
      return undefined;
    }
    let gone = false;
    const load = async (): Promise<void> => {
      there = await import('../pictures/avatarImage');
      if (!gone) {
        setDrawing(there);
      }
    };
    // of a version that is no longer served: the page says that there is a new one
    load().catch(() => undefined);
    return () => {
      gone = true;
    };
  }, [drawing]);
  return drawing;
}

interface PortraitProps {
  look: readonly number[];
  size: number;
  /** Empty beside a written name. */
  name?: string;
  faded?: boolean;
}

export function Portrait({ look, size, name = '', faded = false }: PortraitProps) {
  const drawing = useDrawing();
  return (
    <img
      className={classes(styles.portrait, faded && styles.faded)}
      src={drawing?.headImage(look.join('-'))}
      width={size}
      height={size}
      alt={name}
      title={name || undefined}
      draggable={false}
    />
  );
}

export function WholeFigure({ look, height }: { look: readonly number[]; height: number }) {
  const drawing = useDrawing();
  return <img className={styles.figure} src={drawing?.figureImage(look.join('-'))} height={height} alt="" draggable={false} />;
}
