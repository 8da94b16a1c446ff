/** What is talked about, what is new, and where chance leads. */
import type { Raw, Wire } from './contract';
import { askEarly, fetchEarlyPage } from './early';
import type { Page, PageWish } from './pages';
import { fetchPost } from './posting';
import type { Post } from './posts';
import { ApiProblem } from './problem';
import { object, optional, roomCard, text, type RoomCard } from './shapes';

export type Order = 'popular' | 'newest';

interface PostRefBody {
  readonly id: string;
}

interface TagBody {
  readonly tag: string;
}

export function postRef(value: Raw<PostRefBody>): string {
  return text(object(value, 'post_ref').id, 'post_id');
}

export function popularTag(value: Raw<TagBody>): string {
  return text(object(value, 'tag').tag, 'tag');
}

export function fetchRecommendedRooms(order: Order, wish: PageWish): Promise<Page<RoomCard>> {
  return fetchEarlyPage('GET /v1/recommendations/rooms', { query: { order } }, 'rooms', roomCard, wish);
}

/** One of them, if it is still there for the viewer. */
async function still(id: string, signal: AbortSignal | undefined): Promise<Post[]> {
  try {
    return [(await fetchPost(id, signal)).value];
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) {
      return [];
    }
    throw error;
  }
}

/** They are told by their ids; what they say is asked for one by one, so pages are small. */
export async function fetchRecommendedPosts(order: Order, wish: PageWish): Promise<Page<Post>> {
  const page = await fetchEarlyPage('GET /v1/recommendations/posts', { query: { order } }, 'posts', postRef, wish);
  const posts = await Promise.all(page.entries.map((id) => still(id, wish.signal)));
  return { ...page, entries: posts.flat() };
}

export function fetchPopularTags(wish: PageWish): Promise<Page<string>> {
  return fetchEarlyPage('GET /v1/recommendations/tags', {}, 'tags', popularTag, wish);
}

/** Null: there is none to go to. */
export async function fetchRandomRoom(signal?: AbortSignal): Promise<RoomCard | null> {
  const answer = await askEarly<{ room: Wire['CardBody'] | null }>('GET /v1/recommendations/random-room', {}, { signal });
  return optional(object(answer, 'random').room, (found: Raw<Wire['CardBody']>) => roomCard(found));
}
