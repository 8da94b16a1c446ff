/** What the REST answers hold, checked field by field as they come in: the fields' names are those of the OpenAPI document. */
import type { Fields, Raw, Wire } from './contract';
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

export type RoomRole = Wire['Role'];

export interface RoomCard {
  readonly id: string;
  readonly name: string;
  readonly theme: Theme;
  readonly peopleNow: number;
  readonly items: readonly RoomItem[];
  readonly owner: Owner;
  /** A picture of it drawn by the server, where that draws. */
  readonly thumbnailUrl?: string | null;
}

export interface Room extends RoomCard {
  readonly visibility: string;
  readonly guestsAllowed: boolean;
  readonly role: RoomRole;
}

/** An answer of another shape than the contract's: told apart from refusals by its code. */
function unexpected(what: string): never {
  throw new ApiProblem(`unexpected_${what}`, 0);
}

export function object<T>(value: Raw<T>, what: string): Fields<NonNullable<T>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields<NonNullable<T>>) : unexpected(what);
}

export function list<T, U>(value: Raw<readonly T[]> | readonly [], what: string, each: (entry: Raw<T>) => U): U[] {
  return Array.isArray(value) ? value.map((entry: Raw<T>) => each(entry)) : unexpected(what);
}

export function text(value: Raw<string> | string, what: string): string {
  return typeof value === 'string' ? value : unexpected(what);
}

export function whole(value: Raw<number> | number, what: string): number {
  const came: unknown = value;
  return Number.isSafeInteger(came) ? (came as number) : unexpected(what);
}

export function flag(value: Raw<boolean>, what: string): boolean {
  const came: unknown = value;
  return typeof came === 'boolean' ? came : unexpected(what);
}

/** False only where the server says so. */
export function unlessNot(value: Raw<boolean | undefined>): boolean {
  const came: unknown = value;
  return came !== false;
}

/** A moment written as RFC 3339, in milliseconds since the Unix epoch. */
export function moment(value: Raw<string>, what: string): number {
  const atMs = Date.parse(text(value, what));
  return Number.isNaN(atMs) ? unexpected(what) : atMs;
}

/** Null where the server says null, or nothing. */
export function optional<T, U>(value: Raw<T | null | undefined>, read: (value: Raw<T>) => U): U | null {
  return value === null || value === undefined ? null : read(value as Raw<T>);
}

/** What is there in this place, though it need not be in others. */
export function some<T>(value: Raw<T | null | undefined>, what: string): Raw<T> {
  return value === null || value === undefined ? unexpected(what) : (value as Raw<T>);
}

/** One of the words known here; another, of a newer server, counts as `otherwise`. */
export function word<W extends string, Known extends W>(value: Raw<W>, known: readonly Known[], otherwise: Known): Known {
  const came: unknown = value;
  return known.find((each) => each === came) ?? otherwise;
}

export function theme(value: Raw<Wire['ThemeBody']>): Theme {
  const fields = object(value, 'theme');
  return {
    wallpaper: text(fields.wallpaper, 'wallpaper'),
    flooring: text(fields.flooring, 'flooring'),
    light: word(fields.light, ['night', 'day'], 'day'),
  };
}

export function item(value: Raw<Wire['ItemBody']>): RoomItem {
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

export function owner(value: Raw<Wire['OwnerBody']>): Owner {
  const fields = object(value, 'owner');
  return {
    id: text(fields.id, 'owner_id'),
    handle: text(fields.handle, 'handle'),
    displayName: text(fields.display_name, 'display_name'),
    look: list(fields.look, 'look', (part) => whole(part, 'look_part')),
    mood: text(fields.mood ?? '', 'mood'),
  };
}

export function user(value: Raw<Wire['User']>): User {
  const fields = object(value, 'user');
  return { ...owner(value), bio: text(fields.bio ?? '', 'bio'), frontRoomId: text(fields.front_room_id, 'front_room_id') };
}

export function roomCard(value: Raw<Wire['CardBody']>): RoomCard {
  const fields = object(value, 'room');
  return {
    id: text(fields.id, 'room_id'),
    name: text(fields.name, 'room_name'),
    theme: theme(fields.theme),
    peopleNow: whole(fields.people_now ?? 0, 'people_now'),
    items: list(fields.items, 'items', item),
    owner: owner(fields.owner),
    thumbnailUrl: optional(fields.thumbnail_url, (url) => text(url, 'thumbnail_url')),
  };
}

export function room(value: Raw<Wire['RoomInFull']>): Room {
  const fields = object(value, 'room');
  return {
    ...roomCard(value),
    visibility: text(fields.visibility ?? 'public', 'visibility'),
    guestsAllowed: unlessNot(fields.guests_allowed),
    role: word(fields.role, ['owner', 'editor', 'visitor'], 'visitor'),
  };
}
