/** Typed access to the furniture catalogue, and the placement rules the server enforces as well. */
import data from '../../../protocol/catalogue.json';
import type { Rotation } from './iso/projection';

export type PlaceClass = 'floor' | 'rug' | 'small' | 'wall';
/** 0: the floor, 1: the left wall, 2: the right wall. */
export type Place = 0 | 1 | 2;
export type PaletteName = keyof typeof data.palette;

export interface LocalName {
  readonly ko: string;
  readonly en: string;
}

export interface Seat {
  /** Half tiles within the item at rotation 0, and tenths of a z-unit. */
  readonly at: readonly [number, number, number];
  /** 0: +x, 1: +y, 2: -x, 3: -y, at rotation 0. */
  readonly facing: number;
}

export interface Glow {
  /** As in a seat; on a wall: half tiles along it, 0, and tenths of a z-unit above the lower edge. */
  readonly at: readonly [number, number, number];
  readonly color: string;
}

export interface CatalogueItem {
  readonly kind: string;
  readonly family: string;
  readonly name: LocalName;
  readonly place: PlaceClass;
  /** Floor: width and depth in half tiles, height in tenths of a z-unit. Wall: half tiles along, 0, half z-units up. */
  readonly size: readonly [number, number, number];
  readonly color: PaletteName;
  /** Height, in tenths of a z-unit, of a flat top that small things may stand on. */
  readonly top: number | null;
  readonly seat?: readonly Seat[];
  readonly glow?: Glow;
}

export interface Wallpaper {
  readonly id: string;
  readonly name: LocalName;
  readonly pattern: string;
  readonly left: string;
  readonly right: string;
  readonly trim: string;
}

export interface Flooring {
  readonly id: string;
  readonly name: LocalName;
  readonly pattern: string;
  readonly color: string;
}

export interface Family {
  readonly id: string;
  readonly name: LocalName;
}

/** An item of a room document, as far as placement is concerned. */
export interface PlacedItem {
  readonly id: number;
  readonly kind: string;
  readonly place: number;
  readonly x: number;
  readonly y: number;
  readonly rot: number;
}

export type PlacementProblem = 'unknown_kind' | 'bad_rotation' | 'wrong_surface' | 'out_of_bounds' | 'overlap';

/** The floor's edge in half tiles, and the wall's usable height in half z-units. */
export const ROOM_SIZE: number = data.room.size;
export const WALL_HEIGHT: number = data.room.wall_height;
export const palette: Readonly<Record<PaletteName, string>> = data.palette;
export const wallpapers: readonly Wallpaper[] = data.wallpapers;
export const floorings: readonly Flooring[] = data.floorings;
export const families: readonly Family[] = data.families;
/** The file's literals lose their types on import; the catalogue test holds the file to these. */
export const catalogueItems = data.items as unknown as readonly CatalogueItem[];

const byKind: ReadonlyMap<string, CatalogueItem> = new Map(catalogueItems.map((item) => [item.kind, item]));

export function catalogueItem(kind: string): CatalogueItem | undefined {
  return byKind.get(kind);
}

/** The hex colour of a palette name, or undefined for "" and anything unknown. */
export function paletteColour(name: string): string | undefined {
  return Object.hasOwn(palette, name) ? palette[name as PaletteName] : undefined;
}

/** Width and depth in half tiles after turning; undefined for an unknown kind. */
export function footprint(kind: string, rot: number): { width: number; depth: number } | undefined {
  const item = byKind.get(kind);
  if (!item) return undefined;
  const [width, depth] = item.size;
  return rot % 2 === 1 ? { width: depth, depth: width } : { width, depth };
}

/** Where one sits on an item that stands at rotation `rot`: half tiles from its corner, tenths of a z-unit, facing. */
export function seats(kind: string, rot: Rotation): Seat[] {
  const item = byKind.get(kind);
  if (!item?.seat) return [];
  return item.seat.map(({ at, facing }) => ({
    at: turnWithin(item, at, rot),
    facing: (facing - rot + 4) % 4,
  }));
}

/** The light an item gives, turned with it. */
export function glow(kind: string, rot: Rotation): Glow | undefined {
  const item = byKind.get(kind);
  if (!item?.glow) return undefined;
  return item.place === 'wall' ? item.glow : { at: turnWithin(item, item.glow.at, rot), color: item.glow.color };
}

