/** Wallpaper patterns, as flat markup for a wall laid out in pixels. */
import { mix } from '../iso/colour';
import { WALL_HEIGHT_PX, WALL_WIDTH_PX } from './measures';

type Pattern = (colour: string) => string;

/** One path of a motif repeated in offset rows. */
function scattered(stepX: number, stepY: number, motif: (x: number, y: number) => string): string {
  let path = '';
  for (let row = 0; row * stepY < WALL_HEIGHT_PX; row++) {
    const offset = row % 2 === 0 ? stepX / 2 : 0;
    for (let x = offset + 4; x < WALL_WIDTH_PX - 4; x += stepX) path += motif(x, row * stepY + stepY * 0.6);
  }
  return path;
}

function bands(step: number, width: number, tall: boolean): string {
  let path = '';
  for (let at = 0; at < (tall ? WALL_WIDTH_PX : WALL_HEIGHT_PX); at += step) {
    path += tall ? `M${at} 0h${width}V${WALL_HEIGHT_PX}h${-width}Z` : `M0 ${at}h${WALL_WIDTH_PX}v${width}H0Z`;
  }
  return path;
}

const heart = (x: number, y: number): string => `M${x} ${y + 2.3}C${x - 4} ${y - 0.4} ${x - 2} ${y - 2.7} ${x} ${y - 0.8}C${x + 2} ${y - 2.7} ${x + 4} ${y - 0.4} ${x} ${y + 2.3}Z`;
const star = (x: number, y: number): string => `M${x} ${y - 3.4}l1 2.4 2.4 1-2.4 1-1 2.4-1-2.4-2.4-1 2.4-1Z`;
const dot = (x: number, y: number): string => `M${x - 2.1} ${y}a2.1 2.1 0 1 0 4.2 0a2.1 2.1 0 1 0-4.2 0Z`;
const flower = (x: number, y: number): string =>
  [0, 1, 2, 3].map((turn) => dot(x + [0, 2.4, 0, -2.4][turn]!, y + [-2.4, 0, 2.4, 0][turn]!)).join('');

const fill = (path: string, colour: string, opacity: number): string => `<path d="${path}" fill="${colour}" opacity="${opacity}"/>`;
const pale = (colour: string): string => mix(colour, '#ffffff', 0.42);

function hanji(colour: string): string {
  let fibres = '';
  for (let i = 0; i < 150; i++) {
    const x = (i * 73.7) % WALL_WIDTH_PX;
    const y = (i * 47.3) % WALL_HEIGHT_PX;
    const reach = 5 + ((i * 29) % 9);
    fibres += `M${x.toFixed(1)} ${y.toFixed(1)}q${(reach * 0.5).toFixed(1)} ${((i % 5) - 2) * 1.6} ${reach} ${((i % 3) - 1) * 2}`;
  }
  const sheets = `M106.7 0V${WALL_HEIGHT_PX}M213.4 0V${WALL_HEIGHT_PX}M0 62H${WALL_WIDTH_PX}`;
  return (
    `<path d="${fibres}" fill="none" stroke="${mix(colour, '#8a6a4a', 0.5)}" stroke-width=".7" opacity=".35"/>` +
    `<path d="${sheets}" stroke="${mix(colour, '#8a6a4a', 0.4)}" stroke-width="1" opacity=".35"/>`
  );
}

const PATTERNS: Readonly<Record<string, Pattern>> = {
  plain: () => '',
  stripe: (colour) => fill(bands(20, 10, true), pale(colour), 0.6),
  heart: (colour) => fill(scattered(16, 15, heart), pale(colour), 0.95),
  star: (colour) => fill(scattered(24, 19, star), pale(colour), 0.9),
  dot: (colour) => fill(scattered(18, 15, dot), pale(colour), 0.8),
  flower: (colour) => fill(scattered(26, 21, flower), pale(colour), 0.9),
  check: (colour) => fill(bands(24, 12, true), pale(colour), 0.45) + fill(bands(24, 12, false), pale(colour), 0.45),
  hanji,
};

export function wallpaperMarkup(pattern: string, colour: string): string {
  return (PATTERNS[pattern] ?? PATTERNS.plain)?.(colour) ?? '';
}
