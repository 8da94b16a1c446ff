/** What is worn on the head or round the neck. */
import { light, mix, shade } from '../iso/colour';
import type { Figure } from './figure';
import type { Outfit } from './wardrobe';
import { colourOf } from './wardrobe';

type Worn = (figure: Figure, colour: string, front: boolean, outfit: Outfit) => void;

const CROWN = 'M-20.6 -54C-21.8 -73 -11 -76 0 -76S21.8 -73 20.6 -54Q0 -62 -20.6 -54Z';

const HEADWEAR: Readonly<Record<string, Worn>> = {
  glasses: (figure, colour, front) => {
    if (!front) return;
    figure.detail(
      `<g fill="#eaf6ff" fill-opacity=".35" stroke="${colour}" stroke-width="1.5"><rect x="-15.6" y="-51.2" width="10.2" height="9.4" rx="4.4"/><rect x="-2.2" y="-51.2" width="10.4" height="9.4" rx="4.4"/></g>`,
    );
    figure.stroke('M-5.4 -47.2Q-3.8 -48.2 -2.2 -47.2M8.2 -47.6L17 -48.6', colour, 1.4);
  },
  cap: (figure, colour, front) => {
    figure.part(CROWN, colour);
    figure.stroke('M0 -76Q-6 -68 -5 -59.4M0 -76Q9 -69 9.4 -58.6', shade(colour), 1, 0.6);
    figure.fill('M-1.8 -76a1.8 1.6 0 1 0 3.6 0a1.8 1.6 0 1 0 -3.6 0Z', light(colour));
    if (front) figure.part('M-24.6 -52.6C-20 -62.4 -6 -62.8 6.6 -59.6C7.6 -57.8 7 -56.4 5.2 -56C-5 -58 -16 -55.4 -21.8 -50.4C-24 -50 -25 -51 -24.6 -52.6Z', shade(colour));
    else figure.part('M-6 -60Q0 -56 6 -60Q6.6 -57 5.4 -55.4Q0 -53.4 -5.4 -55.4Q-6.6 -57 -6 -60Z', mix(colour, '#fff', 0.3));
  },
  beret: (figure, colour) => {
    figure.part('M-22 -58.6C-27 -70 -12 -78.4 3 -77.4C17 -76.4 25.6 -67.6 21 -60.6C14 -63.6 -10 -65 -22 -58.6Z', colour);
    figure.stroke('M2.4 -77.4Q2.6 -80 4.4 -80.8', shade(colour), 2.2).stroke('M-17 -66Q-10 -73 -1 -73.4', light(colour), 2.2, 0.6);
  },
  ribbon: (figure, colour) => {
    figure.part('M9 -70C4 -78 2.6 -79.6 1.8 -77C.8 -73.4 2 -67.6 4 -65.4Q6.4 -66 9 -68Z', colour);
    figure.part('M12 -69.4C18 -76 20.4 -77 20.6 -74.2C20.8 -70.4 17.6 -65 15 -63.4Q12.6 -65 11 -67Z', colour);
    figure.part('M7.6 -70.4a3 3 0 1 0 5.4 2.6a3 3 0 1 0 -5.4 -2.6Z', shade(colour));
  },
  headphones: (figure, colour, front) => {
    figure.stroke('M-20 -52C-21 -72 -11 -75.8 0 -75.8S21 -72 20 -52', '#5a3d68', 5).stroke('M-20 -52C-21 -72 -11 -75.8 0 -75.8S21 -72 20 -52', mix(colour, '#fff', 0.3), 2.6);
    if (!front) figure.part('M-23 -54a5 5.6 0 0 1 5 5.4v2.6a5 5.6 0 0 1 -5 4.6Q-26 -48 -23 -54Z', colour);
    figure.part('M23 -54a5.6 6 0 0 0 -6.4 5.6v2.4a5.6 6 0 0 0 6.4 5.4Q26.4 -48 23 -54Z', colour);
    figure.fill('M20 -47.8a1.8 3 0 1 0 3.6 0a1.8 3 0 1 0 -3.6 0Z', light(colour), 0.9);
  },
  flower: (figure, colour) => {
    const petals = [0, 72, 144, 216, 288].map((turn) => {
      const angle = ((turn - 90) * Math.PI) / 180;
      const x = 12 + Math.cos(angle) * 3.7;
      const y = -64 + Math.sin(angle) * 3.7;
      return `M${(x - 2.9).toFixed(2)} ${y.toFixed(2)}a2.9 2.9 0 1 0 5.8 0a2.9 2.9 0 1 0 -5.8 0Z`;
    });
    figure.part(petals.join(''), mix('#fffaf4', colour, 0.12)).fill('M9.8 -64a2.2 2.2 0 1 0 4.4 0a2.2 2.2 0 1 0 -4.4 0Z', '#f5b53d');
  },
  cat_ears: (figure, _, front, { hair }) => {
    figure.part('M-18.4 -62C-20.6 -72 -20.4 -78 -18.6 -79.8C-14.4 -79 -8.4 -75 -5.6 -71.4Z', hair).part('M18.4 -62C20.6 -72 20.4 -78 18.6 -79.8C14.4 -79 8.4 -75 5.6 -71.4Z', hair);
    if (front) figure.fill('M-16.8 -66.6C-17.8 -72 -17.8 -75 -17 -76.2C-14.4 -75.4 -11.4 -73.4 -9.6 -71.4ZM16.8 -66.6C17.8 -72 17.8 -75 17 -76.2C14.4 -75.4 11.4 -73.4 9.6 -71.4Z', '#f7adbb');
  },
  beanie: (figure, colour) => {
    figure.part('M-20.2 -58C-21 -74 -11 -78 0 -78S21 -74 20.2 -58Q0 -65 -20.2 -58Z', colour);
    figure.stroke('M-8 -75Q-10 -68 -9.4 -62M0 -78V-63M8 -75Q10 -68 9.4 -62', shade(colour), 1, 0.6);
    figure.part('M-21.4 -53.4C-21.8 -56.6 -21.6 -59.2 -20.6 -60.6Q0 -67.4 20.6 -60.6C21.6 -59.2 21.8 -56.6 21.4 -53.4Q0 -60.6 -21.4 -53.4Z', mix(colour, '#fff', 0.22));
    figure.part('M-4.6 -79.6a4.7 4.7 0 1 1 9.2 0a4.7 4.7 0 1 1 -9.2 0Z', '#fff6ea');
  },
  sprout: (figure, colour) => {
    figure.stroke('M0 -72Q-.4 -76 .4 -79', '#5a3d68', 3.4).stroke('M0 -72Q-.4 -76 .4 -79', shade(colour), 1.7);
    figure.part('M.2 -78.4C-3 -84 -9.4 -84 -11 -82C-9.6 -77.4 -4 -75.8 .2 -78.4Z', colour).part('M.6 -78.4C2.4 -84 8.6 -86 11 -84.4C10.6 -79.4 5.4 -76.4 .6 -78.4Z', light(colour));
  },
};

export function drawHeadwear(figure: Figure, outfit: Outfit, front: boolean): void {
  HEADWEAR[outfit.accessory.id]?.(figure, colourOf(outfit.accessory), front, outfit);
}

export function drawNeckwear(figure: Figure, outfit: Outfit, front: boolean): void {
  if (outfit.accessory.id !== 'scarf') return;
  const colour = colourOf(outfit.accessory);
  if (front) figure.part('M3 -29L2 -16.6Q5 -15.2 8.4 -16.4L8 -29Z', shade(colour)).stroke('M2.4 -18.8H8', '#fffaf0', 1.2, 0.8);
  figure.part('M-10.4 -35.4Q0 -30.6 10.4 -35.4C12.4 -33 12.2 -29.6 10.4 -27.8Q0 -23.8 -10.4 -27.8C-12.2 -29.6 -12.4 -33 -10.4 -35.4Z', colour);
  figure.stroke('M-6 -32.4L-6.6 -26.6M5.4 -32.4L6.2 -26.6', '#fffaf0', 1.4, 0.75);
}
