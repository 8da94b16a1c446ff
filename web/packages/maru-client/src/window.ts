/** How many of my batches may be on their way at once, and when to send refused ones again. */
import { now } from './clock.ts';

/**
 * Batches behind a refused one are refused as gaps, and sixteen refused frames in a minute end the session.
 * So few are ever in flight. After a refusal they go one by one, further apart with each more of them, for
 * as long as that minute: the server's allowances are its own, and this finds them in a handful of tries.
 */
const WINDOW = 8;
const CAREFUL_MS = 60_000;
const SPACING_MS_MIN = 100;
const SPACING_MS_MAX = 2_000;
/** The wait when the server names none. */
const RETRY_MS = 250;

export class SendWindow {
  readonly #ready: (refused: number | null) => void;
  #carefulUntil = Number.NEGATIVE_INFINITY;
  #spacingMs = SPACING_MS_MIN;
  #nextAt = Number.NEGATIVE_INFINITY;
  #refused: number | null = null;
  /** The server took nothing when it was last asked, and not for my doing. */
  #isUnavailable = false;
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** `ready` is called when a wait is over, with the first number refused before it, if any. */
  constructor(ready: (refused: number | null) => void) {
    this.#ready = ready;
  }

  /** Batches that may be in flight now; when it is none for the time being, `ready` follows. */
  size(unackedMax: number): number {
    const time = now();
    if (time < this.#nextAt) {
      if (this.#timer === null) this.#wake(this.#nextAt - time);
      return 0;
    }
    return time < this.#carefulUntil || this.#isUnavailable ? 1 : Math.min(WINDOW, unackedMax);
  }

  /** The next batch has to wait so long; `ready` follows. */
  later(delayMs: number): void {
    if (this.#timer === null) this.#wake(delayMs);
  }

  /** Something was sent just now. */
  sent(): void {
    const time = now();
    if (time < this.#carefulUntil) this.#nextAt = time + this.#spacingMs;
  }

  /** A batch was not taken. A burst of refusals is one: the first number, the longest wait. */
  refused(number: number, retryAfterMs: number | null): void {
    const time = now();
    if (this.#refused === null) this.#spread(time);
    this.#refused = Math.min(number, this.#refused ?? number);
    this.#carefulUntil = time + CAREFUL_MS;
    this.#nextAt = Math.max(this.#nextAt, time + (retryAfterMs ?? RETRY_MS));
    this.#wake(this.#nextAt - time);
  }

  /**
   * The server takes no batches for a while: it restarts, or its store does not answer. No allowance was overdrawn, so
   * one asks again, and as soon as that is answered all others follow; or another server is there, which owes nobody a wait.
   */
  unavailable(number: number, retryAfterMs: number | null): void {
    this.#isUnavailable = true;
    this.#refused = Math.min(number, this.#refused ?? number);
    this.#nextAt = Math.max(this.#nextAt, now() + (retryAfterMs ?? RETRY_MS));
    this.#wake(this.#nextAt - now());
  }

  /** Batches refused as gaps meanwhile are those behind the one that was not taken. */
  get isUnavailable(): boolean {
    return this.#isUnavailable;
  }

  /** The server has taken one. */
  answered(): void {
    this.#isUnavailable = false;
  }

  /** A batch may have been lost behind the server, through nobody's fault: it goes again as soon as any may. */
  lost(number: number): void {
    this.#refused = Math.min(number, this.#refused ?? number);
    this.#wake(Math.max(0, this.#nextAt - now()));
  }

  /**
   * A batch behind one that was not taken, or was lost: the server tells of that one by itself, with the wait that is due.
   * This one goes again with it, or after a while.
   */
  behind(number: number): void {
    this.#refused = Math.min(number, this.#refused ?? number);
    if (this.#timer === null) this.#wake(Math.max(RETRY_MS, this.#nextAt - now()));
  }

  /** The connection is gone: the next one starts from what is unanswered. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#refused = null;
    this.#isUnavailable = false;
    this.#nextAt = Number.NEGATIVE_INFINITY;
  }

  #spread(time: number): void {
    const again = time < this.#carefulUntil;
    this.#spacingMs = again ? Math.min(2 * this.#spacingMs, SPACING_MS_MAX) : SPACING_MS_MIN;
  }

  #wake(delayMs: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const refused = this.#refused;
      this.#timer = null;
      this.#refused = null;
      this.#ready(refused);
    }, delayMs);
  }
}
