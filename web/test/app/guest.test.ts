/** Guests' names and what is remembered of guests. */
import { describe, expect, it } from 'vitest';
import { nameFault, parseGuest, tidyName } from '../../src/app/state/guest';

describe('a guest’s name', () => {
  it.each([
    ['하늘', null],
    ['  Ada  ', null],
    ['', 'empty'],
    ['   ', 'empty'],
    ['가'.repeat(20), null],
    ['가'.repeat(21), 'too_long'],
    ['🍊'.repeat(20), null],
    ['a\u0007b', 'control_characters'],
  ] as const)('%j: %s', (name, fault) => {
    expect(nameFault(name)).toBe(fault);
  });

  it('is counted after composing its letters', () => {
    const decomposed = '각'.repeat(20).normalize('NFD');
    expect(decomposed.length).toBeGreaterThan(20);
    expect(nameFault(decomposed)).toBeNull();
    expect(tidyName(decomposed)).toBe('각'.repeat(20));
  });
});

describe('a remembered guest', () => {
  it('comes back as kept', () => {
    expect(parseGuest('{"name":"귤","look":[1,2,3,4,5,6]}')).toEqual({ name: '귤', look: [1, 2, 3, 4, 5, 6] });
  });

  it.each([null, '', 'null', '[]', '{"name":"","look":[]}', '{"name":7,"look":[]}', '{"name":"귤"}', '{'])('is nobody from %j', (stored) => {
    expect(parseGuest(stored)).toBeNull();
  });

  it('wears only what the wardrobe has', () => {
    expect(parseGuest('{"name":"귤","look":[9999,-1,"x"]}')?.look).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
