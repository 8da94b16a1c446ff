/** Putting a list in order by dragging, with a mouse, a pen or a finger. */
import { useEffect, useRef, useState, type PointerEvent as ReactPointerEvent, type RefObject } from 'react';

/** Above and below in pixels. */
export interface Span {
  readonly top: number;
  readonly bottom: number;
}

/** Where what stands at `at` belongs when it is held at the height `y`: it takes another's place once it is past its middle. */
export function placeFor(spans: readonly Span[], at: number, y: number): number {
  let to = at;
  spans.forEach(({ top, bottom }, other) => {
    const middle = (top + bottom) / 2;
    if (other < at && y < middle) {
      to = Math.min(to, other);
    } else if (other > at && y > middle) {
      to = Math.max(to, other);
    }
  });
  return to;
}

interface DragOrder {
  list: RefObject<HTMLOListElement | null>;
  /** What is being dragged, by its key. */
  dragged: string | null;
  begin(key: string, event: ReactPointerEvent): void;
}

/** The entries carry their keys as `data-key`. Escape puts the dragged one back where it was. */
export function useDragOrder(move: (key: string, by: number) => void): DragOrder {
  const list = useRef<HTMLOListElement>(null);
  const [dragged, setDragged] = useState<string | null>(null);
  const mover = useRef(move);
  useEffect(() => {
    mover.current = move;
  });
  useEffect(() => {
    if (dragged === null) {
      return undefined;
    }
    const entries = (): HTMLElement[] => [...(list.current?.children ?? [])] as HTMLElement[];
    const placeOf = (): number => entries().findIndex(({ dataset }) => dataset.key === dragged);
    const first = placeOf();
    const shift = (to: number): void => {
      const at = placeOf();
      if (at !== -1 && to !== at) {
        mover.current(dragged, to - at);
      }
    };
    const follow = ({ clientY }: PointerEvent): void => shift(placeFor(entries().map((entry) => entry.getBoundingClientRect()), placeOf(), clientY));
    const end = (): void => setDragged(null);
    const byKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') {
        event.preventDefault();
        // a dialog around it stays
        event.stopPropagation();
        shift(first);
        end();
      }
    };
    // an entry that changes places loses its hold of the pointer, the page does not
    window.addEventListener('pointermove', follow);
    window.addEventListener('pointerup', end);
    window.addEventListener('pointercancel', end);
    window.addEventListener('keydown', byKey, { capture: true });
    return () => {
      window.removeEventListener('pointermove', follow);
      window.removeEventListener('pointerup', end);
      window.removeEventListener('pointercancel', end);
      window.removeEventListener('keydown', byKey, { capture: true });
    };
  }, [dragged]);
  return {
    list,
    dragged,
    begin(key, event) {
      if (event.button === 0 && event.isPrimary) {
        // no text is chosen meanwhile
        event.preventDefault();
        setDragged(key);
      }
    },
  };
}
