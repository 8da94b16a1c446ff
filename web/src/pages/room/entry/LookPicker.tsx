/** A few looks to choose from, and more at the throw of a die. */
import { useState } from 'react';
import { useMessages } from '../../../app/i18n';
import { classes, IconButton } from '../../../app/ui/controls';
import { Portrait } from '../../../app/ui/Portrait';
import { randomLook } from '../../../world/avatar/wardrobe';
import styles from './EntryPanel.module.css';

const offered = 5;

function offer(first: readonly number[]): (readonly number[])[] {
  return [first, ...Array.from({ length: offered - 1 }, () => randomLook(Math.random))];
}

export function LookPicker({ look, choose }: { look: readonly number[]; choose(look: readonly number[]): void }) {
  const { entry } = useMessages();
  const [looks, setLooks] = useState(() => offer(look));
  const shuffle = (): void => {
    const fresh = offer(randomLook(Math.random));
    setLooks(fresh);
    choose(fresh[0] ?? look);
  };
  return (
    <fieldset className={styles.looks}>
      <legend className="visually-hidden">{entry.look}</legend>
      {looks.map((each, index) => (
        <label key={each.join('-')} className={classes(styles.look, each.join() === look.join() && styles.chosen)}>
          <input
            type="radio"
            name="look"
            className="visually-hidden"
            checked={each.join() === look.join()}
            aria-label={entry.lookOption(index + 1)}
            onChange={() => choose(each)}
          />
          <Portrait look={each} size={48} />
        </label>
      ))}
      <IconButton icon="dice" label={entry.shuffle} onClick={shuffle} />
    </fieldset>
  );
}
