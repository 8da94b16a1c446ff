/** One node of the cluster: `maru serve` with settings of its own. */
import { join } from 'node:path';
import { ManagedProcess } from './process.ts';
import { freePort, untilTrue } from './ports.ts';

/** A debug build on a busy machine. */
const readyWithinMs = 60_000;
/** The server gives itself 15 s. */
const stopWithinMs = 20_000;
const askMsMax = 1_000;

export interface NodeOptions {
  readonly name: string;
  readonly program: string;
  /** Where its words are kept. */
  readonly folder: string;
  readonly settings: NodeJS.ProcessEnv;
}

export interface Readiness {
  readonly ready: boolean;
  readonly waitingFor: readonly string[];
}

export class Node {
  readonly name: string;
  readonly port: number;
  readonly url: string;
  readonly #metricsUrl: string;
  readonly #process: ManagedProcess;

  private constructor({ name, program, folder, settings }: NodeOptions, port: number, metricsPort: number) {
    this.name = name;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.#metricsUrl = `http://127.0.0.1:${metricsPort}/metrics`;
    this.#process = new ManagedProcess({
      program,
      args: ['serve'],
      logFile: join(folder, `${name}.log`),
      settings: {
        MARU_SERVER_LISTEN: `127.0.0.1:${port}`,
        MARU_METRICS_LISTEN: `127.0.0.1:${metricsPort}`,
        ...settings,
      },
    });
  }

  static async new(options: NodeOptions): Promise<Node> {
    return new Node(options, await freePort(), await freePort());
  }

  get process(): ManagedProcess {
    return this.#process;
  }

  /** Starts it and waits until it is ready, at the same address each time. */
  async start(): Promise<void> {
    this.#process.start();
    await this.untilReady();
  }

  async untilReady(withinMs = readyWithinMs): Promise<void> {
    let last: Readiness | null = null;
    const said = (): string => `${this.name} is ready; it waits for ${last?.waitingFor.join(', ') ?? 'its own start'}`;
    try {
      await untilTrue(
        said,
        async () => {
          if (!this.#process.isRunning) throw new Error(`${this.name} has ended`);
          last = await this.readiness();
          return last?.ready === true;
        },
        withinMs,
      );
    } catch (error) {
      throw new Error(`${this.name}, last words:\n${await this.#process.words()}`, { cause: error });
    }
  }

  async kill(): Promise<void> {
    await this.#process.kill();
  }

  /** As an operator would: SIGTERM, with time for its rooms. */
  async stop(): Promise<void> {
    if (!(await this.#process.terminate(stopWithinMs))) {
      throw new Error(`${this.name} did not stop within ${stopWithinMs} ms\n${await this.#process.words()}`);
    }
  }

  /** Null when it does not answer. */
  async readiness(): Promise<Readiness | null> {
    try {
      const response = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(askMsMax) });
      const { ready, waiting_for: waitingFor } = (await response.json()) as { ready: boolean; waiting_for: string[] };
      return { ready, waitingFor };
    } catch {
      // nobody listens, or nobody answers
      return null;
    }
  }

  /** The sum of a metric over its labels, or of those samples whose labels hold a text. */
  async metric(name: string, label = ''): Promise<number> {
    const response = await fetch(this.#metricsUrl, { signal: AbortSignal.timeout(askMsMax * 5) });
    const samples = (await response.text()).split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
    if (samples.length === 0) {
      throw new Error(`${this.name} has no metric ${name}`);
    }
    const chosen = samples.filter((line) => line.includes(label));
    return chosen.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }
}
