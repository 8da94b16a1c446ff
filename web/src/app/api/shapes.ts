/** What the REST answers hold, checked field by field as they come in. */
import { ApiProblem } from './problem';

export type Look = readonly number[];

export interface Theme {
  readonly wallpaper: string;
  readonly flooring: string;
  readonly light: 'day' | 'night';
}

export interface RoomItem {
  readonly id: number;
  readonly kind: string;
  readonly place: number;
  readonly x: number;
  readonly y: number;
  readonly rotation: number;
  readonly color: string;
}

export interface Owner {
  readonly id: string;
  readonly handle: string;
  readonly displayName: string;
  readonly look: Look;
  readonly mood: string;
}

export interface User extends Owner {
  readonly bio: string;
  readonly frontRoomId: string;
}

export type RoomRole = 'visitor' | 'editor' | 'owner';

export interface RoomCard {
  readonly id: string;
  readonly name: string;
  readonly theme: Theme;
  readonly peopleNow: number;
  readonly items: readonly RoomItem[];
  readonly owner: Owner;
}

export interface Room extends RoomCard {
  readonly visibility: string;
  readonly guestsAllowed: boolean;
  readonly role: RoomRole;
}

type Fields = Record<string, unknown>;

/** An answer of another shape than the contract's: told apart from refusals by its code. */
function unexpected(what: string): never {
  throw new ApiProblem(`unexpected_${what}`, 0);
}

export function object(value: unknown, what: string): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : unexpected(what);
}

export function list<T>(value: unknown, what: string, each: (entry: unknown) => T): T[] {
  return Array.isArray(value) ? value.map((entry) => each(entry)) : unexpected(what);
}

export function text(value: unknown, what: string): string {
  return typeof value === 'string' ? value : unexpected(what);
}

function whole(value: unknown, what: string): number {
  return Number.isSafeInteger(value) ? (value as number) : unexpected(what);
}

export function theme(value: unknown): Theme {
  const fields = object(value, 'theme');
  return {
    wallpaper: text(fields.wallpaper, 'wallpaper'),
    flooring: text(fields.flooring, 'flooring'),
    light: fields.light === 'night' ? 'night' : 'day',
  };
}

function item(value: unknown): RoomItem {
  const fields = object(value, 'item');
  return {
    id: whole(fields.id, 'item_id'),
    kind: text(fields.kind, 'kind'),
    place: whole(fields.place, 'place'),
    x: whole(fields.x, 'x'),
    y: whole(fields.y, 'y'),
    rotation: whole(fields.rotation, 'rotation'),
    color: text(fields.color ?? '', 'color'),
  };
}

function owner(value: unknown): Owner {
  const fields = object(value, 'owner');
  return {
    id: text(fields.id, 'owner_id'),
    handle: text(fields.handle, 'handle'),
    displayName: text(fields.display_name, 'display_name'),
    look: list(fields.look, 'look', (part) => whole(part, 'look_part')),
    mood: text(fields.mood ?? '', 'mood'),
  };
}

export function user(value: unknown): User {
  const fields = object(value, 'user');
  return { ...owner(fields), bio: text(fields.bio ?? '', 'bio'), frontRoomId: text(fields.front_room_id, 'front_room_id') };
}

export function roomCard(value: unknown): RoomCard {
  const fields = object(value, 'room');
  return {
    id: text(fields.id, 'room_id'),
    name: text(fields.name, 'room_name'),
    theme: theme(fields.theme),
    peopleNow: whole(fields.people_now ?? 0, 'people_now'),
    items: list(fields.items, 'items', item),
    owner: owner(fields.owner),
  };
}

export function room(value: unknown): Room {
  const fields = object(value, 'room');
  const role = fields.role;
  return {
    ...roomCard(fields),
    visibility: text(fields.visibility ?? 'public', 'visibility'),
    guestsAllowed: fields.guests_allowed !== false,
    role: role === 'owner' || role === 'editor' ? role : 'visitor',
  };
}
