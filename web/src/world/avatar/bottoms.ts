/** Legs, shoes and what is worn over them, standing, walking and seated. */
import { mix, shade } from '../iso/colour';
import type { Figure } from './figure';
import type { Outfit } from './wardrobe';
import { colourOf } from './wardrobe';

const SHOE_COLOUR = '#fff2e0';
const LEG = 'M-8.4 -17.6H-.5V-4q0 2 -2 2h-3.8q-2 0 -2 -2Z';
const SHORT_LEG = 'M-8.8 -17.6H-.4L-.2 -10.4Q-4.6 -8.6 -9.2 -10.4Z';
const SHOE_FRONT = 'M-8.7 -5.4C-11.6 -2.6 -11.6 .6 -8.4 .8H-2Q.4 .8 0 -2.6L-.5 -5.4Z';
const SHOE_BACK = 'M-8.9 -5.4C-9.8 -2 -9.8 .6 -7.6 .8H-1.6Q.4 .6 0 -2.6L-.3 -5.4Z';
const SKIRT = 'M-9.8 -19C-11.4 -15 -13.6 -10.6 -14 -8.2Q0 -3.2 14 -8.2C13.6 -10.6 11.4 -15 9.8 -19Z';
const CHIMA = 'M-10.4 -23C-13.6 -16 -16.8 -7 -16.8 -3.4Q0 2.4 16.8 -3.4C16.8 -7 13.6 -16 10.4 -23Z';
const SEATED_LEG = 'M-2 -6.4C-9 -6 -15.4 -3.4 -16.4 .6V7.2H-9V3C-6.4 1.4 -2.4 1.2 0 .4Z';
const SEATED_SHOE = 'M-16.8 5.6C-20.4 8.6 -20.2 11.8 -17 12H-10Q-7.8 11.8 -8.2 8.6L-8.8 5.6Z';
const SEATED_SKIRT = 'M-10.6 -7C-16 -5.4 -19.4 -1 -18.6 3.4Q-8 9.6 3.4 7.4C9 4.6 11.8 -1.4 11 -6.4Z';

type Shape = 'long' | 'short' | 'skirt' | 'chima';

const SHAPES: Readonly<Record<string, Shape>> = { shorts: 'short', skirt: 'skirt', check_skirt: 'skirt', chima: 'chima' };
const shapeOf = (outfit: Outfit): Shape => SHAPES[outfit.bottom.id] ?? 'long';

/** Both legs at a point of the walk; `swing` 1 has the left foot forward. */
export function drawLegs(figure: Figure, outfit: Outfit, front: boolean, swing: number): void {
  const ahead = front ? 1.5 : -1.3;
  drawLeg(figure, outfit, front, -1, [-2.6 * swing, ahead * swing], swing < 0 ? 2.2 : 0);
  drawLeg(figure, outfit, front, 1, [2.6 * swing, -ahead * swing], swing > 0 ? 2.2 : 0);
  const colour = colourOf(outfit.bottom);
  const shape = shapeOf(outfit);
  if (shape === 'skirt') {
    figure.part(SKIRT, colour);
    figure.stroke('M-6 -17L-8 -7.4M0 -17V-5.6M6 -17L8 -7.4', shade(colour), 1.1, 0.8);
    if (outfit.bottom.id === 'check_skirt') figure.stroke('M-12 -12.6Q0 -8.4 12 -12.6', '#fffaf0', 1.2, 0.7);
  } else if (shape === 'chima') {
    figure.part(CHIMA, colour);
    figure.stroke('M-5 -20Q-8 -10 -8.6 -1.6M2 -20Q2 -10 2.4 -.4M7 -20Q10 -10 10.6 -2.2', shade(colour), 1.2, 0.75);
    figure.stroke('M-15.4 -5.6Q0 -.2 15.4 -5.6', '#ffe6a8', 1.4, 0.9);
  }
}

function drawLeg(
  figure: Figure,
  outfit: Outfit,
  front: boolean,
  side: -1 | 1,
  [dx, dy]: readonly [number, number],
  lift: number,
): void {
  const colour = side === 1 ? mix(colourOf(outfit.bottom), shade(colourOf(outfit.bottom)), 0.35) : colourOf(outfit.bottom);
  const bare = shapeOf(outfit) !== 'long';
  figure.moved(`translate(${dx + (side === 1 ? 8.8 : 0)} ${dy - lift})`, () => {
    figure.part(LEG, bare ? outfit.skin : colour);
    if (shapeOf(outfit) === 'short') figure.part(SHORT_LEG, colour);
    if (bare) figure.stroke('M-7.6 -6.6H-1.2', '#fffdf8', 2.2);
    if (outfit.bottom.id === 'joggers') figure.stroke('M-7.4 -17V-6M-7.8 -6.6H-1', '#fffaf0', 1.2, 0.8);
    figure.part(front ? SHOE_FRONT : SHOE_BACK, SHOE_COLOUR);
    figure.stroke(front ? 'M-10 -.6H-.6' : 'M-9 -.6H-.4', mix(colourOf(outfit.top), '#fff', 0.1), 1.3, 0.9);
  });
}

/** Legs of someone seated, knees towards the viewer; the origin is the seat. */
export function drawSeatedLegs(figure: Figure, outfit: Outfit): void {
  const shape = shapeOf(outfit);
  const colour = colourOf(outfit.bottom);
  const leg = (dx: number, dy: number, tint: string): void => {
    figure.moved(`translate(${dx} ${dy})`, () => {
      figure.part(SEATED_LEG, shape === 'long' ? tint : outfit.skin);
      if (shape === 'short') figure.part('M-2 -6.4C-8 -6 -12 -4.6 -14.6 -2L-11 3.4C-7.4 1.4 -2.4 1.2 0 .4Z', tint);
      figure.part(SEATED_SHOE, SHOE_COLOUR);
    });
  };
  leg(0, 0, colour);
  leg(9.6, 3.6, mix(colour, shade(colour), 0.3));
  if (shape === 'skirt' || shape === 'chima') {
    figure.part(SEATED_SKIRT, colour);
    figure.stroke('M-14 4.6Q-10 -1 -4 -5M-5 7.4Q-2 1 2 -4', shade(colour), 1.1, 0.7);
  }
}

/** Overalls reach over the top. */
export function drawBib(figure: Figure, outfit: Outfit, front: boolean): void {
  if (outfit.bottom.id !== 'overalls') return;
  const colour = colourOf(outfit.bottom);
  figure.stroke(front ? 'M-6.4 -25L-7.6 -31M3.6 -25L5.8 -31' : 'M-6 -31L4 -18M6 -31L-4 -18', colour, 2.6);
  figure.part(
    front
      ? 'M-7.4 -26H4.6L6 -19H11.2Q11.6 -16 11 -14.4Q0 -10.6 -11 -14.4Q-11.6 -16 -11.2 -19H-8.4Z'
      : 'M-11.2 -20Q0 -17 11.2 -20Q11.6 -16 11 -14.4Q0 -10.6 -11 -14.4Q-11.6 -16 -11.2 -20Z',
    colour,
  );
  if (front) figure.fill('M-7.2 -25a1.2 1.2 0 1 0 2.4 0a1.2 1.2 0 1 0 -2.4 0ZM2.2 -25a1.2 1.2 0 1 0 2.4 0a1.2 1.2 0 1 0 -2.4 0Z', '#ffdd8a');
}
