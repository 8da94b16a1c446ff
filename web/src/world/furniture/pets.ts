/** Animals and stuffed animals, seen from the front or from the back, looking left or right. */
import { line, mix } from '../iso/colour';
import type { Model } from '../iso/model';
import { circle, ellipse, heartPath, ovalPath, rect, shape, stroke } from '../iso/shapes';
import type { FigurePart } from '../iso/solids/billboard';
import type { FacePicture } from '../iso/solids/box';
import { palette } from '../catalogue';
import type { DrawingFamily } from './draw';

interface Animal {
  readonly parts: readonly FigurePart[];
  readonly face: string;
  readonly back: string;
  readonly extent: readonly [number, number, number, number];
  readonly height: number;
}

/** Sits in the middle of its half tile; odd rotations look the other way. */
function animal(model: Model, { parts, face, back, extent, height }: Animal): void {
  model.billboard({
    at: [model.width / 2, model.depth / 2, 0],
    radius: 0.22,
    height,
    parts,
    detail: model.showsFront ? face : back,
    extent,
    mirrored: model.rotation % 2 === 1,
  });
}

const EYE = palette.ink;
const BLUSH = '#ff9a9a';
const BELLY = '#fff4e2';

const eyes = (x: number, y: number, gap: number): string =>
  [-gap, gap].map((side) => ellipse(x + side, y, 1.4, 1.8, EYE) + circle(x + side - 0.5, y - 0.7, 0.5, '#ffffff')).join('');

const blush = (x: number, y: number, gap: number): string =>
  [-gap, gap].map((side) => circle(x + side, y, 1.9, BLUSH, { opacity: 0.55 })).join('');

const paws = (colour: string): FigurePart[] => [-4.8, 4.8].map((x) => ({ path: ovalPath(x, 3, 3.8, 2.6), fill: colour }));

function cat(model: Model, colour: string): void {
  const stripes = stroke('M-2.4 -23v3M1.8 -23v3', line(colour), 1.4, 0.6);
  animal(model, {
    parts: [
      { path: 'M7 -3Q15 -5 13.6 -13Q12.8 -17 10 -15Q11.6 -9 5.6 -8Z', fill: colour },
      { path: 'M-9 2Q-12 -14 0 -16Q12 -14 9 2Q0 5 -9 2Z', fill: colour },
      ...paws(colour),
      { path: 'M-12 -17L-11 -28.4L-4 -24H4L11 -28.4L12 -17Q10 -8 0 -8Q-10 -8 -12 -17Z', fill: colour },
    ],
    face:
      ellipse(-0.6, -2.6, 4.6, 4.2, BELLY) +
      shape('M-9.6 -25.4L-9 -21.4L-6.6 -23ZM9.6 -25.4L9 -21.4L6.6 -23Z', '#ffb9ae') +
      eyes(-1, -17, 5) +
      stroke('M-3 -13.6q1.9 2 2 0q0.1 2 2 0', EYE, 1) +
      blush(-1, -14, 7.6) +
      stripes,
    back: stripes + stroke('M-5 -4Q0 -2 5 -4M-6 0Q0 2 6 0', line(colour), 1.2, 0.45),
    extent: [-14, -30, 15, 6],
    height: 0.85,
  });
}

function sleepingCat(model: Model, colour: string): void {
  animal(model, {
    parts: [
      { path: 'M-13 -2Q-14 -13 0 -13Q14 -13 13 -2Q12 5 0 5Q-12 5 -13 -2Z', fill: colour },
      { path: 'M-14 -3L-13.4 -12L-8.6 -9H-3L1 -12L2 -3Q1 3.4 -6 3.4Q-13 3.4 -14 -3Z', fill: colour },
      { path: 'M13 -1Q12 6.4 1 6Q-2 5.6 -1 3.4Q8 4 9.6 -1.6Z', fill: mix(colour, '#5e3580', 0.14) },
    ],
    face:
      stroke('M-11 -3.6q1.4 1.6 2.8 0M-4.4 -3.6q1.4 1.6 2.8 0M-7.2 -1.4q0.8 1 1.2 0', EYE, 1) +
      stroke('M2 -9.6q2 3 1 6M6 -9q2 3 1 5', line(colour), 1.3, 0.4) +
      blush(-6.2, -1.6, 5.4),
    back: stroke('M2 -9.6q2 3 1 6M6 -9q2 3 1 5', line(colour), 1.3, 0.4),
    extent: [-15, -14, 15, 7],
    height: 0.4,
  });
}

