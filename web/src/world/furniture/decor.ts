/** Doors, mirrors, jars, gifts and other ornaments. */
import { deep, line, mix, shade } from '../iso/colour';
import type { Model } from '../iso/model';
import { circle, ellipse, heartPath, ovalPath, rect, shape, stroke } from '../iso/shapes';
import type { FacePicture } from '../iso/solids/box';
import { palette } from '../catalogue';
import type { DrawingFamily } from './draw';
import { backBoards } from './joinery';

function gift(model: Model, colour: string): void {
  const ribbon: FacePicture = (width, height) => rect(width / 2 - 1.6, 0, 3.2, height, palette.butter, { radius: 0 });
  const cross: FacePicture = (width, height) => ribbon(width, height) + rect(0, height / 2 - 1.6, width, 3.2, palette.butter, { radius: 0 });
  model
    .box({ at: [0.04, 0.04, 0], size: [0.42, 0.42, 0.3], colour, round: 2.4, front: ribbon, right: ribbon, back: ribbon, left: ribbon })
    .box({ at: [0.02, 0.02, 0.3], size: [0.46, 0.46, 0.1], colour, round: 2.4, top: cross, front: ribbon, right: ribbon, back: ribbon, left: ribbon })
    .billboard({
      at: [0.25, 0.25, 0.4],
      radius: 0.1,
      height: 0.3,
      parts: [
        { path: 'M0 0Q-10 -2 -8.4 -8Q-2.6 -9.4 0 0Z', fill: palette.butter },
        { path: 'M0 0Q10 -2 8.4 -8Q2.6 -9.4 0 0Z', fill: palette.butter },
        { path: 'M-2 -1.6a2 2 0 1 1 4 0a2 2 0 1 1 -4 0Z', fill: palette.gold },
      ],
      extent: [-10, -10, 10, 2],
    });
}

const JAR = 'M-12 -38H12Q13 -34 12 -32Q21 -27 21 -16Q20 -2 11 6Q0 10 -11 6Q-20 -2 -21 -16Q-21 -27 -12 -32Q-13 -34 -12 -38Z';

function onggi(model: Model, colour: string): void {
  const lid = shade(colour);
  const glaze =
    shape('M6 8Q13 -2 12 -31Q21 -27 21 -16Q20 -2 11 6Z', deep(colour), { opacity: 0.5 }) +
    ellipse(-11, -20, 4, 7, '#ffffff', { opacity: 0.2 }) +
    stroke('M-20 -20q20 9 40 0', '#ffffff', 1.6, 0.25) +
    stroke('M-20 -15q20 9 40 0M-13 -2q6 4 10 -2t10 0', line(colour), 1.2, 0.4) +
    ellipse(0, -40.6, 11, 4.6, '#ffffff', { opacity: 0.18 });
  model.billboard({
    at: [0.5, 0.5, 0],
    radius: 0.44,
    height: 1.1,
    parts: [
      { path: JAR, fill: colour },
      { path: 'M-15 -39Q0 -30 15 -39V-41Q0 -51 -15 -41Z', fill: lid },
      { path: ovalPath(0, -45, 4, 2.6), fill: lid },
    ],
    detail: glaze,
    extent: [-22, -49, 22, 9],
  });
}

function mailbox(model: Model, colour: string): void {
  const letter: FacePicture = (width) =>
    rect(3.4, 6, width - 6.8, 2.6, palette.ink, { radius: 1 }) +
    rect(5, 1.8, width - 10, 5.6, palette.white, { radius: 0.6, stroke: palette.stone, strokeWidth: 0.6 }) +
    shape(heartPath(width / 2, 4.4, 1.7), palette.rose);
  const bigHeart: FacePicture = (width, height) => shape(heartPath(width / 2, height / 2, 3.6), '#ffe3df');
  model
    .box({ at: [0.3, 0.3, 0], size: [0.4, 0.4, 0.06], colour: shade(palette.walnut), highlight: false })
    .box({ at: [0.44, 0.44, 0.06], size: [0.12, 0.12, 0.69], colour: palette.walnut })
    .box({ at: [0.2, 0.26, 0.75], size: [0.58, 0.5, 0.44], colour, round: 6, front: letter, left: bigHeart, back: bigHeart })
    .box({ at: [0.79, 0.42, 0.86], size: [0.05, 0.1, 0.38], colour: palette.butter });
}

function mirror(model: Model, colour: string): void {
  const glass: FacePicture = (width, height) =>
    rect(2.4, 2.4, width - 4.8, height - 4.8, '#cdeaf7', { radius: 5, stroke: line(colour), strokeWidth: 0.7 }) +
    stroke('M6 30L16 12M7 40L18 20', '#ffffff', 2.2);
  model
    .box({ at: [0.12, 0.14, 0], size: [0.12, 0.26, 0.06], colour })
    .box({ at: [0.76, 0.14, 0], size: [0.12, 0.26, 0.06], colour })
    .box({ at: [0.12, 0.2, 0.06], size: [0.76, 0.12, 1.74], colour, round: 5, front: glass, back: backBoards(colour) });
}

