/** What a furniture family exports: one drawing function a kind. */
import type { Model } from '../iso/model';

/** Adds the solids of one item, in tiles and z-units; its front is +y. */
export type Draw = (model: Model, colour: string) => void;
/** The same for a wall piece, whose wall is the plane y = 0; windows show the night. */
export type DrawOnWall = (model: Model, colour: string, night: boolean) => void;

export type DrawingFamily = Readonly<Record<string, Draw>>;
export type WallFamily = Readonly<Record<string, DrawOnWall>>;
