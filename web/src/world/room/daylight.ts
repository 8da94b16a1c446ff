/** Patches of daylight that windows throw on the floor. */
import { catalogueItem } from '../catalogue';
import { polygon } from '../iso/frame';
import { project, type Wall } from '../iso/projection';
import { ROOM_TILES } from './measures';

export interface WallItem {
  readonly kind: string;
  readonly place: number;
  readonly x: number;
  readonly y: number;
}

const isWindow = (kind: string): boolean => /(^|_)window$/.test(kind);
const clamp = (value: number): number => Math.min(ROOM_TILES, Math.max(0, value));

/** SVG paths on the floor, one a pane; none at night. */
export function daylightPatches(items: readonly WallItem[]): string[] {
  return items.flatMap((item) => {
    const size = isWindow(item.kind) && (item.place === 1 || item.place === 2) ? catalogueItem(item.kind)?.size : undefined;
    return size ? panes(item.place as Wall, item.x / 2, size[0] / 2) : [];
  });
}

/** The light falls into the room and a little towards the front. */
function panes(wall: Wall, along: number, width: number): string[] {
  const near = 1.5;
  const far = 4.4;
  const drift = 0.9;
  const margin = 0.4;
  const middle = along + width / 2;
  const corner = (at: number, reach: number): ReturnType<typeof project> => {
    const side = clamp(at + drift * ((reach - near) / (far - near)) + 0.5);
    return wall === 1 ? project(reach, side) : project(side, reach);
  };
  return [
    [along + margin, middle - 0.08],
    [middle + 0.08, along + width - margin],
  ].map(([from = 0, to = 0]) => polygon([corner(from, near), corner(to, near), corner(to, far), corner(from, far)]));
}
