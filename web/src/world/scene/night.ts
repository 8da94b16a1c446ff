/** Night: the room under a violet filter, and lamps that lift it off again. */
import { elevation, glow } from '../catalogue';
import { project, projectOnWall, type Point, type Rotation } from '../iso/projection';
import { SHELL_BOUNDS, SILHOUETTE_PATH } from '../room/measures';
import { drawAt } from './backdrop';
import { placePiece } from './order';
import { context2d, type Sprite } from './sprites';
import type { SceneItem } from './types';

const DARK = '#7a70bd';
/** Pixels at scale 1. */
const GLOW_RADIUS = 150;
const CORE_RADIUS = 60;
/** Light maps are soft and need few pixels. */
const MAP_SCALE = 0.5;
const BULB_ALPHA = 0.6;

interface Lamp extends Point {
  readonly colour: string;
}

function lampsOf(items: readonly SceneItem[]): Lamp[] {
  return items.flatMap((item) => {
    const light = glow(item.kind, item.rot as Rotation);
    if (!light) return [];
    const [x, y, z] = light.at;
    const at = item.place === 0
      ? project((item.x + x) / 2, (item.y + y) / 2, (elevation(items, item) + z) / 10)
      : projectOnWall(item.place, (item.x + x) / 2, item.y / 2 + z / 10);
    return [{ ...at, colour: light.color }];
  });
}

export class Night {
  private readonly glowMap = document.createElement('canvas');
  private readonly coreMap = document.createElement('canvas');
  private readonly silhouette = new Path2D(SILHOUETTE_PATH);
  private readonly outside = new Path2D(SILHOUETTE_PATH);

  constructor() {
    const { x, y, width, height } = SHELL_BOUNDS;
    this.outside.rect(x, y, width, height);
    for (const map of [this.glowMap, this.coreMap]) {
      map.width = Math.ceil(SHELL_BOUNDS.width * MAP_SCALE);
      map.height = Math.ceil(SHELL_BOUNDS.height * MAP_SCALE);
    }
  }

  /** Draws the light maps anew for what stands in the room. */
  light(items: readonly SceneItem[], spriteOf: (item: SceneItem) => Sprite | undefined): void {
    const lamps = lampsOf(items);
    paintLamps(this.glowMap, lamps, GLOW_RADIUS, 0.85);
    paintLamps(this.coreMap, lamps, CORE_RADIUS, 0.5);
    this.paintBulbs(items, spriteOf);
  }

  /** What shines on the walls is seen by its own light. */
  private paintBulbs(items: readonly SceneItem[], spriteOf: (item: SceneItem) => Sprite | undefined): void {
    const context = context2d(this.coreMap);
    context.globalAlpha = BULB_ALPHA;
    for (const item of items) {
      const sprite = item.place !== 0 && glow(item.kind, 0) ? spriteOf(item) : undefined;
      const { x, y } = placePiece(items, item).origin;
      if (sprite) drawAt(context, sprite, x, y);
    }
    context.globalAlpha = 1;
  }

  /** Darkens what is painted; the context is set to pixels at scale 1 around the world's origin. */
  paint(context: CanvasRenderingContext2D): void {
    context.save();
    context.globalCompositeOperation = 'multiply';
    context.fillStyle = DARK;
    context.fill(this.silhouette);
    this.strokeRim(context);
    context.clip(this.silhouette);
    const { x, y, width, height } = SHELL_BOUNDS;
    context.globalCompositeOperation = 'overlay';
    context.drawImage(this.glowMap, x, y, width, height);
    context.globalCompositeOperation = 'screen';
    context.drawImage(this.coreMap, x, y, width, height);
    context.restore();
  }

  /** The outline's outer half, which the fill leaves bright. */
  private strokeRim(context: CanvasRenderingContext2D): void {
    context.save();
    context.clip(this.outside, 'evenodd');
    context.strokeStyle = DARK;
    context.lineWidth = 5;
    context.lineJoin = 'round';
    context.stroke(this.silhouette);
    context.restore();
  }
}

function paintLamps(map: HTMLCanvasElement, lamps: readonly Lamp[], radius: number, strength: number): void {
  const context = context2d(map);
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, map.width, map.height);
  context.setTransform(MAP_SCALE, 0, 0, MAP_SCALE, -SHELL_BOUNDS.x * MAP_SCALE, -SHELL_BOUNDS.y * MAP_SCALE);
  for (const { x, y, colour } of lamps) {
    const gradient = context.createRadialGradient(x, y, 0, x, y, radius);
    gradient.addColorStop(0, colour + alphaHex(strength));
    gradient.addColorStop(0.4, colour + alphaHex(strength * 0.4));
    gradient.addColorStop(1, `${colour}00`);
    context.fillStyle = gradient;
    context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
  }
}

function alphaHex(alpha: number): string {
  return Math.round(alpha * 255).toString(16).padStart(2, '0');
}
