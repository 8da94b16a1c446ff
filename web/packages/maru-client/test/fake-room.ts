// A room server in memory that follows PROTOCOL.md: order, saves, answers, sessions, crashes.
import type { Ack, ClientFrame, Item, Op, Person, RoomEvent, RoomInfo, ServerFrame, Theme } from '../src/index';

export const LIMITS = {
  heartbeatMs: 10_000,
  silenceMsMax: 25_000,
  graceMs: 10_000,
  unackedMax: 64,
  itemsMax: 300,
  chatCharsMax: 200,
  moveIntervalMs: 100,
  opsPerSecond: 20,
  opsBurst: 40,
  chatPerSecond: 2,
  chatBurst: 6,
  idleMs: 300_000,
  typingMs: 6_000,
  layoutsMax: 10,
};

export const ROOM_INFO: RoomInfo = {
  id: 'room',
  name: 'Room',
  ownerId: 'owner',
  visibility: 'public',
  guestsAllowed: true,
  locked: false,
  peopleMax: 50,
};

/** Field name to the seq and session of its last change, beside each item. */
type Touches = Record<string, { seq: number; session: string }>;

interface StoredItem {
  item: Item;
  touches: Touches;
}

interface SessionRecord {
  answers: { number: number; digest: string; ack: Ack }[];
  generation: number;
  /** The newest generation whose token has surely arrived. */
  arrived: number;
}

interface Stored {
  seq: number;
  theme: Theme;
  items: Map<number, StoredItem>;
  chat: { seq: number; atMs: number; authorId: string; authorName: string; text: string }[];
  records: Map<string, SessionRecord>;
}

interface LiveSession {
  id: string;
  no: number;
  savedNumber: number;
  line: Line | null;
}

/** One connection as the room sees it. */
export interface Line {
  send(frame: ServerFrame): void;
  close(code: number): void;
}

const PATCH_FIELDS = ['standpoint', 'rotation', 'color'] as const;

function lastNumber(record: SessionRecord): number {
  return record.answers.at(-1)?.number ?? 0;
}

export class FakeRoom {
  epoch = 1;
  saved: Stored;
  live: Stored;
  #sessions = new Map<string, LiveSession>();
  #lines = new Map<Line, LiveSession>();
  #events: RoomEvent[] = [];
  #flush = 0;
  #nextSession = 1;
  #tickets = 0;
  #spent = new Set<string>();
  /** Refuses the next batches with this error. */
  refuseBatches: { code: string; retryAfterMs: number | null } | null = null;
  /** Tokens are answered with new sessions. */
  startAnew = false;
  /** Every token is refused. */
  refuseTokens = false;
  /** Batches allowed, as a bucket of tokens; the sixteenth refusal ends the session. */
  allowance: { perSecond: number; tokens: number; refilledAt: number; refusals: number } | null = null;
  /** Rejects every batch that holds an operation this finds. */
  reject: (op: Op) => string | null = () => null;

  constructor() {
    this.live = {
      seq: 0,
      theme: { wallpaper: 'plain', flooring: 'oak', light: 'day', seq: 0 },
      items: new Map(),
      chat: [],
      records: new Map(),
    };
    this.saved = structuredClone(this.live);
  }

  ticket(): string {
    this.#tickets += 1;
    return `ticket-${this.#tickets}`;
  }

  get people(): Person[] {
    return [...this.#sessions.values()].map((session) => this.#person(session));
  }

  #person({ id, no, line }: LiveSession): Person {
    const avatar = { member: no, x: 500, y: 500, facing: 0, standing: 0 } as const;
    const look = [0, 0, 0, 0, 0, 0];
    const away = line === null;
    const who = { member: no, id, kind: 'guest', name: id, handle: null, look, role: 'editor' } as const;
    return { ...who, away, avatar, idle: false, status: 'available', muted: false };
  }

  receive(line: Line, frame: ClientFrame): void {
    const session = this.#lines.get(line);
    const record = session && this.live.records.get(session.id);
    if (record) record.arrived = record.generation;
    if (frame.type === 'join') this.#join(line, frame.ticket);
    else if (frame.type === 'resume') this.#resume(line, frame);
    else if (!session) line.close(4203);
    else if (frame.type === 'ops') this.#ops(line, session, frame);
    else if (frame.type === 'ping') line.send({ type: 'pong', nonce: frame.nonce });
    else if (frame.type === 'leave') {
      this.#lines.delete(line);
      this.#sessions.delete(session.id);
      this.#events.push({ type: 'left', member: session.no });
      line.close(4304);
    }
  }

  lost(line: Line): void {
    const session = this.#lines.get(line);
    this.#lines.delete(line);
    if (session?.line === line) session.line = null;
  }

