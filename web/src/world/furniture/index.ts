/** Drawings of everything in the catalogue. */
import type { Drawing } from '../iso/drawing';
import { Model } from '../iso/model';
import type { Rotation, Wall } from '../iso/projection';
import { catalogueItem, paletteColour, type CatalogueItem } from '../catalogue';
import { beds } from './beds';
import { decor } from './decor';
import type { Draw, DrawOnWall } from './draw';
import { fun } from './fun';
import { kitchen } from './kitchen';
import { lights } from './lights';
import { pets } from './pets';
import { plants } from './plants';
import { rugs } from './rugs';
import { seats } from './seats';
import { storage } from './storage';
import { tables } from './tables';
import { walls } from './walls';

const standing: ReadonlyMap<string, Draw> = new Map(
  [seats, beds, tables, storage, kitchen, fun, plants, lights, pets, decor, rugs].flatMap((family) => Object.entries(family)),
);
const hanging: ReadonlyMap<string, DrawOnWall> = new Map(Object.entries(walls));

/** Kinds that stand on the floor, and kinds that hang on a wall. */
export const drawnKinds = (): string[] => [...standing.keys()];
export const drawnWallKinds = (): string[] => [...hanging.keys()];

/** The solids of a floor item; origin is the back corner of the turned footprint. Throws for an unknown kind. */
export function modelItem(kind: string, rotation: Rotation, colour = ''): Model {
  const [item, draw] = [catalogueItem(kind), standing.get(kind)];
  if (!item || !draw) throw new Error(`no drawing for floor item ${kind}`);
  const hex = colourOf(item, colour);
  const [width, depth] = item.size;
  const model = new Model(width / 2, depth / 2, rotation, `${kind}/${hex}`);
  draw(model, hex);
  return model;
}

/** A floor item, rug or small thing; `colour` is a palette name, or "" for the item's own. */
export function drawItem(kind: string, rotation: Rotation, colour = ''): Drawing {
  return modelItem(kind, rotation, colour).finish();
}

/** Facing down-left, a model's front lies flat on the right wall; a quarter turn puts it on the left one. */
const WALL_ROTATION: Readonly<Record<Wall, Rotation>> = { 1: 1, 2: 0 };

/** The solids of a wall piece; the origin is its lower end nearest the back corner. Throws for an unknown kind. */
export function modelWallItem(kind: string, wall: Wall, night: boolean, colour = ''): Model {
  const [item, draw] = [catalogueItem(kind), hanging.get(kind)];
  if (!item || !draw) throw new Error(`no drawing for wall item ${kind}`);
  const hex = colourOf(item, colour);
  const model = new Model(item.size[0] / 2, 0, WALL_ROTATION[wall], `${kind}/${hex}/${night ? 'night' : 'day'}`, wall === 1 ? 'right' : 'left');
  draw(model, hex, night);
  return model;
}

/** A wall piece, already skewed onto wall 1 (left) or 2 (right). */
export function drawWallItem(kind: string, wall: Wall, night: boolean, colour = ''): Drawing {
  return modelWallItem(kind, wall, night, colour).finish();
}

/** Whether there is a drawing of a kind, on the floor or on a wall. */
export function canDraw(kind: string): boolean {
  return standing.has(kind) || hanging.has(kind);
}

function colourOf(item: CatalogueItem, name: string): string {
  return paletteColour(name) ?? paletteColour(item.color) ?? '#ffffff';
}
