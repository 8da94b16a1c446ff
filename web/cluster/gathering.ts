/** People in one room of a cluster, each by a way of their own; what they saw is judged in the end. */
import assert from 'node:assert/strict';
import { Chance } from '../packages/maru-client/e2e/chance.ts';
import { moveIn, type Account } from '../packages/maru-client/e2e/neighbour.ts';
import { check, type Findings } from './checker.ts';
import type { Cluster } from './cluster.ts';
import { busy, type Role } from './load.ts';
import { Person } from './person.ts';
import { pause, untilTrue } from './ports.ts';
import type { Shown } from './record.ts';

const settleWithinMs = 90_000;
const roleWithinMs = 20_000;
/** So many of an audience come at a time, as through a door. */
const enteringTogether = 10;
/** A leave takes its time: the grace, a lease where a node died with it, and a margin. */
const leaveWithinMs = 40_000;
/** In a run in which less was saved, nothing could get lost. */
const ackedMin = 30;

export interface GatheringOptions {
  /** The addresses by which the owner, the editors and the guests come; each one person. */
  readonly owner: string;
  readonly editors: readonly string[];
  readonly guests: readonly string[];
  /** The same of guests who stand and look on. */
  readonly audience?: readonly string[];
  /** Where all sign in: the address that this server takes for its own. */
  readonly signIn: string;
}

/** A name is an account for good: each gathering has people of its own. */
let gatherings = 0;

/** What a run must show, beside that nothing is lost, doubled or seen in another order. */
export interface Verdict {
  /** Where the room is read in the end: an address that none of them used, if there is one. */
  readonly readAt: string;
  /** The longest that an answer may have taken. */
  readonly pauseMsMax: number;
  /** The longest that somebody may have been outside. */
  readonly awayMsMax: number;
}

interface People {
  readonly owner: Person;
  readonly editors: readonly Person[];
  readonly guests: readonly Person[];
  readonly audience: readonly Person[];
}

export class Gathering {
  readonly roomId: string;
  readonly owner: Person;
  readonly editorAccounts: readonly Account[];
  readonly editors: readonly Person[];
  readonly guests: readonly Person[];
  readonly audience: readonly Person[];
  readonly #chance: Chance;
  #over = false;
  #load: Promise<void> | null = null;

  private constructor(roomId: string, accounts: readonly Account[], people: People, chance: Chance) {
    this.editorAccounts = accounts;
    this.roomId = roomId;
    this.owner = people.owner;
    this.editors = people.editors;
    this.guests = people.guests;
    this.audience = people.audience;
    this.#chance = chance;
  }

  /** Everybody signs in, enters the new owner's room, and may furnish it, empty. */
  static async of(options: GatheringOptions, seed: number): Promise<Gathering> {
    const chance = new Chance(seed);
    const { signIn } = options;
    gatherings += 1;
    const tag = `${Date.now().toString(36)}-${gatherings}`;
    const account = await moveIn(signIn, `owner ${tag}`);
    const at = { roomId: account.roomId, random: chance.next };
    const owner = new Person({ ...at, name: 'owner', origin: options.owner, cookie: account.cookie });
    const editors: Person[] = [];
    const accounts: Account[] = [];
    for (const [index, origin] of options.editors.entries()) {
      const name = `editor${index + 1}`;
      const editor = await moveIn(signIn, `${name} ${tag}`);
      accounts.push(editor);
      editors.push(new Person({ ...at, name, origin, cookie: editor.cookie }));
    }
    const named = (name: string) => (origin: string, index: number): Person => new Person({ ...at, name: `${name}${index + 1}`, origin });
    const guests = options.guests.map(named('guest'));
    const audience = (options.audience ?? []).map(named('looker-on '));
    const gathering = new Gathering(account.roomId, accounts, { owner, editors, guests, audience }, chance);
    try {
      await gathering.#enter();
    } catch (error) {
      await gathering.end();
      throw error;
    }
    return gathering;
  }

  get everyone(): readonly Person[] {
    return [this.owner, ...this.editors, ...this.guests, ...this.audience];
  }

