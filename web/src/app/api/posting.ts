/** What is asked about posts, and done with them. */
import type { Raw } from './contract';
import { askEarly, askEarlyVersioned, fetchEarlyPage } from './early';
import type { Versioned } from './http';
import type { Page, PageWish } from './pages';
import { comment, edit, post, reacted, tag, type Audience, type Comment, type CommentBody, type Edit, type FeedTag, type Post, type PostBody, type PostState, type Reacted, type ReactionKind } from './posts';
import { list, object, optional, some, text as textIn } from './shapes';

interface PostAnswer {
  readonly post: PostBody;
}

interface CommentAnswer {
  readonly comment: CommentBody;
}

interface OfPersonAnswer {
  readonly pinned: readonly PostBody[];
  readonly posts: readonly PostBody[];
  readonly next_cursor: string | null;
}

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

function postIn({ value, etag }: Versioned<Raw<PostAnswer>>): Versioned<Post> {
  return { value: post(some(object(value, 'post').post, 'post')), etag };
}

function commentIn({ value, etag }: Versioned<Raw<CommentAnswer>>): Versioned<Comment> {
  return { value: comment(some(object(value, 'comment').comment, 'comment')), etag };
}

/** What may be changed of a post that is there. */
function changeable({ text, audience, warning, sensitive, pictures }: PostWish): object {
  return { text, visibility: audience, content_warning: warning, sensitive, pictures };
}

function timed({ state, publishMs }: PostWish): object {
  return { state, ...(publishMs === null ? {} : { publish_at: new Date(publishMs).toISOString() }) };
}

/** Asked again under the same name `once` it is the same post. */
export async function createPost(wish: PostWish, once: string): Promise<Versioned<Post>> {
  const body = { ...changeable(wish), ...timed(wish), room: wish.roomId ?? undefined, quote_of: wish.quoteOf ?? undefined };
  return postIn(await askEarlyVersioned<PostAnswer>('POST /v1/posts', { body }, { once }));
}

/** `wish.state` counts only for what is not out yet. */
export async function changePost(id: string, wish: PostWish, isOut: boolean, etag: string | null): Promise<Versioned<Post>> {
  const body = isOut ? changeable(wish) : { ...changeable(wish), ...(wish.state === 'published' ? {} : timed(wish)) };
  return postIn(await askEarlyVersioned<PostAnswer>('PATCH /v1/posts/{id}', { path: { id }, body }, { ifMatch: etag }));
}

export async function publishPost(id: string, etag: string | null, once?: string): Promise<Versioned<Post>> {
  return postIn(await askEarlyVersioned<PostAnswer>('POST /v1/posts/{id}/publish', { path: { id } }, { ifMatch: etag, once }));
}

export async function fetchPost(id: string, signal?: AbortSignal): Promise<Versioned<Post>> {
  return postIn(await askEarlyVersioned<PostAnswer>('GET /v1/posts/{id}', { path: { id } }, { signal }));
}

export async function deletePost(id: string): Promise<void> {
  await askEarly('DELETE /v1/posts/{id}', { path: { id } });
}

/** Bookmarks, pins or passes a post on, or not any more. */
export async function mark(id: string, what: 'bookmark' | 'pin' | 'repost', on: boolean): Promise<void> {
  await askEarly(`${on ? 'PUT' : 'DELETE'} /v1/posts/{id}/${what}`, { path: { id } });
}

/** Null: not any more. */
export async function react(of: 'posts' | 'comments', id: string, kind: ReactionKind | null): Promise<void> {
  await (kind === null
    ? askEarly(`DELETE /v1/${of}/{id}/reaction`, { path: { id } })
    : askEarly(`PUT /v1/${of}/{id}/reaction`, { path: { id }, body: { kind } }));
}

export function fetchEdits(id: string, wish: PageWish): Promise<Page<Edit>> {
  return fetchEarlyPage('GET /v1/posts/{id}/edits', { path: { id } }, 'edits', edit, wish);
}

export function fetchReactions(id: string, kind: ReactionKind | null, wish: PageWish): Promise<Page<Reacted>> {
  return fetchEarlyPage('GET /v1/posts/{id}/reactions', { path: { id }, query: { kind: kind ?? undefined } }, 'reactions', reacted, wish);
}

