/** Everything else that hangs on walls: shelves, clocks, neon, garlands. */
import { deep, light, line, mix } from '../iso/colour';
import type { Model } from '../iso/model';
import { circle, heartPath, leafPath, moved, ovalPath, rect, shape, stroke } from '../iso/shapes';
import type { FacePicture } from '../iso/solids/box';
import { palette } from '../catalogue';
import type { WallFamily } from './draw';
import { FRESH } from './foliage';
import { bookSpines } from './joinery';
import { pictures } from './pictures';
import { wallShadow } from './wallShadow';
import { windows } from './windows';

function wallShelf(model: Model, colour: string): void {
  const board = 0.14;
  const row: FacePicture = (width, height) =>
    rect(0, 0, width, height, mix(colour, '#4a2a5e', 0.4), { radius: 1 }) + bookSpines(width, height, 2);
  wallShadow(model, [0.08, 0], [2.34, board]);
  model
    .box({ at: [0.3, 0, 0.02], size: [0.08, 0.16, 0.12], colour, highlight: false })
    .box({ at: [2.1, 0, 0.02], size: [0.08, 0.16, 0.12], colour, highlight: false })
    .box({ at: [0.06, 0, board], size: [2.38, 0.26, 0.08], colour, round: 2 })
    .box({ at: [0.2, 0.03, 0.22], size: [0.84, 0.2, 0.46], colour: palette.rose, round: 1, highlight: false, front: row })
    .cylinder({ at: [1.5, 0.13, 0.22], radius: 0.09, topRadius: 0.12, height: 0.2, colour: palette.coral, topColour: '#8a6250' })
    .billboard({
      at: [1.5, 0.13, 0.42],
      radius: 0.1,
      height: 0.5,
      parts: [-150, -118, -90, -62, -30].map((angle, i) => ({ path: leafPath(angle, 13, 3.4), fill: i % 2 ? FRESH : palette.leaf })),
      extent: [-12, -14, 12, 2],
    })
    .ball({ at: [2.1, 0.13, 0.22], radius: 0.11, colour: palette.mint });
}

function kitchenRail(model: Model, colour: string): void {
  const hung = [
    { x: 0.3, width: 0.5, colour: palette.red },
    { x: 0.98, width: 0.42, colour: palette.sage },
  ];
  model.box({ at: [0.06, 0.04, 0.8], size: [2.38, 0.06, 0.06], colour });
  for (const pan of hung) {
    const middle = (pan.width * 32) / 2;
    model.panel({
      at: [pan.x, 0.06, 0.1],
      size: [pan.width, 0.7],
      picture: (_, height) =>
        shape(ovalPath(middle + 3, height - middle + 6, middle, middle), '#5a3f86', { opacity: 0.14 }) +
        rect(middle - 1.3, -2, 2.6, height - 2 * middle + 6, palette.ink, { radius: 1.2 }) +
        circle(middle, height - middle + 3, middle, pan.colour, { stroke: line(pan.colour), strokeWidth: 1.2 }) +
        circle(middle, height - middle + 3, middle * 0.72, light(pan.colour)),
    });
  }
  model.panel({
    at: [1.6, 0.06, 0.1],
    size: [0.7, 0.7],
    picture: (width, height) =>
      rect(2, -2, 2, 16, palette.walnut, { radius: 1 }) + shape(ovalPath(3, 17, 3, 4.4), palette.walnut, { stroke: line(palette.walnut), strokeWidth: 0.8 }) +
      rect(10, -2, width - 11, height - 4, palette.butter, { radius: 1, stroke: line(palette.butter), strokeWidth: 0.9 }) +
      [3, 7, 11].map((y) => rect(10, y, width - 11, 2, palette.coral, { radius: 0, opacity: 0.7 })).join(''),
  });
}

function hangingPlant(model: Model, colour: string): void {
  /** How far each arching leaf reaches sideways, and how far its tip hangs below the rim. */
  const arches = [[-14, 11], [14, 9], [-10, 20], [10, 18], [-15, -1], [14, -3]] as const;
  const leaves = arches.map(([reach, drop], i) => ({
    path: `M-2 0Q${reach * 0.8} -17 ${reach} ${drop}Q${reach * 0.34} -5 2 1Z`,
    fill: i % 2 ? FRESH : palette.leaf,
  }));
  model
    .box({ at: [0.47, 0, 1.86], size: [0.06, 0.22, 0.06], colour: palette.walnut })
    .cylinder({ at: [0.5, 0.24, 0.94], radius: 0.14, topRadius: 0.22, height: 0.26, colour, topColour: '#8a6250' })
    .billboard({
      at: [0.5, 0.24, 1.2],
      radius: 0.2,
      height: 0.6,
      parts: [
        ...leaves,
        ...[-118, -90, -62].map((angle, i) => ({ path: leafPath(angle, 15, 4), fill: i % 2 ? palette.leaf : FRESH })),
      ],
      detail: stroke('M-9 1L0 -23L9 1', line(palette.wheat), 1.1),
      extent: [-15, -24, 15, 21],
    });
}

