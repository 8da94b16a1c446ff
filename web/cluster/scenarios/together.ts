/** Clients on different nodes in one room: a few, and a crowd. */
import assert from 'node:assert/strict';
import { figures, gathered, spread, type Gathering } from '../gathering.ts';
import { untilTrue } from '../ports.ts';
import type { Scenario } from '../scenario.ts';

/** Above `live.crowd_min` as it ships, so that people far away are told of less often. */
const lookersOn = 150;
const seenWithinMs = 20_000;
/** A node that dies takes a third of a crowd with it, who come back to two nodes of a debug build. */
const crowdAwayMsMax = 20_000;

/** Everybody is shown everybody. */
async function allSeen({ everyone }: Gathering): Promise<void> {
  const here = everyone.filter(({ isGone }) => !isGone);
  const counts = (): number[] => here.map(({ room }) => room.view.people.size);
  await untilTrue(
    () => `each of ${here.length} sees as many; they see ${[...new Set(counts())].join(', ')}`,
    async () => counts().every((count) => count === here.length),
    seenWithinMs,
  );
}

export const together: readonly Scenario[] = [
  {
    name: 'one room, its people on every node',
    needs: 'any',
    run: async ({ cluster, seed, long }) =>
      gathered(await spread(cluster, 3, 3), seed, async (gathering) => {
        await gathering.underLoad(long ? 60_000 : 8_000);
        const [, , goer] = gathering.guests;
        await goer?.leave();
        await gathering.underLoad(2_000);
        return figures(await gathering.judge({ readAt: cluster.node(1).url, pauseMsMax: 5_000, awayMsMax: 0 }));
      }),
  },
  {
    name: 'a crowd in one room, spread over all nodes, of which one dies',
    needs: 'three nodes',
    run: async ({ cluster, seed, long }) =>
      gathered(await spread(cluster, 3, 3, lookersOn), seed, async (gathering) => {
        await allSeen(gathering);
        await gathering.underLoad(long ? 60_000 : 6_000);
        const owner = await cluster.owner();
        const edge = cluster.nodes.find((node) => node !== owner);
        assert(owner && edge);
        const [atOwner, atEdge] = await Promise.all([owner, edge].map((node) => node.metric('maru_connections')));
        await edge.kill();
        await gathering.underLoad(6_000);
        await edge.start();
        await allSeen(gathering);
        const findings = await gathering.judge({ readAt: edge.url, pauseMsMax: crowdAwayMsMax, awayMsMax: crowdAwayMsMax });
        return `${gathering.everyone.length} people, ${atOwner} of them at the owner, ${atEdge} at the node that died; ${figures(findings)}`;
      }),
  },
];
