/** The example bot, as anyone would start it: it greets who comes in, and dances when asked. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Maru } from '../../../e2e/server.ts';
import { moveIn, Neighbour, until } from './neighbour.ts';

const script = fileURLToPath(new URL('../examples/bot.ts', import.meta.url));

export async function bot(maru: Maru): Promise<string> {
  const { roomId, cookie } = await moveIn(maru.url, 'host');
  const env = { ...process.env, MARU_COOKIE: cookie };
  const child = spawn(process.execPath, [script, maru.url, roomId], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let told = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (told += chunk.toString()));
  }
  const guest = new Neighbour({ origin: maru.url, roomId, name: '손님', random: Math.random });
  const places = new Set<string>();
  guest.room.on('avatars', (avatars) => {
    for (const { member, x, y } of avatars) {
      if (member !== guest.room.member) {
        places.add(`${x},${y}`);
      }
    }
  });
  try {
    await until(`the bot furnishes: ${told}`, () => /applied|rejected/u.test(told), 20_000);
    await guest.enter();
    await until('the bot greets', () => guest.room.view.chat.some(({ text }) => text.includes('손님')), 10_000);
    assert.equal((await guest.room.say('!dance')).status, 'applied');
    await until('the bot walks in a circle', () => places.size >= 10, 15_000);
  } catch (error) {
    throw new Error(`the bot said: ${told}`, { cause: error });
  } finally {
    await guest.room.stop();
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }
  assert.equal(child.exitCode, 0, told);
  return `${places.size} places`;
}
