/** Arranging the room by hand: what is selected, what is being placed, and what each gesture sends. */
import { useCallback, useEffect, useMemo, useState } from 'react';
import { newItemId, type LiveRoom, type Op } from 'maru-client';
import { textOf, useLocale, useMessages } from '../../../app/i18n';
import { useToasts } from '../../../app/state/toasts';
import { catalogueItem } from '../../../world/catalogue';
import type { RoomScene } from '../../../world/scene';
import { standpointText } from '../panels/ThingList';
import { moveItem, placeForCopy, stepOf, turnItem, type Arranged, type Arrow } from './arranging';
import type { ItemActions } from './SelectionToolbar';

export interface Arranging {
  readonly selected: number | null;
  readonly placing: string | null;
  /** Said by a live region: where things went. */
  readonly announcement: string;
  readonly actions: ItemActions;
  choose(id: number | null): void;
  place(kind: string, color: string): void;
  stopPlacing(): void;
}

const asPlace = (place: number): 0 | 1 | 2 => (place === 1 || place === 2 ? place : 0);
const asQuarter = (rot: number): 0 | 1 | 2 | 3 => (rot === 1 || rot === 2 || rot === 3 ? rot : 0);

/** Whoever arranges by the list of things goes on with the new one. */
function followFocus(id: number): void {
  const focused = document.activeElement;
  if (focused instanceof HTMLElement && focused.dataset.itemId !== undefined) {
    document.querySelector<HTMLElement>(`[data-item-id="${id}"]`)?.focus();
  }
}

export function useArranging(scene: RoomScene | null, live: LiveRoom | null, editing: boolean): Arranging {
  const { edit, rejections, room: words } = useMessages();
  const locale = useLocale();
  const show = useToasts((state) => state.show);
  const [selected, setSelected] = useState<number | null>(null);
  const [placing, setPlacing] = useState<string | null>(null);
  const [announcement, announce] = useState('');

  const send = useCallback(
    (ops: readonly Op[]): void => {
      if (live && ops.length > 0) {
        // a refusal comes back as the room's `rejected` event; nothing is left to wait for here
        void live.batch(ops);
      }
    },
    [live],
  );
  const carryOut = useCallback(
    (arranged: Arranged, otherwise: string): boolean => {
      if ('problem' in arranged) {
        show('bad', `${otherwise} ${textOf(rejections, arranged.problem)}`);
        return false;
      }
      send(arranged.ops);
      return true;
    },
    [send, show, rejections],
  );
  const move = useCallback(
    (id: number, to: { place: 0 | 1 | 2; x: number; y: number }): void => {
      const item = live?.view.items.get(id);
      if (live && item && carryOut(moveItem(live.view.items, id, to), edit.cannotMove)) {
        announce(edit.movedTo(catalogueItem(item.kind)?.name[locale] ?? item.kind, standpointText(words, to)));
      }
    },
    [live, carryOut, edit, words, locale],
  );

  const choose = useCallback((id: number | null): void => {
    setSelected(id);
    scene?.select(id);
  }, [scene]);

  useEffect(() => {
    scene?.setEditing(editing);
    return () => {
      setSelected(null);
      setPlacing(null);
    };
  }, [scene, editing]);

  useEffect(() => {
    if (!scene || !live || !editing) {
      return undefined;
    }
    const stops = [
      scene.on('select', ({ id }) => setSelected(id)),
      scene.on('drop', ({ id, place, x, y, legal }) => {
        if (legal) {
          move(id, { place, x, y });
        } else {
          show('bad', edit.cannotMove);
        }
      }),
      scene.on('place', ({ kind, color, place, x, y, rot, legal }) => {
        if (!legal) {
          show('bad', edit.cannotMove);
          return;
        }
        setPlacing(null);
        const id = newItemId();
        void live.put({ id, kind, color, place: asPlace(place), x, y, rotation: asQuarter(rot) });
        choose(id);
      }),
      scene.on('placecancel', () => setPlacing(null)),
    ];
    return () => {
      for (const stop of stops) {
        stop();
      }
    };
  }, [scene, live, editing, move, choose, show, edit]);

  // an item taken away by someone else cannot stay selected
  useEffect(() => {
    if (!live || selected === null) {
      return undefined;
    }
    return live.on('view', ({ items }) => {
      if (!items.has(selected)) {
        choose(null);
      }
    });
  }, [live, selected, choose]);

  const actions = useMemo<ItemActions>(() => {
    const withItem = (act: (id: number, room: LiveRoom) => void) => (): void => {
      if (live && selected !== null) {
        act(selected, live);
      }
    };
    return {
      turn: (way) => withItem((id, room) => carryOut(turnItem(room.view.items, id, way), edit.cannotTurn))(),
      step: (arrow: Arrow) =>
        withItem((id, room) => {
          const item = room.view.items.get(id);
          if (item) {
            const { dx, dy } = stepOf(item, arrow);
            move(id, { place: item.place, x: item.x + dx, y: item.y + dy });
          }
        })(),
      duplicate: withItem((id, room) => {
        const copy = placeForCopy(room.view.items, id);
        if (copy) {
          const twin = newItemId();
          void room.put({ ...copy, id: twin });
          choose(twin);
          followFocus(twin);
        } else {
          show('bad', edit.noRoom);
        }
      }),
      recolor: (color) => withItem((id, room) => void room.patch(id, { color }))(),
      remove: withItem((id, room) => {
        void room.remove(id);
        choose(null);
      }),
      deselect: () => choose(null),
    };
  }, [live, selected, carryOut, move, choose, show, edit]);

  const place = useCallback((kind: string, color: string): void => {
    choose(null);
    setPlacing(kind);
    scene?.beginPlacing(kind, color);
  }, [scene, choose]);
  const stopPlacing = useCallback((): void => {
    setPlacing(null);
    scene?.cancelPlacing();
  }, [scene]);
  return { selected, placing, announcement, actions, choose, place, stopPlacing };
}
