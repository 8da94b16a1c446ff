/** Colour arithmetic on #rrggbb, and how one colour becomes the shaded faces of a solid. */

/** The one outline of everything drawn: plum, never black. */
export const OUTLINE = '#5a3d68';
/** The highlight on upper edges. */
export const HIGHLIGHT = '#fffdf6';

type Channels = readonly [number, number, number];

function channels(colour: string): Channels {
  const hex = colour.slice(1);
  const digits = hex.length === 3 ? hex.replace(/./g, '$&$&') : hex;
  const value = Number.parseInt(digits, 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** `from` moved towards `to` by `amount` (0..1). */
export function mix(from: string, to: string, amount: number): string {
  const target = channels(to);
  const mixed = channels(from).map((value, i) => Math.round(value + ((target[i] ?? value) - value) * amount));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** Perceived lightness, 0 (black) to 1 (white). */
export function lightness(colour: string): number {
  const [red, green, blue] = channels(colour);
  return (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
}

/** 0 for any colour with body, rising to 1 for white: how much it would fade on a cream wall. */
function paleness(colour: string): number {
  const values = channels(colour);
  const chroma = (Math.max(...values) - Math.min(...values)) / 255;
  return clamp((lightness(colour) - 0.82) / 0.14) * clamp(1 - chroma / 0.3);
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value));

/** The lit top. */
export const light = (colour: string): string => mix(colour, '#fffaf0', 0.42);
/** The side away from the window. */
export const shade = (colour: string): string => mix(colour, '#7a4fa0', 0.25);
/** The foot of the side away from the window. */
export const deep = (colour: string): string => mix(colour, '#5e3580', 0.37);
/** Lines between the parts of one item. */
export const line = (colour: string): string => mix(colour, '#4a2a5e', 0.58);

export interface FaceColours {
  readonly top: string;
  readonly leftUpper: string;
  readonly leftLower: string;
  readonly rightUpper: string;
  readonly rightLower: string;
  readonly line: string;
}

/** Light comes from the left. Pale colours get tinted sides, for white on a cream wall would have no shape. */
export function faceColours(colour: string): FaceColours {
  const pale = paleness(colour);
  const body = mix(colour, '#cbb2d6', 0.3 * pale);
  return {
    top: mix(light(colour), '#fffdfb', 0.5 * pale),
    leftUpper: mix(body, '#fff8ee', 0.12),
    leftLower: mix(body, '#7a55a0', 0.16),
    rightUpper: shade(mix(colour, '#b79bca', 0.22 * pale)),
    rightLower: deep(mix(colour, '#b79bca', 0.22 * pale)),
    line: mix(line(colour), OUTLINE, 0.45 * pale),
  };
}
