/** Everything a room is drawn of, for the server, which draws the same pictures: what becomes protocol/drawings.json. */
import { catalogueItem, catalogueItems, floorings, palette, wallpapers, type PaletteName } from '../src/world/catalogue';
import { drawItem, drawWallItem } from '../src/world/furniture';
import type { Rotation, Wall } from '../src/world/iso';
import { drawShell, SHELL_BOUNDS, SILHOUETTE_PATH, type Theme } from '../src/world/room';
import { compose, Parts, templateOf, type Template } from './template';

const ROTATIONS: readonly Rotation[] = [0, 1, 2, 3];
const WALLS: readonly Wall[] = [1, 2];
const COLOURS = Object.keys(palette) as PaletteName[];
/** Where in a shell the floor begins, which the wallpaper has no part in. */
const FLOOR_BEGINS = '<g clip-path="url(#floor-';

function kept(parts: Parts, draw: (colour: PaletteName) => string, key: (hex: string) => string): Template {
  const bodies = COLOURS.map(draw);
  const template = templateOf(bodies, parts);
  for (const [i, colour] of COLOURS.entries()) {
    if (compose(template, parts, i, key(palette[colour])) !== bodies[i]) throw new Error(`${key(colour)} does not come out as it was drawn`);
  }
  return template;
}

function shells(): { wallpapers: Record<string, string>; floorings: Record<string, string> } {
  const cut = (wallpaper: string, flooring: string): [string, string] => {
    const theme: Theme = { wallpaper, flooring, light: 'day' };
    const body = drawShell(theme).body.replaceAll(`${wallpaper}-${flooring}`, '{k}');
    const floor = body.indexOf(FLOOR_BEGINS);
    return [body.slice(0, floor), body.slice(floor)];
  };
  const [paper, floor] = [wallpapers[0]?.id ?? '', floorings[0]?.id ?? ''];
  const papers = Object.fromEntries(wallpapers.map(({ id }) => [id, cut(id, floor)[0]]));
  const floors = Object.fromEntries(floorings.map(({ id }) => [id, cut(paper, id)[1]]));
  for (const { id: wallpaper } of wallpapers) {
    for (const { id: flooring } of floorings) {
      const [walls, ground] = cut(wallpaper, flooring);
      if (walls !== papers[wallpaper] || ground !== floors[flooring]) throw new Error('wallpaper and flooring depend on each other');
    }
  }
  return { wallpapers: papers, floorings: floors };
}

/** One entry a line, so that a change shows where it is. */
const lines = (entries: readonly unknown[]): string => `[\n${entries.map((entry) => JSON.stringify(entry)).join(',\n')}\n]`;

export function drawingsJson(): string {
  const parts = new Parts();
  const drawings: [string, Template][] = [];
  for (const { kind, place } of catalogueItems) {
    if (!catalogueItem(kind)) throw new Error(kind);
    if (place === 'wall') {
      for (const wall of WALLS) {
        for (const night of [false, true]) {
          const light = night ? 'night' : 'day';
          // the first of the two walls shows a quarter turn
          const key = (hex: string): string => `${kind}/${hex}/${light}/${wall === 1 ? 1 : 0}`;
          drawings.push([`${kind}/${wall}/${light}`, kept(parts, (colour) => drawWallItem(kind, wall, night, colour).body, key)]);
        }
      }
    } else {
      for (const rotation of ROTATIONS) {
        const key = (hex: string): string => `${kind}/${hex}/${rotation}`;
        drawings.push([`${kind}/${rotation}`, kept(parts, (colour) => drawItem(kind, rotation, colour).body, key)]);
      }
    }
  }
  const { wallpapers: papers, floorings: floors } = shells();
  const of = (texts: Record<string, string>): string => lines(Object.entries(texts));
  const { x, y, width, height } = SHELL_BOUNDS;
  return (
    // bounds as texts: not every reader of JSON reads a number as the one that was written
    `{"palette": ${JSON.stringify(COLOURS.map((colour) => [colour, palette[colour]]))},\n` +
    `"bounds": ${JSON.stringify([x, y, width, height].map(String))},\n"silhouette": ${JSON.stringify(SILHOUETTE_PATH)},\n` +
    `"ramps": ${lines(parts.ramps.texts())},\n"gradients": ${lines(parts.gradients.texts())},\n` +
    `"paths": ${lines(parts.paths.texts())},\n"elements": ${lines(parts.elements.texts())},\n` +
    `"drawings": ${lines(drawings.map(([name, { gradients, elements }]) => [name, gradients, elements]))},\n` +
    `"wallpapers": ${of(papers)},\n"floorings": ${of(floors)}}\n`
  );
}
