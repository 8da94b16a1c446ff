/**
 * A whole furnished room as one drawing: shell, wall pieces, rugs, then everything that stands, back to front, and the
 * night over it. The server draws the same (`src/drawing`): protocol/vectors/drawings.json holds both to each other.
 */
import { catalogueItem, elevation, footprint, glow, type PlacedItem } from '../../world/catalogue';
import { drawItem, drawWallItem } from '../../world/furniture';
import { isoSort, project, projectOnWall, type Box3, type Drawing, type Rotation } from '../../world/iso';
import { daylightPatches, drawShell, SILHOUETTE_PATH, type Theme } from '../../world/room';
import type { RoomItem } from '../api';

interface LightSource {
  readonly x: number;
  readonly y: number;
  readonly color: string;
}

/** A kind of light: how far it reaches, how strong it is at its middle, and how it mixes with what is there. */
interface Shine {
  readonly name: string;
  readonly radius: number;
  readonly strength: number;
  readonly blend: string;
}

const NIGHT = '#7a70bd';
/** More lights make a room no brighter, and each costs a layer. */
const LIGHTS_MAX = 64;
const SHINES: readonly Shine[] = [
  { name: 'shine', radius: 150, strength: 0.85, blend: 'overlay' },
  { name: 'core', radius: 58, strength: 0.5, blend: 'screen' },
];

interface Placed extends PlacedItem {
  readonly color: string;
}

/** A room card is drawn from whatever the server sends: what this build does not know is left out. */
function known(items: readonly RoomItem[]): Placed[] {
  return items
    .filter(({ kind, place }) => {
      const item = catalogueItem(kind);
      return item !== undefined && (item.place === 'wall') === (place !== 0);
    })
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

/** Multiplied with dusk, and lit again where lamps are: what lies outside the room stays as it is. */
function nightfall(lights: readonly LightSource[]): string {
  const colors = [...new Set(lights.map(({ color }) => color))];
  const gradients = SHINES.flatMap(({ name, strength }) =>
    colors.map((color, i) => {
      const stop = (offset: number, share: number): string =>
        `<stop offset="${offset}" stop-color="${color}" stop-opacity="${strength * share}"/>`;
      return `<radialGradient id="${name}-${i}">${stop(0, 1)}${stop(0.4, 0.4)}${stop(1, 0)}</radialGradient>`;
    }),
  );
  const shining = SHINES.flatMap(({ name, radius, blend }) =>
    lights.map(({ x, y, color }) => {
      const paint = `fill="url(#${name}-${colors.indexOf(color)})" clip-path="url(#inside)" style="mix-blend-mode:${blend}"`;
      return `<circle cx="${x}" cy="${y}" r="${radius}" ${paint}/>`;
    }),
  );
  return (
    `<defs><clipPath id="inside"><path d="${SILHOUETTE_PATH}"/></clipPath>${gradients.join('')}</defs>` +
    `<path d="${SILHOUETTE_PATH}" fill="${NIGHT}" style="mix-blend-mode:multiply"/>${shining.join('')}`
  );
}

interface Standing {
  readonly item: Placed;
  readonly z: number;
  readonly box: Box3;
}

const isRug = ({ kind }: Placed): boolean => catalogueItem(kind)?.place === 'rug';

function standingIn(items: readonly Placed[]): Standing[] {
  return items
    .filter((item) => item.place === 0 && !isRug(item))
    .map((item) => {
      const z = elevation(items, item) / 10;
      return { item, z, box: boxOf(item, z) };
    });
}

/** What stands in a room, farthest first, by id. */
export function standingOrder(roomItems: readonly RoomItem[]): number[] {
  const standing = standingIn(known(roomItems));
  return isoSort(standing.map(({ box }) => box)).flatMap((index) => standing[index]?.item.id ?? []);
}

export function drawRoom(theme: Theme, roomItems: readonly RoomItem[]): Drawing {
  const items = known(roomItems);
  const night = theme.light === 'night';
  const shell = drawShell(theme);
  const walls = items.filter(({ place }) => place !== 0);
  const rugs = items.filter((item) => item.place === 0 && isRug(item));
  const standing = standingIn(items);
  const boxes = standing.map(({ box }) => box);
  const patches = night ? '' : daylightPatches(walls).map((d) => `<path d="${d}" fill="#fff7d6" opacity=".3"/>`).join('');
  const lights = [...standing.flatMap(({ item, z }) => lightOf(item, z)), ...walls.flatMap((item) => lightOf(item, 0))];
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
    night ? nightfall(lights.slice(0, LIGHTS_MAX)) : '',
  ].join('');
  return { ...shell, body };
}