function turnWithin(item: CatalogueItem, at: Seat['at'], rot: Rotation): [number, number, number] {
  const [width, depth] = item.size;
  const [x, y, z] = at;
  switch (rot) {
    case 0:
      return [x, y, z];
    case 1:
      return [y, width - x, z];
    case 2:
      return [width - x, depth - y, z];
    case 3:
      return [depth - y, x, z];
  }
}

/** A rectangle on the floor, or on a wall, where depth is height. */
interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly depth: number;
}

interface Standing {
  readonly area: Area;
  readonly item: CatalogueItem;
}

function standing(placed: PlacedItem): Standing | undefined {
  const item = byKind.get(placed.kind);
  if (!item) return undefined;
  const size =
    item.place === 'wall' ? { width: item.size[0], depth: item.size[2] } : footprint(placed.kind, placed.rot);
  return size && { item, area: { x: placed.x, y: placed.y, ...size } };
}

function overlap(a: Area, b: Area): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.depth && b.y < a.y + a.depth;
}

function contains(outer: Area, inner: Area): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.depth <= outer.y + outer.depth
  );
}

/** Whether `small` stands on `supporter`. */
function standsOn(small: Standing, supporter: Standing): boolean {
  return small.item.place === 'small' && supporter.item.top !== null && contains(supporter.area, small.area);
}

/** Rugs lie under everything and mind only rugs; wall pieces only meet on one wall. */
function sameLayer(a: Standing, b: Standing): boolean {
  return (a.item.place === 'rug') === (b.item.place === 'rug');
}

function fitsSurface(item: CatalogueItem, place: number): boolean {
  return item.place === 'wall' ? place === 1 || place === 2 : place === 0;
}

function withinRoom(item: CatalogueItem, area: Area): boolean {
  const limit = item.place === 'wall' ? WALL_HEIGHT : ROOM_SIZE;
  return (
    Number.isInteger(area.x) &&
    Number.isInteger(area.y) &&
    area.x >= 0 &&
    area.y >= 0 &&
    area.x + area.width <= ROOM_SIZE &&
    area.y + area.depth <= limit
  );
}

/**
 * Whether `candidate` may stand where it says in a document of `items`; null if it may. An item with the
 * candidate's id is the one being moved and is ignored, and so are items of unknown kinds.
 */
export function check(items: readonly PlacedItem[], candidate: PlacedItem): PlacementProblem | null {
  const item = byKind.get(candidate.kind);
  if (!item) return 'unknown_kind';
  const turns = item.place === 'wall' ? 0 : 3;
  if (!Number.isInteger(candidate.rot) || candidate.rot < 0 || candidate.rot > turns) return 'bad_rotation';
  if (!fitsSurface(item, candidate.place)) return 'wrong_surface';
  const mine = standing(candidate);
  if (!mine || !withinRoom(item, mine.area)) return 'out_of_bounds';
  for (const other of items) {
    if (other.id === candidate.id || other.place !== candidate.place) continue;
    const theirs = standing(other);
    if (!theirs || !sameLayer(mine, theirs) || !overlap(mine.area, theirs.area)) continue;
    if (!standsOn(mine, theirs) && !standsOn(theirs, mine)) return 'overlap';
  }
  return null;
}

/** How high an item stands, in tenths of a z-unit: its supporter's top, or 0 on the floor. */
export function elevation(items: readonly PlacedItem[], placed: PlacedItem): number {
  const mine = standing(placed);
  if (placed.place !== 0 || mine?.item.place !== 'small') return 0;
  for (const other of items) {
    const theirs = other.id === placed.id || other.place !== 0 ? undefined : standing(other);
    if (theirs && standsOn(mine, theirs)) return theirs.item.top ?? 0;
  }
  return 0;
}

/** The small things that stand on an item, for moving them along with it. */
export function standingOn(items: readonly PlacedItem[], supporter: PlacedItem): PlacedItem[] {
  const theirs = standing(supporter);
  if (supporter.place !== 0 || !theirs) return [];
  return items.filter((other) => {
    const mine = other.id === supporter.id || other.place !== 0 ? undefined : standing(other);
    return mine !== undefined && standsOn(mine, theirs);
  });
}
