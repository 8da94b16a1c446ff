/** How many of my batches may be on their way at once, and when to send refused ones again. */

/**
 * Batches behind a refused one are refused as gaps, and sixteen refused frames in a minute end the session.
 * So fewer are ever in flight, and after a refusal only a few for as long as that minute.
 */
const WINDOW = 12;
const CAREFUL_WINDOW = 2;
const CAREFUL_MS = 60_000;
/** The wait when the server names none. */
const RETRY_MS = 250;

export class SendWindow {
  readonly #retry: (number: number) => void;
  #carefulUntil = Number.NEGATIVE_INFINITY;
  #refused: { readonly number: number; readonly until: number } | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** `retry` is told the first refused number once the wait is over. */
  constructor(retry: (number: number) => void) {
    this.#retry = retry;
  }

  /** Batches that may be in flight now; none while a refusal is waited out. */
  size(unackedMax: number): number {
    if (this.#refused) return 0;
    const window = performance.now() < this.#carefulUntil ? CAREFUL_WINDOW : WINDOW;
    return Math.min(window, unackedMax);
  }

  /** A batch was not taken. A burst of refusals is one: the first number, the longest wait. */
  refused(number: number, retryAfterMs: number | null): void {
    const now = performance.now();
    const until = Math.max(now + (retryAfterMs ?? RETRY_MS), this.#refused?.until ?? 0);
    this.#refused = { number: Math.min(number, this.#refused?.number ?? number), until };
    this.#carefulUntil = now + CAREFUL_MS;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#again(), until - now);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#refused = null;
  }

  #again(): void {
    const number = this.#refused?.number;
    this.stop();
    if (number !== undefined) this.#retry(number);
  }
}
