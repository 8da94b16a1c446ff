/** A value on its way to the server of which only the newest counts, and not too often. */
import { now } from './clock.ts';
import type { ClientFrame } from './frames.ts';

/** While this much is waiting in the socket another value would only come later. */
const BUFFERED_BYTES_MAX = 16_384;

export interface LineActions {
  send(frame: ClientFrame): boolean;
  buffered(): number;
}

export interface LatestOptions<T> {
  frame(value: T): ClientFrame;
  same(a: T, b: T): boolean;
}

export class LatestSender<T> {
  readonly #options: LatestOptions<T>;
  readonly #line: LineActions;
  #wish: { readonly value: T } | null = null;
  #sent: { readonly value: T } | null = null;
  #intervalMs: number | null = null;
  #nextAt = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(options: LatestOptions<T>, line: LineActions) {
    this.#options = options;
    this.#line = line;
  }

  /** The newest value given, if any. */
  get wish(): T | null {
    return this.#wish ? this.#wish.value : null;
  }

  set(value: T): void {
    this.#wish = { value };
    this.#flush();
  }

  /** There is nothing to tell any more. */
  drop(): void {
    this.#wish = null;
  }

  /** The server learns of the newest value in another way. */
  told(): void {
    this.#sent = this.#wish;
  }

  /** What was sent is no longer what the server has. */
  untold(): void {
    this.#sent = null;
  }

  /** A connection stands. */
  start(intervalMs: number): void {
    this.#intervalMs = intervalMs;
    this.#flush();
  }

  /** The connection is gone, and what was sent on it may be as well. */
  stop(): void {
    this.#intervalMs = null;
    this.#sent = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** The server has asked for silence, and did not take the last value. */
  hold(ms: number): void {
    this.#nextAt = Math.max(this.#nextAt, now() + ms);
    this.#sent = null;
    this.#flush();
  }

  #flush(): void {
    if (this.#intervalMs === null || this.#timer !== null || !this.#wish) return;
    const { value } = this.#wish;
    if (this.#sent && this.#options.same(this.#sent.value, value)) return;
    const time = now();
    const full = this.#line.buffered() > BUFFERED_BYTES_MAX;
    if (time < this.#nextAt || full) {
      const delay = Math.max(this.#nextAt - time, full ? this.#intervalMs : 0);
      this.#timer = setTimeout(() => {
        this.#timer = null;
        this.#flush();
      }, delay);
      return;
    }
    if (!this.#line.send(this.#options.frame(value))) return;
    this.#sent = this.#wish;
    this.#nextAt = time + this.#intervalMs;
  }
}
