/** Hair: what hangs behind the body, and what frames or covers the head. */
import { light, mix, shade } from '../iso/colour';
import type { Figure } from './figure';

interface HairStyle {
  /** Behind body and head; seen from both sides. */
  readonly behind?: readonly string[];
  /** Fringe and cap of hair, seen from the front. */
  readonly front: string;
  /** The whole back of the head. */
  readonly back: string;
  /** Puffs, tails and knots over everything, front and back. */
  readonly over?: readonly string[];
  /** Over the back of the head only. */
  readonly overBack?: readonly string[];
  readonly ring?: boolean;
}

const CAP_BACK = 'M-20.2 -48C-22.6 -62.6 -14.2 -73 0 -73S22.6 -62.6 20.2 -48C20 -38 15.6 -33.4 12 -32.4Q0 -29.4 -12 -32.4C-15.6 -33.4 -20 -38 -20.2 -48Z';
const SHORT_BACK = 'M-20 -50C-22 -62.6 -14.2 -73 0 -73S22 -62.6 20 -50C19.6 -42 16 -37.4 12.4 -36.4Q6 -34.6 0 -36Q-6 -34.6 -12.4 -36.4C-16 -37.4 -19.6 -42 -20 -50Z';
const FRINGE_PARTED =
  'M-20 -43.6C-22.8 -62.6 -14.2 -73 0 -73S22.8 -62.6 20 -43C17.8 -44.4 16.6 -49 16 -54.2C12.4 -55.6 9.8 -58.6 8.6 -62C5.4 -56.8 -.6 -55 -4.4 -55.2C-2.4 -56.8 -1 -58.8 -.8 -60.6C-6 -55 -11 -54 -15 -53.6C-15.8 -48.6 -16.6 -45 -17.2 -42.6C-18.4 -42.2 -19.4 -42.6 -20 -43.6Z';
const FRINGE_FULL =
  'M-20 -44C-22.8 -62.6 -14.2 -73 0 -73S22.8 -62.6 20 -44C18 -45 16.8 -48.6 16.2 -52.6C12.8 -51.6 10.4 -51.8 8.6 -53.4C6.4 -51.6 3.6 -51.4 1.4 -53C-1 -51.2 -4 -51 -6.2 -52.8C-8.8 -51 -12.4 -51 -15.4 -52.6C-16 -48 -16.6 -45 -17.2 -43C-18.4 -42.4 -19.4 -42.8 -20 -44Z';

