/** Tables and desks. Those with a top for small things keep it clear. */
import { light, line, mix, shade } from '../iso/colour';
import type { Model } from '../iso/model';
import { circle, heartPath, rect, shape, stroke } from '../iso/shapes';
import type { FacePicture } from '../iso/solids/box';
import { palette } from '../catalogue';
import type { DrawingFamily } from './draw';
import { drawerFronts, legs } from './joinery';

const SCREEN = '#a9ddf3';

function desk(model: Model, colour: string): void {
  const pad: FacePicture = (width, height) =>
    rect(8, 10, width * 0.52, height - 16, palette.denim, { radius: 2, stroke: line(palette.denim), strokeWidth: 0.7 }) +
    rect(10.5, 12.5, width * 0.52 - 5, height - 21, mix(palette.denim, '#ffffff', 0.25), { radius: 1 });
  model
    .box({ at: [0.06, 0.08, 0], size: [0.1, 0.84, 0.7], colour })
    .box({ at: [0.16, 0.1, 0.34], size: [1.16, 0.06, 0.36], colour: shade(colour), highlight: false })
    .box({ at: [1.32, 0.08, 0], size: [0.62, 0.84, 0.7], colour, front: drawerFronts(3, colour) })
    .box({ at: [0.02, 0.02, 0.7], size: [1.96, 0.96, 0.1], colour, round: 3, top: pad });
}

function pcDesk(model: Model, colour: string): void {
  model
    .box({ at: [0.06, 0.08, 0], size: [0.1, 0.84, 0.7], colour })
    .box({ at: [1.84, 0.08, 0], size: [0.1, 0.84, 0.7], colour })
    .box({ at: [0.16, 0.1, 0.34], size: [1.68, 0.06, 0.36], colour: shade(colour), highlight: false })
    .box({ at: [0.02, 0.02, 0.7], size: [1.96, 0.96, 0.1], colour, round: 3 });
  computer(model);
  model.cylinder({ at: [0.28, 0.62, 0.8], radius: 0.08, height: 0.16, colour: palette.coral, topColour: palette.walnut });
}

function computer(model: Model): void {
  const screen: FacePicture = (width, height) =>
    rect(3, 3, width - 6, height - 7, palette.ink, { radius: 3 }) +
    rect(5, 5, width - 10, height - 11, SCREEN, { radius: 2 }) +
    rect(5, 5, width - 10, 4.5, palette.denim, { radius: 1 }) +
    rect(8, 12, 6, 4, '#ffffff', { radius: 0.8 }) +
    shape(heartPath(width / 2 + 3, height / 2 + 3, 3.6), palette.rose);
  const vents: FacePicture = (width) =>
    [8, 11, 14].map((y) => rect(width / 4, y, width / 2, 1.2, palette.stone, { radius: 0.5 })).join('');
  const keys: FacePicture = (width) => [0, 1, 2].map((i) => rect(2, 1.2 + i * 2.2, width - 4, 1.4, palette.stone, { radius: 0.5 })).join('');
  model
    .box({ at: [0.58, 0.14, 0.8], size: [0.84, 0.44, 0.08], colour: palette.gray })
    .box({ at: [0.54, 0.1, 0.88], size: [0.92, 0.5, 0.72], colour: palette.gray, round: 3, front: screen, back: vents })
    .box({ at: [0.54, 0.68, 0.8], size: [0.72, 0.24, 0.05], colour: palette.white, top: keys })
    .box({ at: [1.42, 0.7, 0.8], size: [0.12, 0.18, 0.06], colour: palette.pink });
}

function coffeeTable(model: Model, colour: string): void {
  const rings = (diameter: number): string =>
    circle(diameter / 2, diameter / 2, diameter * 0.4, 'none', { stroke: mix(colour, '#4a2a5e', 0.3), strokeWidth: 0.7, opacity: 0.6 }) +
    circle(diameter / 2, diameter / 2, diameter * 0.24, 'none', { stroke: mix(colour, '#4a2a5e', 0.3), strokeWidth: 0.6, opacity: 0.45 });
  model
    .cylinder({ at: [0.5, 0.5, 0], radius: 0.24, height: 0.06, colour })
    .cylinder({ at: [0.5, 0.5, 0.06], radius: 0.07, height: 0.36, colour })
    .cylinder({ at: [0.5, 0.5, 0.42], radius: 0.48, height: 0.08, colour, top: rings });
}

/** A gingham runner down the middle, and place mats. */
const tableLinen: FacePicture = (width, height) => {
  const runner = { x: width * 0.36, width: width * 0.28 };
  let markup = rect(runner.x, 0, runner.width, height, '#fff4e6', { radius: 0, stroke: '#d9b9a6', strokeWidth: 0.7 });
  for (let y = 0; y < height; y += 6) markup += rect(runner.x, y, runner.width, 3, palette.rose, { radius: 0, opacity: 0.35 });
  for (let x = 0; x < runner.width; x += 6) markup += rect(runner.x + x, 0, 3, height, palette.rose, { radius: 0, opacity: 0.35 });
  for (const x of [width * 0.17, width * 0.83]) {
    for (const y of [height * 0.28, height * 0.72]) {
      markup += circle(x, y, 7, palette.mint, { stroke: line(palette.mint), strokeWidth: 0.6 }) + circle(x, y, 4.6, light(palette.mint));
    }
  }
  return markup;
};

