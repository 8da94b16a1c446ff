/** Small hobby things that stand on tables: half a tile each. */
import { light, line, mix } from '../iso/colour';
import type { Model } from '../iso/model';
import { circle, heartPath, rect, shape, stroke } from '../iso/shapes';
import type { FacePicture } from '../iso/solids/box';
import { palette } from '../catalogue';
import type { DrawingFamily } from './draw';

function gameConsole(model: Model, colour: string): void {
  const lid: FacePicture = (width, height) =>
    rect(1.6, 1.4, width - 3.2, 2.6, palette.stone, { radius: 0.8 }) + circle(width - 2.8, height - 2, 0.9, palette.red);
  const pad: FacePicture = (width) => rect(1, 1, 2, 0.9, palette.stone, { radius: 0 }) + circle(width - 1.6, 1.4, 0.8, palette.rose);
  model
    .box({ at: [0.05, 0.05, 0], size: [0.4, 0.26, 0.12], colour, top: lid })
    .box({ at: [0.14, 0.37, 0], size: [0.24, 0.09, 0.05], colour: palette.ink, top: pad });
}

function laptop(model: Model, colour: string): void {
  const screen: FacePicture = (width, height) =>
    rect(0.8, 0.8, width - 1.6, height - 1.6, palette.ink, { radius: 0.8 }) +
    rect(1.8, 1.8, width - 3.6, height - 3.6, '#a9ddf3', { radius: 0.4 }) +
    shape(heartPath(width / 2, height / 2, 2.2), palette.rose);
  const keys: FacePicture = (width) => [1, 2.8, 4.6].map((y) => rect(1.4, y, width - 2.8, 1.1, palette.stone, { radius: 0.3 })).join('');
  const logo: FacePicture = (width, height) => shape(heartPath(width / 2, height / 2, 2), '#ffffff');
  model
    .box({ at: [0.04, 0.12, 0], size: [0.42, 0.04, 0.34], colour, front: screen, back: logo })
    .box({ at: [0.04, 0.16, 0], size: [0.42, 0.28, 0.03], colour, top: keys });
}

function radio(model: Model, colour: string): void {
  const front: FacePicture = (width, height) =>
    circle(4, height / 2, 3, line(colour)) +
    circle(4, height / 2, 1.8, mix(colour, '#ffffff', 0.4)) +
    rect(8, 2, width - 9.4, 2.6, palette.white, { radius: 0.6 }) +
    circle(9.4, height - 2.8, 1, palette.coral) + circle(12, height - 2.8, 1, palette.coral);
  model
    .box({ at: [0.04, 0.14, 0], size: [0.42, 0.22, 0.28], colour, round: 2.6, front })
    .box({ at: [0.1, 0.22, 0.28], size: [0.04, 0.05, 0.08], colour: palette.walnut, highlight: false })
    .box({ at: [0.36, 0.22, 0.28], size: [0.04, 0.05, 0.08], colour: palette.walnut, highlight: false })
    .box({ at: [0.1, 0.22, 0.36], size: [0.3, 0.05, 0.05], colour: palette.walnut });
}

function books(model: Model, colour: string): void {
  const pages: FacePicture = (width, height) => rect(0.6, 0.9, width - 0.6, height - 1.8, '#fff6e6', { radius: 0 });
  const title: FacePicture = (width) => stroke(`M3 2.4H${width - 3}M3 4.4H${width - 6}`, '#ffffff', 0.8, 0.7);
  model
    .box({ at: [0.04, 0.08, 0], size: [0.42, 0.34, 0.09], colour, right: pages })
    .box({ at: [0.08, 0.06, 0.09], size: [0.36, 0.34, 0.08], colour: palette.denim, right: pages })
    .box({ at: [0.08, 0.1, 0.17], size: [0.34, 0.3, 0.08], colour: light(palette.sage), right: pages, top: title });
}

export const gadgets: DrawingFamily = { game_console: gameConsole, laptop, radio, books };
