/** Guestbooks: what people write at each other's rooms, and what is written back. */
import type { Raw, Wire } from './contract';
import { ask, askVersioned, type Versioned } from './http';
import { fetchCounted, fetchPage, type Page, type PageWish } from './pages';
import { flag, moment, object, optional, owner, text, whole, type Owner } from './shapes';
import { standing, type Standing } from './standing';

export const entryCharsMax = 500;
export const entryLinesMax = 20;
/** How long an author may change an entry. */
export const editWithinMs = 24 * 60 * 60 * 1000;

export interface GuestbookEntry {
  readonly id: string;
  readonly roomId: string;
  /** The entry it replies to. */
  readonly parent: string | null;
  readonly author: Owner;
  readonly text: string;
  /** For its author and the room's owner alone. */
  readonly secret: boolean;
  /** The room's owner has put it out of sight: they and its author see it. */
  readonly hidden: boolean;
  readonly standing: Standing;
  /** One of the viewer's muted words that is in it. */
  readonly mutedWord: string | null;
  readonly writtenMs: number;
  readonly editedMs: number | null;
  readonly replies: number;
}

export function guestbookEntry(value: Raw<Wire['GuestbookEntry']>): GuestbookEntry {
  const fields = object(value, 'entry');
  return {
    id: text(fields.id, 'entry_id'),
    roomId: text(fields.room, 'room_id'),
    parent: optional(fields.parent, (parent) => text(parent, 'parent')),
    author: owner(fields.author),
    text: text(fields.text, 'entry_text'),
    secret: flag(fields.secret, 'secret'),
    hidden: flag(fields.hidden, 'hidden'),
    standing: standing(fields.standing),
    mutedWord: optional(fields.muted, (muted) => text(object(muted, 'muted').word, 'muted_word')),
    writtenMs: moment(fields.created_at, 'created_at'),
    editedMs: optional(fields.edited_at, (at) => moment(at, 'edited_at')),
    replies: whole(fields.replies, 'replies'),
  };
}

function entryIn(answer: Raw<Wire['GuestbookEntryBody']>): GuestbookEntry {
  return guestbookEntry(object(answer, 'entry').entry);
}

/** An entry or a reply, wherever it stands. */
export async function fetchEntry(id: string, signal?: AbortSignal): Promise<GuestbookEntry> {
  return entryIn(await ask('GET /v1/guestbook/{id}', { path: { id } }, { signal }));
}

export function fetchEntries(roomId: string, wish: PageWish): Promise<Page<GuestbookEntry>> {
  return fetchCounted('GET /v1/rooms/{id}/guestbook', { path: { id: roomId } }, 'entries', guestbookEntry, wish);
}

/** Written again under the same name `once` it is the same entry. */
export async function writeEntry(roomId: string, line: string, secret: boolean, once: string): Promise<GuestbookEntry> {
  return entryIn(await ask('POST /v1/rooms/{id}/guestbook', { path: { id: roomId }, body: { text: line, secret } }, { once }));
}

/** Refused if it is no longer as it was when one began to change it. */
export async function changeEntry(id: string, line: string, etag: string | null): Promise<GuestbookEntry> {
  return entryIn(await ask('PATCH /v1/guestbook/{id}', { path: { id }, body: { text: line } }, { ifMatch: etag }));
}

/** As it is now, with the version to change it from. */
export async function fetchForChange(id: string, signal?: AbortSignal): Promise<Versioned<GuestbookEntry>> {
  const { value, etag } = await askVersioned('GET /v1/guestbook/{id}', { path: { id } }, { signal });
  return { value: entryIn(value), etag };
}

export async function deleteEntry(id: string): Promise<void> {
  await ask('DELETE /v1/guestbook/{id}', { path: { id } });
}

export function fetchReplies(entryId: string, wish: PageWish): Promise<Page<GuestbookEntry>> {
  return fetchPage('GET /v1/guestbook/{id}/replies', { path: { id: entryId } }, 'replies', guestbookEntry, wish);
}

export async function writeReply(entryId: string, line: string, once: string): Promise<GuestbookEntry> {
  return entryIn(await ask('POST /v1/guestbook/{id}/replies', { path: { id: entryId }, body: { text: line } }, { once }));
}

export async function deleteReply(id: string): Promise<void> {
  await ask('DELETE /v1/guestbook/replies/{id}', { path: { id } });
}

/** For the room's owner. */
export async function hideEntry(id: string, hidden: boolean): Promise<GuestbookEntry> {
  return entryIn(await ask('PUT /v1/guestbook/{id}/hidden', { path: { id }, body: { hidden } }));
}
