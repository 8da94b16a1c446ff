/** Music, games and hobbies. */
import { light, line, mix } from '../iso/colour';
import type { Model } from '../iso/model';
import { circle, heartPath, rect, shape, starPath, stroke } from '../iso/shapes';
import type { FacePicture } from '../iso/solids/box';
import { palette } from '../catalogue';
import type { DrawingFamily } from './draw';
import { gadgets } from './gadgets';
import { backBoards, bookSpines, drawerFronts, legs } from './joinery';

const GLASS = '#9fdcf2';

function retroTv(model: Model, colour: string): void {
  const front: FacePicture = (width, height) => {
    const screen = width * 0.7;
    return (
      rect(3, 3, screen, height - 6, palette.ink, { radius: 5 }) +
      rect(5, 5, screen - 4, height - 10, '#bfe8f0', { radius: 4 }) +
      shape(`M5.6 ${height - 9}q7 -8 13 -2t${screen - 18.2} -2v4q0 4 -4 4h-${screen - 13.4}q-4 0 -4 -4Z`, palette.sage) +
      circle(14, 11, 3.4, palette.butter) +
      [8, 15].map((y) => circle(width * 0.87, y, 2.5, palette.butter, { stroke: line(palette.butter), strokeWidth: 0.5 })).join('') +
      [20, 23, 26].map((y) => rect(width * 0.8, y, 6, 1.2, line(colour), { radius: 0.5, opacity: 0.6 })).join('')
    );
  };
  const vents: FacePicture = (width) => [8, 12, 16, 20].map((y) => rect(width / 4, y, width / 2, 1.6, line(colour), { radius: 0.8, opacity: 0.5 })).join('');
  model
    .box({
      at: [0.05, 0.14, 0],
      size: [1.9, 0.76, 0.42],
      colour: palette.walnut,
      round: 3,
      front: drawerFronts(1, palette.walnut, 2),
      back: backBoards(palette.walnut),
    })
    .box({ at: [0.35, 0.2, 0.42], size: [1.3, 0.62, 0.88], colour, round: 6, front, back: vents })
    .billboard({
      at: [1, 0.5, 1.3],
      radius: 0.1,
      height: 0.45,
      parts: [{ path: 'M-1 0L-10 -15L-8.4 -16L0 -1L8.4 -16L10 -15L1 0Z', fill: palette.stone }],
      detail: circle(-9.4, -16, 2, palette.rose) + circle(9.4, -16, 2, palette.rose),
      extent: [-12, -18, 12, 2],
    });
}

function arcade(model: Model, colour: string): void {
  const coinDoor: FacePicture = (width) =>
    rect(width / 2 - 6, 8, 12, 14, palette.ink, { radius: 2 }) +
    circle(width / 2, 12, 1.5, palette.red) +
    rect(width / 2 - 3, 16, 6, 1.6, palette.stone, { radius: 0.5 });
  const screen: FacePicture = (width, height) =>
    rect(2, 2, width - 4, height - 3, palette.ink, { radius: 3 }) +
    rect(4, 4, width - 8, height - 8, '#312a66', { radius: 2 }) +
    [[7, 7], [12, 7], [17, 7], [9.5, 11], [14.5, 11]].map(([x = 0, y = 0]) => rect(x, y, 2.6, 2.6, palette.mint, { radius: 0 })).join('') +
    shape('M11.6 20.4h4v-1.4h-1.2v-1.4h-1.6v1.4h-1.2Z', palette.butter);
  const buttons: FacePicture = () => circle(16, 6, 2, palette.butter) + circle(21.4, 4, 2, palette.sky) + circle(20, 8.6, 1.6, palette.rose);
  const marquee: FacePicture = (width, height) =>
    rect(2, 2.4, width - 4, height - 4.8, palette.butter, { radius: 2, stroke: line(palette.butter), strokeWidth: 0.6 }) +
    shape(heartPath(width / 2, height / 2, 3), palette.red) +
    shape(starPath(6.5, height / 2, 2.4), palette.coral) +
    shape(starPath(width - 6.5, height / 2, 2.4), palette.coral);
  const side: FacePicture = (width, height) => shape(starPath(width / 2, height / 2, 5.5), palette.butter, { opacity: 0.9 });
  model
    .box({ at: [0.08, 0.1, 0], size: [0.84, 0.8, 0.78], colour, front: coinDoor, left: side, right: side, back: backBoards(colour) })
    .box({ at: [0.08, 0.56, 0.78], size: [0.84, 0.34, 0.1], colour: light(colour), top: buttons })
    .cylinder({ at: [0.28, 0.72, 0.88], radius: 0.02, height: 0.08, colour: palette.ink })
    .ball({ at: [0.28, 0.72, 0.96], radius: 0.05, colour: palette.red })
    .box({ at: [0.08, 0.1, 0.78], size: [0.84, 0.46, 0.8], colour, front: screen, back: backBoards(colour) })
    .box({ at: [0.06, 0.08, 1.58], size: [0.88, 0.5, 0.34], colour: palette.rose, round: 4, front: marquee });
}

