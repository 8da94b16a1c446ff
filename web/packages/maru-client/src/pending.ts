/** My own batches between being made and being answered: queued, sent, seen, acknowledged. */
import type { Ack, Op } from './frames.ts';
import type { Reason } from './reason.ts';

/** What became of a batch. It resolves only when that is certain, and a success is durable. */
export type Outcome =
  | { readonly status: 'applied' | 'superseded' | 'duplicate'; readonly seq: number }
  /** Refused as a whole, and rolled back in the view. `queue_full` is this client's own reason. */
  | { readonly status: 'rejected'; readonly reason: Reason }
  /** The session is lost: whether the batch was applied cannot be known. */
  | { readonly status: 'unproven' }
  /** The room was closed before the batch was sent: it was surely not applied. */
  | { readonly status: 'unsent' };

/** One atomic list of operations under one number. */
export interface Batch {
  /** Identity in this client; unlike `number` it never changes. */
  readonly key: number;
  readonly number: number;
  readonly ops: readonly Op[];
  /** When it was made, in milliseconds since the Unix epoch by this client's clock. */
  readonly madeAtMs: number;
  /** The newest seq seen when it was made; null while no document has come yet. */
  readonly baseSeq: number | null;
  /** It has left this client at least once. */
  readonly sent: boolean;
}

/** The part of a batch that outlives a reload. */
export type SavedBatch = Omit<Batch, 'key'>;

interface Entry {
  key: number;
  number: number;
  ops: readonly Op[];
  madeAtMs: number;
  baseSeq: number | null;
  sent: boolean;
  sentHere: boolean;
  /** Its effect, if any, is part of the confirmed document. */
  included: boolean;
  /** Acknowledged with this seq; it stays on the view until the document gets there. */
  landsAt: number | null;
  /** Null when the promise went with an earlier page. */
  resolve: ((outcome: Outcome) => void) | null;
}

export class PendingBatches {
  #entries: Entry[] = [];
  #nextNumber = 1;
  #nextKey = 1;
  #lastAnswered = 0;

  get nextNumber(): number {
    return this.#nextNumber;
  }

  /** The highest number with an answer. */
  get lastAnswered(): number {
    return this.#lastAnswered;
  }

  /** Batches without an answer, in order. */
  get unanswered(): readonly Batch[] {
    return this.#entries.filter((entry) => entry.landsAt === null);
  }

  /** Batches the confirmed document does not hold yet, in order: the optimistic part of the view. */
  get overlay(): readonly Batch[] {
    return this.#entries.filter((entry) => !entry.included);
  }

  add(ops: readonly Op[], baseSeq: number | null): { readonly batch: Batch; readonly outcome: Promise<Outcome> } {
    const made = { number: this.#nextNumber, ops, baseSeq, madeAtMs: Date.now(), sent: false };
    this.#nextNumber += 1;
    const entry = this.#append(made);
    const outcome = new Promise<Outcome>((resolve) => {
      entry.resolve = resolve;
    });
    return { batch: entry, outcome };
  }

  /** Takes up what an earlier page of this session left behind; what was made since then follows it. */
  restore(batches: readonly SavedBatch[], nextNumber: number, lastAnswered: number): void {
    this.#lastAnswered = lastAnswered;
    const made = this.#entries;
    this.#entries = [];
    for (const batch of batches) this.#append(batch);
    this.#nextNumber = nextNumber;
    for (const entry of made) {
      entry.number = this.#nextNumber;
      this.#nextNumber += 1;
      this.#entries.push(entry);
    }
  }

  #append(batch: SavedBatch): Entry {
    const entry: Entry = {
      ...batch,
      key: this.#nextKey,
      sentHere: false,
      included: false,
      landsAt: null,
      resolve: null,
    };
    this.#nextKey += 1;
    this.#entries.push(entry);
    return entry;
  }

  /**
   * A connection stands and the server knows this session's batches up to `lastNumber`. Their effects are
   * in the document that follows; those above it are not, and take the numbers that follow without a hole.
   */
  align(lastNumber: number): void {
    this.#drop((entry) => entry.landsAt !== null);
    let next = lastNumber + 1;
    for (const entry of this.#entries) {
      entry.sentHere = false;
      entry.included = entry.number <= lastNumber;
      if (entry.included) continue;
      entry.number = next;
      next += 1;
    }
    this.#nextNumber = next;
  }