  async #enter(): Promise<void> {
    for (const person of [this.owner, ...this.editors, ...this.guests]) await person.enter();
    for (let first = 0; first < this.audience.length; first += enteringTogether) {
      await Promise.all(this.audience.slice(first, first + enteringTogether).map((person) => person.enter()));
    }
    const { room } = this.owner;
    const ids = [...room.view.items.keys()];
    const emptied = await room.batch(ids.map((id) => ({ type: 'remove', id, ifSeq: null }) as const));
    assert.equal(emptied.status, 'applied');
    for (const { id } of this.editorAccounts) {
      assert.equal((await room.setRole(id, 'editor')).status, 'applied');
    }
    const may = async (): Promise<boolean> => this.editors.every((editor) => editor.room.role === 'editor');
    await untilTrue(() => 'the editors may furnish', may, roleWithinMs);
  }

  /** Everybody begins, and goes on until the verdict. */
  begin(): void {
    const writers = [this.owner, ...this.editors].map((person, index): Role => ({ person, row: index * 2 }));
    const watchers = this.guests.map((person): Role => ({ person, row: null }));
    this.#load = busy([...writers, ...watchers], this.#chance, () => this.#over);
  }

  /** Everybody begins; there is some history by the time this is over. */
  async underLoad(forMs: number): Promise<void> {
    if (!this.#load) this.begin();
    await pause(forMs);
  }

  /** Batches saved so far. */
  get acked(): number {
    return this.everyone.reduce((sum, { entries }) => sum + entries.filter((entry) => entry.kind === 'answered' && entry.outcome.status === 'applied').length, 0);
  }

  /** Until something has been saved after now: the room works again. Answers how long it took. */
  async untilSaving(withinMs: number): Promise<number> {
    const began = Date.now();
    const before = this.acked;
    await untilTrue(() => 'something is saved again', async () => this.acked > before, withinMs, 20);
    return Date.now() - began;
  }

  /** Ends the load, waits until all is answered, and compares. */
  async judge(verdict: Verdict): Promise<Findings> {
    this.#over = true;
    await this.#load;
    const present = this.everyone.filter(({ isGone }) => !isGone);
    await this.#settle(present);
    const endings = (): ReturnType<Person['ending']>[] => present.map((person) => person.ending());
    const final = await this.#read(verdict.readAt);
    const judged = (): Findings => check(this.everyone, endings(), final);
    let findings = judged();
    // the newest place of each is owed to everybody, and a leave takes its time
    for (const deadline = Date.now() + leaveWithinMs; isWaiting(findings) && Date.now() < deadline; findings = judged()) {
      await pause(100);
    }
    accept(findings, verdict, this.everyone);
    return findings;
  }

  async end(): Promise<void> {
    this.#over = true;
    await this.#load;
    await Promise.all(this.everyone.map((person) => person.end()));
  }

  async #settle(present: readonly Person[]): Promise<void> {
    const calm = ({ isInside, room }: Person): boolean => isInside && room.view.unsaved === 0;
    const state = ({ name, room, problems }: Person): string =>
      `${name} is ${room.state.name} (${room.state.reason}), ${room.view.unsaved} unsaved, at ${room.view.seq}; ${problems.slice(-2).join('; ')}`;
    await untilTrue(
      () => `everyone is inside, all is answered, and all have come as far:\n${present.map(state).join('\n')}`,
      async () => present.every(calm) && new Set(present.map(({ room }) => room.view.seq)).size === 1,
      settleWithinMs,
    );
  }

  /** The room as somebody new is given it, by REST and by entering. */
  async #read(origin: string): Promise<Shown> {
    const late = new Person({ name: 'reader', origin, roomId: this.roomId, random: this.#chance.next });
    try {
      await late.enter();
      const { seq, items, chat } = late.ending();
      const rest = await restRoom(origin, this.roomId);
      assert.deepEqual(rest, { seq, items: sorted(items) }, 'REST and the live room show the same');
      return { seq, items, chat };
    } finally {
      await late.end();
    }
  }
}

function isWaiting({ misplaced, missingLeaves }: Findings): boolean {
  return misplaced.length + missingLeaves.length > 0;
}

function sorted(items: ReadonlyMap<number, string>): (readonly [number, string])[] {
  return [...items].toSorted(([one], [other]) => one - other);
}

async function restRoom(origin: string, roomId: string): Promise<object> {
  const response = await fetch(`${origin}/v1/rooms/${roomId}`);
  assert.equal(response.status, 200, `GET /v1/rooms/${roomId}`);
  const { room } = (await response.json()) as { room: { seq: number; items: { id: number; color: string }[] } };
  return { seq: room.seq, items: sorted(new Map(room.items.map(({ id, color }) => [id, color]))) };
}

const nothing = ['lost', 'doubled', 'ghosts', 'disordered', 'stale', 'diverged', 'misplaced', 'wrongLeaves', 'missingLeaves', 'unproven'] as const;

function accept(findings: Findings, { pauseMsMax, awayMsMax }: Verdict, everyone: readonly Person[]): void {
  const found = nothing.flatMap((name) => findings[name].map((what) => `${name}: ${what}`));
  if (findings.acked < ackedMin) found.push(`only ${findings.acked} batches were saved, which proves nothing`);
  if (findings.pauseMs > pauseMsMax) found.push(`an answer took ${findings.pauseMs} ms, of ${pauseMsMax} at most`);
  if (findings.awayMs > awayMsMax) found.push(`somebody was outside for ${findings.awayMs} ms, of ${awayMsMax} at most`);
  if (found.length === 0) return;
  const problems = everyone.map(({ name, problems: each }) => `${name}: ${each.slice(-3).join('; ') || 'no problems'}`);
  throw new Error(`${figures(findings)}\n${found.slice(0, 12).join('\n')}\n${found.length} findings\n${problems.join('\n')}`);
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** One line of what a run showed. */
export function figures(findings: Findings): string {
  const { sent, acked, rejected, delivered, lost, doubled, disordered, wrongLeaves, pauseMs, awayMs, leaveMs } = findings;
  const counts = `acked ${acked} of ${sent} (${rejected} refused), ${delivered} deliveries, lost ${lost.length}, doubled ${doubled.length}`;
  const orders = `out of order ${disordered.length}, wrong leaves ${wrongLeaves.length}`;
  const leaves = leaveMs > 0 ? `, leave seen after ${seconds(leaveMs)}` : '';
  return `${counts}, ${orders}, longest pause ${seconds(pauseMs)}, longest away ${seconds(awayMs)}${leaves}`;
}

/** A gathering that is always ended. */
export async function gathered<T>(options: GatheringOptions, seed: number, run: (gathering: Gathering) => Promise<T>): Promise<T> {
  const gathering = await Gathering.of(options, seed);
  try {
    return await run(gathering);
  } finally {
    await gathering.end();
  }
}

/** Ways in for a gathering spread over all nodes: the first editor beside the owner, the others elsewhere. */
export async function spread(cluster: Cluster, editors: number, guests: number, audience = 0): Promise<GatheringOptions> {
  const fronts = (count: number, first: number): Promise<string[]> =>
    Promise.all(Array.from({ length: count }, async (_, index) => (await cluster.front(first + index)).url));
  const [owner = ''] = await fronts(1, 0);
  return {
    signIn: cluster.node(0).url,
    owner,
    editors: await fronts(editors, 1),
    guests: await fronts(guests, 2),
    audience: await fronts(audience, 0),
  };
}
