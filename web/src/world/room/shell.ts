/** The empty room: two papered walls with wainscot, a floor on its slab, corner shade and a soft shadow. */
import { deep, line, mix, OUTLINE } from '../iso/colour';
import type { Drawing } from '../iso/drawing';
import { polygon } from '../iso/frame';
import { project, TILE_EDGE, type Point } from '../iso/projection';
import { flooringMarkup } from './flooring';
import { BACK, FLOOR_PATH, FRONT, LEFT, RIGHT, ROOM_TILES, SHELL_BOUNDS, SILHOUETTE_PATH, SLAB, WALL_HEIGHT_PX, WALL_THICKNESS, WALL_WIDTH_PX, WALL_Z } from './measures';
import { flooringOf, wallpaperOf, type Theme } from './theme';
import { wallpaperMarkup } from './wallpaper';

/** Height of the wainscot in pixels. */
const WAINSCOT = 62;
const SHADE = '#6a4fa3';

type Side = 'left' | 'right';

export function drawShell(theme: Theme): Drawing {
  const { pattern, left, right, trim } = wallpaperOf(theme);
  const floor = flooringOf(theme);
  const key = `${theme.wallpaper}-${theme.flooring}`.replaceAll(/[^a-z0-9_-]/gi, '');
  const body = [
    definitions(key, left, right),
    shadow(key),
    `<path d="${SILHOUETTE_PATH}" fill="${OUTLINE}" stroke="${OUTLINE}" stroke-width="5" stroke-linejoin="round"/>`,
    wall('left', pattern, left, trim, key),
    wall('right', pattern, right, trim, key),
    wallEdges(trim),
    `<g clip-path="url(#floor-${key})"><g transform="matrix(1 .5 -1 .5 0 0)">${flooringMarkup(floor.pattern, floor.color)}</g>`,
    `<path d="${FLOOR_PATH}" fill="url(#sheen-${key})"/>`,
    cornerShade(key),
    '</g>',
    slab(floor.color),
  ].join('');
  return { ...SHELL_BOUNDS, body, ground: '' };
}

function definitions(key: string, left: string, right: string): string {
  const stop = (offset: number, colour: string, opacity: number): string =>
    `<stop offset="${offset}" stop-color="${colour}" stop-opacity="${opacity}"/>`;
  return (
    '<defs>' +
    `<linearGradient id="paper-left-${key}">${stop(0, mix(left, '#ffffff', 0.14), 1)}${stop(1, mix(left, '#7a55a0', 0.1), 1)}</linearGradient>` +
    `<linearGradient id="paper-right-${key}">${stop(0, mix(right, SHADE, 0.17), 1)}${stop(1, mix(right, SHADE, 0.03), 1)}</linearGradient>` +
    `<linearGradient id="corner-left-${key}">${stop(0.8, SHADE, 0)}${stop(1, SHADE, 0.18)}</linearGradient>` +
    `<linearGradient id="corner-right-${key}">${stop(0, SHADE, 0.2)}${stop(0.2, SHADE, 0)}</linearGradient>` +
    `<linearGradient id="foot-${key}" x2="0" y2="1">${stop(0, SHADE, 0)}${stop(1, SHADE, 0.2)}</linearGradient>` +
    `<radialGradient id="sheen-${key}" cx=".45" cy=".4" r=".8">${stop(0, '#fff6dc', 0.4)}${stop(0.6, '#fff6dc', 0)}${stop(1, SHADE, 0.16)}</radialGradient>` +
    `<filter id="soft-${key}" x="-20%" y="-40%" width="140%" height="180%"><feGaussianBlur stdDeviation="9"/></filter>` +
    `<filter id="crease-${key}" x="-10%" y="-10%" width="120%" height="120%"><feGaussianBlur stdDeviation="7"/></filter>` +
    `<clipPath id="floor-${key}"><path d="${FLOOR_PATH}"/></clipPath></defs>`
  );
}

function shadow(key: string): string {
  const under = polygon([
    { x: LEFT.x + 14, y: LEFT.y + 38 },
    { x: FRONT.x, y: FRONT.y + 48 },
    { x: RIGHT.x - 14, y: RIGHT.y + 38 },
    { x: 0, y: RIGHT.y },
  ]);
  return `<path d="${under}" fill="#4b2f6d" opacity=".26" filter="url(#soft-${key})"/>`;
}

