/** Tops: torso, sleeves and hands, with one small motif each. */
import { mix, shade } from '../iso/colour';
import type { Figure } from './figure';
import type { Outfit } from './wardrobe';
import { colourOf } from './wardrobe';

const TORSO = 'M-8.4 -31.6C-10.6 -27 -11.6 -20 -11 -14.4Q0 -10.6 11 -14.4C11.6 -20 10.6 -27 8.4 -31.6Z';
const CROPPED = 'M-8.4 -31.6C-10.2 -28 -11 -24 -10.8 -20.4Q0 -17.4 10.8 -20.4C11 -24 10.2 -28 8.4 -31.6Z';
const COAT = 'M-8.4 -31.6C-11 -26 -13.4 -17 -13.2 -10.6Q0 -6 13.2 -10.6C13.4 -17 11 -26 8.4 -31.6Z';
const ARM = 'M-7.6 -31.2C-13 -29.6 -16 -22.6 -15.4 -18.2C-15 -15.4 -11.4 -15.4 -10.8 -17.8C-10.2 -21 -8.4 -24 -6.6 -26Z';
const SHORT_SLEEVE = 'M-7.6 -31.2C-12 -30 -14.8 -26 -15.4 -22.4Q-12.6 -20.4 -9.6 -21.4C-9 -23.4 -8 -25 -6.6 -26Z';
const WIDE_SLEEVE = 'M-7.6 -31.2C-13 -29.6 -17.6 -23.6 -17.4 -18.4C-15.4 -16.2 -11.4 -16 -9.8 -17.6C-9.6 -21 -8.2 -24 -6.4 -26Z';
const HAND = 'M-15.7 -16.9a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0 -5.2 0Z';
const HEART = 'M-3 -18.6C-8.6 -22.4 -6.2 -26.4 -3 -23.8C.2 -26.4 2.6 -22.4 -3 -18.6Z';
const STAR = 'M-3 -26.6L-1.7 -23.6L1.5 -23.3L-.9 -21.2L-.2 -18L-3 -19.7L-5.8 -18L-5.1 -21.2L-7.5 -23.3L-4.3 -23.6Z';

interface Cut {
  readonly torso: string;
  readonly sleeve: 'short' | 'long' | 'wide';
  readonly sleeveColour?: string;
  /** Prints, seams and collars on the torso. */
  readonly trim: (figure: Figure, colour: string, front: boolean) => void;
}

const seam = (colour: string): string => mix(shade(colour), '#4a2a5e', 0.35);

const stripes = (figure: Figure): void => {
  figure.stroke('M-10.2 -25.6Q0 -22.4 10.2 -25.6M-11 -20.6Q0 -17.2 11 -20.6', '#fffaf0', 1.9, 0.9);
};

const buttonsDown = (figure: Figure, colour: string): void => {
  figure.stroke('M-3 -30Q-3.6 -20 -3 -12.2', seam(colour), 1, 0.8);
  figure.fill('M-1.4 -25a.9 .9 0 1 0 1.8 0a.9 .9 0 1 0 -1.8 0ZM-1.4 -20a.9 .9 0 1 0 1.8 0a.9 .9 0 1 0 -1.8 0ZM-1.4 -15.4a.9 .9 0 1 0 1.8 0a.9 .9 0 1 0 -1.8 0Z', '#fffaf0');
};

