/** Services that go away and come back under load: what pauses, what goes on, and that nothing needs a restart. */
import assert from 'node:assert/strict';
import { figures, gathered, spread } from '../gathering.ts';
import { pause, untilTrue } from '../ports.ts';
import { usual, Watch } from '../probes.ts';
import type { Scenario, Stage } from '../scenario.ts';
import type { Services } from '../services.ts';

const loadMs = 3_000;
const recoverWithinMs = 40_000;
/** What a store's absence may keep an answer waiting beyond that absence. */
const marginMs = 20_000;

interface Outage {
  readonly name: string;
  /** How long it is away, and in a long run. */
  readonly awayMs: readonly [number, number];
  begins(services: Services): Promise<void>;
  ends(services: Services): Promise<void>;
  /** What docs/operations.md promises to go on meanwhile, of the probes. */
  readonly goesOn: readonly string[];
  /** Whether edits are saved meanwhile, and nobody has to come back. */
  readonly roomsGoOn: boolean;
}

async function out({ cluster, seed, long }: Stage, { awayMs, begins, ends, goesOn, roomsGoOn }: Outage): Promise<string> {
  const { services, lives } = cluster;
  assert(services);
  const forMs = awayMs[long ? 1 : 0];
  return gathered(await spread(cluster, 3, 3), seed, async (gathering) => {
    const watch = new Watch(await usual(cluster.node(0).url));
    try {
      await gathering.underLoad(loadMs);
      await begins(services);
      await pause(forMs);
      const savedMeanwhile = roomsGoOn ? await gathering.untilSaving(marginMs) : null;
      await ends(services);
      const back = Date.now();
      await Promise.all(cluster.nodes.map((node) => node.untilReady(recoverWithinMs)));
      await untilTrue(() => `all is answered again: ${watch.story}`, async () => watch.isWell, recoverWithinMs);
      await gathering.untilSaving(recoverWithinMs);
      const recovered = Date.now() - back;
      await gathering.underLoad(loadMs);
      await watch.stop();
      watch.expect(goesOn);
      const bounds = roomsGoOn ? { pauseMsMax: marginMs, awayMsMax: 0 } : { pauseMsMax: forMs + marginMs, awayMsMax: forMs + marginMs };
      const findings = await gathering.judge({ readAt: cluster.node(1).url, ...bounds });
      assert.equal(cluster.lives, lives, 'no node was restarted');
      const rooms = savedMeanwhile === null ? 'rooms paused' : 'rooms went on';
      return `${rooms}, ${watch.story}, all well ${(recovered / 1_000).toFixed(1)} s after; ${figures(findings)}`;
    } finally {
      await watch.stop();
    }
  });
}

const outages: readonly Outage[] = [
  {
    name: 'a master of Redis killed and back',
    awayMs: [6_000, 30_000],
    begins: (services) => services.kill('redis1'),
    ends: (services) => services.again('redis1'),
    goesOn: ['profile'],
    roomsGoOn: false,
  },
  {
    name: 'Redis flushed',
    awayMs: [1_000, 1_000],
    begins: (services) => services.flushRedis(),
    ends: async () => undefined,
    // a sign-in that was under way is forgotten, and begun again
    goesOn: ['profile', 'ticket', 'post'],
    roomsGoOn: true,
  },
  {
    name: 'Kafka away',
    awayMs: [60_000, 120_000],
    begins: (services) => services.kill('kafka'),
    ends: (services) => services.again('kafka'),
    goesOn: ['profile', 'sign-in', 'ticket', 'post'],
    roomsGoOn: true,
  },
  {
    name: 'PostgreSQL restarted',
    awayMs: [3_000, 30_000],
    begins: (services) => services.halt('postgres'),
    ends: (services) => services.again('postgres'),
    goesOn: [],
    roomsGoOn: true,
  },
  {
    name: 'MongoDB restarted',
    awayMs: [3_000, 30_000],
    begins: (services) => services.kill('mongodb'),
    ends: (services) => services.again('mongodb'),
    goesOn: ['profile'],
    roomsGoOn: false,
  },
];

export const outageScenarios: readonly Scenario[] = outages.map((outage) => ({
  name: outage.name,
  needs: 'three nodes',
  run: (stage: Stage) => out(stage, outage),
}));
