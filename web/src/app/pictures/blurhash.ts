/** What a picture looks like before it is there (blurha.sh): a few waves of colour in thirty characters. */

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~';

function number(text: string): number {
  let value = 0;
  for (const sign of text) {
    const digit = digits.indexOf(sign);
    if (digit < 0) {
      return Number.NaN;
    }
    value = value * 83 + digit;
  }
  return value;
}

function linear(value: number): number {
  const part = value / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}

function shown(value: number): number {
  const part = Math.min(Math.max(value, 0), 1);
  return Math.round((part <= 0.0031308 ? part * 12.92 : 1.055 * part ** (1 / 2.4) - 0.055) * 255);
}

function squared(value: number): number {
  return Math.sign(value) * value * value;
}

type Colour = readonly [red: number, green: number, blue: number];

/** The pixels of it, four bytes each; null where it is none. */
export function decodeBlurhash(hash: string, width: number, height: number): Uint8ClampedArray<ArrayBuffer> | null {
  const size = number(hash.slice(0, 1));
  const across = (size % 9) + 1;
  const down = Math.floor(size / 9) + 1;
  if (Number.isNaN(size) || hash.length !== 4 + 2 * across * down) {
    return null;
  }
  const waves = wavesOf(hash, across * down);
  if (waves.some((colour) => colour.some(Number.isNaN))) {
    return null;
  }
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const colour = [0, 0, 0];
      for (const [at, wave] of waves.entries()) {
        const weight = Math.cos((Math.PI * x * (at % across)) / width) * Math.cos((Math.PI * y * Math.floor(at / across)) / height);
        for (const [part, value] of wave.entries()) {
          colour[part] = (colour[part] ?? 0) + value * weight;
        }
      }
      pixels.set([...colour.map(shown), 255], (y * width + x) * 4);
    }
  }
  return pixels;
}

function wavesOf(hash: string, count: number): Colour[] {
  const most = (number(hash.slice(1, 2)) + 1) / 166;
  const average = number(hash.slice(2, 6));
  const first: Colour = [linear(average >> 16), linear((average >> 8) & 255), linear(average & 255)];
  const others = Array.from({ length: count - 1 }, (_, at): Colour => {
    const value = number(hash.slice(6 + at * 2, 8 + at * 2));
    const part = (quantum: number): number => squared((quantum - 9) / 9) * most;
    return [part(Math.floor(value / 361)), part(Math.floor(value / 19) % 19), part(value % 19)];
  });
  return [Number.isNaN(average) ? [Number.NaN, 0, 0] : first, ...others];
}