function wall(side: Side, pattern: string, colour: string, trim: string, key: string): string {
  const matrix = side === 'left' ? `1 -.5 0 1 ${LEFT.x} ${LEFT.y - WALL_HEIGHT_PX}` : `1 .5 0 1 ${BACK.x} ${BACK.y - WALL_HEIGHT_PX}`;
  const whole = (paint: string): string => `<rect width="${WALL_WIDTH_PX}" height="${WALL_HEIGHT_PX}" fill="${paint}"/>`;
  return (
    `<g transform="matrix(${matrix})">${whole(`url(#paper-${side}-${key})`)}${wallpaperMarkup(pattern, colour)}` +
    wainscot(side === 'left' ? trim : mix(trim, SHADE, 0.07), mix(colour, trim, 0.72), key) +
    `${whole(`url(#corner-${side}-${key})`)}<rect width="${WALL_WIDTH_PX}" height="7" fill="${mix(trim, '#ffffff', 0.4)}"/>` +
    `<rect y="7" width="${WALL_WIDTH_PX}" height="3" fill="${SHADE}" opacity=".12"/></g>`
  );
}

/** Panels tinted towards the paper, darker at the foot: pale furniture must stand out from them. */
function wainscot(trim: string, tinted: string, key: string): string {
  const top = WALL_HEIGHT_PX - WAINSCOT;
  const edge = line(tinted);
  let panels = '';
  for (let i = 0; i < ROOM_TILES; i++) {
    const x = i * TILE_EDGE + 4;
    panels += `<rect x="${x}" y="${top + 9}" width="24" height="38" rx="3" fill="${mix(tinted, '#ffffff', 0.3)}" stroke="${edge}" stroke-opacity=".34"/>`;
    panels += `<path d="M${x + 3} ${top + 43}V${top + 13}H${x + 20}" fill="none" stroke="${edge}" stroke-opacity=".16"/>`;
  }
  const rail = (y: number, height: number, paint: string): string =>
    `<rect y="${y}" width="${WALL_WIDTH_PX}" height="${height}" fill="${paint}" stroke="${edge}" stroke-opacity=".38" stroke-width=".8"/>`;
  return (
    `<rect y="${top}" width="${WALL_WIDTH_PX}" height="${WAINSCOT}" fill="${tinted}"/>${panels}` +
    `<rect y="${top + 2}" width="${WALL_WIDTH_PX}" height="4" fill="${SHADE}" opacity=".14"/>${rail(top - 4, 6, mix(trim, '#ffffff', 0.45))}` +
    `<rect y="${top + 16}" width="${WALL_WIDTH_PX}" height="${WAINSCOT - 16}" fill="url(#foot-${key})"/>${rail(WALL_HEIGHT_PX - 10, 10, mix(trim, '#ffffff', 0.3))}`
  );
}

/** The sawn ends and tops of the two walls. */
function wallEdges(trim: string): string {
  const T = WALL_THICKNESS;
  const end = ROOM_TILES;
  const foot = (x: number, y: number): Point => ({ x: project(x, y).x, y: project(x, y).y + SLAB });
  const face = (points: readonly Point[], colour: string): string => `<path d="${polygon(points)}" fill="${colour}"/>`;
  return (
    face([project(-T, end, WALL_Z), project(0, end, WALL_Z), foot(0, end), foot(-T, end)], mix(trim, '#c79aa0', 0.3)) +
    face([project(end, -T, WALL_Z), project(end, 0, WALL_Z), foot(end, 0), foot(end, -T)], mix(trim, '#7a4fa0', 0.42)) +
    face([project(-T, end, WALL_Z), project(-T, -T, WALL_Z), project(0, 0, WALL_Z), project(0, end, WALL_Z)], mix(trim, '#ffffff', 0.5)) +
    face([project(-T, -T, WALL_Z), project(end, -T, WALL_Z), project(end, 0, WALL_Z), project(0, 0, WALL_Z)], mix(trim, '#ffffff', 0.3)) +
    `<path d="M0 ${-WALL_HEIGHT_PX}V0" stroke="${line(trim)}" stroke-opacity=".3"/>`
  );
}

/** Where floor meets walls. */
function cornerShade(key: string): string {
  const reach = 0.45;
  const crease = polygon([BACK, RIGHT, project(ROOM_TILES, reach), project(reach, reach), project(reach, ROOM_TILES), LEFT]);
  return `<path d="${crease}" fill="#5a3f86" opacity=".26" filter="url(#crease-${key})"/>`;
}

function slab(floor: string): string {
  const lowered = ({ x, y }: Point): Point => ({ x, y: y + SLAB });
  const side = (from: Point, to: Point, colour: string): string => `<path d="${polygon([from, to, lowered(to), lowered(from)])}" fill="${colour}"/>`;
  return (
    side(LEFT, FRONT, mix(floor, '#8a4f5e', 0.34)) +
    side(FRONT, RIGHT, mix(deep(floor), '#5a3b7a', 0.25)) +
    `<path d="M${LEFT.x} ${LEFT.y + SLAB - 4}L${FRONT.x} ${FRONT.y + SLAB - 4}L${RIGHT.x} ${RIGHT.y + SLAB - 4}" fill="none" stroke="#4a2a5e" stroke-opacity=".14" stroke-width="8"/>` +
    `<path d="M${LEFT.x} ${LEFT.y}L${FRONT.x} ${FRONT.y}L${RIGHT.x} ${RIGHT.y}" fill="none" stroke="#fff6e2" stroke-opacity=".85" stroke-width="1.6" stroke-linejoin="round"/>`
  );
}
