/** Something one may turn as often as one likes: shown at once, sent one at a time, and only the latest of it. */

interface Ways<T> {
  send(wish: T): Promise<unknown>;
  /** Shows it so: as wished, or as it was when it was refused. */
  show(value: T): void;
  failed(error: unknown): void;
}

export class LatestWish<T> {
  #confirmed: T;
  #wished: T;
  #sending = false;
  readonly #ways: Ways<T>;

  constructor(confirmed: T, ways: Ways<T>) {
    this.#confirmed = confirmed;
    this.#wished = confirmed;
    this.#ways = ways;
  }

  /** What the server says now, unless one has just wished otherwise. */
  heard(value: T): void {
    if (!this.#sending) {
      this.#confirmed = value;
      this.#wished = value;
    }
  }

  get wished(): T {
    return this.#wished;
  }

  wish(value: T): void {
    this.#wished = value;
    this.#ways.show(value);
    if (!this.#sending) {
      void this.#sendAll();
    }
  }

  async #sendAll(): Promise<void> {
    this.#sending = true;
    while (this.#wished !== this.#confirmed) {
      const wish = this.#wished;
      try {
        await this.#ways.send(wish);
        this.#confirmed = wish;
      } catch (error) {
        this.#wished = this.#confirmed;
        this.#ways.show(this.#confirmed);
        this.#ways.failed(error);
      }
    }
    this.#sending = false;
  }
}
