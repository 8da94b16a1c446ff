/** The scene's elements in the host: canvas, overlay, pinned elements and the hidden list. */
import type { Point } from '../iso/projection';
import type { Insets } from './camera';
import css from './scene.module.css';
import type { Rect, SceneOptions } from './types';
import { WORDS } from './words';

const PIN_MARGIN = 8;

export class Stage {
  readonly canvas = document.createElement('canvas');
  readonly overlay = document.createElement('div');
  readonly list = document.createElement('div');
  private readonly root = document.createElement('div');
  private readonly pins = document.createElement('div');
  private readonly observer: ResizeObserver;
  private size = { width: 0, height: 0 };
  private readonly abort = new AbortController();

  constructor(
    host: HTMLElement,
    { locale, reducedMotion }: SceneOptions,
    resized: () => void,
  ) {
    this.root.className = css.stage ?? '';
    this.root.style.cssText = 'position: absolute; inset: 0;';
    this.canvas.className = css.canvas ?? '';
    this.canvas.setAttribute('role', 'img');
    this.canvas.setAttribute('aria-label', WORDS[locale].room);
    this.overlay.className = css.overlay ?? '';
    this.overlay.setAttribute('aria-hidden', 'true');
    this.overlay.classList.toggle(css.still ?? '', reducedMotion);
    if (getComputedStyle(host).position === 'static') host.style.position = 'relative';
    this.root.append(this.canvas, this.overlay, this.pins, this.list);
    host.append(this.root);
    this.measure();
    this.observer = new ResizeObserver(() => {
      this.measure();
      resized();
    });
    this.observer.observe(this.root);
  }

  /** In CSS pixels, as of the last resize: reading them from the element makes the browser lay out the page. */
  get width(): number {
    return this.size.width;
  }

  get height(): number {
    return this.size.height;
  }

  get pixelRatio(): number {
    return Math.min(3, devicePixelRatio || 1);
  }

  get middle(): Point {
    return { x: this.width / 2, y: this.height / 2 };
  }

  /** The part of the stage that nothing else covers. */
  free({ top, right, bottom, left }: Insets = { top: 0, right: 0, bottom: 0, left: 0 }): Rect {
    return { x: left, y: top, width: this.width - left - right, height: this.height - top - bottom };
  }

  /** Keys pressed anywhere but in a text field; `handle` tells whether it took one. */
  onKey(handle: (key: string) => boolean): void {
    const listener = (event: KeyboardEvent): void => {
      const typing = event.target instanceof HTMLElement && event.target.closest('input, textarea, select, [contenteditable]');
      if (!typing && !event.isComposing && handle(event.key)) event.preventDefault();
    };
    addEventListener('keydown', listener, { signal: this.abort.signal });
  }

  addPin(element: HTMLElement): void {
    element.classList.add(css.pin ?? '');
    this.pins.append(element);
  }

  private measure(): void {
    this.size = { width: this.root.clientWidth, height: this.root.clientHeight };
  }

  /** Centres an element over a point, clamped to the stage. */
  movePin(element: HTMLElement, { x, y }: Point): void {
    const { offsetWidth, offsetHeight } = element;
    const left = Math.min(this.width - offsetWidth - PIN_MARGIN, Math.max(PIN_MARGIN, x - offsetWidth / 2));
    const top = Math.min(this.height - offsetHeight - PIN_MARGIN, Math.max(PIN_MARGIN, y - offsetHeight - 14));
    element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  destroy(): void {
    this.abort.abort();
    this.observer.disconnect();
    this.root.remove();
  }
}
