/** Compares what every client was told with what the room holds in the end, and names whatever does not fit. */
import type { Op } from '../packages/maru-client/src/index.ts';
import { presence, type PresenceFindings } from './presence.ts';
import type { ClientRecord, Ending, Entry, Shown } from './record.ts';

export interface Findings extends PresenceFindings {
  readonly sent: number;
  /** Applied and saved, as their authors were told. */
  readonly acked: number;
  readonly rejected: number;
  readonly delivered: number;
  /** Acknowledged and not there. */
  readonly lost: readonly string[];
  /** There more than once. */
  readonly doubled: readonly string[];
  /** Refused, as the author was told, and there all the same. */
  readonly ghosts: readonly string[];
  /** Not in the order, or not the same batch, that others saw. */
  readonly disordered: readonly string[];
  /** Shown by a client that knew of a newer epoch. */
  readonly stale: readonly string[];
  /** Clients that in the end do not show what the room holds. */
  readonly diverged: readonly string[];
  /** People who are not shown where they went last. */
  readonly misplaced: readonly string[];
  /** Batches whose fate their author was never told. */
  readonly unproven: readonly string[];
  /** From a batch's making to its answer, the longest. */
  readonly pauseMs: number;
  /** The longest that a client was outside against its will. */
  readonly awayMs: number;
}

type Of<K extends Entry['kind']> = Extract<Entry, { kind: K }>;

function of<K extends Entry['kind']>(record: ClientRecord, kind: K): Of<K>[] {
  return record.entries.filter((entry): entry is Of<K> => entry.kind === kind);
}

interface Batch {
  readonly key: string;
  readonly ops: readonly Op[];
  readonly sentMs: number;
  readonly answer: Of<'answered'> | null;
}

type Fate = 'certain' | 'uncertain' | 'none';

function fateOf({ answer }: Batch): Fate {
  switch (answer?.outcome.status) {
    case 'applied':
    case 'duplicate':
      return 'certain';
    case 'superseded':
    case 'rejected':
    case 'unsent':
      return 'none';
    default:
      return 'uncertain';
  }
}

function ackedSeq({ answer }: Batch): number | null {
  const outcome = answer?.outcome;
  return outcome?.status === 'applied' || outcome?.status === 'duplicate' ? outcome.seq : null;
}

function batchesOf(record: ClientRecord): Batch[] {
  const answers = new Map(of(record, 'answered').map((entry) => [entry.key, entry]));
  return of(record, 'sent').map(({ key, ops, atMs }) => ({ key, ops, sentMs: atMs, answer: answers.get(key) ?? null }));
}

/** Who was shown which batch at a place of the room. */
type Deliveries = ReadonlyMap<number, ReadonlyMap<number, ReadonlyMap<string, readonly string[]>>>;

/** By seq, then epoch, then batch: the clients. */
function deliveriesOf(records: readonly ClientRecord[]): Deliveries {
  const bySeq = new Map<number, Map<number, Map<string, string[]>>>();
  for (const record of records) {
    for (const { seq, epoch, key } of of(record, 'delivered')) {
      const byEpoch = bySeq.get(seq) ?? new Map<number, Map<string, string[]>>();
      bySeq.set(seq, byEpoch);
      const byKey = byEpoch.get(epoch) ?? new Map<string, string[]>();
      byEpoch.set(epoch, byKey);
      byKey.set(key, [...(byKey.get(key) ?? []), record.name]);
    }
  }
  return bySeq;
}

/** An acknowledged seq belongs to its batch for good: nobody else is told the same, nobody later sees another there. */
function stolenSeqs(batches: readonly Batch[], deliveries: Deliveries, final: Shown): string[] {
  const found: string[] = [];
  const owners = new Map<number, string>();
  for (const batch of batches) {
    const seq = ackedSeq(batch);
    if (seq === null || !batch.answer) continue;
    const { key } = batch;
    const other = owners.get(seq);
    owners.set(seq, key);
    if (other !== undefined) found.push(`${other} and ${key} were both acknowledged at ${seq}`);
    if (seq > final.seq) found.push(`${key} was acknowledged at ${seq}, the room has come to ${final.seq}`);
    for (const [epoch, there] of deliveries.get(seq) ?? []) {
      // what an earlier epoch showed there was not saved
      if (epoch < batch.answer.epoch || there.has(key)) continue;
      found.push(`${key} was acknowledged at ${seq}, where epoch ${epoch} shows ${[...there.keys()].join(', ')}`);
    }
  }
  return found;
}

