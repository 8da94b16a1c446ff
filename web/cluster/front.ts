/** What stands before the nodes for one client or all: TCP, to a node that is ready. No HTTP, so no affinity but its own. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Where connections go: the target at the head of the list, or the next in turn. */
export type Choice = () => readonly number[];

export class Front {
  readonly port: number;
  readonly url: string;
  readonly #server: Server;
  readonly #choice: Choice;
  readonly #pairs = new Set<readonly [Socket, Socket]>();

  private constructor(server: Server, port: number, choice: Choice) {
    this.#server = server;
    this.#choice = choice;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    server.on('connection', (near) => this.#accept(near));
  }

  static async open(choice: Choice): Promise<Front> {
    const server = createServer({ noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') {
      throw new Error('no free port');
    }
    return new Front(server, address.port, choice);
  }

  /** Over when every socket is gone: Node does not end well in the midst of that. */
  async close(): Promise<void> {
    const open = [...this.#pairs].flat().filter((socket) => !socket.closed);
    const gone = open.map((socket) => new Promise((resolve) => void socket.once('close', resolve)));
    const over = once(this.#server, 'close');
    this.#server.close();
    for (const socket of open) socket.destroy();
    await Promise.all([over, ...gone]);
  }

  #accept(near: Socket): void {
    near.on('error', () => near.destroy());
    const [target] = this.#choice();
    if (target === undefined) {
      near.resetAndDestroy();
      return;
    }
    const far = connect({ port: target, host: '127.0.0.1', noDelay: true });
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    for (const [from, to] of [pair, [far, near] as const]) {
      from.pipe(to);
      // whichever way one side ends, the other learns of it in the same way
      from.on('error', () => to.resetAndDestroy());
      from.on('close', () => {
        if (to.closed) this.#pairs.delete(pair);
        else to.destroy();
      });
    }
  }
}
