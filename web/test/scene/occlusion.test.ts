/** People behind furniture show through it; whoever stands before a face fades. */
import { describe, expect, it } from 'vitest';
import { findOcclusion, type Painted } from '../../src/world/scene/occlusion';
import { Mask, type Sprite } from '../../src/world/scene/sprites';

/** A solid rectangle over its origin. */
function block(width: number, height: number): Sprite {
  const drawing = { x: -width / 2, y: -height, width, height, body: '', ground: '' };
  const mask = new Mask(drawing, Math.ceil(width / 2), Math.ceil(height / 2), new Uint8Array(Math.ceil(width / 2) * Math.ceil(height / 2)).fill(255));
  // only mask and drawing matter here: nothing is painted
  return { key: 'block', image: {} as CanvasImageSource, drawing, scale: 1, x: drawing.x, y: drawing.y, width, height, mask };
}

const person = (personId: string, x: number, y: number): Painted => ({ sprite: block(36, 70), origin: { x, y }, mirror: false, personId });
const thing = (width: number, height: number, x: number, y: number): Painted => ({ sprite: block(width, height), origin: { x, y }, mirror: false, itemId: 1 });

describe('findOcclusion', () => {
  it('finds who is wholly behind a wardrobe, and not who only stands behind a sofa', () => {
    expect([...findOcclusion([person('a', 0, 0), thing(80, 100, 0, 10)]).hidden]).toEqual(['a']);
    expect([...findOcclusion([person('a', 0, 0), thing(80, 34, 0, 10)]).hidden]).toEqual([]);
    expect([...findOcclusion([thing(80, 100, 0, 10), person('a', 0, 0)]).hidden]).toEqual([]);
  });

  it('fades who stands before a face', () => {
    expect(findOcclusion([person('behind', 0, 0), person('before', 4, 8)])).toEqual({ hidden: new Set(), fading: new Set(['before']) });
    expect(findOcclusion([person('behind', 0, 0), person('before', 40, 8)]).fading.size).toBe(0);
  });

  it('knows a picture from the air round it', () => {
    const { mask } = block(20, 40);
    expect(mask.covers({ x: 0, y: -20 })).toBe(true);
    expect(mask.covers({ x: 11, y: -20 })).toBe(false);
    expect(mask.covers({ x: 0, y: 1 })).toBe(false);
  });
});