/** Four leaves that zigzag, plum blossom on each. */
function foldingScreen(model: Model, colour: string): void {
  const blossoms = [[6, 20], [11, 24], [5, 32], [11, 42], [7, 14]] as const;
  const painted: FacePicture = (width, height) =>
    rect(1.4, 2.6, width - 2.8, height - 6, '#fff6e2', { radius: 0.8, stroke: palette.gold, strokeWidth: 0.8 }) +
    stroke(`M3 ${height - 7}Q8 ${height - 24} 5.4 18M6 ${height - 20}q5 -4 5.6 -10M5.4 30q4 -2 5.4 -7`, palette.walnut, 1.2) +
    blossoms.map(([x, y]) => circle(x, y, 2, palette.rose) + circle(x, y, 0.7, palette.butter)).join('');
  const plain: FacePicture = (width, height) =>
    rect(1.6, 2.6, width - 3.2, height - 6, mix(palette.butter, palette.milk, 0.6), {
      radius: 0.8,
      stroke: palette.gold,
      strokeWidth: 0.6,
    });
  for (let leaf = 0; leaf < 4; leaf++) {
    model.box({
      at: [0.02 + leaf * 0.49, 0.14 + (leaf % 2) * 0.14, 0],
      size: [0.49, 0.08, 1.6],
      colour: leaf % 2 ? mix(colour, palette.wheat, 0.35) : mix(colour, palette.wheat, 0.15),
      round: 1,
      front: painted,
      back: plain,
    });
  }
}

function bathtub(model: Model, colour: string): void {
  const foam = [[9, 10, 4.6], [16, 7, 4], [22, 12, 4.6], [13, 16, 4.4], [20, 19, 3.6], [43, 11, 3.6], [49, 8, 3], [46, 16, 2.6]] as const;
  const water: FacePicture = (width, height) =>
    rect(4, 4, width - 8, height - 8, '#a9dcf3', { radius: 7, stroke: '#8fb4cf', strokeWidth: 0.8 }) +
    stroke('M30 12q3 -2 6 0t6 0M32 19q3 -2 6 0t6 0', '#ffffff', 1.1, 0.7) +
    foam.map(([x, y, radius]) => circle(x, y, radius, '#fffdf8', { stroke: '#cfc2e2', strokeWidth: 0.5 })).join('');
  const feet = { colour: palette.gold, highlight: false } as const;
  for (const x of [0.05, 1.81]) {
    for (const y of [0.07, 0.79]) model.box({ at: [x, y, 0], size: [0.14, 0.14, 0.1], ...feet });
  }
  model
    .box({ at: [0.06, 0.08, 0.1], size: [1.88, 0.84, 0.4], colour, round: 6 })
    .box({ at: [0.03, 0.05, 0.5], size: [1.94, 0.9, 0.1], colour, round: 6, top: water })
    .cylinder({ at: [1.86, 0.5, 0.6], radius: 0.04, height: 0.18, colour: palette.gold });
}

function door(model: Model, colour: string): void {
  const leaf: FacePicture = (width, height) => {
    const panel = { radius: 2, stroke: line(colour), strokeWidth: 0.6 };
    return (
      rect(3, 3, width - 6, height - 3, colour, { radius: 2, stroke: line(colour), strokeWidth: 0.8 }) +
      rect(6.4, 8, width - 12.8, 22, mix(colour, '#ffffff', 0.22), panel) +
      shape(heartPath(width / 2, 19, 3.4), mix(colour, '#4a2a5e', 0.35)) +
      rect(6.4, 36, width - 12.8, 36, mix(colour, '#ffffff', 0.22), panel) +
      circle(width - 6.5, height * 0.53, 1.9, palette.gold, { stroke: line(palette.gold), strokeWidth: 0.6 })
    );
  };
  model.box({ at: [0.02, 0.06, 0], size: [0.96, 0.18, 2.2], colour: palette.milk, front: leaf, back: leaf });
}

function rubberDuck(model: Model, colour: string): void {
  const front = model.showsFront;
  model.billboard({
    at: [0.25, 0.25, 0],
    radius: 0.2,
    height: 0.5,
    parts: [
      { path: 'M-9 -5Q-9 3 1 3Q11 3 11 -7Q8 -4 4 -6Q-6 -10 -9 -5Z', fill: colour },
      { path: DUCK_HEAD, fill: colour },
      ...(front ? [{ path: 'M-10.4 -11Q-13.4 -10 -12 -8.6Q-10 -7.6 -7.6 -8.6Q-7.6 -11 -10.4 -11Z', fill: palette.coral }] : []),
    ],
    detail: (front ? circle(-5.6, -12.4, 1.2, palette.ink) : '') + stroke('M2 -3q3 2 6 -1', deep(colour), 1.1, 0.6),
    extent: [-14, -18, 12, 4],
    mirrored: model.rotation % 2 === 1,
  });
}

const DUCK_HEAD = 'M-10 -11a6 6 0 1 1 12 0a6 6 0 1 1 -12 0Z';

function photoFrame(model: Model, colour: string): void {
  const photo: FacePicture = (width, height) =>
    rect(1.8, 1.8, width - 3.6, height - 3.6, '#bfe3f5', { radius: 0.6 }) +
    shape(`M1.8 ${height - 1.8}L5 6L8 ${height - 5}L10 8L${width - 1.8} ${height - 1.8}Z`, palette.sage) +
    circle(width - 4.4, 4.4, 1.4, palette.butter);
  model
    .box({ at: [0.06, 0.2, 0], size: [0.38, 0.07, 0.44], colour, round: 2, front: photo, back: backBoards(colour) })
    .box({ at: [0.22, 0.1, 0], size: [0.06, 0.1, 0.2], colour: shade(colour), highlight: false });
}

export const decor: DrawingFamily = {
  gift,
  onggi,
  mailbox,
  mirror,
  folding_screen: foldingScreen,
  bathtub,
  door,
  rubber_duck: rubberDuck,
  photo_frame: photoFrame,
};
