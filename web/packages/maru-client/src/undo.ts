/** Undo and redo of my own batches, as new inverse batches that leave other people's later edits alone. */
import { type AppliedChange, type Content } from './document.ts';
import { BATCH_OPS_MAX, type Item, type Op, type Theme } from './frames.ts';
import { predict } from './view.ts';

/** Steps remembered; older ones fall out. */
const STEPS_MAX = 100;

const ITEM_FIELDS = ['standpoint', 'rotation', 'color'] as const;
const THEME_FIELDS = ['wallpaper', 'flooring', 'light'] as const;

type ItemField = (typeof ITEM_FIELDS)[number];
type ThemeField = (typeof THEME_FIELDS)[number];

interface ItemChange {
  readonly of: 'item';
  readonly id: number;
  readonly before: Item | null;
  readonly after: Item | null;
}

interface FieldChange {
  readonly of: 'field';
  readonly id: number;
  readonly field: ItemField;
  readonly before: Item;
  readonly after: Item;
}

interface ThemeChange {
  readonly of: 'theme';
  readonly field: ThemeField;
  readonly before: Theme;
  readonly after: Theme;
}

/** One thing a batch did. `theirs` once somebody else has changed the same thing after it. */
type Change = { theirs: boolean } & (ItemChange | FieldChange | ThemeChange);

/** Which way a batch goes through history. */
export type Origin = 'edit' | 'undo' | 'redo';

interface Step {
  readonly batchKey: number;
  /** Null while only the server knows what the batch will come to. */
  changes: readonly Change[] | null;
  /** The server has ordered the batch: whatever others do from now on is later. */
  ordered: boolean;
}

function sameField(a: Item, b: Item, field: ItemField): boolean {
  if (field === 'standpoint') return a.place === b.place && a.x === b.x && a.y === b.y;
  return a[field] === b[field];
}

function sameItem(a: Item | null, b: Item | null): boolean {
  if (a === null || b === null) return a === b;
  return a.kind === b.kind && ITEM_FIELDS.every((field) => sameField(a, b, field));
}

function itemChanges(id: number, before: Item | null, after: Item | null): Change[] {
  if (before === null || after === null) {
    return before === after ? [] : [{ of: 'item', id, before, after, theirs: false }];
  }
  return ITEM_FIELDS.filter((field) => !sameField(before, after, field)).map(
    (field): Change => ({ of: 'field', id, field, before, after, theirs: false }),
  );
}

function itemsOf(op: Op): readonly number[] {
  if (op.type === 'duplicate') return op.copies.map(({ to }) => to);
  return 'id' in op ? [op.id] : [];
}

/** What the operations made different, in the order they first touched it. */
function difference(before: Content, after: Content, ops: readonly Op[]): Change[] {
  const ids = new Set(ops.flatMap(itemsOf));
  const items = [...ids].flatMap((id) =>
    itemChanges(id, before.items.get(id) ?? null, after.items.get(id) ?? null),
  );
  const theme = THEME_FIELDS.filter((field) => before.theme[field] !== after.theme[field]).map(
    (field): Change => ({ of: 'theme', field, before: before.theme, after: after.theme, theirs: false }),
  );
  return [...items, ...theme];
}

/** Whether what the change made still stands in the content, untouched by others. */
function stillMine(change: Change, content: Content): boolean {
  if (change.theirs) return false;
  if (change.of === 'theme') return content.theme[change.field] === change.after[change.field];
  const now = content.items.get(change.id) ?? null;
  if (change.of === 'item') return sameItem(now, change.after);
  return now !== null && sameField(now, change.after, change.field);
}

const NO_PATCH = { standpoint: null, rotation: null, color: null, ifSeq: null };
const NO_THEME = { wallpaper: null, flooring: null, light: null };

function inverse(change: Change): Op {
  if (change.of === 'theme') {
    return { type: 'setTheme', ...NO_THEME, [change.field]: change.before[change.field] };
  }
  if (change.of === 'field') {
    const { id, field, before } = change;
    const { place, x, y } = before;
    const value = field === 'standpoint' ? { place, x, y } : before[field];
    return { type: 'patch', ...NO_PATCH, id, [field]: value };
  }
  if (change.before === null) return { type: 'remove', id: change.id, ifSeq: null };
  const { seq: _, ...fields } = change.before;
  return { type: 'put', ...fields };
}

