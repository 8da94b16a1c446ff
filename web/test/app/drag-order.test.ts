/** Where a dragged picture goes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeFor } from '../../src/app/posts/composer/useDragOrder';
import { pastedFiles } from '../../src/app/ui/useDrop';

const spans = (...heights: number[]) => {
  let top = 0;
  return heights.map((height) => {
    const span = { top, bottom: top + height };
    top += height + 10;
    return span;
  });
};

describe('a dragged entry', () => {
  const three = spans(100, 100, 100);
  it.each([
    [0, 50, 0],
    [0, 159, 0],
    [0, 161, 1],
    [0, 1000, 2],
    [2, 300, 2],
    [2, 161, 2],
    [2, 159, 1],
    [2, -500, 0],
    [1, 49, 0],
    [1, 271, 2],
  ])('from %i at the height %i goes to %i', (at, y, to) => expect(placeFor(three, at, y)).toBe(to));

  it('stays where it came to, whatever the heights', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 20, max: 300 }), { minLength: 1, maxLength: 10 }), fc.nat(9), fc.integer({ min: -100, max: 4000 }), (heights, from, y) => {
        const at = from % heights.length;
        const to = placeFor(spans(...heights), at, y);
        const [held = 0] = heights.splice(at, 1);
        heights.splice(to, 0, held);
        expect(placeFor(spans(...heights), to, y)).toBe(to);
      }),
    );
  });
});

describe('what is pasted', () => {
  const picture = new File(['x'], 'a.png', { type: 'image/png' });
  const pasted = (...types: string[]) => pastedFiles({ files: [picture] as unknown as FileList, types });

  it('is pictures, unless they only show words', () => {
    expect(pasted('Files')).toEqual([picture]);
    expect(pasted('text/html', 'Files')).toEqual([picture]);
    // a file from a folder comes with its name
    expect(pasted('text/plain', 'Files')).toEqual([picture]);
    expect(pasted('text/plain', 'text/html', 'Files')).toEqual([]);
  });
});
