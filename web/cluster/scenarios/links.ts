/** Links that delay, stall, cut and half-open: of the clients, and of the nodes to each service. */
import assert from 'node:assert/strict';
import { BadLink, type Weather } from '../../packages/maru-client/e2e/bad-link.ts';
import { figures, gathered, spread } from '../gathering.ts';
import { pause } from '../ports.ts';
import type { Scenario } from '../scenario.ts';
import type { Service } from '../services.ts';

interface Spell {
  readonly weather: Weather;
  readonly ms: number;
}

/** Each short enough for the grace. */
const clientSpells: readonly Spell[] = [
  { weather: { kind: 'late', ms: 200 }, ms: 3_000 },
  { weather: { kind: 'stalled' }, ms: 4_000 },
  { weather: { kind: 'cut' }, ms: 500 },
  { weather: { kind: 'half-open', lost: 'up' }, ms: 5_000 },
  { weather: { kind: 'half-open', lost: 'down' }, ms: 5_000 },
  { weather: { kind: 'down' }, ms: 2_500 },
];
/** Those of a service, which is gone altogether in scenarios of its own. Lost replies are those of what was half-open. */
const serviceSpells: readonly Spell[] = [
  { weather: { kind: 'late', ms: 200 }, ms: 2_500 },
  { weather: { kind: 'stalled' }, ms: 3_000 },
  { weather: { kind: 'cut' }, ms: 500 },
  { weather: { kind: 'half-open', lost: 'up' }, ms: 4_000 },
  { weather: { kind: 'half-open', lost: 'down' }, ms: 4_000 },
];
const fairMs = 2_000;
/** Until a client that hears nothing takes its line for dead, `live.silence_ms_max`, and comes back. */
const clientPauseMs = 25_000 + 10_000;
/**
 * Until a node has given up a dead link to a service, reopened its rooms where it had to, and people are back. What is sent
 * at the beginning of it all may wait until its end, 24 s later, and be refused a few times meanwhile.
 */
const servicePauseMs = 40_000;

async function weather(spells: readonly Spell[], set: (weather: Weather) => void): Promise<void> {
  for (const spell of spells) {
    set(spell.weather);
    await pause(spell.ms);
    set({ kind: 'clear' });
    await pause(fairMs);
  }
}

function clients(): Scenario {
  return {
    name: 'a bad link between some clients and their nodes',
    needs: 'any',
    run: async ({ cluster, seed }) => {
      const ways = await spread(cluster, 3, 3);
      const portOf = (url: string): number => Number(new URL(url).port);
      const bad = await Promise.all([ways.owner, ways.editors[0] ?? '', ways.guests[0] ?? ''].map((url) => BadLink.to(portOf(url))));
      const url = (place: number): string => `http://127.0.0.1:${bad[place]?.port}`;
      const through = { ...ways, owner: url(0), editors: [url(1), ...ways.editors.slice(1)], guests: [url(2), ...ways.guests.slice(1)] };
      try {
        return await gathered(through, seed, async (gathering) => {
          await gathering.underLoad(fairMs);
          await weather(clientSpells, (each) => bad.forEach((link) => link.set(each)));
          const readAt = cluster.node(1).url;
          const findings = await gathering.judge({ readAt, pauseMsMax: clientPauseMs, awayMsMax: clientPauseMs });
          const broken = bad.reduce((sum, link) => sum + link.broken, 0);
          assert(broken > 0, 'the bad links were bad');
          return `${broken} connections broken; ${figures(findings)}`;
        });
      } finally {
        for (const link of bad) link.close();
      }
    },
  };
}

function service(name: Service): Scenario {
  return {
    name: `a bad link between the nodes and ${name}`,
    needs: 'three nodes',
    run: async ({ cluster, seed }) =>
      gathered(await spread(cluster, 3, 3), seed, async (gathering) => {
        const { services, lives } = cluster;
        assert(services);
        await gathering.underLoad(fairMs);
        await weather(serviceSpells, (each) => services.set(name, each));
        await Promise.all(cluster.nodes.map((node) => node.untilReady(servicePauseMs)));
        await gathering.untilSaving(servicePauseMs);
        const readAt = cluster.node(1).url;
        const findings = await gathering.judge({ readAt, pauseMsMax: servicePauseMs, awayMsMax: servicePauseMs });
        assert(services.broken(name) > 0, 'the bad link was bad');
        assert.equal(cluster.lives, lives, 'no node was restarted');
        return `${services.broken(name)} connections broken; ${figures(findings)}`;
      }),
  };
}

// pictures alone need the object store, and nothing in a room waits for them
export const links: readonly Scenario[] = [clients(), ...(['postgres', 'mongodb', 'redis', 'kafka'] as const).map(service)];
