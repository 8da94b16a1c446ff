/** Operations for moving, turning and copying furniture. */
import fc from 'fast-check';
import type { Item, Op } from 'maru-client';
import { describe, expect, it } from 'vitest';
import { inBatches, moveItem, placesForCopies, stepOf, turnItem } from '../../src/pages/room/edit/arranging';
import { catalogueItem, check, standingOn } from '../../src/world/catalogue';

let nextId = 1;
function item(kind: string, x: number, y: number, rotation: 0 | 1 | 2 | 3 = 0, place: 0 | 1 | 2 = 0): Item {
  nextId += 1;
  return { id: nextId, kind, place, x, y, rotation, color: '', seq: 1 };
}
const room = (...items: Item[]): Map<number, Item> => new Map(items.map((each) => [each.id, each]));
const plain = ({ id, kind, place, x, y, rotation }: Item) => ({ id, kind, place, x, y, rot: rotation });

/** The room after the operations of one batch. */
function after(items: ReadonlyMap<number, Item>, ops: readonly Op[]): Map<number, Item> {
  const result = new Map(items);
  for (const op of ops) {
    const before = op.type === 'patch' ? result.get(op.id) : undefined;
    if (before && op.type === 'patch') {
      result.set(op.id, { ...before, ...op.standpoint, rotation: op.rotation ?? before.rotation });
    }
  }
  return result;
}

function opsOf(arranged: ReturnType<typeof moveItem>): readonly Op[] {
  if ('problem' in arranged) {
    throw new Error(arranged.problem);
  }
  return arranged.ops;
}

describe('moving', () => {
  it('takes what stands on the item along, in one batch', () => {
    const [table, lamp] = [item('coffee_table', 4, 4), item('moon_lamp', 4, 4)];
    expect(catalogueItem('coffee_table')?.top).not.toBeNull();
    expect(catalogueItem('moon_lamp')?.place).toBe('small');
    const items = room(table, lamp);
    const moved = after(items, opsOf(moveItem(items, table.id, { place: 0, x: 10, y: 7 })));
    expect(moved.get(table.id)).toMatchObject({ x: 10, y: 7 });
    expect(moved.get(lamp.id)).toMatchObject({ x: 10, y: 7 });
  });

  it('sends nothing for a step back to the same place', () => {
    const sofa = item('sofa', 4, 4);
    expect(moveItem(room(sofa), sofa.id, { place: 0, x: 4, y: 4 })).toEqual({ ops: [] });
  });

  it('refuses what the server would refuse', () => {
    const [sofa, chair] = [item('sofa', 0, 0), item('chair', 10, 10)];
    const items = room(sofa, chair);
    expect(moveItem(items, chair.id, { place: 0, x: 1, y: 0 })).toEqual({ problem: 'overlap' });
    expect(moveItem(items, chair.id, { place: 0, x: 19, y: 0 })).toEqual({ problem: 'out_of_bounds' });
  });
});

describe('turning', () => {
  it('keeps the middle where it is, as far as the grid allows', () => {
    const sofa = item('sofa', 8, 8);
    const turned = after(room(sofa), opsOf(turnItem(room(sofa), sofa.id, 1))).get(sofa.id);
    expect(turned).toMatchObject({ rotation: 1, x: 9, y: 7 });
  });

  it('keeps riders on their supporter, and four turns lead back', () => {
    const [table, tea] = [item('coffee_table', 6, 6), item('moon_lamp', 6, 7)];
    let items: Map<number, Item> = room(table, tea);
    expect(standingOn([...items.values()].map(plain), plain(table))).toHaveLength(1);
    for (let turn = 0; turn < 4; turn += 1) {
      items = after(items, opsOf(turnItem(items, table.id, 1)));
      const supporter = items.get(table.id) as Item;
      expect(standingOn([...items.values()].map(plain), plain(supporter)).map(({ id }) => id)).toEqual([tea.id]);
    }
    expect(items.get(tea.id)).toMatchObject({ x: 6, y: 7, rotation: 0 });
  });

  it('is not for what hangs on a wall', () => {
    const picture = item('window', 4, 4, 0, 1);
    expect(turnItem(room(picture), picture.id, 1)).toEqual({ problem: 'bad_rotation' });
  });
});

describe('copying', () => {
  it('finds the nearest free place', () => {
    const chair = item('chair', 4, 4);
    const [copy] = placesForCopies(room(chair), [chair.id]) ?? [];
    expect(copy && Math.hypot(copy.dx, copy.dy)).toBe(2);
  });

  it('gives up in a room without one', () => {
    const beds = [0, 1, 2, 3, 4].flatMap((column) => [0, 1, 2, 3].map((row) => item('sofa', column * 4, row * 2)));
    const filled = room(...beds, ...Array.from({ length: 6 }, (_, row) => [0, 1, 2, 3, 4].map((column) => item('sofa', column * 4, 8 + row * 2))).flat());
    const [first] = filled.keys();
    expect(placesForCopies(filled, [first ?? 0])).toBeNull();
  });
});

