/** All that never moves by itself, painted once: shell, daylight, rugs, contact shadows and what hangs on the walls. */
import { catalogueItem } from '../catalogue';
import { daylightPatches } from '../room/daylight';
import { FLOOR_PATH, SHELL_BOUNDS } from '../room/measures';
import type { Theme } from '../room/theme';
import { placePiece, standsOnFloor, type PlacedPiece } from './order';
import { itemPicture, shellPicture } from './picture';
import { context2d, type Sprite, type Sprites } from './sprites';
import type { SceneItem } from './types';

const SHADOW_COLOUR = 'rgba(84, 46, 112, 0.58)';
const SHADOW_BLUR = 5;
const DAYLIGHT_COLOUR = 'rgba(255, 246, 214, 0.62)';
/** Shadows fall a little towards the viewer's right: light comes from the left. */
const SHADOW_OFFSET = { x: 7, y: 4 } as const;
/** Far enough to keep the casting shape itself out of the picture. */
const CAST_AWAY = 10_000;

export class Backdrop {
  readonly canvas = document.createElement('canvas');
  /** Device pixels per pixel at scale 1. */
  scale = 0;

  /** Paints everything anew; what is not rasterised yet is left out. `absent` items are being carried. */
  paint(theme: Theme, items: readonly SceneItem[], absent: ReadonlySet<number>, sprites: Sprites, scale: number): void {
    this.scale = scale;
    this.canvas.width = Math.ceil(SHELL_BOUNDS.width * scale);
    this.canvas.height = Math.ceil(SHELL_BOUNDS.height * scale);
    const context = context2d(this.canvas);
    const night = theme.light === 'night';
    const shell = sprites.get(shellPicture(theme), true);
    if (shell) context.drawImage(shell.image, 0, 0, this.canvas.width, this.canvas.height);
    const pieces = items.filter(({ id }) => !absent.has(id)).map((item) => placePiece(items, item));
    this.onFloor(context, () => {
      if (!night) for (const patch of daylightPatches(items)) this.soft(context, new Path2D(patch), DAYLIGHT_COLOUR, 6);
      for (const piece of pieces) if (isRug(piece.item)) this.stamp(context, piece, sprites, night);
      for (const piece of pieces) if (standsOnFloor(piece.item) && piece.box.z === 0) this.contactShadow(context, piece, sprites);
    });
    for (const piece of pieces) if (piece.item.place !== 0) this.stamp(context, piece, sprites, night);
  }

  private onFloor(context: CanvasRenderingContext2D, draw: () => void): void {
    context.save();
    this.atOrigin(context);
    context.clip(new Path2D(FLOOR_PATH));
    draw();
    context.restore();
  }

  private atOrigin(context: CanvasRenderingContext2D): void {
    context.setTransform(this.scale, 0, 0, this.scale, -SHELL_BOUNDS.x * this.scale, -SHELL_BOUNDS.y * this.scale);
  }

  private stamp(context: CanvasRenderingContext2D, { item, origin }: PlacedPiece, sprites: Sprites, night: boolean): void {
    const picture = itemPicture(item, night);
    const sprite = picture && sprites.get(picture);
    if (!sprite) return;
    this.atOrigin(context);
    drawAt(context, sprite, origin.x, origin.y);
  }

  private contactShadow(context: CanvasRenderingContext2D, { item, origin }: PlacedPiece, sprites: Sprites): void {
    const picture = itemPicture(item, false);
    const ground = picture && sprites.get(picture)?.drawing.ground;
    if (!ground) return;
    const path = new Path2D();
    path.addPath(new Path2D(ground), new DOMMatrix().translate(origin.x + SHADOW_OFFSET.x, origin.y + SHADOW_OFFSET.y));
    this.soft(context, path, SHADOW_COLOUR, SHADOW_BLUR);
  }

  /** Fills a path with blurred edges. Canvas shadows do it in every browser; filters do not. */
  private soft(context: CanvasRenderingContext2D, path: Path2D, colour: string, blur: number): void {
    this.atOrigin(context);
    context.save();
    context.shadowColor = colour;
    context.shadowBlur = blur * 2 * this.scale;
    context.shadowOffsetX = CAST_AWAY * this.scale;
    context.translate(-CAST_AWAY, 0);
    context.fillStyle = '#000';
    context.fill(path);
    context.restore();
  }
}

const isRug = ({ kind }: SceneItem): boolean => catalogueItem(kind)?.place === 'rug';

/** Draws a sprite with its origin at a point of the context's pixels at scale 1. */
export function drawAt(context: CanvasRenderingContext2D, sprite: Sprite, x: number, y: number): void {
  context.drawImage(sprite.image, x + sprite.x, y + sprite.y, sprite.width, sprite.height);
}
