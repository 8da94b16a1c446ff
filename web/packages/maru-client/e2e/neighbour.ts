/** People of a test: signed in through the development provider, in a room over any link. */
import { LiveRoom, liveUrl, restTickets, type ChatLine, type OpenTransport, type RoomChange } from '../src/index.ts';

export interface Account {
  readonly id: string;
  readonly roomId: string;
  /** The login, as a browser would send it. */
  readonly cookie: string;
}

class CookieJar {
  readonly #cookies = new Map<string, string>();

  get header(): string {
    return Array.from(this.#cookies, ([name, value]) => `${name}=${value}`).join('; ');
  }

  /** One step of a sign-in; answers where it leads. */
  async go(url: string, init: RequestInit = {}): Promise<string> {
    const headers = { ...(init.headers as Record<string, string>), cookie: this.header };
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    await response.arrayBuffer();
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';');
      const [name = '', value = ''] = pair.split('=');
      this.#cookies.set(name, value);
    }
    const to = response.headers.get('location');
    if (response.status >= 400) {
      throw new Error(`${url} answered ${response.status}`);
    }
    // A sign-in that does not work ends on a page that says so.
    const refused = to === null ? null : new URL(to, url).searchParams.get('error');
    if (refused !== null) {
      throw new Error(`${url} answered error=${refused}`);
    }
    return to === null ? url : new URL(to, url).href;
  }
}

/** Signs in as somebody new of this name, who gets a room. */
export async function moveIn(origin: string, name: string): Promise<Account> {
  const jar = new CookieJar();
  const page = await jar.go(`${origin}/v1/auth/dev/start?return_to=/`);
  const form = new URLSearchParams({ name });
  await jar.go(await jar.go(page, { method: 'POST', body: form, headers: { origin } }));
  const response = await fetch(`${origin}/v1/me`, { headers: { cookie: jar.header } });
  if (!response.ok) {
    throw new Error(`${response.url} answered ${response.status}`);
  }
  const { user } = (await response.json()) as { user: { id: string; front_room_id: string } | null };
  if (!user) {
    throw new Error(`${name} could not sign in`);
  }
  return { id: user.id, roomId: user.front_room_id, cookie: jar.header };
}

export interface Visit {
  /** Where the server is, as this client reaches it. */
  readonly origin: string;
  readonly roomId: string;
  /** A guest of this name without it. */
  readonly cookie?: string;
  readonly name: string;
  readonly random: () => number;
  readonly open?: OpenTransport;
}

/** A client in a room, with a record of what it was told. */
export class Neighbour {
  readonly name: string;
  readonly room: LiveRoom;
  readonly changes: RoomChange[] = [];
  readonly lines: ChatLine[] = [];
  readonly left: string[] = [];
  readonly problems: string[] = [];
  readonly drags: number[] = [];
  readonly typings: number[] = [];
  losses = 0;
  unproven = 0;

  constructor({ origin, roomId, cookie, name, random, open }: Visit) {
    this.name = name;
    const who = cookie ? { headers: { cookie } } : { guest: { name, look: [0, 0, 0, 0, 0, 0] } };
    this.room = new LiveRoom({
      url: liveUrl(origin, roomId),
      ticket: restTickets({ origin, roomId, ...who }),
      random,
      ...(open ? { open } : {}),
    });
    this.room.on('change', (change) => void this.changes.push(change));
    this.room.on('chat', (lines) => void this.lines.push(...lines));
    this.room.on('person:left', ({ name: whose }) => void this.left.push(whose));
    this.room.on('drag', ({ member }) => void this.drags.push(member));
    this.room.on('typing', ({ member }) => void this.typings.push(member));
    this.room.on('unproven', (batches) => (this.unproven += batches.length));
    this.room.on('problem', ({ what, detail }) => void this.problems.push(`${what}: ${detail}`));
    this.room.on('state', (state) => {
      if (state.name === 'reconnecting' && state.retryInMs !== null) {
        this.losses += 1;
      }
    });
  }

  async enter(): Promise<void> {
    await this.room.start();
    await until(`${this.name} is inside`, () => this.room.state.name === 'inside', 20_000);
  }
}

/** Waits for something to become true; fails when it does not. */
export async function until(what: string, holds: () => boolean, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!holds()) {
    if (Date.now() > deadline) {
      throw new Error(`not within ${withinMs} ms: ${what}`);
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}
