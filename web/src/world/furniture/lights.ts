/** Lamps and candles. */
import { deep, mix } from '../iso/colour';
import type { Model } from '../iso/model';
import { circle, rect, stroke } from '../iso/shapes';
import { palette } from '../catalogue';
import type { DrawingFamily } from './draw';

const LIT = '#fff4cf';

function floorLamp(model: Model, colour: string): void {
  model
    .cylinder({ at: [0.5, 0.5, 0], radius: 0.24, height: 0.06, colour: palette.walnut })
    .cylinder({ at: [0.5, 0.5, 0.06], radius: 0.035, height: 1.3, colour: palette.walnut })
    .cylinder({ at: [0.5, 0.5, 1.36], radius: 0.36, topRadius: 0.2, height: 0.48, colour, topColour: LIT });
}

/** Red over blue silk, as carried before a wedding. */
function lantern(model: Model, colour: string): void {
  const tassel = stroke('M0 -1V5M-1.6 5V8M0 5V9M1.6 5V8', palette.gold, 1.1);
  const ribs = (half: number, height: number): string =>
    [-0.5, 0, 0.5].map((part) => stroke(`M${half * part} ${half * 0.45}V${half * 0.45 - height}`, '#ffffff', 0.9, 0.3)).join('');
  model
    .cylinder({ at: [0.25, 0.25, 0], radius: 0.18, height: 0.06, colour: palette.walnut })
    .cylinder({ at: [0.25, 0.25, 0.06], radius: 0.035, height: 0.42, colour: palette.walnut })
    .cylinder({ at: [0.25, 0.25, 0.48], radius: 0.16, topRadius: 0.23, height: 0.06, colour: palette.gold })
    .cylinder({ at: [0.25, 0.25, 0.54], radius: 0.23, height: 0.36, colour: palette.denim, mantle: ribs })
    .cylinder({ at: [0.25, 0.25, 0.9], radius: 0.23, height: 0.36, colour, mantle: (half, height) => ribs(half, height) + tassel })
    .cylinder({ at: [0.25, 0.25, 1.26], radius: 0.23, topRadius: 0.14, height: 0.07, colour: palette.gold });
}

function tableLamp(model: Model, colour: string): void {
  model
    .cylinder({ at: [0.25, 0.25, 0], radius: 0.13, height: 0.04, colour: palette.gold })
    .cylinder({ at: [0.25, 0.25, 0.04], radius: 0.035, height: 0.24, colour: palette.gold })
    .cylinder({ at: [0.25, 0.25, 0.28], radius: 0.23, topRadius: 0.13, height: 0.32, colour, topColour: LIT });
}

function moonLamp(model: Model, colour: string): void {
  const crater = deep(colour);
  const faint = { opacity: 0.35 };
  const craters = circle(-4, -2, 2.2, crater, faint) + circle(4, 3.4, 1.7, crater, faint) + circle(2.6, -5, 1.2, crater, faint);
  model
    .box({ at: [0.1, 0.13, 0], size: [0.3, 0.24, 0.12], colour: palette.wheat, round: 2.4 })
    .ball({ at: [0.25, 0.25, 0.12], radius: 0.24, colour: mix(colour, '#ffffff', 0.22), picture: craters });
}

function candle(model: Model, colour: string): void {
  const flame = rect(-0.4, -2.4, 0.8, 2.4, palette.ink, { radius: 0 }) + circle(0, -4.2, 2.3, '#ffb454') + circle(0, -3.8, 1.2, '#fff3b8');
  model.cylinder({ at: [0.25, 0.25, 0], radius: 0.23, height: 0.03, colour: palette.gold });
  for (const [x, y, height, wax] of [
    [0.17, 0.19, 0.2, colour],
    [0.33, 0.18, 0.13, palette.pink],
    [0.26, 0.36, 0.1, colour],
  ] as const) {
    model
      .cylinder({ at: [x, y, 0.03], radius: 0.06, height, colour: wax })
      .billboard({
        at: [x, y, 0.03 + height],
        radius: 0.03,
        height: 0.18,
        parts: [{ path: 'M-2 -3.6Q0 -9 2 -3.6Q2 -1.4 0 -1.4Q-2 -1.4 -2 -3.6Z', fill: '#ffb454' }],
        detail: flame,
        extent: [-3, -8, 3, 1],
      });
  }
}

export const lights: DrawingFamily = {
  floor_lamp: floorLamp,
  lantern,
  table_lamp: tableLamp,
  moon_lamp: moonLamp,
  candle,
};
