/** The build's check of the first load. */
import { describe, expect, it } from 'vitest';
import { firstLoad } from '../../budget';

const chunk = (imports: string[], isEntry = false) => ({ code: '', imports, isEntry });

describe('the first load', () => {
  it('is the entry with all it imports, over any number of steps and in circles', () => {
    const chunks = new Map([
      ['entry', chunk(['a'], true)],
      ['a', chunk(['b'])],
      ['b', chunk(['a'])],
      ['later', chunk(['b'])],
    ]);
    expect(firstLoad(chunks).toSorted()).toEqual(['a', 'b', 'entry']);
  });
});