/** Joins the patches of one item, since a turn and the move that goes with it must stay one. */
function joined(ops: readonly Op[]): Op[] {
  const result: Op[] = [];
  for (const op of ops) {
    const last = result.at(-1);
    if (op.type === 'patch' && last?.type === 'patch' && last.id === op.id) {
      result[result.length - 1] = {
        ...last,
        standpoint: op.standpoint ?? last.standpoint,
        rotation: op.rotation ?? last.rotation,
        color: op.color ?? last.color,
      };
    } else result.push(op);
  }
  return result;
}

/** The operations that take back these changes, the last one first. */
function takingBack(changes: readonly Change[]): Op[] {
  const ops: Op[] = [];
  for (let last = changes.length - 1; last >= 0; last -= 1) ops.push(inverse(changes[last]!));
  return joined(ops);
}

/** Taking back is atomic or not offered: a large restored layout is beyond one batch. */
function fitsOneBatch(changes: readonly Change[]): boolean {
  return changes.length > 0 && takingBack(changes).length <= BATCH_OPS_MAX;
}

function touches(op: Op, change: Change): boolean {
  if (op.type === 'setTheme') return change.of === 'theme' && op[change.field] !== null;
  if (change.of === 'theme' || !('id' in op) || op.id !== change.id) return false;
  if (op.type !== 'patch' || change.of === 'item') return true;
  return op[change.field] !== null;
}

export class UndoHistory {
  #undo: Step[] = [];
  #redo: Step[] = [];

  get canUndo(): boolean {
    return this.#undo.at(-1)?.changes !== null && this.#undo.length > 0;
  }

  get canRedo(): boolean {
    return this.#redo.at(-1)?.changes !== null && this.#redo.length > 0;
  }

  /** Remembers a batch of mine, by what it does to the view it was made on. */
  record(batchKey: number, ops: readonly Op[], view: Content, origin: Origin): void {
    const unknown = ops.some((op) => op.type === 'restoreLayout');
    const changes = unknown ? null : difference(view, predict(view, ops), ops);
    if (changes !== null && !fitsOneBatch(changes)) return;
    if (origin === 'edit') this.#redo = [];
    const stack = origin === 'undo' ? this.#redo : this.#undo;
    stack.push({ batchKey, changes, ordered: false });
    if (stack.length > STEPS_MAX) stack.shift();
  }

  /** Takes the last step whose effect still stands and gives the operations that take it back. */
  revert(which: 'undo' | 'redo', view: Content): readonly Op[] | null {
    const stack = which === 'undo' ? this.#undo : this.#redo;
    // what a restored layout changed is known when it comes back, and going past it would mix the order
    while (stack.length > 0 && stack.at(-1)?.changes !== null) {
      const mine = (stack.pop()?.changes ?? []).filter((change) => stillMine(change, view));
      if (mine.length > 0) return takingBack(mine);
    }
    return null;
  }

  /** My batch has found its place in the order: now what it really changed is known. */
  ordered(batchKey: number, change: AppliedChange | null): void {
    const step = this.#find(batchKey);
    if (!step) return;
    step.ordered = true;
    if (change?.before && change.after) {
      step.changes = difference(change.before, change.after, change.event.ops);
    }
    if (step.changes === null || !fitsOneBatch(step.changes)) this.forget(batchKey);
  }

  /** Somebody else changed the room: what they touched of mine is theirs now. */
  overtaken(ops: readonly Op[]): void {
    for (const step of [...this.#undo, ...this.#redo]) {
      if (!step.ordered) continue;
      for (const change of step.changes ?? []) {
        if (ops.some((op) => touches(op, change))) change.theirs = true;
      }
    }
  }

  /** The batch had no effect, or its effect cannot be known: there is nothing to take back. */
  forget(batchKey: number): void {
    this.#undo = this.#undo.filter((step) => step.batchKey !== batchKey);
    this.#redo = this.#redo.filter((step) => step.batchKey !== batchKey);
  }

  #find(batchKey: number): Step | undefined {
    return [...this.#undo, ...this.#redo].find((step) => step.batchKey === batchKey);
  }
}
