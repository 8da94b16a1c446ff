/** A live room as a program uses it: the view, my edits, and what happens around me. */
import { Connection, type ConnectionHandlers, type Phase, type Problem } from './connection';
import { applyAvatars, applyChanges, applyEvents, fromSnapshot } from './document';
import type { AppliedChange, Applied, Refused, RoomDocument } from './document';
import { Edits, type EditsContext, type Rejection } from './edits';
import { Emitter } from './emitter';
import type { Avatar, ChatLine, Item, Limits, Op, Person, Quarter, Role, RoomInfo } from './frames';
import type { ServerFrame, ServerFrameOf, Standing, Standpoint, Theme } from './frames';
import { MoveSender, type Position } from './moves';
import type { Batch, Outcome } from './pending';
import { SessionStore, type Exclusive, type SessionStorage } from './storage';
import type { TicketSource } from './tickets';
import { webSocketTransport, type OpenTransport } from './transport';
import { buildView, type RoomView } from './view';

/** How long `stop` waits for the answers to what was sent. */
const LAST_ANSWERS_MS = 1_000;

export interface RoomState {
  readonly name: 'connecting' | 'inside' | 'reconnecting' | 'closed';
  /** Why it is not inside, as a stable name; null when nothing has gone wrong. */
  readonly reason: string | null;
  /** Whether it comes back by itself. */
  readonly comesBack: boolean;
  /** How long until the next attempt; null when one is under way or none will follow. */
  readonly retryInMs: number | null;
}

export interface LiveRoomEvents {
  state: RoomState;
  view: RoomView;
  people: ReadonlyMap<number, Person>;
  /** The places that are new, of others and of mine as the server sees it. */
  avatars: readonly Avatar[];
  /** Confirmed lines that are new; those of a snapshot are only in the view. */
  chat: readonly ChatLine[];
  rejected: Rejection;
  /** Batches whose fate cannot be known: show them, they are not sent again. */
  unproven: readonly Batch[];
  role: Role;
  problem: Problem;
}

export interface LiveRoomOptions {
  /** The room's live address, see `liveUrl`. */
  readonly url: string;
  readonly ticket: TicketSource;
  /** Defaults to the platform's WebSocket. */
  readonly open?: OpenTransport;
  /** Where I stood last; a wish the server validates. */
  readonly position?: Position;
  /** Lets a reload take the session up again. */
  readonly storage?: SessionStorage;
  /** Names this room in the storage; its address unless given. */
  readonly storageKey?: string;
  /** Keeps a duplicated tab, whose storage is a copy, from taking the session away. */
  readonly exclusive?: Exclusive;
  readonly random?: () => number;
}

/** The fields of a new item; without an id it gets a fresh one. */
export type NewItem = Omit<Item, 'id' | 'seq'> & { readonly id?: number };

export interface ItemPatch {
  readonly standpoint?: Standpoint;
  readonly rotation?: Quarter;
  readonly color?: string;
}

export type ThemePatch = Partial<Omit<Theme, 'seq'>>;

/** A random id for an item, from 1 to 2^53 - 1. */
export function newItemId(random: () => number = Math.random): number {
  return Math.floor(random() * 2 ** 26) * 2 ** 27 + Math.floor(random() * (2 ** 27 - 1)) + 1;
}

export class LiveRoom extends Emitter<LiveRoomEvents> {
  readonly #random: () => number;
  readonly #connection: Connection;
  readonly #store: SessionStore;
  readonly #moves: MoveSender;
  readonly #edits: Edits;
  #document: RoomDocument | null = null;
  /** The document may be built upon when coming back. */
  #trusted = true;
  #welcome: ServerFrameOf<'welcome'> | null = null;
  #role: Role | null = null;
  #state: RoomState = { name: 'closed', reason: null, comesBack: false, retryInMs: null };
  #view: RoomView | null = null;
  #life: 'idle' | 'loading' | 'running' | 'leaving' | 'over' = 'idle';
  #starts = 0;
  #beenInside = false;
  #allAnswered: (() => void) | null = null;

  constructor(options: LiveRoomOptions) {
    super();
    this.#random = options.random ?? Math.random;
    const { url, ticket } = options;
    const open = options.open ?? webSocketTransport(WebSocket);
    this.#connection = new Connection({ url, ticket, open, random: this.#random }, this.#handlers());
    this.#moves = new MoveSender(options.position ?? null, this.#connection);
    this.#store = new SessionStore({
      storage: options.storage ?? null,
      exclusive: options.exclusive ?? null,
      key: `maru.session.${options.storageKey ?? url}`,
      random: this.#random,
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
    this.#view ??= buildView({ document: this.#document, overlay, unsaved, self: this.member });
    return this.#view;
  }

  /** My number among `people`; it changes when the room changes hands. */
  get member(): number | null {
    return this.#welcome?.member ?? null;
  }

  get role(): Role | null {
    return this.#role;
  }

  get info(): RoomInfo | null {
    return this.#welcome?.room ?? null;
  }

  get limits(): Limits | null {
    return this.#welcome?.limits ?? null;
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
    this.#moves.move({ x, y, facing, standing });
  }

