/** Nodes and what they need: one on the embedded store, or several on the real services. */
import { execFile } from 'node:child_process';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Front } from './front.ts';
import { Node } from './node.ts';
import { pause } from './ports.ts';
import { bareEnvironment } from './process.ts';
import { Services } from './services.ts';

const run = promisify(execFile);
const migrateMsMax = 120_000;
const watchEveryMs = 250;

export const program = process.env.MARU_BIN ?? fileURLToPath(new URL('../../target/debug/maru', import.meta.url));

/** Rooms full of writers on one address; what else is set is what ships. */
const settings: NodeJS.ProcessEnv = {
  MARU_LOG_FORMAT: 'text',
  MARU_REST_ADDRESS_SIGN_IN_PER_MINUTE: '6000',
  MARU_REST_ADDRESS_SIGN_IN_BURST: '1000',
};

export const splitServices = ['auth', 'user', 'room', 'post', 'asset', 'recommend'] as const;

export class Cluster {
  readonly folder: string;
  readonly nodes: readonly Node[];
  readonly services: Services | null;
  readonly #ready = new Set<Node>();
  readonly #fronts: Front[] = [];
  #watching = true;
  readonly #watch: Promise<void>;

  private constructor(folder: string, nodes: readonly Node[], services: Services | null) {
    this.folder = folder;
    this.nodes = nodes;
    this.services = services;
    this.#watch = this.#keepWatch();
  }

  /** One node with everything in it. */
  static async embedded(folder: string): Promise<Cluster> {
    const own = join(folder, 'embedded');
    await mkdir(own, { recursive: true });
    const all = { ...settings, MARU_STORE_DATA: join(own, 'data') };
    const cluster = new Cluster(own, [await Node.new({ name: 'node1', program, folder: own, settings: all })], null);
    await cluster.start();
    return cluster;
  }

  /** So many nodes with every service in each. */
  static async distributed(folder: string, services: Services, count: number): Promise<Cluster> {
    const names = Array.from({ length: count }, (_, index) => `node${index + 1}`);
    return Cluster.#of(folder, services, names, () => ({}));
  }

  /** A process for each service. */
  static async split(folder: string, services: Services, publicUrl: string): Promise<Cluster> {
    const own = (name: string): NodeJS.ProcessEnv => ({ MARU_SERVER_SERVICES: name, MARU_SERVER_PUBLIC_URL: publicUrl });
    return Cluster.#of(folder, services, splitServices, own);
  }

  static async #of(
    folder: string,
    services: Services,
    names: readonly string[],
    own: (name: string) => NodeJS.ProcessEnv,
  ): Promise<Cluster> {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o755);
    const shared = { ...settings, ...services.settings };
    await run(program, ['migrate'], { env: { ...bareEnvironment(), ...shared }, timeout: migrateMsMax });
    const nodes: Node[] = [];
    for (const name of names) {
      const data = join(folder, `${name}.data`);
      nodes.push(await Node.new({ name, program, folder, settings: { ...shared, MARU_STORE_DATA: data, ...own(name) } }));
    }
    const cluster = new Cluster(folder, nodes, services);
    await cluster.start();
    return cluster;
  }

  /** All at once, in no order. */
  async start(): Promise<void> {
    const outcomes = await Promise.allSettled(this.nodes.map((node) => node.start()));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) {
      await this.stop();
      throw failed.reason;
    }
    for (const node of this.nodes) this.#ready.add(node);
  }

  async stop(): Promise<void> {
    this.#watching = false;
    await Promise.all(this.#fronts.map((front) => front.close()));
    await Promise.all(this.nodes.map((node) => (node.process.isFrozen ? node.kill() : node.stop())));
    await this.#watch;
  }

  /** Kills what is left, where this process ends before its time. */
  abandon(): void {
    for (const { process: each } of this.nodes) each.abandon();
  }

  node(place: number): Node {
    const node = this.nodes[place % this.nodes.length];
    if (!node) throw new Error(`there is no node ${place}`);
    return node;
  }

  /** How often nodes were started, altogether: a recovery without restart leaves it as it was. */
  get lives(): number {
    return this.nodes.reduce((sum, node) => sum + node.process.lives, 0);
  }

  /** A way in that prefers one node and takes another that is ready when that one is not. */
  async front(prefers: number): Promise<Front> {
    const first = this.node(prefers);
    return this.#open(() => {
      const others = this.nodes.filter((node) => node !== first && this.#ready.has(node));
      const order = this.#ready.has(first) ? [first, ...others] : others;
      // with nobody ready a refused connection is the honest answer
      return order.map(({ port }) => port);
    });
  }

  /** A way in that takes one node after the other, whoever comes and whatever for. */
  async roundRobin(): Promise<Front> {
    let turn = 0;
    return this.#open(() => {
      const ready = this.nodes.filter((node) => this.#ready.has(node));
      turn += 1;
      return ready.length === 0 ? [] : [ready[turn % ready.length]!.port];
    });
  }

  /** The node that owns rooms with people in them; null while none says so. A scenario has one room. */
  async owner(): Promise<Node | null> {
    for (const node of this.nodes) {
      if (!this.#ready.has(node)) continue;
      if ((await node.metric('maru_sessions')) > 0) return node;
    }
    return null;
  }

  async #open(choice: () => readonly number[]): Promise<Front> {
    const front = await Front.open(choice);
    this.#fronts.push(front);
    return front;
  }

  /** Asks each node whether it is ready, as any load balancer would. */
  async #keepWatch(): Promise<void> {
    while (this.#watching) {
      await Promise.all(
        this.nodes.map(async (node) => {
          const isReady = node.process.isRunning && (await node.readiness())?.ready === true;
          if (isReady) this.#ready.add(node);
          else this.#ready.delete(node);
        }),
      );
      await pause(watchEveryMs);
    }
  }
}
