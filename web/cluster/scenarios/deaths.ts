/** Nodes that die in the middle of edits, and one that stands still past its lease. */
import assert from 'node:assert/strict';
import type { Cluster } from '../cluster.ts';
import { figures, gathered, spread, type Gathering } from '../gathering.ts';
import type { Node } from '../node.ts';
import { pause } from '../ports.ts';
import type { Scenario, Stage } from '../scenario.ts';

/** `live.lease_ms` and `live.grace_ms`, as they ship. */
const leaseMs = 10_000;
const graceMs = 10_000;
/** For a claim, a way to it, and a machine that is busy. */
const marginMs = 6_000;
const loadMs = 4_000;
/** A node of a debug build, from its start to its readiness. */
const startMs = 15_000;

async function owner(cluster: Cluster): Promise<Node> {
  const node = await cluster.owner();
  assert(node, 'some node owns the room');
  return node;
}

/** A node with people that is not the owner. */
async function edge(cluster: Cluster, not: Node): Promise<Node> {
  for (const node of cluster.nodes) {
    if (node !== not && (await node.metric('maru_connections')) > 0) return node;
  }
  throw new Error('nobody is at an edge');
}

/** Kills some nodes at once, and with them a guest's own machine; what must hold then. */
async function dying(stage: Stage, which: (cluster: Cluster) => Promise<readonly Node[]>, awayMsMax: number): Promise<string> {
  const { cluster, seed } = stage;
  return gathered(await spread(cluster, 3, 4), seed, async (gathering) => {
    await gathering.underLoad(loadMs);
    const nodes = await which(cluster);
    gathering.guests.at(-1)?.vanish();
    const died = Date.now();
    await Promise.all(nodes.map((node) => node.kill()));
    await survivors(gathering, cluster, nodes);
    const back = Date.now() - died;
    await gathering.underLoad(loadMs);
    // whoever comes to it now finds a room that it does not own, and reads it there
    await restarted(nodes);
    const [first] = nodes;
    const readAt = first?.url ?? cluster.node(0).url;
    const findings = await gathering.judge({ readAt, pauseMsMax: awayMsMax + marginMs, awayMsMax });
    return `${nodes.map(({ name }) => name).join(' and ')} died, saving again after ${(back / 1_000).toFixed(1)} s; ${figures(findings)}`;
  });
}

/** With no node left, somebody must start one before anything can be saved. */
async function survivors(gathering: Gathering, cluster: Cluster, dead: readonly Node[]): Promise<void> {
  if (dead.length === cluster.nodes.length) await restarted(dead);
  await gathering.untilSaving(leaseMs + graceMs + marginMs);
}

async function restarted(nodes: readonly Node[]): Promise<void> {
  await Promise.all(nodes.filter((node) => !node.process.isRunning).map((node) => node.start()));
}

/** The owner stands still for so long, while it believes that time goes on as usual. */
async function freezing({ cluster, seed }: Stage, forMs: number, isPastLease: boolean): Promise<string> {
  return gathered(await spread(cluster, 3, 3), seed, async (gathering) => {
    await gathering.underLoad(loadMs);
    const frozen = await owner(cluster);
    const fencedBefore = await frozen.metric('maru_saves_total', 'fenced');
    frozen.process.freeze();
    await pause(forMs);
    frozen.process.thaw();
    await gathering.underLoad(loadMs);
    await frozen.untilReady();
    const awayMsMax = isPastLease ? leaseMs + marginMs : shortAwayMsMax(cluster);
    const findings = await gathering.judge({ readAt: frozen.url, pauseMsMax: forMs + leaseMs + marginMs, awayMsMax });
    const fenced = (await frozen.metric('maru_saves_total', 'fenced')) - fencedBefore;
    return `${frozen.name} stood still for ${forMs / 1_000} s, ${fenced} of its saves fenced; ${figures(findings)}`;
  });
}

/** The only node keeps its people; edges may take an owner that is silent for three announcements for gone. */
function shortAwayMsMax({ nodes }: Cluster): number {
  return nodes.length === 1 ? 0 : marginMs;
}

export const deaths: readonly Scenario[] = [
  {
    name: 'kill -9 of the only node, which is started again',
    needs: 'one node',
    run: (stage) => dying(stage, async (cluster) => [await owner(cluster)], startMs),
  },
  {
    name: 'kill -9 of the owner',
    needs: 'three nodes',
    run: (stage) => dying(stage, async (cluster) => [await owner(cluster)], leaseMs + marginMs),
  },
  {
    name: 'kill -9 of an edge',
    needs: 'three nodes',
    run: (stage) => dying(stage, async (cluster) => [await edge(cluster, await owner(cluster))], marginMs),
  },
  {
    name: 'kill -9 of the owner and an edge at once',
    needs: 'three nodes',
    run: (stage) =>
      dying(
        stage,
        async (cluster) => {
          const first = await owner(cluster);
          return [first, await edge(cluster, first)];
        },
        leaseMs + marginMs,
      ),
  },
  {
    name: 'an owner that stands still within its lease',
    needs: 'any',
    run: (stage) => freezing(stage, 4_000, false),
  },
  {
    name: 'an owner that stands still past its lease',
    needs: 'any',
    run: (stage) => freezing(stage, leaseMs + 4_000, true),
  },
];
