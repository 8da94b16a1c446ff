/** Rasterises drawings to bitmaps, several at a time, and keeps them at the scale of the moment. */
import { toSvg, type Drawing } from '../iso/drawing';
import type { Point } from '../iso/projection';
import type { Picture } from './picture';

/** Sprites kept before the ones longest unused are dropped: a full room, a crowd and all its poses. */
const SPRITES_MAX = 700;
/** Drawings decoded at once. */
const DECODES_MAX = 6;
/** Pixels, at scale 1, left free around a picture for its soft shade. */
const HALO = 7;
const HALO_COLOUR = 'rgba(66, 34, 96, 0.42)';
/** Mask samples per pixel at scale 1. */
const MASK_SCALE = 0.5;
const MASK_OPAQUE = 120;

export interface Sprite {
  readonly key: string;
  readonly image: CanvasImageSource;
  readonly drawing: Drawing;
  /** Device pixels per pixel at scale 1. */
  readonly scale: number;
  /** Bounds around the origin at scale 1, halo included. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly mask: Mask;
}

/** Which parts of a picture are solid, coarsely. */
export class Mask {
  constructor(
    private readonly drawing: Drawing,
    private readonly columns: number,
    private readonly rows: number,
    private readonly alpha: Uint8Array,
  ) {}

  /** Whether a point around the origin, at scale 1, is on the picture. */
  covers({ x, y }: Point): boolean {
    const column = Math.floor((x - this.drawing.x) * MASK_SCALE);
    const row = Math.floor((y - this.drawing.y) * MASK_SCALE);
    if (column < 0 || row < 0 || column >= this.columns || row >= this.rows) return false;
    return (this.alpha[row * this.columns + column] ?? 0) > MASK_OPAQUE;
  }
}

interface Job {
  readonly picture: Picture;
  readonly urgent: boolean;
}

export class Sprites {
  private readonly sprites = new Map<string, Sprite>();
  private readonly failed = new Set<string>();
  private readonly queued = new Map<string, Job>();
  private readonly decoding = new Set<string>();
  private readonly maskCanvas = document.createElement('canvas');
  private scale = 1;
  private stopped = false;

  /** `arrived` is told of each new sprite; `failed` of each drawing no bitmap could be made of. */
  constructor(
    private readonly arrived: (key: string) => void,
    private readonly failedToDraw: (error: Error) => void,
  ) {}

  get pending(): number {
    return this.queued.size + this.decoding.size;
  }

  /** Device pixels per pixel at scale 1, for sprites made from now on; others are made anew when next asked for. */
  setScale(scale: number): void {
    this.scale = scale;
    this.failed.clear();
  }

  /** The sprite, perhaps at an older scale, or undefined until it is there. */
  get(picture: Picture, urgent = false): Sprite | undefined {
    const sprite = this.sprites.get(picture.key);
    if (sprite) {
      this.sprites.delete(picture.key);
      this.sprites.set(picture.key, sprite);
    }
    if (sprite?.scale !== this.scale) this.request(picture, urgent);
    return sprite;
  }

  stop(): void {
    this.stopped = true;
    this.queued.clear();
    this.sprites.clear();
  }

  private request(picture: Picture, urgent: boolean): void {
    if (this.queued.has(picture.key) || this.decoding.has(picture.key) || this.failed.has(picture.key)) return;
    this.queued.set(picture.key, { picture, urgent });
    this.pump();
  }

  private pump(): void {
    while (this.decoding.size < DECODES_MAX && this.queued.size > 0 && !this.stopped) {
      const jobs = [...this.queued.values()];
      const job = jobs.find(({ urgent }) => urgent) ?? (jobs[0] as Job);
      this.queued.delete(job.picture.key);
      this.decoding.add(job.picture.key);
      void this.make(job);
    }
  }

  private async make({ picture }: Job): Promise<void> {
    const { scale } = this;
    try {
      const drawing = picture.draw();
      const image = await decode(toSvg(drawing, scale));
      if (this.stopped) return;
      this.keep(rasterise(picture.key, drawing, image, scale, picture.halo ? HALO : 0, this.maskOf(drawing, image)));
    } catch (error) {
      this.failed.add(picture.key);
      this.failedToDraw(new Error(`cannot draw ${picture.key}`, { cause: error }));
    } finally {
      this.decoding.delete(picture.key);
      if (!this.stopped) {
        this.arrived(picture.key);
        this.pump();
      }
    }
  }

