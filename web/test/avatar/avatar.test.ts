/** Every option of the wardrobe draws, in every pose, and hostile looks fall back instead of failing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawAvatar, drawHead, facingOf, outfitOf, STANDING, toLook, viewOf, WARDROBE, type Pose, type WalkFrame } from '../../src/world/avatar';
import { toSvg } from '../../src/world/iso/drawing';

const FRAMES: readonly WalkFrame[] = [0, 1, 2, 3];
const POSES: readonly Pose[] = [
  ...FRAMES.flatMap((frame): Pose[] => [
    { ...STANDING, frame },
    { ...STANDING, frame, view: 'back' },
    { ...STANDING, frame, mirror: true },
  ]),
  { ...STANDING, sit: true },
  { ...STANDING, sit: true, view: 'back' },
  { ...STANDING, blink: true },
];

const lookWith = (slot: number, option: number): number[] => WARDROBE.map((_, index) => (index === slot ? option : 0));

describe('wardrobe', () => {
  it('offers the least that was promised', () => {
    expect(WARDROBE.map(({ slot }) => slot)).toEqual(['skin', 'hair_style', 'hair_colour', 'top', 'bottom', 'accessory']);
    expect(WARDROBE.map(({ options }, slot) => options.length >= [6, 6, 8, 8, 6, 5][slot]!)).toEqual(Array(6).fill(true));
    expect(WARDROBE[5]?.options[0]?.id).toBe('none');
  });

  it('names every option in both languages, once', () => {
    for (const { options } of WARDROBE) {
      expect(new Set(options.map(({ id }) => id)).size).toBe(options.length);
      for (const { id, name, color } of options) {
        expect(id).toMatch(/^[a-z_]{1,32}$/);
        expect(name.ko).not.toBe('');
        expect(name.en).not.toBe('');
        expect(color ?? '#000000').toMatch(/^#[0-9a-f]{6}$/);
      }
    }
  });

  it('takes any numbers for a look', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer(), fc.double()), { maxLength: 9 }), (numbers) => {
        const look = toLook(numbers);
        expect(look).toHaveLength(6);
        expect(look.every((index, slot) => WARDROBE[slot]?.options[index] !== undefined)).toBe(true);
        expect(outfitOf(look).skin).toMatch(/^#/);
      }),
    );
  });
});

describe('drawAvatar', () => {
  const options = WARDROBE.flatMap(({ slot, options: all }, index) => all.map((option, i) => ({ name: `${slot} ${option.id}`, look: lookWith(index, i) })));

  it.each(options)('draws $name in every pose', ({ look }) => {
    for (const pose of POSES) {
      const svg = toSvg(drawAvatar(look, pose), 1);
      expect(svg).not.toMatch(/NaN|undefined|null/);
      expect(svg.match(/<path/g)?.length ?? 0).toBeGreaterThan(10);
    }
    expect(toSvg(drawHead(look), 1)).not.toMatch(/NaN|undefined|null/);
  });

  it('draws no two options of a slot alike', () => {
    for (const [slot, { options: all }] of WARDROBE.entries()) {
      const bodies = all.map((_, option) =>
        (['front', 'back'] as const)
          .map((view) => drawAvatar(lookWith(slot, option), { ...STANDING, view }).body)
          .join('')
          .replaceAll(/(av|head)-[\d-]+[a-z0-9-]*/g, ''),
      );
      expect(new Set(bodies).size, WARDROBE[slot]?.slot).toBe(all.length);
    }
  });

  it('takes a different step in frames 0, 1 and 3', () => {
    const bodies = FRAMES.map((frame) => drawAvatar([], { ...STANDING, frame }).body.replaceAll(/-f\d/g, ''));
    expect(bodies[0]).toBe(bodies[2]);
    expect(new Set(bodies).size).toBe(3);
  });
});

describe('facing', () => {
  it('shows the face when turned to the viewer', () => {
    expect([0, 1, 2, 3].map((facing) => viewOf(facing as 0 | 1 | 2 | 3))).toEqual([
      { view: 'front', mirror: true },
      { view: 'front', mirror: false },
      { view: 'back', mirror: false },
      { view: 'back', mirror: true },
    ]);
  });

  it('follows the larger part of a step', () => {
    expect(facingOf(1, 0.2, 3)).toBe(0);
    expect(facingOf(0.1, 1, 3)).toBe(1);
    expect(facingOf(-1, 0.5, 3)).toBe(2);
    expect(facingOf(0, -1, 2)).toBe(3);
    expect(facingOf(0, 0, 2)).toBe(2);
  });
});
