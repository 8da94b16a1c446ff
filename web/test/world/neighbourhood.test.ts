/** The demo neighbourhood is legal, walkable and varied. */
import { describe, expect, it } from 'vitest';
import people from '../../../demo/neighbourhood.json';
import wardrobe from '../../../protocol/wardrobe.json';
import {
  catalogueItem,
  check,
  floorings,
  footprint,
  paletteColour,
  ROOM_SIZE,
  standingOn,
  wallpapers,
} from '../../src/world/catalogue';

/** Half tiles of a room that must stay open for walking, in hundredths of the floor. */
const OPEN_FLOOR_PERCENT = 60;

it('has about a dozen people, each with a handle of their own', () => {
  expect(people.length).toBeGreaterThanOrEqual(12);
  expect(new Set(people.map(({ handle }) => handle)).size).toBe(people.length);
  expect(new Set(people.map(({ room }) => room.name)).size).toBe(people.length);
});

it('speaks Korean and English, by day and by night', () => {
  const texts = people.map(({ bio, mood, room }) => `${bio} ${mood} ${room.name}`);
  expect(texts.filter((text) => /[가-힣]/.test(text)).length).toBeGreaterThan(3);
  expect(texts.filter((text) => /[a-z]{4}/.test(text)).length).toBeGreaterThan(3);
  expect(new Set(people.map(({ room }) => room.theme.light))).toEqual(new Set(['day', 'night']));
});

describe.each(people)('$handle', ({ handle, display_name, mood, bio, look, room }) => {
  const items = room.items.map((item, id) => ({ id, ...item }));

  it('introduces themselves', () => {
    expect(handle).toMatch(/^[a-z][a-z0-9_]{1,23}$/);
    for (const text of [display_name, mood, bio, room.name]) expect(text.length).toBeGreaterThan(0);
    expect(display_name.length).toBeLessThanOrEqual(24);
    expect(mood.length).toBeLessThanOrEqual(40);
    expect(bio.length).toBeLessThanOrEqual(160);
    expect(look.length).toBe(wardrobe.slots.length);
    for (const [i, slot] of wardrobe.slots.entries()) {
      expect(slot.options[look[i] ?? -1]).toBeDefined();
    }
  });

  it('lives in a legal room', () => {
    expect(wallpapers.map(({ id }) => id)).toContain(room.theme.wallpaper);
    expect(floorings.map(({ id }) => id)).toContain(room.theme.flooring);
    expect(items.length).toBeGreaterThanOrEqual(15);
    expect(items.length).toBeLessThanOrEqual(32);
    for (const item of items) {
      expect({ item, problem: check(items, item) }).toEqual({ item, problem: null });
      if (item.color !== '') expect(paletteColour(item.color)).toBeDefined();
    }
  });

  it('may furnish it in the order given', () => {
    for (const [i, item] of items.entries()) expect(check(items.slice(0, i), item)).toBeNull();
  });

  it('leaves open floor to walk on', () => {
    let taken = 0;
    const onTop = new Set(items.flatMap((item) => standingOn(items, item).map(({ id }) => id)));
    for (const item of items) {
      const { place } = catalogueItem(item.kind) ?? {};
      if (place === 'wall' || place === 'rug' || onTop.has(item.id)) continue;
      const { width, depth } = footprint(item.kind, item.rot) ?? { width: 0, depth: 0 };
      taken += width * depth;
    }
    expect(100 - (100 * taken) / (ROOM_SIZE * ROOM_SIZE)).toBeGreaterThan(OPEN_FLOOR_PERCENT);
  });
});
