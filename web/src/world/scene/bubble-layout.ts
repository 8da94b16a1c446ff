/** Places speech bubbles so that none covers another or a name; what cannot be placed is left out. */
import type { Rect } from './types';

/** Pixels kept free around a bubble: its tail has to go somewhere. */
export const BUBBLE_GAP = 8;

/** What covering a whole head costs, in pixels of detour. */
const HEAD_COST = 110;

export interface BubbleRequest {
  readonly id: string;
  /** The point over the speaker's head that the bubble would like to stand on. */
  readonly anchorX: number;
  readonly anchorY: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedBubble extends Rect {
  readonly id: string;
}

export interface BubbleSurroundings {
  /** Never covered. */
  readonly names: readonly Rect[];
  /** Covered only if there is no better place. */
  readonly heads: readonly Rect[];
  readonly viewport: Rect;
  /** Where bubbles stood before: they rather stay there, relative to their speaker. */
  readonly before?: ReadonlyMap<string, { dx: number; dy: number }>;
}

/** Earlier requests get the better places. */
export function layoutBubbles(requests: readonly BubbleRequest[], surroundings: BubbleSurroundings): PlacedBubble[] {
  const placed: PlacedBubble[] = [];
  for (const request of requests) {
    const best = bestPlace(request, [...surroundings.names, ...placed], surroundings);
    if (best) placed.push({ id: request.id, ...best });
  }
  return placed;
}

export function overlaps(a: Rect, b: Rect, gap = 0): boolean {
  return a.x < b.x + b.width + gap && b.x < a.x + a.width + gap && a.y < b.y + b.height + gap && b.y < a.y + a.height + gap;
}

function bestPlace(request: BubbleRequest, obstacles: readonly Rect[], surroundings: BubbleSurroundings): Rect | undefined {
  const { viewport } = surroundings;
  const { width, height } = request;
  if (width > viewport.width || height > viewport.height) return undefined;
  const ideal = { x: request.anchorX - width / 2, y: request.anchorY - height };
  const clampX = (x: number): number => Math.min(viewport.x + viewport.width - width, Math.max(viewport.x, x));
  const clampY = (y: number): number => Math.min(viewport.y + viewport.height - height, Math.max(viewport.y, y));
  const before = surroundings.before?.get(request.id);
  const xs = new Set([clampX(ideal.x), clampX(ideal.x - width * 0.32), clampX(ideal.x + width * 0.32)]);
  const ys = new Set([clampY(ideal.y)]);
  if (before) {
    xs.add(clampX(ideal.x + before.dx));
    ys.add(clampY(ideal.y + before.dy));
  }
  for (const obstacle of obstacles) {
    xs.add(clampX(obstacle.x - width - BUBBLE_GAP)).add(clampX(obstacle.x + obstacle.width + BUBBLE_GAP));
    ys.add(clampY(obstacle.y - height - BUBBLE_GAP)).add(clampY(obstacle.y + obstacle.height + BUBBLE_GAP));
  }
  for (const head of surroundings.heads) ys.add(clampY(head.y - height - BUBBLE_GAP));
  let best: Rect | undefined;
  let bestCost = Infinity;
  for (const y of ys) {
    for (const x of xs) {
      const rect = { x, y, width, height };
      const detour = detourOf(rect, ideal, before);
      if (detour >= bestCost || obstacles.some((obstacle) => overlaps(rect, obstacle, BUBBLE_GAP - 1))) continue;
      const cost = detour + surroundings.heads.reduce((sum, head) => sum + HEAD_COST * shared(rect, head), 0);
      if (cost >= bestCost) continue;
      best = rect;
      bestCost = cost;
    }
  }
  return best;
}

/** Distance from the ideal place, most of all downwards over the speaker, and a little from where it stood. */
function detourOf(rect: Rect, ideal: { x: number; y: number }, before: { dx: number; dy: number } | undefined): number {
  const dx = rect.x - ideal.x;
  const dy = rect.y - ideal.y;
  let cost = Math.abs(dx) * 0.9 + (dy > 0 ? dy * 3 : -dy);
  if (before) cost += 0.35 * (Math.abs(dx - before.dx) + Math.abs(dy - before.dy));
  return cost;
}

/** A name tag with where it may go, best first. */
export interface NameRequest {
  readonly id: string;
  readonly options: readonly Rect[];
}

/** Name tags, most important first: each goes where it covers no tag before it and least of others' faces. */
export function layoutNames(tags: readonly NameRequest[], heads: ReadonlyMap<string, Rect>): Map<string, Rect> {
  const placed = new Map<string, Rect>();
  for (const { id, options } of tags) {
    const taken = [...placed.values()];
    const faces = [...heads].flatMap(([other, rect]) => (other === id ? [] : [rect]));
    const free = options.filter((option) => !taken.some((other) => overlaps(option, other, 1)));
    const cost = (rect: Rect): number => faces.reduce((sum, face) => sum + shared(rect, face), 0) + options.indexOf(rect) * 0.06;
    const best = free.toSorted((a, b) => cost(a) - cost(b))[0] ?? pushedDown(options[0] as Rect, taken);
    placed.set(id, best);
  }
  return placed;
}

function pushedDown(wanted: Rect, taken: readonly Rect[]): Rect {
  let y = wanted.y;
  for (let tries = 0; tries < 3; tries++) {
    const hit = taken.find((other) => overlaps({ ...wanted, y }, other, 1));
    if (!hit) break;
    y = hit.y + hit.height + 2;
  }
  return { ...wanted, y };
}

/** Share of `face` that `rect` covers. */
function shared(rect: Rect, face: Rect): number {
  const across = Math.min(rect.x + rect.width, face.x + face.width) - Math.max(rect.x, face.x);
  const down = Math.min(rect.y + rect.height, face.y + face.height) - Math.max(rect.y, face.y);
  return across > 0 && down > 0 ? (across * down) / (face.width * face.height) : 0;
}
