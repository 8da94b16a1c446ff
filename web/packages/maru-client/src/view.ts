/** The room as it is shown: the confirmed document with my unconfirmed batches on top. */
import { applyOps, copiesOf, type Content, type RoomDocument } from './document.ts';
import type { Avatar, ChatLine, Item, Op, Person, Theme } from './frames.ts';
import type { Batch } from './pending.ts';

/** A chat line; `pending` until the server has it. */
export interface ViewLine extends ChatLine {
  readonly pending?: true;
}

export interface RoomView {
  /** False until the first snapshot: everything is empty. */
  readonly ready: boolean;
  readonly seq: number;
  readonly theme: Theme;
  readonly items: ReadonlyMap<number, Item>;
  readonly chat: readonly ViewLine[];
  readonly people: ReadonlyMap<number, Person>;
  readonly avatars: ReadonlyMap<number, Avatar>;
  /** Batches of mine whose durable answer is still to come. */
  readonly unsaved: number;
}

const EMPTY_CONTENT: Content = {
  theme: { wallpaper: '', flooring: '', light: 'day', seq: 0 },
  items: new Map(),
};

const NOBODY: ReadonlyMap<number, Person> = new Map();
const NOWHERE: ReadonlyMap<number, Avatar> = new Map();
const NOTHING_SAID: readonly ChatLine[] = [];

/** Drops what cannot take effect on this content: the server will say so, or has it done already. */
function effective(content: Content, op: Op): boolean {
  if (op.type === 'put') return !content.items.has(op.id);
  if (op.type === 'patch') return content.items.has(op.id);
  if (op.type === 'duplicate') return copiesOf(content.items, op, null) !== null;
  return true;
}

/** What the content would be if these operations were applied now. */
export function predict(content: Content, ops: readonly Op[]): Content {
  let result = content;
  for (const op of ops) {
    if (effective(result, op)) result = applyOps(result, [op], null) ?? result;
  }
  return result;
}

function pendingLines(overlay: readonly Batch[], author: Person | undefined): ViewLine[] {
  const written = { seq: 0, authorId: author?.id ?? '', authorName: author?.name ?? '', pending: true } as const;
  return overlay.flatMap(({ ops, madeAtMs }) =>
    ops.flatMap((op) => (op.type === 'say' ? [{ ...written, atMs: madeAtMs, text: op.text }] : [])),
  );
}

export interface ViewInput {
  readonly document: RoomDocument | null;
  readonly overlay: readonly Batch[];
  readonly unsaved: number;
  /** My member number, once known. */
  readonly self: number | null;
}

export function buildView(input: ViewInput): RoomView {
  const { document, overlay } = input;
  let content: Content = document ?? EMPTY_CONTENT;
  for (const batch of overlay) content = predict(content, batch.ops);
  const people = document?.people ?? NOBODY;
  const author = input.self === null ? undefined : people.get(input.self);
  const confirmed = document?.chat ?? NOTHING_SAID;
  const lines = pendingLines(overlay, author);
  return {
    ready: document !== null,
    seq: document?.seq ?? 0,
    theme: content.theme,
    items: content.items,
    chat: lines.length > 0 ? [...confirmed, ...lines] : confirmed,
    people,
    avatars: document?.avatars ?? NOWHERE,
    unsaved: input.unsaved,
  };
}