  private keep(sprite: Sprite): void {
    this.sprites.set(sprite.key, sprite);
    for (const key of this.sprites.keys()) {
      if (this.sprites.size <= SPRITES_MAX) break;
      this.sprites.delete(key);
    }
  }

  private maskOf(drawing: Drawing, image: HTMLImageElement): Mask {
    const columns = Math.max(1, Math.ceil(drawing.width * MASK_SCALE));
    const rows = Math.max(1, Math.ceil(drawing.height * MASK_SCALE));
    this.maskCanvas.width = columns;
    this.maskCanvas.height = rows;
    const context = context2d(this.maskCanvas, { willReadFrequently: true });
    context.drawImage(image, 0, 0, drawing.width * MASK_SCALE, drawing.height * MASK_SCALE);
    const { data } = context.getImageData(0, 0, columns, rows);
    const alpha = new Uint8Array(columns * rows);
    for (let i = 0; i < alpha.length; i++) alpha[i] = data[i * 4 + 3] ?? 0;
    return new Mask(drawing, columns, rows, alpha);
  }
}

export function context2d(canvas: HTMLCanvasElement, settings?: CanvasRenderingContext2DSettings): CanvasRenderingContext2D {
  const context = canvas.getContext('2d', settings);
  if (!context) throw new Error('this browser gives no 2D canvas');
  return context;
}

async function decode(svg: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = `data:image/svg+xml;utf8,${encodeURIComponent(svg)}`;
  await image.decode();
  return image;
}

function rasterise(key: string, drawing: Drawing, image: HTMLImageElement, scale: number, halo: number, mask: Mask): Sprite {
  const margin = Math.ceil(halo * scale);
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(drawing.width * scale) + 2 * margin;
  canvas.height = Math.ceil(drawing.height * scale) + 2 * margin;
  const context = context2d(canvas);
  if (halo > 0) {
    context.shadowColor = HALO_COLOUR;
    context.shadowBlur = 5 * scale;
    context.shadowOffsetX = 0.8 * scale;
    context.shadowOffsetY = 1.2 * scale;
  }
  context.drawImage(image, margin, margin, Math.ceil(drawing.width * scale), Math.ceil(drawing.height * scale));
  return {
    key,
    image: canvas,
    drawing,
    scale,
    x: drawing.x - margin / scale,
    y: drawing.y - margin / scale,
    width: canvas.width / scale,
    height: canvas.height / scale,
    mask,
  };
}

const contours = new WeakMap<Sprite, Map<string, HTMLCanvasElement>>();

/** The rim of a sprite in one colour, to be painted where the sprite is painted; its inside is empty. */
export function contourOf(sprite: Sprite, colour: string, width: number): HTMLCanvasElement {
  const cache = contours.get(sprite) ?? new Map<string, HTMLCanvasElement>();
  contours.set(sprite, cache);
  const cached = cache.get(`${colour}${width}`);
  if (cached) return cached;
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(sprite.width * sprite.scale);
  canvas.height = Math.round(sprite.height * sprite.scale);
  const context = context2d(canvas);
  const solid = solidOf(sprite, canvas.width, canvas.height, colour);
  const reach = width * sprite.scale;
  for (let turn = 0; turn < 16; turn++) {
    const angle = (turn / 16) * 2 * Math.PI;
    context.drawImage(solid, Math.cos(angle) * reach, Math.sin(angle) * reach);
  }
  context.globalCompositeOperation = 'destination-out';
  context.drawImage(solid, 0, 0);
  cache.set(`${colour}${width}`, canvas);
  return canvas;
}

/** The sprite's shape filled with one colour, without its halo. */
function solidOf(sprite: Sprite, width: number, height: number, colour: string): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = context2d(canvas);
  // painting a picture over itself drives the halo's alpha up; squaring it first keeps it below the rim
  context.drawImage(sprite.image, 0, 0);
  context.globalCompositeOperation = 'destination-in';
  for (let pass = 0; pass < 3; pass++) context.drawImage(sprite.image, 0, 0);
  context.globalCompositeOperation = 'source-over';
  for (let pass = 0; pass < 2; pass++) context.drawImage(canvas, 0, 0);
  context.globalCompositeOperation = 'source-in';
  context.fillStyle = colour;
  context.fillRect(0, 0, width, height);
  return canvas;
}
