/** Bubbles never cover one another or a name, and stay in the viewport, whoever says what where. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutBubbles, layoutNames, overlaps } from '../../src/world/scene/bubble-layout';

const viewport = { x: 6, y: 6, width: 378, height: 560 };
const name = fc.record({ x: fc.integer({ min: -40, max: 400 }), y: fc.integer({ min: -20, max: 600 }), width: fc.integer({ min: 20, max: 92 }), height: fc.constant(17) });
const bubble = fc.record({ anchorX: fc.integer({ min: -60, max: 450 }), anchorY: fc.integer({ min: -60, max: 640 }), width: fc.integer({ min: 30, max: 172 }), height: fc.constantFrom(28, 45) });

describe('layoutBubbles', () => {
  it('stands on its speaker where there is room', () => {
    expect(layoutBubbles([{ id: 'a', anchorX: 200, anchorY: 300, width: 100, height: 30 }], { names: [], heads: [], viewport })).toEqual([{ id: 'a', x: 150, y: 270, width: 100, height: 30 }]);
  });

  it('stacks two people who talk on one spot', () => {
    const placed = layoutBubbles(
      ['a', 'b'].map((id) => ({ id, anchorX: 200, anchorY: 300, width: 160, height: 30 })),
      { names: [], heads: [], viewport },
    );
    expect(placed).toHaveLength(2);
    expect(placed[1]!.y).toBeLessThan(placed[0]!.y - 30);
  });

  it('never covers a bubble or a name, and never leaves the viewport', () => {
    fc.assert(
      fc.property(fc.array(bubble, { maxLength: 10 }), fc.array(name, { maxLength: 16 }), fc.boolean(), (wishes, names, again) => {
        const requests = wishes.map((wish, index) => ({ id: String(index), ...wish }));
        const heads = requests.map(({ anchorX, anchorY }) => ({ x: anchorX - 16, y: anchorY + 9, width: 32, height: 34 }));
        const before = new Map(again ? requests.map(({ id }, index) => [id, { dx: index * 7 - 20, dy: -index * 11 }]) : []);
        const placed = layoutBubbles(requests, { names, heads, viewport, before });
        for (const [index, rect] of placed.entries()) {
          for (const other of placed.slice(index + 1)) expect(overlaps(rect, other)).toBe(false);
          for (const tag of names) expect(overlaps(rect, tag)).toBe(false);
          expect(rect.x).toBeGreaterThanOrEqual(viewport.x);
          expect(rect.y).toBeGreaterThanOrEqual(viewport.y);
          expect(rect.x + rect.width).toBeLessThanOrEqual(viewport.x + viewport.width);
          expect(rect.y + rect.height).toBeLessThanOrEqual(viewport.y + viewport.height);
        }
      }),
    );
  });

  it('finds a place for four speakers in a phone crowded with names', () => {
    const names = Array.from({ length: 12 }, (_, i) => ({ x: 20 + (i % 4) * 92, y: 200 + Math.floor(i / 4) * 70, width: 60, height: 17 }));
    const requests = [0, 1, 2, 3].map((i) => ({ id: String(i), anchorX: 40 + i * 92, anchorY: 260, width: 168, height: 45 }));
    expect(layoutBubbles(requests, { names, heads: [], viewport })).toHaveLength(4);
  });

  it('leaves out what is wider than the viewport', () => {
    expect(layoutBubbles([{ id: 'a', anchorX: 50, anchorY: 50, width: 600, height: 30 }], { names: [], heads: [], viewport })).toEqual([]);
  });
});

describe('layoutNames', () => {
  const tag = (id: string, x: number, ...ys: number[]) => ({ id, options: ys.map((y) => ({ x, y, width: 60, height: 16 })) });

  it('moves a name down from one it would cover', () => {
    const placed = layoutNames([tag('a', 10, 10), tag('b', 30, 14)], new Map());
    expect(placed.get('a')?.y).toBe(10);
    expect(placed.get('b')?.y).toBe(28);
  });

  it('goes over the head rather than over a face', () => {
    const face = { x: 20, y: 98, width: 40, height: 40 };
    expect(layoutNames([tag('a', 10, 100, 10)], new Map([['b', face]])).get('a')?.y).toBe(10);
    expect(layoutNames([tag('a', 10, 100, 10)], new Map([['a', face]])).get('a')?.y).toBe(100);
  });
});
