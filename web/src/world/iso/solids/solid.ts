/** What every solid turns into: a box for the depth order and three layers of markup. */
import type { Box3 } from '../depth';
import { trim } from '../frame';

export interface Solid {
  readonly box: Box3;
  /** Painted first, under everything: the plum outline. */
  readonly outline: string;
  /** Painted in depth order: part line and fills. */
  readonly body: string;
  /** Path of what stands on the ground, or empty. */
  readonly ground: string;
}

/** Width of the outline that shows around an item, in pixels. */
export const OUTLINE_WIDTH = 3;
/** Width of the tinted line between parts, in pixels. */
export const PART_LINE_WIDTH = 1.3;
/** Solids that start below this height, in z-units, cast a contact shadow. */
export const GROUND_HEIGHT = 0.16;

/** The floor ellipse under something round. */
export function ellipsePath(x: number, y: number, halfWidth: number): string {
  const rx = trim(halfWidth);
  const ry = trim(halfWidth / 2);
  const span = trim(2 * halfWidth);
  return `M${trim(x - halfWidth)} ${trim(y)}a${rx} ${ry} 0 1 1 ${span} 0a${rx} ${ry} 0 1 1 -${span} 0Z`;
}
