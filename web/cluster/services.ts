/** The real services, started by script/services, each behind a link that can be made bad. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BadLink, type Weather } from '../packages/maru-client/e2e/bad-link.ts';
import { listener, type WriteFindings } from './mongo-wire.ts';
import { untilTrue } from './ports.ts';
import { bareEnvironment } from './process.ts';

const script = fileURLToPath(new URL('../../script/services', import.meta.url));
const run = promisify(execFile);
const exitMissing = 3;
/** The first run fetches what no package holds. */
const startMsMax = 600_000;
/** By gossip. */
const announceWithinMs = 30_000;

export const services = ['postgres', 'redis', 'mongodb', 'kafka', 's3'] as const;
export type Service = (typeof services)[number];
/** What may be killed alone. */
export type Part = Service | 'redis1' | 'redis2' | 'redis3';

/** Where something may run. */
const folders = new Set<string>();
const asking = new Set<ChildProcess>();

/** Has all of it stopped without waiting for that, where this process ends before its time. */
export function abandonServices(): void {
  for (const child of asking) child.kill();
  for (const folder of folders) spawn(script, ['stop', folder], { detached: true, stdio: 'ignore' }).unref();
}

/** A link for each place that is spoken to: one, or one for each master of Redis. */
type Links = ReadonlyMap<Service, readonly BadLink[]>;

function portsOf(address: string): number[] {
  return [...address.matchAll(/127\.0\.0\.1:(\d+)/gu)].map(([, port]) => Number(port));
}

/** The same address, through the links. */
function through(address: string, links: readonly BadLink[]): string {
  let next = 0;
  return address.replaceAll(/127\.0\.0\.1:\d+/gu, () => `127.0.0.1:${links[next++]?.port}`);
}

export class Services {
  readonly folder: string;
  readonly #addresses: ReadonlyMap<Service, string>;
  readonly #links: Links;
  /** What this machine could not start, and what it says about that. */
  readonly missing: readonly Service[];
  readonly words: string;
  /** Every write to MongoDB so far. */
  readonly written: WriteFindings;

  private constructor(folder: string, addresses: ReadonlyMap<Service, string>, links: Links, words: string, written: WriteFindings) {
    this.folder = folder;
    this.#addresses = addresses;
    this.#links = links;
    this.missing = services.filter((service) => !addresses.has(service));
    this.words = words;
    this.written = written;
  }

  static async start(folder: string): Promise<Services> {
    folders.add(folder);
    // Kafka tells its clients where to go, so it must know of its link before it starts
    const kafka = await BadLink.to(0);
    const words = await asked(['start', folder], { KAFKA_ADVERTISED: `127.0.0.1:${kafka.port}` });
    const env = await readFile(join(folder, 'env'), 'utf8');
    const addresses = new Map<Service, string>();
    const links = new Map<Service, BadLink[]>();
    const written: WriteFindings = { writes: 0, weak: [] };
    for (const [, name = '', address = ''] of env.matchAll(/^MARU_TEST_([A-Z0-9]+)=(.*)$/gmu)) {
      const service = services.find((each) => each === name.toLowerCase());
      if (!service) throw new Error(`script/services speaks of ${name}`);
      addresses.set(service, address);
      const ports = portsOf(address);
      const listen = service === 'mongodb' ? (): ((chunk: Buffer) => void) => listener(written) : null;
      if (service === 'kafka') kafka.aim(ports[0] ?? 0);
      links.set(service, service === 'kafka' ? [kafka] : await Promise.all(ports.map((port) => BadLink.to(port, listen))));
    }
    if (!addresses.has('kafka')) kafka.close();
    const made = new Services(folder, addresses, links, words, written);
    await made.#announceRedis();
    return made;
  }

