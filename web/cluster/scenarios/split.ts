/** A process for each service behind nginx; each is killed and started again in turn, under load. */
import assert from 'node:assert/strict';
import { Cluster, splitServices } from '../cluster.ts';
import { figures, gathered } from '../gathering.ts';
import { Nginx } from '../nginx.ts';
import { freePort, pause, untilTrue } from '../ports.ts';
import { usual, Watch } from '../probes.ts';
import type { Stage } from '../scenario.ts';

const awayMs = 1_500;
const wellWithinMs = 30_000;
/** A room whose only node is killed waits for that to come back; the debug build takes its time. */
const roomMsMax = 20_000;

/** Which probe a service answers. What is of none goes on whichever process is away. */
const asks: Readonly<Record<string, string>> = { auth: 'sign-in', user: 'profile', room: 'ticket', post: 'post' };

export async function split(folder: string, { cluster: { services }, seed }: Stage): Promise<string> {
  assert(services);
  const front = await freePort();
  const cluster = await Cluster.split(folder, services, `http://127.0.0.1:${front}`);
  try {
    const ports = new Map(cluster.nodes.map(({ name, port }) => [name, port]));
    const nginx = await Nginx.start(folder, { kind: 'by service', ports }, front);
    try {
      return await killedInTurn(cluster, nginx.url, seed);
    } catch (error) {
      const words = await Promise.all(cluster.nodes.map(async (node) => `--- ${node.name} ---\n${await node.process.words()}`));
      throw new Error(`what the services said last:\n${words.join('\n')}`, { cause: error });
    } finally {
      await nginx.stop();
    }
  } finally {
    await cluster.stop();
  }
}

async function killedInTurn(cluster: Cluster, url: string, seed: number): Promise<string> {
  const everybody = { signIn: url, owner: url, editors: [url, url], guests: [url, url] };
  return gathered(everybody, seed, async (gathering) => {
    gathering.begin();
    const paused: string[] = [];
    for (const [place, name] of splitServices.entries()) {
      const watch = new Watch(await usual(url));
      try {
        await pause(awayMs);
        await cluster.node(place).kill();
        await pause(awayMs);
        await cluster.node(place).start();
        await untilTrue(() => `without ${name}: all is answered again: ${watch.story}`, async () => watch.isWell, wellWithinMs);
        await gathering.untilSaving(wellWithinMs);
      } finally {
        await watch.stop();
      }
      // signing in reads the new account from the service of users
      const mine = asks[name];
      const goOn = Object.values(asks).filter((each) => each !== mine && each !== 'sign-in');
      watch.expect(goOn);
      paused.push(`without ${name}: ${watch.story}`);
    }
    const findings = await gathering.judge({ readAt: url, pauseMsMax: roomMsMax, awayMsMax: roomMsMax });
    return `${paused.join('; ')}; ${figures(findings)}`;
  });
}
