/** My avatar's place on its way to the server: the newest only, and not too often. */
import type { Avatar, ClientFrame, Quarter, Standing } from './frames';

/** Hundredths of a tile: the floor is ten tiles wide. */
const POSITION_MAX = 1000;
/** While this much is waiting in the socket another place would only come later. */
const BUFFERED_BYTES_MAX = 16_384;

export interface Position {
  readonly x: number;
  readonly y: number;
  readonly facing: Quarter;
  readonly standing: Standing;
}

export interface MoveActions {
  send(frame: ClientFrame): boolean;
  buffered(): number;
}

function within(value: number): number {
  if (!Number.isFinite(value)) throw new RangeError(`${value} is no position`);
  return Math.min(POSITION_MAX, Math.max(0, Math.round(value)));
}

function same(a: Position | null, b: Position | null): boolean {
  return a?.x === b?.x && a?.y === b?.y && a?.facing === b?.facing && a?.standing === b?.standing;
}

export class MoveSender {
  readonly #actions: MoveActions;
  #wish: Position | null;
  #sent: Position | null = null;
  #intervalMs: number | null = null;
  #nextAt = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(initial: Position | null, actions: MoveActions) {
    this.#actions = actions;
    this.#wish = initial;
  }

  /** Where I want to be, for Join and Resume, which tell the server in their own way. */
  presented(): Avatar | null {
    this.#sent = this.#wish;
    return this.#wish && { member: 0, ...this.#wish };
  }

  /** The newest place given, if any. */
  get wish(): Position | null {
    return this.#wish;
  }

  move(position: Position): void {
    const { facing, standing } = position;
    this.#wish = { x: within(position.x), y: within(position.y), facing, standing };
    this.#flush();
  }

  start(intervalMs: number): void {
    this.#intervalMs = intervalMs;
    this.#flush();
  }

  stop(): void {
    this.#intervalMs = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** The server has asked for silence. */
  hold(ms: number): void {
    this.#nextAt = Math.max(this.#nextAt, performance.now() + ms);
    this.#sent = null;
    this.#flush();
  }

  #flush(): void {
    if (this.#intervalMs === null || this.#timer !== null) return;
    if (!this.#wish || same(this.#wish, this.#sent)) return;
    const now = performance.now();
    const full = this.#actions.buffered() > BUFFERED_BYTES_MAX;
    if (now < this.#nextAt || full) {
      const delay = Math.max(this.#nextAt - now, full ? this.#intervalMs : 0);
      this.#timer = setTimeout(() => {
        this.#timer = null;
        this.#flush();
      }, delay);
      return;
    }
    if (!this.#actions.send({ type: 'move', ...this.#wish })) return;
    this.#sent = this.#wish;
    this.#nextAt = now + this.#intervalMs;
  }
}
