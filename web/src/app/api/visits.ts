/** Who came to see a room, where one has been, and where to go on to. */
import type { Raw, Wire } from './contract';
import { ask } from './http';
import { fetchPage, type Page, type PageWish } from './pages';
import { moment, object, optional, owner, roomCard, some, text, whole, word, type Owner, type RoomCard } from './shapes';

export interface VisitCounts {
  readonly today: number;
  readonly total: number;
}

export interface Visitor {
  /** Tells it from others of its list. */
  readonly key: string;
  /** Null: they do not show it. */
  readonly visitor: Owner | null;
  /** As 2026-11-28, where the server is. */
  readonly day: string;
  /** Null for whoever is not shown. */
  readonly cameMs: number | null;
}

export interface OwnVisit {
  readonly roomId: string;
  readonly roomName: string;
  readonly owner: Owner;
  readonly cameMs: number;
}

/** By whom a wave led there. */
export type Via = Wire['ViaBody'];

export interface Wave {
  readonly room: RoomCard;
  readonly via: Via;
}

export function visitCounts(value: Raw<Wire['VisitsBody']>): VisitCounts {
  const fields = object(value, 'visits');
  return { today: whole(fields.today, 'today'), total: whole(fields.total, 'total') };
}

/** Of those who are not shown no two are known to be the same. */
let unnamed = 0;

export function visitor(value: Raw<Wire['VisitorBody']>): Visitor {
  const fields = object(value, 'visitor');
  const seen = optional(fields.visitor, owner);
  const day = text(fields.day, 'day');
  unnamed += 1;
  return { key: `${seen?.id ?? unnamed} ${day}`, visitor: seen, day, cameMs: optional(fields.visited_at, (at) => moment(at, 'visited_at')) };
}

export function ownVisit(value: Raw<Wire['VisitBody']>): OwnVisit {
  const fields = object(value, 'visit');
  const room = object(fields.room, 'visit_room');
  return { roomId: text(room.id, 'room_id'), roomName: text(room.name, 'room_name'), owner: owner(room.owner), cameMs: moment(fields.visited_at, 'visited_at') };
}

/** Null: there is nowhere to go on to. */
export function wave(value: Raw<Wire['SurfBody']>): Wave | null {
  const fields = object(value, 'surf');
  return optional(fields.room, (room) => ({ room: roomCard(room), via: word(some(fields.via, 'via'), ['tie', 'follower', 'anywhere'], 'anywhere') }));
}

export async function fetchVisitCounts(roomId: string, signal?: AbortSignal): Promise<VisitCounts> {
  return visitCounts(object(await ask('GET /v1/rooms/{id}/visits', { path: { id: roomId } }, { signal }), 'visits').visits);
}

/** For the room's owner. */
export function fetchVisitors(roomId: string, wish: PageWish): Promise<Page<Visitor>> {
  return fetchPage('GET /v1/rooms/{id}/visitors', { path: { id: roomId } }, 'visitors', visitor, wish);
}

export function fetchOwnVisits(wish: PageWish): Promise<Page<OwnVisit>> {
  return fetchPage('GET /v1/me/visits', {}, 'visits', ownVisit, wish);
}

/** Out of every history; they still count. */
export async function clearOwnVisits(): Promise<void> {
  await ask('DELETE /v1/me/visits', {});
}

export async function surf(roomId: string): Promise<Wave | null> {
  return wave(await ask('GET /v1/rooms/{id}/surf', { path: { id: roomId } }));
}