function piano(model: Model, colour: string): void {
  const body = mix(colour, palette.ink, 0.55);
  const musicStand: FacePicture = (width) =>
    rect(3, 4, width - 6, 16, mix(body, '#ffffff', 0.14), { radius: 2, stroke: line(body), strokeWidth: 0.7 }) +
    [0, 1].map((i) => rect(width / 2 - 13 + i * 13.4, 6.4, 12.6, 11.6, palette.milk, { radius: 0.8 })).join('') +
    [0, 1, 2, 3].map((i) => rect(width / 2 - 11, 8.6 + i * 2.2, 22, 0.7, palette.stone, { radius: 0 })).join('') +
    circle(width / 2 - 6, 11.4, 1.1, palette.ink) + circle(width / 2 + 5, 13.6, 1.1, palette.ink);
  const keys: FacePicture = (width, height) => {
    let markup = rect(2, 2, width - 4, height - 3, palette.white, { radius: 1 });
    for (let i = 0; i * 4 + 5 < width - 2; i++) {
      markup += rect(5 + i * 4, 2, 0.6, height - 3, palette.stone, { radius: 0 });
      if (i % 7 !== 2 && i % 7 !== 6) markup += rect(4 + i * 4, 2, 2.2, 6.6, palette.ink, { radius: 0.4 });
    }
    return markup;
  };
  const pedals: FacePicture = (width, height) => [-5, 0, 5].map((x) => rect(width / 2 + x - 1, height - 4, 2, 3, palette.gold, { radius: 0.8 })).join('');
  for (const x of [0.06, 1.84]) model.box({ at: [x, 0.78, 0], size: [0.1, 0.1, 0.5], colour: body, highlight: false });
  model
    .box({ at: [0.04, 0.06, 0], size: [1.92, 0.42, 0.64], colour: body, front: pedals, back: backBoards(body) })
    .box({ at: [0.04, 0.06, 0.64], size: [1.92, 0.42, 0.58], colour: body, front: musicStand, back: backBoards(body) })
    .box({ at: [0.02, 0.04, 1.22], size: [1.96, 0.46, 0.08], colour: body, round: 3 })
    .box({ at: [0.04, 0.5, 0.5], size: [1.92, 0.42, 0.13], colour: body, top: keys });
}

function turntable(model: Model, colour: string): void {
  const deck: FacePicture = () =>
    circle(13, 15, 10, palette.ink) +
    [8, 6].map((radius) => circle(13, 15, radius, 'none', { stroke: '#ffffff', strokeWidth: 0.6, opacity: 0.25 })).join('') +
    circle(13, 15, 3.6, palette.rose) +
    circle(13, 15, 0.9, palette.white) +
    stroke('M25.4 5L25 17L19 20', palette.white, 1.7) +
    circle(25.4, 5, 2, palette.stone);
  const sleeves: FacePicture = (width, height) =>
    rect(2, 2, width - 4, height - 4, line(colour), { radius: 1.5, opacity: 0.6 }) + bookSpines(width, height - 2, 3);
  legs(model, { height: 0.08, colour: palette.walnut, inset: 0.1 });
  model
    .box({ at: [0.06, 0.06, 0.08], size: [0.88, 0.88, 0.52], colour, front: sleeves, back: backBoards(colour) })
    .box({ at: [0.04, 0.04, 0.6], size: [0.92, 0.92, 0.14], colour: palette.mint, round: 3, top: deck });
}

const cone = (x: number, y: number, radius: number): string =>
  circle(x, y, radius, palette.ink) + circle(x, y, radius * 0.62, palette.stone) + circle(x, y, radius * 0.26, palette.ink);

function speaker(model: Model, colour: string): void {
  const cones: FacePicture = (width, height) =>
    rect(2, 2, width - 4, height - 4, mix(colour, '#4a2a5e', 0.25), { radius: 2 }) +
    cone(width / 2, height * 0.68, 7.6) +
    cone(width / 2, height * 0.27, 4.8);
  model
    .box({ at: [0.2, 0.2, 0], size: [0.6, 0.6, 0.06], colour: palette.ink, highlight: false })
    .box({ at: [0.18, 0.18, 0.06], size: [0.64, 0.64, 1.3], colour, round: 4, front: cones, back: backBoards(colour) });
}

const GUITAR_BODY =
  'M-7 -30Q0 -35 7 -30Q9.6 -25 6.6 -20Q12.4 -13 10.6 -6Q7 2 0 2Q-7 2 -10.6 -6Q-12.4 -13 -6.6 -20Q-9.6 -25 -7 -30Z';

