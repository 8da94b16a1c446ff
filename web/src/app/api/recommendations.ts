/** What is talked about, what is new, and where chance leads. */
import type { Raw, Wire } from './contract';
import { askEarly, fetchEarlyPage } from './early';
import type { Page, PageWish } from './pages';
import { post, type Post } from './posts';
import { object, optional, roomCard, text, type RoomCard } from './shapes';

export type Order = 'popular' | 'newest';

interface TagBody {
  readonly tag: string;
}

export function popularTag(value: Raw<TagBody>): string {
  return text(object(value, 'tag').tag, 'tag');
}

export function fetchRecommendedRooms(order: Order, wish: PageWish): Promise<Page<RoomCard>> {
  return fetchEarlyPage('GET /v1/recommendations/rooms', { query: { order } }, 'rooms', roomCard, wish);
}

export function fetchRecommendedPosts(order: Order, wish: PageWish): Promise<Page<Post>> {
  return fetchEarlyPage('GET /v1/recommendations/posts', { query: { order } }, 'posts', post, wish);
}

export function fetchPopularTags(wish: PageWish): Promise<Page<string>> {
  return fetchEarlyPage('GET /v1/recommendations/tags', {}, 'tags', popularTag, wish);
}

/** Null: there is none to go to. */
export async function fetchRandomRoom(signal?: AbortSignal): Promise<RoomCard | null> {
  const answer = await askEarly<{ room: Wire['CardBody'] | null }>('GET /v1/recommendations/random-room', {}, { signal });
  return optional(object(answer, 'random').room, (found: Raw<Wire['CardBody']>) => roomCard(found));
}