  /** The settings of a node that speaks to them through their links. */
  get settings(): NodeJS.ProcessEnv {
    const address = (service: Service): string => {
      const direct = this.#addresses.get(service);
      if (direct === undefined) throw new Error(`${service} is not on this machine`);
      return through(direct, this.#links.get(service) ?? []);
    };
    return {
      MARU_BACKEND_POSTGRES_URL: address('postgres'),
      // The set would name its members as they call themselves, and nodes would go there by no link.
      MARU_BACKEND_MONGODB_URL: `${address('mongodb')}?directConnection=true`,
      MARU_BACKEND_REDIS_NODES: address('redis'),
      MARU_BACKEND_KAFKA_BROKERS: address('kafka'),
      MARU_BACKEND_S3_ENDPOINT: address('s3'),
      MARU_BACKEND_S3_BUCKET: 'maru',
      // the stand-in takes any key
      MARU_BACKEND_S3_ACCESS_KEY: 'cluster',
      MARU_BACKEND_S3_SECRET_KEY: 'cluster-suite',
    };
  }

  /** The links of a service, and how many connections they have broken so far. */
  set(service: Service, weather: Weather): void {
    for (const link of this.#links.get(service) ?? []) link.set(weather);
  }

  broken(service: Service): number {
    return (this.#links.get(service) ?? []).reduce((sum, link) => sum + link.broken, 0);
  }

  async kill(part: Part): Promise<void> {
    await asked(['kill', this.folder, part]);
  }

  async again(part: Part): Promise<void> {
    await asked(['again', this.folder, part]);
  }

  /** Asks it to stop, as an operator would, rather than killing it. */
  async halt(service: Service): Promise<void> {
    await asked(['stop', this.folder, service]);
  }

  async stop(): Promise<void> {
    await asked(['stop', this.folder]);
    folders.delete(this.folder);
    for (const links of this.#links.values()) for (const link of links) link.close();
  }

  /** Forgets all that Redis knows. */
  async flushRedis(): Promise<void> {
    await this.#eachMaster(() => ['flushall']);
  }

  /** A cluster names its masters to its clients: by the ports of their links, now and whenever one starts again. */
  async #announceRedis(): Promise<void> {
    const links = this.#links.get('redis') ?? [];
    for (const [place, { port }] of links.entries()) {
      await writeFile(join(this.folder, `redis${place + 1}`, 'announced'), `${port}\n`);
    }
    await this.#eachMaster((link) => ['config', 'set', 'cluster-announce-port', String(link.port)]);
    const all = links.map(({ port }) => `127.0.0.1:${port}@`);
    const known = async (): Promise<boolean> => {
      const told = await Promise.all(portsOf(this.#addresses.get('redis') ?? '').map((port) => ask(port, ['cluster', 'nodes'])));
      return told.every((nodes) => all.every((address) => nodes.includes(address)));
    };
    await untilTrue(() => 'each master of Redis knows how the others are reached', known, announceWithinMs);
  }

  async #eachMaster(command: (link: BadLink) => string[]): Promise<void> {
    const ports = portsOf(this.#addresses.get('redis') ?? '');
    const links = this.#links.get('redis') ?? [];
    for (const [place, port] of ports.entries()) {
      const link = links[place];
      if (!link) throw new Error(`no link leads to Redis on ${port}`);
      const answer = await ask(port, command(link));
      if (answer.trim() !== 'OK') throw new Error(`Redis on ${port}: ${answer}`);
    }
  }
}

async function ask(port: number, command: readonly string[]): Promise<string> {
  return (await run('redis-cli', ['-p', String(port), ...command])).stdout;
}

/** What script/services said; what this machine lacks is in it, and no failure. */
async function asked(args: string[], settings: NodeJS.ProcessEnv = {}): Promise<string> {
  const options = { env: { ...bareEnvironment(), ...settings }, timeout: startMsMax };
  const answer = run(script, args, options);
  asking.add(answer.child);
  try {
    const { stdout, stderr } = await answer;
    return stdout + stderr;
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: number; stdout?: string; stderr?: string };
    if (code === exitMissing) return `${stdout}${stderr}`;
    throw new Error(`script/services ${args.join(' ')}: ${stdout}${stderr}`, { cause: error });
  } finally {
    asking.delete(answer.child);
  }
}
