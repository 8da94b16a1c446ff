/** The REST calls the pages make. */
import type { LocalName } from '../i18n';
import { addressOf, type Raw, type Wire } from './contract';
import { ask } from './http';
import { fetchPage, type Page } from './pages';
import { list, object, optional, room, roomCard, text, user, whole, word, type Look, type Room, type RoomCard, type User } from './shapes';

export { ApiProblem, onSuspended, suspendedCode } from './problem';
export type { Look, Owner, Room, RoomCard, RoomItem, RoomRole, Theme, User } from './shapes';

export interface Provider {
  readonly id: string;
  readonly name: LocalName;
}

export interface GuestIdentity {
  readonly name: string;
  readonly look: Look;
}

/** Whoever is signed in. */
export interface Me extends User {
  readonly role: 'user' | 'moderator' | 'admin';
}

function me(value: Raw<Wire['Me']>): Me {
  return { ...user(value), role: word(object(value, 'user').role, ['user', 'moderator', 'admin'], 'user') };
}

export async function fetchMe(signal?: AbortSignal): Promise<Me | null> {
  return optional(object(await ask('GET /v1/me', {}, { signal }), 'me').user, me);
}

function provider(value: Raw<Wire['ProviderBody']>): Provider {
  const { id, name } = object(value, 'provider');
  const names = object(name, 'provider_name');
  return { id: text(id, 'provider_id'), name: { ko: text(names.ko, 'name'), en: text(names.en, 'name') } };
}

export async function fetchProviders(signal?: AbortSignal): Promise<Provider[]> {
  const { providers } = object(await ask('GET /v1/auth/providers', {}, { signal }), 'providers');
  return list(providers, 'providers', provider);
}

export async function signOut(): Promise<void> {
  await ask('POST /v1/auth/logout', {});
}

/** The address that starts signing in and comes back to `returnTo`, a path of this site. */
export function signInAddress(id: string, returnTo: string): string {
  return addressOf('GET /v1/auth/{provider}/start', { path: { provider: id }, query: { return_to: returnTo } });
}

export function fetchRooms(cursor: string | null, limit: number, signal?: AbortSignal): Promise<Page<RoomCard>> {
  return fetchPage('GET /v1/rooms', {}, 'rooms', roomCard, { cursor, limit, signal });
}

export async function fetchRoom(id: string, signal?: AbortSignal): Promise<Room> {
  return room(object(await ask('GET /v1/rooms/{id}', { path: { id } }, { signal }), 'room').room);
}

export async function fetchUser(handle: string, signal?: AbortSignal): Promise<User> {
  return user(object(await ask('GET /v1/users/{handle}', { path: { handle } }, { signal }), 'user').user);
}

/** How many notices one has not read. */
export async function fetchUnread(signal?: AbortSignal): Promise<number> {
  return whole(object(await ask('GET /v1/me/notifications/unread', {}, { signal }), 'unread').count, 'unread');
}

/** Opens one's closed account again. */
export async function restoreAccount(): Promise<void> {
  await ask('POST /v1/me/restore', {});
}
