/** The 2:1 dimetric projection: tiles and z-units of a room to pixels at scale 1, and back. */

/** Pixels from a tile's centre to its left or right corner. */
export const TILE_HALF_WIDTH = 32;
/** Pixels from a tile's centre to its upper or lower corner. */
export const TILE_HALF_HEIGHT = 16;
/** Pixels of one z-unit. */
export const Z_UNIT = 36;
/** Pixels of one tile along a wall or in the plane of a face, before it is skewed. */
export const TILE_EDGE = 32;
/** Half the width, in pixels, of a floor circle with a radius of one tile. */
export const CIRCLE_HALF_WIDTH = TILE_HALF_WIDTH * Math.SQRT2;
/** Tiles one must go along x and along y to appear as far down the screen as one z-unit is up. */
export const Z_UNIT_IN_TILES = Z_UNIT / (2 * TILE_HALF_HEIGHT);

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Quarter turns of an item, seen from above. */
export type Rotation = 0 | 1 | 2 | 3;
/** 1: the left wall, at x = 0, running along y. 2: the right wall, at y = 0, running along x. */
export type Wall = 1 | 2;

/** x runs down-right, y down-left, z up; the back corner of the floor is the origin. */
export function project(x: number, y: number, z = 0): Point {
  return {
    x: (x - y) * TILE_HALF_WIDTH,
    y: (x + y) * TILE_HALF_HEIGHT - z * Z_UNIT,
  };
}

/** The floor point, in tiles, under a projected point. */
export function unproject(screen: Point): Point {
  const difference = screen.x / TILE_HALF_WIDTH;
  const sum = screen.y / TILE_HALF_HEIGHT;
  return { x: (sum + difference) / 2, y: (sum - difference) / 2 };
}

/** Where a point `along` tiles from the back corner and `height` z-units up a wall appears. */
export function projectOnWall(wall: Wall, along: number, height: number): Point {
  return wall === 1 ? project(0, along, height) : project(along, 0, height);
}

/** How far along a wall (tiles) and how high (z-units) a projected point lies, taken to be on that wall. */
export function unprojectOnWall(wall: Wall, screen: Point): { along: number; height: number } {
  const along = (wall === 1 ? -screen.x : screen.x) / TILE_HALF_WIDTH;
  return { along, height: (along * TILE_HALF_HEIGHT - screen.y) / Z_UNIT };
}
