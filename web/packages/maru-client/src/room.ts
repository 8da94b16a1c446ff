/** A live room as a program uses it: the view, my edits, and what happens around me. */
import { Connection, type ConnectionHandlers, type Phase, type Refusal } from './connection.ts';
import type { AppliedChange, Refused, RoomDocument } from './document.ts';
import { Edits, type EditsContext } from './edits.ts';
import type { RoomState } from './events.ts';
import type { Limits, Op, Preview, Quarter, Role, RoomInfo, Topic } from './frames.ts';
import type { Person, ServerFrame, ServerFrameOf, Standing, Status } from './frames.ts';
import { peopleChanges } from './people.ts';
import type { LiveRoomOptions } from './options.ts';
import type { Outcome } from './pending.ts';
import { Presence } from './presence.ts';
import { ReadError, Reads, type RoomLists } from './reads.ts';
import { Replica, type Step } from './replica.ts';
import { Signals } from './signals.ts';
import { SessionStore } from './storage.ts';
import { webSocketTransport } from './transport.ts';
import { RoomVerbs } from './verbs.ts';
import { buildView, type RoomView } from './view.ts';

/** How long `stop` waits for the answers to what was sent. */
const LAST_ANSWERS_MS = 1_000;

/** Allowances that questions for lists do not count against. */
const NO_READS: ReadonlySet<string> = new Set(['live.connection_move', 'live.connection_signal']);

const NOBODY: ReadonlyMap<number, Person> = new Map();

export class LiveRoom extends RoomVerbs {
  readonly #connection: Connection;
  readonly #store: SessionStore;
  readonly #presence: Presence;
  readonly #edits: Edits;
  readonly #reads: Reads;
  readonly #replica = new Replica();
  readonly #signals: Signals;
  #welcome: ServerFrameOf<'welcome'> | null = null;
  /** Welcomed as somebody new, and not yet shown the room. */
  #joined = false;
  #info: RoomInfo | null = null;
  #role: Role | null = null;
  #latencyMs: number | null = null;
  #state: RoomState = { name: 'closed', reason: null, comesBack: false, retryInMs: null };
  #view: RoomView | null = null;
  #life: 'idle' | 'loading' | 'running' | 'leaving' | 'over' = 'idle';
  #starts = 0;
  #beenInside = false;
  #profileChanged = false;
  #lastNotice = 0;
  #allAnswered: (() => void) | null = null;