/** `absent`, or the colour. */
function afterwards(state: string | null, op: Op): string | null {
  if (op.type === 'put') return op.color;
  if (op.type === 'remove') return null;
  return op.type === 'patch' && state !== null ? (op.color ?? state) : state;
}

/** What an item may be in the end, when some of what was done to it may or may not have happened. */
function possible(steps: readonly { readonly op: Op; readonly fate: Fate }[]): Set<string | null> {
  let states = new Set<string | null>([null]);
  for (const { op, fate } of steps) {
    if (fate === 'none') continue;
    const next = [...states].map((state) => afterwards(state, op));
    states = new Set(fate === 'certain' ? next : [...states, ...next]);
  }
  return states;
}

interface ItemFindings {
  readonly lost: string[];
  readonly ghosts: string[];
}

/** Each item is as the last acknowledged change left it. One author alone touches an item. */
function items(records: readonly ClientRecord[], final: Shown): ItemFindings {
  const lost: string[] = [];
  const ghosts: string[] = [];
  for (const record of records) {
    const steps = new Map<number, { op: Op; fate: Fate }[]>();
    for (const batch of batchesOf(record)) {
      for (const op of batch.ops) {
        if (op.type !== 'put' && op.type !== 'patch' && op.type !== 'remove') continue;
        steps.set(op.id, [...(steps.get(op.id) ?? []), { op, fate: fateOf(batch) }]);
      }
    }
    for (const [id, done] of steps) {
      const shown = final.items.get(id) ?? null;
      if (possible(done).has(shown)) continue;
      const story = done.map(({ op, fate }) => `${op.type} ${fate}`).join(', ');
      const isGhost = done.every(({ fate }) => fate === 'none');
      (isGhost ? ghosts : lost).push(`item ${id} of ${record.name} is ${shown ?? 'absent'} after: ${story}`);
    }
  }
  return { lost, ghosts };
}

interface LineFindings extends ItemFindings {
  readonly doubled: string[];
}

function lines(batches: readonly Batch[], final: Shown): LineFindings {
  const [lost, ghosts, doubled]: string[][] = [[], [], []];
  const oldest = final.chat[0]?.seq ?? 0;
  const places = new Map<string, number[]>();
  for (const { text, seq } of final.chat) places.set(text, [...(places.get(text) ?? []), seq]);
  for (const batch of batches) {
    for (const op of batch.ops) {
      if (op.type !== 'say') continue;
      const seq = ackedSeq(batch);
      const there = places.get(op.text) ?? [];
      if (there.length > 1) doubled!.push(`"${op.text}", acknowledged at ${seq}, is at ${there.join(' and ')}`);
      if (there.length === 0 && seq !== null && seq >= oldest) lost!.push(`"${op.text}", acknowledged at ${seq}, is not there`);
      if (there.length > 0 && fateOf(batch) === 'none') ghosts!.push(`"${op.text}" was refused and is there`);
    }
  }
  return { lost: lost!, ghosts: ghosts!, doubled: doubled! };
}

/** A batch has one place in an epoch, and none beside its acknowledged one in a later epoch. */
function repeated(batches: readonly Batch[], deliveries: Deliveries): string[] {
  const places = new Map<string, { seq: number; epoch: number }[]>();
  for (const [seq, byEpoch] of deliveries) {
    for (const [epoch, byKey] of byEpoch) {
      for (const key of byKey.keys()) places.set(key, [...(places.get(key) ?? []), { seq, epoch }]);
    }
  }
  const found: string[] = [];
  for (const { key, answer, ...rest } of batches) {
    const there = places.get(key) ?? [];
    const acked = ackedSeq({ key, answer, ...rest });
    for (const { seq, epoch } of there) {
      const again = there.find((other) => other.epoch === epoch && other.seq > seq);
      if (again) found.push(`${key} is at ${seq} and at ${again.seq} of epoch ${epoch}`);
      const wasThere = there.some((other) => other.seq === acked && other.epoch < epoch);
      if (seq !== acked && wasThere) found.push(`${key}, acknowledged at ${acked}, is at ${seq} of epoch ${epoch} as well`);
    }
  }
  return found;
}

/** At one place of an epoch everyone sees the same batch. */
function differing(deliveries: Deliveries): string[] {
  const found: string[] = [];
  for (const [seq, byEpoch] of deliveries) {
    for (const [epoch, byKey] of byEpoch) {
      if (byKey.size < 2) continue;
      const told = [...byKey].map(([key, clients]) => `${clients.join(', ')}: ${key}`);
      found.push(`at ${seq} of epoch ${epoch}: ${told.join('; ')}`);
    }
  }
  return found;
}

/**
 * One client is told of each batch after the one before it, and of no epoch that is over. A copy of the room stands for
 * the batches in it, and does not fall behind what the client had.
 */
