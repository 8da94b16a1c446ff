/** Where an item goes when the pointer is somewhere: snapped to half tiles, on the floor, on a top, or on a wall. */
import { catalogueItem, check, elevation, footprint, ROOM_SIZE, standingOn, WALL_HEIGHT } from '../catalogue';
import { unproject, unprojectOnWall, Z_UNIT, type Point, type Wall } from '../iso/projection';
import type { CarriedItem, SceneItem, Spot } from './types';

/** From an item's corner to the point that holds it, in its own grid steps. */
export interface Grip {
  readonly x: number;
  readonly y: number;
}

const clamp = (value: number, max: number): number => Math.min(Math.max(0, max), Math.max(0, Math.round(value)));

const zPixels = (tenths: number): number => (tenths / 10) * Z_UNIT;

/** The wall a point of the world is on, or below. */
const wallUnder = (pointer: Point): Wall => (pointer.x < 0 ? 1 : 2);

/** How a pointer at a world point holds an item that is already somewhere. */
export function gripOn(items: readonly SceneItem[], item: SceneItem, pointer: Point): Grip {
  if (item.place !== 0) {
    const { along, height } = unprojectOnWall(item.place, pointer);
    return { x: along * 2 - item.x, y: height * 2 - item.y };
  }
  const at = unproject({ x: pointer.x, y: pointer.y + zPixels(elevation(items, item)) });
  return { x: at.x * 2 - item.x, y: at.y * 2 - item.y };
}

/** Holds a new item by its middle. */
export function gripMiddle(kind: string, rot: number): Grip {
  const item = catalogueItem(kind);
  if (item?.place === 'wall') return { x: item.size[0] / 2, y: item.size[2] / 2 };
  const size = footprint(kind, rot);
  return { x: (size?.width ?? 0) / 2, y: (size?.depth ?? 0) / 2 };
}

/** The spot for `item` with the pointer at a world point. */
export function spotUnder(items: readonly SceneItem[], item: SceneItem, grip: Grip, pointer: Point): Spot {
  const kind = catalogueItem(item.kind);
  if (kind?.place === 'wall') {
    const wall = wallUnder(pointer);
    const { along, height } = unprojectOnWall(wall, pointer);
    return {
      place: wall,
      x: clamp(along * 2 - grip.x, ROOM_SIZE - kind.size[0]),
      y: clamp(height * 2 - grip.y, WALL_HEIGHT - kind.size[2]),
    };
  }
  return (kind?.place === 'small' ? spotOnTop(items, item, grip, pointer) : undefined) ?? spotAt(item, grip, pointer, 0);
}

function spotAt(item: SceneItem, grip: Grip, pointer: Point, heightTenths: number): Spot {
  const size = footprint(item.kind, item.rot) ?? { width: 1, depth: 1 };
  const at = unproject({ x: pointer.x, y: pointer.y + zPixels(heightTenths) });
  return { place: 0, x: clamp(at.x * 2 - grip.x, ROOM_SIZE - size.width), y: clamp(at.y * 2 - grip.y, ROOM_SIZE - size.depth) };
}

/** The nearest top under the pointer that holds all of a small item. */
function spotOnTop(items: readonly SceneItem[], item: SceneItem, grip: Grip, pointer: Point): Spot | undefined {
  const supporters = items
    .filter((other) => other.id !== item.id && other.place === 0 && catalogueItem(other.kind)?.top !== null)
    .toSorted((a, b) => b.x + b.y - a.x - a.y);
  for (const supporter of supporters) {
    const top = catalogueItem(supporter.kind)?.top;
    if (!top) continue;
    const spot = spotAt(item, grip, pointer, top);
    if (elevation([supporter], { ...item, ...spot }) === top) return spot;
  }
  return undefined;
}

export interface Move {
  readonly spot: Spot;
  readonly legal: boolean;
  readonly carried: readonly CarriedItem[];
}

/** Whether `item` may go to `spot`; its `mates` on the same surface and the small things on all of them go along. */
export function judgeMove(items: readonly SceneItem[], item: SceneItem, spot: Spot, mates: readonly SceneItem[] = []): Move {
  const along = new Map<number, SceneItem>(mates.map((mate) => [mate.id, mate]));
  for (const each of [item, ...mates]) {
    for (const { id } of standingOn(items, each)) {
      const rider = id === item.id ? undefined : items.find((other) => other.id === id);
      if (rider) along.set(id, rider);
    }
  }
  const moved = [...along.values()].map((each) => ({ ...each, x: each.x + spot.x - item.x, y: each.y + spot.y - item.y }));
  const candidate = { ...item, ...spot };
  const others = items.filter(({ id }) => id !== item.id && !along.has(id));
  const together = [...others, candidate, ...moved];
  const legal =
    mates.length === 0
      ? check(others, candidate) === null
      : spot.place === item.place && [candidate, ...moved].every((each) => check(together, each) === null);
  return { spot, legal, carried: moved.map(({ id, x, y }) => ({ id, x, y })) };
}
