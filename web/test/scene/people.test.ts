/** People: seats, room for one another, painter's order with furniture, and the keys of their pictures. */
import { describe, expect, it } from 'vitest';
import { STANDING } from '../../src/world/avatar';
import { Crowd, type Presence } from '../../src/world/scene/crowd';
import { paintOrder, placePiece } from '../../src/world/scene/order';
import { WalkGrid } from '../../src/world/scene/pathfinding';
import { avatarPicture, itemPicture } from '../../src/world/scene/picture';
import { allSeats, seatAt } from '../../src/world/scene/seating';
import { SPACE_ACROSS, spread } from '../../src/world/scene/spacing';
import type { SceneItem, ScenePerson } from '../../src/world/scene/types';

const item = (id: number, kind: string, x: number, y: number, rot = 0): SceneItem => ({ id, kind, place: 0, x, y, rot, color: '' });
const person = (id: string, x: number, y: number): ScenePerson => ({ id, name: id, look: [], x, y, facing: 1, moving: false });
const presence = (id: string, x: number, y: number): Presence => ({ id, name: id, look: [], away: false, self: false, x, y, z: 0, moving: false, seat: undefined, pose: STANDING });
const ground = (items: readonly SceneItem[]) => ({ grid: new WalkGrid(items), seats: allSeats(items) });

describe('seats', () => {
  it.each([0, 1, 2, 3])('turn with the item, rotation %i', (rot) => {
    const [seat] = allSeats([item(1, 'armchair', 4, 4, rot)]);
    expect(seat?.facing).toBe((1 - rot + 4) % 4);
    expect(seatAt([seat!], seat!)).toBe(seat);
    expect(seat?.hidesLegs).toBe(seat!.facing >= 2);
  });

  it('are taken by walking to them, and left again', () => {
    const room = ground([item(1, 'sofa', 8, 8)]);
    const crowd = new Crowd(true);
    crowd.setPeople([person('me', 1, 1)], 0);
    crowd.setSelf('me', 0);
    expect(crowd.walkTo(room.seats[0]!, room)).toBe(true);
    let seen = crowd.step(0, 0.016, room);
    for (let now = 16; now < 6000; now += 16) seen = crowd.step(now, 0.016, room);
    expect(seen[0]).toMatchObject({ moving: false, pose: { sit: true } });
    expect(seen[0]?.seat?.item).toBe(1);
    expect(crowd.walkTo({ x: 1, y: 8 }, room)).toBe(true);
    for (let now = 6000; now < 12_000; now += 16) seen = crowd.step(now, 0.016, room);
    expect(seen[0]).toMatchObject({ x: 1, y: 8, pose: { sit: false } });
  });
});

describe('spread', () => {
  it('parts people on one spot across the screen', () => {
    const drawn = [...spread(['a', 'b'].map((id) => ({ id, x: 5, y: 5, fixed: false })), () => true).values()];
    expect(Math.abs(drawn[0]!.x - drawn[0]!.y - drawn[1]!.x + drawn[1]!.y)).toBeGreaterThan(SPACE_ACROSS * 0.9);
  });

  it('leaves the fixed, and everyone where furniture is', () => {
    const both = ['a', 'b'].map((id) => ({ id, x: 5, y: 5, fixed: id === 'a' }));
    expect(spread(both, () => true).get('a')).toEqual({ x: 5, y: 5 });
    expect(spread(both, () => false).get('b')).toEqual({ x: 5, y: 5 });
  });
});

describe('paintOrder', () => {
  const sofa = item(1, 'sofa', 8, 8);
  const names = (items: readonly SceneItem[], people: readonly Presence[]): (string | number)[] =>
    paintOrder(items.map((each) => placePiece(items, each)), people).map(({ piece, person: who }) => piece?.item.id ?? who?.id ?? '');

  it('has people behind and before furniture', () => {
    expect(names([sofa], [presence('before', 5, 5.4), presence('behind', 5, 3.6)])).toEqual(['behind', 1, 'before']);
  });

  it('has sitters on their seat, or behind its back', () => {
    const sitting = (rot: number): (string | number)[] => {
      const seat = item(1, 'armchair', 8, 8, rot);
      const [spot] = allSeats([seat]);
      return names([seat], [{ ...presence('sitter', spot!.x, spot!.y), seat: spot }]);
    };
    expect([0, 1, 2, 3].map(sitting)).toEqual([
      [1, 'sitter'],
      [1, 'sitter'],
      ['sitter', 1],
      ['sitter', 1],
    ]);
  });

  it('has small things over what they stand on', () => {
    expect(names([item(2, 'cake', 9, 9), item(1, 'kotatsu', 8, 8)], [])).toEqual([1, 2]);
  });
});

describe('pictures', () => {
  it('have a key for each thing that changes them, and no more', () => {
    const base = { kind: 'sofa', place: 0, rot: 0, color: '' } as const;
    const keys = [base, { ...base, rot: 1 }, { ...base, color: 'mint' }, { ...base, kind: 'stool' }].map((each) => itemPicture(each, false)?.key);
    expect(new Set(keys).size).toBe(4);
    expect(itemPicture(base, true)?.key).toBe(itemPicture(base, false)?.key);
    expect(itemPicture({ ...base, rot: -3 }, false)?.key).toBe(itemPicture({ ...base, rot: 1 }, false)?.key);
    const window = { kind: 'window', place: 1, rot: 0, color: '' } as const;
    expect(itemPicture(window, true)?.key).not.toBe(itemPicture(window, false)?.key);
    expect(itemPicture({ ...window, place: 2 }, true)?.key).not.toBe(itemPicture(window, true)?.key);
    expect(itemPicture({ ...base, kind: 'from_the_future' }, false)).toBeUndefined();
  });

  it('share mirrored avatars and equal steps', () => {
    const key = (pose: Partial<typeof STANDING>): string => avatarPicture([1, 2, 3, 4, 5, 6], { ...STANDING, ...pose }).key;
    expect(key({ mirror: true })).toBe(key({}));
    expect(key({ frame: 2 })).toBe(key({}));
    expect(new Set([key({}), key({ frame: 1 }), key({ frame: 3 }), key({ view: 'back' }), key({ sit: true }), key({ blink: true })]).size).toBe(6);
    expect(avatarPicture([99, -1, 0.5], STANDING).key).toBe(avatarPicture([], STANDING).key);
  });
});
