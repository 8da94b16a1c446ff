/** A whole furnished room as one drawing: shell, wall pieces, rugs, then everything that stands, back to front. */
import { catalogueItem, elevation, footprint, glow, type PlacedItem } from '../../world/catalogue';
import { drawItem, drawWallItem } from '../../world/furniture';
import { isoSort, project, projectOnWall, type Box3, type Drawing, type Rotation } from '../../world/iso';
import { daylightPatches, drawShell, type Theme } from '../../world/room';
import type { RoomItem } from '../api';

export interface LightSource {
  readonly x: number;
  readonly y: number;
  readonly color: string;
}

export interface RoomDrawing {
  readonly drawing: Drawing;
  readonly lights: readonly LightSource[];
}

interface Placed extends PlacedItem {
  readonly color: string;
}

/** A room card is drawn from whatever the server sends: what this build does not know is left out. */
function known(items: readonly RoomItem[]): Placed[] {
  return items
    .filter(({ kind }) => catalogueItem(kind) !== undefined)
    .map(({ id, kind, place, x, y, rotation, color }) => ({ id, kind, place, x, y, rot: rotation, color }));
}

const turn = (item: Placed): Rotation => ((item.rot & 3) as Rotation);

function at({ body }: Pick<Drawing, 'body'>, x: number, y: number): string {
  return `<g transform="translate(${x} ${y})">${body}</g>`;
}

function wallPiece(item: Placed, night: boolean): string {
  const wall = item.place === 1 ? 1 : 2;
  const { x, y } = projectOnWall(wall, item.x / 2, item.y / 2);
  return at(drawWallItem(item.kind, wall, night, item.color || undefined), x, y);
}

function floorPiece(item: Placed, z: number): string {
  const { x, y } = project(item.x / 2, item.y / 2, z);
  return at(drawItem(item.kind, turn(item), item.color || undefined), x, y);
}

function boxOf(item: Placed, z: number): Box3 {
  const size = footprint(item.kind, item.rot) ?? { width: 1, depth: 1 };
  const height = catalogueItem(item.kind)?.size[2] ?? 10;
  return { x: item.x / 2, y: item.y / 2, z, w: size.width / 2, d: size.depth / 2, h: height / 10 };
}

/** Contact shadows, softened together. */
function shadows(boxes: readonly Box3[]): string {
  const path = boxes
    .filter(({ z }) => z === 0)
    .map(({ x, y, w, d }) => {
      const corners = [project(x, y), project(x + w, y), project(x + w, y + d), project(x, y + d)];
      return `M${corners.map((corner) => `${corner.x + 5} ${corner.y + 3}`).join('L')}Z`;
    })
    .join('');
  return `<defs><filter id="contact"><feGaussianBlur stdDeviation="3"/></filter></defs><path d="${path}" fill="#542e70" opacity=".4" filter="url(#contact)"/>`;
}

function lightOf(item: Placed, z: number): LightSource[] {
  const source = glow(item.kind, turn(item));
  if (!source) {
    return [];
  }
  const [x, y, height] = source.at;
  const point =
    item.place === 0
      ? project((item.x + x) / 2, (item.y + y) / 2, z + height / 10)
      : projectOnWall(item.place === 1 ? 1 : 2, (item.x + x) / 2, item.y / 2 + height / 10);
  return [{ ...point, color: source.color }];
}

export function drawRoom(theme: Theme, roomItems: readonly RoomItem[]): RoomDrawing {
  const items = known(roomItems);
  const night = theme.light === 'night';
  const shell = drawShell(theme);
  const floor = items.filter(({ place }) => place === 0);
  const walls = items.filter(({ place }) => place !== 0);
  const isRug = ({ kind }: Placed): boolean => catalogueItem(kind)?.place === 'rug';
  const rugs = floor.filter(isRug);
  const standing = floor.filter((item) => !isRug(item)).map((item) => ({ item, z: elevation(items, item) / 10 }));
  const boxes = standing.map(({ item, z }) => boxOf(item, z));
  const patches = night ? '' : daylightPatches(walls).map((d) => `<path d="${d}" fill="#fff7d6" opacity=".3"/>`).join('');
  const body = [
    shell.body,
    patches,
    walls.map((item) => wallPiece(item, night)).join(''),
    rugs.map((item) => floorPiece(item, 0)).join(''),
    shadows(boxes),
    isoSort(boxes)
      .map((index) => standing[index])
      .map((entry) => (entry ? floorPiece(entry.item, entry.z) : ''))
      .join(''),
  ].join('');
  const lights = [...standing.flatMap(({ item, z }) => lightOf(item, z)), ...walls.flatMap((item) => lightOf(item, 0))];
  return { drawing: { ...shell, body }, lights };
}
