/** Notices a dead connection: pings when it is silent, gives up when the ping stays without answer. */

export interface HeartbeatTimes {
  readonly heartbeatMs: number;
  readonly silenceMsMax: number;
}

export interface HeartbeatActions {
  ping(): void;
  dead(): void;
}

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
  #heardAt = performance.now();
  #answerDueAt: number | null = null;
  #tickDueAt = 0;

  constructor(times: HeartbeatTimes, actions: HeartbeatActions) {
    this.#times = times;
    this.#actions = actions;
    this.#schedule(times.heartbeatMs);
  }

  /** Anything at all came from the other side. */
  heard(): void {
    this.#heardAt = performance.now();
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
    this.#answerDueAt = performance.now() + patienceMs;
    this.#schedule(patienceMs);
    this.#actions.ping();
  }

  #schedule(delayMs: number): void {
    this.stop();
    this.#tickDueAt = performance.now() + delayMs;
    this.#timer = setTimeout(() => this.#tick(), delayMs);
  }

  #tick(): void {
    const now = performance.now();
    const { heartbeatMs, silenceMsMax } = this.#times;
    const overslept = now - this.#tickDueAt > heartbeatMs;
    const patienceMs = Math.max(silenceMsMax - heartbeatMs, heartbeatMs / 2);
    if (this.#answerDueAt !== null && !overslept) {
      if (now >= this.#answerDueAt) this.#actions.dead();
      else this.#schedule(this.#answerDueAt - now);
      return;
    }
    const silentMs = now - this.#heardAt;
    if (overslept || silentMs >= heartbeatMs) this.#ping(patienceMs);
    else this.#schedule(heartbeatMs - silentMs);
  }
}
