/** The head and its face, turned a little to the left of the screen. */
import { mix, shade } from '../iso/colour';
import type { Figure } from './figure';
import { fringePath } from './hair';

const INK = '#46354f';
export const HEAD = 'M-18.6 -50C-19 -62.6 -13 -69.6 0 -69.6S19 -62.6 18.6 -50C18.4 -37.6 9.6 -31.8 -.6 -31.8S-18.4 -37.6 -18.6 -50Z';
const EYES = [-10.4, 3] as const;
const EYE_LEVEL = -46.8;

export function drawHead(figure: Figure, skin: string): void {
  figure.part('M16.4 -50.6C20 -53 22.6 -49.6 21.2 -46.4C20.2 -44 17.8 -43.4 16.2 -44.6Z', mix(skin, shade(skin), 0.35));
  figure.part(HEAD, skin);
}

/** `key` keeps the clip of the fringe's shadow apart from other avatars on the page. */
export function drawFace(figure: Figure, skin: string, hairStyle: string, blink: boolean, key: string): void {
  figure.detail(
    `<clipPath id="head-${key}"><path d="${HEAD}"/></clipPath><g clip-path="url(#head-${key})">` +
      `<path d="${fringePath(hairStyle)}" transform="translate(-.6 2.4)" fill="#5a3f86" opacity=".17"/></g>`,
  );
  const blush = mix(skin, '#ff6f80', 0.5);
  figure.detail(
    `<ellipse cx="-14" cy="-41.4" rx="3.3" ry="2.1" fill="${blush}" opacity=".75"/><ellipse cx="7.4" cy="-41" rx="3.6" ry="2.2" fill="${blush}" opacity=".75"/>`,
  );
  for (const x of EYES) drawEye(figure, x, blink);
  figure.stroke('M-12.6 -52.6Q-10.6 -53.8 -8.8 -53M1.4 -53Q3.4 -53.8 5.4 -52.6', mix(INK, skin, 0.45), 1.1, 0.8);
  figure.stroke('M-5.9 -40.3Q-3.8 -38 -1.7 -40.3', mix(INK, '#b0405a', 0.35), 1.3);
}

function drawEye(figure: Figure, x: number, blink: boolean): void {
  if (blink) {
    figure.stroke(`M${x - 2.6} ${EYE_LEVEL + 0.6}Q${x} ${EYE_LEVEL + 2.8} ${x + 2.6} ${EYE_LEVEL + 0.6}`, INK, 1.5);
    return;
  }
  figure.detail(
    `<ellipse cx="${x}" cy="${EYE_LEVEL}" rx="2.5" ry="3.6" fill="${INK}"/>` +
      `<ellipse cx="${x}" cy="${EYE_LEVEL + 1.9}" rx="1.6" ry="1.3" fill="#8b6a92" opacity=".75"/>` +
      `<circle cx="${x - 0.8}" cy="${EYE_LEVEL - 1.4}" r="1.1" fill="#fff"/><circle cx="${x + 0.9}" cy="${EYE_LEVEL + 1.2}" r=".5" fill="#fff" opacity=".9"/>`,
  );
}
