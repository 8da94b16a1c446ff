/** What people ask of the cluster beside rooms, over and over, while something is away: what pauses and what goes on. */
import assert from 'node:assert/strict';
import { moveIn, type Account } from '../packages/maru-client/e2e/neighbour.ts';
import { pause } from './ports.ts';

const everyMs = 700;
/** No outside call may take longer, whatever is away. */
const answerMsMax = 15_000;
/**
 * What a failure may look like: "try again", from a node, or from the nginx before one that is gone. A sign-in says so on a
 * page: a store was away, the provider was, or what was under way is forgotten.
 */
const later = /^(429|502|503|504) |answered (502|503|504|error=(other|provider_unavailable|state_mismatch))$/u;

export interface Probe {
  readonly name: string;
  /** Rejects when it is not answered as it should be. */
  ask(signal: AbortSignal): Promise<void>;
}

interface Figures {
  asked: number;
  failed: number;
  /** Since when it has failed. */
  since: number | null;
  longestOutMs: number;
  slowestMs: number;
  readonly reasons: Map<string, number>;
}

/** An answer that says no. Only those that tell the asker to try again are what an outage may look like. */
class Refused extends Error {
  readonly status: number;

  constructor(status: number, code: string) {
    super(`${status} ${code}`);
    this.status = status;
  }
}

async function expectOk(response: Response): Promise<void> {
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return;
  const code = typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : 'without a code';
  throw new Refused(response.status, code);
}

/** A name is an account for good. */
function nobodysName(what: string): string {
  return `${what} ${crypto.randomUUID().slice(0, 12)}`;
}

/** An account of its own, so that nobody's allowance is used up. */
export async function usual(origin: string): Promise<readonly Probe[]> {
  const account = await moveIn(origin, nobodysName('asker'));
  return [signingIn(origin), profile(origin, account), ticket(origin, account), post(origin, account)];
}

function signingIn(origin: string): Probe {
  return {
    name: 'sign-in',
    ask: async () => {
      await moveIn(origin, nobodysName('new'));
    },
  };
}

function profile(origin: string, { cookie }: Account): Probe {
  return {
    name: 'profile',
    ask: async (signal) => expectOk(await fetch(`${origin}/v1/me`, { headers: { cookie }, signal })),
  };
}

function ticket(origin: string, { cookie, roomId }: Account): Probe {
  const headers = { cookie, origin, 'content-type': 'application/json' };
  return {
    name: 'ticket',
    ask: async (signal) =>
      expectOk(await fetch(`${origin}/v1/rooms/${roomId}/tickets`, { method: 'POST', headers, body: '{}', signal })),
  };
}

function post(origin: string, { cookie }: Account): Probe {
  const headers = { cookie, origin, 'content-type': 'application/json' };
  let turn = 0;
  return {
    name: 'post',
    ask: async (signal) => {
      turn += 1;
      const body = JSON.stringify({ visibility: 'public', text: `오늘의 ${turn}번째 이야기 ${crypto.randomUUID()}`, state: 'draft' });
      await expectOk(await fetch(`${origin}/v1/posts`, { method: 'POST', headers, body, signal }));
    },
  };
}

/** Asks all of them until it is stopped. */
export class Watch {
  readonly #figures = new Map<string, Figures>();
  readonly #all: Promise<void>;
  readonly #probes: readonly Probe[];
  #over = false;

  constructor(probes: readonly Probe[]) {
    this.#probes = probes;
    this.#all = Promise.all(probes.map((probe) => this.#repeat(probe))).then(() => undefined);
  }

  /** Whether every one of them is answered again. */
  get isWell(): boolean {
    return this.#probes.every(({ name }) => (this.#figures.get(name)?.since ?? null) === null);
  }

  async stop(): Promise<void> {
    this.#over = true;
    await this.#all;
  }

  /** Those that must have gone on did, and no answer was anything but a clear "later". */
  expect(goesOn: readonly string[]): void {
    for (const [name, { asked, failed, reasons, slowestMs }] of this.#figures) {
      assert(asked > 0, `${name} was never asked for`);
      assert(slowestMs < answerMsMax, `${name} took ${slowestMs} ms to be answered`);
      const told = [...reasons.keys()];
      assert(told.every((reason) => later.test(reason)), `${name} failed: ${told.join(', ')}`);
      if (goesOn.includes(name)) assert.equal(failed, 0, `${name} should have gone on, and failed: ${told.join(', ')}`);
    }
  }

  get story(): string {
    const parts = [...this.#figures].map(([name, { failed, asked, since, longestOutMs, reasons }]) => {
      if (failed === 0) return `${name} went on (${asked})`;
      if (since === null) return `${name} paused ${(longestOutMs / 1_000).toFixed(1)} s`;
      const told = [...reasons].map(([reason, times]) => `${reason}, ${times} times`).join('; ');
      return `${name} has failed for ${((Date.now() - since) / 1_000).toFixed(1)} s (${told})`;
    });
    return parts.join(', ');
  }

  async #repeat(probe: Probe): Promise<void> {
    const figures: Figures = { asked: 0, failed: 0, since: null, longestOutMs: 0, slowestMs: 0, reasons: new Map() };
    this.#figures.set(probe.name, figures);
    while (!this.#over) {
      await once(probe, figures);
      await pause(everyMs);
    }
  }
}

/** Not every step of a sign-in is given the signal. */
function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('not answered in time')));
  });
}

async function once(probe: Probe, figures: Figures): Promise<void> {
  const began = Date.now();
  figures.asked += 1;
  try {
    const late = AbortSignal.timeout(answerMsMax);
    await Promise.race([probe.ask(late), whenAborted(late)]);
    if (figures.since !== null) figures.longestOutMs = Math.max(figures.longestOutMs, Date.now() - figures.since);
    figures.since = null;
  } catch (error) {
    figures.failed += 1;
    figures.since ??= began;
    const reason = error instanceof Error ? error.message : String(error);
    // addresses of single steps would make each failure a reason of its own
    const short = reason.replace(/^.* answered/u, 'answered');
    figures.reasons.set(short, (figures.reasons.get(short) ?? 0) + 1);
  }
  figures.slowestMs = Math.max(figures.slowestMs, Date.now() - began);
}
