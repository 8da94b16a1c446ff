/** Chance that can be repeated: the same seed gives the same run of numbers. */

export class Chance {
  #state: number;

  constructor(seed: number) {
    // neighbouring seeds must not begin alike
    this.#state = (Math.imul(seed + 1, 0x9e3779b1) >>> 0) || 1;
  }

  /** From 0 up to 1, by xorshift. */
  readonly next = (): number => {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state >>> 0;
    return this.#state / 2 ** 32;
  };

  /** A whole number from `low` to `high`. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  pick<T>(from: readonly T[]): T {
    const picked = from[this.whole(0, from.length - 1)];
    if (picked === undefined) {
      throw new Error('nothing to pick from');
    }
    return picked;
  }
}