function diningTable(model: Model, colour: string): void {
  legs(model, { height: 0.6, colour, thickness: 0.14, inset: 0.1 });
  model
    .box({ at: [0.1, 0.1, 0.6], size: [1.8, 1.8, 0.1], colour: shade(colour), highlight: false })
    .box({ at: [0.03, 0.03, 0.7], size: [1.94, 1.94, 0.1], colour, round: 4, top: tableLinen });
}

function soban(model: Model, colour: string): void {
  const inlay: FacePicture = (width, height) =>
    rect(2.4, 2.4, width - 4.8, height - 4.8, 'none', { radius: 2, stroke: palette.gold, strokeWidth: 1.1 }) +
    circle(width / 2, height / 2, 5, 'none', { stroke: palette.gold, strokeWidth: 0.9 }) +
    circle(width / 2, height / 2, 1.6, palette.gold);
  legs(model, { height: 0.22, colour, thickness: 0.12, inset: 0.14 });
  model
    .box({ at: [0.14, 0.14, 0.22], size: [0.72, 0.72, 0.08], colour: shade(colour), highlight: false })
    .box({ at: [0.06, 0.06, 0.3], size: [0.88, 0.88, 0.1], colour, round: 4, top: inlay });
}

function kotatsu(model: Model, colour: string): void {
  const folds: FacePicture = (width, height) =>
    [...Array(6).keys()].map((i) => rect(4 + i * 10.4, -1, 4.4, height + 1, '#ffffff', { radius: 0, opacity: 0.3 })).join('') +
    rect(0, height - 4.6, width, 2.4, '#fff2d8', { radius: 0, opacity: 0.85 });
  const grain: FacePicture = (width, height) =>
    [0.25, 0.5, 0.75].map((part) => stroke(`M4 ${height * part}H${width - 4}`, line(palette.wood), 0.8, 0.25)).join('') +
    rect(3, 3, width - 6, height - 6, 'none', { radius: 2, stroke: line(palette.wood), strokeWidth: 0.7, opacity: 0.4 });
  model
    .box({ at: [0.02, 0.02, 0], size: [1.96, 1.96, 0.36], colour, round: 6, front: folds, right: folds, back: folds, left: folds })
    .box({ at: [0.12, 0.12, 0.36], size: [1.76, 1.76, 0.05], colour: mix(colour, '#ffffff', 0.35), round: 5, highlight: false })
    .box({ at: [0.2, 0.2, 0.41], size: [1.6, 1.6, 0.09], colour: palette.wood, round: 3, top: grain });
}

function nightstand(model: Model, colour: string): void {
  legs(model, { height: 0.08, colour: palette.walnut, inset: 0.12 });
  model
    .box({ at: [0.1, 0.1, 0.08], size: [0.8, 0.8, 0.52], colour, round: 3, front: drawerFronts(2, colour) })
    .cylinder({ at: [0.5, 0.5, 0.6], radius: 0.14, height: 0.04, colour: palette.gold })
    .cylinder({ at: [0.5, 0.5, 0.64], radius: 0.04, height: 0.18, colour: palette.gold })
    .cylinder({ at: [0.5, 0.5, 0.82], radius: 0.28, topRadius: 0.17, height: 0.32, colour: palette.butter, topColour: '#fff4cf' });
}

function vanity(model: Model, colour: string): void {
  const mirror: FacePicture = (width, height) =>
    rect(2, 2, width - 4, height - 4, '#cfeaf8', { radius: 6, stroke: line(colour), strokeWidth: 0.6 }) +
    stroke('M6 15L13 7M6 22L17 10', '#ffffff', 2);
  legs(model, { height: 0.42, colour: mix(colour, '#ffffff', 0.3), thickness: 0.09, inset: 0.08 });
  model
    .box({ at: [0.03, 0.05, 0.42], size: [0.94, 0.84, 0.24], colour, round: 3, front: drawerFronts(1, colour, 2) })
    .box({ at: [0.14, 0.08, 0.66], size: [0.72, 0.1, 0.92], colour: mix(colour, '#ffffff', 0.25), round: 5, front: mirror })
    .cylinder({ at: [0.26, 0.5, 0.66], radius: 0.07, height: 0.14, colour: palette.lilac })
    .cylinder({ at: [0.44, 0.44, 0.66], radius: 0.055, height: 0.22, colour: palette.coral, topColour: palette.gold })
    .ball({ at: [0.74, 0.5, 0.66], radius: 0.09, colour: palette.butter });
}

function sideTable(model: Model, colour: string): void {
  const rim = (diameter: number): string =>
    circle(diameter / 2, diameter / 2, diameter * 0.42, 'none', { stroke: '#ffffff', opacity: 0.6 });
  model
    .cylinder({ at: [0.5, 0.5, 0], radius: 0.28, topRadius: 0.2, height: 0.08, colour })
    .cylinder({ at: [0.5, 0.5, 0.08], radius: 0.06, height: 0.44, colour })
    .cylinder({ at: [0.5, 0.5, 0.52], radius: 0.44, height: 0.08, colour, top: rim });
}

export const tables: DrawingFamily = {
  desk,
  pc_desk: pcDesk,
  coffee_table: coffeeTable,
  dining_table: diningTable,
  soban,
  kotatsu,
  nightstand,
  vanity,
  side_table: sideTable,
};