  #join(line: Line, ticket: string): void {
    if (this.#spent.has(ticket)) {
      line.close(4200);
      return;
    }
    this.#spent.add(ticket);
    const id = `session-of-${ticket}`;
    this.live.records.set(id, { answers: [], generation: 0, arrived: 0 });
    this.#enter(line, id, false, null);
  }

  #resume(line: Line, frame: Extract<ClientFrame, { type: 'resume' }>): void {
    const [id = '', generation] = frame.token.split('/');
    const record = this.live.records.get(id) ?? { answers: [], generation: 0, arrived: 0 };
    if (this.refuseTokens || Number(generation) < record.arrived) {
      line.close(4202);
      return;
    }
    record.generation = Math.max(record.generation, Number(generation));
    this.live.records.set(id, record);
    if (this.startAnew) this.#join(line, this.ticket());
    else this.#enter(line, id, true, frame.have);
  }

  #enter(line: Line, id: string, resumed: boolean, have: { epoch: number; seq: number } | null): void {
    this.flush();
    const record = this.live.records.get(id)!;
    record.generation += 1;
    let session = this.#sessions.get(id);
    if (!session) {
      session = { id, no: this.#nextSession, savedNumber: lastNumber(record), line: null };
      this.#nextSession += 1;
      this.#sessions.set(id, session);
      this.#events.push({ type: 'joined', person: this.#person(session) });
    }
    if (session.line) {
      this.#lines.delete(session.line);
      session.line.close(4303);
    }
    session.line = line;
    this.#lines.set(line, session);
    line.send({
      type: 'welcome',
      epoch: this.epoch,
      session: session.no,
      member: session.no,
      resumeToken: `${id}/${record.generation}`,
      role: 'editor',
      room: ROOM_INFO,
      limits: LIMITS,
      lastNumber: lastNumber(record),
      resumed,
    });
    this.#catchUp(line, have);
    this.#repeatAnswers(session, record);
  }

  /** Sends everyone the whole room, as after frames were dropped for slow readers. */
  resync(): void {
    this.#events = [];
    for (const line of this.#lines.keys()) this.#catchUp(line, null);
  }

  #catchUp(line: Line, have: { epoch: number; seq: number } | null): void {
    const { seq, theme, items, chat } = this.live;
    const all = [...items.values()].map(({ item }) => item);
    const common = { epoch: this.epoch, seq, people: this.people };
    if (have?.epoch !== this.epoch) {
      line.send({ type: 'snapshot', ...common, theme, items: all, chat, parts: 0 });
      return;
    }
    const newer = <T extends { seq: number }>(things: T[]) => things.filter((thing) => thing.seq > have.seq);
    // every id ever used is a tombstone here: removals come before the items that are back
    const removed = [...this.#gone].map(([id, at]) => ({ id, seq: at }));
    const [changedTheme = null] = newer([theme]);
    const changes = { theme: changedTheme, items: newer(all), removed: newer(removed), chat: newer(chat) };
    line.send({ type: 'changes', ...common, ...changes });
  }

  #gone = new Map<number, number>();

  #repeatAnswers(session: LiveSession, record: SessionRecord): void {
    const acks = record.answers.filter(({ number }) => number <= session.savedNumber).map(({ ack }) => ack);
    if (acks.length > 0) session.line?.send({ type: 'acks', epoch: this.epoch, acks });
  }

  #ops(line: Line, session: LiveSession, frame: Extract<ClientFrame, { type: 'ops' }>): void {
    const record = this.live.records.get(session.id)!;
    const { number, ops } = frame;
    const digest = JSON.stringify(ops);
    const last = lastNumber(record);
    const refuse = (code: string, retryAfterMs: number | null) =>
      line.send({ type: 'error', code, message: '', retryAfterMs, number, limit: null });
    if (number <= last) {
      const known = record.answers.find((answer) => answer.number === number);
      const reused: Ack = { number, outcome: 'rejected', seq: 0, reason: 'number_reused' };
      if (known?.digest !== digest) line.send({ type: 'acks', epoch: this.epoch, acks: [reused] });
      else if (number <= session.savedNumber) {
        const outcome = known.ack.outcome === 'applied' ? 'duplicate' : known.ack.outcome;
        line.send({ type: 'acks', epoch: this.epoch, acks: [{ ...known.ack, outcome }] });
      }
    } else if (this.#limited(line, refuse)) return;
    else if (this.refuseBatches) refuse(this.refuseBatches.code, this.refuseBatches.retryAfterMs);
    else if (number !== last + 1) refuse('gap', null);
    else record.answers.push({ number, digest, ack: this.#apply(session, frame) });
  }

  #limited(line: Line, refuse: (code: string, retryAfterMs: number) => void): boolean {
    const { allowance } = this;
    if (!allowance) return false;
    const now = performance.now();
    allowance.tokens += ((now - allowance.refilledAt) / 1_000) * allowance.perSecond;
    allowance.refilledAt = now;
    if (allowance.tokens >= 1) {
      allowance.tokens -= 1;
      return false;
    }
    allowance.refusals += 1;
    if (allowance.refusals >= 16) line.close(4300);
    refuse('rate_limited', Math.ceil(((1 - allowance.tokens) / allowance.perSecond) * 1_000));
    return true;
  }

  #apply(session: LiveSession, frame: Extract<ClientFrame, { type: 'ops' }>): Ack {
    const { number, ops } = frame;
    const reason = this.#reasonAgainst(ops);
    if (reason) return { number, outcome: 'rejected', seq: 0, reason };
    const kept = frame.resend ? this.#notOverwriting(ops, frame.baseSeq, session.id) : ops;
    if (kept.length === 0) return { number, outcome: 'superseded', seq: 0, reason: null };
    const seq = this.change(kept, session, number);
    return { number, outcome: 'applied', seq, reason: null };
  }

  #reasonAgainst(ops: readonly Op[]): string | null {
    const present = new Set(this.live.items.keys());
    for (const op of ops) {
      const refused = this.reject(op);
      if (refused) return refused;
      if (op.type === 'put') {
        if (present.has(op.id)) return 'item_exists';
        present.add(op.id);
      } else if (op.type === 'patch' || op.type === 'remove') {
        if (!present.has(op.id)) return 'no_such_item';
        if (op.type === 'remove') present.delete(op.id);
      }
    }
    return null;
  }

  /** A resent batch does not overwrite fields others have set since its author looked. */
  #notOverwriting(ops: readonly Op[], baseSeq: number, session: string): Op[] {
    return ops.flatMap((op): Op[] => {
      if (op.type !== 'patch') return [op];
      const touches = this.live.items.get(op.id)?.touches ?? {};
      const free = PATCH_FIELDS.filter((field) => {
        const touch = touches[field];
        return op[field] !== null && !(touch && touch.seq > baseSeq && touch.session !== session);
      });
      const value = (field: (typeof PATCH_FIELDS)[number]) => (free.includes(field) ? op[field] : null);
      const none = { standpoint: null, rotation: null, color: null };
      const fields = Object.fromEntries(PATCH_FIELDS.map((field) => [field, value(field)]));
      return free.length === 0 ? [] : [{ ...op, ...none, ...fields }];
    });
  }

  /** Applies what somebody does, a session or the REST interface, under the next seq. */
  change(ops: readonly Op[], session: LiveSession | null = null, number = 0): number {
    const seq = this.live.seq + 1;
    this.live.seq = seq;
    const atMs = 1_700_000_000_000 + seq;
    const id = session?.id ?? '';
    for (const op of ops) this.#applyOp(op, seq, id, atMs);
    const no = session?.no ?? 0;
    this.#events.push({ type: 'changed', seq, member: no, session: no, number, atMs, ops });
    return seq;
  }

  #applyOp(op: Op, seq: number, session: string, atMs: number): void {
    const { items, theme } = this.live;
    if (op.type === 'put') {
      const { type: _, ...fields } = op;
      items.set(op.id, { item: { ...fields, seq }, touches: {} });
    } else if (op.type === 'remove') {
      items.delete(op.id);
      this.#gone.set(op.id, seq);
    } else if (op.type === 'say') {
      this.live.chat.push({ seq, atMs, authorId: session, authorName: session, text: op.text });
    } else if (op.type === 'setTheme') {
      const { wallpaper, flooring, light } = op;
      this.live.theme = {
        wallpaper: wallpaper ?? theme.wallpaper,
        flooring: flooring ?? theme.flooring,
        light: light ?? theme.light,
        seq,
      };
    } else if (op.type === 'patch') {
      const { item, touches } = items.get(op.id)!;
      const now = { ...touches };
      for (const field of PATCH_FIELDS) if (op[field] !== null) now[field] = { seq, session };
      const rotation = op.rotation ?? item.rotation;
      const color = op.color ?? item.color;
      items.set(op.id, { item: { ...item, ...op.standpoint, rotation, color, seq }, touches: now });
    }
  }

  flush(): void {
    if (this.#events.length === 0) return;
    this.#flush += 1;
    const events = this.#events;
    this.#events = [];
    const { seq } = this.live;
    for (const line of this.#lines.keys()) {
      line.send({ type: 'events', epoch: this.epoch, flush: this.#flush, seq, events });
    }
  }

  /** Makes everything durable and tells the authors. */
  save(): void {
    this.saved = structuredClone(this.live);
    for (const session of this.#sessions.values()) {
      const record = this.live.records.get(session.id)!;
      const fresh = record.answers.filter(({ number }) => number > session.savedNumber);
      session.savedNumber = lastNumber(record);
      if (fresh.length === 0) continue;
      session.line?.send({ type: 'acks', epoch: this.epoch, acks: fresh.map(({ ack }) => ack) });
    }
  }

  /** The server dies and another one starts from what was saved. */
  crash(): void {
    this.epoch += 1;
    this.live = structuredClone(this.saved);
    this.#sessions.clear();
    const lines = [...this.#lines.keys()];
    this.#lines.clear();
    this.#events = [];
    this.#flush = 0;
    this.#nextSession = 1;
    for (const line of lines) line.close(1006);
  }

  /** Closes every connection with this code; the sessions stay. */
  closeAll(code: number): void {
    for (const line of this.#lines.keys()) {
      this.lost(line);
      line.close(code);
    }
  }

  broadcast(frame: ServerFrame): void {
    for (const line of this.#lines.keys()) line.send(frame);
  }

  /** Drops what is known of every session, as after a day: their tokens stand, their answers are gone. */
  forgetAnswers(): void {
    this.crash();
    this.live.records.clear();
  }
}
