/** What arranging furniture asks of the server: operations, checked by the server's own placement rules first. */
import { BATCH_OPS_MAX, type Item, type Op } from 'maru-client';
import { catalogueItem, check, footprint, standingOn, type PlacementProblem } from '../../../world/catalogue';

export type Quarter = 0 | 1 | 2 | 3;
type Hindrance = PlacementProblem | 'bad_batch_size';
export type Arranged = { readonly ops: readonly Op[] } | { readonly problem: Hindrance };
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
  const ops = moved.flatMap((item) => difference(items.get(item.id), item));
  // in two batches one half could be refused
  return ops.length > BATCH_OPS_MAX ? { problem: 'bad_batch_size' } : { ops };
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

/** What is selected with an item on the same surface, the item not included. */
function matesOf(items: ReadonlyMap<number, Item>, item: Item, selection: readonly number[]): Item[] {
  if (!selection.includes(item.id)) {
    return [];
  }
  return selection.flatMap((id) => items.get(id) ?? []).filter(({ id, place }) => id !== item.id && place === item.place);
}

/** Moves an item, what is selected with it on its surface, and the small things that stand on them, as one. */
export function moveItem(items: ReadonlyMap<number, Item>, id: number, to: Pick<Item, 'place' | 'x' | 'y'>, selection: readonly number[] = []): Arranged {
  const item = items.get(id);
  if (!item) {
    return { ops: [] };
  }
  const mates = matesOf(items, item, selection);
  if (mates.length > 0 && to.place !== item.place) {
    return { problem: 'wrong_surface' };
  }
  const carried = to.place === 0 && item.place === 0 ? [item, ...mates].flatMap((each) => ridersOf(items, each)) : [];
  const along = new Map([...mates, ...carried].filter((each) => each.id !== id).map((each) => [each.id, each]));
  const moved = Array.from(along.values(), (each) => ({ ...each, x: each.x + to.x - item.x, y: each.y + to.y - item.y }));
  return arrange(items, [{ ...item, ...to }, ...moved]);
}

/** The operations in batches that a server takes. */
export function inBatches(ops: readonly Op[]): Op[][] {
  return Array.from({ length: Math.ceil(ops.length / BATCH_OPS_MAX) }, (_, at) => ops.slice(at * BATCH_OPS_MAX, (at + 1) * BATCH_OPS_MAX));
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
  let problem: Hindrance = 'overlap';
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

/** Items that are copied together, by one offset. */
export interface Copies {
  readonly ids: readonly number[];
  readonly dx: number;
  readonly dy: number;
}

/** The nearest offset at which a copy of each item has a free place among `all` and the other copies. */
function offsetFor(all: readonly ReturnType<typeof plain>[], group: readonly Item[]): readonly [number, number] | undefined {
  return around.find(([dx, dy]) => {
    const copies = copiesAt(group, dx, dy);
    return copies.every((copy) => check(all, copy) === null) && copies.every((copy) => check(copies, copy) === null);
  });
}

/** No item has a negative id, so each copy is checked against everything. */
const copiesAt = (group: readonly Item[], dx: number, dy: number) => group.map((item) => ({ ...plain(item), id: -item.id, x: item.x + dx, y: item.y + dy }));

/**
 * Where copies go: together by one offset a surface, or each on its own where there is no such place; null where one
 * of them has none at all.
 */
export function placesForCopies(items: ReadonlyMap<number, Item>, ids: readonly number[]): Copies[] | null {
  const originals = ids.flatMap((id) => items.get(id) ?? []);
  const all = Array.from(items.values(), plain);
  const result: Copies[] = [];
  for (const surface of [0, 1, 2] as const) {
    const group = originals.filter(({ place }) => place === surface);
    const groups = group.length === 0 || offsetFor(all, group) ? [group] : group.map((item) => [item]);
    for (const each of groups.filter(({ length }) => length > 0)) {
      const offset = offsetFor(all, each);
      if (!offset) {
        return null;
      }
      const [dx, dy] = offset;
      all.push(...copiesAt(each, dx, dy));
      result.push({ ids: each.map(({ id }) => id), dx, dy });
    }
  }
  return result;
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
