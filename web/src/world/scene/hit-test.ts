/** What lies under a point: the nearest painted picture that is solid there, then walls and rugs, then the floor. */
import { catalogueItem, ROOM_SIZE } from '../catalogue';
import { unproject, type Point } from '../iso/projection';
import { covers, type Painted } from './occlusion';
import { placePiece, standsOnFloor } from './order';
import { itemPicture } from './picture';
import type { RoomState } from './room-state';
import type { Sprites } from './sprites';

export type Hit =
  | { readonly on: 'person'; readonly id: string }
  | { readonly on: 'item'; readonly id: number }
  | { readonly on: 'floor'; readonly x: number; readonly y: number }
  | { readonly on: 'nothing' };

/** Fingers are thick: so many points round the middle are tried as well, at `reach` pixels. */
const FINGER_POINTS = 8;

/** `reach` is in pixels at scale 1; 0 for a mouse. */
export function hitTest(point: Point, reach: number, painted: readonly Painted[], state: RoomState, sprites: Sprites): Hit {
  const tries = [point];
  const around = reach > 0 ? FINGER_POINTS : 0;
  for (let turn = 0; turn < around; turn++) {
    const angle = (turn / around) * 2 * Math.PI;
    tries.push({ x: point.x + Math.cos(angle) * reach, y: point.y + Math.sin(angle) * reach });
  }
  for (const at of tries) {
    const hit = paintedAt(at, painted) ?? backdropAt(at, state, sprites);
    if (hit) return hit;
  }
  const { x, y } = unproject(point);
  const size = ROOM_SIZE / 2;
  return x >= 0 && y >= 0 && x <= size && y <= size ? { on: 'floor', x, y } : { on: 'nothing' };
}

function paintedAt(point: Point, painted: readonly Painted[]): Hit | undefined {
  const found = painted.findLast((figure) => covers(figure, point));
  if (!found) return undefined;
  if (found.personId !== undefined) return { on: 'person', id: found.personId };
  return found.itemId === undefined ? undefined : { on: 'item', id: found.itemId };
}

function backdropAt(point: Point, state: RoomState, sprites: Sprites): Hit | undefined {
  const found = state.items
    .filter((item) => !standsOnFloor(item))
    .toSorted((a, b) => Number(isRug(b.kind)) - Number(isRug(a.kind)))
    .findLast((item) => {
      const picture = itemPicture(item, state.night);
      const sprite = picture && sprites.get(picture);
      return sprite && covers({ sprite, origin: placePiece(state.items, item).origin, mirror: false }, point);
    });
  return found && { on: 'item', id: found.id };
}

export function isRug(kind: string): boolean {
  return catalogueItem(kind)?.place === 'rug';
}
