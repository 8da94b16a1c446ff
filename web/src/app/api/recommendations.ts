/** What is talked about, what is new, and where chance leads. */
import type { Raw, Wire } from './contract';
import { ask } from './http';
import { fetchPage, type Page, type PageWish } from './pages';
import { post, type Post } from './posts';
import { object, optional, roomCard, text, type RoomCard } from './shapes';

export type Order = 'popular' | 'newest';

export function popularTag(value: Raw<Wire['RecommendedTag']>): string {
  return text(object(value, 'tag').tag, 'tag');
}

export function fetchRecommendedRooms(order: Order, wish: PageWish): Promise<Page<RoomCard>> {
  return fetchPage('GET /v1/recommendations/rooms', { query: { order } }, 'rooms', roomCard, wish);
}

export function fetchRecommendedPosts(order: Order, wish: PageWish): Promise<Page<Post>> {
  return fetchPage('GET /v1/recommendations/posts', { query: { order } }, 'posts', post, wish);
}

export function fetchPopularTags(wish: PageWish): Promise<Page<string>> {
  return fetchPage('GET /v1/recommendations/tags', {}, 'tags', popularTag, wish);
}

/** Null: there is none to go to. */
export async function fetchRandomRoom(signal?: AbortSignal): Promise<RoomCard | null> {
  const answer = await ask('GET /v1/recommendations/random-room', {}, { signal });
  return optional(object(answer, 'random').room, roomCard);
}
