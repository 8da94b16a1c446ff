/** Kitchen appliances and worktops. */
import { line, mix } from '../iso/colour';
import type { Model } from '../iso/model';
import { circle, heartPath, rect, shape, stroke } from '../iso/shapes';
import type { FacePicture } from '../iso/solids/box';
import { palette } from '../catalogue';
import type { DrawingFamily } from './draw';
import { backBoards, drawerFronts } from './joinery';
import { food } from './food';

/** The height all worktops share, in z-units. */
const WORKTOP = 0.8;
const SLAB = 0.08;
const STONE_TOP = '#f6efe6';

function worktop(model: Model, width: number, colour: string, columns: number, top?: FacePicture): void {
  model
    .box({
      at: [0.03, 0.06, 0],
      size: [width - 0.06, 0.9, WORKTOP - SLAB],
      colour,
      front: drawerFronts(columns > 1 ? 1 : 2, colour, columns),
      back: backBoards(colour),
    })
    .box({ at: [0.01, 0.02, WORKTOP - SLAB], size: [width - 0.02, 0.97, SLAB], colour: STONE_TOP, round: 2.4, ...(top && { top }) });
}

function fridge(model: Model, colour: string): void {
  const handle = { radius: 1.3, stroke: line(colour), strokeWidth: 0.6 };
  const doors: FacePicture = (width, height) => {
    const split = height * 0.36;
    return (
      stroke(`M0 ${split}H${width}`, line(colour), 1.2) +
      rect(3, split - 12, 2.8, 9, palette.white, handle) +
      rect(3, split + 4, 2.8, 14, palette.white, handle) +
      rect(14, 9, 8, 8, palette.butter, { radius: 1 }) +
      rect(15.5, 11, 5, 1, line(palette.butter), { radius: 0.5, opacity: 0.6 }) +
      rect(15.5, 13.4, 3.4, 1, line(palette.butter), { radius: 0.5, opacity: 0.6 }) +
      shape(heartPath(20, split + 12, 3.4), palette.rose)
    );
  };
  model.box({ at: [0.04, 0.04, 0], size: [0.92, 0.92, 2], colour, round: 5, front: doors, back: backBoards(colour) });
}

function stove(model: Model, colour: string): void {
  const oven: FacePicture = (width, height) =>
    rect(4, 11, width - 8, height - 15, palette.ink, { radius: 3 }) +
    rect(6, 14.5, width - 12, height - 21.5, '#ffb56b', { radius: 2, opacity: 0.8 }) +
    rect(5, 9, width - 10, 1.6, palette.stone, { radius: 0.8 }) +
    [6, 12, 18, 24].map((x) => circle(x, 5, 1.8, palette.coral, { stroke: line(palette.coral), strokeWidth: 0.5 })).join('');
  const burners: FacePicture = (width) =>
    [0.27, 0.73]
      .flatMap((x) => [0.32, 0.72].map((y) => circle(width * x, width * y * 0.9, 4.6, palette.ink) + circle(width * x, width * y * 0.9, 2.4, palette.stone)))
      .join('');
  model
    .box({ at: [0.03, 0.04, 0], size: [0.94, 0.94, 0.82], colour, front: oven, top: burners, back: backBoards(colour) })
    .box({ at: [0.03, 0.04, 0.82], size: [0.94, 0.08, 0.2], colour })
    .cylinder({ at: [0.29, 0.68, 0.82], radius: 0.18, height: 0.2, colour: palette.red, topColour: palette.peach })
    .cylinder({ at: [0.29, 0.68, 1.02], radius: 0.04, height: 0.05, colour: palette.ink });
}

function sink(model: Model, colour: string): void {
  const basin: FacePicture = () =>
    rect(8, 8, 26, 18, palette.stone, { radius: 4, stroke: line(palette.stone), strokeWidth: 0.7 }) +
    rect(10, 10.5, 22, 13.5, palette.gray, { radius: 3 }) +
    circle(21, 17, 1.6, line(palette.stone));
  worktop(model, 2, colour, 3, basin);
  model
    .box({ at: [0.6, 0.08, WORKTOP], size: [0.07, 0.07, 0.34], colour: palette.stone })
    .box({ at: [0.6, 0.15, WORKTOP + 0.27], size: [0.07, 0.22, 0.07], colour: palette.stone })
    .cylinder({ at: [1.36, 0.32, WORKTOP], radius: 0.11, height: 0.24, colour: palette.coral })
    .cylinder({ at: [1.66, 0.26, WORKTOP], radius: 0.09, height: 0.32, colour: palette.mint, topColour: palette.leaf })
    .box({ at: [1.42, 0.56, WORKTOP], size: [0.4, 0.26, 0.04], colour: palette.wheat });
}

function counter(model: Model, colour: string): void {
  worktop(model, 1, colour, 1);
}

function washer(model: Model, colour: string): void {
  const front: FacePicture = (width, height) => {
    const [x, y] = [width / 2, height * 0.6];
    return (
      rect(3, 3, width - 6, 7, '#efe6f3', { radius: 1.5 }) +
      rect(4.5, 4.4, 9, 4, palette.mint, { radius: 1 }) +
      circle(width - 7, 6.5, 2, palette.coral) +
      circle(x, y, 10, palette.stone, { stroke: line(palette.stone), strokeWidth: 0.8 }) +
      circle(x, y, 7.6, palette.sky) +
      stroke(`M${x - 6} ${y + 1}q3 -4 6 0t6 0`, '#ffffff', 2) +
      circle(x + 2, y + 4, 1.2, '#ffffff', { opacity: 0.8 })
    );
  };
  model.box({ at: [0.04, 0.04, 0], size: [0.92, 0.92, 1], colour, round: 5, front, back: backBoards(colour) });
}

const DRINKS = [palette.sky, palette.butter, palette.mint, palette.lilac, palette.coral];

function vendingMachine(model: Model, colour: string): void {
  const front: FacePicture = (width, height) => {
    let drinks = '';
    for (let row = 0; row < 3; row++) {
      for (let column = 0; column < 4; column++) {
        const drink = DRINKS[(column + row * 2) % DRINKS.length] ?? palette.sky;
        drinks += rect(5 + column * 5.4, 9 + row * 11.5, 3.8, 8, drink, { radius: 1.4, stroke: line(drink), strokeWidth: 0.5 });
      }
      drinks += rect(4, 17.6 + row * 11.5, width - 8, 1, palette.stone, { radius: 0 });
    }
    return (
      rect(3, 6, width - 6, height * 0.5, '#fff8e8', { radius: 2, stroke: line(colour), strokeWidth: 0.6 }) +
      drinks +
      rect(4, height * 0.62, 7, 9, palette.ink, { radius: 1 }) +
      rect(5.4, height * 0.62 + 2, 4.2, 1.4, palette.butter, { radius: 0.5 }) +
      shape(heartPath(width - 9, height * 0.62 + 4.6, 3.4), '#ffe3e3') +
      rect(5, height * 0.82, width - 10, 9, palette.ink, { radius: 2 })
    );
  };
  model.box({ at: [0.04, 0.06, 0], size: [0.92, 0.88, 2.15], colour, round: 4, front, back: backBoards(mix(colour, '#7a4fa0', 0.15)) });
}

export const kitchen: DrawingFamily = {
  fridge,
  stove,
  sink,
  counter,
  washer,
  vending_machine: vendingMachine,
  ...food,
};
