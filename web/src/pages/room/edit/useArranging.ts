/** Arranging the room by hand: what is selected, what is being placed, and what each gesture sends. */
import { useCallback, useEffect, useMemo, useState } from 'react';
import { BATCH_OPS_MAX, newItemId, type LiveRoom, type Op } from 'maru-client';
import { textOf, useLocale, useMessages } from '../../../app/i18n';
import { useToasts } from '../../../app/state/toasts';
import { catalogueItem } from '../../../world/catalogue';
import type { RoomScene } from '../../../world/scene';
import { standpointText } from '../panels/ThingList';
import { inBatches, moveItem, placesForCopies, stepOf, turnItem, type Arranged, type Arrow } from './arranging';
import type { ItemActions } from './SelectionToolbar';

export interface Arranging {
  /** Ids, the one meant most last. */
  readonly selection: readonly number[];
  readonly placing: string | null;
  /** Said by a live region: where things went, how many are selected. */
  readonly announcement: string;
  readonly actions: ItemActions;
  /** Selects one item, or adds it to the selection or takes it out. */
  choose(id: number, add: boolean): void;
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
  const [selection, setSelection] = useState<readonly number[]>([]);
  const [placing, setPlacing] = useState<string | null>(null);
  const [announcement, announce] = useState('');

  const carryOut = useCallback(
    (arranged: Arranged, otherwise: string): boolean => {
      if ('problem' in arranged) {
        show('bad', `${otherwise} ${textOf(rejections, arranged.problem)}`);
        return false;
      }
      if (live && arranged.ops.length > 0) {
        // a refusal comes back as the room's `rejected` event; nothing is left to wait for here
        void live.batch(arranged.ops);
      }
      return true;
    },
    [live, show, rejections],
  );
  const move = useCallback(
    (id: number, to: { place: 0 | 1 | 2; x: number; y: number }): void => {
      const item = live?.view.items.get(id);
      if (live && item && carryOut(moveItem(live.view.items, id, to, selection), edit.cannotMove)) {
        announce(edit.movedTo(catalogueItem(item.kind)?.name[locale] ?? item.kind, standpointText(words, to)));
      }
    },
    [live, selection, carryOut, edit, words, locale],
  );
  const select = useCallback(
    (ids: readonly number[]): void => {
      setSelection(ids);
      scene?.select(ids);
      if (ids.length > 1) {
        announce(edit.selected(ids.length));
      }
    },
    [scene, edit],
  );

  useEffect(() => {
    scene?.setEditing(editing);
    return () => {
      setSelection([]);
      setPlacing(null);
    };
  }, [scene, editing]);
  useGestures(scene, editing ? live : null, { move, select, setSelection, setPlacing, announce });

  // an item taken away by someone else cannot stay selected
  useEffect(() => {
    if (!live || selection.length === 0) {
      return undefined;
    }
    return live.on('view', ({ items }) => {
      if (selection.some((id) => !items.has(id))) {
        select(selection.filter((id) => items.has(id)));
      }
    });
  }, [live, selection, select]);

  const duplicate = useCallback((): void => {
    const places = live && placesForCopies(live.view.items, selection);
    if (!live || !places || selection.length > BATCH_OPS_MAX) {
      show('bad', places ? rejections.bad_batch_size : edit.noRoom);
      return;
    }
    // one batch: they come together, and are taken back together
    const ops = places.map(({ ids, dx, dy }) => ({ type: 'duplicate' as const, copies: ids.map((from) => ({ from, to: newItemId() })), dx, dy }));
    void live.batch(ops);
    const made = ops.flatMap(({ copies }) => copies.map(({ to }) => to));
    select(made);
    followFocus(made.at(-1) ?? 0);
  }, [live, selection, select, show, edit, rejections]);

  const actions = useMemo<ItemActions>(() => {
    const id = selection.at(-1);
    const send = (ops: readonly Op[]): void => {
      for (const batch of inBatches(ops)) {
        void live?.batch(batch);
      }
    };
    return {
      turn: (way) => {
        if (live && id !== undefined && selection.length === 1) {
          carryOut(turnItem(live.view.items, id, way), edit.cannotTurn);
        }
      },
      step: (arrow: Arrow) => {
        const item = id === undefined ? undefined : live?.view.items.get(id);
        if (item) {
          const { dx, dy } = stepOf(item, arrow);
          move(item.id, { place: item.place, x: item.x + dx, y: item.y + dy });
        }
      },
      duplicate: () => {
        if (selection.length > 0) {
          duplicate();
        }
      },
      recolor: (color) => send(selection.map((each) => ({ type: 'patch', id: each, standpoint: null, rotation: null, color, ifSeq: null }))),
      remove: () => {
        // first let go: the list of things goes on to the next one, which is then selected
        select([]);
        send(selection.map((each) => ({ type: 'remove', id: each, ifSeq: null })));
      },
      selectAll: () => select([...(live?.view.items.keys() ?? [])]),
      deselect: () => select([]),
    };
  }, [live, selection, carryOut, move, select, duplicate, edit]);

  const choose = useCallback(
    (id: number, add: boolean): void => select(!add ? [id] : selection.includes(id) ? selection.filter((other) => other !== id) : [...selection, id]),
    [selection, select],
  );
  const place = useCallback((kind: string, color: string): void => {
    select([]);
    setPlacing(kind);
    scene?.beginPlacing(kind, color);
  }, [scene, select]);
  const stopPlacing = useCallback((): void => {
    setPlacing(null);
    scene?.cancelPlacing();
  }, [scene]);
  return { selection, placing, announcement, actions, choose, place, stopPlacing };
}

interface GestureEffects {
  move(id: number, to: { place: 0 | 1 | 2; x: number; y: number }): void;
  select(ids: readonly number[]): void;
  setSelection(ids: readonly number[]): void;
  setPlacing(kind: string | null): void;
  announce(text: string): void;
}

/** What is done on the canvas, sent to the room; what is being dragged, shown to the others. */
function useGestures(scene: RoomScene | null, live: LiveRoom | null, { move, select, setSelection, setPlacing, announce }: GestureEffects): void {
  const { edit } = useMessages();
  const show = useToasts((state) => state.show);
  useEffect(() => {
    if (!scene || !live) {
      return undefined;
    }
    const stops = [
      scene.on('select', ({ ids }) => {
        setSelection(ids);
        if (ids.length > 1) {
          announce(edit.selected(ids.length));
        }
      }),
      scene.on('drop', ({ id, place, x, y, legal }) => {
        if (legal) {
          move(id, { place, x, y });
        } else {
          show('bad', edit.cannotMove);
        }
      }),
      scene.on('dragpreview', ({ id, place, x, y, rot }) => live.drag({ item: id, standpoint: { place: asPlace(place), x, y }, rotation: asQuarter(rot) })),
      scene.on('dragend', () => live.drag(null)),
      scene.on('place', ({ kind, color, place, x, y, rot, legal }) => {
        if (!legal) {
          show('bad', edit.cannotMove);
          return;
        }
        setPlacing(null);
        const id = newItemId();
        void live.put({ id, kind, color, place: asPlace(place), x, y, rotation: asQuarter(rot) });
        select([id]);
      }),
      scene.on('placecancel', () => setPlacing(null)),
    ];
    return () => {
      live.drag(null);
      for (const stop of stops) {
        stop();
      }
    };
  }, [scene, live, move, select, setSelection, setPlacing, announce, show, edit]);
}
