/** The head of an avatar in a circle, or the whole figure. */
import { drawAvatar, drawHead } from '../../world/avatar';
import { drawingAddress, remembering } from '../pictures/drawingImage';
import { classes } from './controls';
import styles from './Portrait.module.css';

const drawnMost = 256;
const numbers = (key: string): number[] => key.split('-').map(Number);
const head = remembering(drawnMost, (key) => drawingAddress(drawHead(numbers(key))));
const figure = remembering(drawnMost, (key) => drawingAddress(drawAvatar(numbers(key))));

interface PortraitProps {
  look: readonly number[];
  size: number;
  /** Empty beside a written name. */
  name?: string;
  faded?: boolean;
}

export function Portrait({ look, size, name = '', faded = false }: PortraitProps) {
  return (
    <img
      className={classes(styles.portrait, faded && styles.faded)}
      src={head(look.join('-'))}
      width={size}
      height={size}
      alt={name}
      title={name || undefined}
      draggable={false}
    />
  );
}

export function WholeFigure({ look, height }: { look: readonly number[]; height: number }) {
  return <img className={styles.figure} src={figure(look.join('-'))} height={height} alt="" draggable={false} />;
}
