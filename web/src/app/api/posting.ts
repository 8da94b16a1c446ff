/** What is asked about posts, and done with them. */
import type { Body, Raw, Wire } from './contract';
import { ask, askVersioned, type Versioned } from './http';
import { fetchPage, type Page, type PageWish } from './pages';
import { comment, edit, post, reacted, tag, type Audience, type Comment, type Edit, type FeedTag, type Post, type PostState, type Reacted, type ReactionKind } from './posts';
import { list, object, optional, owner, some, text as textIn } from './shapes';

export interface PostPicture {
  readonly asset: string;
  readonly alt: string;
}

/** A post as it is to be. */
export interface PostWish {
  readonly text: string;
  readonly audience: Audience;
  readonly warning: string;
  readonly sensitive: boolean;
  readonly pictures: readonly PostPicture[];
  readonly roomId: string | null;
  readonly quoteOf: string | null;
  readonly state: PostState;
  readonly publishMs: number | null;
}

function postIn({ value, etag }: Versioned<Raw<Wire['PostBody']>>): Versioned<Post> {
  return { value: post(some(object(value, 'post').post, 'post')), etag };
}

function commentIn({ value, etag }: Versioned<Raw<Wire['CommentBody']>>): Versioned<Comment> {
  return { value: comment(some(object(value, 'comment').comment, 'comment')), etag };
}

/** What may be changed of a post that is there. */
function changeable({ text, audience, warning, sensitive, pictures }: PostWish) {
  return { text, visibility: audience, content_warning: warning, sensitive, pictures } satisfies Body<'PATCH /v1/posts/{id}'>;
}

function timed({ state, publishMs }: PostWish) {
  return { state, ...(publishMs === null ? {} : { publish_at: new Date(publishMs).toISOString() }) } satisfies Body<'PATCH /v1/posts/{id}'>;
}

/** Asked again under the same name `once` it is the same post. */
export async function createPost(wish: PostWish, once: string): Promise<Versioned<Post>> {
  const body = { ...changeable(wish), ...timed(wish), room: wish.roomId ?? undefined, quote_of: wish.quoteOf ?? undefined };
  return postIn(await askVersioned('POST /v1/posts', { body }, { once }));
}

/** `wish.state` counts only for what is not out yet. */
export async function changePost(id: string, wish: PostWish, isOut: boolean, etag: string | null): Promise<Versioned<Post>> {
  const body = isOut ? changeable(wish) : { ...changeable(wish), ...(wish.state === 'published' ? {} : timed(wish)) };
  return postIn(await askVersioned('PATCH /v1/posts/{id}', { path: { id }, body }, { ifMatch: etag }));
}

export async function publishPost(id: string, etag: string | null, once?: string): Promise<Versioned<Post>> {
  return postIn(await askVersioned('POST /v1/posts/{id}/publish', { path: { id } }, { ifMatch: etag, once }));
}

export async function fetchPost(id: string, signal?: AbortSignal): Promise<Versioned<Post>> {
  return postIn(await askVersioned('GET /v1/posts/{id}', { path: { id } }, { signal }));
}

export async function deletePost(id: string): Promise<void> {
  await ask('DELETE /v1/posts/{id}', { path: { id } });
}

/** Bookmarks, pins or passes a post on, or not any more. */
export async function mark(id: string, what: 'bookmark' | 'pin' | 'repost', on: boolean): Promise<void> {
  await ask(`${on ? 'PUT' : 'DELETE'} /v1/posts/{id}/${what}`, { path: { id } });
}

/** Null: not any more. */
export async function react(of: 'posts' | 'comments', id: string, kind: ReactionKind | null): Promise<void> {
  await (kind === null
    ? ask(`DELETE /v1/${of}/{id}/reaction`, { path: { id } })
    : ask(`PUT /v1/${of}/{id}/reaction`, { path: { id }, body: { kind } }));
}

export function fetchEdits(id: string, wish: PageWish): Promise<Page<Edit>> {
  return fetchPage('GET /v1/posts/{id}/edits', { path: { id } }, 'edits', edit, wish);
}

export function fetchReactions(id: string, kind: ReactionKind | null, wish: PageWish): Promise<Page<Reacted>> {
  return fetchPage('GET /v1/posts/{id}/reactions', { path: { id }, query: { kind: kind ?? undefined } }, 'reactions', reacted, wish);
}

export function fetchReposts(id: string, wish: PageWish): Promise<Page<Reacted>> {
  return fetchPage('GET /v1/posts/{id}/reposts', { path: { id } }, 'reposts', reacted, wish);
}

/** Which list of posts. */
export type Feed =
  | { readonly of: 'following' | 'newest' | 'bookmarks' | 'drafts' }
  | { readonly of: 'tag'; readonly tag: string }
  | { readonly of: 'person'; readonly handle: string }
  | { readonly of: 'room'; readonly room: string };