const STYLES: Readonly<Record<string, HairStyle>> = {
  bob: {
    behind: ['M-20 -52C-23.4 -38 -21.4 -29 -15.4 -29.8Q0 -27 15.4 -29.8C21.4 -29 23.4 -38 20 -52Z'],
    front: FRINGE_PARTED,
    back: 'M-20.4 -50C-22.8 -62.6 -14.2 -73 0 -73S22.8 -62.6 20.4 -50C22.6 -38 21 -29.4 15.4 -29.8Q0 -27 -15.4 -29.8C-21 -29.4 -22.6 -38 -20.4 -50Z',
  },
  short: {
    front: 'M-19.6 -48C-22.2 -65 -14 -73.6 .6 -73.6C14.6 -73.6 22.4 -65 19.8 -47.6C17.8 -48.4 16.6 -51 16 -54.6C14.8 -59 11.4 -61.6 8 -63.2C9.2 -60.8 9 -59 8.2 -57.8C2 -58.4 -2 -60.4 -4.8 -62.8C-5.2 -59.8 -7.8 -56.8 -10.4 -55.8C-14 -55 -16 -52.4 -16.6 -48.4C-17.6 -47 -18.8 -47 -19.6 -48Z',
    back: SHORT_BACK,
  },
  buns: {
    front: FRINGE_FULL,
    back: SHORT_BACK,
    over: ['M-23.4 -69.4a7 7 0 1 0 14 0a7 7 0 1 0 -14 0Z', 'M9.4 -69.4a7 7 0 1 0 14 0a7 7 0 1 0 -14 0Z'],
  },
  long: {
    behind: ['M-20 -52C-24.4 -34 -22 -17.4 -15 -18.4Q0 -14.6 15 -18.4C22 -17.4 24.4 -34 20 -52Z'],
    front: FRINGE_PARTED,
    back: 'M-20.4 -50C-22.8 -62.6 -14.2 -73 0 -73S22.8 -62.6 20.4 -50C24 -34 22 -18 15 -18.4Q7 -15.6 0 -17Q-7 -15.6 -15 -18.4C-22 -18 -24 -34 -20.4 -50Z',
  },
  ponytail: {
    behind: ['M13 -66C25 -71 31 -58 28 -46C26.4 -39 24.4 -35 20.6 -33.4C21.6 -43 20.6 -52 13 -58Z'],
    front: FRINGE_FULL,
    back: SHORT_BACK,
    overBack: ['M-3 -68C-11 -64 -10 -44 -5.6 -27Q-1 -22.6 3 -27C8.4 -42 10 -62 3 -68Q0 -70 -3 -68Z'],
  },
  curls: {
    behind: ['M-17 -66a10 10 0 0 0 -6.4 12a9.6 9.6 0 0 0 .6 13a8.4 8.4 0 0 0 9 8.4H14a8.4 8.4 0 0 0 9 -8.4a9.6 9.6 0 0 0 .6 -13a10 10 0 0 0 -6.6 -12Z'],
    front: 'M-20.6 -44.6C-24.6 -47.6 -24.6 -53 -21.8 -55.4C-24 -61 -20.4 -66.4 -16 -66.8C-14.6 -72.4 -7.6 -75 -3 -72.6C1 -76 8.6 -75 10.6 -71C16.4 -72 21 -67 20.4 -62C24.4 -59.4 24.4 -54 22 -51.4C24 -48 22.6 -45 20.4 -43.6C17.8 -45 16.8 -48.6 16.4 -51.6C13.4 -51.6 11.6 -53.6 11.4 -55.8C8.4 -53.4 4.4 -53.8 2.8 -56.4C.2 -53 -4.8 -53 -6.4 -55.8C-8.4 -52.6 -12.6 -51.8 -15.2 -53.4C-14.8 -49.4 -16 -46 -17.6 -44C-18.6 -43.4 -19.8 -43.8 -20.6 -44.6Z',
    back: 'M-20.6 -44C-24.6 -47.6 -24.6 -53 -21.8 -55.4C-24 -61 -20.4 -66.4 -16 -66.8C-14.6 -72.4 -7.6 -75 -3 -72.6C1 -76 8.6 -75 10.6 -71C16.4 -72 21 -67 20.4 -62C24.4 -59.4 24.4 -54 22 -51.4C24.4 -46 22.4 -40.6 18.6 -39.4C17.6 -34 11.6 -31.6 7.6 -33.4C4 -30.4 -3 -30.4 -6 -33C-11 -31.4 -16.6 -34 -17.6 -38.4C-20.6 -39 -21.8 -41.6 -20.6 -44Z',
    ring: false,
  },
  braids: {
    front: FRINGE_PARTED,
    back: SHORT_BACK,
    over: [
      'M-19 -46C-23 -44 -23.4 -40 -21.4 -38.4C-24 -36.6 -23.8 -32.8 -21.6 -31.4C-23.2 -29.2 -22.6 -26 -20.4 -25.2L-20.8 -20.6Q-18.4 -18.6 -16.2 -20.8L-16.8 -25.2C-14.8 -26.4 -14.6 -29.6 -16.2 -31.4C-14 -33.2 -14.2 -36.8 -16.4 -38.4C-14.6 -41 -15.6 -45 -19 -46Z',
      'M19 -46C23 -44 23.4 -40 21.4 -38.4C24 -36.6 23.8 -32.8 21.6 -31.4C23.2 -29.2 22.6 -26 20.4 -25.2L20.8 -20.6Q18.4 -18.6 16.2 -20.8L16.8 -25.2C14.8 -26.4 14.6 -29.6 16.2 -31.4C14 -33.2 14.2 -36.8 16.4 -38.4C14.6 -41 15.6 -45 19 -46Z',
    ],
  },
  spiky: {
    front: 'M-19.6 -47.6C-23.6 -52 -23 -57 -21.6 -59.6C-23.6 -60.4 -24.4 -62.4 -24.2 -64C-21.8 -63.4 -20 -64 -18.6 -62.6C-18.8 -68.4 -18 -70.6 -16.6 -72C-15 -70.4 -13 -69.8 -10.6 -70.4C-9.6 -73.6 -7.4 -75.8 -4.6 -77C-4.2 -74.8 -3.2 -73.6 -1.4 -72.8C1.4 -75.6 5 -77 9 -76.8C8 -75 8.2 -73.4 9.2 -72C13 -73 16.6 -72.2 19.2 -70C17.6 -69 17.2 -67.8 17.4 -66C21 -64.6 23.2 -61.6 23.6 -58C21.8 -58.4 21 -57.6 20.6 -56C21.6 -53 21.4 -49.6 19.8 -47C17.8 -48.4 16.8 -51.6 16.2 -55C13.6 -56 11.8 -58 10.8 -60.6C9.4 -57.8 7.2 -56 4 -55.2C4.4 -57.2 4.2 -58.8 3.4 -60.4C.6 -56.8 -3.4 -54.6 -7.8 -54.4C-6.8 -55.8 -6.4 -57.2 -6.4 -58.8C-9.4 -55.6 -12.6 -54 -15.4 -53.4C-16 -51 -16.6 -49 -17.2 -47.4C-18 -46.8 -18.8 -46.8 -19.6 -47.6Z',
    back: 'M-20 -50C-22.6 -54 -22.6 -57.6 -21.6 -59.6C-23.6 -60.4 -24.4 -62.4 -24.2 -64C-21.8 -63.4 -20 -64 -18.6 -62.6C-18.8 -68.4 -18 -70.6 -16.6 -72C-15 -70.4 -13 -69.8 -10.6 -70.4C-9.6 -73.6 -7.4 -75.8 -4.6 -77C-4.2 -74.8 -3.2 -73.6 -1.4 -72.8C1.4 -75.6 5 -77 9 -76.8C8 -75 8.2 -73.4 9.2 -72C13 -73 16.6 -72.2 19.2 -70C17.6 -69 17.2 -67.8 17.4 -66C21 -64.6 23.2 -61.6 23.6 -58C21.8 -58.4 21 -57.6 20.6 -56C21 -48 20 -41 16 -38L12.6 -34.6L9.4 -37L5.4 -33.6L1.6 -36.8L-3 -33.6L-6.4 -37L-10.8 -34.4L-13.4 -37.6C-17.4 -40 -19.4 -45 -20 -50Z',
  },
  buzz: {
    front: 'M-18.8 -52C-20.6 -62.6 -14.2 -71.2 0 -71.2S20.6 -62.6 18.8 -51.4C17.6 -52.6 17 -54.4 16.6 -56.2C14 -61.2 8.4 -62.6 -1 -62.6C-9.6 -62.6 -13.8 -60.4 -16 -56.4C-16.6 -54.4 -17.6 -52.6 -18.8 -52Z',
    back: 'M-19 -51C-20.8 -62.6 -14.2 -71.2 0 -71.2S20.8 -62.6 19 -51C18.4 -45.6 14 -41.4 9.6 -40.2Q0 -38 -9.6 -40.2C-14 -41.4 -18.4 -45.6 -19 -51Z',
    ring: false,
  },
  topknot: {
    front: 'M-19.4 -47.4C-22 -62.6 -14.2 -73 0 -73S22 -62.6 19.4 -47C17.6 -48.4 16.6 -52 16.2 -55.6C12 -60.8 6.4 -63 -2.6 -63.4C-8.8 -62 -13.2 -59.4 -15.6 -55C-16 -51.6 -16.6 -49 -17.2 -47.4C-18 -46.6 -18.8 -46.6 -19.4 -47.4Z',
    back: SHORT_BACK,
    over: ['M-4.6 -71.4C-9.6 -76 -7.6 -83.4 0 -83.6C7.6 -83.4 9.6 -76 4.6 -71.4Q0 -69.6 -4.6 -71.4Z'],
  },
};

