/** The confirmed room: what the server has said, and nothing else. Immutable; each frame makes a new one. */
import type {
  Avatar,
  ChatLine,
  EventOf,
  Item,
  Op,
  OpOf,
  Person,
  RoomEvent,
  RoomInfo,
  ServerFrameOf,
  Theme,
} from './frames.ts';

/** Chat lines kept in memory; older ones fall out. */
export const CHAT_LINES_KEPT = 200;

/** The parts of a room that operations change. */
export interface Content {
  readonly theme: Theme;
  readonly items: ReadonlyMap<number, Item>;
}

/** A room as the server has confirmed it, up to `seq` of `epoch`. */
export interface RoomDocument extends Content {
  readonly epoch: number;
  readonly seq: number;
  /** The last flush applied; null until the first `Events` after a snapshot. */
  readonly flush: number | null;
  readonly chat: readonly ChatLine[];
  readonly people: ReadonlyMap<number, Person>;
  readonly avatars: ReadonlyMap<number, Avatar>;
}

/** One `Changed` as it passed: with the content around it, or without when a snapshot had it already. */
export interface AppliedChange {
  readonly event: EventOf<'changed'>;
  readonly before: Content | null;
  readonly after: Content | null;
}

export interface Applied {
  readonly ok: true;
  readonly document: RoomDocument;
  readonly changes: readonly AppliedChange[];
  /** Chat lines that are new with this frame. */
  readonly lines: readonly ChatLine[];
  /** What the room is called and who may come in, when that changed. */
  readonly info: RoomInfo | null;
}

/** Why a frame was dropped: `epoch` and `gap` want a resume, `inconsistent` a snapshot as well. */
export interface Refused {
  readonly ok: false;
  readonly why: 'epoch' | 'gap' | 'inconsistent';
}

const refused = (why: Refused['why']): Refused => ({ ok: false, why });

function byMember(people: readonly Person[]): Map<number, Person> {
  return new Map(people.map((person) => [person.member, person]));
}

function places(people: readonly Person[]): Map<number, Avatar> {
  return new Map(people.map((person) => [person.member, person.avatar]));
}

export function fromSnapshot(frame: ServerFrameOf<'snapshot'>): RoomDocument {
  return {
    epoch: frame.epoch,
    seq: frame.seq,
    flush: null,
    theme: frame.theme,
    items: new Map(frame.items.map((item) => [item.id, item])),
    chat: frame.chat.slice(-CHAT_LINES_KEPT),
    people: byMember(frame.people),
    avatars: places(frame.people),
  };
}

/** Brings a document up to date; `people` is everyone present, since nobody's leaving is listed. */
export function applyChanges(document: RoomDocument, frame: ServerFrameOf<'changes'>): Applied | Refused {
  if (frame.epoch < document.epoch) return refused('epoch');
  if (frame.seq < document.seq) return refused('inconsistent');
  const items = new Map(document.items);
  for (const { id } of frame.removed) items.delete(id);
  for (const item of frame.items) items.set(item.id, item);
  const lines = frame.chat.filter((line) => line.seq > document.seq);
  return {
    ok: true,
    changes: [],
    lines,
    info: null,
    document: {
      epoch: frame.epoch,
      seq: frame.seq,
      flush: null,
      theme: frame.theme ?? document.theme,
      items,
      chat: [...document.chat, ...lines].slice(-CHAT_LINES_KEPT),
      people: byMember(frame.people),
      avatars: places(frame.people),
    },
  };
}

/**
 * Applies operations to content; null when one of them cannot follow from it. Without a seq the operations
 * are a guess, and what they touch keeps the seq it has.
 */
export function applyOps(content: Content, ops: readonly Op[], seq: number | null): Content | null {
  let { theme } = content;
  let items: Map<number, Item> | null = null;
  const draft = () => (items ??= new Map(content.items));
  for (const op of ops) {
    switch (op.type) {
      case 'put': {
        const { type: _, ...fields } = op;
        draft().set(op.id, { ...fields, seq: seq ?? 0 });
        break;
      }
      case 'patch': {
        const item: Item | undefined = draft().get(op.id);
        if (!item) return null;
        draft().set(op.id, patched(item, op, seq));
        break;
      }
      case 'remove':
        draft().delete(op.id);
        break;
      case 'duplicate': {
        const copies = copiesOf(items ?? content.items, op, seq);
        if (!copies) return null;
        for (const copy of copies) draft().set(copy.id, copy);
        break;
      }
      case 'setTheme':
        theme = {
          wallpaper: op.wallpaper ?? theme.wallpaper,
          flooring: op.flooring ?? theme.flooring,
          light: op.light ?? theme.light,
          seq: seq ?? theme.seq,
        };
        break;
      default:
    }
  }
  return { theme, items: items ?? content.items };
}

