// A room server in memory that follows PROTOCOL.md: order, saves, answers, sessions, crashes.
import type { Ack, Avatar, ClientFrame, Item, Op, Person, RoomEvent, RoomInfo, ServerFrame, Status, Topic } from '../src/index.ts';
import { applyBatch, newDocument, notOverwriting, reasonAgainst, type FakeDocument } from './fake-document.ts';

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

interface SessionRecord {
  answers: { number: number; digest: string; ack: Ack }[];
  generation: number;
  /** The newest generation whose token has surely arrived. */
  arrived: number;
}

interface Stored extends FakeDocument {
  info: RoomInfo;
  records: Map<string, SessionRecord>;
}

interface LiveSession {
  id: string;
  no: number;
  savedNumber: number;
  status: Status;
  place: Omit<Avatar, 'member'>;
  line: Line | null;
}

/** One connection as the room sees it. */
export interface Line {
  send(frame: ServerFrame): void;
  close(code: number): void;
}

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
  /** The next batch does not arrive. */
  losesBatch = false;
  /** What comes after a lost batch is answered as between nodes. */
  tellsLoss = false;
  /** Tokens are answered with new sessions. */
  startAnew = false;
  /** Every token is refused. */
  refuseTokens = false;
  /** Batches allowed, as a bucket of tokens; the sixteenth refusal ends the session. */
  allowance: { perSecond: number; tokens: number; refilledAt: number; refusals: number } | null = null;
  /** The most items in one frame; the rest of a snapshot comes in parts. */
  itemsPerFrame = Number.POSITIVE_INFINITY;
  /** Refuses lists with this error; unasked questions are not answered at all while it is 'silence'. */
  refuseReads: string | null = null;
  /** Rejects every batch that holds an operation this finds. */
  reject: (op: Op) => string | null = () => null;

  constructor() {
    this.live = { ...newDocument(), info: ROOM_INFO, records: new Map() };
    this.saved = structuredClone(this.live);
  }

  ticket(): string {
    this.#tickets += 1;
    return `ticket-${this.#tickets}`;
  }

  get people(): Person[] {
    return [...this.#sessions.values()].map((session) => this.#person(session));
  }

  #person({ id, no, line, status, place }: LiveSession): Person {
    const avatar = { member: no, ...place };
    const look = [0, 0, 0, 0, 0, 0];
    const away = line === null;
    const who = { member: no, id, kind: 'guest', name: id, handle: null, look, role: 'editor' } as const;
    return { ...who, away, avatar, idle: false, status, muted: false };
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
    else if (frame.type === 'typing') this.#signal([{ member: session.no, active: frame.active }], []);
    else if (frame.type === 'drag') this.#signal([], [{ member: session.no, preview: frame.preview }]);
    else if (frame.type === 'move') {
      const { x, y, facing, standing } = frame;
      session.place = { x, y, facing, standing };
    } else if (frame.type === 'setStatus') {
      session.status = frame.status;
      this.#events.push({ type: 'updated', person: this.#person(session) });
    } else if (frame.type === 'read') this.#read(line, frame.topic);
    else if (frame.type === 'leave') this.#end(session, 4304);
  }

  #end(session: LiveSession, code: number): void {
    const { line } = session;
    this.#sessions.delete(session.id);
    this.#events.push({ type: 'left', member: session.no });
    if (!line) return;
    this.#lines.delete(line);
    line.close(code);
  }

  #signal(typing: Extract<ServerFrame, { type: 'signals' }>['typing'], drags: Extract<ServerFrame, { type: 'signals' }>['drags']): void {
    this.broadcast({ type: 'signals', epoch: this.epoch, typing, drags });
  }

  #read(line: Line, topic: Topic): void {
    const { epoch, refuseReads } = this;
    if (refuseReads === 'silence') return;
    if (refuseReads) line.send({ type: 'error', code: refuseReads, message: '', retryAfterMs: 300, number: null, limit: null });
    else if (topic === 'history') line.send({ type: 'history', epoch, edits: this.live.edits });
    else if (topic === 'access') line.send({ type: 'access', epoch, editors: [], bans: [], mutes: [] });
    else line.send({ type: 'layouts', epoch, layouts: [...this.live.layouts.values()].map(({ info }) => info) });
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
      session = { id, no: this.#nextSession, savedNumber: lastNumber(record), status: 'available', place: { x: 500, y: 500, facing: 0, standing: 0 }, line };
      this.#nextSession += 1;
      this.#sessions.set(id, session);
      this.#events.push({ type: 'joined', person: this.#person(session) });
    }
    if (session.line && session.line !== line) {
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
      room: this.live.info,
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
      this.#sendSnapshot(line, { type: 'snapshot', ...common, theme, items: all, chat, parts: 0, room: this.live.info });
      return;
    }
    const newer = <T extends { seq: number }>(things: T[]) => things.filter((thing) => thing.seq > have.seq);
    // every id ever used is a tombstone here: removals come before the items that are back
    const removed = [...this.live.gone].map(([id, at]) => ({ id, seq: at }));
    const [changedTheme = null] = newer([theme]);
    const changes = { theme: changedTheme, items: newer(all), removed: newer(removed), chat: newer(chat) };
    line.send({ type: 'changes', ...common, ...changes });
  }

  #sendSnapshot(line: Line, whole: Extract<ServerFrame, { type: 'snapshot' }>): void {
    const size = this.itemsPerFrame;
    const { epoch, seq, items } = whole;
    const parts = Math.max(0, Math.ceil(items.length / size) - 1);
    line.send({ ...whole, items: items.slice(0, size), parts });
    for (let part = 1; part <= parts; part += 1) {
      const some: readonly Item[] = items.slice(part * size, (part + 1) * size);
      line.send({ type: 'part', epoch, seq, part, items: some, chat: [], people: [] });
    }
  }

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
    else if (this.losesBatch) this.losesBatch = false;
    else if (number !== last + 1) {
      // between nodes what follows shows that something was lost
      if (this.tellsLoss) line.send({ type: 'error', code: 'gap', message: '', retryAfterMs: 0, number: last + 1, limit: null });
      this.tellsLoss = false;
      refuse('gap', null);
    }
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
    const refused = ops.map((op) => this.reject(op)).find((each) => each !== null);
    const reason = refused ?? reasonAgainst(this.live, ops);
    if (reason) return { number, outcome: 'rejected', seq: 0, reason };
    const kept = frame.resend ? notOverwriting(this.live, ops, frame.baseSeq, session.id) : ops;
    if (kept.length === 0) return { number, outcome: 'superseded', seq: 0, reason: null };
    const seq = this.change(kept, session, number);
    return { number, outcome: 'applied', seq, reason: null };
  }

  /** Applies what somebody does, a session or the REST interface, under the next seq. */
  change(ops: readonly Op[], session: LiveSession | null = null, number = 0): number {
    const told = applyBatch(this.live, ops, session?.id ?? '');
    const { seq } = this.live;
    const no = session?.no ?? 0;
    const atMs = 1_700_000_000_000 + seq;
    this.#events.push({ type: 'changed', seq, member: no, session: no, number, atMs, ops: told });
    for (const op of ops) this.#decide(op);
    return seq;
  }

  /** What the owner decides about people and rules shows in events of its own. */
  #decide(op: Op): void {
    if (op.type === 'setPolicy') {
      const given = Object.entries(op).filter(([key, value]) => key !== 'type' && value !== null);
      this.live.info = { ...this.live.info, ...Object.fromEntries(given) };
      this.#events.push({ type: 'roomChanged', room: this.live.info });
    } else if (op.type === 'kick' || op.type === 'ban') {
      const session = this.#sessions.get(op.person);
      if (session) this.#end(session, op.type === 'kick' ? 4305 : 4306);
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

  /** Something beside the room, for everybody who is connected. */
  tell(frame: ServerFrame): void {
    for (const line of this.#lines.keys()) line.send(frame);
  }
}
