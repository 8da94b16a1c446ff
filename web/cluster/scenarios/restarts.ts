import type { Scenario } from '../scenario.ts';
export const restarts: readonly Scenario[] = [];
