// What a room server does to its document: the rules of PROTOCOL.md for operations, without sessions.
import type { Edit, Item, LayoutInfo, Op, Theme } from '../src/index.ts';

/** Field name to the seq and session of its last change, beside each item. */
type Touches = Record<string, { seq: number; session: string }>;

interface StoredItem {
  item: Item;
  touches: Touches;
}

interface Layout {
  info: LayoutInfo;
  theme: Theme;
  items: Item[];
}

export interface FakeDocument {
  seq: number;
  theme: Theme;
  items: Map<number, StoredItem>;
  /** Item id to the seq of its removal. */
  gone: Map<number, number>;
  chat: { seq: number; atMs: number; authorId: string; authorName: string; text: string }[];
  layouts: Map<string, Layout>;
  edits: Edit[];
}

const PATCH_FIELDS = ['standpoint', 'rotation', 'color'] as const;

export function newDocument(): FakeDocument {
  return {
    seq: 0,
    theme: { wallpaper: 'plain', flooring: 'oak', light: 'day', seq: 0 },
    items: new Map(),
    gone: new Map(),
    chat: [],
    layouts: new Map(),
    edits: [],
  };
}

/** Why the batch as a whole cannot be; null when it can. */
export function reasonAgainst(document: FakeDocument, ops: readonly Op[]): string | null {
  const present = new Set(document.items.keys());
  const add = (id: number): string | null => {
    if (present.has(id)) return 'item_exists';
    present.add(id);
    return null;
  };
  for (const op of ops) {
    let reason: string | null = null;
    if (op.type === 'put') reason = add(op.id);
    else if (op.type === 'duplicate') {
      if (op.copies.some(({ from }) => !present.has(from))) return 'no_such_item';
      for (const { to } of op.copies) reason ??= add(to);
    } else if (op.type === 'patch' || op.type === 'remove') {
      if (!present.has(op.id)) return 'no_such_item';
      if (op.type === 'remove') present.delete(op.id);
    } else if (op.type === 'restoreLayout' && !document.layouts.has(op.name)) return 'no_such_layout';
    if (reason) return reason;
  }
  return null;
}

function put(item: Item): Op {
  const { seq: _, ...fields } = item;
  return { type: 'put', ...fields };
}

function restored(document: FakeDocument, name: string): Op[] {
  const { theme, items } = document.layouts.get(name)!;
  const { wallpaper, flooring, light } = theme;
  const removals = [...document.items.keys()].map((id): Op => ({ type: 'remove', id, ifSeq: null }));
  return [...removals, ...items.map(put), { type: 'setTheme', wallpaper, flooring, light }];
}

/** What everyone is told of these operations: copies and layouts as what they come to. */
function shown(document: FakeDocument, op: Op): Op[] {
  if (op.type === 'restoreLayout') return restored(document, op.name);
  if (op.type !== 'duplicate') return [op];
  return op.copies.map(({ from, to }) => {
    const { item } = document.items.get(from)!;
    return put({ ...item, id: to, x: item.x + op.dx, y: item.y + op.dy });
  });
}

/** A resent batch does not overwrite fields others have set since its author looked. */
export function notOverwriting(
  document: FakeDocument,
  ops: readonly Op[],
  baseSeq: number,
  session: string,
): Op[] {
  return ops.flatMap((op): Op[] => {
    if (op.type !== 'patch') return [op];
    const touches = document.items.get(op.id)?.touches ?? {};
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

/** Applies a batch under the next seq; gives the operations as everyone is told of them. */
export function applyBatch(document: FakeDocument, ops: readonly Op[], author: string): readonly Op[] {
  document.seq += 1;
  const atMs = 1_700_000_000_000 + document.seq;
  const told: Op[] = [];
  for (const op of ops) {
    for (const each of shown(document, op)) {
      applyOp(document, each, author, atMs);
      told.push(each);
    }
  }
  document.edits.unshift({ seq: document.seq, atMs, author: { id: author, name: author }, parts: [] });
  return told;
}

function applyOp(document: FakeDocument, op: Op, session: string, atMs: number): void {
  const { items, theme, seq } = document;
  if (op.type === 'put') {
    const { type: _, ...fields } = op;
    items.set(op.id, { item: { ...fields, seq }, touches: {} });
  } else if (op.type === 'remove') {
    items.delete(op.id);
    document.gone.set(op.id, seq);
  } else if (op.type === 'say') {
    document.chat.push({ seq, atMs, authorId: session, authorName: session, text: op.text });
  } else if (op.type === 'setTheme') {
    document.theme = {
      wallpaper: op.wallpaper ?? theme.wallpaper,
      flooring: op.flooring ?? theme.flooring,
      light: op.light ?? theme.light,
      seq,
    };
  } else if (op.type === 'patch') {
    const { item, touches } = items.get(op.id)!;
    const now = { ...touches };
    for (const field of PATCH_FIELDS) if (op[field] !== null) now[field] = { seq, session };
    const rotation = op.rotation ?? item.rotation;
    const color = op.color ?? item.color;
    items.set(op.id, { item: { ...item, ...op.standpoint, rotation, color, seq }, touches: now });
  } else if (op.type === 'saveLayout') {
    const kept = [...items.values()].map(({ item }) => item);
    const info = { name: op.name, savedAtMs: atMs, items: kept.length };
    document.layouts.set(op.name, { info, theme, items: kept });
  } else if (op.type === 'removeLayout') document.layouts.delete(op.name);
}
