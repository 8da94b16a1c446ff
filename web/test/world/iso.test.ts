/** Projection and painter's order. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isBehind, intersects, isoSort, overlapOnScreen, type Box3 } from '../../src/world/iso/depth';
import { project, projectOnWall, unproject, unprojectOnWall } from '../../src/world/iso/projection';

const box = (x: number, y: number, z: number, w: number, d: number, h: number): Box3 => ({ x, y, z, w, d, h });

/** Floor boxes that do not overlap, some with a smaller box standing on them. */
const furnishedFloor = fc
  .array(
    fc.record({
      x: fc.integer({ min: 0, max: 18 }),
      y: fc.integer({ min: 0, max: 18 }),
      w: fc.integer({ min: 1, max: 4 }),
      d: fc.integer({ min: 1, max: 4 }),
      h: fc.integer({ min: 1, max: 25 }),
      stacked: fc.boolean(),
    }),
    { minLength: 2, maxLength: 60 },
  )
  .map((candidates) => {
    const boxes: Box3[] = [];
    for (const { x, y, w, d, h, stacked } of candidates) {
      const candidate = box(x / 2, y / 2, 0, w / 2, d / 2, h / 10);
      if (boxes.some((placed) => intersects(placed, candidate))) continue;
      boxes.push(candidate);
      if (stacked) boxes.push(box(x / 2, y / 2, h / 10, 0.5, 0.5, 0.6));
    }
    return boxes;
  });

describe('projection', () => {
  it('comes back from the screen to the same floor tile', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100, max: 100 }), fc.integer({ min: -100, max: 100 }), (x, y) => {
        expect(unproject(project(x / 4, y / 4))).toEqual({ x: x / 4 + 0, y: y / 4 + 0 });
      }),
    );
  });

  it.each([1, 2] as const)('comes back from wall %i to the same place', (wall) => {
    const back = unprojectOnWall(wall, projectOnWall(wall, 3.5, 2.25));
    expect(back.along).toBeCloseTo(3.5);
    expect(back.height).toBeCloseTo(2.25);
  });
});

describe('isoSort', () => {
  it('never paints a box after one that stands before it', () => {
    fc.assert(
      fc.property(furnishedFloor, (boxes) => {
        const position = new Map(isoSort(boxes).map((index, at) => [index, at]));
        for (const [i, a] of boxes.entries()) {
          for (const [j, b] of boxes.entries()) {
            if (i === j || !overlapOnScreen(a, b) || !isBehind(a, b)) continue;
            expect(position.get(i)).toBeLessThan(position.get(j) as number);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('puts a cup before a long sofa and a lamp behind it, though the lamp is nearer than the cup', () => {
    const longSofa = box(0, 2, 0, 6, 1, 1);
    const lamp = box(5, 1, 0, 1, 1, 2);
    const cup = box(0, 3, 0, 0.5, 0.5, 0.3);
    expect(isoSort([cup, longSofa, lamp])).toEqual([2, 1, 0]);
  });

  it('still gives each box once where three hide each other in a circle', () => {
    const [a, b, c] = [box(3, 0, 1, 4, 4, 2), box(1, 2, 3, 3, 1, 2), box(0, 3, 1, 3, 4, 4)];
    for (const [farther, nearer] of [[a, b], [b, c], [c, a]] as const) {
      expect(intersects(farther, nearer)).toBe(false);
      expect(overlapOnScreen(farther, nearer) && isBehind(farther, nearer)).toBe(true);
    }
    expect(isoSort([a, b, c]).toSorted()).toEqual([0, 1, 2]);
  });

  it('gives each box once even where boxes intersect', () => {
    const anyBox = fc
      .tuple(fc.nat(9), fc.nat(9), fc.nat(3), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 4 }))
      .map(([x, y, z, w, d, h]) => box(x, y, z, w, d, h));
    fc.assert(
      fc.property(fc.array(anyBox, { maxLength: 40 }), (boxes) => {
        const order = isoSort(boxes);
        expect(new Set(order).size).toBe(boxes.length);
        expect(order.length).toBe(boxes.length);
      }),
    );
  });
});
