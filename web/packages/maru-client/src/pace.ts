/** The server's allowances, kept here as well: a batch that would be refused is better sent a moment later. */
import { now } from './clock.ts';
import type { Limits, Op } from './frames.ts';

class Bucket {
  #perSecond: number;
  #burst: number;
  #tokens: number;
  #filledAt = now();

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
  }

  /** Other allowances than before; what has been used stays used. */
  change(perSecond: number, burst: number): void {
    this.#tokens = Math.min(burst, this.#tokens + burst - this.#burst);
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  /** Takes so many, or says how long until they are there. More than a burst are for the server to judge. */
  take(count: number): number {
    const time = now();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((time - this.#filledAt) / 1_000) * this.#perSecond);
    this.#filledAt = time;
    const missing = Math.min(count, this.#burst) - this.#tokens;
    if (missing > 0) return Math.max(1, Math.ceil((missing / Math.max(1, this.#perSecond)) * 1_000));
    this.#tokens -= count;
    return 0;
  }
}

/** Both buckets outlive connections: some allowances are of the person, not of the connection. */
export class Pace {
  #ops: Bucket | null = null;
  #chat: Bucket | null = null;

  limits({ opsPerSecond, opsBurst, chatPerSecond, chatBurst }: Limits): void {
    this.#ops = changed(this.#ops, opsPerSecond, opsBurst);
    this.#chat = changed(this.#chat, chatPerSecond, chatBurst);
  }

  /** Zero when the batch may leave now, and then it counts; otherwise the wait. */
  take(ops: readonly Op[]): number {
    const lines = ops.filter(({ type }) => type === 'say').length;
    const bucket = lines > 0 ? this.#chat : this.#ops;
    return bucket?.take(lines > 0 ? lines : 1) ?? 0;
  }
}

function changed(bucket: Bucket | null, perSecond: number, burst: number): Bucket {
  bucket?.change(perSecond, burst);
  return bucket ?? new Bucket(perSecond, burst);
}
