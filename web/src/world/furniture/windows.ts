/** Windows, which show the day or the night outside. */
import { line, mix } from '../iso/colour';
import type { Model } from '../iso/model';
import { circle, clipped, ellipse, rect, shape, stroke } from '../iso/shapes';
import type { FacePicture } from '../iso/solids/box';
import { palette } from '../catalogue';
import type { WallFamily } from './draw';
import { wallShadow } from './wallShadow';

const FRAME_DEPTH = 0.08;

interface Outside {
  readonly sky: readonly string[];
  readonly farHill: string;
  readonly nearHill: string;
}

const DAY: Outside = { sky: ['#8fd0f5', '#b4def4', '#d6eaf0', '#fdeedd'], farHill: '#9fd3a4', nearHill: '#7fc08e' };
const NIGHT: Outside = { sky: ['#2c2f6b', '#434183', '#63549a', '#8567a8'], farHill: '#3f6a78', nearHill: '#355a70' };

/** Sky in bands, hills, and clouds or stars, cut to a pane. */
function landscape(x: number, y: number, width: number, height: number, night: boolean): string {
  const { sky, farHill, nearHill } = night ? NIGHT : DAY;
  const band = height / sky.length;
  const bands = sky.map((colour, i) => rect(0, i * band, width, band + 1, colour, { radius: 0 })).join('');
  const stars = Array.from({ length: 12 }, (_, i) => circle((i * 37) % width, ((i * 23) % height) * 0.66, 0.7 + (i % 3) * 0.4, '#ffffff')).join('');
  const moon = circle(width * 0.72, height * 0.28, Math.min(10, width * 0.14), '#ffefb5');
  const clouds =
    ellipse(width * 0.3, height * 0.32, width * 0.2, height * 0.11, '#ffffff') +
    ellipse(width * 0.42, height * 0.26, width * 0.14, height * 0.13, '#ffffff') +
    ellipse(width * 0.8, height * 0.48, width * 0.16, height * 0.085, '#ffffff');
  const hills =
    shape(`M-4 ${height}V${height * 0.78}Q${width * 0.2} ${height * 0.6} ${width * 0.45} ${height * 0.76}T${width + 4} ${height * 0.7}V${height}Z`, farHill) +
    shape(`M${width * 0.3} ${height}Q${width * 0.6} ${height * 0.7} ${width + 4} ${height * 0.86}V${height}Z`, nearHill);
  return clipped(x, y, width, height, bands + (night ? stars + moon : clouds) + hills);
}

/** Glass and glazing bars inside a frame's front. */
function glazed(colour: string, night: boolean, columns: number, rows: number): FacePicture {
  const rim = 5;
  return (width, height) => {
    const bar = mix(colour, '#ffffff', 0.6);
    const edge = { radius: 0.6, stroke: line(palette.wheat), strokeWidth: 0.7 };
    let bars = '';
    for (let i = 1; i < columns; i++) bars += rect((i * width) / columns - 1.8, rim, 3.6, height - 2 * rim, bar, edge);
    for (let i = 1; i < rows; i++) bars += rect(rim, (i * height) / rows - 1.8, width - 2 * rim, 3.6, bar, edge);
    return (
      landscape(rim, rim, width - 2 * rim, height - 2 * rim, night) +
      bars +
      rect(rim, rim, width - 2 * rim, height - 2 * rim, 'none', { radius: 1, stroke: line(palette.wheat), strokeWidth: 0.9 }) +
      stroke(`M${rim + 5} ${height * 0.34}L${rim + 14} ${rim + 6}`, '#ffffff', 2.4, night ? 0.25 : 0.6)
    );
  };
}