export function fetchReposts(id: string, wish: PageWish): Promise<Page<Reacted>> {
  return fetchEarlyPage('GET /v1/posts/{id}/reposts', { path: { id } }, 'reposts', reacted, wish);
}

/** Which list of posts. */
export type Feed =
  | { readonly of: 'following' | 'newest' | 'bookmarks' | 'drafts' }
  | { readonly of: 'tag'; readonly tag: string }
  | { readonly of: 'person'; readonly handle: string }
  | { readonly of: 'room'; readonly room: string };

function feedCall(feed: Exclude<Feed, { of: 'person' }>): [call: string, path: Readonly<Record<string, string>>] {
  switch (feed.of) {
    case 'following':
      return ['GET /v1/feeds/following', {}];
    case 'newest':
      return ['GET /v1/posts', {}];
    case 'bookmarks':
      return ['GET /v1/me/bookmarks', {}];
    case 'drafts':
      return ['GET /v1/me/drafts', {}];
    case 'tag':
      return ['GET /v1/tags/{tag}/posts', { tag: feed.tag }];
    case 'room':
      return ['GET /v1/rooms/{id}/posts', { id: feed.room }];
  }
}

/** Somebody's posts: the first page begins with what they put on top. */
export async function fetchOfPerson(handle: string, { cursor, limit = 20, signal }: PageWish): Promise<Page<Post>> {
  const query = { limit, ...(cursor === null ? {} : { cursor }) };
  const answer = object(await askEarly<OfPersonAnswer>('GET /v1/users/{handle}/posts', { path: { handle }, query }, { signal }), 'posts');
  const pinned = list(answer.pinned, 'pinned', post);
  const onTop = new Set(pinned.map(({ id }) => id));
  return {
    entries: [...pinned, ...list(answer.posts, 'posts', post).filter(({ id }) => !onTop.has(id))],
    nextCursor: optional(answer.next_cursor, (next) => textIn(next, 'next_cursor')),
    count: null,
  };
}

export function fetchFeed(feed: Feed, wish: PageWish): Promise<Page<Post>> {
  if (feed.of === 'person') {
    return fetchOfPerson(feed.handle, wish);
  }
  const [call, path] = feedCall(feed);
  return fetchEarlyPage(call, { path }, 'posts', post, wish);
}

export function searchTags(query: string, wish: PageWish): Promise<Page<FeedTag>> {
  return fetchEarlyPage('GET /v1/tags', { query: { query } }, 'tags', tag, wish);
}

export function fetchComments(id: string, wish: PageWish): Promise<Page<Comment>> {
  return fetchEarlyPage('GET /v1/posts/{id}/comments', { path: { id } }, 'comments', comment, wish);
}

export function fetchReplies(id: string, wish: PageWish): Promise<Page<Comment>> {
  return fetchEarlyPage('GET /v1/comments/{id}/replies', { path: { id } }, 'replies', comment, wish);
}

export async function writeComment(id: string, line: string, parent: string | null, once: string): Promise<Comment> {
  const body = { text: line, parent: parent ?? undefined };
  return commentIn(await askEarlyVersioned<CommentAnswer>('POST /v1/posts/{id}/comments', { path: { id }, body }, { once })).value;
}

/** Refused when it is another version by now. */
export async function changeComment({ id, version }: Comment, line: string): Promise<Comment> {
  return commentIn(await askEarlyVersioned<CommentAnswer>('PATCH /v1/comments/{id}', { path: { id }, body: { text: line } }, { ifMatch: `"${version}"` })).value;
}

export async function deleteComment(id: string): Promise<void> {
  await askEarly('DELETE /v1/comments/{id}', { path: { id } });
}

/** A room of one's own, as far as one needs it to hang something in it. */
export interface RoomToHang {
  readonly id: string;
  readonly name: string;
}

const roomsToHangMost = 100;

export async function fetchRoomsToHang(signal?: AbortSignal): Promise<readonly RoomToHang[]> {
  const wish = { cursor: null, limit: roomsToHangMost, signal };
  const read = (value: Raw<RoomToHang>): RoomToHang => {
    const fields = object(value, 'room');
    return { id: textIn(fields.id, 'room_id'), name: textIn(fields.name, 'room_name') };
  };
  return (await fetchEarlyPage('GET /v1/me/rooms', { query: { state: 'active' } }, 'rooms', read, wish)).entries;
}
