/** Small kitchen things that stand on tables: half a tile each. */
import { light, line, mix } from '../iso/colour';
import type { Model } from '../iso/model';
import { circle, ellipse, rect, stroke } from '../iso/shapes';
import type { FacePicture } from '../iso/solids/box';
import { palette } from '../catalogue';
import type { DrawingFamily } from './draw';

function microwave(model: Model, colour: string): void {
  const door: FacePicture = (width, height) =>
    rect(1.4, 1.6, width * 0.64, height - 3.2, palette.ink, { radius: 1.2 }) +
    rect(2.6, 2.8, width * 0.64 - 2.4, height - 5.6, '#7b6a94', { radius: 0.8 }) +
    [0.28, 0.52, 0.76].map((part) => circle(width * 0.85, height * part, 1, palette.white)).join('');
  model.box({ at: [0.03, 0.07, 0], size: [0.44, 0.36, 0.34], colour, round: 2.4, front: door });
}

function riceCooker(model: Model, colour: string): void {
  const panel = (): string =>
    rect(-4, -9, 8, 5, palette.mint, { radius: 1.2, stroke: line(palette.mint), strokeWidth: 0.5 }) +
    circle(0, -2.6, 1.1, palette.coral);
  model
    .cylinder({ at: [0.25, 0.25, 0], radius: 0.2, topRadius: 0.21, height: 0.24, colour, mantle: panel })
    .cylinder({ at: [0.25, 0.25, 0.24], radius: 0.21, topRadius: 0.14, height: 0.08, colour: palette.rose })
    .box({ at: [0.2, 0.22, 0.32], size: [0.1, 0.06, 0.04], colour: palette.ink, highlight: false });
}

function teacups(model: Model, colour: string): void {
  const tea = '#c9a25c';
  model
    .cylinder({ at: [0.25, 0.25, 0], radius: 0.24, height: 0.03, colour: palette.wood })
    .cylinder({ at: [0.17, 0.17, 0.03], radius: 0.1, topRadius: 0.08, height: 0.14, colour, topColour: light(colour) })
    .cylinder({ at: [0.17, 0.17, 0.17], radius: 0.03, height: 0.04, colour: palette.gold })
    .cylinder({ at: [0.37, 0.22, 0.03], radius: 0.055, topRadius: 0.065, height: 0.08, colour: palette.white, topColour: tea })
    .cylinder({ at: [0.22, 0.38, 0.03], radius: 0.055, topRadius: 0.065, height: 0.08, colour: palette.white, topColour: tea });
}

function cake(model: Model, colour: string): void {
  const icing = (half: number, height: number): string =>
    ellipse(0, -height, half, half / 2, palette.white) +
    [-0.75, -0.4, 0, 0.4, 0.75].map((part) => circle(half * part, -height + half * 0.5 * Math.sqrt(1 - part * part) + 1, 2, palette.white)).join('');
  const cream = (diameter: number): string =>
    [0, 1, 2, 3, 4, 5]
      .map((i) => circle(diameter / 2 + Math.cos(i * 1.047) * diameter * 0.36, diameter / 2 + Math.sin(i * 1.047) * diameter * 0.36, 1.3, palette.rose))
      .join('');
  model
    .cylinder({ at: [0.25, 0.25, 0], radius: 0.24, height: 0.03, colour: palette.sky })
    .cylinder({ at: [0.25, 0.25, 0.03], radius: 0.18, height: 0.2, colour, topColour: palette.white, mantle: icing, top: cream })
    .ball({ at: [0.25, 0.25, 0.23], radius: 0.065, height: 0.17, colour: palette.red });
}

function tangerines(model: Model, colour: string): void {
  const weave = (half: number, height: number): string =>
    [0.3, 0.65].map((part) => stroke(`M${-half} ${-height * part}Q0 ${half * 0.9 - height * part} ${half} ${-height * part}`, line(colour), 0.8, 0.5)).join('');
  const fruit = '#ffa94d';
  const leaf = circle(0, -2.6, 1, palette.leaf);
  model.cylinder({ at: [0.25, 0.25, 0], radius: 0.2, topRadius: 0.24, height: 0.1, colour, topColour: mix(colour, '#4a2a5e', 0.3), mantle: weave });
  for (const [x, y] of [[0.17, 0.17], [0.33, 0.19], [0.18, 0.33], [0.34, 0.35]] as const) {
    model.ball({ at: [x, y, 0.1], radius: 0.075, colour: fruit, picture: leaf });
  }
  model.ball({ at: [0.26, 0.27, 0.289], radius: 0.075, colour: '#ffb35c', picture: leaf });
}

function ramyeon(model: Model, colour: string): void {
  const soup = (diameter: number): string => {
    const middle = diameter / 2;
    return (
      circle(middle, middle, middle - 1.4, '#f0a04b') +
      [-3, -1, 1, 3].map((y) => stroke(`M${middle - 4} ${middle + y}q2 -2 4 0t4 0`, '#ffe08f', 1)).join('') +
      circle(middle + 2, middle - 1.6, 2.2, palette.white) +
      circle(middle + 2, middle - 1.6, 1.1, palette.gold) +
      circle(middle - 3, middle + 2.6, 0.9, palette.leaf) +
      circle(middle - 0.6, middle + 3.4, 0.9, palette.leaf)
    );
  };
  model
    .cylinder({ at: [0.25, 0.25, 0], radius: 0.12, height: 0.03, colour })
    .cylinder({ at: [0.25, 0.25, 0.03], radius: 0.14, topRadius: 0.23, height: 0.15, colour, top: soup })
    .box({ at: [0.04, 0.2, 0.18], size: [0.42, 0.02, 0.02], colour: palette.walnut, highlight: false });
}

export const food: DrawingFamily = { microwave, rice_cooker: riceCooker, teacups, cake, tangerines, ramyeon };