  constructor(options: LiveRoomOptions) {
    const random = options.random ?? Math.random;
    super(random);
    const { url, ticket } = options;
    const open = options.open ?? webSocketTransport(WebSocket);
    this.#connection = new Connection({ url, ticket, open, random }, this.#handlers());
    this.#presence = new Presence(options.position ?? null, this.#connection);
    this.#reads = new Reads((frame) => this.#connection.send(frame));
    this.#signals = new Signals({
      typing: (change) => this.emit('typing', change),
      drag: (change) => this.emit('drag', change),
    });
    this.#store = new SessionStore({
      storage: options.storage ?? null,
      exclusive: options.exclusive ?? null,
      key: `maru.session.${options.storageKey ?? url}`,
      random,
      problem: (detail) => this.emit('problem', { what: 'storage', detail }),
    });
    this.#edits = new Edits(this.#context(), this.#store);
  }

  get state(): RoomState {
    return this.#state;
  }

  /** The room with my unconfirmed edits on top; the same object until something changes. */
  get view(): RoomView {
    const { overlay, unsaved } = this.#edits;
    const { document } = this.#replica;
    this.#view ??= buildView({ document, overlay, unsaved, self: this.member });
    return this.#view;
  }

  /** My number among `people`; it changes when the room changes hands. */
  get member(): number | null {
    return this.#welcome?.member ?? null;
  }

  /** Myself among `people`, once inside. */
  get self(): Person | null {
    return this.member === null ? null : (this.view.people.get(this.member) ?? null);
  }

  get role(): Role | null {
    return this.#role;
  }

  get info(): RoomInfo | null {
    return this.#info;
  }

  get limits(): Limits | null {
    return this.#welcome?.limits ?? null;
  }

  /** The others who are writing; the same object until that changes. */
  get typists(): ReadonlySet<number> {
    return this.#signals.typists;
  }

  /** What others drag; the same object until that changes. */
  get drags(): ReadonlyMap<number, Preview> {
    return this.#signals.drags;
  }

  /** How long the last ping took to be answered. */
  get latencyMs(): number | null {
    return this.#latencyMs;
  }

  get canUndo(): boolean {
    return this.#edits.canUndo;
  }

  get canRedo(): boolean {
    return this.#edits.canRedo;
  }

  /** Enters the room, or comes back after `pause` or an end. */
  async start(): Promise<void> {
    if (this.#life !== 'idle' && this.#life !== 'over') return;
    this.#life = 'loading';
    this.#starts += 1;
    const start = this.#starts;
    const saved = this.#connection.token === null ? await this.#store.load() : null;
    // stopped meanwhile
    if (this.#life !== 'loading' || start !== this.#starts) return;
    this.#life = 'running';
    if (saved) this.#edits.restore(saved);
    this.#connection.start(saved?.token ?? null);
  }

  /** Hangs up but keeps the session, for a while in the background; `start` comes back. */
  pause(): void {
    if (this.#life === 'loading' || this.#life === 'running') this.#connection.pause();
  }

  /** Leaves the room for good, after the answers to what was sent or a second. */
  async stop(): Promise<void> {
    if (this.#isEnding) return;
    this.#life = 'leaving';
    if (this.#state.name === 'inside' && this.#edits.unsaved > 0) await this.#lastAnswers();
    // the connection may have ended meanwhile
    if (this.#life === 'leaving') this.#connection.leave();
  }

  /** A hint that the network or the page is back. */
  online(): void {
    this.#connection.hurry();
  }

  /** Walks: hundredths of a tile, 0 to 1000. Only the newest place is sent. */
  move(x: number, y: number, facing: Quarter, standing: Standing): void {
    this.#presence.move({ x, y, facing, standing });
  }

  /** Whether I am writing: call it with each key. */
  typing(active: boolean): void {
    this.#presence.typing(active);
  }

  /** Shows others the item I drag, before I put it down; null when I have let go. */
  drag(preview: Preview | null): void {
    // the server refuses a visitor's, and counts that
    if (preview === null || this.#role !== 'visitor') this.#presence.drag(preview);
  }

  setStatus(status: Status): void {
    this.#presence.setStatus(status);
  }

  /** My profile has changed: the room looks it up again. */
  refresh(): void {
    this.#profileChanged = true;
    this.#tellProfile();
  }

  /** One of the room's lists. Rejects with ReadError: `forbidden`, `timeout`, or why the room is closed. */
  read<T extends Topic>(topic: T): Promise<RoomLists[T]> {
    const { name, reason } = this.#state;
    if (name === 'closed') return Promise.reject(new ReadError(topic, reason ?? 'not_started'));
    return this.#reads.read(topic);
  }

  batch(ops: readonly Op[]): Promise<Outcome> {
    if (this.#isEnding) return Promise.resolve({ status: 'unsent' });
    return this.#edits.submit(ops, 'edit');
  }

  /** Takes back my last edit that still stands; null when there is none. */
  undo(): Promise<Outcome> | null {
    return this.#isEnding ? null : this.#edits.revert('undo');
  }

  redo(): Promise<Outcome> | null {
    return this.#isEnding ? null : this.#edits.revert('redo');
  }

  get #isEnding(): boolean {
    return this.#life === 'leaving' || this.#life === 'over';
  }

  #handlers(): ConnectionHandlers {
    return {
      presence: () => ({ have: this.#replica.have, avatar: this.#presence.presented() }),
      phase: (phase) => this.#onPhase(phase),
      welcome: (frame) => this.#onWelcome(frame),
      notification: (frame) => this.#onNotification(frame),
      frame: (frame) => this.#onFrame(frame),
      refused: (refusal) => this.#onRefused(refusal),
      latency: (ms) => this.#onLatency(ms),
      sessionLost: () => this.#edits.sessionLost(),
      problem: (problem) => this.emit('problem', problem),
    };
  }

  #context(): EditsContext {
    return {
      line: () => {
        const { document } = this.#replica;
        const isOpen = this.#state.name === 'inside' && !this.#connection.isEnding;
        return isOpen && document && this.limits ? { seq: document.seq, limits: this.limits } : null;
      },
      view: () => this.view,
      document: () => this.#replica.document,
      token: () => this.#connection.token,
      send: (frame) => this.#connection.send(frame),
      changed: () => this.#changed(),
      answered: (answered) => this.emit('ack', answered),
      rejected: (rejection) => this.emit('rejected', rejection),
      unproven: (batches) => this.emit('unproven', batches),
    };
  }

  async #lastAnswers(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LAST_ANSWERS_MS);
      this.#allAnswered = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#allAnswered = null;
  }

  #onPhase(phase: Phase): void {
    if (phase.name !== 'inside') {
      this.#presence.stop();
      this.#edits.pauseSending();
      this.#reads.stop();
      this.#replica.cut();
    }
    if (phase.name === 'closed') {
      this.#life = phase.reason === 'paused' ? 'idle' : 'over';
      this.#allAnswered?.();
      this.#reads.end(phase.reason);
      if (this.#life === 'over') this.#edits.end();
    }
    this.#beenInside ||= phase.name === 'inside';
    this.#state = this.#stateOf(phase);
    this.emit('state', this.#state);
    if (this.#state.name !== 'inside') this.#signals.clear();
  }

  #stateOf(phase: Phase): RoomState {
    const away = this.#beenInside ? 'reconnecting' : 'connecting';
    switch (phase.name) {
      case 'joining':
        return { name: away, reason: this.#state.reason, comesBack: true, retryInMs: null };
      case 'inside':
        return { name: 'inside', reason: null, comesBack: true, retryInMs: null };
      case 'waiting':
        return { name: away, reason: phase.reason, comesBack: true, retryInMs: phase.waitMs };
      case 'closed':
        return { name: 'closed', reason: phase.reason, comesBack: false, retryInMs: null };
    }
  }

  #onWelcome(frame: ServerFrameOf<'welcome'>): void {
    const { document } = this.#replica;
    if (!frame.resumed) this.#edits.sessionLost();
    else if (document && frame.epoch < document.epoch) {
      this.#connection.resync('the room came back in an earlier epoch');
      return;
    }
    this.#welcome = frame;
    this.#joined = !frame.resumed;
    this.#edits.welcomed(frame.lastNumber);
    this.#setInfo(frame.room);
    this.#setRole(frame.role);
  }

  #onRefused(refusal: Refusal): void {
    const { code, number, retryAfterMs, limit } = refusal;
    if (number !== null) this.#edits.refused(number, code, retryAfterMs);
    else {
      if (code === 'rate_limited') this.#presence.hold(retryAfterMs ?? 0);
      if (limit === null || !NO_READS.has(limit)) this.#reads.refused(code, retryAfterMs);
    }
    this.emit('refused', refusal);
  }

  /** One that comes again, after a slow line or on a new connection, is no news. */
  #onNotification({ id, kind, from, atMs, unread }: ServerFrameOf<'notification'>): void {
    if (id <= this.#lastNotice) return;
    this.#lastNotice = id;
    this.emit('notification', { id, kind, from, atMs, unread });
  }

  #onLatency(ms: number): void {
    this.#latencyMs = ms;
    this.emit('latency', ms);
  }

  #onFrame(frame: ServerFrame): void {
    if (!('epoch' in frame) || !this.#welcome) return;
    if (frame.epoch !== this.#welcome.epoch) {
      this.#connection.resync(`epoch ${frame.epoch} where ${this.#welcome.epoch} was welcomed`);
      return;
    }
    const inside = this.#state.name === 'inside';
    if (frame.type === 'acks') this.#onAcks(frame);
    else if (frame.type === 'avatars') this.#onAvatars(frame, inside);
    else if (frame.type === 'signals') this.#onSignals(frame, inside);
    else if (frame.type === 'history' || frame.type === 'layouts' || frame.type === 'access') {
      this.#reads.received(frame);
    } else this.#onContents(frame, inside);
  }

  #onAcks(frame: ServerFrameOf<'acks'>): void {
    this.#edits.answered(frame.acks);
    if (this.#edits.unsaved === 0) this.#allAnswered?.();
  }

  #onAvatars(frame: ServerFrameOf<'avatars'>, inside: boolean): void {
    const moved = inside ? this.#replica.move(frame) : [];
    if (moved.length === 0) return;
    this.#view = null;
    this.emit('avatars', moved);
  }

  #onSignals(frame: ServerFrameOf<'signals'>, inside: boolean): void {
    const people = this.#replica.document?.people;
    if (!inside || !people || !this.limits) return;
    const others = (member: number) => member !== this.member && people.has(member);
    this.#signals.receive(frame, others, this.limits.typingMs);
  }

  #onContents(frame: ServerFrame, inside: boolean): void {
    const before = this.#replica.document?.people ?? null;
    const step: Step | Refused | null = this.#replica.receive(frame, inside);
    if (!step) return;
    if ('ok' in step) {
      this.#connection.resync(step.why);
      return;
    }
    if (step.entered) {
      this.#edits.entered();
      // those that are on follow at once
      this.#signals.clear();
    }
    this.#advance(step, before);
    if (!step.entered) return;
    this.#connection.settled();
    // whoever heard that may have left
    if (this.#state.name !== 'inside' || !this.limits) return;
    this.#presentMe();
    this.#presence.start(this.limits);
    this.#edits.flush();
    this.#reads.start();
    this.#tellProfile();
  }

  /** A room takes the wish of who joins, and keeps who resumes where it last saw them. */
  #presentMe(): void {
    if (this.#joined) this.#presence.placed();
    this.#joined = false;
    const shown = this.member === null ? undefined : this.view.avatars.get(this.member);
    if (shown) this.#presence.shown(shown);
  }

  #advance({ changes, lines, info }: Step, before: ReadonlyMap<number, Person> | null): void {
    const document = this.#replica.document!;
    this.#edits.advanced(document.seq, changes, this.#welcome?.session ?? null);
    this.#changed();
    const { people } = document;
    if (people !== before) this.#peopleChanged(before, people);
    if (info) this.#setInfo(info);
    for (const change of changes) this.#emitChange(change, document, before ?? NOBODY);
    if (lines.length > 0) this.emit('chat', lines);
    const me = this.member === null ? undefined : people.get(this.member);
    if (me) this.#setRole(me.role);
  }

  #peopleChanged(before: ReadonlyMap<number, Person> | null, people: ReadonlyMap<number, Person>): void {
    this.emit('people', people);
    this.#signals.keep(people);
    // those who were here before me did not just come in
    const { joined, updated, left } = peopleChanges(before ?? people, people);
    for (const person of left) this.emit('person:left', person);
    for (const person of joined) this.emit('person:joined', person);
    for (const person of updated) this.emit('person:updated', person);
  }

  #emitChange({ event, after }: AppliedChange, { epoch, people }: RoomDocument, before: ReadonlyMap<number, Person>): void {
    // the copy of the room this came with had it already
    if (!after) return;
    const { seq, atMs, member, session, ops } = event;
    const author = people.get(member) ?? before.get(member) ?? null;
    this.emit('change', { epoch, seq, atMs, author, mine: session === this.#welcome?.session, ops });
  }

  #tellProfile(): void {
    if (!this.#profileChanged || this.#state.name !== 'inside') return;
    this.#profileChanged = !this.#connection.send({ type: 'refresh' });
  }

  #setInfo(info: RoomInfo): void {
    const before = this.#info;
    this.#info = info;
    const same = before && (Object.keys(info) as (keyof RoomInfo)[]).every((key) => info[key] === before[key]);
    if (!same) this.emit('room', info);
  }

  #setRole(role: Role): void {
    if (role === this.#role) return;
    this.#role = role;
    this.emit('role', role);
  }

  #changed(): void {
    this.#view = null;
    this.emit('view', this.view);
  }
}