const PLAIN: HairStyle = { front: FRINGE_PARTED, back: CAP_BACK };
const styleOf = (id: string): HairStyle => STYLES[id] ?? PLAIN;

export function drawHairBehind(figure: Figure, id: string, colour: string): void {
  for (const path of styleOf(id).behind ?? []) figure.part(path, mix(colour, shade(colour), 0.55));
}

/** The shadow a fringe throws on the forehead; `head` clips it. */
export function fringePath(id: string): string {
  return styleOf(id).front;
}

export function drawHairFront(figure: Figure, id: string, colour: string): void {
  const style = styleOf(id);
  figure.part(style.front, colour);
  if (style.ring !== false) drawShine(figure, colour);
  drawOver(figure, style, colour);
}

export function drawHairBack(figure: Figure, id: string, colour: string): void {
  const style = styleOf(id);
  figure.part(style.back, colour);
  if (style.ring !== false) {
    drawShine(figure, colour);
    figure.stroke('M-10 -38Q-8.4 -47 -8.8 -55M9.6 -38Q8 -47 8.4 -55M-1 -36.6Q-.4 -44 -.8 -51', shade(colour), 1.2, 0.8);
  }
  drawOver(figure, style, colour);
  for (const path of style.overBack ?? []) figure.part(path, colour);
}

function drawOver(figure: Figure, style: HairStyle, colour: string): void {
  for (const path of style.over ?? []) figure.part(path, colour);
}

function drawShine(figure: Figure, colour: string): void {
  figure.stroke('M-13.4 -65Q-8 -69 -.6 -69.2', light(colour), 2.4, 0.75).stroke('M2.6 -69Q4.4 -68.8 5.6 -68.4', light(colour), 2, 0.6);
}
