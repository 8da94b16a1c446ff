/** Things to sit on. */
import { light, line, mix, shade } from '../iso/colour';
import type { Model } from '../iso/model';
import { circle, ellipse, heartPath, rect, shape, stroke } from '../iso/shapes';
import type { FacePicture } from '../iso/solids/box';
import { palette } from '../catalogue';
import type { DrawingFamily } from './draw';
import { legs } from './joinery';

/** Edge rounding of upholstery, in pixels. */
const SOFT = 4;
const FOOT = 0.12;

const seam = (colour: string): FacePicture => {
  return (width, height) => stroke(`M5 6Q${width / 2} 3 ${width - 5} 6M5 ${height - 5}H${width - 5}`, line(colour), 0.9, 0.35);
};

function sofa(model: Model, colour: string): void {
  const [armWidth, armHeight, backDepth] = [0.3, 0.55, 0.3];
  const back = backDepth + 0.02;
  legs(model, { height: FOOT, colour: palette.walnut });
  model
    .box({ at: [0.02, 0.02, FOOT], size: [1.96, backDepth, 0.84], colour, round: SOFT, back: seam(colour) })
    .box({ at: [0.02, back, FOOT], size: [armWidth, 0.66, armHeight], colour, round: SOFT })
    .box({ at: [1.98 - armWidth, back, FOOT], size: [armWidth, 0.66, armHeight], colour, round: SOFT })
    .box({ at: [0.32, back, FOOT], size: [1.36, 0.62, 0.2], colour: shade(colour), highlight: false });
  for (const x of [0.34, 1.01]) {
    model.box({ at: [x, 0.34, 0.32], size: [0.65, 0.6, 0.18], colour: light(colour), round: SOFT });
  }
  model.ball({ at: [0.56, 0.53, 0.5], radius: 0.17, height: 0.4, colour: palette.butter, picture: shape(heartPath(0, 0, 3.2), '#fff6dc') });
}

function armchair(model: Model, colour: string): void {
  legs(model, { height: FOOT, colour: palette.walnut });
  model
    .box({ at: [0.02, 0.04, FOOT], size: [0.96, 0.26, 0.86], colour, round: SOFT, back: seam(colour) })
    .box({ at: [0.02, 0.3, FOOT], size: [0.2, 0.64, 0.48], colour, round: SOFT })
    .box({ at: [0.78, 0.3, FOOT], size: [0.2, 0.64, 0.48], colour, round: SOFT })
    .box({ at: [0.22, 0.3, FOOT], size: [0.56, 0.62, 0.2], colour: shade(colour), highlight: false })
    .box({ at: [0.24, 0.32, 0.32], size: [0.52, 0.6, 0.16], colour: light(colour), round: SOFT });
}

function chair(model: Model, colour: string): void {
  const leg = 0.09;
  legs(model, { height: 0.45, colour, thickness: leg, inset: 0.2 });
  const heart: FacePicture = (width, height) => shape(heartPath(width / 2, height / 2, 3.4), mix(colour, '#4a2a5e', 0.45));
  model
    .box({ at: [0.18, 0.18, 0.45], size: [0.64, 0.64, 0.09], colour, round: 2.4 })
    .box({ at: [0.22, 0.32, 0.54], size: [0.56, 0.47, 0.08], colour: palette.pink, round: 3 })
    .box({ at: [0.22, 0.2, 0.54], size: [leg, leg, 0.26], colour, highlight: false })
    .box({ at: [0.69, 0.2, 0.54], size: [leg, leg, 0.26], colour, highlight: false })
    .box({ at: [0.18, 0.19, 0.8], size: [0.64, 0.11, 0.36], colour, round: 3, front: heart, back: heart });
}

function stool(model: Model, colour: string): void {
  legs(model, { height: 0.36, colour: palette.walnut, thickness: 0.08, inset: 0.3 });
  model
    .cylinder({ at: [0.5, 0.5, 0.36], radius: 0.34, height: 0.06, colour: palette.wood })
    .cylinder({ at: [0.5, 0.5, 0.42], radius: 0.32, height: 0.12, colour });
}

function bench(model: Model, colour: string): void {
  const slats: FacePicture = (width, height) =>
    [1, 2].map((i) => rect(2, (i * height) / 3 - 0.5, width - 4, 1, mix(colour, '#4a2a5e', 0.4), { radius: 0 })).join('');
  for (const x of [0.1, 1.74]) {
    model.box({ at: [x, 0.08, 0], size: [0.16, 0.34, 0.36], colour: shade(colour), highlight: false });
  }
  model
    .box({ at: [0.26, 0.2, 0.14], size: [1.48, 0.1, 0.08], colour: shade(colour), highlight: false })
    .box({ at: [0.02, 0.03, 0.36], size: [1.96, 0.44, 0.1], colour, round: 3, top: slats });
}

const BEANBAG = 'M-21 3Q-24 -9 -13 -19Q-7 -27 0 -27Q8 -27 13 -20Q24 -9 21 3Q16 13 0 13Q-16 13 -21 3Z';

function beanbag(model: Model, colour: string): void {
  const shading =
    shape('M8 -25Q22 -14 20 2Q15 12 0 12Q12 4 8 -25Z', shade(colour), { opacity: 0.55 }) +
    ellipse(-3, -11, 12, 6.4, light(colour), { opacity: 0.75 }) +
    ellipse(-9, -17, 3.4, 1.8, '#ffffff', { opacity: 0.6 });
  const seams =
    stroke('M0 -26Q-13 -16 -13 10M1 -26Q14 -14 12 10M-17 6Q0 12 17 6', line(colour), 1.2, 0.4) +
    circle(0.5, -26, 2, line(colour), { opacity: 0.5 });
  model.billboard({
    at: [0.5, 0.5, 0],
    radius: 0.46,
    height: 0.85,
    parts: [{ path: BEANBAG, fill: colour }],
    detail: shading + seams,
    extent: [-23, -28, 23, 13],
    mirrored: model.rotation % 2 === 1,
  });
}

function cushion(model: Model, colour: string): void {
  const stitched: FacePicture = (width, height) =>
    rect(2.5, 2.5, width - 5, height - 5, 'none', { radius: 3, stroke: '#ffffff', opacity: 0.65, dash: '2 2' }) +
    shape(`M${width / 2} 5V${height - 5}M5 ${height / 2}H${width - 5}`, 'none', { stroke: line(colour), strokeWidth: 0.8, opacity: 0.3 }) +
    circle(width / 2, height / 2, 2, palette.butter);
  model.box({ at: [0.12, 0.12, 0], size: [0.76, 0.76, 0.14], colour, round: 5, top: stitched });
}

function floorChair(model: Model, colour: string): void {
  const tufts: FacePicture = (width, height) =>
    [0.3, 0.7].map((part) => circle(width * part, height * 0.5, 1.6, line(colour), { opacity: 0.5 })).join('');
  model
    .box({ at: [0.14, 0.28, 0], size: [0.72, 0.64, 0.17], colour: light(colour), round: 5, top: tufts })
    .box({ at: [0.14, 0.1, 0], size: [0.72, 0.16, 0.62], colour, round: 5, front: tufts, back: seam(colour) });
}

export const seats: DrawingFamily = {
  sofa,
  armchair,
  chair,
  stool,
  bench,
  beanbag,
  cushion,
  floor_chair: floorChair,
};
