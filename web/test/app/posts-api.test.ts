/** What goes out to the server about posts and pictures, and how its answers are read. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { asset, settled } from '../../src/app/api/assets';
import { raw } from '../../src/app/api/contract';
import { profile } from '../../src/app/api/people';
import { changeComment, changePost, createPost, fetchEditedRooms, fetchFeed, fetchReplies, mark, publishPost, react, searchTags, writeComment, type PostWish } from '../../src/app/api/posting';
import { comment, post } from '../../src/app/api/posts';
import { ApiProblem } from '../../src/app/api/problem';
import { fetchPopularTags, fetchRandomRoom, fetchRecommendedPosts } from '../../src/app/api/recommendations';
import { notice } from '../../src/app/api/notices';
import { roomCard } from '../../src/app/api/shapes';

interface Sent {
  readonly path: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

/** Answers one after another; what was asked. */
function scripted(...answers: (readonly [status: number, body: unknown, etag?: string])[]): Sent[] {
  const sent: Sent[] = [];
  const queue = [...answers];
  vi.stubGlobal('fetch', (path: string, { method = 'GET', headers, body }: RequestInit) => {
    sent.push({ path, method, headers: headers as Record<string, string>, body: typeof body === 'string' ? JSON.parse(body) : null });
    const [status, answer, etag] = queue.shift() ?? [500, null];
    return Promise.resolve(new Response(status === 204 ? null : JSON.stringify(answer), { status, headers: etag ? { etag } : {} }));
  });
  return sent;
}

afterEach(() => vi.unstubAllGlobals());

const person = { id: 'u1', handle: 'haneul', display_name: '하늘', look: [1, 0, 1, 0, 0, 0], mood: '' };
const picture = { id: 'a1', alt: '귤', width: 800, height: 600, blurhash: 'L00000fQfQfQfQfQfQfQfQfQfQfQ', thumb: '/t', small: '/s', large: '/l' };
const none = { heart: 0, laugh: 0, wow: 0, sad: 0, cheer: 0, thanks: 0 };
const content = { text: '#귤 @bada', content_warning: null, sensitive: false, pictures: [picture], tags: ['귤'] };
const wire = {
  ...content,
  id: 'p1',
  author: person,
  state: 'published',
  visibility: 'followers',
  room: null,
  quote: null,
  counts: { comments: 2, reposts: 1, reactions: { ...none, heart: 3 } },
  mine: { reaction: 'heart', bookmarked: true, reposted: false },
  pinned: false,
  muted: null,
  created_at: '2026-11-28T00:00:00Z',
  publish_at: null,
  published_at: '2026-11-28T00:00:00Z',
  edited_at: null,
};
const wish: PostWish = { text: 'a', audience: 'public', warning: '', sensitive: false, pictures: [{ asset: 'a1', alt: '' }], roomId: null, quoteOf: null, state: 'published', publishMs: null };
const said = { id: 'c1', post: 'p1', parent: null, root: 'c1', depth: 0, author: person, gone: false, text: '좋아요', replies: 1, reactions: none, reaction: null, muted: null, version: 2, written_at: '2026-11-28T00:00:00Z', edited_at: null };

describe('a post', () => {
  it('is read field by field', () => {
    expect(post(raw(wire))).toMatchObject({
      id: 'p1',
      author: { handle: 'haneul' },
      audience: 'followers',
      standing: 'shown',
      text: '#귤 @bada',
      warning: '',
      pictures: [{ id: 'a1', alt: '귤', width: 800 }],
      comments: 2,
      reposts: 1,
      reactions: { heart: 3, sad: 0 },
      reaction: 'heart',
      bookmarked: true,
      reposted: false,
      quotes: false,
      quote: null,
      mutedWord: null,
      attachments: null,
      bookmarks: null,
      repostedBy: null,
    });
  });

  it('says of its author’s own what others are not told', () => {
    const own = post(raw({ ...wire, standing: 'held', attachments: [{ asset: 'a2', alt: '' }], counts: { ...wire.counts, bookmarks: 4 } }));
    expect(own).toMatchObject({ standing: 'held', attachments: [{ asset: 'a2', alt: '' }], bookmarks: 4 });
  });

  it('tells a quote that is there from one that is not, and from none', () => {
    const quoted = { ...content, id: 'p0', author: person, quotes: true, published_at: '2026-11-27T00:00:00Z' };
    expect(post(raw({ ...wire, quote: { post: quoted } })).quote).toMatchObject({ id: 'p0', quotes: true, text: '#귤 @bada' });
    expect(post(raw({ ...wire, quote: { post: null } }))).toMatchObject({ quote: null, quotes: true });
  });

  it('names the muted word and who passed it on', () => {
    expect(post(raw({ ...wire, muted: { word: '귤' }, reposted_by: person, listed_at: '2026-11-28T00:00:00Z' }))).toMatchObject({ mutedWord: '귤', repostedBy: { handle: 'haneul' } });
  });

  it('of a newer server is for nobody else and withheld rather than shown', () => {
    const newer = post(raw({ ...wire, visibility: 'circle', standing: 'pending', mine: { reaction: 'confetti', bookmarked: false, reposted: false } }));
    expect(newer).toMatchObject({ audience: 'private', standing: 'hidden', reaction: null });
  });

  it('of another shape is told apart from a refusal', () => {
    expect(() => post(raw({ ...wire, text: 7 }))).toThrow(ApiProblem);
    expect(() => post(raw({ ...wire, counts: null }))).toThrow('unexpected_counts');
  });
});

