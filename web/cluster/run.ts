/**
 * `npm run cluster [part of a name]`: the cluster suite; the last line counts it. MARU_CLUSTER=embedded runs what one
 * node on the embedded store can show, MARU_SEED=N gives the same chance again, MARU_TEST_LONG=1 longer outages.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster } from './cluster.ts';
import { deaths } from './scenarios/deaths.ts';
import { links } from './scenarios/links.ts';
import { restarts } from './scenarios/restarts.ts';
import { together } from './scenarios/together.ts';
import { passes, say, type Scenario } from './scenario.ts';

const only = process.argv[2] ?? '';
const { MARU_SEED: given, MARU_TEST_LONG: long } = process.env;
const seed = given === undefined ? Math.floor(Math.random() * 1_000_000) : Number(given);
if (!Number.isSafeInteger(seed)) throw new Error(`MARU_SEED is no whole number: ${given}`);

const scenarios: Scenario[] = [...together, ...deaths, ...restarts, ...links].filter(({ name }) => name.includes(only));
const folder = await mkdtemp(join(tmpdir(), 'maru-cluster-'));
let [passed, failed, skipped] = [0, 0, 0];
const cluster = await Cluster.embedded(folder);
for (const scenario of scenarios) {
  if (scenario.needs !== 'any' && scenario.needs !== 'one node') {
    skipped += 1;
    continue;
  }
  if (await passes(scenario, { cluster, seed, long: Boolean(long) })) passed += 1;
  else failed += 1;
}
const t0 = Date.now();
await cluster.stop();
say(`stop ${Date.now() - t0}`);
if (failed === 0) await rm(folder, { recursive: true, force: true });
say(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
setTimeout(() => say(String((process as any).getActiveResourcesInfo())), 2000).unref();setTimeout(() => say(String((process as any).getActiveResourcesInfo())), 4000).unref();
