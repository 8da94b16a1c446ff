/** The REST calls the pages make. */
import type { LocalName } from '../i18n';
import { requestJson } from './http';
import type { paths } from './openapi';
import { list, object, room, roomCard, text, user, whole, type Look, type Loose, type Room, type RoomCard, type User, type Wire } from './shapes';

export { ApiProblem } from './problem';
export type { Look, Owner, Room, RoomCard, RoomItem, RoomRole, Theme, User } from './shapes';

export interface Provider {
  readonly id: string;
  readonly name: LocalName;
}

/** What may be asked for in the query of a list, as text. */
type Query<Path extends keyof paths> = paths[Path] extends { get: { parameters: { query?: infer T } } } ? { readonly [name in keyof T]?: string } : never;

export interface RoomPage {
  readonly rooms: readonly RoomCard[];
  readonly nextCursor: string | null;
}

export interface GuestIdentity {
  readonly name: string;
  readonly look: Look;
}

export async function fetchMe(signal?: AbortSignal): Promise<User | null> {
  const { user: me } = object<Wire['MeBody']>(await requestJson('/v1/me', { signal }), 'me');
  return me === null || me === undefined ? null : user(me);
}

export async function fetchProviders(signal?: AbortSignal): Promise<Provider[]> {
  const { providers } = object<Wire['ProvidersBody']>(await requestJson('/v1/auth/providers', { signal }), 'providers');
  return list(providers, 'providers', (entry) => {
    const { id, name } = object<Wire['ProviderBody']>(entry, 'provider');
    const names = object<Wire['NameBody']>(name, 'provider_name');
    return { id: text(id, 'provider_id'), name: { ko: text(names.ko, 'name'), en: text(names.en, 'name') } };
  });
}

export async function signOut(): Promise<void> {
  await requestJson('/v1/auth/logout', { method: 'POST' });
}

/** The address that starts signing in and comes back to `returnTo`, a path of this site. */
export function signInAddress(provider: string, returnTo: string): string {
  return `/v1/auth/${encodeURIComponent(provider)}/start?return_to=${encodeURIComponent(returnTo)}`;
}

export async function fetchRooms(cursor: string | null, limit: number, signal?: AbortSignal): Promise<RoomPage> {
  const query = new URLSearchParams({ limit: String(limit), ...(cursor === null ? {} : { cursor }) } satisfies Query<'/v1/rooms'>);
  const page = object<Wire['RoomListBody']>(await requestJson(`/v1/rooms?${query}`, { signal }), 'rooms');
  const next = page.next_cursor;
  return { rooms: list(page.rooms, 'rooms', roomCard), nextCursor: typeof next === 'string' ? next : null };
}

export async function fetchRoom(id: string, signal?: AbortSignal): Promise<Room> {
  const body = object<Wire['RoomBody']>(await requestJson(`/v1/rooms/${encodeURIComponent(id)}`, { signal }), 'room');
  return room(body.room);
}

export async function fetchUser(handle: string, signal?: AbortSignal): Promise<User> {
  const body = object<Wire['UserBody']>(await requestJson(`/v1/users/${encodeURIComponent(handle)}`, { signal }), 'user');
  return user(body.user);
}

/** How many notices one has not read. */
export async function fetchUnread(signal?: AbortSignal): Promise<number> {
  const { count } = object<Loose>(await requestJson('/v1/me/notifications/unread', { signal }), 'unread');
  return whole(count, 'unread');
}

/** Opens one's closed account again. */
export async function restoreAccount(): Promise<void> {
  await requestJson('/v1/me/restore', { method: 'POST' });
}
