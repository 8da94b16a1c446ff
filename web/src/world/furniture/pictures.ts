/** Framed pictures, posters and papers. */
import { line, mix } from '../iso/colour';
import type { Model } from '../iso/model';
import { circle, clipped, heartPath, rect, shape, starPath, stroke } from '../iso/shapes';
import type { FacePicture } from '../iso/solids/box';
import { palette } from '../catalogue';
import type { WallFamily } from './draw';
import { wallShadow } from './wallShadow';

const FRAME_DEPTH = 0.06;
const FRAME_WIDTH = 4;

interface Framed {
  /** Left, bottom, width and height on the wall, in tiles and z-units. */
  readonly place: readonly [number, number, number, number];
  readonly frame: string;
  readonly paper: string;
  readonly motif: FacePicture;
}

function framed(model: Model, { place, frame, paper, motif }: Framed): void {
  const [x, z, width, height] = place;
  const front: FacePicture = (wide, tall) => {
    const [w, h] = [wide - 2 * FRAME_WIDTH, tall - 2 * FRAME_WIDTH];
    return (
      clipped(FRAME_WIDTH, FRAME_WIDTH, w, h, rect(0, 0, w, h, paper, { radius: 0 }) + motif(w, h)) +
      rect(FRAME_WIDTH, FRAME_WIDTH, w, h, 'none', { radius: 1, stroke: line(frame), strokeWidth: 0.8, opacity: 0.7 })
    );
  };
  wallShadow(model, [x, z], [width, height]);
  model.box({ at: [x, 0, z], size: [width, FRAME_DEPTH, height], colour: frame, round: 2, front });
}

function sunset(model: Model, colour: string): void {
  framed(model, {
    place: [0.12, 0.08, 1.26, 1.34],
    frame: colour,
    paper: '#ffe3d2',
    motif: (width, height) =>
      circle(width * 0.42, height * 0.42, width * 0.24, palette.coral) +
      shape(`M0 ${height}V${height * 0.72}q${width * 0.28} -9 ${width * 0.5} 1t${width * 0.5} -4V${height}Z`, palette.sage) +
      shape(`M0 ${height}V${height * 0.86}q${width * 0.4} -6 ${width} 2V${height}Z`, palette.leaf),
  });
}

function heart(model: Model, colour: string): void {
  framed(model, {
    place: [0.06, 0.06, 0.88, 0.88],
    frame: mix(colour, palette.wheat, 0.3),
    paper: palette.lilac,
    motif: (width, height) => shape(heartPath(width / 2, height / 2, width * 0.26), '#ffffff'),
  });
}

function mountain(model: Model, colour: string): void {
  framed(model, {
    place: [0.06, 0.1, 0.88, 1.3],
    frame: mix(colour, palette.wheat, 0.3),
    paper: palette.sky,
    motif: (width, height) =>
      shape(`M-2 ${height}L${width * 0.42} ${height * 0.36}L${width} ${height}Z`, '#ffffff') +
      shape(`M${width * 0.3} ${height}L${width * 0.74} ${height * 0.56}L${width + 6} ${height}Z`, palette.denim) +
      circle(width * 0.76, height * 0.2, 2.8, palette.butter),
  });
}

function poster(model: Model, colour: string): void {
  const print: FacePicture = (width, height) =>
    rect(2.4, 2.4, width - 4.8, height - 4.8, mix(colour, '#ffffff', 0.16), { radius: 1 }) +
    circle(width / 2, height * 0.4, width * 0.3, palette.butter) +
    shape(starPath(width / 2, height * 0.4, width * 0.22), '#ffffff') +
    rect(6, height * 0.68, width - 12, 3.6, '#ffffff', { radius: 1 }) +
    rect(10, height * 0.78, width - 20, 2.4, '#ffffff', { radius: 1, opacity: 0.8 }) +
    [6, width - 6].map((x) => circle(x, 5, 1.3, palette.denim)).join('');
  wallShadow(model, [0.1, 0.08], [1.28, 1.82], 1);
  model.box({ at: [0.1, 0, 0.08], size: [1.28, 0.02, 1.82], colour: palette.milk, round: 1, front: print });
}

/** Ink landscape on a roll of silk. */
function scroll(model: Model, colour: string): void {
  const silk = '#e6d3a8';
  const ink = '#6b5a78';
  const painting: FacePicture = (width, height) =>
    rect(3, 10, width - 6, height - 20, '#fff8e8', { radius: 0.5 }) +
    shape(`M3 ${height * 0.6}Q8 ${height * 0.3} ${width * 0.46} ${height * 0.5}T${width - 3} ${height * 0.44}V${height * 0.66}H3Z`, ink, { opacity: 0.32 }) +
    stroke(`M7 ${height * 0.76}q5 -12 12 -14M11 ${height * 0.7}q-3 -5 -2 -8`, ink, 1.2, 0.9) +
    [[19, 0.6], [15, 0.64], [9, 0.6]].map(([x = 0, part = 0]) => circle(x, height * part, 1.6, palette.rose)).join('') +
    rect(width - 8, height - 18, 3.4, 4.4, palette.red, { radius: 0.5 });
  wallShadow(model, [0.14, 0.12], [0.72, 2.2], 1);
  model
    .box({ at: [0.14, 0, 0.16], size: [0.72, 0.02, 2.14], colour: silk, round: 1, front: painting })
    .box({ at: [0.06, 0, 2.3], size: [0.88, 0.08, 0.08], colour, round: 2 })
    .box({ at: [0.06, 0, 0.08], size: [0.88, 0.08, 0.08], colour, round: 2 });
}

function corkboard(model: Model, colour: string): void {
  const note = (x: number, y: number, wide: number, tall: number, paper: string): string =>
    rect(x, y, wide, tall, paper, { radius: 0.6, stroke: line(paper), strokeWidth: 0.5 }) + circle(x + wide / 2, y + 1.4, 1.3, palette.red);
  framed(model, {
    place: [0.1, 0.1, 1.8, 1.3],
    frame: colour,
    paper: '#e2b98c',
    motif: (width, height) =>
      note(4, 5, 12, 11, palette.butter) +
      note(19, 3, 11, 14, palette.white) +
      note(width - 16, 5, 12, 10, palette.mint) +
      note(6, height - 17, 15, 12, palette.pink) +
      note(width - 24, height - 18, 14, 13, palette.sky) +
      shape(heartPath(width - 17, height - 10, 3), palette.rose) +
      stroke('M6 10H14M6 12.6H12', line(palette.butter), 0.8, 0.6),
  });
}

export const pictures: WallFamily = {
  picture_sunset: sunset,
  picture_heart: heart,
  picture_mountain: mountain,
  poster,
  scroll,
  corkboard,
};
