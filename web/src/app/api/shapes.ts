/** What the REST answers hold, checked field by field as they come in: the fields' names are those of the OpenAPI document. */
import type { components } from './openapi';
import { ApiProblem } from './problem';

/** The bodies of the document, by name. */
export type Wire = components['schemas'];

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

export type RoomRole = Wire['Role'];

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

/** The fields the document names, with whatever came in them. */
type Fields<T> = { readonly [name in keyof T]?: unknown };

/** Fields of something the document does not name yet. */
export type Loose = Readonly<Record<string, unknown>>;

/** An answer of another shape than the contract's: told apart from refusals by its code. */
function unexpected(what: string): never {
  throw new ApiProblem(`unexpected_${what}`, 0);
}

export function object<T>(value: unknown, what: string): Fields<T> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields<T>) : unexpected(what);
}

export function list<T>(value: unknown, what: string, each: (entry: unknown) => T): T[] {
  return Array.isArray(value) ? value.map((entry) => each(entry)) : unexpected(what);
}

export function text(value: unknown, what: string): string {
  return typeof value === 'string' ? value : unexpected(what);
}

export function whole(value: unknown, what: string): number {
  return Number.isSafeInteger(value) ? (value as number) : unexpected(what);
}

export function flag(value: unknown, what: string): boolean {
  return typeof value === 'boolean' ? value : unexpected(what);
}

/** A moment written as RFC 3339, in milliseconds since the Unix epoch. */
export function moment(value: unknown, what: string): number {
  const atMs = Date.parse(text(value, what));
  return Number.isNaN(atMs) ? unexpected(what) : atMs;
}

/** Null where the server says null, or nothing. */
export function optional<T>(value: unknown, read: (value: unknown) => T): T | null {
  return value === null || value === undefined ? null : read(value);
}

/** One of the words known here; another, of a newer server, counts as `otherwise`. */
export function word<T extends string>(value: unknown, known: readonly T[], otherwise: T): T {
  return known.find((each) => each === value) ?? otherwise;
}

export function theme(value: unknown): Theme {
  const fields = object<Wire['ThemeBody']>(value, 'theme');
  return {
    wallpaper: text(fields.wallpaper, 'wallpaper'),
    flooring: text(fields.flooring, 'flooring'),
    light: fields.light === 'night' ? 'night' : 'day',
  };
}

function item(value: unknown): RoomItem {
  const fields = object<Wire['ItemBody']>(value, 'item');
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

export function owner(value: unknown): Owner {
  const fields = object<Wire['OwnerBody']>(value, 'owner');
  return {
    id: text(fields.id, 'owner_id'),
    handle: text(fields.handle, 'handle'),
    displayName: text(fields.display_name, 'display_name'),
    look: list(fields.look, 'look', (part) => whole(part, 'look_part')),
    mood: text(fields.mood ?? '', 'mood'),
  };
}

export function user(value: unknown): User {
  const fields = object<Wire['User']>(value, 'user');
  return { ...owner(fields), bio: text(fields.bio ?? '', 'bio'), frontRoomId: text(fields.front_room_id, 'front_room_id') };
}

export function roomCard(value: unknown): RoomCard {
  const fields = object<Wire['CardBody']>(value, 'room');
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
  const fields = object<Wire['RoomInFull']>(value, 'room');
  const role = fields.role;
  return {
    ...roomCard(fields),
    visibility: text(fields.visibility ?? 'public', 'visibility'),
    guestsAllowed: fields.guests_allowed !== false,
    role: role === 'owner' || role === 'editor' ? role : 'visitor',
  };
}
