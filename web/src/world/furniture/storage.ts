/** Shelves, cupboards and chests. */
import { deep, line, mix, shade } from '../iso/colour';
import type { Model } from '../iso/model';
import { circle, rect, shape, starPath, stroke } from '../iso/shapes';
import type { FacePicture } from '../iso/solids/box';
import { palette } from '../catalogue';
import type { DrawingFamily } from './draw';
import { backBoards, bookRows, drawerFronts, legs } from './joinery';

function bookshelf(model: Model, colour: string): void {
  model.box({
    at: [0.01, 0.01, 0],
    size: [1.98, 0.48, 2.2],
    colour,
    round: 3,
    front: bookRows(4, colour, 2),
    back: backBoards(colour),
  });
}

function lowShelf(model: Model, colour: string): void {
  model
    .box({ at: [0.04, 0.03, 0], size: [1.92, 0.44, 0.72], colour, front: bookRows(2, colour, 5), back: backBoards(colour) })
    .box({ at: [0.01, 0.01, 0.72], size: [1.98, 0.48, 0.08], colour: palette.wheat, round: 2.4 });
}

function wardrobe(model: Model, colour: string): void {
  const doors: FacePicture = (width, height) => {
    const half = width / 2;
    const edge = { radius: 3, stroke: mix(palette.wood, '#7a4fa0', 0.25), strokeWidth: 1.1 };
    return [3, half + 1]
      .map(
        (x) =>
          rect(x, 3, half - 4, height - 6, mix(colour, '#ffffff', 0.35), edge) +
          rect(x + 4, 8, half - 12, height * 0.42, mix(palette.pink, '#ffffff', 0.15), { radius: 3, stroke: line(palette.pink), strokeWidth: 0.5 }) +
          rect(x + 4, height * 0.42 + 14, half - 12, height * 0.58 - 22, mix(colour, '#f3c9b0', 0.25), { radius: 3 }) +
          circle(x < half ? half - 4.5 : half + 4.5, height * 0.56, 1.8, palette.gold, { stroke: line(palette.gold), strokeWidth: 0.5 }),
      )
      .join('');
  };
  model
    .box({ at: [0.05, 0.08, 0], size: [1.9, 0.84, 0.1], colour: palette.walnut, highlight: false })
    .box({ at: [0.03, 0.06, 0.1], size: [1.94, 0.88, 2.18], colour, round: 3, front: doors, back: backBoards(colour) })
    .box({ at: [0.01, 0.02, 2.28], size: [1.98, 0.96, 0.12], colour: palette.wheat, round: 4 });
}

function drawers(model: Model, colour: string): void {
  legs(model, { height: 0.12, colour: palette.walnut, inset: 0.08 });
  model
    .box({ at: [0.05, 0.06, 0.12], size: [0.9, 0.88, 0.8], colour, round: 3, front: drawerFronts(3, colour), back: backBoards(colour) })
    .box({ at: [0.02, 0.03, 0.92], size: [0.96, 0.94, 0.08], colour, round: 3 });
}

/** The brass of a bandaji: hinges, lock plate and corner mounts. */
const brassMounts = (colour: string): FacePicture => {
  const edge = { stroke: line(palette.gold), strokeWidth: 0.5, radius: 0.8 };
  return (width, height) => {
    const split = height * 0.4;
    const hinges = [0.16, 0.34, 0.66, 0.84].map(
      (part) => rect(width * part - 2.4, split - 4.4, 4.8, 8.8, palette.gold, edge) + circle(width * part, split, 1, line(palette.gold)),
    );
    const corners = [2, width - 8].flatMap((x) => [2, height - 8].map((y) => rect(x, y, 6, 6, palette.gold, edge)));
    return (
      stroke(`M2 ${split}H${width - 2}`, deep(colour), 1.2) +
      hinges.join('') +
      corners.join('') +
      circle(width / 2, split + 2, 6, palette.gold, { stroke: line(palette.gold), strokeWidth: 0.6 }) +
      rect(width / 2 - 1, split - 1, 2, 6, line(palette.gold), { radius: 0.8 })
    );
  };
};

function bandaji(model: Model, colour: string): void {
  const foot = { height: 0.1, colour: shade(colour), thickness: 0.16, inset: 0.1 };
  legs(model, foot);
  model
    .box({ at: [0.06, 0.08, 0.1], size: [1.88, 0.84, 0.72], colour, front: brassMounts(colour), back: backBoards(colour) })
    .box({ at: [0.02, 0.04, 0.82], size: [1.96, 0.92, 0.08], colour, round: 3 });
}

const CLOTHES = [palette.rose, palette.butter, palette.denim, palette.mint, palette.lilac];

function clothesRack(model: Model, colour: string): void {
  const [postTop, hemTop] = [1.8, 1.68];
  for (const x of [0.06, 1.85]) {
    model
      .box({ at: [x - 0.01, 0.06, 0], size: [0.1, 0.38, 0.07], colour, highlight: false })
      .box({ at: [x, 0.215, 0.07], size: [0.08, 0.07, postTop - 0.07], colour, highlight: false });
  }
  model.box({ at: [0.03, 0.21, postTop], size: [1.94, 0.08, 0.08], colour });
  for (const [i, cloth] of CLOTHES.entries()) {
    const x = 0.3 + i * 0.29;
    const length = i % 2 ? 0.78 : 1;
    model
      .box({ at: [x, 0.08, hemTop - length], size: [0.18, 0.34, length], colour: cloth, round: 3 })
      .box({ at: [x + 0.07, 0.23, hemTop], size: [0.04, 0.04, postTop - hemTop], colour: palette.stone, highlight: false });
  }
  model.box({ at: [0.5, 0.1, 0], size: [0.44, 0.3, 0.2], colour: palette.coral, round: 2.4 });
}

function toyChest(model: Model, colour: string): void {
  const star: FacePicture = (width, height) =>
    shape(starPath(width / 2, height / 2 + 0.5, 6), palette.butter, { stroke: line(palette.butter), strokeWidth: 0.6 });
  const inside: FacePicture = (width, height) => rect(2.4, 2.4, width - 4.8, height - 4.8, deep(colour), { radius: 2 });
  model
    .box({ at: [0.06, 0.12, 0], size: [0.88, 0.76, 0.5], colour, round: 3, front: star, right: star, left: star, top: inside })
    .ball({ at: [0.31, 0.42, 0.5], radius: 0.15, colour: palette.coral, picture: stroke('M-5 -3Q0 1 5 -3', '#ffffff', 1.4, 0.7) })
    .ball({ at: [0.66, 0.68, 0.5], radius: 0.12, colour: palette.butter })
    .box({ at: [0.58, 0.26, 0.5], size: [0.22, 0.22, 0.24], colour: palette.mint })
    .box({ at: [0.2, 0.66, 0.5], size: [0.18, 0.14, 0.14], colour: palette.rose });
}

export const storage: DrawingFamily = {
  bookshelf,
  low_shelf: lowShelf,
  wardrobe,
  drawers,
  bandaji,
  clothes_rack: clothesRack,
  toy_chest: toyChest,
};
