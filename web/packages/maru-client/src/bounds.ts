/** Walks MessagePack without allocating, so that a hostile length or depth never reaches the decoder. */
import { DecodeError } from './wire.ts';

/** Nesting of arrays in any frame of this protocol stays below this. */
const DEPTH_MAX = 16;

/** The longest frame accepted from a server: a full room with its chat is far below. */
const SERVER_FRAME_BYTES_MAX = 4 * 1024 * 1024;

interface Token {
  /** Bytes of head and content, nested values not counted. */
  readonly length: number;
  /** Values nested in it. */
  readonly nested: number;
}

/** Width of the size or value that follows the type bytes 0xc4 to 0xdf; 0 means none. */
const WIDTHS: Readonly<Record<number, number>> = {
  0xc4: 1, 0xc5: 2, 0xc6: 4, 0xc7: 1, 0xc8: 2, 0xc9: 4, 0xca: 4, 0xcb: 8,
  0xcc: 1, 0xcd: 2, 0xce: 4, 0xcf: 8, 0xd0: 1, 0xd1: 2, 0xd2: 4, 0xd3: 8,
  0xd4: 2, 0xd5: 3, 0xd6: 5, 0xd7: 9, 0xd8: 17, 0xd9: 1, 0xda: 2, 0xdb: 4,
  0xdc: 2, 0xdd: 4, 0xde: 2, 0xdf: 4,
};

function size(bytes: Uint8Array, at: number, width: number): number {
  let value = 0;
  for (let index = 0; index < width; index += 1) value = value * 256 + (bytes[at + index] ?? 0);
  return value;
}

function token(bytes: Uint8Array, at: number): Token {
  const head = bytes[at]!;
  if (head < 0x80 || head >= 0xe0) return { length: 1, nested: 0 };
  if (head < 0x90) return { length: 1, nested: 2 * (head & 0x0f) };
  if (head < 0xa0) return { length: 1, nested: head & 0x0f };
  if (head < 0xc0) return { length: 1 + (head & 0x1f), nested: 0 };
  const width = WIDTHS[head] ?? 0;
  const length = 1 + width;
  if (head >= 0xde) return { length, nested: 2 * size(bytes, at + 1, width) };
  if (head >= 0xdc) return { length, nested: size(bytes, at + 1, width) };
  if (head >= 0xd9 || (head >= 0xc4 && head <= 0xc6)) {
    return { length: length + size(bytes, at + 1, width), nested: 0 };
  }
  // ext 8, 16 and 32 carry a type byte between their size and their content
  if (head >= 0xc7 && head <= 0xc9) return { length: length + 1 + size(bytes, at + 1, width), nested: 0 };
  return { length, nested: 0 };
}

/** Throws {@link DecodeError} unless the bytes are one whole value of bounded depth and honest lengths. */
export function checkBounds(bytes: Uint8Array): void {
  if (bytes.length > SERVER_FRAME_BYTES_MAX) throw new DecodeError(`${bytes.length} bytes are too many`);
  const open: number[] = [1];
  let at = 0;
  while (open.length > 0) {
    const level = open.length - 1;
    if (open[level] === 0) {
      open.pop();
      continue;
    }
    if (at >= bytes.length) throw new DecodeError('the frame is cut off');
    open[level]! -= 1;
    const { length, nested } = token(bytes, at);
    at += length;
    if (nested > 0) open.push(nested);
    if (open.length > DEPTH_MAX) throw new DecodeError('arrays are nested too deep');
  }
  if (at !== bytes.length) throw new DecodeError('the frame does not end where its bytes do');
}
