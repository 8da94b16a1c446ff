/** What one can do to a room, each verb a batch of one operation. */
import { Emitter } from './emitter.ts';
import type { LiveRoomEvents } from './events.ts';
import type { Item, Op, Quarter, Role, RoomInfo, Standpoint, Theme } from './frames.ts';
import type { Outcome } from './pending.ts';

/** The fields of a new item; without an id it gets a fresh one. */
export type NewItem = Omit<Item, 'id' | 'seq'> & { readonly id?: number };

export interface ItemPatch {
  readonly standpoint?: Standpoint;
  readonly rotation?: Quarter;
  readonly color?: string;
}

export type ThemePatch = Partial<Omit<Theme, 'seq'>>;

/** Rules of the room to change; what is left out stays. */
export type PolicyPatch = Partial<Omit<RoomInfo, 'id' | 'ownerId'>>;

/** A random id for an item, from 1 to 2^53 - 1. */
export function newItemId(random: () => number = Math.random): number {
  return Math.floor(random() * 2 ** 26) * 2 ** 27 + Math.floor(random() * (2 ** 27 - 1)) + 1;
}

export abstract class RoomVerbs extends Emitter<LiveRoomEvents> {
  readonly #random: () => number;

  constructor(random: () => number) {
    super();
    this.#random = random;
  }

  /**
   * All or nothing. Shown at once; the promise resolves with the durable answer and does not reject. Throws
   * TypeError for operations no frame can carry. Before `start` and while away batches wait for the room.
   */
  abstract batch(ops: readonly Op[]): Promise<Outcome>;

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

  /** Copies items as they are when the server gets to it, moved by half tiles. `to` names the copies. */
  duplicate(
    ids: readonly number[],
    dx: number,
    dy: number,
    to: readonly number[] = ids.map(() => newItemId(this.#random)),
  ): Promise<Outcome> {
    const copies = ids.map((from, index) => ({ from, to: to[index] ?? newItemId(this.#random) }));
    return this.batch([{ type: 'duplicate', copies, dx, dy }]);
  }

  setTheme(patch: ThemePatch): Promise<Outcome> {
    const { wallpaper = null, flooring = null, light = null } = patch;
    return this.batch([{ type: 'setTheme', wallpaper, flooring, light }]);
  }

  say(text: string): Promise<Outcome> {
    return this.batch([{ type: 'say', text }]);
  }

  /** Sends a person out; they may come again. The owner's, as all that follows. */
  kick(person: string): Promise<Outcome> {
    return this.batch([{ type: 'kick', person }]);
  }

  /** Keeps a person out, here now or not. */
  ban(person: string): Promise<Outcome> {
    return this.batch([{ type: 'ban', person }]);
  }

  unban(person: string): Promise<Outcome> {
    return this.batch([{ type: 'unban', person }]);
  }

  /** Takes a person's chat away, for so many minutes or until `unmute`. */
  mute(person: string, minutes: number | null = null): Promise<Outcome> {
    return this.batch([{ type: 'mute', person, minutes }]);
  }

  unmute(person: string): Promise<Outcome> {
    return this.batch([{ type: 'unmute', person }]);
  }

  /** Makes a user an editor, or a visitor again. */
  setRole(person: string, role: Exclude<Role, 'owner'>): Promise<Outcome> {
    return this.batch([{ type: 'setRole', person, role }]);
  }

  setPolicy(patch: PolicyPatch): Promise<Outcome> {
    const { name = null, visibility = null, guestsAllowed = null, locked = null, peopleMax = null } = patch;
    return this.batch([{ type: 'setPolicy', name, visibility, guestsAllowed, locked, peopleMax }]);
  }

  /** Keeps theme and items as they are under a name. */
  saveLayout(name: string): Promise<Outcome> {
    return this.batch([{ type: 'saveLayout', name }]);
  }

  /** Brings theme and items back; shown when the server has done it. */
  restoreLayout(name: string): Promise<Outcome> {
    return this.batch([{ type: 'restoreLayout', name }]);
  }

  removeLayout(name: string): Promise<Outcome> {
    return this.batch([{ type: 'removeLayout', name }]);
  }
}
