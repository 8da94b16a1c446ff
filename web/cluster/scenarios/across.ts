/** What is done at one node is felt at once by people of the others: notices, roles, rules, sending out, signing out. */
import assert from 'node:assert/strict';
import type { Account } from '../../packages/maru-client/e2e/neighbour.ts';
import type { Cluster } from '../cluster.ts';
import { gathered, spread, type Gathering } from '../gathering.ts';
import type { Person } from '../person.ts';
import { untilTrue } from '../ports.ts';
import type { Scenario } from '../scenario.ts';

const soonMs = 8_000;

/** How long each thing took to be felt. */
class Times {
  readonly #all: string[] = [];

  async felt(what: string, holds: () => boolean): Promise<void> {
    const began = Date.now();
    await untilTrue(() => what, async () => holds(), soonMs, 10);
    this.#all.push(`${what} ${Date.now() - began} ms`);
  }

  get story(): string {
    return this.#all.join(', ');
  }
}

/** A change that is answered with success, at some node. */
async function change(node: string, { cookie }: Account, origin: string, method: string, path: string): Promise<void> {
  const response = await fetch(`${node}${path}`, { method, headers: { cookie, origin } });
  assert(response.ok, `${method} ${path} was answered ${response.status}`);
}

async function notice({ owner, editorAccounts: [follower] }: Gathering, cluster: Cluster, times: Times): Promise<void> {
  const kinds: string[] = [];
  owner.room.on('notification', ({ kind }) => void kinds.push(kind));
  const handle = owner.room.self?.handle;
  assert(follower && handle);
  const at = cluster.node(1).url;
  await change(at, follower, at, 'PUT', `/v1/users/${handle}/follow`);
  await times.felt('a notice', () => kinds.includes('follow'));
}

async function muting({ owner, editors }: Gathering, times: Times): Promise<void> {
  const muted = editors[1];
  assert(muted?.person);
  assert.equal((await owner.room.mute(muted.person, 5)).status, 'applied');
  await times.felt('muting', () => muted.room.self?.muted === true);
  assert.deepEqual(await muted.room.say('...'), { status: 'rejected', reason: 'muted' });
  assert.equal((await owner.room.unmute(muted.person)).status, 'applied');
  assert.equal((await muted.room.say('아아')).status, 'applied');
}

async function roles({ owner, editors: [demoted] }: Gathering, times: Times): Promise<void> {
  assert(demoted?.person);
  assert.equal((await owner.room.setRole(demoted.person, 'visitor')).status, 'applied');
  await times.felt('a role', () => demoted.room.role === 'visitor');
  const refused = await demoted.room.put({ kind: 'gift', place: 0, x: 1, y: 15, rotation: 0, color: '' });
  assert.deepEqual(refused, { status: 'rejected', reason: 'forbidden' });
}

async function rules({ owner, everyone }: Gathering, times: Times): Promise<void> {
  assert.equal((await owner.room.setPolicy({ name: '모두의 방' })).status, 'applied');
  await times.felt('a name', () => everyone.every(({ room }) => room.info?.name === '모두의 방'));
}

async function sendingOut({ owner, guests, editors }: Gathering, times: Times): Promise<void> {
  const [guest, banned] = [guests[0], editors[2]];
  assert(guest?.person && banned?.person);
  const stay = [owner, ...editors.slice(0, 2), ...guests.slice(1)];
  const gone = (person: Person) => (): boolean =>
    stay.every(({ room }) => [...room.view.people.values()].every(({ id }) => id !== person.person));
  assert.equal((await owner.room.kick(guest.person)).status, 'applied');
  await times.felt('a kick', () => guest.room.state.reason === 'kicked');
  await times.felt('its leave', gone(guest));
  assert.equal((await owner.room.ban(banned.person)).status, 'applied');
  await times.felt('a ban', () => banned.room.state.reason === 'banned');
  await times.felt('its leave', gone(banned));
}

/** Signed out at a node that is not the one they are connected to. */
async function signingOut({ editors: [person], editorAccounts: [account] }: Gathering, cluster: Cluster, times: Times): Promise<void> {
  assert(person && account);
  const at = cluster.node(2).url;
  await change(at, account, at, 'POST', '/v1/auth/logout');
  await times.felt('signing out', () => person.room.state.reason === 'login_ended');
}

export const across: readonly Scenario[] = [
  {
    name: 'what is done at one node is felt at the others',
    needs: 'any',
    run: async ({ cluster, seed }) =>
      gathered(await spread(cluster, 3, 3), seed, async (gathering) => {
        const times = new Times();
        await notice(gathering, cluster, times);
        await muting(gathering, times);
        await roles(gathering, times);
        await rules(gathering, times);
        await sendingOut(gathering, times);
        await signingOut(gathering, cluster, times);
        return times.story;
      }),
  },
];
