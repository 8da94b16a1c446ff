/** Every kind has a sound drawing: complete, within its footprint, no two solids in one place. */
import { describe, expect, it } from 'vitest';
import { catalogueItem, catalogueItems, footprint, palette, type PaletteName } from '../../src/world/catalogue';
import {
  canDraw,
  drawItem,
  drawnKinds,
  drawnWallKinds,
  drawWallItem,
  modelItem,
  modelWallItem,
} from '../../src/world/furniture';
import { intersects, type Box3 } from '../../src/world/iso/depth';
import type { Drawing } from '../../src/world/iso/drawing';
import { project, projectOnWall, type Rotation } from '../../src/world/iso/projection';

const ROTATIONS: readonly Rotation[] = [0, 1, 2, 3];
const WALLS = [1, 2] as const;
/** Pixels a drawing may reach past its footprint: outline, rounded edges, a leaf or an ear. */
const SIDE_MARGIN = 12;
/** Pixels a wall piece may reach past its place, since it stands out from the wall. */
const WALL_MARGIN = 20;
/** Tiles a solid may reach past its footprint. */
const SPILL = 0.001;

function intersections(boxes: readonly Box3[]): string[] {
  const found: string[] = [];
  for (const [i, a] of boxes.entries()) {
    for (const b of boxes.slice(i + 1)) {
      if (intersects(a, b)) found.push(`${JSON.stringify(a)} and ${JSON.stringify(b)}`);
    }
  }
  return found;
}

function ids(drawing: Drawing): string[] {
  return [...drawing.body.matchAll(/ id="([^"]+)"/g)].map((match) => match[1] ?? '');
}

const floorKinds = catalogueItems.filter((item) => item.place !== 'wall').map(({ kind }) => kind);
const wallKinds = catalogueItems.filter((item) => item.place === 'wall').map(({ kind }) => kind);

describe('the drawings', () => {
  it('cover the catalogue exactly', () => {
    expect(drawnKinds().toSorted()).toEqual(floorKinds.toSorted());
    expect(drawnWallKinds().toSorted()).toEqual(wallKinds.toSorted());
    expect(catalogueItems.every(({ kind }) => canDraw(kind))).toBe(true);
    expect(canDraw('throne')).toBe(false);
    expect(() => drawItem('throne', 0)).toThrow('throne');
    expect(() => drawWallItem('sofa', 1, false)).toThrow('sofa');
  });

  it('come out the same each time, and differ by rotation and colour', () => {
    expect(drawItem('sofa', 1, 'mint')).toEqual(drawItem('sofa', 1, 'mint'));
    expect(drawItem('sofa', 0, '')).toEqual(drawItem('sofa', 0, 'coral'));
    const bodies = ROTATIONS.flatMap((rotation) => ['mint', 'rose'].map((colour) => drawItem('sofa', rotation, colour).body));
    expect(new Set(bodies).size).toBe(bodies.length);
    expect(drawWallItem('window', 1, false)).not.toEqual(drawWallItem('window', 1, true));
  });

  it('never share a gradient id, so many can stand in one document', () => {
    const all = [
      ...floorKinds.flatMap((kind) => ROTATIONS.flatMap((rotation) => ['milk', 'rose'].map((colour) => drawItem(kind, rotation, colour)))),
      ...wallKinds.flatMap((kind) => WALLS.flatMap((wall) => [false, true].map((night) => drawWallItem(kind, wall, night, 'rose')))),
    ].flatMap(ids);
    expect(new Set(all).size).toBe(all.length);
  });

  it('take every palette colour', () => {
    for (const colour of Object.keys(palette) as PaletteName[]) {
      for (const kind of ['sofa', 'round_rug', 'monstera']) {
        expect(drawItem(kind, 0, colour).body).not.toMatch(/NaN|undefined|Infinity/);
      }
    }
  });
});

describe.each(floorKinds)('%s', (kind) => {
  const item = catalogueItem(kind);
  const height = (item?.size[2] ?? 0) / 10;

  it.each(ROTATIONS)('has no two solids in one place at rotation %i', (rotation) => {
    expect(intersections(modelItem(kind, rotation).boxes())).toEqual([]);
  });

  it.each(ROTATIONS)('stays within its footprint at rotation %i', (rotation) => {
    const { width = 0, depth = 0 } = footprint(kind, rotation) ?? {};
    const [w, d] = [width / 2, depth / 2];
    for (const box of modelItem(kind, rotation).boxes()) {
      expect(Math.min(box.x, box.y)).toBeGreaterThanOrEqual(-SPILL);
      expect(box.x + box.w).toBeLessThanOrEqual(w + SPILL);
      expect(box.y + box.d).toBeLessThanOrEqual(d + SPILL);
      expect(box.z + box.h).toBeLessThanOrEqual(Math.max(height, 0.05) + SPILL);
    }
    const drawing = drawItem(kind, rotation);
    expect(drawing.x).toBeGreaterThanOrEqual(project(0, d).x - SIDE_MARGIN);
    expect(drawing.x + drawing.width).toBeLessThanOrEqual(project(w, 0).x + SIDE_MARGIN);
    expect(drawing.y).toBeGreaterThanOrEqual(project(0, 0, height).y - SIDE_MARGIN);
    expect(drawing.y + drawing.height).toBeLessThanOrEqual(project(w, d).y + SIDE_MARGIN);
  });

  it('is sound markup that touches the ground', () => {
    for (const rotation of ROTATIONS) {
      const { body, ground } = drawItem(kind, rotation);
      expect(body).not.toMatch(/NaN|undefined|Infinity/);
      expect(ground).not.toBe('');
    }
  });

  it('has its flat top where the catalogue says', () => {
    const top = item?.top;
    if (top === null || top === undefined) return;
    const highest = Math.max(...modelItem(kind, 0).boxes().map((box) => box.z + box.h));
    expect(highest).toBeCloseTo(top / 10, 5);
  });
});

describe.each(wallKinds)('%s', (kind) => {
  const [along = 0, , up = 0] = catalogueItem(kind)?.size ?? [];

  it.each(WALLS)('hangs within its place on wall %i', (wall) => {
    for (const night of [false, true]) {
      const model = modelWallItem(kind, wall, night);
      expect(intersections(model.boxes())).toEqual([]);
      for (const box of model.boxes()) {
        const [start, length] = wall === 1 ? [box.y, box.d] : [box.x, box.w];
        expect(start).toBeGreaterThanOrEqual(-SPILL);
        expect(start + length).toBeLessThanOrEqual(along / 2 + SPILL);
        expect(box.z).toBeGreaterThanOrEqual(-SPILL);
        expect(box.z + box.h).toBeLessThanOrEqual(up / 2 + SPILL);
      }
      const drawing = model.finish();
      const farEnd = projectOnWall(wall, along / 2, 0).x;
      expect(drawing.x).toBeGreaterThanOrEqual(Math.min(0, farEnd) - WALL_MARGIN);
      expect(drawing.x + drawing.width).toBeLessThanOrEqual(Math.max(0, farEnd) + WALL_MARGIN);
      expect(drawing.body).not.toMatch(/NaN|undefined|Infinity/);
    }
  });
});
