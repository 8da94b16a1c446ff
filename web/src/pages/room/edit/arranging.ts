/** What arranging furniture asks of the server: operations, checked by the server's own placement rules first. */
import type { Item, Op } from 'maru-client';
import { catalogueItem, check, footprint, standingOn, type PlacementProblem } from '../../../world/catalogue';

export type Quarter = 0 | 1 | 2 | 3;
export type Arranged = { readonly ops: readonly Op[] } | { readonly problem: PlacementProblem };
type Placement = Pick<Item, 'id' | 'kind' | 'place' | 'x' | 'y' | 'rotation'>;

const plain = (item: Placement) => ({ id: item.id, kind: item.kind, place: item.place, x: item.x, y: item.y, rot: item.rotation });

function ridersOf(items: ReadonlyMap<number, Item>, item: Item): Item[] {
  const all = Array.from(items.values(), plain);
  return standingOn(all, plain(item)).flatMap(({ id }) => items.get(id) ?? []);
}

/** The operations that bring the moved things to their new standpoints, or what stands in the way. */
function arrange(items: ReadonlyMap<number, Item>, moved: readonly Item[]): Arranged {
  const result = new Map<number, Placement>(items);
  for (const item of moved) {
    result.set(item.id, item);
  }
  const all = Array.from(result.values(), plain);
  for (const item of moved) {
    const problem = check(all, plain(item));
    if (problem) {
      return { problem };
    }
  }
  return { ops: moved.flatMap((item) => difference(items.get(item.id), item)) };
}

function difference(before: Item | undefined, after: Item): Op[] {
  if (!before) {
    return [];
  }
  const { id, place, x, y, rotation } = after;
  const stays = before.place === place && before.x === x && before.y === y;
  const turned = before.rotation !== rotation;
  if (stays && !turned) {
    return [];
  }
  return [{ type: 'patch', id, standpoint: stays ? null : { place, x, y }, rotation: turned ? rotation : null, color: null, ifSeq: null }];
}

/** Moves an item and the small things that stand on it, as one. */
export function moveItem(items: ReadonlyMap<number, Item>, id: number, to: Pick<Item, 'place' | 'x' | 'y'>): Arranged {
  const item = items.get(id);
  if (!item) {
    return { ops: [] };
  }
  const carried = to.place === 0 && item.place === 0 ? ridersOf(items, item) : [];
  const along = carried.map((rider) => ({ ...rider, x: rider.x + to.x - item.x, y: rider.y + to.y - item.y }));
  return arrange(items, [{ ...item, ...to }, ...along]);
}

const quarter = (turns: number): Quarter => ((((turns % 4) + 4) % 4) as Quarter);

/** Where a rider's corner goes when its supporter, `width` by `depth` before, makes a quarter turn. */
function turnedCorner(rider: Item, from: Item, to: Item, way: 1 | -1): Item {
  const size = footprint(from.kind, from.rotation) ?? { width: 0, depth: 0 };
  const own = footprint(rider.kind, rider.rotation) ?? { width: 0, depth: 0 };
  const [x, y] = [rider.x - from.x, rider.y - from.y];
  const corner = way === 1 ? { x: y, y: size.width - x - own.width } : { x: size.depth - y - own.depth, y: x };
  return { ...rider, x: to.x + corner.x, y: to.y + corner.y, rotation: quarter(rider.rotation + way) };
}

/** Corners to try when turning: about the middle first, then half a tile to each side of it. */
const shifts = [
  [0, 0],
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const;

/** Turns an item by a quarter, with what stands on it; 1 turns the front from down-left to down-right. */
export function turnItem(items: ReadonlyMap<number, Item>, id: number, way: 1 | -1): Arranged {
  const item = items.get(id);
  const size = item && footprint(item.kind, item.rotation);
  if (!item || !size) {
    return { ops: [] };
  }
  if (item.place !== 0) {
    return { problem: 'bad_rotation' };
  }
  const slack = Math.trunc((size.width - size.depth) / 2);
  const riders = ridersOf(items, item);
  let problem: PlacementProblem = 'overlap';
  for (const [dx, dy] of shifts) {
    const turned: Item = { ...item, x: item.x + slack + dx, y: item.y - slack + dy, rotation: quarter(item.rotation + way) };
    const arranged = arrange(items, [turned, ...riders.map((rider) => turnedCorner(rider, item, turned, way))]);
    if ('ops' in arranged) {
      return arranged;
    }
    problem = arranged.problem;
  }
  return { problem };
}

/** Steps around a place, nearest first. */
const around: readonly (readonly [number, number])[] = Array.from({ length: 41 * 41 }, (_, index) => [(index % 41) - 20, Math.floor(index / 41) - 20] as const)
  .filter(([dx, dy]) => dx !== 0 || dy !== 0)
  .toSorted(([ax, ay], [bx, by]) => ax * ax + ay * ay - bx * bx - by * by || ay - by || ax - bx);

/** The nearest free place for a copy of an item; null where the room has none. */
export function placeForCopy(items: ReadonlyMap<number, Item>, id: number): Omit<Item, 'id' | 'seq'> | null {
  const item = items.get(id);
  if (!item) {
    return null;
  }
  const all = Array.from(items.values(), plain);
  const { kind, place, rotation, color } = item;
  for (const [dx, dy] of around) {
    const spot = { x: item.x + dx, y: item.y + dy };
    // no item has the id 0, so the copy is checked against everything
    if (check(all, { ...plain(item), ...spot, id: 0 }) === null) {
      return { kind, place, rotation, color, ...spot };
    }
  }
  return null;
}

export type Arrow = 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight';

/** One grid step as an arrow key means it: along the floor's edges, or along and up a wall. */
export function stepOf(item: Pick<Item, 'place'>, arrow: Arrow): { dx: number; dy: number } {
  const right = arrow === 'ArrowRight' ? 1 : arrow === 'ArrowLeft' ? -1 : 0;
  const down = arrow === 'ArrowDown' ? 1 : arrow === 'ArrowUp' ? -1 : 0;
  if (item.place === 0) {
    return { dx: right, dy: down };
  }
  // the left wall runs away from the back corner to the left; heights grow upwards
  return { dx: item.place === 1 ? -right || 0 : right, dy: -down || 0 };
}

/** Whether an item can be turned at all. */
export function turnable(kind: string): boolean {
  const place = catalogueItem(kind)?.place;
  return place !== undefined && place !== 'wall';
}
