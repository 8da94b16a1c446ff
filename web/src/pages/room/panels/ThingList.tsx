/** Every thing in the room by name: the canvas says nothing to a screen reader, this list does. */
import { useLayoutEffect, useRef, type RefObject } from 'react';
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
  selection: readonly number[];
  /** `add`: to what is selected already. */
  choose(id: number, add: boolean): void;
}

export function ThingList({ things, editing, selection, choose }: ThingListProps) {
  const { room } = useMessages();
  const locale = useLocale();
  const list = useRef<HTMLUListElement>(null);
  const focusedAt = useFocusKept(list, things.length);
  if (things.length === 0) {
    return <p className={styles.lead}>{room.thingsEmpty}</p>;
  }
  return (
    <>
      <p className={styles.lead}>{editing ? room.thingsLeadEdit : room.thingsLead}</p>
      <ul className={styles.list} aria-label={room.things} ref={list}>
        {things.map((thing, at) => (
          <li key={thing.id} className={styles.entry}>
            <button
              type="button"
              className={classes(styles.main, selection.includes(thing.id) && styles.selected)}
              aria-pressed={editing ? selection.includes(thing.id) : undefined}
              onClick={(event) => choose(thing.id, event.shiftKey || event.ctrlKey || event.metaKey)}
              onFocus={() => focusedAt(at)}
              onBlur={() => focusedAt(null)}
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

/** When the thing in focus is taken away, what comes next in the list gets the focus. */
function useFocusKept(list: RefObject<HTMLUListElement | null>, count: number): (at: number | null) => void {
  // React hears no blur of an element that it takes away itself
  const focused = useRef<number | null>(null);
  useLayoutEffect(() => {
    const at = focused.current;
    if (at !== null && document.activeElement === document.body) {
      const buttons = list.current?.querySelectorAll('button');
      buttons?.[Math.min(at, count - 1)]?.focus();
    }
  }, [list, count]);
  return (at) => {
    focused.current = at;
  };
}
