/** My edits: made optimistically, sent in order, answered durably, undone and redone. */
import { encodeClient, decodeClient } from './codec.ts';
import type { AppliedChange, RoomDocument } from './document.ts';
import { BATCH_OPS_MAX, CLIENT_FRAME_BYTES_MAX, type Ack, type ClientFrame, type Limits, type Op } from './frames.ts';
import { Pace } from './pace.ts';
import { PendingBatches, type Batch, type Outcome } from './pending.ts';
import type { Reason } from './reason.ts';
import type { SavedSession, SessionStore } from './storage.ts';
import { UndoHistory, type Origin } from './undo.ts';
import type { RoomView } from './view.ts';
import { SendWindow } from './window.ts';

/** Unanswered batches kept; more are refused here as `queue_full`. */
const QUEUE_MAX = 512;

/** A batch of mine that had no effect and is gone from the view. */
export interface Rejection {
  readonly ops: readonly Op[];
  readonly reason: Reason;
}

/** The durable answer to a batch of mine. */
export interface Answered {
  readonly ops: readonly Op[];
  readonly outcome: Outcome;
}

/** What edits need of the room around them. */
export interface EditsContext {
  /** How far the document is and what the server allows, while batches may be sent. */
  line(): { readonly seq: number; readonly limits: Limits } | null;
  view(): RoomView;
  document(): RoomDocument | null;
  token(): string | null;
  send(frame: ClientFrame): boolean;
  /** The view is to be built anew. */
  changed(): void;
  answered(answered: Answered): void;
  rejected(rejection: Rejection): void;
  unproven(batches: readonly Batch[]): void;
}

/** Operations about the room itself, each a batch of its own. */
const ALONE: ReadonlySet<Op['type']> = new Set<Op['type']>([
  'kick',
  'ban',
  'unban',
  'mute',
  'unmute',
  'setRole',
  'setPolicy',
  'saveLayout',
  'restoreLayout',
  'removeLayout',
]);

/** What the server would refuse without an answer must not take a number. Throws TypeError for nonsense. */
function refusalOf(ops: readonly Op[]): Reason | null {
  if (ops.length === 0 || ops.length > BATCH_OPS_MAX) return 'bad_batch_size';
  if (ops.length > 1 && ops.some((op) => ALONE.has(op.type))) return 'not_alone';
  const largest = { number: 2 ** 32 - 1, baseSeq: Number.MAX_SAFE_INTEGER, resend: true };
  const bytes = encodeClient({ type: 'ops', ...largest, ops });
  if (bytes.length > CLIENT_FRAME_BYTES_MAX) return 'bad_batch_size';
  try {
    decodeClient(bytes);
  } catch (error) {
    throw new TypeError('not a list of operations', { cause: error });
  }
  return null;
}

