/** Rooms with the order they are painted in and a digest of their picture: what becomes protocol/vectors/drawings.json. */
import { createHash } from 'node:crypto';
import neighbourhood from '../../demo/neighbourhood.json';
import type { RoomItem } from '../src/app/api';
import { drawRoom, standingOrder } from '../src/app/pictures/roomDrawing';
import { catalogueItems, check, floorings, palette, ROOM_SIZE, WALL_HEIGHT, wallpapers } from '../src/world/catalogue';
import { toSvg } from '../src/world/iso';
import type { Theme } from '../src/world/room';

const RANDOM_ROOMS = 200;
const ITEMS_MAX = 45;

/** Numbers in 0..1 that look random and are the same each time. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Every second room obeys the rules of placement; in the others anything stands anywhere, unknown kinds too. */
function randomRoom(number: number): [Theme, RoomItem[]] {
  const random = randomFrom(number + 1);
  const below = (end: number): number => Math.floor(random() * end);
  const wild = number % 2 === 1;
  const colours = ['', 'no_such_colour', ...Object.keys(palette)];
  const items: RoomItem[] = [];
  for (let tries = below(ITEMS_MAX * 3); tries > 0 && items.length < ITEMS_MAX; tries--) {
    const { kind, place: surface } = catalogueItems[below(catalogueItems.length)] ?? { kind: '', place: 'floor' };
    const place = surface === 'wall' ? 1 + below(2) : 0;
    const item = {
      id: 1 + items.length * 3,
      kind: wild && below(20) === 0 ? 'throne' : kind,
      place: wild && below(20) === 0 ? below(3) : place,
      x: below(ROOM_SIZE),
      y: below(place === 0 ? ROOM_SIZE : WALL_HEIGHT),
      rotation: place === 0 ? below(4) : 0,
      color: colours[below(wild ? colours.length : 1)] ?? '',
    };
    if (wild || check(items.map((other) => ({ ...other, rot: other.rotation })), { ...item, rot: item.rotation }) === null) items.push(item);
  }
  const theme: Theme = {
    wallpaper: wallpapers[below(wallpapers.length)]?.id ?? '',
    flooring: floorings[below(floorings.length)]?.id ?? '',
    light: below(3) === 0 ? 'night' : 'day',
  };
  return [theme, items];
}

function demoRooms(): [Theme, RoomItem[]][] {
  return neighbourhood.map(({ room }) => [
    { ...room.theme, light: room.theme.light === 'night' ? 'night' : 'day' },
    room.items.map(({ rot, ...item }, i) => ({ ...item, id: i + 1, rotation: rot })),
  ]);
}

export function vectorsJson(): string {
  const rooms = [...demoRooms(), ...Array.from({ length: RANDOM_ROOMS }, (_, number) => randomRoom(number))];
  const lines = rooms.map(([theme, items]) =>
    JSON.stringify({
      theme: [theme.wallpaper, theme.flooring, theme.light],
      items: items.map(({ id, kind, place, x, y, rotation, color }) => [id, kind, place, x, y, rotation, color]),
      order: standingOrder(items),
      svg_sha256: createHash('sha256').update(toSvg(drawRoom(theme, items), 1)).digest('hex'),
    }),
  );
  return `[\n${lines.join(',\n')}\n]\n`;
}
