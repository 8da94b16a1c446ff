/** Painter's order of boxes in the dimetric view. */
import { Z_UNIT_IN_TILES } from './projection';

/** An axis-aligned box: x, y, w, d in tiles, z and h in z-units. */
export interface Box3 {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly w: number;
  readonly d: number;
  readonly h: number;
}

/** Touching faces count as apart; this swallows rounding. */
const TOLERANCE = 1e-3;

/** Whether the insides of two boxes share space. */
export function intersects(a: Box3, b: Box3): boolean {
  return (
    a.x + a.w > b.x + TOLERANCE &&
    b.x + b.w > a.x + TOLERANCE &&
    a.y + a.d > b.y + TOLERANCE &&
    b.y + b.d > a.y + TOLERANCE &&
    a.z + a.h > b.z + TOLERANCE &&
    b.z + b.h > a.z + TOLERANCE
  );
}

/** The hexagon a box covers on the screen, as its extent across each of the three edge directions. */
interface Hexagon {
  readonly acrossMin: number;
  readonly acrossMax: number;
  readonly xMin: number;
  readonly xMax: number;
  readonly yMin: number;
  readonly yMax: number;
}

function hexagonOf(box: Box3): Hexagon {
  const bottom = box.z * Z_UNIT_IN_TILES;
  const top = (box.z + box.h) * Z_UNIT_IN_TILES;
  return {
    acrossMin: box.x - box.y - box.d,
    acrossMax: box.x + box.w - box.y,
    xMin: box.x - top,
    xMax: box.x + box.w - bottom,
    yMin: box.y - top,
    yMax: box.y + box.d - bottom,
  };
}

function coverSamePixels(a: Hexagon, b: Hexagon): boolean {
  return (
    a.acrossMin < b.acrossMax - TOLERANCE &&
    b.acrossMin < a.acrossMax - TOLERANCE &&
    a.xMin < b.xMax - TOLERANCE &&
    b.xMin < a.xMax - TOLERANCE &&
    a.yMin < b.yMax - TOLERANCE &&
    b.yMin < a.yMax - TOLERANCE
  );
}

/** Whether two boxes overlap on the screen. */
export function overlapOnScreen(a: Box3, b: Box3): boolean {
  return coverSamePixels(hexagonOf(a), hexagonOf(b));
}

/** Whether some axis puts all of `a` behind or below all of `b`. */
export function isBehind(a: Box3, b: Box3): boolean {
  return a.x + a.w <= b.x + TOLERANCE || a.y + a.d <= b.y + TOLERANCE || a.z + a.h <= b.z + TOLERANCE;
}

function nearness(box: Box3): number {
  return box.x + box.w / 2 + box.y + box.d / 2 + box.z / 2;
}

/**
 * Of two boxes that overlap on the screen, whether `a` is painted first. Boxes that are apart in space and
 * overlap on the screen are never behind each other both ways; only boxes that intersect need the guess.
 */
function paintedFirst(a: Box3, b: Box3): boolean {
  const aBehind = isBehind(a, b);
  return aBehind === isBehind(b, a) ? nearness(a) <= nearness(b) : aBehind;
}

/**
 * Indexes of `boxes`, farthest first. The pairwise rule is not transitive, so this sorts topologically;
 * where boxes hide each other in a circle one arc of it is dropped, and each index still comes out once.
 */
export function isoSort(boxes: readonly Box3[]): number[] {
  const hexagons = boxes.map(hexagonOf);
  const behind: number[][] = boxes.map(() => []);
  for (const [i, a] of boxes.entries()) {
    for (let j = i + 1; j < boxes.length; j++) {
      const b = boxes[j] as Box3;
      if (!coverSamePixels(hexagons[i] as Hexagon, hexagons[j] as Hexagon)) continue;
      if (paintedFirst(a, b)) behind[j]?.push(i);
      else behind[i]?.push(j);
    }
  }
  const order: number[] = [];
  const seen = new Uint8Array(boxes.length);
  const visit = (index: number): void => {
    if (seen[index]) return;
    seen[index] = 1;
    for (const farther of behind[index] ?? []) visit(farther);
    order.push(index);
  };
  const fromTheBack = boxes
    .map((box, index) => ({ index, key: box.x + box.y }))
    .toSorted((a, b) => a.key - b.key || a.index - b.index);
  for (const { index } of fromTheBack) visit(index);
  return order;
}