describe('writing a post', () => {
  it('goes out once under its name', async () => {
    const sent = scripted([201, { post: wire }, '"1-0"']);
    const made = await createPost({ ...wish, roomId: 'r1', state: 'scheduled', publishMs: Date.parse('2026-12-01T00:00:00Z') }, 'name-1');
    expect(made.etag).toBe('"1-0"');
    expect(sent[0]).toMatchObject({ path: '/v1/posts', method: 'POST', headers: { 'idempotency-key': 'name-1' } });
    expect(sent[0]?.body).toEqual({
      text: 'a',
      visibility: 'public',
      content_warning: '',
      sensitive: false,
      pictures: [{ asset: 'a1', alt: '' }],
      state: 'scheduled',
      publish_at: '2026-12-01T00:00:00.000Z',
      room: 'r1',
    });
  });

  it('changes the version it was made from, and of what is out neither state nor room', async () => {
    const sent = scripted([200, { post: wire }], [200, { post: wire }], [200, { post: wire }]);
    await changePost('p1', { ...wish, roomId: 'r1' }, true, '"3"');
    expect(sent[0]?.headers['if-match']).toBe('"3"');
    expect(Object.keys(sent[0]?.body as object).toSorted()).toEqual(['content_warning', 'pictures', 'sensitive', 'text', 'visibility']);
    await changePost('p1', { ...wish, state: 'draft' }, false, null);
    expect(sent[1]?.body).toMatchObject({ state: 'draft' });
    await publishPost('p1', '"4"', 'name-2');
    expect(sent[2]).toMatchObject({ path: '/v1/posts/p1/publish', headers: { 'if-match': '"4"', 'idempotency-key': 'name-2' } });
  });
});

describe('lists', () => {
  it('of a person begin with what they put on top, each once', async () => {
    scripted([200, { pinned: [{ ...wire, id: 'p9', pinned: true }], posts: [{ ...wire, id: 'p9' }, wire], next_cursor: 'x' }]);
    const page = await fetchFeed({ of: 'person', handle: 'haneul' }, { cursor: null });
    expect(page.entries.map(({ id, pinned }) => [id, pinned])).toEqual([['p9', true], ['p1', false]]);
    expect(page.nextCursor).toBe('x');
  });

  it('each have their address', async () => {
    const empty = [200, { posts: [], next_cursor: null }] as const;
    const sent = scripted(empty, empty, empty, empty, empty, empty);
    for (const feed of [{ of: 'following' }, { of: 'newest' }, { of: 'bookmarks' }, { of: 'drafts' }, { of: 'tag', tag: '귤' }, { of: 'room', room: 'r1' }] as const) {
      await fetchFeed(feed, { cursor: null, limit: 5 });
    }
    expect(sent.map(({ path }) => path)).toEqual([
      '/v1/feeds/following?limit=5',
      '/v1/posts?limit=5',
      '/v1/me/bookmarks?limit=5',
      '/v1/me/drafts?limit=5',
      `/v1/tags/${encodeURIComponent('귤')}/posts?limit=5`,
      '/v1/rooms/r1/posts?limit=5',
    ]);
  });

  it('of tags say how many posts there are', async () => {
    const sent = scripted([200, { tags: [{ name: '귤', posts: 3 }], next_cursor: null }]);
    expect((await searchTags('귤', { cursor: null })).entries).toEqual([{ name: '귤', posts: 3 }]);
    expect(sent[0]?.path).toContain(`query=${encodeURIComponent('귤')}`);
  });
});

describe('what one does with posts', () => {
  it('is put, and taken back', async () => {
    const sent = scripted([200, { post: wire }], [204, null], [200, { post: wire }], [204, null]);
    await mark('p1', 'bookmark', true);
    await mark('p1', 'repost', false);
    await react('posts', 'p1', 'cheer');
    await react('comments', 'c1', null);
    expect(sent.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['PUT', '/v1/posts/p1/bookmark', null],
      ['DELETE', '/v1/posts/p1/repost', null],
      ['PUT', '/v1/posts/p1/reaction', { kind: 'cheer' }],
      ['DELETE', '/v1/comments/c1/reaction', null],
    ]);
  });
});

