/** Flooring patterns, as flat markup for the floor laid out square: 32 px a tile. */
import { deep, mix } from '../iso/colour';
import { TILE_EDGE } from '../iso/projection';
import { ROOM_TILES } from './measures';

const EDGE = ROOM_TILES * TILE_EDGE;

type Pattern = (colour: string) => string;

const rect = (x: number, y: number, width: number, height: number, colour: string, round = 0): string =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}"${round ? ` rx="${round}"` : ''} fill="${colour}"/>`;

/** A number in 0..1 that looks random and never changes. */
function grain(i: number, j: number): number {
  const wave = Math.sin(i * 12.9898 + j * 78.233) * 43758.5453;
  return wave - Math.floor(wave);
}

function wood(colour: string): string {
  const depth = 16;
  let boards = '';
  let seams = '';
  let veins = '';
  for (let row = 0; row * depth < EDGE; row++) {
    const y = row * depth;
    let x = -Math.round(grain(row, 0) * 90);
    for (let board = 1; x < EDGE; board++) {
      const length = 70 + Math.round(grain(row, board) * 52);
      const left = Math.max(0, x);
      const right = Math.min(EDGE, x + length);
      if (right > left) {
        const tone = grain(row + 7, board);
        boards += rect(left, y, right - left, depth, mix(colour, tone > 0.5 ? '#fff3dc' : '#b0703f', 0.04 + Math.abs(tone - 0.5) * 0.26));
        if (x > 0) seams += `M${x} ${y}v${depth}`;
        const from = left + (right - left) * 0.15;
        veins += `M${from.toFixed(1)} ${y + 5 + (board % 3)}q${((right - left) * 0.2).toFixed(1)} ${tone > 0.5 ? 2 : -2} ${((right - left) * 0.45).toFixed(1)} 0`;
        veins += `M${(from + 16).toFixed(1)} ${y + 11}h${((right - left) * 0.3).toFixed(1)}`;
      }
      x += length;
    }
    seams += `M0 ${y}h${EDGE}`;
  }
  const dark = deep(colour);
  return (
    `${boards}<path d="${veins}" fill="none" stroke="${dark}" stroke-opacity=".17"/>` +
    `<path d="${seams}" fill="none" stroke="${dark}" stroke-opacity=".42"/>`
  );
}

function tile(colour: string): string {
  let tiles = rect(0, 0, EDGE, EDGE, mix(colour, '#8d6cb8', 0.2));
  for (let y = 0; y < ROOM_TILES; y++) {
    for (let x = 0; x < ROOM_TILES; x++) {
      const tone = mix((x + y) % 2 === 0 ? colour : mix(colour, '#fffaf4', 0.6), '#ffffff', grain(x, y) * 0.1);
      tiles += rect(x * 32 + 0.8, y * 32 + 0.8, 30.4, 30.4, tone, 3);
      tiles += `<path d="M${x * 32 + 4} ${y * 32 + 9}V${y * 32 + 5}q0-1 1-1h5" fill="none" stroke="#fff" stroke-opacity=".5" stroke-width="1.2" stroke-linecap="round"/>`;
    }
  }
  return tiles;
}

/** Oiled paper sheets over a warm floor: large, glossy, lapped at the edges, with a darker border. */
function ondol(colour: string): string {
  let sheets = rect(0, 0, EDGE, EDGE, colour);
  for (let y = 0; y < 5; y++) {
    for (let x = 0; x < 4; x++) {
      sheets += rect(x * 80, y * 64, 80, 64, mix(colour, grain(x, y) > 0.5 ? '#fff0b8' : '#c98f3e', 0.05 + grain(y, x) * 0.1));
    }
  }
  let laps = '';
  for (let x = 80; x < EDGE; x += 80) laps += `M${x} 0V${EDGE}`;
  for (let y = 64; y < EDGE; y += 64) laps += `M0 ${y}H${EDGE}`;
  let flecks = '';
  for (let i = 0; i < 140; i++) flecks += `M${((i * 61.3) % EDGE).toFixed(1)} ${((i * 37.9) % EDGE).toFixed(1)}l${3 + (i % 4)} ${(i % 3) - 1}`;
  const dark = mix(colour, '#8a5520', 0.55);
  return (
    `${sheets}<path d="${laps}" stroke="${dark}" stroke-opacity=".3" stroke-width="3"/>` +
    `<path d="${laps}" stroke="#fff4cc" stroke-opacity=".5" transform="translate(2 2)"/>` +
    `<path d="${flecks}" stroke="${dark}" stroke-opacity=".2" stroke-width=".9"/>` +
    `<rect x="5" y="5" width="${EDGE - 10}" height="${EDGE - 10}" fill="none" stroke="${dark}" stroke-opacity=".28" stroke-width="10"/>`
  );
}

function carpet(colour: string): string {
  let tufts = '';
  let other = '';
  for (let y = 0; y < 40; y++) {
    for (let x = 0; x < 40; x++) {
      const tuft = `M${(x * 8 + (y % 2) * 4 + grain(x, y) * 2).toFixed(1)} ${(y * 8 + 3 + grain(y, x) * 2).toFixed(1)}q1.6-2.4 3.2 0`;
      if (grain(x + 3, y) > 0.5) tufts += tuft;
      else other += tuft;
    }
  }
  const border = mix(colour, '#fffaf4', 0.6);
  return (
    rect(0, 0, EDGE, EDGE, colour) +
    `<path d="${tufts}" fill="none" stroke="${mix(colour, '#ffffff', 0.5)}" stroke-width="1.3" stroke-linecap="round"/>` +
    `<path d="${other}" fill="none" stroke="${mix(colour, '#7a4fa0', 0.3)}" stroke-opacity=".7" stroke-width="1.3" stroke-linecap="round"/>` +
    `<rect x="10" y="10" width="${EDGE - 20}" height="${EDGE - 20}" rx="6" fill="none" stroke="${border}" stroke-width="3"/>`
  );
}

const PATTERNS: Readonly<Record<string, Pattern>> = { wood, tile, ondol, carpet };

export function flooringMarkup(pattern: string, colour: string): string {
  return (PATTERNS[pattern] ?? wood)(colour);
}