/** Somebody's posts: the first page begins with what they put on top. */
export async function fetchOfPerson(handle: string, { cursor, limit = 20, signal }: PageWish): Promise<Page<Post>> {
  const query = { limit, ...(cursor === null ? {} : { cursor }) };
  const answer = object(await ask('GET /v1/users/{handle}/posts', { path: { handle }, query }, { signal }), 'posts');
  const pinned = list(answer.pinned, 'pinned', post);
  const onTop = new Set(pinned.map(({ id }) => id));
  return {
    entries: [...pinned, ...list(answer.posts, 'posts', post).filter(({ id }) => !onTop.has(id))],
    nextCursor: optional(answer.next_cursor, (next) => textIn(next, 'next_cursor')),
    count: null,
  };
}

export function fetchFeed(feed: Feed, wish: PageWish): Promise<Page<Post>> {
  switch (feed.of) {
    case 'person':
      return fetchOfPerson(feed.handle, wish);
    case 'following':
      return fetchPage('GET /v1/feeds/following', {}, 'posts', post, wish);
    case 'newest':
      return fetchPage('GET /v1/posts', {}, 'posts', post, wish);
    case 'bookmarks':
      return fetchPage('GET /v1/me/bookmarks', {}, 'posts', post, wish);
    case 'drafts':
      return fetchPage('GET /v1/me/drafts', {}, 'posts', post, wish);
    case 'tag':
      return fetchPage('GET /v1/tags/{tag}/posts', { path: { tag: feed.tag } }, 'posts', post, wish);
    case 'room':
      return fetchPage('GET /v1/rooms/{id}/posts', { path: { id: feed.room } }, 'posts', post, wish);
  }
}

export function searchTags(query: string, wish: PageWish): Promise<Page<FeedTag>> {
  return fetchPage('GET /v1/tags', { query: { query } }, 'tags', tag, wish);
}

export function fetchComments(id: string, wish: PageWish): Promise<Page<Comment>> {
  return fetchPage('GET /v1/posts/{id}/comments', { path: { id } }, 'comments', comment, wish);
}

export function fetchReplies(id: string, wish: PageWish): Promise<Page<Comment>> {
  return fetchPage('GET /v1/comments/{id}/replies', { path: { id } }, 'replies', comment, wish);
}

export async function writeComment(id: string, line: string, parent: string | null, once: string): Promise<Comment> {
  const body = { text: line, parent: parent ?? undefined };
  return commentIn(await askVersioned('POST /v1/posts/{id}/comments', { path: { id }, body }, { once })).value;
}

/** Refused when it is another version by now. */
export async function changeComment({ id, version }: Comment, line: string): Promise<Comment> {
  return commentIn(await askVersioned('PATCH /v1/comments/{id}', { path: { id }, body: { text: line } }, { ifMatch: `"${version}"` })).value;
}

export async function deleteComment(id: string): Promise<void> {
  await ask('DELETE /v1/comments/{id}', { path: { id } });
}

/** A room, as far as one needs it to hang something in it. */
export interface RoomToHang {
  readonly id: string;
  readonly name: string;
}

/** One of somebody else, which one furnishes with them. */
export interface EditedRoom extends RoomToHang {
  readonly owner: string;
}

const roomsToHangMost = 100;
/** Where there are very many rooms a page may be empty and not the last. */
const pagesMost = 20;

export async function fetchRoomsToHang(signal?: AbortSignal): Promise<readonly RoomToHang[]> {
  const wish = { cursor: null, limit: roomsToHangMost, signal };
  const read = (value: Raw<Wire['OwnRoomBody']>): RoomToHang => {
    const fields = object(value, 'room');
    return { id: textIn(fields.id, 'room_id'), name: textIn(fields.name, 'room_name') };
  };
  return (await fetchPage('GET /v1/me/rooms', { query: { state: 'active' } }, 'rooms', read, wish)).entries;
}

export async function fetchEditedRooms(signal?: AbortSignal): Promise<readonly EditedRoom[]> {
  const read = (value: Raw<Wire['CardBody']>): EditedRoom => {
    const fields = object(value, 'room');
    return { id: textIn(fields.id, 'room_id'), name: textIn(fields.name, 'room_name'), owner: owner(fields.owner).displayName };
  };
  const all: EditedRoom[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < pagesMost && all.length < roomsToHangMost; pages += 1) {
    const page: Page<EditedRoom> = await fetchPage('GET /v1/me/edited-rooms', {}, 'rooms', read, { cursor, limit: roomsToHangMost, signal });
    all.push(...page.entries);
    cursor = page.nextCursor;
    if (cursor === null) {
      break;
    }
  }
  return all;
}
