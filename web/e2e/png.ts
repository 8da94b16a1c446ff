/** Small PNG files: 256 colours chosen by median cut, neighbouring shades mixed by error diffusion. */
import { crc32, deflateSync } from 'node:zlib';

const coloursMost = 256;
/** Five bits a channel: shades this close are counted as one when the palette is chosen. */
const shadeBits = 5;

type Colour = readonly [number, number, number];

interface Shade {
  readonly colour: Colour;
  readonly count: number;
}

function shadesOf(rgba: Uint8Array): Shade[] {
  const sums = new Map<number, { count: number; red: number; green: number; blue: number }>();
  const drop = 8 - shadeBits;
  for (let at = 0; at < rgba.length; at += 4) {
    const [red = 0, green = 0, blue = 0] = rgba.subarray(at, at + 3);
    const key = ((red >> drop) << (2 * shadeBits)) | ((green >> drop) << shadeBits) | (blue >> drop);
    const sum = sums.get(key) ?? { count: 0, red: 0, green: 0, blue: 0 };
    sums.set(key, { count: sum.count + 1, red: sum.red + red, green: sum.green + green, blue: sum.blue + blue });
  }
  return Array.from(sums.values(), ({ count, red, green, blue }) => ({ count, colour: [red / count, green / count, blue / count] }));
}

/** The channel in which a box of shades reaches farthest, and how far. */
function widest(box: readonly Shade[]): { channel: 0 | 1 | 2; width: number } {
  let best: { channel: 0 | 1 | 2; width: number } = { channel: 0, width: -1 };
  for (const channel of [0, 1, 2] as const) {
    const values = box.map(({ colour }) => colour[channel]);
    const width = Math.max(...values) - Math.min(...values);
    if (width > best.width) {
      best = { channel, width };
    }
  }
  return best;
}

function mean(box: readonly Shade[]): Colour {
  const count = box.reduce((sum, shade) => sum + shade.count, 0);
  const channel = (at: 0 | 1 | 2): number => Math.round(box.reduce((sum, shade) => sum + shade.colour[at] * shade.count, 0) / count);
  return [channel(0), channel(1), channel(2)];
}

function paletteOf(shades: readonly Shade[]): Colour[] {
  const boxes: Shade[][] = [[...shades]];
  while (boxes.length < coloursMost) {
    const scored = boxes.map((box) => ({ box, score: box.length < 2 ? 0 : widest(box).width * Math.cbrt(box.reduce((sum, { count }) => sum + count, 0)) }));
    const { box, score } = scored.reduce((most, each) => (each.score > most.score ? each : most));
    if (score === 0) {
      break;
    }
    const { channel } = widest(box);
    const sorted = box.toSorted((a, b) => a.colour[channel] - b.colour[channel]);
    const half = sorted.reduce((sum, { count }) => sum + count, 0) / 2;
    let [cut, passed] = [0, 0];
    while (cut < sorted.length - 2 && passed + (sorted[cut]?.count ?? 0) <= half) {
      passed += sorted[cut]?.count ?? 0;
      cut += 1;
    }
    boxes.splice(boxes.indexOf(box), 1, sorted.slice(0, cut + 1), sorted.slice(cut + 1));
  }
  return boxes.map(mean);
}

class Nearest {
  readonly #palette: readonly Colour[];
  readonly #known = new Map<number, number>();

  constructor(palette: readonly Colour[]) {
    this.#palette = palette;
  }

  of(red: number, green: number, blue: number): number {
    const key = (red << 16) | (green << 8) | blue;
    const known = this.#known.get(key);
    if (known !== undefined) {
      return known;
    }
    let [best, least] = [0, Infinity];
    for (const [index, [r, g, b]] of this.#palette.entries()) {
      const distance = 2 * (r - red) ** 2 + 4 * (g - green) ** 2 + 3 * (b - blue) ** 2;
      if (distance < least) {
        [best, least] = [index, distance];
      }
    }
    this.#known.set(key, best);
    return best;
  }
}

/** Part of each pixel's error goes to its neighbours (Floyd and Steinberg): smooth skies, no bands. */
const diffusion = 0.75;
const spread = [
  [1, 0, 7 / 16],
  [-1, 1, 3 / 16],
  [0, 1, 5 / 16],
  [1, 1, 1 / 16],
] as const;

function indexed(width: number, height: number, rgba: Uint8Array, palette: readonly Colour[]): Buffer {
  const nearest = new Nearest(palette);
  const errors = new Float32Array(width * height * 3);
  // each row begins with its filter: none
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      const wished = [0, 1, 2].map((channel) => Math.min(255, Math.max(0, Math.round((rgba[at * 4 + channel] ?? 0) + (errors[at * 3 + channel] ?? 0)))));
      const index = nearest.of(wished[0] ?? 0, wished[1] ?? 0, wished[2] ?? 0);
      rows[y * (width + 1) + 1 + x] = index;
      for (const [dx, dy, share] of spread) {
        if (x + dx < 0 || x + dx >= width || y + dy >= height) {
          continue;
        }
        for (const channel of [0, 1, 2] as const) {
          const error = (wished[channel] ?? 0) - (palette[index]?.[channel] ?? 0);
          const to = (at + dy * width + dx) * 3 + channel;
          errors[to] = (errors[to] ?? 0) + error * share * diffusion;
        }
      }
    }
  }
  return rows;
}

function chunk(type: string, body: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const framed = Buffer.alloc(typed.length + 8);
  framed.writeUInt32BE(body.length, 0);
  typed.copy(framed, 4);
  framed.writeUInt32BE(crc32(typed), typed.length + 4);
  return framed;
}

/** A PNG of an opaque picture given as RGBA bytes. */
export function indexedPng(width: number, height: number, rgba: Uint8Array): Buffer {
  const palette = paletteOf(shadesOf(rgba));
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // eight bits a pixel, each an index into the palette
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flat())),
    chunk('IDAT', deflateSync(indexed(width, height, rgba, palette), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
