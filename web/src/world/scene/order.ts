/** What stands in the room, in painter's order: furniture and people together, so that neither clips the other. */
import { catalogueItem, elevation, footprint } from '../catalogue';
import { isoSort, type Box3 } from '../iso/depth';
import { project, projectOnWall, type Point } from '../iso/projection';
import type { Presence } from './crowd';
import { AVATAR_RADIUS } from './pathfinding';
import type { SceneItem } from './types';

const AVATAR_HEIGHT_Z = 1.9;

/** An item with what painting needs to know of its place. */
export interface PlacedPiece {
  readonly item: SceneItem;
  /** Where its picture has its origin, in pixels at scale 1. */
  readonly origin: Point;
  readonly box: Box3;
}

export type Actor = { readonly piece: PlacedPiece; readonly person?: undefined } | { readonly person: Presence; readonly piece?: undefined };

/** Height above the floor in z-units. */
const heightOf = (items: readonly SceneItem[], item: SceneItem): number => elevation(items, item) / 10;

export function placePiece(items: readonly SceneItem[], item: SceneItem): PlacedPiece {
  const z = item.place === 0 ? heightOf(items, item) : item.y / 2;
  const size = footprint(item.kind, item.rot) ?? { width: 1, depth: 1 };
  return {
    item,
    origin: item.place === 0 ? project(item.x / 2, item.y / 2, z) : projectOnWall(item.place, item.x / 2, z),
    box: { x: item.x / 2, y: item.y / 2, z, w: size.width / 2, d: size.depth / 2, h: (catalogueItem(item.kind)?.size[2] ?? 10) / 10 },
  };
}

/** Whether an item has people walk round it, and not over it or past it. */
export function standsOnFloor(item: SceneItem): boolean {
  return item.place === 0 && catalogueItem(item.kind)?.place !== 'rug';
}

export function personOrigin({ x, y, z }: Presence): Point {
  return project(x, y, z);
}

function personBox({ x, y }: Presence): Box3 {
  return { x: x - AVATAR_RADIUS, y: y - AVATAR_RADIUS, z: 0, w: 2 * AVATAR_RADIUS, d: 2 * AVATAR_RADIUS, h: AVATAR_HEIGHT_Z };
}

/** Farthest first. Who sits is painted with their seat: over it, or under it where its back is towards the viewer. */
export function paintOrder(pieces: readonly PlacedPiece[], people: readonly Presence[]): Actor[] {
  const seated = new Map<number, Presence[]>();
  const standing: Presence[] = [];
  const present = new Set(pieces.map(({ item }) => item.id));
  for (const person of people) {
    if (person.seat && present.has(person.seat.item)) seated.set(person.seat.item, [...(seated.get(person.seat.item) ?? []), person]);
    else standing.push(person);
  }
  const order = isoSort([...pieces.map(({ box }) => box), ...standing.map(personBox)]);
  return order.flatMap((index): Actor[] => {
    const piece = pieces[index];
    if (!piece) return [{ person: standing[index - pieces.length] as Presence }];
    const sitters = (seated.get(piece.item.id) ?? []).toSorted((a, b) => a.x + a.y - b.x - b.y);
    const under = sitters.filter(({ seat }) => seat?.hidesLegs);
    const over = sitters.filter(({ seat }) => !seat?.hidesLegs);
    return [...under.map((person) => ({ person })), { piece }, ...over.map((person) => ({ person }))];
  });
}