/** One gathered curtain; `side` 1 hangs on the left and opens to the right, -1 the other way round. */
function curtain(edge: number, side: 1 | -1, width: number, height: number, colour: string): string {
  const x = (part: number): string => (edge + side * width * part).toFixed(1);
  const y = (part: number): string => (height * part).toFixed(1);
  return (
    shape(
      `M${x(0)} 0H${x(1)}Q${x(0.92)} ${y(0.5)} ${x(0.36)} ${y(0.68)}Q${x(0.2)} ${y(0.86)} ${x(0.4)} ${y(1)}H${x(0)}Z`,
      colour,
      { stroke: line(colour), strokeWidth: 1.3 },
    ) +
    stroke(`M${x(0.3)} 3Q${x(0.3)} ${y(0.4)} ${x(0.14)} ${y(0.66)}M${x(0.6)} 3Q${x(0.56)} ${y(0.42)} ${x(0.26)} ${y(0.64)}`, '#ffffff', 1.8, 0.5) +
    rect(edge + (side === 1 ? -0.6 : -width * 0.4), height * 0.655, width * 0.4 + 0.6, 4, mix(colour, '#4a2a5e', 0.25), { radius: 2 })
  );
}

function curtainedWindow(model: Model, colour: string, night: boolean): void {
  const frame = { at: [0.6, 0, 0.34], size: [2.3, FRAME_DEPTH, 1.78] } as const;
  wallShadow(model, [0.6, 0.34], [2.3, 1.78]);
  model
    .box({ at: frame.at, size: frame.size, colour: palette.white, round: 2, front: glazed(palette.white, night, 2, 2) })
    .box({ at: [0.5, 0, 0.24], size: [2.5, 0.14, 0.1], colour: palette.white, round: 2 })
    .panel({
      at: [0.06, 0.15, 0.14],
      size: [3.38, 2.2],
      picture: (width, height) => curtain(0, 1, 27, height, colour) + curtain(width, -1, 27, height, colour),
    })
    .box({ at: [0.02, 0.15, 2.34], size: [3.46, 0.06, 0.09], colour: palette.wood, round: 2.4 });
}

function tallWindow(model: Model, colour: string, night: boolean): void {
  const planter: FacePicture = (width) =>
    [0.14, 0.32, 0.5, 0.68, 0.86]
      .map((part, i) => {
        const [leaves, flower] = i % 2 ? [palette.leaf, palette.rose] : [palette.sage, palette.butter];
        return circle(width * part, -1, 5, leaves) + circle(width * part, -4, 2.6, flower);
      })
      .join('');
  wallShadow(model, [0.14, 0.24], [2.22, 2.66]);
  model
    .box({ at: [0.14, 0, 0.24], size: [2.22, FRAME_DEPTH, 2.66], colour, round: 2, front: glazed(colour, night, 2, 3) })
    .box({ at: [0.06, 0, 0.02], size: [2.38, 0.16, 0.22], colour: palette.wood, round: 2, front: planter });
}

/** A papered lattice; lamplight shines through it at night. */
function latticeWindow(model: Model, colour: string, night: boolean): void {
  const paper = night ? '#ffdf9c' : '#fff6e2';
  const front: FacePicture = (width, height) => {
    const rim = 4;
    const half = (width - 2 * rim) / 2;
    const leaf = (x: number): string => {
      let bars = rect(x, rim, half, height - 2 * rim, paper, { radius: 0.5, stroke: line(colour), strokeWidth: 1 });
      for (const part of [0.2, 0.4, 0.6, 0.8]) bars += rect(x + half * part - 0.7, rim, 1.4, height - 2 * rim, colour, { radius: 0 });
      for (const part of [0.1, 0.16, 0.46, 0.52, 0.58, 0.86, 0.92]) bars += rect(x, rim + (height - 2 * rim) * part - 0.6, half, 1.3, colour, { radius: 0 });
      return bars;
    };
    const handles = [-4, 4].map((x) => circle(width / 2 + x, height / 2, 1.6, palette.gold, { stroke: line(palette.gold), strokeWidth: 0.5 })).join('');
    return leaf(rim) + leaf(rim + half) + handles;
  };
  wallShadow(model, [0.1, 0.1], [2.3, 2.3]);
  model
    .box({ at: [0.1, 0, 0.14], size: [2.3, FRAME_DEPTH, 2.26], colour, round: 2, front })
    .box({ at: [0.04, 0, 0.04], size: [2.42, 0.12, 0.1], colour, round: 2 });
}

export const windows: WallFamily = {
  window: curtainedWindow,
  tall_window: tallWindow,
  lattice_window: latticeWindow,
};
