/** All nodes restarted one after the other, as an upgrade does, and services split over processes of their own. */
import { figures, gathered, spread } from '../gathering.ts';
import type { Scenario } from '../scenario.ts';

const loadMs = 4_000;
/** `live.drain_spread_ms` as it ships, and a margin. */
const comeBackMs = 5_000 + 5_000;
/** What was sent as one node stops may meet the next one that does. */
const againMs = 10_000;
/** A node of a debug build, from its start to its readiness, where no other takes its people. */
const startMs = 15_000;

export const restarts: readonly Scenario[] = [
  {
    name: 'a rolling restart of all nodes',
    needs: 'any',
    run: async ({ cluster, seed }) =>
      gathered(await spread(cluster, 3, 3), seed, async (gathering) => {
        await gathering.underLoad(loadMs);
        const stops: number[] = [];
        for (const node of cluster.nodes) {
          const began = Date.now();
          await node.stop();
          stops.push(Date.now() - began);
          await node.start();
          await gathering.underLoad(loadMs);
        }
        const awayMsMax = comeBackMs + (cluster.nodes.length === 1 ? startMs : 0);
        const findings = await gathering.judge({ readAt: cluster.node(0).url, pauseMsMax: awayMsMax + againMs, awayMsMax });
        const times = stops.map((ms) => (ms / 1_000).toFixed(1)).join(', ');
        return `nodes stopped in ${times} s; ${figures(findings)}`;
      }),
  },
];