describe('several at once', () => {
  const [table, lamp, sofa, clock] = [item('coffee_table', 4, 4), item('moon_lamp', 4, 4), item('sofa', 10, 10), item('wall_clock', 4, 4, 0, 1)];
  const items = room(table, lamp, sofa, clock);
  const all = [...items.keys()];

  it('move by the same way with what stands on them, and leave other surfaces alone', () => {
    const moved = after(items, opsOf(moveItem(items, sofa.id, { place: 0, x: 11, y: 12 }, [table.id, clock.id, sofa.id])));
    expect([table, lamp, sofa, clock].map(({ id }) => [moved.get(id)?.x, moved.get(id)?.y])).toEqual([
      [5, 6],
      [5, 6],
      [11, 12],
      [4, 4],
    ]);
  });

  it('may take each other’s places, which one alone may not', () => {
    const row = [item('chair', 0, 0), item('chair', 2, 0)];
    const chairs = room(...row);
    const ids = row.map(({ id }) => id);
    expect(moveItem(chairs, ids[0] ?? 0, { place: 0, x: 2, y: 0 })).toEqual({ problem: 'overlap' });
    expect(opsOf(moveItem(chairs, ids[0] ?? 0, { place: 0, x: 2, y: 0 }, ids))).toHaveLength(2);
  });

  it('do not move where one of them would not fit', () => {
    expect(moveItem(items, sofa.id, { place: 0, x: 10, y: 5 }, [table.id, sofa.id])).toEqual({ problem: 'out_of_bounds' });
  });

  it('are copied by one offset a surface, so that they stay as they stand to each other', () => {
    const copies = placesForCopies(items, all) ?? [];
    expect(copies.map(({ ids }) => ids)).toEqual([[table.id, lamp.id, sofa.id], [clock.id]]);
    const twins = copies.flatMap(({ ids, dx, dy }) => ids.map((id) => ({ ...plain(items.get(id) as Item), id: -id, x: (items.get(id)?.x ?? 0) + dx, y: (items.get(id)?.y ?? 0) + dy })));
    const together = [...Array.from(items.values(), plain), ...twins];
    expect(twins.map((twin) => check(together, twin))).toEqual([null, null, null, null]);
    expect(standingOn(together, twins[0] as (typeof twins)[0]).map(({ id }) => id)).toEqual([-lamp.id]);
  });

  it('are copied one by one where there is no place for all of them together', () => {
    const clocks = [item('wall_clock', 0, 0, 0, 1), item('wall_clock', 18, 7, 0, 1)];
    expect(placesForCopies(room(...clocks), clocks.map(({ id }) => id))?.map(({ ids }) => ids.length)).toEqual([1, 1]);
  });

  it('are too many for one move above 64, and leave in batches of 64 where the order does not matter', () => {
    const many = room(...Array.from({ length: 70 }, (_, at) => item('gift', at % 19, Math.floor(at / 19))));
    const ids = [...many.keys()];
    expect(moveItem(many, ids[0] ?? 0, { place: 0, x: 0, y: 1 }, ids)).toEqual({ problem: 'bad_batch_size' });
    const removals = ids.map((id): Op => ({ type: 'remove', id, ifSeq: null }));
    expect(inBatches(removals).map(({ length }) => length)).toEqual([64, 6]);
    expect(inBatches([])).toEqual([]);
  });
});

describe('whatever is arranged', () => {
  const placed = fc.record({
    kind: fc.constantFrom('sofa', 'chair', 'coffee_table', 'moon_lamp', 'round_rug'),
    x: fc.integer({ min: 0, max: 18 }),
    y: fc.integer({ min: 0, max: 18 }),
    rotation: fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const),
  });

  it('leaves a room in which everything may stand where it stands', () => {
    fc.assert(
      fc.property(fc.array(placed, { maxLength: 12 }), fc.nat(), fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 }), fc.constantFrom(1 as const, -1 as const), (wishes, pick, dx, dy, way) => {
        const items = room();
        for (const { kind, x, y, rotation } of wishes) {
          const one = item(kind, x, y, rotation);
          if (check([...items.values()].map(plain), plain(one)) === null) {
            items.set(one.id, one);
          }
        }
        const chosen = [...items.values()][pick % Math.max(1, items.size)];
        if (!chosen) {
          return;
        }
        for (const arranged of [moveItem(items, chosen.id, { place: 0, x: chosen.x + dx, y: chosen.y + dy }), turnItem(items, chosen.id, way)]) {
          const result = 'ops' in arranged ? after(items, arranged.ops) : items;
          const all = [...result.values()].map(plain);
          expect(all.filter((each) => check(all, each) !== null)).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('arrow keys', () => {
  it('run along the floor’s edges, and up and along the walls as they look', () => {
    expect(stepOf({ place: 0 }, 'ArrowRight')).toEqual({ dx: 1, dy: 0 });
    expect(stepOf({ place: 0 }, 'ArrowUp')).toEqual({ dx: 0, dy: -1 });
    expect(stepOf({ place: 1 }, 'ArrowRight')).toEqual({ dx: -1, dy: 0 });
    expect(stepOf({ place: 2 }, 'ArrowUp')).toEqual({ dx: 0, dy: 1 });
  });
});
