/** Operations for moving, turning and copying furniture. */
import fc from 'fast-check';
import type { Item, Op } from 'maru-client';
import { describe, expect, it } from 'vitest';
import { moveItem, placeForCopy, stepOf, turnItem } from '../../src/pages/room/edit/arranging';
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
    const copy = placeForCopy(room(chair), chair.id);
    expect(copy && Math.hypot(copy.x - chair.x, copy.y - chair.y)).toBe(2);
  });

  it('gives up in a room without one', () => {
    const beds = [0, 1, 2, 3, 4].flatMap((column) => [0, 1, 2, 3].map((row) => item('sofa', column * 4, row * 2)));
    const filled = room(...beds, ...Array.from({ length: 6 }, (_, row) => [0, 1, 2, 3, 4].map((column) => item('sofa', column * 4, 8 + row * 2))).flat());
    const [first] = filled.keys();
    expect(placeForCopy(filled, first ?? 0)).toBeNull();
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