function outOfOrder(record: ClientRecord): { disordered: string[]; stale: string[] } {
  const disordered: string[] = [];
  const stale: string[] = [];
  let epoch: number | null = null;
  let seq: number | null = null;
  for (const entry of record.entries) {
    if (entry.kind !== 'inside' && entry.kind !== 'copied' && entry.kind !== 'delivered') continue;
    if (epoch !== null && entry.epoch < epoch) {
      stale.push(`${record.name} was shown epoch ${entry.epoch} after ${epoch}`);
      continue;
    }
    if (seq !== null && epoch === entry.epoch) {
      if (entry.kind === 'delivered' && entry.seq !== seq + 1) {
        disordered.push(`${record.name} was told of ${entry.seq} after ${seq} in epoch ${epoch}`);
      } else if (entry.seq < seq) {
        disordered.push(`${record.name} was given the room at ${entry.seq} after ${seq} in epoch ${epoch}`);
      }
    }
    epoch = entry.epoch;
    seq = entry.seq;
  }
  return { disordered, stale };
}

function sameItems(one: ReadonlyMap<number, string>, other: ReadonlyMap<number, string>): boolean {
  return one.size === other.size && [...one].every(([id, color]) => other.get(id) === color);
}

/** The older lines of one may have fallen out already. */
function sameChat(one: Shown['chat'], other: Shown['chat']): boolean {
  const length = Math.min(one.length, other.length);
  const written = (chat: Shown['chat']): string => JSON.stringify(length === 0 ? [] : chat.slice(-length));
  return written(one) === written(other);
}

function divergences(endings: readonly Ending[], final: Shown): string[] {
  const found: string[] = [];
  for (const { client, seq, items: shown, chat } of endings) {
    if (seq !== final.seq) found.push(`${client} has come to ${seq}, the room to ${final.seq}`);
    else if (!sameItems(shown, final.items)) found.push(`${client} shows other items`);
    else if (!sameChat(chat, final.chat)) found.push(`${client} shows another chat`);
  }
  return found;
}

function misplacements(records: readonly ClientRecord[], endings: readonly Ending[]): string[] {
  const people = new Map(records.map(({ name, person }) => [name, person]));
  const found: string[] = [];
  for (const { client, stood } of endings) {
    const person = people.get(client);
    if (!stood || !person) continue;
    for (const { client: watcher, places } of endings) {
      const place = places.get(person);
      if (place?.x === stood.x && place.y === stood.y) continue;
      const where = place ? `at ${place.x}, ${place.y}` : 'nowhere';
      found.push(`${watcher} shows ${client} ${where}, not at ${stood.x}, ${stood.y}`);
    }
  }
  return found;
}

/** The longest of the times between losing the room and being in it again. */
function longestAway(record: ClientRecord): number {
  let longest = 0;
  let since: number | null = null;
  for (const { kind, atMs } of record.entries) {
    if (kind === 'outside') since ??= atMs;
    if ((kind === 'inside' || kind === 'gone') && since !== null) {
      longest = Math.max(longest, kind === 'inside' ? atMs - since : 0);
      since = null;
    }
  }
  return longest;
}

export function check(records: readonly ClientRecord[], endings: readonly Ending[], final: Shown): Findings {
  const batches = records.flatMap(batchesOf);
  const deliveries = deliveriesOf(records);
  const things = items(records, final);
  const said = lines(batches, final);
  const orders = records.map(outOfOrder);
  const fates = batches.map(fateOf);
  const answered = batches.flatMap(({ answer, sentMs }) => (answer ? [answer.atMs - sentMs] : []));
  return {
    ...presence(records),
    sent: batches.length,
    acked: fates.filter((fate) => fate === 'certain').length,
    rejected: batches.filter(({ answer }) => answer?.outcome.status === 'rejected').length,
    delivered: records.reduce((sum, record) => sum + of(record, 'delivered').length, 0),
    lost: [...stolenSeqs(batches, deliveries, final), ...things.lost, ...said.lost],
    doubled: [...repeated(batches, deliveries), ...said.doubled],
    ghosts: [...things.ghosts, ...said.ghosts],
    disordered: [...differing(deliveries), ...orders.flatMap(({ disordered }) => disordered)],
    stale: orders.flatMap(({ stale }) => stale),
    diverged: divergences(endings, final),
    misplaced: misplacements(records, endings),
    unproven: batches.filter((batch) => fateOf(batch) === 'uncertain').map(({ key }) => key),
    pauseMs: Math.max(0, ...answered),
    awayMs: Math.max(0, ...records.map(longestAway)),
  };
}
