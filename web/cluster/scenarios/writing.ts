/** What the nodes asked MongoDB for when they wrote, in all the scenarios before. */
import assert from 'node:assert/strict';
import type { Scenario } from '../scenario.ts';

/** Rooms alone save more than that in any scenario. */
const writesMin = 20;

export const writing: Scenario = {
  name: 'every write to MongoDB asks for the majority and its journal',
  needs: 'three nodes',
  run: async ({ cluster: { services } }) => {
    assert(services);
    const { writes, weak } = services.written;
    assert(writes >= writesMin, `only ${writes} writes were seen, which proves nothing`);
    assert.equal(weak.length, 0, `${weak.length} of ${writes}: ${[...new Set(weak)].slice(0, 5).join('; ')}`);
    return `${writes} writes`;
  },
};