describe('a comment', () => {
  it('is read, also where only its place is left', () => {
    expect(comment(raw(said))).toMatchObject({ id: 'c1', postId: 'p1', depth: 0, gone: false, replies: 1, reaction: null, version: 2, standing: 'shown' });
    expect(comment(raw({ ...said, author: null, gone: true, text: '' }))).toMatchObject({ author: null, gone: true });
  });

  it('is written once under its name, and changed from the version one saw', async () => {
    const sent = scripted([201, { comment: said }], [200, { comment: said }], [200, { replies: [said], next_cursor: null }]);
    await writeComment('p1', '좋아요', null, 'name-3');
    expect(sent[0]).toMatchObject({ path: '/v1/posts/p1/comments', body: { text: '좋아요' }, headers: { 'idempotency-key': 'name-3' } });
    await changeComment(comment(raw(said)), '정말 좋아요');
    expect(sent[1]).toMatchObject({ method: 'PATCH', headers: { 'if-match': '"2"' }, body: { text: '정말 좋아요' } });
    expect((await fetchReplies('c1', { cursor: null })).entries).toHaveLength(1);
  });
});

describe('an upload', () => {
  const waiting = { id: 'a1', purpose: 'picture', state: 'processing', alt: '', license_note: '', uses: 0, created_at: '2026-11-28T00:00:00Z' };
  const soon = (): Promise<void> => Promise.resolve();

  it('is asked about until it is ready', async () => {
    const sent = scripted([200, { asset: waiting }], [200, { asset: { ...waiting, state: 'ready', picture } }]);
    expect((await settled(asset(raw(waiting)), undefined, soon)).picture?.id).toBe('a1');
    expect(sent.map(({ path }) => path)).toEqual(['/v1/assets/a1', '/v1/assets/a1']);
  });

  it('says why it was refused', async () => {
    scripted([200, { asset: { ...waiting, state: 'refused', refusal: 'too_many_pixels' } }]);
    expect(await settled(asset(raw(waiting)), undefined, soon)).toMatchObject({ state: 'refused', refusal: 'too_many_pixels', picture: null });
  });

  it('is given up when the page is', async () => {
    const abort = new AbortController();
    abort.abort();
    await expect(settled(asset(raw(waiting)), abort.signal, soon)).rejects.toThrow();
  });
});

describe('recommendations', () => {
  it('of posts come with all there is to show', async () => {
    const sent = scripted([200, { posts: [wire], next_cursor: null }]);
    expect((await fetchRecommendedPosts('popular', { cursor: null })).entries.map(({ id }) => id)).toEqual(['p1']);
    expect(sent.length).toBe(1);
  });

  it('of tags and of a room by chance are read', async () => {
    scripted([200, { tags: [{ tag: '귤' }], next_cursor: null }], [200, { room: null }]);
    expect((await fetchPopularTags({ cursor: null })).entries).toEqual(['귤']);
    expect(await fetchRandomRoom()).toBeNull();
  });
});

describe('what others show', () => {
  it('has a picture where there is one', () => {
    const shown = { ...person, bio: '', front_room_id: 'r1' };
    expect(profile(raw({ ...shown, avatar: picture })).avatar?.id).toBe('a1');
    expect(profile(raw(shown)).avatar).toBeNull();
    const room = { id: 'r1', name: '방', theme: { wallpaper: 'a', flooring: 'b', light: 'day' }, people_now: 0, items: [], owner: person };
    expect(roomCard(raw({ ...room, thumbnail_url: '/v1/rooms/r1/thumbnail.webp?v=1' })).thumbnailUrl).toContain('thumbnail');
    expect(roomCard(raw(room)).thumbnailUrl).toBeNull();
  });

  it('a notice says what it is about', () => {
    const told = { id: 1, kind: 'comment', from: person, unread: true, told_at: '2026-11-28T00:00:00Z' };
    expect(notice(raw({ ...told, subject: 'p1' })).subject).toBe('p1');
    expect(notice(raw({ ...told, subject: null })).subject).toBeNull();
  });
});

describe('rooms of others one furnishes', () => {
  const room = (id: string) => ({ id, name: `방 ${id}`, owner: person });

  it('are read to the end, past a page with none, each with whose it is', async () => {
    const sent = scripted([200, { rooms: [room('r1')], next_cursor: 'a' }], [200, { rooms: [], next_cursor: 'b' }], [200, { rooms: [room('r2')], next_cursor: null }]);
    expect(await fetchEditedRooms()).toEqual([
      { id: 'r1', name: '방 r1', owner: '하늘' },
      { id: 'r2', name: '방 r2', owner: '하늘' },
    ]);
    expect(sent.map(({ path }) => path)).toEqual(['', '&cursor=a', '&cursor=b'].map((rest) => `/v1/me/edited-rooms?limit=100${rest}`));
  });

  it('are not read for ever', async () => {
    const sent = scripted(...Array.from({ length: 50 }, () => [200, { rooms: [], next_cursor: 'on' }] as const));
    expect(await fetchEditedRooms()).toEqual([]);
    expect(sent).toHaveLength(20);
  });
});
