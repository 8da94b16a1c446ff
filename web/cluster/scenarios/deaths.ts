import type { Scenario } from '../scenario.ts';
export const deaths: readonly Scenario[] = [];
