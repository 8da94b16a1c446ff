/** The isometric drawing kit: projection, colour, depth order and models built of solids. */
export * from './colour';
export * from './depth';
export * from './drawing';
export * from './model';
export * from './projection';
export type { Point3 } from './frame';