  put(item: NewItem): Promise<Outcome> {
    return this.batch([{ type: 'put', ...item, id: item.id ?? newItemId(this.#random) }]);
  }

  patch(id: number, patch: ItemPatch, ifSeq: number | null = null): Promise<Outcome> {
    const { standpoint = null, rotation = null, color = null } = patch;
    return this.batch([{ type: 'patch', id, standpoint, rotation, color, ifSeq }]);
  }

  remove(id: number, ifSeq: number | null = null): Promise<Outcome> {
    return this.batch([{ type: 'remove', id, ifSeq }]);
  }

  setTheme(patch: ThemePatch): Promise<Outcome> {
    const { wallpaper = null, flooring = null, light = null } = patch;
    return this.batch([{ type: 'setTheme', wallpaper, flooring, light }]);
  }

  say(text: string): Promise<Outcome> {
    return this.batch([{ type: 'say', text }]);
  }

  /**
   * All or nothing. Shown at once; the promise resolves with the durable answer and does not reject. Throws
   * TypeError for operations no frame can carry. Before `start` and while away batches wait for the room.
   */
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
      presence: () => ({
        have: this.#document && this.#trusted ? { epoch: this.#document.epoch, seq: this.#document.seq } : null,
        avatar: this.#moves.presented(),
      }),
      phase: (phase) => this.#onPhase(phase),
      welcome: (frame) => this.#onWelcome(frame),
      frame: (frame) => this.#onFrame(frame),
      sessionLost: () => this.#edits.sessionLost(),
      problem: (problem) => this.emit('problem', problem),
    };
  }

  #context(): EditsContext {
    return {
      line: () =>
        this.#state.name === 'inside' && this.#document && this.limits
          ? { seq: this.#document.seq, unackedMax: this.limits.unackedMax }
          : null,
      view: () => this.view,
      document: () => this.#document,
      token: () => this.#connection.token,
      send: (frame) => this.#connection.send(frame),
      changed: () => this.#changed(),
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
      this.#moves.stop();
      this.#edits.pauseSending();
    }
    if (phase.name === 'closed') {
      this.#life = phase.reason === 'paused' ? 'idle' : 'over';
      this.#allAnswered?.();
      if (this.#life === 'over') this.#edits.end();
    }
    this.#beenInside ||= phase.name === 'inside';
    this.#state = this.#stateOf(phase);
    this.emit('state', this.#state);
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
    if (!frame.resumed) this.#edits.sessionLost();
    else if (this.#document && frame.epoch < this.#document.epoch) {
      this.#connection.resync('the room came back in an earlier epoch');
      return;
    }
    this.#welcome = frame;
    this.#edits.welcomed(frame.lastNumber);
    this.#setRole(frame.role);
  }

  #onFrame(frame: ServerFrame): void {
    if (frame.type === 'error') {
      if (frame.number !== null) this.#edits.refused(frame.number, frame.retryAfterMs);
      else if (frame.code === 'rate_limited') this.#moves.hold(frame.retryAfterMs ?? 0);
      return;
    }
    if (!('epoch' in frame) || !this.#welcome) return;
    if (frame.epoch !== this.#welcome.epoch) {
      this.#connection.resync(`epoch ${frame.epoch} where ${this.#welcome.epoch} was welcomed`);
      return;
    }
    if (frame.type === 'snapshot') this.#entered(fromSnapshot(frame), []);
    else if (frame.type === 'changes') this.#onChanges(frame);
    else if (frame.type === 'acks') this.#onAcks(frame);
    // before the room's contents are here there is nothing these could be applied to
    else if (this.#state.name !== 'inside' || !this.#document) return;
    else if (frame.type === 'events') this.#onEvents(this.#document, frame);
    else if (frame.type === 'avatars') this.#onAvatars(this.#document, frame);
  }

  #onAcks(frame: ServerFrameOf<'acks'>): void {
    this.#edits.answered(frame.acks);
    if (this.#edits.unsaved === 0) this.#allAnswered?.();
  }

  #onChanges(frame: ServerFrameOf<'changes'>): void {
    const result: Applied | Refused = this.#document
      ? applyChanges(this.#document, frame)
      : { ok: false, why: 'inconsistent' };
    if (result.ok) this.#entered(result.document, result.lines);
    else this.#refuse(result);
  }

  #onEvents(document: RoomDocument, frame: ServerFrameOf<'events'>): void {
    const result = applyEvents(document, frame);
    if (result.ok) this.#advance(result.document, result.changes, result.lines);
    else this.#refuse(result);
  }

  #onAvatars(document: RoomDocument, frame: ServerFrameOf<'avatars'>): void {
    const result = applyAvatars(document, frame);
    if (result.moved.length === 0) return;
    this.#document = result.document;
    this.#view = null;
    this.emit('avatars', result.moved);
  }

  #refuse(refused: Refused): void {
    if (refused.why === 'inconsistent') this.#trusted = false;
    this.#connection.resync(refused.why);
  }

  /** The room's contents came whole. */
  #entered(document: RoomDocument, lines: readonly ChatLine[]): void {
    this.#trusted = true;
    this.#advance(document, [], lines);
    this.#connection.settled();
    // whoever heard that may have left
    if (this.#state.name !== 'inside') return;
    this.#moves.start(this.limits?.moveIntervalMs ?? 0);
    this.#edits.flush();
  }

  #advance(document: RoomDocument, changes: readonly AppliedChange[], lines: readonly ChatLine[]): void {
    const peopleChanged = document.people !== this.#document?.people;
    this.#document = document;
    this.#edits.advanced(document.seq, changes, this.#welcome?.session ?? null);
    this.#changed();
    if (peopleChanged) this.emit('people', document.people);
    if (lines.length > 0) this.emit('chat', lines);
    const me = this.member === null ? undefined : document.people.get(this.member);
    if (me) this.#setRole(me.role);
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