const CUTS: Readonly<Record<string, Cut>> = {
  heart_tee: { torso: TORSO, sleeve: 'short', trim: (figure, _, front) => front && figure.fill(HEART, '#fffaf0') },
  star_tee: { torso: TORSO, sleeve: 'short', trim: (figure, _, front) => front && figure.fill(STAR, '#fff3c4') },
  stripe_tee: { torso: TORSO, sleeve: 'short', trim: stripes },
  sweater: {
    torso: TORSO,
    sleeve: 'long',
    trim: (figure, colour) => {
      figure.stroke('M-10.6 -17Q0 -13.4 10.6 -17', seam(colour), 0.9, 0.7);
      figure.stroke('M-7 -26v5M-2.6 -25.4v5.4M2 -25.4v5.4M6.4 -26v5', mix(colour, '#fff', 0.45), 1.5, 0.8);
    },
  },
  hoodie: {
    torso: TORSO,
    sleeve: 'long',
    trim: (figure, colour, front) => {
      if (!front) {
        figure.part('M-8.6 -32C-9 -26 -4 -22 0 -22S9 -26 8.6 -32Z', shade(colour));
        return;
      }
      figure.stroke('M-7 -16.6L-5.6 -21H2L3.6 -16.6', seam(colour), 1, 0.8);
      figure.stroke('M-4.6 -30.4V-26.4M-.6 -30.4V-25.8', '#fffaf0', 1.2);
    },
  },
  cardigan: {
    torso: TORSO,
    sleeve: 'long',
    trim: (figure, colour, front) => {
      if (!front) return;
      figure.fill('M-6.6 -31.8L-3 -22.6L.8 -31.8Z', '#fffaf0');
      buttonsDown(figure, colour);
    },
  },
  sailor: {
    torso: TORSO,
    sleeve: 'short',
    sleeveColour: '#fdf3ea',
    trim: (figure, _, front) => {
      if (front) {
        figure.part('M-9 -31.8L-3 -23.4L3.6 -31.8L8.8 -31.6L5 -23.6L-3 -21.4L-9.6 -26Z', '#7397d3');
        figure.part('M-3 -22.6L-7 -18.4L-3.2 -19.4L.4 -18Z', '#ee8195');
      } else {
        figure.part('M-9.4 -31.8H9.4V-22.6H-9.4Z', '#7397d3').stroke('M-7.6 -24.4H7.6', '#fffaf0', 1.1);
      }
    },
  },
  jeogori: {
    torso: CROPPED,
    sleeve: 'wide',
    trim: (figure, _, front) => {
      if (!front) return;
      figure.stroke('M-6.8 -31.4L-1.4 -24.6L3.4 -31.4', '#fffdf8', 2.4);
      figure.part('M-1.6 -25.4L-4.6 -13.6L-1.8 -13L.2 -24Z', '#e8656d').part('M-.4 -25.2L3.6 -15.6L1.2 -14.4L-1.6 -23.8Z', '#e8656d');
    },
  },
  varsity: {
    torso: TORSO,
    sleeve: 'long',
    sleeveColour: '#f6e6cc',
    trim: (figure, colour, front) => {
      figure.stroke('M-10.8 -16.2Q0 -12.6 10.8 -16.2', '#ffdd8a', 1.6);
      if (!front) return;
      figure.stroke('M-3 -30Q-3.4 -20 -3 -13', seam(colour), 1);
      figure.stroke('M2 -20.6V-25L4.2 -22.6L6.4 -25V-20.6', '#ffdd8a', 1.4);
    },
  },
  turtleneck: {
    torso: TORSO,
    sleeve: 'long',
    trim: (figure, colour) => figure.part('M-6.6 -34Q0 -31 6.6 -34L7 -29.6Q0 -26.6 -7 -29.6Z', mix(colour, '#fff', 0.14)),
  },
  raincoat: {
    torso: COAT,
    sleeve: 'wide',
    trim: (figure, colour, front) => {
      if (front) buttonsDown(figure, colour);
      else figure.part('M-9 -32C-9.6 -25 -4 -21 0 -21S9.6 -25 9 -32Z', shade(colour));
    },
  },
  plaid: {
    torso: TORSO,
    sleeve: 'long',
    trim: (figure, colour, front) => {
      figure.stroke('M-10.4 -25Q0 -22 10.4 -25M-11.2 -18.6Q0 -15.2 11.2 -18.6M-6.8 -31V-12.6M5 -31V-12.4', '#fffaf0', 1.1, 0.6);
      figure.stroke('M-10.8 -22Q0 -18.8 10.8 -22M-1 -28V-12', '#5a3d68', 0.8, 0.35);
      if (front) figure.part('M-7 -32L-3 -26.6L-6.8 -24.8L-9 -30ZM1.4 -32L-3 -26.6L.8 -24.8L5 -30.8Z', mix(colour, '#fff', 0.2));
    },
  },
};

const PLAIN: Cut = { torso: TORSO, sleeve: 'short', trim: () => undefined };
const cutOf = (outfit: Outfit): Cut => CUTS[outfit.top.id] ?? PLAIN;

export function drawTorso(figure: Figure, outfit: Outfit, front: boolean): void {
  const cut = cutOf(outfit);
  const colour = colourOf(outfit.top);
  figure.part('M-4 -36H4V-29.6Q0 -27.6 -4 -29.6Z', mix(outfit.skin, shade(outfit.skin), 0.5));
  figure.part(cut.torso, colour);
  cut.trim(figure, colour, front);
  figure.fill('M-8 -31.8Q0 -26.6 8 -31.8Z', '#5a3f86', 0.16);
}

/** One arm; `side` -1 is the one on the left of the screen. `swing` -1..1 is forward at 1. */
export function drawArm(figure: Figure, outfit: Outfit, side: -1 | 1, swing: number): void {
  const cut = cutOf(outfit);
  const colour = cut.sleeveColour ?? colourOf(outfit.top);
  const sleeve = cut.sleeve === 'long' ? ARM : cut.sleeve === 'wide' ? WIDE_SLEEVE : SHORT_SLEEVE;
  figure.moved(`${side === 1 ? 'scale(-1 1) ' : ''}rotate(${swing * side * -16} -8.6 -30)`, () => {
    if (cut.sleeve === 'short') figure.part(ARM, outfit.skin);
    else figure.part(HAND, outfit.skin);
    figure.part(sleeve, side === 1 ? mix(colour, shade(colour), 0.45) : colour);
  });
}