function dog(model: Model, colour: string): void {
  const ear = '#c98d5e';
  animal(model, {
    parts: [
      { path: 'M8 -5Q15 -10 12.4 -15L9.6 -13Q10 -9 6 -7Z', fill: colour },
      { path: 'M-9 2Q-11 -13 0 -15Q11 -13 9 2Q0 5 -9 2Z', fill: colour },
      ...paws(colour),
      { path: 'M-11 -18Q-11 -28 0 -28Q11 -28 11 -18Q10 -8 0 -8Q-10 -8 -11 -18Z', fill: colour },
      { path: 'M-10.4 -25Q-16 -22 -13.6 -12Q-9 -12 -8.6 -22Z', fill: ear },
      { path: 'M10.4 -25Q16 -22 13.6 -12Q9 -12 8.6 -22Z', fill: ear },
    ],
    face:
      ellipse(-1, -13.4, 4.6, 3.6, '#fffaf2') +
      eyes(-1, -18, 4.4) +
      ellipse(-1, -14.8, 2.1, 1.5, EYE) +
      stroke('M-3 -12q1.9 1.6 2 -0.4q0.1 2 2 0.4', EYE, 0.9) +
      blush(-1, -14, 7.4) +
      rect(-7, -8.4, 14, 2.8, palette.red, { radius: 1.4 }) +
      circle(-1, -5.6, 1.6, palette.gold),
    back: rect(-7, -8.4, 14, 2.8, palette.red, { radius: 1.4 }) + ellipse(3, -1, 4, 3, ear, { opacity: 0.8 }),
    extent: [-16, -30, 16, 6],
    height: 0.85,
  });
}

function teddy(model: Model, colour: string): void {
  const pale = mix(colour, '#fff2d8', 0.6);
  animal(model, {
    parts: [
      { path: ovalPath(-9, 0, 5, 4.4), fill: colour },
      { path: ovalPath(9, 0, 5, 4.4), fill: colour },
      { path: ovalPath(-10, -12, 3.6, 5), fill: colour },
      { path: ovalPath(10, -12, 3.6, 5), fill: colour },
      { path: 'M-9.6 0Q-11 -18 0 -19Q11 -18 9.6 0Q0 6.4 -9.6 0Z', fill: colour },
      { path: ovalPath(-9, -35, 4, 4), fill: colour },
      { path: ovalPath(9, -35, 4, 4), fill: colour },
      { path: ovalPath(0, -26.6, 12.6, 10.6), fill: colour },
    ],
    face:
      ellipse(0, -4, 5.6, 6, pale) +
      [-9, 9].map((x) => circle(x, -35, 2, pale) + circle(x, 0.4, 2.4, pale)).join('') +
      ellipse(-0.6, -23.4, 4.8, 3.8, pale) +
      eyes(-0.6, -27.6, 5) +
      ellipse(-0.6, -25, 1.8, 1.3, EYE) +
      stroke('M-0.6 -24v1.6', EYE, 0.9) +
      shape(heartPath(0, -13.6, 3.4), palette.red),
    back: shape(heartPath(0, -13.6, 3.4), palette.red) + circle(0, -2.6, 2.6, pale),
    extent: [-15, -40, 15, 5],
    height: 1.1,
  });
}

function catTower(model: Model, colour: string): void {
  const rope = (half: number, height: number): string =>
    Array.from({ length: Math.floor(height / 4) }, (_, i) => {
      const y = -2 - i * 4;
      return stroke(`M${-half} ${y}Q0 ${half + y} ${half} ${y}`, line(palette.wheat), 0.7, 0.4);
    }).join('');
  const entrance: FacePicture = (width, height) =>
    circle(width / 2, height * 0.56, 5.6, palette.ink) +
    [-2, 2].map((x) => circle(width / 2 + x, height * 0.5, 0.9, palette.butter)).join('');
  model
    .box({ at: [0.06, 0.06, 0], size: [0.88, 0.88, 0.08], colour, round: 3 })
    .cylinder({ at: [0.22, 0.22, 0.08], radius: 0.08, height: 1.5, colour: palette.wheat, mantle: rope })
    .box({ at: [0.36, 0.34, 0.08], size: [0.54, 0.54, 0.48], colour: palette.peach, round: 4, front: entrance })
    .cylinder({ at: [0.7, 0.56, 0.56], radius: 0.07, height: 0.46, colour: palette.wheat, mantle: rope })
    .cylinder({ at: [0.7, 0.58, 1.02], radius: 0.26, height: 0.08, colour: palette.pink, topColour: '#fff4f4' })
    .cylinder({ at: [0.32, 0.32, 1.58], radius: 0.3, height: 0.18, colour: palette.pink, topColour: '#fff4f4' })
    .billboard({
      at: [0.62, 0.92, 0.7],
      radius: 0.03,
      height: 0.3,
      parts: [{ path: ovalPath(0, 0, 2.6, 2.6), fill: palette.butter }],
      detail: stroke('M0 -2V-10', line(palette.butter), 0.8),
      extent: [-3, -10, 3, 3],
    });
}

function petBowl(model: Model, colour: string): void {
  const kibble = (diameter: number): string =>
    circle(diameter / 2, diameter / 2, diameter * 0.36, palette.walnut) +
    [[0.4, 0.42], [0.58, 0.46], [0.48, 0.6]].map(([x = 0, y = 0]) => circle(diameter * x, diameter * y, 1.3, palette.wood)).join('');
  const bone = (): string => shape(heartPath(0, -1, 2), '#ffffff');
  model.cylinder({ at: [0.25, 0.25, 0], radius: 0.21, topRadius: 0.17, height: 0.13, colour, mantle: bone, top: kibble });
}

export const pets: DrawingFamily = {
  cat,
  sleeping_cat: sleepingCat,
  dog,
  teddy,
  cat_tower: catTower,
  pet_bowl: petBowl,
};
