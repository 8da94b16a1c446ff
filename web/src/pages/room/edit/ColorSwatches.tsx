/** The palette as a row of round swatches. */
import { textOf, useMessages } from '../../../app/i18n';
import { classes } from '../../../app/ui/controls';
import { palette } from '../../../world/catalogue';
import styles from './edit.module.css';

interface ColorSwatchesProps {
  /** A palette name, or "" for the item's own. */
  color: string;
  choose(color: string): void;
  /** One row that scrolls, instead of as many as it takes. */
  compact?: boolean;
}

export function ColorSwatches({ color, choose, compact = false }: ColorSwatchesProps) {
  const { edit } = useMessages();
  return (
    <div className={classes(styles.swatches, compact && styles.compact)} role="group" aria-label={edit.color}>
      <button
        type="button"
        className={classes(styles.swatch, styles.own, color === '' && styles.chosen)}
        aria-label={edit.ownColor}
        aria-pressed={color === ''}
        title={edit.ownColor}
        onClick={() => choose('')}
      />
      {Object.entries(palette).map(([name, hex]) => (
        <button
          key={name}
          type="button"
          className={classes(styles.swatch, color === name && styles.chosen)}
          style={{ '--swatch': hex } as React.CSSProperties}
          aria-label={textOf(edit.colors, name)}
          aria-pressed={color === name}
          title={textOf(edit.colors, name)}
          data-color={name}
          onClick={() => choose(name)}
        />
      ))}
    </div>
  );
}