function patched(item: Item, op: OpOf<'patch'>, seq: number | null): Item {
  return {
    ...item,
    ...op.standpoint,
    rotation: op.rotation ?? item.rotation,
    color: op.color ?? item.color,
    seq: seq ?? item.seq,
  };
}

/** The copies a `duplicate` makes of items as they are; null when one cannot be made, for then none is. */
export function copiesOf(
  items: ReadonlyMap<number, Item>,
  { copies, dx, dy }: OpOf<'duplicate'>,
  seq: number | null,
): Item[] | null {
  const made = new Set<number>();
  const result: Item[] = [];
  for (const { from, to } of copies) {
    const item = items.get(from);
    if (!item || items.has(to) || made.has(to)) return null;
    made.add(to);
    result.push({ ...item, id: to, x: item.x + dx, y: item.y + dy, seq: seq ?? 0 });
  }
  return result;
}

/** The chat lines an event brought; a change without a present author keeps an empty name. */
function linesOf(event: EventOf<'changed'>, people: ReadonlyMap<number, Person>): ChatLine[] {
  const { seq, atMs } = event;
  const author = people.get(event.member);
  const written = { seq, atMs, authorId: author?.id ?? '', authorName: author?.name ?? '' };
  return event.ops.flatMap((op) => (op.type === 'say' ? [{ ...written, text: op.text }] : []));
}

type Draft = { -readonly [K in keyof RoomDocument]: RoomDocument[K] };

/** Applies who came, changed and went; copies the maps only when something did. */
function applyPresence(draft: Draft, event: Exclude<RoomEvent, EventOf<'changed'>>): void {
  if (event.type === 'left') {
    const people = new Map(draft.people);
    const avatars = new Map(draft.avatars);
    people.delete(event.member);
    avatars.delete(event.member);
    Object.assign(draft, { people, avatars });
  } else if (event.type === 'joined' || event.type === 'updated') {
    const { person } = event;
    draft.people = new Map(draft.people).set(person.member, person);
    draft.avatars = new Map(draft.avatars).set(person.member, person.avatar);
  }
}

/** Applies one flush whole, or refuses it whole. */
export function applyEvents(document: RoomDocument, frame: ServerFrameOf<'events'>): Applied | Refused {
  if (frame.epoch !== document.epoch) return refused('epoch');
  if (document.flush !== null && frame.flush !== document.flush + 1) return refused('gap');
  const draft: Draft = { ...document, flush: frame.flush };
  const changes: AppliedChange[] = [];
  const lines: ChatLine[] = [];
  let info: RoomInfo | null = null;
  for (const event of frame.events) {
    if (event.type === 'roomChanged') info = event.room;
    if (event.type !== 'changed') {
      applyPresence(draft, event);
      continue;
    }
    // a flush that was under way when the snapshot was taken repeats what the snapshot has
    if (event.seq <= draft.seq) {
      changes.push({ event, before: null, after: null });
      continue;
    }
    if (event.seq !== draft.seq + 1) return refused('gap');
    const before: Content = { theme: draft.theme, items: draft.items };
    const after = applyOps(before, event.ops, event.seq);
    if (!after) return refused('inconsistent');
    Object.assign(draft, after, { seq: event.seq });
    changes.push({ event, before, after });
    lines.push(...linesOf(event, draft.people));
  }
  if (frame.seq > draft.seq) return refused('gap');
  if (lines.length > 0) draft.chat = [...document.chat, ...lines].slice(-CHAT_LINES_KEPT);
  return { ok: true, document: draft, changes, lines, info };
}

/** Takes the newest places; those of people unknown here come with their `Joined`. */
export function applyAvatars(
  document: RoomDocument,
  frame: ServerFrameOf<'avatars'>,
): { readonly document: RoomDocument; readonly moved: readonly Avatar[] } {
  const moved = frame.avatars.filter((avatar) => document.people.has(avatar.member));
  if (moved.length === 0) return { document, moved };
  const avatars = new Map(document.avatars);
  for (const avatar of moved) avatars.set(avatar.member, avatar);
  return { document: { ...document, avatars }, moved };
}
