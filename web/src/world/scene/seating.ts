/** Who sits where: a person who stands still on a seat's spot sits on it. */
import { catalogueItem, seats } from '../catalogue';
import { toFacing, type Facing } from '../avatar/pose';
import type { Point, Rotation } from '../iso/projection';
import type { SceneItem } from './types';

/** How near to a seat's spot, in tiles, one has to be. */
const REACH = 0.3;
/** A back rises at least this far above the seat, in tenths of a z-unit. */
const BACK_HEIGHT = 3;

export interface SeatSpot {
  readonly item: number;
  /** Tiles and z-units. */
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly facing: Facing;
  /** The item hides the sitter's legs: its back is between them and the viewer. */
  readonly hidesLegs: boolean;
}

export function seatSpots(item: SceneItem): SeatSpot[] {
  const height = catalogueItem(item.kind)?.size[2] ?? 0;
  return seats(item.kind, item.rot as Rotation).map(({ at: [x, y, z], facing }) => ({
    item: item.id,
    x: (item.x + x) / 2,
    y: (item.y + y) / 2,
    z: z / 10,
    facing: toFacing(facing),
    hidesLegs: facing >= 2 && height >= z + BACK_HEIGHT,
  }));
}

export function allSeats(items: readonly SceneItem[]): SeatSpot[] {
  return items.filter(({ place }) => place === 0).flatMap(seatSpots);
}

export function seatAt(spots: readonly SeatSpot[], { x, y }: Point): SeatSpot | undefined {
  return nearestSeat(spots, { x, y }, REACH);
}

export function nearestSeat(spots: readonly SeatSpot[], { x, y }: Point, reach: number): SeatSpot | undefined {
  let best: SeatSpot | undefined;
  let bestDistance = reach;
  for (const spot of spots) {
    const distance = Math.hypot(spot.x - x, spot.y - y);
    if (distance <= bestDistance) {
      best = spot;
      bestDistance = distance;
    }
  }
  return best;
}
