/** Measures of the room shell, and its outlines on the screen. */
import { ROOM_SIZE } from '../catalogue';
import { polygon } from '../iso/frame';
import { project, TILE_EDGE, Z_UNIT, type Point } from '../iso/projection';

/** Tiles along an edge of the floor. */
export const ROOM_TILES = ROOM_SIZE / 2;
/** Wall height in z-units. */
export const WALL_Z = 4.7;
/** Thickness of the walls, in tiles. */
export const WALL_THICKNESS = 0.28;
/** Thickness of the floor slab, in pixels. */
export const SLAB = 20;

/** A wall laid flat, in pixels. */
export const WALL_WIDTH_PX = ROOM_TILES * TILE_EDGE;
export const WALL_HEIGHT_PX = WALL_Z * Z_UNIT;

export const BACK = project(0, 0);
export const LEFT = project(0, ROOM_TILES);
export const RIGHT = project(ROOM_TILES, 0);
export const FRONT = project(ROOM_TILES, ROOM_TILES);

/** What the shell's picture covers, shadow included. */
export const SHELL_BOUNDS = {
  x: LEFT.x - 34,
  y: -WALL_HEIGHT_PX - 24,
  width: RIGHT.x - LEFT.x + 68,
  height: FRONT.y + WALL_HEIGHT_PX + 100,
} as const;

/** What a camera has to keep in view. */
export const ROOM_BOUNDS = {
  x: LEFT.x - 12,
  y: -WALL_HEIGHT_PX - 16,
  width: RIGHT.x - LEFT.x + 24,
  height: FRONT.y + WALL_HEIGHT_PX + SLAB + 24,
} as const;

const lowered = ({ x, y }: Point): Point => ({ x, y: y + SLAB });

/** The floor's outline. */
export const FLOOR_PATH = polygon([BACK, RIGHT, FRONT, LEFT]);

/** Everything solid: walls, floor and slab. */
export const SILHOUETTE_PATH = polygon([
  project(-WALL_THICKNESS, ROOM_TILES, WALL_Z),
  project(-WALL_THICKNESS, -WALL_THICKNESS, WALL_Z),
  project(ROOM_TILES, -WALL_THICKNESS, WALL_Z),
  lowered(project(ROOM_TILES, -WALL_THICKNESS)),
  lowered(RIGHT),
  lowered(FRONT),
  lowered(LEFT),
  lowered(project(-WALL_THICKNESS, ROOM_TILES)),
]);
