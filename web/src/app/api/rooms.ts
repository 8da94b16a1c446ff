/** Rooms of one's own and of others: making, keeping, finding, and who decorates them. */
import type { LocalName } from '../i18n';
import type { Raw, Wire } from './contract';
import { ask } from './http';
import { fetchPage, type Page, type PageWish } from './pages';
import { flag, item, list, moment, object, optional, owner, roomCard, text, theme, whole, word, type Owner, type RoomCard, type RoomItem, type Theme } from './shapes';

export const roomVisibilities = ['public', 'followers', 'private'] as const satisfies readonly Wire['Visibility'][];
export type RoomVisibility = (typeof roomVisibilities)[number];

export const roomLives = ['active', 'archived', 'deleted'] as const satisfies readonly Wire['RoomState'][];
export type RoomLife = (typeof roomLives)[number];

/** A room as its owner finds it: they need not be told whose it is. */
export interface OwnRoom extends Omit<RoomCard, 'owner'> {
  readonly visibility: RoomVisibility;
  readonly life: RoomLife;
  readonly isFront: boolean;
  readonly changedMs: number;
  /** Until when it can be restored; null where it is not deleted. */
  readonly restorableMs: number | null;
}

/** A room to begin with. */
export interface RoomTemplate {
  readonly id: string;
  readonly name: LocalName;
  readonly theme: Theme;
  readonly items: readonly RoomItem[];
}

/** The furniture, walls and light of a room, kept under a name. */
export interface KeptLayout {
  readonly name: string;
  readonly savedAtMs: number;
  readonly items: number;
}

/** A room of somebody, and whether it is the one their links lead to. */
export interface ShownRoom extends RoomCard {
  readonly isFront: boolean;
}

export function ownRoom(value: Raw<Wire['OwnRoomBody']>): OwnRoom {
  const fields = object(value, 'own_room');
  return {
    id: text(fields.id, 'room_id'),
    name: text(fields.name, 'room_name'),
    theme: theme(fields.theme),
    items: list(fields.items, 'items', item),
    peopleNow: whole(fields.people_now, 'people_now'),
    visibility: word(fields.visibility, roomVisibilities, 'private'),
    life: word(fields.state, roomLives, 'active'),
    isFront: flag(fields.is_front, 'is_front'),
    changedMs: moment(fields.changed_at, 'changed_at'),
    restorableMs: optional(fields.restorable_until, (at) => moment(at, 'restorable_until')),
  };
}

function roomIn(answer: Raw<Wire['OwnRoomAnswer']>): OwnRoom {
  return ownRoom(object(answer, 'room').room);
}

export function shownRoom(value: Raw<Wire['ShownRoomBody']>): ShownRoom {
  return { ...roomCard(value), isFront: flag(object(value, 'room').is_front, 'is_front') };
}

export function template(value: Raw<Wire['TemplateBody']>): RoomTemplate {
  const fields = object(value, 'template');
  const name = object(fields.name, 'template_name');
  return {
    id: text(fields.id, 'template_id'),
    name: { ko: text(name.ko, 'name'), en: text(name.en, 'name') },
    theme: theme(fields.theme),
    items: list(fields.items, 'items', item),
  };
}

export function layout(value: Raw<Wire['LayoutBody']>): KeptLayout {
  const fields = object(value, 'layout');
  return { name: text(fields.name, 'layout_name'), savedAtMs: moment(fields.saved_at, 'saved_at'), items: whole(fields.items, 'layout_items') };
}

export function fetchOwnRooms(state: RoomLife, wish: PageWish): Promise<Page<OwnRoom>> {
  return fetchPage('GET /v1/me/rooms', { query: { state } }, 'rooms', ownRoom, wish);
}

/** There are few of them: the first page is all. */
export async function fetchTemplates(signal?: AbortSignal): Promise<readonly RoomTemplate[]> {
  return (await fetchPage('GET /v1/room-templates', {}, 'templates', template, { cursor: null, limit: 100, signal })).entries;
}

export interface RoomWish {
  readonly name: string;
  /** A template, or a room of one's own to copy. */
  readonly from: { readonly template: string } | { readonly copyOf: string };
  readonly visibility: RoomVisibility;
}

/** Asked again under the same name `once` it is the same room. */
export async function makeRoom({ name, from, visibility }: RoomWish, once: string): Promise<OwnRoom> {
  const source = 'template' in from ? { template: from.template } : { copy_of: from.copyOf };
  return roomIn(await ask('POST /v1/rooms', { body: { name, visibility, ...source } }, { once }));
}

export interface RoomPatch {
  readonly name?: string;
  readonly visibility?: RoomVisibility;
  readonly archived?: boolean;
}

export async function changeRoom(id: string, patch: RoomPatch): Promise<void> {
  await ask('PATCH /v1/rooms/{id}', { path: { id }, body: patch });
}

export async function setFrontRoom(id: string): Promise<void> {
  await ask('PUT /v1/me/front-room', { body: { room: id } });
}

/** It can be restored for a while. */
export async function deleteRoom(id: string): Promise<void> {
  await ask('DELETE /v1/rooms/{id}', { path: { id } });
}

export async function restoreRoom(id: string): Promise<void> {
  await ask('POST /v1/rooms/{id}/restore', { path: { id } });
}

export function searchRooms(query: string, wish: PageWish): Promise<Page<RoomCard>> {
  return fetchPage('GET /v1/rooms', { query: { query } }, 'rooms', roomCard, wish);
}

export function fetchRoomsOf(handle: string, wish: PageWish): Promise<Page<ShownRoom>> {
  return fetchPage('GET /v1/users/{handle}/rooms', { path: { handle } }, 'rooms', shownRoom, wish);
}

export function fetchLayouts(id: string, wish: PageWish): Promise<Page<KeptLayout>> {
  return fetchPage('GET /v1/rooms/{id}/layouts', { path: { id } }, 'layouts', layout, wish);
}

/** The room as it is now, in place of one of that name. */
export async function saveLayout(id: string, name: string): Promise<void> {
  await ask('PUT /v1/rooms/{id}/layouts/{name}', { path: { id, name } });
}

export async function applyLayout(id: string, name: string): Promise<void> {
  await ask('PUT /v1/rooms/{id}/layout', { path: { id }, body: { name } });
}

export async function deleteLayout(id: string, name: string): Promise<void> {
  await ask('DELETE /v1/rooms/{id}/layouts/{name}', { path: { id, name } });
}

export async function fetchEditors(id: string, signal?: AbortSignal): Promise<readonly Owner[]> {
  return (await fetchPage('GET /v1/rooms/{id}/editors', { path: { id } }, 'editors', owner, { cursor: null, limit: 100, signal })).entries;
}

export async function addEditor(id: string, handle: string): Promise<void> {
  await ask('PUT /v1/rooms/{id}/editors/{handle}', { path: { id, handle } });
}

export async function removeEditor(id: string, handle: string): Promise<void> {
  await ask('DELETE /v1/rooms/{id}/editors/{handle}', { path: { id, handle } });
}
