/** What stands in the room, in painter's order: furniture and people together, so that neither clips the other. */
import { catalogueItem, elevation, footprint } from '../catalogue';
import { isoSort, type Box3 } from '../iso/depth';
import { project, projectOnWall, type Point } from '../iso/projection';
import type { Presence } from './crowd';
import { AVATAR_RADIUS } from './pathfinding';
import type { SceneItem } from './types';

const AVATAR_HEIGHT_Z = 1.9;

export type Actor = { readonly item: SceneItem; readonly person?: undefined } | { readonly person: Presence; readonly item?: undefined };

/** Where an item's picture has its origin, in pixels at scale 1. */
export function itemOrigin(items: readonly SceneItem[], item: SceneItem): Point {
  if (item.place !== 0) return projectOnWall(item.place, item.x / 2, item.y / 2);
  return project(item.x / 2, item.y / 2, elevation(items, item) / 10);
}

export function personOrigin({ x, y, z }: Presence): Point {
  return project(x, y, z);
}

export function itemBox(items: readonly SceneItem[], item: SceneItem): Box3 {
  const size = footprint(item.kind, item.rot) ?? { width: 1, depth: 1 };
  return {
    x: item.x / 2,
    y: item.y / 2,
    z: elevation(items, item) / 10,
    w: size.width / 2,
    d: size.depth / 2,
    h: (catalogueItem(item.kind)?.size[2] ?? 10) / 10,
  };
}

function personBox({ x, y }: Presence): Box3 {
  return { x: x - AVATAR_RADIUS, y: y - AVATAR_RADIUS, z: 0, w: 2 * AVATAR_RADIUS, d: 2 * AVATAR_RADIUS, h: AVATAR_HEIGHT_Z };
}

/** Farthest first. Who sits is painted with their seat: over it, or under it where its back is towards the viewer. */
export function paintOrder(items: readonly SceneItem[], people: readonly Presence[]): Actor[] {
  const seated = new Map<number, Presence[]>();
  const standing: Presence[] = [];
  const present = new Set(items.map(({ id }) => id));
  for (const person of people) {
    if (person.seat && present.has(person.seat.item)) seated.set(person.seat.item, [...(seated.get(person.seat.item) ?? []), person]);
    else standing.push(person);
  }
  const boxes = [...items.map((item) => itemBox(items, item)), ...standing.map(personBox)];
  return isoSort(boxes).flatMap((index): Actor[] => {
    const item = items[index];
    if (!item) return [{ person: standing[index - items.length] as Presence }];
    const sitters = (seated.get(item.id) ?? []).toSorted((a, b) => a.x + a.y - b.x - b.y);
    const under = sitters.filter(({ seat }) => seat?.hidesLegs);
    const over = sitters.filter(({ seat }) => !seat?.hidesLegs);
    return [...under.map((person) => ({ person })), { item }, ...over.map((person) => ({ person }))];
  });
}
