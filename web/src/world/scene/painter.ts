/** Paints a frame, or only the parts of it that changed. */
import type { Point } from '../iso/projection';
import { SHELL_BOUNDS } from '../room/measures';
import type { Backdrop } from './backdrop';
import { overlaps } from './bubble-layout';
import type { Night } from './night';
import type { Painted } from './occlusion';
import { contourOf, context2d, type Sprite } from './sprites';
import type { Rect } from './types';

/** More changed parts than this are not worth clipping to. */
const PARTS_MAX = 48;
const SHOWN_THROUGH_ALPHA = 0.42;
const SHOWN_THROUGH_RIM = '#fffdf6';

export interface Stroke {
  readonly colour: string;
  readonly width: number;
}

/** A painted thing with how it is painted. */
export interface Figure extends Painted {
  readonly alpha: number;
  /** A rim round it, over everything. */
  readonly rim?: Stroke | undefined;
  /** Painted once more, faintly, over what hides it. */
  readonly shownThrough: boolean;
  /** A soft shadow at its feet. */
  readonly shadow: boolean;
}

export interface Frame {
  readonly backdrop: Backdrop;
  readonly figures: readonly Figure[];
  /** Carried by the pointer: over everything else. */
  readonly floating: readonly Figure[];
  /** Marks on floor and walls; the context is in pixels at scale 1. */
  readonly marks: ((context: CanvasRenderingContext2D) => void) | undefined;
  readonly night: Night | undefined;
}

export interface View {
  /** Device pixels. */
  readonly width: number;
  readonly height: number;
  /** Device pixels per pixel at scale 1, and where the world's origin is. */
  readonly scale: number;
  readonly offset: Point;
}

export class Painter {
  private readonly context: CanvasRenderingContext2D;
  private readonly shadow = document.createElement('canvas');
  private shadowScale = 0;

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.context = context2d(canvas);
  }

  resize(width: number, height: number): void {
    if (this.canvas.width === width && this.canvas.height === height) return;
    this.canvas.width = width;
    this.canvas.height = height;
  }

  /** `parts` are in device pixels; without them all is painted. */
  paint(frame: Frame, view: View, parts?: readonly Rect[]): void {
    const { context } = this;
    const clipped = parts && parts.length <= PARTS_MAX ? parts.map(outward) : undefined;
    const touches = (rect: Rect): boolean => !clipped || clipped.some((part) => overlaps(part, rect));
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.save();
    if (clipped) {
      context.beginPath();
      for (const { x, y, width, height } of clipped) context.rect(x, y, width, height);
      context.clip();
    }
    context.clearRect(0, 0, view.width, view.height);
    this.paintBackdrop(frame.backdrop, view);
    if (frame.marks) {
      this.toWorld(view);
      frame.marks(context);
    }
    for (const figure of frame.figures) if (touches(boundsOf(figure, view))) this.paintFigure(figure, view);
    for (const figure of frame.figures) if (figure.shownThrough && touches(boundsOf(figure, view))) this.paintThrough(figure, view);
    for (const figure of frame.floating) this.paintFigure(figure, view);
    if (frame.night) {
      this.toWorld(view);
      frame.night.paint(context);
    }
    for (const figure of [...frame.figures, ...frame.floating]) if (figure.rim) this.paintRim(figure, figure.rim, view);
    context.restore();
  }

  private toWorld({ scale, offset }: View): void {
    this.context.setTransform(scale, 0, 0, scale, offset.x, offset.y);
  }

  private paintBackdrop({ canvas, scale }: Backdrop, view: View): void {
    if (scale === 0) return;
    const ratio = view.scale / scale;
    const x = SHELL_BOUNDS.x * view.scale + view.offset.x;
    const y = SHELL_BOUNDS.y * view.scale + view.offset.y;
    this.context.setTransform(ratio, 0, 0, ratio, Math.round(x), Math.round(y));
    this.context.drawImage(canvas, 0, 0);
  }

  private paintFigure(figure: Figure, view: View): void {
    if (figure.shadow) this.paintFootShadow(figure.origin, view);
    this.context.globalAlpha = figure.alpha;
    this.paintImage(figure.sprite.image, figure, view);
    this.context.globalAlpha = 1;
  }

  /** The part in view looks no different; the part behind something shows through it. */
  private paintThrough(figure: Figure, view: View): void {
    this.context.globalAlpha = SHOWN_THROUGH_ALPHA;
    this.paintImage(figure.sprite.image, figure, view);
    this.context.globalAlpha = 0.75;
    this.paintImage(contourOf(figure.sprite, SHOWN_THROUGH_RIM, 1.3), figure, view);
    this.context.globalAlpha = 1;
  }

  private paintRim(figure: Figure, { colour, width }: Stroke, view: View): void {
    this.paintImage(contourOf(figure.sprite, colour, width), figure, view);
  }

  private paintImage(image: CanvasImageSource, { sprite, origin, mirror }: Painted, view: View): void {
    const ratio = view.scale / sprite.scale;
    const side = mirror ? -1 : 1;
    const x = (origin.x + side * sprite.x) * view.scale + view.offset.x;
    const y = (origin.y + sprite.y) * view.scale + view.offset.y;
    this.context.setTransform(side * ratio, 0, 0, ratio, Math.round(x), Math.round(y));
    this.context.drawImage(image, 0, 0);
  }

  private paintFootShadow({ x, y }: Point, view: View): void {
    this.makeShadow(view.scale);
    const left = x * view.scale + view.offset.x - this.shadow.width / 2;
    const top = y * view.scale + view.offset.y - this.shadow.height / 2;
    this.context.setTransform(1, 0, 0, 1, Math.round(left + 2 * view.scale), Math.round(top + view.scale));
    this.context.drawImage(this.shadow, 0, 0);
  }

  private makeShadow(scale: number): void {
    if (this.shadowScale === scale) return;
    this.shadowScale = scale;
    this.shadow.width = Math.ceil(44 * scale);
    this.shadow.height = Math.ceil(26 * scale);
    const context = context2d(this.shadow);
    context.setTransform(scale, 0, 0, scale * 0.5, 22 * scale, 13 * scale);
    const gradient = context.createRadialGradient(0, 0, 6, 0, 0, 19);
    gradient.addColorStop(0, 'rgba(74, 44, 110, 0.46)');
    gradient.addColorStop(0.6, 'rgba(74, 44, 110, 0.26)');
    gradient.addColorStop(1, 'rgba(74, 44, 110, 0)');
    context.fillStyle = gradient;
    context.fillRect(-22, -26, 44, 52);
  }
}

/** What a figure may cover, foot shadow and rim included, in device pixels. */
export function boundsOf({ sprite, origin, mirror }: { sprite: Sprite; origin: Point; mirror: boolean }, { scale, offset }: View): Rect {
  const left = mirror ? -sprite.x - sprite.width : sprite.x;
  const margin = 8;
  return {
    x: (origin.x + left - margin) * scale + offset.x,
    y: (origin.y + sprite.y - margin) * scale + offset.y,
    width: (sprite.width + 2 * margin) * scale,
    height: (sprite.height + 2 * margin) * scale,
  };
}

/** The smallest rectangle round two. */
export function union(a: Rect, b: Rect): Rect {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return { x, y, width: Math.max(a.x + a.width, b.x + b.width) - x, height: Math.max(a.y + a.height, b.y + b.height) - y };
}

function outward({ x, y, width, height }: Rect): Rect {
  const left = Math.floor(x) - 1;
  const top = Math.floor(y) - 1;
  return { x: left, y: top, width: Math.ceil(x + width) + 1 - left, height: Math.ceil(y + height) + 1 - top };
}
