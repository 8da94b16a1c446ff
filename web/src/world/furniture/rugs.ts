/** Rugs and mats: pictures that lie flat under everything. */
import { trim } from '../iso/frame';
import { light, line, mix } from '../iso/colour';
import type { Model } from '../iso/model';
import { circle, heartPath, rect, shape, stroke } from '../iso/shapes';
import type { FacePicture } from '../iso/solids/box';
import { palette } from '../catalogue';
import type { DrawingFamily } from './draw';

const PILE = 0.02;
const CREAM = '#fff4e8';

function flat(model: Model, colour: string, picture: FacePicture): void {
  model.box({ at: [0.04, 0.04, 0], size: [model.width - 0.08, model.depth - 0.08, PILE], colour, topColour: colour, highlight: false, top: picture });
}

/** The line a little way in from the edge. */
const border = (width: number, height: number, colour: string, inset = 3): string =>
  rect(inset, inset, width - 2 * inset, height - 2 * inset, 'none', { radius: 2, stroke: colour, strokeWidth: 1.4 });

/** A heart that points to the near corner while the rug is not turned. */
const nearwards = (x: number, y: number, size: number, fill: string, style: Parameters<typeof shape>[2] = {}): string =>
  `<g transform="rotate(-45 ${trim(x)} ${trim(y)})">${shape(heartPath(x, y, size), fill, style)}</g>`;

function roundRug(model: Model, colour: string): void {
  const rings = (diameter: number): string => {
    const middle = diameter / 2;
    const hearts = Array.from({ length: 8 }, (_, i) => {
      const [x, y] = [Math.cos((i * Math.PI) / 4), Math.sin((i * Math.PI) / 4)];
      return nearwards(middle * (1 + 0.55 * x), middle * (1 + 0.55 * y), 3.4, colour);
    }).join('');
    const ring = (part: number, fill: string) => circle(middle, middle, middle * part, fill);
    return (
      ring(0.99, CREAM) + ring(0.86, colour) + ring(0.68, CREAM) + ring(0.42, light(colour)) +
      hearts +
      circle(middle, middle, middle * 0.93, 'none', { stroke: line(colour), strokeWidth: 1, opacity: 0.35, dash: '3 3' })
    );
  };
  model.cylinder({ at: [1.5, 1.5, 0], radius: 1.46, height: PILE, colour, top: rings });
}

function stripeRug(model: Model, colour: string): void {
  flat(model, colour, (width, height) => {
    const stripes = Array.from({ length: Math.floor(width / 16) + 1 }, (_, i) => rect(5 + i * 16, 0, 7, height, CREAM, { radius: 0 })).join('');
    const fringe = [0, width - 2.4].map((x) => rect(x, 0, 2.4, height, mix(colour, '#4a2a5e', 0.25), { radius: 0, opacity: 0.5 })).join('');
    return stripes + fringe + border(width, height, '#ffffff', 4);
  });
}

function checkRug(model: Model, colour: string): void {
  flat(model, colour, (width, height) => {
    const side = width / 4;
    let checks = '';
    for (let row = 0; row < 4; row++) {
      for (let column = 0; column < 4; column++) {
        if ((row + column) % 2) checks += rect(column * side, (row * height) / 4, side, height / 4, CREAM, { radius: 0 });
      }
    }
    return checks + border(width, height, line(colour), 1.4);
  });
}

function heartRug(model: Model, colour: string): void {
  flat(model, CREAM, (width, height) =>
    border(width, height, colour, 2.4) +
    nearwards(width / 2, height / 2, 21, colour, { stroke: line(colour), strokeWidth: 0.8 }) +
    nearwards(width / 2, height / 2, 14, light(colour)),
  );
}

/** Woven sedge with two bands of red silk. */
function strawMat(model: Model, colour: string): void {
  const straw = mix(colour, CREAM, 0.35);
  flat(model, straw, (width, height) => {
    const weave = Array.from({ length: Math.floor(height / 4) }, (_, i) => stroke(`M0 ${2 + i * 4}H${width}`, line(straw), 0.8, 0.2)).join('');
    const bands = [0, width - 6]
      .map((x) => rect(x, 0, 6, height, palette.red, { radius: 0 }) + rect(x + 2.4, 0, 1.2, height, palette.butter, { radius: 0 }))
      .join('');
    const medallion =
      circle(width / 2, height / 2, 11, 'none', { stroke: palette.red, strokeWidth: 1.4, opacity: 0.6 }) +
      nearwards(width / 2, height / 2, 5, palette.red, { opacity: 0.6 });
    return weave + medallion + bands;
  });
}

function doormat(model: Model, colour: string): void {
  flat(model, colour, (width, height) => border(width, height, '#ffffff') + nearwards(width / 2, height / 2, 6, '#ffffff'));
}

export const rugs: DrawingFamily = {
  round_rug: roundRug,
  stripe_rug: stripeRug,
  check_rug: checkRug,
  heart_rug: heartRug,
  straw_mat: strawMat,
  doormat,
};
