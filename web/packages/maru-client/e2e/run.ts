/** `npm run sdk [part of a name]`: the client against the real server; MARU_SEED=N runs one seed, MARU_TEST_LONG=1 many. */
import { inspect } from 'node:util';
import { Maru } from '../../../e2e/server.ts';
import { bot } from './bot.ts';
import { crash } from './crash.ts';
import { ownership } from './owner.ts';
import { together } from './together.ts';

const fewSeeds = 3;
const manySeeds = 20;
const sideBySide = 4;

function seeds(): number[] {
  const { MARU_SEED: given, MARU_TEST_LONG: long } = process.env;
  if (given !== undefined) {
    const seed = Number(given);
    if (!Number.isSafeInteger(seed)) {
      throw new Error(`MARU_SEED is no whole number: ${given}`);
    }
    return [seed];
  }
  // other seeds each time: a failing one is named, and can be given back
  const first = Math.floor(Math.random() * 1_000_000);
  return Array.from({ length: long ? manySeeds : fewSeeds }, (_, index) => first + index);
}

interface Test {
  readonly name: string;
  run(maru: Maru): Promise<string>;
}

const only = process.argv[2] ?? '';
const chosen = seeds();
const all: Test[] = [
  { name: 'the example bot', run: bot },
  { name: 'an owner, a friend and guests', run: ownership },
  ...chosen.slice(0, 1).map((seed) => ({ name: `a server that dies twice, MARU_SEED=${seed}`, run: () => crash(seed) })),
  ...chosen.map((seed) => ({
    name: `two people, one behind a bad link, MARU_SEED=${seed}`,
    run: (maru: Maru) => together(maru, seed),
  })),
];
const tests = all.filter(({ name }) => name.includes(only));

const say = (line: string): void => void process.stdout.write(`${line}\n`);

// soon noticed losses, a grace beyond the worst of luck, and snapshots that come in parts
const maru = await Maru.start({
  MARU_LIVE_HEARTBEAT_MS: '1000',
  MARU_LIVE_SILENCE_MS_MAX: '4000',
  MARU_LIVE_GRACE_MS: '60000',
  MARU_LIVE_IDLE_ROOM_MS: '90000',
  MARU_LIVE_SNAPSHOT_PART_BYTES: '4096',
});
async function passes({ name, run }: Test): Promise<boolean> {
  const began = Date.now();
  try {
    const story = await run(maru);
    say(`ok    ${name}: ${story} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
    return true;
  } catch (error) {
    say(`FAIL  ${name}\n${inspect(error)}`);
    return false;
  }
}

// they have rooms of their own and wait more than they work, so some run side by side
const waiting = [...tests];
const results: boolean[] = [];
async function work(): Promise<void> {
  for (let test = waiting.shift(); test; test = waiting.shift()) {
    results.push(await passes(test));
  }
}
await Promise.all(Array.from({ length: sideBySide }, work));
await maru.stop();
const passed = results.filter(Boolean).length;
const failed = results.length - passed;
if (failed > 0) {
  say(`--- the server's last words ---\n${maru.log.slice(-4000)}`);
}
say(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
