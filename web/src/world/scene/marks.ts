/** Lines on floor and walls while editing: the grid, and the spot something would take. */
import { catalogueItem, footprint, ROOM_SIZE, WALL_HEIGHT } from '../catalogue';
import { project, projectOnWall, type Point } from '../iso/projection';
import type { SceneItem } from './types';

const TILES = ROOM_SIZE / 2;
const GRID = 'rgba(120, 80, 170, 0.3)';
const HALF_GRID = 'rgba(120, 80, 170, 0.13)';
const FITS = { fill: 'rgba(92, 201, 150, 0.42)', line: '#2f9c70' } as const;
const CLASHES = { fill: 'rgba(240, 90, 110, 0.46)', line: '#d63c58' } as const;
const PICKED = { fill: 'rgba(255, 221, 138, 0.4)', line: '#e0922f' } as const;

export function markFloorGrid(context: CanvasRenderingContext2D): void {
  for (const half of [true, false]) {
    context.beginPath();
    for (let at = half ? 0.5 : 0; at <= TILES; at += 1) {
      segment(context, project(at, 0), project(at, TILES));
      segment(context, project(0, at), project(TILES, at));
    }
    context.lineWidth = 1;
    context.strokeStyle = half ? HALF_GRID : GRID;
    context.stroke();
  }
}

export function markWallGrid(context: CanvasRenderingContext2D): void {
  context.beginPath();
  for (const wall of [1, 2] as const) {
    for (let along = 0; along <= TILES; along++) segment(context, projectOnWall(wall, along, 0), projectOnWall(wall, along, WALL_HEIGHT / 2));
    for (let height = 0; height <= WALL_HEIGHT; height++) segment(context, projectOnWall(wall, 0, height / 2), projectOnWall(wall, TILES, height / 2));
  }
  context.lineWidth = 1;
  context.strokeStyle = HALF_GRID;
  context.stroke();
}

/** The area an item takes, filled by how it gets on there. */
export function markSpot(context: CanvasRenderingContext2D, item: SceneItem, state: 'fits' | 'clashes' | 'picked'): void {
  const colours = state === 'fits' ? FITS : state === 'clashes' ? CLASHES : PICKED;
  const corners = cornersOf(item);
  context.beginPath();
  for (const [index, { x, y }] of corners.entries()) {
    if (index === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
  context.closePath();
  context.fillStyle = colours.fill;
  context.fill();
  context.lineWidth = 2;
  context.lineJoin = 'round';
  context.strokeStyle = colours.line;
  context.stroke();
}

function cornersOf(item: SceneItem): Point[] {
  const [x, y] = [item.x / 2, item.y / 2];
  if (item.place !== 0) {
    const [width, , height] = catalogueItem(item.kind)?.size ?? [1, 0, 1];
    const { place } = item;
    return [
      [x, y],
      [x + width / 2, y],
      [x + width / 2, y + height / 2],
      [x, y + height / 2],
    ].map(([along = 0, up = 0]) => projectOnWall(place, along, up));
  }
  const size = footprint(item.kind, item.rot) ?? { width: 1, depth: 1 };
  const [right, front] = [x + size.width / 2, y + size.depth / 2];
  return [project(x, y), project(right, y), project(right, front), project(x, front)];
}

function segment(context: CanvasRenderingContext2D, from: Point, to: Point): void {
  context.moveTo(from.x, from.y);
  context.lineTo(to.x, to.y);
}
