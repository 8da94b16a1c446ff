/** What I show of myself beside my edits: where I stand, whether I write, what I drag, my attention. */
import { now } from './clock.ts';
import type { Avatar, Limits, Preview, Quarter, Standing, Status } from './frames.ts';
import { LatestSender, type LineActions } from './latest.ts';

/** Hundredths of a tile: the floor is ten tiles wide. */
const POSITION_MAX = 1000;
/** Until the room has said how long it remembers that somebody writes. */
const TYPING_MS = 6_000;

export interface Position {
  readonly x: number;
  readonly y: number;
  readonly facing: Quarter;
  readonly standing: Standing;
}

function within(value: number): number {
  if (!Number.isFinite(value)) throw new RangeError(`${value} is no position`);
  return Math.min(POSITION_MAX, Math.max(0, Math.round(value)));
}

function samePosition(a: Position, b: Position): boolean {
  return a.x === b.x && a.y === b.y && a.facing === b.facing && a.standing === b.standing;
}

function samePreview(a: Preview | null, b: Preview | null): boolean {
  if (a === null || b === null) return a === b;
  const [from, to] = [a.standpoint, b.standpoint];
  const samePlace = from.place === to.place && from.x === to.x && from.y === to.y;
  return a.item === b.item && a.rotation === b.rotation && samePlace;
}

export class Presence {
  readonly #place: LatestSender<Position>;
  readonly #typing: LatestSender<boolean>;
  readonly #drag: LatestSender<Preview | null>;
  readonly #status: LatestSender<Status>;
  #typingMs = TYPING_MS;
  #typedAt = 0;
  #typingSaidAt = 0;

  constructor(initial: Position | null, line: LineActions) {
    this.#place = new LatestSender({ frame: (at) => ({ type: 'move', ...at }), same: samePosition }, line);
    const same = <T>(a: T, b: T) => a === b;
    const saying = (active: boolean) => {
      this.#typingSaidAt = now();
      return { type: 'typing', active } as const;
    };
    this.#typing = new LatestSender({ frame: saying, same }, line);
    this.#drag = new LatestSender({ frame: (preview) => ({ type: 'drag', preview }), same: samePreview }, line);
    this.#status = new LatestSender({ frame: (status) => ({ type: 'setStatus', status }), same }, line);
    if (initial) this.#place.set(initial);
  }

  /** Where I want to be, for Join and Resume. */
  presented(): Avatar | null {
    const at = this.#place.wish;
    return at && { member: 0, ...at };
  }

  /** The room has placed a newcomer: where they wished to be is settled. */
  placed(): void {
    this.#place.told();
  }

  /** Where the room shows me as I come back; a newer place of mine is still owed to it. */
  shown(at: Position): void {
    const wish = this.#place.wish;
    if (wish && samePosition(at, wish)) this.#place.told();
  }

  move({ x, y, facing, standing }: Position): void {
    this.#place.set({ x: within(x), y: within(y), facing, standing });
  }

  /** Called with each key: it is said again at half of the time after which the room forgets it. */
  typing(active: boolean): void {
    if (!active && this.#typing.wish === null) return;
    this.#typedAt = now();
    if (active && this.#typedAt - this.#typingSaidAt >= this.#typingMs / 2) this.#typing.untold();
    this.#typing.set(active);
  }

  drag(preview: Preview | null): void {
    if (preview === null && this.#drag.wish === null) return;
    this.#drag.set(preview);
  }

  setStatus(status: Status): void {
    this.#status.set(status);
  }

  start({ moveIntervalMs, typingMs }: Limits): void {
    this.#typingMs = typingMs;
    // whoever wrote long ago writes no more
    if (this.#typing.wish && now() - this.#typedAt >= typingMs) this.#typing.drop();
    for (const sender of this.#senders) sender.start(moveIntervalMs);
  }

  stop(): void {
    for (const sender of this.#senders) sender.stop();
  }

  /** The server has asked for silence. */
  hold(ms: number): void {
    for (const sender of this.#senders) sender.hold(ms);
  }

  get #senders(): readonly { start(ms: number): void; stop(): void; hold(ms: number): void }[] {
    return [this.#place, this.#typing, this.#drag, this.#status];
  }
}