function wallClock(model: Model, colour: string): void {
  model.panel({
    at: [0.03, 0, 0.04],
    size: [0.94, 0.92],
    picture: (width, height) => {
      const [x, y] = [width / 2, height / 2];
      const marks = [0, 1, 2, 3].map((i) => circle(x + Math.cos(i * Math.PI / 2) * 9.4, y + Math.sin(i * Math.PI / 2) * 9.4, 0.9, palette.stone)).join('');
      return (
        circle(x + 2, y + 3, 14.6, '#5a3f86', { opacity: 0.18 }) +
        circle(x, y, 14.6, colour, { stroke: line(colour), strokeWidth: 1.5 }) +
        circle(x, y, 11.6, '#fffdf8', { stroke: line(colour), strokeWidth: 0.6 }) +
        marks +
        stroke(`M${x} ${y}V${y - 7.6}M${x} ${y}L${x + 5} ${y + 3}`, palette.ink, 1.8) +
        circle(x, y, 1.5, palette.red)
      );
    },
  });
}

/** A glass tube: wide glow, colour, and a pale core. */
function neon(path: string, colour: string, night: boolean): string {
  return (
    stroke(path, colour, 10, night ? 0.4 : 0.2) +
    stroke(path, mix(colour, '#ff6f9f', 0.15), 4.6) +
    stroke(path, mix(colour, '#ffffff', night ? 0.9 : 0.8), 1.8)
  );
}

function neonHeart(model: Model, colour: string, night: boolean): void {
  model.panel({ at: [0, 0.04, 0], size: [1.5, 1.5], picture: (width, height) => neon(heartPath(width / 2, height / 2, 17), colour, night) });
}

function neonMoon(model: Model, colour: string, night: boolean): void {
  const crescent = 'M4 -17A17 17 0 1 0 17 6A14 14 0 0 1 4 -17Z';
  model.panel({
    at: [0, 0.04, 0],
    size: [1.5, 1.5],
    picture: (width, height) => moved(width / 2 - 2, height / 2, neon(crescent, colour, night) + neon('M13 -14v6M10 -11h6', palette.pink, night)),
  });
}

const BULBS = [palette.butter, palette.rose, palette.mint, palette.sky];

function stringLights(model: Model, _colour: string, night: boolean): void {
  const [swags, sag] = [4, 22];
  model.panel({
    at: [0, 0.05, 0],
    size: [5, 1],
    picture: (width) => {
      const span = width / swags;
      let [wire, bulbs] = ['M0 6', ''];
      for (let i = 0; i < swags; i++) {
        wire += `q${span / 2} ${sag} ${span} 0`;
        for (const part of [0.15, 0.38, 0.62, 0.85]) {
          const x = (i + part) * span;
          const y = 6 + 2 * part * (1 - part) * sag + 4;
          const bulb = BULBS[(i + Math.round(part * 5)) % BULBS.length] ?? palette.butter;
          bulbs +=
            circle(x, y + 1, night ? 8 : 6, '#ffe9a8', { opacity: night ? 0.34 : 0.3 }) +
            rect(x - 1.2, y - 4.4, 2.4, 2.6, palette.ink, { radius: 0.5 }) +
            circle(x, y, 3, night ? mix(bulb, '#fff6d8', 0.5) : bulb, { stroke: line(bulb), strokeWidth: 0.6 });
        }
      }
      return stroke(wire, '#6b5577', 1.3) + bulbs;
    },
  });
}

function bunting(model: Model, colour: string): void {
  const flags = [colour, palette.butter, palette.mint, palette.sky, palette.lilac];
  model.panel({
    at: [0, 0.05, 0],
    size: [4, 1],
    picture: (width) => {
      const count = 9;
      const drop = (part: number): number => 5 + 4 * part * (1 - part) * 9;
      const pennants = Array.from({ length: count }, (_, i) => {
        const [left, right] = [(i + 0.12) / count, (i + 0.88) / count];
        const fill = flags[i % flags.length] ?? colour;
        const [x1, x2, y1, y2] = [left * width, right * width, drop(left), drop(right)];
        return (
          shape(`M${x1} ${y1}L${x2} ${y2}L${(x1 + x2) / 2} ${(y1 + y2) / 2 + 16}Z`, fill, { stroke: line(fill), strokeWidth: 1 }) +
          circle((x1 + x2) / 2, (y1 + y2) / 2 + 5, 1.5, '#ffffff', { opacity: 0.8 })
        );
      }).join('');
      return stroke(`M0 5Q${width / 2} 23 ${width} 5`, '#6b5577', 1.4) + pennants;
    },
  });
}

function records(model: Model, colour: string): void {
  const labels = [palette.rose, palette.butter, palette.mint];
  model.panel({
    at: [0.05, 0.02, 0.05],
    size: [2.4, 0.9],
    picture: (width, height) =>
      labels
        .map((label, i) => {
          const [x, y] = [((i + 0.5) * width) / 3, height / 2];
          return (
            circle(x + 2, y + 3, 12, '#5a3f86', { opacity: 0.18 }) +
            circle(x, y, 12, colour, { stroke: deep(colour), strokeWidth: 1.2 }) +
            [9.6, 7.4].map((radius) => circle(x, y, radius, 'none', { stroke: '#ffffff', strokeWidth: 0.6, opacity: 0.3 })).join('') +
            circle(x, y, 4.6, label) +
            circle(x, y, 1, palette.white)
          );
        })
        .join(''),
  });
}

export const walls: WallFamily = {
  ...windows,
  ...pictures,
  records,
  wall_shelf: wallShelf,
  kitchen_rail: kitchenRail,
  hanging_plant: hangingPlant,
  wall_clock: wallClock,
  neon_heart: neonHeart,
  neon_moon: neonMoon,
  string_lights: stringLights,
  bunting,
};
