/** The real server on a free port with its own data, as the tests need it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const binary = process.env.MARU_BIN ?? fileURLToPath(new URL('../../target/debug/maru', import.meta.url));
const startWithinMs = 30_000;
const stopWithinMs = 10_000;
const logKept = 20_000;

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') {
    throw new Error('no free port');
  }
  return address.port;
}

/** Without the settings of whoever runs the tests. */
function bareEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MARU_')));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

export class Maru {
  readonly url: string;
  readonly #address: string;
  readonly #data: string;
  readonly #settings: NodeJS.ProcessEnv;
  #child: ChildProcess | null = null;
  #log = '';

  private constructor(port: number, data: string, settings: NodeJS.ProcessEnv) {
    this.#settings = settings;
    this.#address = `127.0.0.1:${port}`;
    this.#data = data;
    this.url = `http://${this.#address}`;
  }

  /** Seeds a new neighbourhood and serves it, with settings that are not the usual ones. */
  static async start(settings: NodeJS.ProcessEnv = {}): Promise<Maru> {
    const maru = new Maru(await freePort(), await mkdtemp(join(tmpdir(), 'maru-e2e-')), settings);
    const seed = maru.#spawn(['seed', '--data', maru.#data]);
    const [code] = (await once(seed, 'exit')) as [number | null];
    if (code !== 0) {
      throw new Error(`maru seed ended with ${code}\n${maru.#log}`);
    }
    await maru.serve();
    const page = await fetch(maru.url, { headers: { accept: 'text/html' } });
    if (!page.ok) {
      await maru.stop();
      throw new Error(`the web client is not built (${page.status}): run script/build-web first`);
    }
    return maru;
  }

  /** Serves on the same port and the same data as before. */
  async serve(): Promise<void> {
    const child = this.#spawn(['serve', '--listen', this.#address, '--data', this.#data]);
    this.#child = child;
    const deadline = Date.now() + startWithinMs;
    while (!(await this.#ready())) {
      if (child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`maru serve did not become ready\n${this.#log}`);
      }
      await pause(100);
    }
  }

  /** Ends the process without a warning, as a power cut would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Makes somebody a moderator, as whoever runs the server would. */
  async promote(handle: string, role: 'user' | 'moderator' | 'admin'): Promise<void> {
    const command = this.#spawn(['role', '--data', this.#data, handle, role]);
    const [code] = (await once(command, 'exit')) as [number | null];
    if (code !== 0) {
      throw new Error(`maru role ended with ${code}\n${this.#log}`);
    }
  }

  /** Stops the server and removes its data. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    await rm(this.#data, { recursive: true, force: true });
  }

  get log(): string {
    return this.#log;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) {
      return;
    }
    const gone = once(child, 'exit');
    child.kill(signal);
    const hard = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
    await gone;
    clearTimeout(hard);
  }

  #spawn(args: string[]): ChildProcess {
    const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...bareEnvironment(), ...this.#settings } });
    const keep = (chunk: Buffer): void => {
      this.#log = (this.#log + chunk.toString()).slice(-logKept);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => keep(Buffer.from(String(error))));
    return child;
  }

  async #ready(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/readyz`)).ok;
    } catch {
      // nobody listens yet
      return false;
    }
  }
}
