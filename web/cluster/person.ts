/** A person in a room, through the SDK, with a record of all they did and were told. */
import {
  decodeServer,
  LiveRoom,
  liveUrl,
  restTickets,
  webSocketTransport,
  type Op,
  type OpenTransport,
  type Outcome,
} from '../packages/maru-client/src/index.ts';
import { peekKind } from '../packages/maru-client/src/codec.ts';
import { untilTrue } from './ports.ts';
import { keyOf, type ClientRecord, type Ending, type Entry, type Place } from './record.ts';

const enterWithinMs = 30_000;
/** The kind of the frame that begins a connection. */
const WELCOME = 64;
/** Those that bring the room as it is: whole, what has changed in it, and what did not fit into one frame. */
const COPIES: ReadonlySet<number | null> = new Set([65, 66, 78]);

export interface PersonOptions {
  readonly name: string;
  /** Where the cluster is, as this client reaches it. */
  readonly origin: string;
  readonly roomId: string;
  /** A guest of this name without it. */
  readonly cookie?: string;
  readonly random: () => number;
}

export class Person implements ClientRecord {
  readonly name: string;
  readonly room: LiveRoom;
  readonly entries: Entry[] = [];
  readonly problems: string[] = [];
  person: string | null = null;
  stood: Place | null = null;
  #epoch = 0;
  #copying = false;
  #gone = false;

  constructor({ name, origin, roomId, cookie, random }: PersonOptions) {
    this.name = name;
    const who = cookie ? { headers: { cookie } } : { guest: { name, look: [0, 0, 0, 0, 0, 0] } };
    this.room = new LiveRoom({
      url: liveUrl(origin, roomId),
      ticket: restTickets({ origin, roomId, ...who }),
      open: this.#listening(webSocketTransport(WebSocket)),
      random,
    });
    this.#record();
  }

  get isInside(): boolean {
    return this.room.state.name === 'inside';
  }

  get isGone(): boolean {
    return this.#gone;
  }

  async enter(): Promise<void> {
    await this.room.start();
    const state = (): string => `${this.name} is inside, who is ${this.room.state.name}: ${this.problems.slice(-3).join('; ')}`;
    await untilTrue(state, async () => this.isInside, enterWithinMs, 20);
  }

  /** One recorded batch. */
  act(...ops: Op[]): Promise<Outcome> {
    const key = keyOf(ops);
    this.entries.push({ kind: 'sent', atMs: Date.now(), key, ops });
    const outcome = this.room.batch(ops);
    void outcome.then((given) => {
      this.entries.push({ kind: 'answered', atMs: Date.now(), key, epoch: this.#epoch, outcome: given });
    });
    return outcome;
  }

  walk(to: Place): void {
    this.stood = to;
    this.room.move(to.x, to.y, 0, 1);
  }

  /** Leaves for good; others should see it once. */
  async leave(): Promise<void> {
    if (this.#gone) return;
    this.#gone = true;
    this.entries.push({ kind: 'gone', atMs: Date.now() });
    await this.room.stop();
  }

  /** Its machine dies: no goodbye, and no coming back. */
  vanish(): void {
    this.#gone = true;
    this.entries.push({ kind: 'gone', atMs: Date.now() });
    this.room.pause();
  }

  /** Stops without a word to the record: the run is over. */
  async end(): Promise<void> {
    this.#gone = true;
    await this.room.stop();
  }

  ending(): Ending {
    const { seq, items, chat, people, avatars } = this.room.view;
    const places = new Map<string, Place>();
    for (const { member, x, y } of avatars.values()) {
      const id = people.get(member)?.id;
      if (id !== undefined) places.set(id, { x, y });
    }
    return {
      client: this.name,
      seq,
      items: new Map([...items.values()].map(({ id, color }) => [id, color])),
      chat: chat.filter(({ pending }) => !pending).map(({ seq: at, text }) => ({ seq: at, text })),
      places,
      stood: this.stood,
    };
  }

  /** Hears the epoch of each connection, which the room keeps to itself. */
  #listening(open: OpenTransport): OpenTransport {
    return (url, events) =>
      open(url, {
        ...events,
        received: (bytes) => {
          if (bytes) this.#hear(bytes);
          this.#copying = bytes !== null && COPIES.has(peekKind(bytes));
          events.received(bytes);
          this.#copying = false;
        },
      });
  }

  #hear(bytes: Uint8Array): void {
    if (peekKind(bytes) !== WELCOME) return;
    const frame = decodeServer(bytes);
    if (frame.type === 'welcome') this.#epoch = frame.epoch;
  }

  #record(): void {
    const { room, entries } = this;
    room.on('state', ({ name, reason }) => {
      if (name === 'inside') this.#inside();
      else if (reason !== null && !this.#gone) entries.push({ kind: 'outside', atMs: Date.now(), reason });
    });
    // not before all of it is there
    room.on('view', ({ seq }) => {
      if (this.#copying) entries.push({ kind: 'copied', atMs: Date.now(), epoch: this.#epoch, seq });
    });
    room.on('change', ({ epoch, seq, ops }) => {
      entries.push({ kind: 'delivered', atMs: Date.now(), epoch, seq, key: keyOf(ops) });
    });
    room.on('person:joined', ({ id }) => void entries.push({ kind: 'joined', atMs: Date.now(), person: id }));
    room.on('person:left', ({ id }) => {
      if (!this.#gone) entries.push({ kind: 'left', atMs: Date.now(), person: id });
    });
    room.on('problem', ({ what, detail }) => void this.problems.push(`${what}: ${detail}`));
  }

  #inside(): void {
    const { seq, people } = this.room.view;
    const present = [...people.values()].map(({ id }) => id);
    this.person ??= this.room.self?.id ?? null;
    this.entries.push({ kind: 'inside', atMs: Date.now(), epoch: this.#epoch, seq, people: present });
  }
}
