/** What a scenario is and how all of them are run: one after the other, each with its time and figures. */
import { inspect } from 'node:util';
import type { Cluster } from './cluster.ts';

/** What a scenario cannot do without. */
export type Need = 'any' | 'one node' | 'three nodes';

export interface Scenario {
  readonly name: string;
  readonly needs: Need;
  /** Tells its figures in one line. */
  run(stage: Stage): Promise<string>;
}

export interface Stage {
  readonly cluster: Cluster;
  readonly seed: number;
  /** Longer outages and more of each. */
  readonly long: boolean;
}

export const say = (line: string): void => void process.stdout.write(`${line}\n`);

export const inSeconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** Whether it passed. */
export async function passes({ name, run }: Scenario, stage: Stage): Promise<boolean> {
  const began = Date.now();
  try {
    const story = await run(stage);
    say(`ok    ${name}: ${story} (${inSeconds(Date.now() - began)})`);
    return true;
  } catch (error) {
    say(`FAIL  ${name}, MARU_SEED=${stage.seed} (${inSeconds(Date.now() - began)})\n${inspect(error)}`);
    for (const node of stage.cluster.nodes) {
      say(`--- ${node.name} ---\n${await node.process.words()}`);
    }
    return false;
  }
}
