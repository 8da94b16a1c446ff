/**
 * `npm run cluster [part of a name[|another]]`: three nodes, and then a process for each service, on the real services; the last
 * line counts the scenarios. MARU_CLUSTER=embedded runs what one node on the embedded store can show, MARU_SEED=N gives
 * the same chance again, MARU_TEST_LONG=1 longer outages, MARU_BIN another program.
 */
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Cluster } from './cluster.ts';
import { nginxProgram } from './nginx.ts';
import { across } from './scenarios/across.ts';
import { affinity } from './scenarios/affinity.ts';
import { deaths } from './scenarios/deaths.ts';
import { links } from './scenarios/links.ts';
import { outageScenarios } from './scenarios/outages.ts';
import { restarts } from './scenarios/restarts.ts';
import { split } from './scenarios/split.ts';
import { writing } from './scenarios/writing.ts';
import { together } from './scenarios/together.ts';
import { inSeconds, passes, say, type Scenario, type Stage } from './scenario.ts';
import { abandonServices, Services } from './services.ts';

const nodes = 3;
const only = process.argv[2] ?? '';
const isEmbedded = process.env.MARU_CLUSTER === 'embedded';
const began = Date.now();

function seed(): number {
  const { MARU_SEED: given } = process.env;
  const chosen = given === undefined ? Math.floor(Math.random() * 1_000_000) : Number(given);
  if (!Number.isSafeInteger(chosen)) throw new Error(`MARU_SEED is no whole number: ${given}`);
  return chosen;
}

const folder = await mkdtemp(join(tmpdir(), 'maru-cluster-'));
// PostgreSQL runs as a user of its own
await chmod(folder, 0o755);

const apart: Scenario = {
  name: 'services split over six processes, each killed in turn',
  needs: 'three nodes',
  run: (stage) => split(join(folder, 'split'), stage),
};
// what all of them wrote is looked at in the end
const all: readonly Scenario[] = [...together, ...across, ...affinity, ...deaths, ...restarts, ...outageScenarios, ...links, apart, writing];
const count = { passed: 0, failed: 0, skipped: 0 };

/** Why a scenario cannot run here, or null. */
async function obstacle({ name, needs }: Scenario, { cluster }: Stage): Promise<string | null> {
  const { services } = cluster;
  if (needs === 'one node' && services) return 'it is for the embedded store';
  if (needs === 'three nodes' && !services) return 'it needs three nodes and the real services';
  const isBehindNginx = affinity.some((each) => each.name === name) || name === apart.name;
  return isBehindNginx && (await nginxProgram()) === null ? 'nginx is not on this machine: apt-get install nginx' : null;
}

async function runAll(stage: Stage): Promise<void> {
  for (const scenario of all.filter(({ name }) => only.split('|').some((part) => name.includes(part)))) {
    const why = await obstacle(scenario, stage);
    if (why === null) count[(await passes(scenario, stage)) ? 'passed' : 'failed'] += 1;
    // a scenario for the other form is none of this run's
    else if (isEmbedded || scenario.needs !== 'one node') {
      count[process.env.CI === 'true' && !isEmbedded ? 'failed' : 'skipped'] += 1;
      say(`SKIPPED  ${scenario.name}: ${why}`);
    }
  }
}

/** Null where the cluster is to be one node, or cannot be more on this machine, which is said. */
async function startServices(): Promise<Services | null> {
  if (isEmbedded) return null;
  const own = join(folder, 'services');
  await mkdir(own);
  await chmod(own, 0o755);
  const started = await Services.start(own);
  say(started.words.trim());
  if (started.missing.length === 0) return started;
  await started.stop();
  say(`SEVERAL NODES ARE NOT TRIED: they need ${started.missing.join(', ')}, which this machine could not start, as said above`);
  return null;
}

let services: Services | null = null;
let cluster: Cluster | null = null;

// services are in sessions of their own: whatever ends this process must not leave them behind
process.on('exit', () => {
  cluster?.abandon();
  abandonServices();
});
for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]] as const) process.once(signal, () => process.exit(code));

async function stopAll(): Promise<void> {
  try {
    await cluster?.stop();
  } finally {
    await services?.stop();
  }
}

function broken(error: unknown): void {
  count.failed += 1;
  say(`FAIL  the cluster itself: ${inspect(error)}`);
}

const stage = { seed: seed(), long: Boolean(process.env.MARU_TEST_LONG) };
try {
  services = await startServices();
  cluster = services ? await Cluster.distributed(join(folder, 'nodes'), services, nodes) : await Cluster.embedded(folder);
  say(`${cluster.nodes.map(({ name, url }) => `${name} ${url}`).join(', ')}: ready after ${inSeconds(Date.now() - began)}`);
  await runAll({ ...stage, cluster });
} catch (error) {
  broken(error);
}
await stopAll().catch(broken);
if (count.failed === 0) await rm(folder, { recursive: true, force: true });
else say(`what nodes and services said is in ${folder}`);
say(`all in ${inSeconds(Date.now() - began)}`);
const { passed, failed, skipped } = count;
say(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
// at once: connections that were reset have made Node turn in circles when it was left to end by itself
process.exit(failed > 0 || passed === 0 ? 1 : 0);
