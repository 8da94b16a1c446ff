/** Notices a dead connection: pings when it is silent, gives up when the ping stays without answer. */

import { now } from './clock.ts';

export interface HeartbeatTimes {
  readonly heartbeatMs: number;
  readonly silenceMsMax: number;
}

export interface HeartbeatActions {
  ping(): void;
  dead(): void;
}

/** A busy connection is never silent; it is pinged once in so many heartbeats, to know how far away it is. */
const MEASURE_EVERY = 3;

/** How long a connection that may have changed its network has to prove itself. */
const PROBE_MS = 4_000;

/**
 * Timers of hidden pages fire late, by a minute and more, and a sleeping device stops them. So a late tick
 * proves nothing about the connection: death takes a ping that had its full time for an answer.
 */
export class Heartbeat {
  readonly #times: HeartbeatTimes;
  readonly #actions: HeartbeatActions;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #heardAt = now();
  #pingedAt = now();
  #answerDueAt: number | null = null;
  #tickDueAt = 0;

  constructor(times: HeartbeatTimes, actions: HeartbeatActions) {
    this.#times = times;
    this.#actions = actions;
    this.#schedule(times.heartbeatMs);
  }

  /** Anything at all came from the other side. */
  heard(): void {
    this.#heardAt = now();
    if (this.#answerDueAt === null) return;
    this.#answerDueAt = null;
    this.#schedule(this.#times.heartbeatMs);
  }

  /** Asks for a sign of life now, with little patience. */
  probe(): void {
    this.#ping(Math.min(PROBE_MS, this.#times.silenceMsMax));
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #ping(patienceMs: number): void {
    this.#pingedAt = now();
    this.#answerDueAt = this.#pingedAt + patienceMs;
    this.#schedule(patienceMs);
    this.#actions.ping();
  }

  #schedule(delayMs: number): void {
    this.stop();
    this.#tickDueAt = now() + delayMs;
    this.#timer = setTimeout(() => this.#tick(), delayMs);
  }

  #tick(): void {
    const time = now();
    const { heartbeatMs, silenceMsMax } = this.#times;
    const overslept = time - this.#tickDueAt > heartbeatMs;
    const patienceMs = Math.max(silenceMsMax - heartbeatMs, heartbeatMs / 2);
    if (this.#answerDueAt !== null && !overslept) {
      if (time >= this.#answerDueAt) this.#actions.dead();
      else this.#schedule(this.#answerDueAt - time);
      return;
    }
    const silentMs = time - this.#heardAt;
    const measureDue = time - this.#pingedAt >= MEASURE_EVERY * heartbeatMs;
    if (overslept || measureDue || silentMs >= heartbeatMs) this.#ping(patienceMs);
    else this.#schedule(heartbeatMs - silentMs);
  }
}
