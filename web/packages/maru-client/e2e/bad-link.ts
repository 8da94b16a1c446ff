/** A TCP proxy that treats what passes as bad links do: late, in crumbs, not at all, one way only, or cut. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export type Weather =
  /** All passes. */
  | { readonly kind: 'clear' }
  /** All passes, later. */
  | { readonly kind: 'late'; readonly ms: number }
  /** All passes, a few bytes at a time. */
  | { readonly kind: 'crumbs'; readonly bytes: number }
  /** Nothing passes until it clears. */
  | { readonly kind: 'stalled' }
  /** What goes one way is lost, and neither side is told until it clears. */
  | { readonly kind: 'half-open'; readonly lost: 'up' | 'down' }
  /** Every connection breaks; new ones are fine. */
  | { readonly kind: 'cut' }
  /** Every connection breaks, and so does every new one. */
  | { readonly kind: 'down' };

type Way = 'up' | 'down';

const crumbEveryMs = 1;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** One direction of one connection: chunks leave in order, each as the weather of its moment has it. */
class Stream {
  readonly #to: Socket;
  readonly #weather: () => Weather;
  readonly #way: Way;
  readonly #lose: () => void;
  #last: Promise<void> = Promise.resolve();

  constructor(from: Socket, to: Socket, way: Way, weather: () => Weather, lose: () => void) {
    this.#to = to;
    this.#way = way;
    this.#weather = weather;
    this.#lose = lose;
    from.on('data', (chunk: Buffer) => {
      // one chunk at a time, so that a stall holds the sender back as a full link does
      from.pause();
      this.#last = this.#last.then(() => this.#pass(chunk)).then(() => void from.resume());
    });
  }

  async #pass(chunk: Buffer): Promise<void> {
    while (this.#weather().kind === 'stalled' && !this.#to.destroyed) {
      await pause(5);
    }
    const weather = this.#weather();
    if (weather.kind === 'half-open' && weather.lost === this.#way) {
      this.#lose();
      return;
    }
    if (weather.kind === 'late') {
      await pause(weather.ms);
    }
    const size = weather.kind === 'crumbs' ? weather.bytes : chunk.length;
    for (let at = 0; at < chunk.length && !this.#to.destroyed; at += size) {
      this.#to.write(chunk.subarray(at, at + size));
      if (size < chunk.length) {
        await pause(crumbEveryMs);
      }
    }
  }
}

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
  /** Bytes were lost in its midst: it must not go on once the link clears. */
  torn: boolean;
}

export class BadLink {
  readonly port: number;
  readonly #server: Server;
  #upstream: number;
  readonly #pairs = new Set<Pair>();
  readonly #listen: (() => (chunk: Buffer) => void) | null;
  #weather: Weather = { kind: 'clear' };
  /** Connections broken by the link so far. */
  broken = 0;

  private constructor(server: Server, port: number, upstream: number, listen: (() => (chunk: Buffer) => void) | null) {
    this.#server = server;
    this.#listen = listen;
    this.port = port;
    this.#upstream = upstream;
    server.on('connection', (near) => this.#accept(near));
  }

  /** Listens on a free port of this machine and passes on to another; `listen` hears what each connection sends up. */
  static async to(upstream: number, listen: (() => (chunk: Buffer) => void) | null = null): Promise<BadLink> {
    const server = createServer({ noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') {
      throw new Error('no free port');
    }
    return new BadLink(server, address.port, upstream, listen);
  }

  /** Passes new connections on to another port, where the one to speak to was not known before. */
  aim(upstream: number): void {
    this.#upstream = upstream;
  }

  set(weather: Weather): void {
    this.#weather = weather;
    for (const pair of this.#pairs) {
      if (pair.torn || weather.kind === 'cut' || weather.kind === 'down') {
        this.#break(pair);
      }
    }
  }

  close(): void {
    this.set({ kind: 'down' });
    this.#server.close();
  }

  #accept(near: Socket): void {
    if (this.#weather.kind === 'down') {
      near.resetAndDestroy();
      return;
    }
    const far = connect({ port: this.#upstream, host: '127.0.0.1', noDelay: true });
    const pair: Pair = { near, far, torn: false };
    this.#pairs.add(pair);
    if (this.#listen) near.on('data', this.#listen());
    const weather = (): Weather => this.#weather;
    const lose = (): void => {
      pair.torn = true;
    };
    void new Stream(near, far, 'up', weather, lose);
    void new Stream(far, near, 'down', weather, lose);
    for (const socket of [near, far]) {
      // a reset is what this link is for; the close that follows it ends the pair
      socket.on('error', () => undefined);
      socket.on('close', () => this.#end(pair));
    }
  }

  #break(pair: Pair): void {
    this.broken += 1;
    this.#pairs.delete(pair);
    pair.near.resetAndDestroy();
    pair.far.resetAndDestroy();
  }

  /** One side has ended: the other follows, unless the link keeps that to itself. */
  #end(pair: Pair): void {
    if (this.#weather.kind === 'half-open') {
      pair.torn = true;
      return;
    }
    this.#pairs.delete(pair);
    pair.near.destroy();
    pair.far.destroy();
  }
}
