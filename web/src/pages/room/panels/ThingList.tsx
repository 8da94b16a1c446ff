/** Every thing in the room by name: the canvas says nothing to a screen reader, this list does. */
import { useLocale, useMessages, type Messages } from '../../../app/i18n';
import { classes } from '../../../app/ui/controls';
import { ItemPicture } from '../../../app/pictures/ItemPicture';
import { catalogueItem } from '../../../world/catalogue';
import styles from './lists.module.css';

export interface Thing {
  readonly id: number;
  readonly kind: string;
  readonly place: number;
  readonly x: number;
  readonly y: number;
  readonly rotation: number;
  readonly color: string;
}

/** Half tiles as tiles. */
export function standpointText(room: Messages['room'], { place, x, y }: Pick<Thing, 'place' | 'x' | 'y'>): string {
  if (place === 1) {
    return room.onLeftWall;
  }
  return place === 2 ? room.onRightWall : room.onFloor(String(x / 2), String(y / 2));
}

interface ThingListProps {
  things: readonly Thing[];
  editing: boolean;
  selected: number | null;
  choose(id: number): void;
}

export function ThingList({ things, editing, selected, choose }: ThingListProps) {
  const { room } = useMessages();
  const locale = useLocale();
  if (things.length === 0) {
    return <p className={styles.lead}>{room.thingsEmpty}</p>;
  }
  return (
    <>
      <p className={styles.lead}>{editing ? room.thingsLeadEdit : room.thingsLead}</p>
      <ul className={styles.list} aria-label={room.things}>
        {things.map((thing) => (
          <li key={thing.id} className={styles.entry}>
            <button
              type="button"
              className={classes(styles.main, thing.id === selected && styles.selected)}
              aria-pressed={editing ? thing.id === selected : undefined}
              onClick={() => choose(thing.id)}
            >
              <ItemPicture kind={thing.kind} color={thing.color} size={40} />
              <span className={styles.words}>
                <b>{catalogueItem(thing.kind)?.name[locale] ?? thing.kind}</b>
                <span className={styles.small}>{standpointText(room, thing)}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
