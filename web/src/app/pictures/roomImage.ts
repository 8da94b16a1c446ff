/** A room's picture as a bitmap, painted once and kept: a card must not carry thousands of nodes. */
import { toSvg } from '../../world/iso/drawing';
import type { Theme } from '../../world/room/theme';
import type { RoomItem } from '../api';
import { drawRoom } from './roomDrawing';

/** Wide enough for a card on a sharp screen. */
const widthPx = 680;
const keptMost = 80;
const kept = new Map<string, Promise<string>>();
/** Pictures are painted one after another, so that the page stays smooth meanwhile. */
let queue: Promise<unknown> = Promise.resolve();

export function roomImageKey(theme: Theme, items: readonly RoomItem[]): string {
  const each = items.map(({ kind, place, x, y, rotation, color }) => `${kind},${place},${x},${y},${rotation},${color}`);
  return [theme.wallpaper, theme.flooring, theme.light, ...each].join(';');
}

/** The address of the picture. The same room gives the same address for as long as the page lives. */
export function roomImage(theme: Theme, items: readonly RoomItem[]): Promise<string> {
  const key = roomImageKey(theme, items);
  const known = kept.get(key);
  if (known) {
    return known;
  }
  const painted = queue.then(() => paint(theme, items));
  // one room that cannot be painted must not hold up the others; its own card hears of it
  queue = painted.catch(() => undefined);
  kept.set(key, painted);
  forgetOldest();
  return painted;
}

function forgetOldest(): void {
  const [oldest] = kept;
  if (kept.size <= keptMost || !oldest) {
    return;
  }
  kept.delete(oldest[0]);
  oldest[1].then(URL.revokeObjectURL, () => undefined);
}

async function paint(theme: Theme, items: readonly RoomItem[]): Promise<string> {
  await idle();
  const drawing = drawRoom(theme, items);
  const scale = widthPx / drawing.width;
  const image = new Image();
  image.src = `data:image/svg+xml;utf8,${encodeURIComponent(toSvg(drawing, scale))}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = widthPx;
  canvas.height = Math.round(drawing.height * scale);
  const context = canvas.getContext('2d');
  if (!context) {
    throw new Error('no 2d canvas');
  }
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return addressOf(canvas);
}

function addressOf(canvas: HTMLCanvasElement): Promise<string> {
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(URL.createObjectURL(blob)) : reject(new Error('the canvas gave no picture'))),
      'image/webp',
      0.9,
    );
  });
}

function idle(): Promise<void> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in window) {
      requestIdleCallback(() => resolve(), { timeout: 400 });
    } else {
      setTimeout(resolve, 30);
    }
  });
}
