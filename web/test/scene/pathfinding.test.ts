/** Ways over the floor keep off furniture, get as near as they can, and leave furniture they are caught in. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findPath, WalkGrid } from '../../src/world/scene/pathfinding';
import type { SceneItem } from '../../src/world/scene/types';

const item = (kind: string, x: number, y: number, rot = 0, id = 1): SceneItem => ({ id, kind, place: 0, x, y, rot, color: '' });

const furniture = fc.array(
  fc.record({ kind: fc.constantFrom('sofa', 'kotatsu', 'bookshelf', 'cactus', 'round_rug', 'fridge'), x: fc.integer({ min: 0, max: 19 }), y: fc.integer({ min: 0, max: 19 }), rot: fc.integer({ min: 0, max: 3 }) }),
  { maxLength: 18 },
);
const tiles = fc.double({ min: 0.25, max: 9.75, noNaN: true });
const point = fc.record({ x: tiles, y: tiles });

describe('findPath', () => {
  it('goes straight where nothing is in the way', () => {
    expect(findPath(new WalkGrid([]), { x: 1, y: 1 }, { x: 8.3, y: 4.2 })).toEqual([{ x: 8.3, y: 4.2 }]);
  });

  it('goes round a wall of shelves', () => {
    const shelves = [0, 4, 8, 12].map((x, id) => item('bookshelf', x, 10, 0, id));
    const path = findPath(new WalkGrid(shelves), { x: 1, y: 3 }, { x: 1, y: 8 });
    expect(path.length).toBeGreaterThan(1);
    expect(Math.max(...path.map(({ x }) => x))).toBeGreaterThan(8);
    expect(path.at(-1)).toEqual({ x: 1, y: 8 });
  });

  it('walks over rugs', () => {
    expect(findPath(new WalkGrid([item('round_rug', 6, 6)]), { x: 1, y: 4.5 }, { x: 9, y: 4.5 })).toHaveLength(1);
  });

  it('comes as near as it can to a spot that is taken', () => {
    const end = findPath(new WalkGrid([item('kotatsu', 8, 8)]), { x: 1, y: 5 }, { x: 4.6, y: 5 }).at(-1);
    expect(end?.x).toBeGreaterThan(3.4);
    expect(end?.x).toBeLessThan(4);
  });

  it('steps out of furniture that was put on it', () => {
    const grid = new WalkGrid([item('double_bed', 6, 6)]);
    const path = findPath(grid, { x: 4, y: 4 }, { x: 8, y: 8 });
    expect(path.length).toBeGreaterThan(0);
    expect(path.every((at) => grid.fits(at))).toBe(true);
  });

  it('has nowhere to go in a room full to the walls', () => {
    const full = Array.from({ length: 25 }, (_, id) => item('kotatsu', (id % 5) * 4, Math.floor(id / 5) * 4, 0, id));
    expect(findPath(new WalkGrid(full), { x: 1, y: 1 }, { x: 8, y: 8 })).toEqual([]);
  });

  it('never brushes furniture, whatever stands where', () => {
    fc.assert(
      fc.property(furniture, point, point, (pieces, from, to) => {
        const grid = new WalkGrid(pieces.map((piece, id) => item(piece.kind, piece.x, piece.y, piece.rot, id)));
        const path = findPath(grid, from, to);
        for (const [index, next] of path.entries()) {
          expect(grid.fits(next)).toBe(true);
          const before = index === 0 ? from : path[index - 1]!;
          if (index > 0 || grid.fits(from)) expect(grid.clear(before, next)).toBe(true);
        }
      }),
    );
  });
});
