/** Two nodes behind a plain nginx: round robin with no affinity at all, and then by room. */
import assert from 'node:assert/strict';
import { Chance } from '../../packages/maru-client/e2e/chance.ts';
import type { Cluster } from '../cluster.ts';
import { figures, gathered, type GatheringOptions } from '../gathering.ts';
import { Nginx, type Policy } from '../nginx.ts';
import type { Node } from '../node.ts';
import { pause } from '../ports.ts';
import type { Scenario, Stage } from '../scenario.ts';

const loadMs = 8_000;
const bystanderEveryMsMax = 30;
/** live.grace_ms, and a little. */
const graceMs = 12_000;
/** What nodes say to each other about rooms, as the node that hears it counts it. */
const relayMetric = 'maru_relay_received_total';

async function relayed(nodes: readonly Node[]): Promise<number> {
  const counts = await Promise.all(nodes.map((node) => node.metric(relayMetric)));
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * Asks for something every now and then. People who only ever ask for a ticket and come in would take turns in step with
 * nginx, and all come in at the node whose turn is second.
 */
function bystander(url: string, chance: Chance): () => Promise<void> {
  const leaving = new AbortController();
  const asking = (async () => {
    while (!leaving.signal.aborted) {
      await fetch(`${url}/healthz`).then((answer) => answer.text());
      await pause(chance.next() * bystanderEveryMsMax);
    }
  })();
  return async () => {
    leaving.abort();
    await asking;
  };
}

async function behind(stage: Stage, policy: Policy['kind'] & ('round robin' | 'by room'), expect: (relays: number, connected: number[]) => void): Promise<string> {
  const { cluster, seed } = stage;
  const two = [cluster.node(0), cluster.node(1)];
  const nginx = await Nginx.start(cluster.folder, { kind: policy, ports: two.map(({ port }) => port) });
  const leave = bystander(nginx.url, new Chance(seed));
  try {
    // those of the scenario before are still being seen to leave
    if (policy === 'by room') await pause(graceMs);
    const { url } = nginx;
    const everybody: GatheringOptions = { signIn: cluster.node(0).url, owner: url, editors: [url, url, url], guests: [url, url] };
    return await gathered(everybody, seed, async (gathering) => {
      // the room may have to move to where it belongs when its first visitors come
      const before = await relayed(two);
      await gathering.underLoad(loadMs);
      const relays = (await relayed(two)) - before;
      const connected = await Promise.all(two.map((node) => node.metric('maru_connections')));
      const findings = await gathering.judge({ readAt: readAt(cluster), pauseMsMax: 5_000, awayMsMax: 0 });
      expect(relays, connected);
      return `${connected.join(' and ')} connections, ${relays} messages between the nodes; ${figures(findings)}`;
    });
  } finally {
    await leave();
    await nginx.stop();
  }
}

/** The node that nobody came by. */
function readAt(cluster: Cluster): string {
  return cluster.node(2).url;
}

export const affinity: readonly Scenario[] = [
  {
    name: 'two nodes behind a plain round robin',
    needs: 'three nodes',
    run: (stage) =>
      behind(stage, 'round robin', (relays, connected) => {
        assert(connected.every((count) => count > 0), `each node has connections: ${connected.join(', ')}`);
        assert(relays > 0, 'the nodes spoke to each other');
      }),
  },
  {
    name: 'two nodes behind one that knows where a room belongs',
    needs: 'three nodes',
    run: (stage) =>
      behind(stage, 'by room', (relays, connected) => {
        assert(connected.some((count) => count === 0), `all are on one node: ${connected.join(', ')}`);
        assert.equal(relays, 0, 'nothing had to be said between the nodes');
      }),
  },
];
