/** Turns pointer events into taps, drags, pans and pinches; a second finger calls off what the first began. */
import type { Point } from '../iso/projection';

const SLOP = { mouse: 4, touch: 9 } as const;
/** A finger that rests for so long means more than a tap. */
const HOLD_MS = 450;

export interface GestureHandlers {
  /** Whether moving on from here drags a thing; otherwise it pans. */
  canDrag(at: Point, touch: boolean): boolean;
  dragStart(at: Point): void;
  dragMove(at: Point): void;
  dragEnd(): void;
  dragCancel(): void;
  /** `add`: with a key held that adds to what is chosen. */
  tap(at: Point, touch: boolean, add: boolean): void;
  /** A finger rests; whether that was put to use. */
  hold(at: Point): boolean;
  hover(at: Point): void;
  pan(dx: number, dy: number): void;
  pinch(at: Point, factor: number): void;
  /** Whether the wheel was put to use. */
  wheel(at: Point, deltaY: number): boolean;
}

type Phase = 'idle' | 'pressed' | 'dragging' | 'panning' | 'pinching' | 'spent';

export class Gestures {
  private readonly pointers = new Map<number, Point>();
  private readonly abort = new AbortController();
  private phase: Phase = 'idle';
  private start: Point = { x: 0, y: 0 };
  private draggable = false;
  private holding: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly target: HTMLElement,
    private readonly handlers: GestureHandlers,
  ) {
    const { signal } = this.abort;
    target.addEventListener('pointerdown', (event) => this.down(event), { signal });
    target.addEventListener('pointermove', (event) => this.move(event), { signal });
    target.addEventListener('pointerup', (event) => this.up(event), { signal });
    target.addEventListener('pointercancel', (event) => this.cancel(event), { signal });
    target.addEventListener('wheel', (event) => this.turn(event), { signal, passive: false });
  }

  stop(): void {
    clearTimeout(this.holding);
    this.abort.abort();
  }

  private down(event: PointerEvent): void {
    if (event.button !== 0) return;
    const at = this.at(event);
    this.pointers.set(event.pointerId, at);
    this.target.setPointerCapture(event.pointerId);
    clearTimeout(this.holding);
    if (this.pointers.size === 1) {
      if (event.pointerType !== 'mouse') this.holding = setTimeout(() => this.held(), HOLD_MS);
      this.phase = 'pressed';
      this.start = at;
      this.draggable = this.handlers.canDrag(at, event.pointerType !== 'mouse');
      return;
    }
    if (this.phase === 'dragging') this.handlers.dragCancel();
    this.phase = this.pointers.size === 2 ? 'pinching' : 'spent';
  }

  private held(): void {
    if (this.phase === 'pressed' && this.handlers.hold(this.start)) this.phase = 'spent';
  }

  private move(event: PointerEvent): void {
    const at = this.at(event);
    const before = this.pointers.get(event.pointerId);
    if (!before) {
      if (event.pointerType === 'mouse') this.handlers.hover(at);
      return;
    }
    if (this.phase === 'pinching') this.spread(event.pointerId, before, at);
    this.pointers.set(event.pointerId, at);
    if (this.phase === 'pressed') {
      const slop = event.pointerType === 'mouse' ? SLOP.mouse : SLOP.touch;
      if (Math.hypot(at.x - this.start.x, at.y - this.start.y) < slop) return;
      this.phase = this.draggable ? 'dragging' : 'panning';
      if (this.draggable) this.handlers.dragStart(this.start);
      else this.handlers.pan(at.x - this.start.x, at.y - this.start.y);
    } else if (this.phase === 'panning') {
      this.handlers.pan(at.x - before.x, at.y - before.y);
    }
    if (this.phase === 'dragging') this.handlers.dragMove(at);
  }

  private spread(id: number, before: Point, at: Point): void {
    const other = [...this.pointers].find(([pointer]) => pointer !== id)?.[1];
    if (!other) return;
    const was = Math.hypot(before.x - other.x, before.y - other.y);
    const is = Math.hypot(at.x - other.x, at.y - other.y);
    this.handlers.pan((at.x - before.x) / 2, (at.y - before.y) / 2);
    if (was > 0 && is > 0) this.handlers.pinch({ x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 }, is / was);
  }

  private up(event: PointerEvent): void {
    const at = this.pointers.get(event.pointerId);
    if (!at) return;
    this.pointers.delete(event.pointerId);
    const add = event.shiftKey || event.ctrlKey || event.metaKey;
    if (this.phase === 'pressed') this.handlers.tap(this.start, event.pointerType !== 'mouse', add);
    if (this.phase === 'dragging') this.handlers.dragEnd();
    this.phase = this.pointers.size === 0 ? 'idle' : 'spent';
  }

  private cancel(event: PointerEvent): void {
    if (!this.pointers.delete(event.pointerId)) return;
    if (this.phase === 'dragging') this.handlers.dragCancel();
    this.phase = this.pointers.size === 0 ? 'idle' : 'spent';
  }

  private turn(event: WheelEvent): void {
    if (this.handlers.wheel(this.at(event), event.deltaY)) event.preventDefault();
  }

  private at(event: MouseEvent): Point {
    const { left, top } = this.target.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }
}
