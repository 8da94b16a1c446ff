/** What is being edited: the selection, an item under the pointer or moved by keys, and a new item looking for its spot. */
import { catalogueItem } from '../catalogue';
import type { Point } from '../iso/projection';
import { gripMiddle, gripOn, judgeMove, spotUnder, type Grip, type Move } from './placing';
import type { SceneItem, Spot } from './types';

/** New items have no id yet. */
export const GHOST_ID = -1;

interface Carried {
  readonly item: SceneItem;
  /** Selected with it, on the same surface. */
  readonly mates: readonly SceneItem[];
  readonly grip: Grip;
  readonly move: Move;
}

export class Editor {
  on = false;
  private chosen: readonly number[] = [];
  private held: Carried | undefined;
  private newcomer: { item: SceneItem; pointer: Point; move: Move } | undefined;

  /** Selected items, the one meant most last. */
  get selection(): readonly number[] {
    return this.chosen;
  }

  get selected(): number | null {
    return this.chosen.at(-1) ?? null;
  }

  select(ids: readonly number[]): void {
    this.chosen = ids;
  }

  /** Adds an item to the selection, or takes it out. */
  toggle(id: number): void {
    this.chosen = this.chosen.includes(id) ? this.chosen.filter((other) => other !== id) : [...this.chosen, id];
  }

  /** The item being moved, with where to. */
  get carried(): Readonly<Carried> | undefined {
    return this.held;
  }

  /** The item being placed, with where to. */
  get ghost(): { readonly item: SceneItem; readonly move: Move } | undefined {
    return this.newcomer;
  }

  /** Items in hand, where they would come to stand; not part of the standing room. */
  get floating(): SceneItem[] {
    if (this.newcomer) return [{ ...this.newcomer.item, ...this.newcomer.move.spot }];
    return this.held ? [{ ...this.held.item, ...this.held.move.spot }] : [];
  }

  /** Ids of the items that are in hand, riders included. */
  absent(): Set<number> {
    return new Set(this.held ? [this.held.item.id, ...this.held.move.carried.map(({ id }) => id)] : []);
  }

  get legal(): boolean {
    return (this.newcomer ?? this.held)?.move.legal ?? true;
  }

  grab(items: readonly SceneItem[], item: SceneItem, pointer: Point): void {
    const mates = this.matesOf(items, item);
    this.held = { item, mates, grip: gripOn(items, item, pointer), move: judgeMove(items, item, item, mates) };
  }

  /** Whether the item went to another spot. */
  drag(items: readonly SceneItem[], pointer: Point): boolean {
    if (!this.held) return false;
    const { item, grip } = this.held;
    return this.shift(items, spotUnder(items, item, grip, pointer));
  }

  /** Moves an item by steps of its grid, for arrow keys. */
  step(items: readonly SceneItem[], item: SceneItem, dx: number, dy: number): boolean {
    if (this.held?.item.id !== item.id) {
      const mates = this.matesOf(items, item);
      this.held = { item, mates, grip: { x: 0, y: 0 }, move: judgeMove(items, item, item, mates) };
    }
    const { spot } = (this.held as Carried).move;
    const next = { place: spot.place, x: spot.x + dx, y: spot.y + dy };
    const inside = judgeMove([], this.held?.item ?? item, next).legal;
    return inside && this.shift(items, next);
  }

  /** Lets go; what was moved and where to, if it was. */
  release(): Carried | undefined {
    const { held } = this;
    this.held = undefined;
    return held;
  }

  beginPlacing(items: readonly SceneItem[], kind: string, color: string, pointer: Point): boolean {
    const known = catalogueItem(kind);
    if (!known) return false;
    const item: SceneItem = { id: GHOST_ID, kind, place: known.place === 'wall' ? 1 : 0, x: 0, y: 0, rot: 0, color };
    this.newcomer = { item, pointer, move: judgeMove(items, item, item) };
    this.aim(items, pointer);
    return true;
  }

  aim(items: readonly SceneItem[], pointer: Point): void {
    if (!this.newcomer) return;
    const { item } = this.newcomer;
    const spot = spotUnder(items, item, gripMiddle(item.kind, item.rot), pointer);
    this.newcomer = { item, pointer, move: judgeMove(items, { ...item, place: spot.place }, spot) };
  }

  turn(items: readonly SceneItem[], quarters: number): void {
    if (!this.newcomer || catalogueItem(this.newcomer.item.kind)?.place === 'wall') return;
    const { item, pointer } = this.newcomer;
    this.newcomer = { ...this.newcomer, item: { ...item, rot: (item.rot + quarters + 4) % 4 } };
    this.aim(items, pointer);
  }

  endPlacing(): void {
    this.newcomer = undefined;
  }

  private shift(items: readonly SceneItem[], spot: Spot): boolean {
    const { held } = this;
    if (!held) return false;
    const was = held.move.spot;
    if (was.place === spot.place && was.x === spot.x && was.y === spot.y) return false;
    this.held = { ...held, move: judgeMove(items, held.item, spot, held.mates) };
    return true;
  }

  private matesOf(items: readonly SceneItem[], item: SceneItem): SceneItem[] {
    if (!this.chosen.includes(item.id)) return [];
    return items.filter(({ id, place }) => id !== item.id && place === item.place && this.chosen.includes(id));
  }
}
