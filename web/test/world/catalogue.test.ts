/** The catalogue file keeps its shape, and the placement rules answer as the shared vectors say. */
import { describe, expect, it } from 'vitest';
import vectors from '../../../protocol/vectors/placement.json';
import {
  catalogueItem,
  catalogueItems,
  check,
  elevation,
  families,
  floorings,
  footprint,
  glow,
  palette,
  paletteColour,
  seats,
  standingOn,
  wallpapers,
  type PlacedItem,
} from '../../src/world/catalogue';

const HEX = /^#[0-9a-f]{6}$/;
const NAME = /^[a-z][a-z0-9_]{0,31}$/;

const placed = (id: number, kind: string, x: number, y: number, rot = 0, place = 0): PlacedItem => ({
  id,
  kind,
  place,
  x,
  y,
  rot,
});

describe('the catalogue file', () => {
  it('names each thing once, in both languages', () => {
    const named = [...catalogueItems.map((item) => ({ id: item.kind, name: item.name })), ...wallpapers, ...floorings];
    for (const { id, name } of [...named, ...families]) {
      expect(id).toMatch(NAME);
      expect(name.ko).toMatch(/[가-힣]|TV/);
      expect(name.en).toMatch(/^[A-Za-z][A-Za-z: ]+$/);
    }
    expect(new Set(named.map(({ id }) => id)).size).toBe(named.length);
    expect(new Set(catalogueItems.map(({ name }) => name.ko)).size).toBe(catalogueItems.length);
    expect(new Set(catalogueItems.map(({ name }) => name.en)).size).toBe(catalogueItems.length);
  });

  it('has six-digit colours everywhere', () => {
    const colours = [
      ...Object.values(palette),
      ...wallpapers.flatMap(({ left, right, trim }) => [left, right, trim]),
      ...floorings.map(({ color }) => color),
      ...catalogueItems.flatMap((item) => (item.glow ? [item.glow.color] : [])),
    ];
    for (const colour of colours) expect(colour).toMatch(HEX);
    for (const item of catalogueItems) expect(paletteColour(item.color)).toMatch(HEX);
  });

  it.each(catalogueItems)('$kind has a sound size, family, seats and light', (item) => {
    const [width, depth, height] = item.size;
    expect(families.map(({ id }) => id)).toContain(item.family);
    expect([width, depth, height].every((measure) => Number.isInteger(measure) && measure >= 0)).toBe(true);
    expect(width).toBeGreaterThan(0);
    expect(item.place === 'wall').toBe(depth === 0);
    expect(item.place === 'rug').toBe(height === 0);
    if (item.top !== null) expect(item.place === 'floor' && item.top > 0 && item.top <= height).toBe(true);
    for (const { at, facing } of item.seat ?? []) {
      expect(at[0] > 0 && at[0] < width && at[1] > 0 && at[1] < depth && at[2] >= 0 && at[2] < 10).toBe(true);
      expect([0, 1, 2, 3]).toContain(facing);
    }
  });
});

describe('placement', () => {
  it.each(vectors)('$name: $expect', ({ items, candidate, expect: expected }) => {
    expect(check(items, candidate) ?? 'ok').toBe(expected);
  });

  it('refuses numbers off the grid', () => {
    expect(check([], placed(1, 'sofa', -1, 0))).toBe('out_of_bounds');
    expect(check([], placed(1, 'sofa', 0, -1))).toBe('out_of_bounds');
    expect(check([], placed(1, 'sofa', 0.5, 0))).toBe('out_of_bounds');
    expect(check([], placed(1, 'sofa', Number.NaN, 0))).toBe('out_of_bounds');
    expect(check([], placed(1, 'sofa', 0, 0, -1))).toBe('bad_rotation');
    expect(check([], placed(1, 'sofa', 0, 0, 0.5))).toBe('bad_rotation');
  });

  it('names every reason at least once in the shared vectors', () => {
    expect(new Set(vectors.map((vector) => vector.expect))).toEqual(
      new Set(['ok', 'unknown_kind', 'bad_rotation', 'wrong_surface', 'out_of_bounds', 'overlap']),
    );
  });

  it('lifts small things onto the table under them, and only those', () => {
    const table = placed(1, 'coffee_table', 4, 4);
    const cups = placed(2, 'teacups', 5, 5);
    const cat = placed(3, 'cat', 6, 5);
    const items = [table, cups, cat];
    expect(elevation(items, cups)).toBe(catalogueItem('coffee_table')?.top);
    expect(elevation(items, cat)).toBe(0);
    expect(elevation(items, table)).toBe(0);
    expect(standingOn(items, table)).toEqual([cups]);
  });
});

describe('turning', () => {
  it('swaps width and depth at odd rotations', () => {
    expect([0, 1, 2, 3].map((rot) => footprint('sofa', rot))).toEqual([
      { width: 4, depth: 2 },
      { width: 2, depth: 4 },
      { width: 4, depth: 2 },
      { width: 2, depth: 4 },
    ]);
    expect(footprint('throne', 0)).toBeUndefined();
  });

  it('turns seats and lights with the item', () => {
    expect(([0, 1, 2, 3] as const).map((rot) => seats('armchair', rot)[0])).toEqual([
      { at: [1, 1.2, 5], facing: 1 },
      { at: [1.2, 1, 5], facing: 0 },
      { at: [1, 0.8, 5], facing: 3 },
      { at: [0.8, 1, 5], facing: 2 },
    ]);
    expect(glow('arcade', 1)?.at).toEqual([1.8, 1, 12]);
    expect(glow('neon_heart', 0)).toEqual(catalogueItem('neon_heart')?.glow);
  });
});
