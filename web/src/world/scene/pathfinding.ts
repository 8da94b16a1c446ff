/** Ways over the floor: A* on the half-tile grid, then straightened; avatars never touch furniture. */
import { catalogueItem, footprint, ROOM_SIZE } from '../catalogue';
import type { Point } from '../iso/projection';
import type { SceneItem } from './types';

/** Half the width of an avatar, in tiles: a little less than half a cell. */
export const AVATAR_RADIUS = 0.22;
const CELL = 0.5;
const DIAGONAL = Math.SQRT2;

/** Cells of half a tile; 1 where furniture stands. */
export class WalkGrid {
  private readonly blocked = new Uint8Array(ROOM_SIZE * ROOM_SIZE);

  constructor(items: readonly SceneItem[]) {
    for (const item of items) {
      const kind = catalogueItem(item.kind);
      const size = footprint(item.kind, item.rot);
      if (!kind || !size || item.place !== 0 || kind.place === 'rug') continue;
      for (let y = item.y; y < item.y + size.depth; y++) {
        for (let x = item.x; x < item.x + size.width; x++) {
          if (inGrid(x, y)) this.blocked[y * ROOM_SIZE + x] = 1;
        }
      }
    }
  }

  isFree(cellX: number, cellY: number): boolean {
    return inGrid(cellX, cellY) && this.blocked[cellY * ROOM_SIZE + cellX] === 0;
  }

  /** Whether an avatar may stand at a point, given in tiles. */
  fits({ x, y }: Point): boolean {
    const r = AVATAR_RADIUS;
    return [-r, r].every((dy) => [-r, r].every((dx) => this.isFree(cellOf(x + dx), cellOf(y + dy))));
  }

  /** Whether an avatar may walk straight from one point to another. */
  clear(from: Point, to: Point): boolean {
    const steps = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / 0.1));
    for (let step = 1; step <= steps; step++) {
      const t = step / steps;
      if (!this.fits({ x: from.x + (to.x - from.x) * t, y: from.y + (to.y - from.y) * t })) return false;
    }
    return true;
  }
}

/**
 * Points to walk through from `from` to `to` (tiles), the last one as near to `to` as the furniture lets one
 * come; empty if one already stands there. Someone caught inside furniture first steps out of it.
 */
export function findPath(grid: WalkGrid, from: Point, to: Point): Point[] {
  const start = nearestFree(grid, cellOf(from.x), cellOf(from.y));
  if (start === undefined) return [];
  const cells = search(grid, start, clampCell(cellOf(to.x)), clampCell(cellOf(to.y)));
  const points = cells.map(centreOf);
  const last = points.at(-1);
  if (last && Math.hypot(last.x - to.x, last.y - to.y) < CELL && grid.clear(last, to)) points.push({ x: to.x, y: to.y });
  const walk = grid.fits(from) ? straighten(grid, [from, ...points]).slice(1) : straighten(grid, points);
  return walk.filter((point, index) => index > 0 || Math.hypot(point.x - from.x, point.y - from.y) > 0.01);
}

const cellOf = (tiles: number): number => Math.floor(tiles / CELL);
const clampCell = (cell: number): number => Math.min(ROOM_SIZE - 1, Math.max(0, cell));
const inGrid = (x: number, y: number): boolean => x >= 0 && y >= 0 && x < ROOM_SIZE && y < ROOM_SIZE;
const centreOf = (index: number): Point => ({
  x: ((index % ROOM_SIZE) + 0.5) * CELL,
  y: (Math.floor(index / ROOM_SIZE) + 0.5) * CELL,
});

function nearestFree(grid: WalkGrid, x: number, y: number): number | undefined {
  let best: number | undefined;
  let bestDistance = Infinity;
  for (let index = 0; index < ROOM_SIZE * ROOM_SIZE; index++) {
    const dx = (index % ROOM_SIZE) - x;
    const dy = Math.floor(index / ROOM_SIZE) - y;
    const distance = dx * dx + dy * dy;
    if (distance < bestDistance && grid.isFree(x + dx, y + dy)) {
      best = index;
      bestDistance = distance;
    }
  }
  return best;
}

function octile(dx: number, dy: number): number {
  const [long, short] = dx > dy ? [dx, dy] : [dy, dx];
  return long + (DIAGONAL - 1) * short;
}

const NEIGHBOURS = [
  [1, 0, 1],
  [0, 1, 1],
  [-1, 0, 1],
  [0, -1, 1],
  [1, 1, DIAGONAL],
  [-1, 1, DIAGONAL],
  [-1, -1, DIAGONAL],
  [1, -1, DIAGONAL],
] as const;

/** A* over cells; where the goal cannot be reached, the way to the reachable cell nearest to it. */
function search(grid: WalkGrid, start: number, goalX: number, goalY: number): number[] {
  const cost = new Float64Array(ROOM_SIZE * ROOM_SIZE).fill(Infinity);
  const cameFrom = new Int32Array(ROOM_SIZE * ROOM_SIZE).fill(-1);
  const closed = new Uint8Array(ROOM_SIZE * ROOM_SIZE);
  const guess = (index: number): number => octile(Math.abs((index % ROOM_SIZE) - goalX), Math.abs(Math.floor(index / ROOM_SIZE) - goalY));
  const open = new Set([start]);
  cost[start] = 0;
  let nearest = start;
  while (open.size > 0) {
    const current = cheapest(open, (index) => (cost[index] as number) + guess(index));
    open.delete(current);
    closed[current] = 1;
    if (guess(current) < guess(nearest)) nearest = current;
    if (guess(current) === 0) break;
    const x = current % ROOM_SIZE;
    const y = Math.floor(current / ROOM_SIZE);
    for (const [dx, dy, step] of NEIGHBOURS) {
      if (!grid.isFree(x + dx, y + dy) || !grid.isFree(x + dx, y) || !grid.isFree(x, y + dy)) continue;
      const next = (y + dy) * ROOM_SIZE + x + dx;
      const through = (cost[current] as number) + step;
      if (closed[next] || through >= (cost[next] as number)) continue;
      cost[next] = through;
      cameFrom[next] = current;
      open.add(next);
    }
  }
  const cells: number[] = [];
  for (let at = nearest; at !== -1; at = cameFrom[at] as number) cells.unshift(at);
  return cells;
}

function cheapest(open: ReadonlySet<number>, price: (index: number) => number): number {
  let best = -1;
  let bestPrice = Infinity;
  for (const index of open) {
    const its = price(index);
    if (its < bestPrice) {
      best = index;
      bestPrice = its;
    }
  }
  return best;
}

/** Drops every point that can be walked past in a straight line. */
function straighten(grid: WalkGrid, points: readonly Point[]): Point[] {
  const kept: Point[] = [];
  let at = 0;
  while (at < points.length) {
    kept.push(points[at] as Point);
    let next = at + 1;
    for (let ahead = points.length - 1; ahead > next; ahead--) {
      if (grid.clear(points[at] as Point, points[ahead] as Point)) {
        next = ahead;
        break;
      }
    }
    at = next;
  }
  return kept;
}