function guitar(model: Model, colour: string): void {
  const strings =
    circle(0, -18, 4, palette.walnut) + rect(-4.6, -7.4, 9.2, 2.4, palette.walnut, { radius: 1 }) + stroke('M-1 -52V-6.4M1 -52V-6.4', '#fff6e0', 0.6, 0.8);
  model
    .box({ at: [0.08, 0.08, 0], size: [0.34, 0.34, 0.06], colour: palette.ink })
    .billboard({
      at: [0.25, 0.25, 0.06],
      radius: 0.2,
      height: 1.75,
      parts: [
        { path: 'M-2 -31L-2.2 -53L2.2 -53L2 -31Z', fill: palette.walnut },
        { path: 'M-3.2 -52L-3.8 -60Q0 -63 3.8 -60L3.2 -52Z', fill: palette.ink },
        { path: GUITAR_BODY, fill: colour },
      ],
      detail: model.showsFront ? strings : stroke('M0 -28V-2', line(colour), 0.9, 0.4),
      extent: [-13, -64, 13, 4],
      mirrored: model.rotation % 2 === 1,
    });
}

function micStand(model: Model, colour: string): void {
  const mesh = stroke('M-3 -1.4H3M-3 1.2H3M0 -3.4V3.4', '#ffffff', 0.6, 0.5);
  model
    .cylinder({ at: [0.25, 0.25, 0], radius: 0.18, height: 0.06, colour })
    .cylinder({ at: [0.25, 0.25, 0.06], radius: 0.028, height: 1, colour: palette.stone })
    .cylinder({ at: [0.25, 0.25, 1.06], radius: 0.06, topRadius: 0.07, height: 0.1, colour })
    .ball({ at: [0.25, 0.25, 1.16], radius: 0.09, colour: palette.gray, picture: mesh });
}

function fishTank(model: Model, colour: string): void {
  const water: FacePicture = (width, height) =>
    rect(0, height - 4, width, 4, palette.butter, { radius: 1 }) +
    stroke(`M6 ${height - 3}q-3 -6 0 -11M9 ${height - 3}q3 -5 1 -8`, palette.leaf, 2) +
    shape('M13 8q4 -4 8 0l3 -2v4l-3 -2q-4 4 -8 0Z', '#ff9a5c', { stroke: line('#ff9a5c'), strokeWidth: 0.5 }) +
    circle(14.8, 7.6, 0.7, palette.ink) +
    circle(9, 6, 1.2, '#ffffff') +
    circle(11, 3.4, 0.8, '#ffffff') +
    stroke(`M3 ${height * 0.55}L3 4`, '#ffffff', 1.6, 0.7);
  model
    .box({ at: [0.04, 0.1, 0], size: [0.92, 0.8, 0.48], colour, front: drawerFronts(1, colour, 2), back: backBoards(colour) })
    .box({ at: [0.06, 0.12, 0.48], size: [0.88, 0.76, 0.6], colour: GLASS, round: 3, front: water, right: water, back: water, left: water })
    .box({ at: [0.04, 0.1, 1.08], size: [0.92, 0.8, 0.08], colour: palette.denim, round: 2.4 });
}

function easel(model: Model, colour: string): void {
  const painting: FacePicture = (width, height) =>
    rect(1.6, 1.6, width - 3.2, height - 3.2, '#cdeaf7', { radius: 0.8 }) +
    shape(`M1.6 ${height - 1.6}V19q5 -7 9 -1t${width - 12.2} -3V${height - 1.6}Z`, palette.sage) +
    circle(17, 8.6, 3.2, palette.coral) +
    circle(6, 21, 1.4, palette.rose) + circle(10, 24, 1.4, palette.butter);
  const cross: FacePicture = (width, height) => stroke(`M2 2L${width - 2} ${height - 2}M${width - 2} 2L2 ${height - 2}`, palette.wheat, 2);
  const leg = { colour, highlight: false } as const;
  model
    .box({ at: [0.2, 0.44, 0], size: [0.07, 0.07, 1.5], ...leg })
    .box({ at: [0.73, 0.44, 0], size: [0.07, 0.07, 1.5], ...leg })
    .box({ at: [0.465, 0.12, 0], size: [0.07, 0.07, 1.36], ...leg })
    .box({ at: [0.27, 0.45, 1.36], size: [0.46, 0.05, 0.08], ...leg })
    .box({ at: [0.12, 0.51, 0.44], size: [0.76, 0.12, 0.06], colour })
    .box({ at: [0.12, 0.51, 0.5], size: [0.76, 0.07, 0.84], colour: palette.white, front: painting, back: cross });
}

export const fun: DrawingFamily = {
  retro_tv: retroTv,
  arcade,
  piano,
  turntable,
  speaker,
  guitar,
  mic_stand: micStand,
  fish_tank: fishTank,
  easel,
  ...gadgets,
};