  /** Up to `window` batches in flight: gives those that may leave now, in order, and marks them as sent. */
  takeSendable(
    window: number,
    seq: number,
    allowed: (batch: Batch) => boolean,
  ): readonly { readonly batch: Batch; readonly resend: boolean }[] {
    const unanswered = this.#entries.filter((entry) => entry.landsAt === null);
    const sendable: { batch: Batch; resend: boolean }[] = [];
    for (const entry of unanswered.slice(0, window)) {
      if (entry.sentHere) continue;
      if (!allowed(entry)) break;
      sendable.push({ batch: entry, resend: entry.sent });
      entry.sent = true;
      entry.sentHere = true;
      entry.baseSeq ??= seq;
    }
    return sendable;
  }

  /** Everything unanswered from this number on is to be sent again on this connection. */
  rewind(number: number): void {
    for (const entry of this.#entries) if (entry.number >= number) entry.sentHere = false;
  }

  /** The server will never take this batch, nor has it any that follow: those close the hole in the numbers. */
  withdraw(number: number, reason: Reason): Batch | null {
    const at = this.#entries.findIndex((entry) => entry.number === number && entry.landsAt === null);
    const [entry] = at < 0 ? [] : this.#entries.splice(at, 1);
    if (!entry) return null;
    for (const later of this.#entries) {
      if (later.number < number) continue;
      later.number -= 1;
      later.sentHere = false;
    }
    this.#nextNumber -= 1;
    entry.resolve?.({ status: 'rejected', reason });
    return entry;
  }

  /** The document holds this batch now. */
  seen(number: number): Batch | null {
    const entry = this.#entries.find((candidate) => candidate.number === number);
    if (!entry || entry.included) return null;
    entry.included = true;
    this.#drop((candidate) => candidate === entry && candidate.landsAt !== null);
    return entry;
  }

  /** The durable answer to a batch; null when the batch is not waiting for one. */
  answer(ack: Ack, documentSeq: number): { readonly batch: Batch; readonly outcome: Outcome } | null {
    const entry = this.#entries.find((candidate) => candidate.number === ack.number && candidate.landsAt === null);
    if (!entry) return null;
    const outcome = outcomeOf(ack);
    this.#lastAnswered = Math.max(this.#lastAnswered, ack.number);
    entry.landsAt = ack.seq;
    const changesNothing = outcome.status === 'rejected' || outcome.status === 'superseded';
    if (changesNothing || ack.seq <= documentSeq) entry.included = true;
    this.#drop((candidate) => candidate === entry && candidate.included);
    entry.resolve?.(outcome);
    return { batch: entry, outcome };
  }

  /** The document has come to `seq`: acknowledged batches up to there are part of it. */
  reached(seq: number): void {
    this.#drop((entry) => entry.landsAt !== null && entry.landsAt <= seq);
  }

  /** The session is lost: takes out and resolves what was sent without an answer; the rest can go anew. */
  abandonSent(): readonly Batch[] {
    this.#lastAnswered = 0;
    return this.#abandon((entry) => entry.sent, { status: 'unproven' });
  }

  /** Takes out and resolves what was never sent. */
  abandonUnsent(): readonly Batch[] {
    return this.#abandon((entry) => !entry.sent, { status: 'unsent' });
  }

  #abandon(which: (entry: Entry) => boolean, outcome: Outcome): readonly Batch[] {
    const lost = this.#entries.filter((entry) => entry.landsAt === null && which(entry));
    this.#drop((entry) => which(entry));
    for (const entry of lost) entry.resolve?.(outcome);
    return lost;
  }

  #drop(which: (entry: Entry) => boolean): void {
    this.#entries = this.#entries.filter((entry) => !which(entry));
  }
}

function outcomeOf(ack: Ack): Outcome {
  if (ack.outcome !== 'rejected') return { status: ack.outcome, seq: ack.seq };
  return { status: 'rejected', reason: ack.reason ?? 'unknown' };
}
