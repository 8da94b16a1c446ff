/** A flat figure that always faces the viewer: leaves, animals, instruments. */
import { line, OUTLINE } from '../colour';
import { trim, type Frame, type Point3 } from '../frame';
import { CIRCLE_HALF_WIDTH, project } from '../projection';
import { ellipsePath, GROUND_HEIGHT, OUTLINE_WIDTH, type Solid } from './solid';

/** One filled path of a figure; the origin is the point the figure stands on. */
export interface FigurePart {
  readonly path: string;
  readonly fill: string;
}

export interface BillboardSpec {
  /** The point it stands on. */
  readonly at: Point3;
  /** Radius in tiles and height in z-units of the space it takes, for the depth order. */
  readonly radius: number;
  readonly height: number;
  /** Painted in this order. */
  readonly parts: readonly FigurePart[];
  /** Unoutlined markup on top. */
  readonly detail?: string;
  /** Left, top, right and bottom of the figure in pixels. */
  readonly extent: readonly [number, number, number, number];
  /** Drawn looking the other way. */
  readonly mirrored?: boolean;
}

const PART_EDGE_WIDTH = 0.9;

export function billboardSolid(frame: Frame, spec: BillboardSpec): Solid {
  const [turnedX, turnedY] = frame.turn(spec.at[0], spec.at[1]);
  const z = spec.at[2];
  const foot = project(turnedX, turnedY, z);
  const [left, top, right, bottom] = spec.extent;
  const [from, to] = spec.mirrored ? [-right, -left] : [left, right];
  frame.include({ x: foot.x + from, y: foot.y + top }, { x: foot.x + to, y: foot.y + bottom });
  const mirror = spec.mirrored ? ' scale(-1 1)' : '';
  const placed = `transform="translate(${trim(foot.x)} ${trim(foot.y)})${mirror}"`;
  const silhouettes = spec.parts.map(({ path }) => `<path d="${path}"/>`).join('');
  const fills = spec.parts.map(({ path, fill }) => `<path d="${path}" fill="${fill}" stroke="${line(fill)}"/>`).join('');
  return {
    box: { x: turnedX - spec.radius, y: turnedY - spec.radius, z, w: 2 * spec.radius, d: 2 * spec.radius, h: spec.height },
    outline:
      `<g ${placed} fill="${OUTLINE}" stroke="${OUTLINE}" stroke-width="${OUTLINE_WIDTH}" stroke-linejoin="round" stroke-linecap="round">` +
      `${silhouettes}</g>`,
    body:
      `<g ${placed}><g stroke-width="${PART_EDGE_WIDTH}" stroke-opacity="0.55" stroke-linejoin="round">${fills}</g>` +
      `${spec.detail ?? ''}</g>`,
    ground: z < GROUND_HEIGHT ? ellipsePath(foot.x, foot.y, spec.radius * CIRCLE_HALF_WIDTH) : '',
  };
}