export class Edits {
  readonly #context: EditsContext;
  readonly #store: SessionStore;
  readonly #pending = new PendingBatches();
  readonly #history = new UndoHistory();
  readonly #pace = new Pace();
  /** What the server knew of my batches at a Welcome whose document has not come yet. */
  #lastNumber: number | null = null;
  readonly #window = new SendWindow((refused) => {
    if (refused !== null) this.#pending.rewind(refused);
    this.flush();
  });

  constructor(context: EditsContext, store: SessionStore) {
    this.#context = context;
    this.#store = store;
  }

  get overlay(): readonly Batch[] {
    return this.#pending.overlay;
  }

  get unsaved(): number {
    return this.#pending.unanswered.length;
  }

  get canUndo(): boolean {
    return this.#history.canUndo;
  }

  get canRedo(): boolean {
    return this.#history.canRedo;
  }

  submit(ops: readonly Op[], origin: Origin): Promise<Outcome> {
    const reason = this.unsaved >= QUEUE_MAX ? 'queue_full' : refusalOf(ops);
    if (reason) {
      this.#context.rejected({ ops, reason });
      return Promise.resolve({ status: 'rejected', reason });
    }
    const view = this.#context.view();
    const { batch, outcome } = this.#pending.add(ops, this.#context.document()?.seq ?? null);
    this.#history.record(batch.key, ops, view, origin);
    this.#save();
    this.flush();
    this.#context.changed();
    return outcome;
  }

  /** Takes back, or does again, my last edit that still stands; null when there is none. */
  revert(which: 'undo' | 'redo'): Promise<Outcome> | null {
    const ops = this.#history.revert(which, this.#context.view());
    return ops && this.submit(ops, which);
  }

  restore(saved: SavedSession): void {
    this.#pending.restore(saved.batches, saved.nextNumber, saved.lastAnswered);
  }

  /** A session stands, of which the server knows the batches up to `lastNumber`. */
  welcomed(lastNumber: number): void {
    // the answers of this session are gone: what was sent may have been applied or not
    if (this.#pending.lastAnswered > lastNumber) this.sessionLost();
    this.#lastNumber = lastNumber;
    this.#save();
  }

  /** The document that goes with the last Welcome is here whole; until then the view stays as it was. */
  entered(): void {
    if (this.#lastNumber === null) return;
    this.#pending.align(this.#lastNumber);
    this.#lastNumber = null;
    this.#save();
  }

  /** The connection is gone: what waited for it is sent after the next one stands. */
  pauseSending(): void {
    this.#window.stop();
  }

  /** The document has come to `seq`; `changes` led there, or none when it came whole. */
  advanced(seq: number, changes: readonly AppliedChange[], session: number | null): void {
    for (const change of changes) this.#attribute(change, session);
    this.#pending.reached(seq);
  }

  /** A change is mine by session and number, or somebody else's. */
  #attribute(change: AppliedChange, session: number | null): void {
    const { event } = change;
    if (event.session !== session) {
      this.#history.overtaken(event.ops);
      return;
    }
    const batch = this.#pending.seen(event.number);
    if (batch) this.#history.ordered(batch.key, change);
  }

  answered(acks: readonly Ack[]): void {
    this.#window.answered();
    const seq = this.#context.document()?.seq ?? 0;
    const answers: Answered[] = [];
    for (const ack of acks) {
      const answer = this.#pending.answer(ack, seq);
      if (!answer) continue;
      const { batch, outcome } = answer;
      answers.push({ ops: batch.ops, outcome });
      if (outcome.status === 'rejected' || outcome.status === 'superseded') this.#history.forget(batch.key);
      else if (ack.seq <= seq) this.#history.ordered(batch.key, null);
    }
    this.#save();
    this.flush();
    this.#context.changed();
    for (const answered of answers) {
      const { ops, outcome } = answered;
      this.#context.answered(answered);
      if (outcome.status === 'rejected') this.#context.rejected({ ops, reason: outcome.reason });
    }
  }

  /** A batch was not taken: it and those after it are sent again, after the wait asked for. */
  refused(number: number, code: string, retryAfterMs: number | null): void {
    // an allowance without a wait is one this batch can never fit
    if (code === 'rate_limited' && retryAfterMs === null) this.#withdraw(number, code);
    // what the server asks for at once was lost on the way between its nodes: nothing is sent too fast
    else if (code === 'gap' && retryAfterMs === 0) this.#window.lost(number);
    else if (code === 'unavailable' || (code === 'gap' && this.#window.isUnavailable)) this.#window.unavailable(number, retryAfterMs);
    else if (code === 'gap') this.#window.behind(number);
    else this.#window.refused(number, retryAfterMs);
  }

  #withdraw(number: number, reason: Reason): void {
    const batch = this.#pending.withdraw(number, reason);
    if (!batch) return;
    this.#history.forget(batch.key);
    this.#save();
    this.flush();
    this.#context.changed();
    this.#context.answered({ ops: batch.ops, outcome: { status: 'rejected', reason } });
    this.#context.rejected({ ops: batch.ops, reason });
  }

  /** The session cannot be taken up again. */
  sessionLost(): void {
    const unproven = this.#pending.abandonSent();
    for (const batch of unproven) this.#history.forget(batch.key);
    this.#store.clear();
    if (unproven.length === 0) return;
    this.#context.changed();
    this.#context.unproven(unproven);
  }

  /** Nothing more will be sent or answered. */
  end(): void {
    this.sessionLost();
    const unsent = this.#pending.abandonUnsent();
    for (const batch of unsent) this.#history.forget(batch.key);
    this.#store.close();
    if (unsent.length > 0) this.#context.changed();
  }

  /** Sends what may be sent now. */
  flush(): void {
    const line = this.#context.line();
    if (!line) return;
    this.#pace.limits(line.limits);
    const window = this.#window.size(line.limits.unackedMax);
    const sendable = this.#pending.takeSendable(window, line.seq, (batch) => this.#mayLeave(batch));
    if (sendable.length === 0) return;
    this.#window.sent();
    // first written down, so that a reload in between knows that they may have been received
    this.#save();
    for (const { batch, resend } of sendable) {
      const { number, baseSeq, ops } = batch;
      this.#context.send({ type: 'ops', number, baseSeq: baseSeq ?? line.seq, resend, ops });
    }
  }

  #mayLeave({ ops }: Batch): boolean {
    const waitMs = this.#pace.take(ops);
    if (waitMs > 0) this.#window.later(waitMs);
    return waitMs === 0;
  }

  #save(): void {
    const token = this.#context.token();
    if (token === null) return;
    const { nextNumber, lastAnswered, unanswered } = this.#pending;
    this.#store.save({ token, nextNumber, lastAnswered, batches: unanswered });
  }
}
