/** Who cannot be seen: people behind furniture show through it, people behind people make those fade. */
import type { Point } from '../iso/projection';
import type { Sprite } from './sprites';

/** A painted thing with its sprite, in painter's order. */
export interface Painted {
  readonly sprite: Sprite;
  readonly origin: Point;
  readonly mirror: boolean;
  readonly personId?: string;
  readonly itemId?: number;
}

export interface Occlusion {
  /** Hidden by furniture: to be shown through it. */
  readonly hidden: ReadonlySet<string>;
  /** Standing before someone's face: to fade. */
  readonly fading: ReadonlySet<string>;
}

/** Around the feet of someone standing, in pixels at scale 1: the face, then the body. */
const FACE: readonly Point[] = [
  { x: 0, y: -46 },
  { x: -11, y: -44 },
  { x: 11, y: -44 },
  { x: 0, y: -58 },
  { x: 0, y: -36 },
];
const BODY: readonly Point[] = [
  { x: 0, y: -24 },
  { x: -6, y: -18 },
  { x: 6, y: -18 },
  { x: 0, y: -8 },
];
/** Of the face's points. */
const FACE_HIDDEN = 3;
/** Of all points. */
const MOSTLY_HIDDEN = 6;

export function findOcclusion(painted: readonly Painted[]): Occlusion {
  const hidden = new Set<string>();
  const fading = new Set<string>();
  for (const [index, { personId, origin }] of painted.entries()) {
    if (personId === undefined) continue;
    let byItems = new Set<Point>();
    for (const other of painted.slice(index + 1)) {
      if (Math.abs(other.origin.x - origin.x) > 160 || Math.abs(other.origin.y - origin.y) > 200) continue;
      const covered = [...FACE, ...BODY].filter((point) => covers(other, { x: origin.x + point.x, y: origin.y + point.y }));
      if (covered.length === 0) continue;
      if (other.personId === undefined) byItems = new Set([...byItems, ...covered]);
      else if (covered.filter((point) => FACE.includes(point)).length >= FACE_HIDDEN) fading.add(other.personId);
    }
    const face = FACE.filter((point) => byItems.has(point)).length;
    if (face >= FACE_HIDDEN || byItems.size >= MOSTLY_HIDDEN) hidden.add(personId);
  }
  return { hidden, fading };
}

/** Whether a painted thing covers a point of the world. */
export function covers({ sprite, origin, mirror }: Painted, point: Point): boolean {
  const x = point.x - origin.x;
  return sprite.mask.covers({ x: mirror ? -x : x, y: point.y - origin.y });
}
