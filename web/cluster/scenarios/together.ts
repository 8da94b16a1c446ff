/** Clients on different nodes in one room. */
import { figures, gathered, spread } from '../gathering.ts';
import type { Scenario } from '../scenario.ts';

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
];
