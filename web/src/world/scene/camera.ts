/** The camera: fits the room on a wide screen, fills a narrow one and follows its visitor there. */
import type { Point } from '../iso/projection';
import { ROOM_BOUNDS } from '../room/measures';
import type { Rect } from './types';

/** Below this width a screen counts as a phone's. */
export const NARROW_WIDTH = 640;
const ZOOM_MAX = 2.6;
/** On a phone the room is this much wider than what would fit, but never taller than the screen. */
const NARROW_FILL = 1.65;
/** How far a wide screen may blow the room up just to fit it. */
const FIT_MAX = 1.9;
/** Share of the remaining way the camera covers each second, as an exponential rate. */
const FOLLOW_RATE = 4;

export interface Insets {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

const NO_INSETS: Insets = { top: 0, right: 0, bottom: 0, left: 0 };

export class Camera {
  private width = 1;
  private height = 1;
  private insets = NO_INSETS;
  private scale = 1;
  /** The point of the world in the middle of the free viewport. */
  private centre: Point = middleOf(ROOM_BOUNDS);
  private zoomedByHand = false;

  constructor(private readonly bounds: Rect = ROOM_BOUNDS) {}

  get zoom(): number {
    return this.scale;
  }

  get narrow(): boolean {
    return this.width < NARROW_WIDTH;
  }

  /** The zoom at which the whole room is in view. */
  get fitZoom(): number {
    return Math.min(this.freeWidth / this.bounds.width, this.freeHeight / this.bounds.height, FIT_MAX);
  }

  /** The zoom a visitor starts with. */
  get startZoom(): number {
    if (!this.narrow) return this.fitZoom;
    const filled = Math.min((this.freeWidth / this.bounds.width) * NARROW_FILL, this.freeHeight / this.bounds.height);
    return Math.min(ZOOM_MAX, Math.max(this.fitZoom, filled));
  }

  resize(width: number, height: number, insets: Insets = this.insets): void {
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
    this.insets = insets;
    if (!this.zoomedByHand) this.scale = this.startZoom;
    this.scale = this.clampZoom(this.scale);
    this.centre = this.clampCentre(this.centre);
  }

  toScreen(point: Point): Point {
    return { x: point.x * this.scale + this.offset.x, y: point.y * this.scale + this.offset.y };
  }

  toWorld(point: Point): Point {
    return { x: (point.x - this.offset.x) / this.scale, y: (point.y - this.offset.y) / this.scale };
  }

  /** Screen position of the world's origin. */
  get offset(): Point {
    return {
      x: this.insets.left + this.freeWidth / 2 - this.centre.x * this.scale,
      y: this.insets.top + this.freeHeight / 2 - this.centre.y * this.scale,
    };
  }

  /** Moves the picture by screen pixels. */
  panBy(dx: number, dy: number): void {
    this.centre = this.clampCentre({ x: this.centre.x - dx / this.scale, y: this.centre.y - dy / this.scale });
  }

  /** Zooms by `factor`, holding what lies under a screen point. */
  zoomAt(point: Point, factor: number): void {
    const held = this.toWorld(point);
    this.scale = this.clampZoom(this.scale * factor);
    this.zoomedByHand = this.scale !== this.clampZoom(this.startZoom);
    const now = this.toWorld(point);
    this.centre = this.clampCentre({ x: this.centre.x + held.x - now.x, y: this.centre.y + held.y - now.y });
  }

  /** Looks at a world point at once. */
  lookAt(point: Point): void {
    this.centre = this.clampCentre(point);
  }

  /** Eases towards a world point; whether the picture moved. */
  follow(point: Point, seconds: number): boolean {
    const goal = this.clampCentre(point);
    const dx = goal.x - this.centre.x;
    const dy = goal.y - this.centre.y;
    if (Math.hypot(dx, dy) * this.scale < 0.5) return false;
    const share = 1 - Math.exp(-FOLLOW_RATE * seconds);
    this.centre = { x: this.centre.x + dx * share, y: this.centre.y + dy * share };
    return true;
  }

  private get freeWidth(): number {
    return Math.max(1, this.width - this.insets.left - this.insets.right);
  }

  private get freeHeight(): number {
    return Math.max(1, this.height - this.insets.top - this.insets.bottom);
  }

  private clampZoom(zoom: number): number {
    return Math.min(Math.max(zoom, this.fitZoom), Math.max(ZOOM_MAX, this.fitZoom));
  }

  /** Where the room is larger than the screen its edges stay outside; where it is smaller it is centred. */
  private clampCentre({ x, y }: Point): Point {
    const middle = middleOf(this.bounds);
    const slackX = (this.bounds.width - this.freeWidth / this.scale) / 2;
    const slackY = (this.bounds.height - this.freeHeight / this.scale) / 2;
    return { x: within(x, middle.x, slackX), y: within(y, middle.y, slackY) };
  }
}

function within(value: number, middle: number, slack: number): number {
  return slack <= 0 ? middle : Math.min(middle + slack, Math.max(middle - slack, value));
}

function middleOf({ x, y, width, height }: Rect): Point {
  return { x: x + width / 2, y: y + height / 2 };
}
