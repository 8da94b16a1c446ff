/** The turned footprint an item is drawn in: model coordinates to pixels, growing the bounds as it goes. */
import type { Box3 } from './depth';
import { Paints } from './paints';
import { project, TILE_EDGE, type Point, type Rotation } from './projection';

/** The four sides of a model at rotation 0: front is +y (down-left), right is +x (down-right). */
export type Side = 'front' | 'right' | 'back' | 'left';

/** Which side shows on the left and which on the right of the screen, for each rotation. */
const SIDES_SHOWN: readonly (readonly [Side, Side])[] = [
  ['front', 'right'],
  ['left', 'front'],
  ['back', 'left'],
  ['right', 'back'],
];

export class Frame {
  readonly paints: Paints;
  private left = Infinity;
  private top = Infinity;
  private right = -Infinity;
  private bottom = -Infinity;

  /** `width` and `depth` are the footprint in tiles before turning. */
  constructor(
    private readonly width: number,
    private readonly depth: number,
    readonly rotation: Rotation,
    key: string,
    /** The side of the screen the light comes from. */
    readonly litFrom: 'left' | 'right' = 'left',
  ) {
    this.paints = new Paints(`${key}/${rotation}`);
  }

  sidesShown(): readonly [Side, Side] {
    return SIDES_SHOWN[this.rotation] ?? ['front', 'right'];
  }

  /** Model coordinates to the turned footprint's. */
  turn(x: number, y: number): readonly [number, number] {
    switch (this.rotation) {
      case 0:
        return [x, y];
      case 1:
        return [y, this.width - x];
      case 2:
        return [this.width - x, this.depth - y];
      case 3:
        return [this.depth - y, x];
    }
  }

  turnBox(x: number, y: number, z: number, w: number, d: number, h: number): Box3 {
    const [ax, ay] = this.turn(x, y);
    const [bx, by] = this.turn(x + w, y + d);
    return { x: Math.min(ax, bx), y: Math.min(ay, by), z, w: Math.abs(ax - bx), d: Math.abs(ay - by), h };
  }

  /** A model point on the screen, without growing the bounds. */
  place(x: number, y: number, z: number): Point {
    const [turnedX, turnedY] = this.turn(x, y);
    return project(turnedX, turnedY, z);
  }

  include(...points: readonly Point[]): void {
    for (const point of points) {
      this.left = Math.min(this.left, point.x);
      this.right = Math.max(this.right, point.x);
      this.top = Math.min(this.top, point.y);
      this.bottom = Math.max(this.bottom, point.y);
    }
  }

  bounds(margin: number): { x: number; y: number; width: number; height: number } {
    const x = Math.floor(this.left - margin);
    const y = Math.floor(this.top - margin);
    return { x, y, width: Math.ceil(this.right + margin) - x, height: Math.ceil(this.bottom + margin) - y };
  }

  /** Flat markup (32 px a tile, 36 px a z-unit) on an upright plane: u from `from` to `to`, v straight down. */
  upright(from: Point3, to: Point3, widthTiles: number, markup: string): string {
    const origin = this.place(...from);
    const end = this.place(...to);
    const pixels = widthTiles * TILE_EDGE;
    return skewed(origin, (end.x - origin.x) / pixels, (end.y - origin.y) / pixels, 0, 1, markup);
  }

  /** Flat markup (32 px a tile) on a level plane: u along model x, v along model y. */
  level(at: Point3, markup: string): string {
    const origin = this.place(...at);
    const alongX = this.place(at[0] + 1, at[1], at[2]);
    const alongY = this.place(at[0], at[1] + 1, at[2]);
    return skewed(
      origin,
      (alongX.x - origin.x) / TILE_EDGE,
      (alongX.y - origin.y) / TILE_EDGE,
      (alongY.x - origin.x) / TILE_EDGE,
      (alongY.y - origin.y) / TILE_EDGE,
      markup,
    );
  }
}

/** x and y in tiles, z in z-units. */
export type Point3 = readonly [number, number, number];

function skewed(origin: Point, ux: number, uy: number, vx: number, vy: number, markup: string): string {
  const matrix = [ux, uy, vx, vy, origin.x, origin.y].map((value) => trim(value)).join(' ');
  return `<g transform="matrix(${matrix})">${markup}</g>`;
}

/** A number as short as a thousandth of a pixel allows. */
export function trim(value: number): string {
  return String(Math.round(value * 1000) / 1000 + 0);
}

/** A closed path through points. */
export function polygon(points: readonly Point[]): string {
  return `M${points.map((point) => `${trim(point.x)} ${trim(point.y)}`).join('L')}Z`;
}
