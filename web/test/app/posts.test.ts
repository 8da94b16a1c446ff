/** Small decisions about posts: what a text holds, what is completed, what fits, what is shown before the server answers. */
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Comment, Post } from '../../src/app/api/posts';
import { decodeBlurhash } from '../../src/app/pictures/blurhash';
import { beginningAt, completed } from '../../src/app/posts/completion';
import { moved, slotsOf, taken, type Slot } from '../../src/app/posts/composer/slots';
import { outcomeOf } from '../../src/app/posts/composer/outcome';
import { LatestWish } from '../../src/app/posts/latestWish';
import { commentFits, localMoment, pictureFault, postFault, putOffMsMax, tagsOver, textCharsMax } from '../../src/app/posts/limits';
import { reacted, reactionCount, topKinds } from '../../src/app/posts/reactions';
import { parts, tagOf, tagsIn } from '../../src/app/posts/richText';
import { answered, listedUnder, replaced, withNew, without } from '../../src/app/posts/threads';

const none = { heart: 0, laugh: 0, wow: 0, sad: 0, cheer: 0, thanks: 0 };

describe('a text', () => {
  it.each([
    ['#마루 에서 #Cat_2, (#뜨개질)! #마루', ['마루', 'cat_2', '뜨개질']],
    ['한글#태그 &#39; https://a.example/#part ##x #1', []],
    ['＃봄\n#여름#가을', ['봄', '여름']],
    [`#${'가'.repeat(51)}`, []],
  ])('of %j has the tags %j, as the server finds them', (text, tags) => {
    expect(tagsIn(text)).toEqual(tags);
  });

  it('leads to people, and addresses of mail are none', () => {
    const handles = parts('@Haneul 안녕 @bada_2! a@example.com 님@bada https://a.example/@x1 @a').flatMap((part) => (part.kind === 'mention' ? [part.handle] : []));
    expect(handles).toEqual(['haneul', 'bada_2', 'bada']);
  });

  it.each([
    ['see https://a.example/x.', 'https://a.example/x'],
    ['(https://a.example/y)', 'https://a.example/y'],
    ['https://a.example/z_(w) …', 'https://a.example/z_(w)'],
  ])('%j holds the link %s', (text, url) => {
    expect(parts(text).flatMap((part) => (part.kind === 'link' ? [part.url] : []))).toEqual([url]);
  });

  it('leads nowhere but to the web', () => {
    expect(parts('javascript:alert(1) data:text/html,x').every(({ kind }) => kind === 'words')).toBe(true);
  });

  it('loses nothing by being taken apart', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('#', '@', '＃', ' ', 'a', '가', '/', ':', '.', '(', ')', 'https://', '\n', '_', '1') }), (text) => {
        expect(parts(text).map((part) => part.text).join('')).toBe(text);
      }),
    );
  });

  it('has one form for one tag', () => {
    expect(['Maru', 'ＭＡＲＵ', 'maru'].map(tagOf)).toEqual(['maru', 'maru', 'maru']);
    expect(tagOf('한옥'.normalize('NFD'))).toBe('한옥');
    expect(['', 'a b', '123', '___', 'ㅤ'].map(tagOf)).toEqual([null, null, null, null, null]);
  });
});

describe('completion', () => {
  it('begins at a sign that begins a word', () => {
    expect(beginningAt('오늘 #귤', 5)).toEqual({ kind: 'tag', query: '귤', from: 3, to: 5 });
    expect(beginningAt('hi @ha', 6)).toEqual({ kind: 'mention', query: 'ha', from: 3, to: 6 });
    expect(beginningAt('#', 1)).toMatchObject({ query: '' });
    expect(beginningAt('a@ha', 4)).toBeNull();
    expect(beginningAt('한글#태', 4)).toBeNull();
    expect(beginningAt('#귤 다음', 5)).toBeNull();
  });

  it('puts the word in its place, with one gap behind', () => {
    const at = beginningAt('오늘 #귤', 5);
    expect(at && completed('오늘 #귤', at, '귤나무')).toEqual({ text: '오늘 #귤나무 ', caret: 8 });
    const within = beginningAt('@ha 안녕', 3);
    expect(within && completed('@ha 안녕', within, 'haneul')).toEqual({ text: '@haneul 안녕', caret: 8 });
  });

  it('replaces the rest of the word the caret is in', () => {
    const at = beginningAt('#겨울밤', 2);
    expect(at && completed('#겨울밤', at, '겨울')).toEqual({ text: '#겨울 ', caret: 4 });
  });
});

describe('what fits', () => {
  const draft = { text: '안녕', warning: '', pictures: [], quotes: false, publishMs: null };
  const now = Date.parse('2026-11-28T00:00:00Z');

  it('is counted as the server counts', () => {
    expect(postFault({ ...draft, text: '가'.repeat(textCharsMax) }, 'published', now)).toBeNull();
    expect(postFault({ ...draft, text: '가'.normalize('NFD').repeat(textCharsMax) }, 'published', now)).toBeNull();
    expect(postFault({ ...draft, text: '🍊'.repeat(textCharsMax + 1) }, 'published', now)).toBe('text_too_long');
    expect(postFault({ ...draft, text: 'a\n'.repeat(101) + 'b' }, 'published', now)).toBe('too_many_lines');
    expect(postFault({ ...draft, warning: 'a'.repeat(101) }, 'published', now)).toBe('warning_too_long');
  });

  it('is something: words, pictures or a quote', () => {
    const ready = { state: 'ready', alt: '' } as const;
    expect(postFault({ ...draft, text: ' \n' }, 'published', now)).toBe('empty');
    expect(postFault({ ...draft, text: '', pictures: [ready] }, 'published', now)).toBeNull();
    expect(postFault({ ...draft, text: '', quotes: true }, 'published', now)).toBeNull();
  });

  it('waits for pictures', () => {
    expect(postFault({ ...draft, pictures: [{ state: 'sending', alt: '' }] }, 'published', now)).toBe('pictures_coming');
    expect(postFault({ ...draft, pictures: [{ state: 'failed', alt: '' }, { state: 'sending', alt: '' }] }, 'published', now)).toBe('picture_failed');
    expect(postFault({ ...draft, pictures: [{ state: 'ready', alt: 'a'.repeat(501) }] }, 'published', now)).toBe('alt_too_long');
  });

  it('is put off into the near future', () => {
    expect(postFault(draft, 'scheduled', now)).toBe('no_time');
    expect(postFault({ ...draft, publishMs: Number.NaN }, 'scheduled', now)).toBe('no_time');
    expect(postFault({ ...draft, publishMs: now }, 'scheduled', now)).toBe('time_past');
    expect(postFault({ ...draft, publishMs: now + putOffMsMax + 1 }, 'scheduled', now)).toBe('time_too_far');
    expect(postFault({ ...draft, publishMs: now + 3_600_000 }, 'scheduled', now)).toBeNull();
  });

  it('of comments is less', () => {
    expect([' ', 'a', 'a'.repeat(500), 'a'.repeat(501), 'a\n'.repeat(20) + 'b'].map(commentFits)).toEqual([false, true, true, false, false]);
  });

  it('of tags is ten', () => {
    expect(tagsOver(Array.from({ length: 12 }, (_, at) => `#t${at}`).join(' '))).toBe(2);
    expect(tagsOver('#a #a')).toBe(0);
  });

  it('of files is pictures of a size', () => {
    expect(pictureFault({ type: 'image/svg+xml', size: 10 })).toBe('type');
    expect(pictureFault({ type: 'image/png', size: 11 * 1024 * 1024 })).toBe('size');
    expect(pictureFault({ type: 'image/webp', size: 10 })).toBeNull();
  });

  it('a moment is written as fields take it, and comes back the same', () => {
    const at = Date.parse('2026-11-28T09:30:00Z');
    expect(new Date(localMoment(at)).getTime()).toBe(at);
  });
});

describe('a reaction', () => {
  const post = { reactions: { ...none, heart: 2, wow: 1 }, reaction: null };

  it('counts at once, in place of the one before', () => {
    const loved = reacted(post, 'heart');
    expect(loved).toEqual({ reactions: { ...none, heart: 3, wow: 1 }, reaction: 'heart' });
    expect(reacted(loved, 'wow')).toEqual({ reactions: { ...none, heart: 2, wow: 2 }, reaction: 'wow' });
    expect(reacted(loved, null)).toEqual(post);
    expect(reacted(loved, 'heart')).toBe(loved);
  });

  it('never leaves fewer than none', () => {
    expect(reacted({ reactions: none, reaction: 'sad' as const }, null).reactions.sad).toBe(0);
  });

  it('is shown by the kinds there are most of', () => {
    expect(topKinds({ ...none, wow: 1, cheer: 5, sad: 2 }, 2)).toEqual(['cheer', 'sad']);
    expect(reactionCount({ ...none, wow: 1, cheer: 5 })).toBe(6);
  });
});

describe('the latest wish', () => {
  interface Turn {
    wish: string | null;
    done(): void;
    fail(): void;
  }

  function wishing(): { wishes: LatestWish<string | null>; turns: Turn[]; shown: (string | null)[]; failed: ReturnType<typeof vi.fn> } {
    const turns: Turn[] = [];
    const shown: (string | null)[] = [];
    const failed = vi.fn();
    const wishes = new LatestWish<string | null>(null, {
      send: (wish) => new Promise((resolve, reject) => turns.push({ wish, done: () => resolve(undefined), fail: () => reject(new Error('no')) })),
      show: (value) => shown.push(value),
      failed,
    });
    return { wishes, turns, shown, failed };
  }
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

  it('is shown at once and sent one at a time, only the last of several', async () => {
    const { wishes, turns, shown } = wishing();
    wishes.wish('heart');
    wishes.wish('wow');
    wishes.wish('sad');
    expect(shown).toEqual(['heart', 'wow', 'sad']);
    expect(turns.map(({ wish }) => wish)).toEqual(['heart']);
    turns[0]?.done();
    await settle();
    expect(turns.map(({ wish }) => wish)).toEqual(['heart', 'sad']);
    turns[1]?.done();
    await settle();
    expect(turns).toHaveLength(2);
  });

  it('that is taken back meanwhile is taken back', async () => {
    const { wishes, turns } = wishing();
    wishes.wish('heart');
    wishes.wish(null);
    turns[0]?.done();
    await settle();
    expect(turns.map(({ wish }) => wish)).toEqual(['heart', null]);
  });

  it('that is refused shows what was before, and says so', async () => {
    const { wishes, turns, shown, failed } = wishing();
    wishes.wish('heart');
    turns[0]?.done();
    await settle();
    wishes.wish('wow');
    turns[1]?.fail();
    await settle();
    expect(shown).toEqual(['heart', 'wow', 'heart']);
    expect(failed).toHaveBeenCalledOnce();
    wishes.wish('wow');
    expect(turns).toHaveLength(3);
  });

  it('is not undone by what was read before it', async () => {
    const { wishes, turns } = wishing();
    wishes.wish('heart');
    wishes.heard(null);
    expect(wishes.wished).toBe('heart');
    turns[0]?.done();
    await settle();
    wishes.heard('wow');
    expect(wishes.wished).toBe('wow');
  });
});

describe('a thread', () => {
  const person = { id: 'u1', handle: 'haneul', displayName: '하늘', look: [], mood: '' };
  const said = (id: string, replies = 0, depth = 0): Comment => ({
    id,
    postId: 'p1',
    parentId: null,
    depth,
    author: person,
    gone: false,
    text: id,
    standing: 'shown',
    replies,
    reactions: none,
    reaction: null,
    mutedWord: null,
    version: 1,
    createdMs: 0,
    editedMs: null,
  });

  it('takes a new comment in once, at its end', () => {
    const list = withNew([said('a')], said('b'));
    expect(list.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(withNew(list, said('b'))).toBe(list);
  });

  it('keeps the place of what was answered, and of nothing else', () => {
    expect(without([said('a'), said('b', 2)], 'a').map(({ id }) => id)).toEqual(['b']);
    expect(without([said('b', 2)], 'b')).toMatchObject([{ id: 'b', gone: true, author: null, text: '' }]);
  });

  it('counts answers and changes what was changed', () => {
    expect(answered([said('a', 1)], 'a', 1)[0]?.replies).toBe(2);
    expect(answered([said('a')], 'a', -1)[0]?.replies).toBe(0);
    expect(replaced([said('a')], { ...said('a'), text: 'x' })[0]?.text).toBe('x');
  });

  it('lists answers to the deepest beside them', () => {
    expect([0, 1, 2, 3].map((depth) => listedUnder(said('a', 0, depth)))).toEqual(['itself', 'itself', 'itself', 'beside']);
  });
});

describe('what was sent', () => {
  const post = { text: '하나\n둘', warning: '', standing: 'shown', state: 'published' } as Post;

  it('is known by what became of it', () => {
    const sent = { text: ' 하나\r\n둘 ', warning: '' };
    expect(outcomeOf(sent, post, false)).toBe('published');
    expect(outcomeOf(sent, post, true)).toBe('saved');
    expect(outcomeOf(sent, { ...post, standing: 'held' }, false)).toBe('held');
    expect(outcomeOf(sent, { ...post, text: '하나\n*' }, false)).toBe('masked');
    expect(outcomeOf(sent, { ...post, state: 'scheduled' }, false)).toBe('scheduled');
    expect(outcomeOf(sent, { ...post, state: 'draft', text: '*' }, false)).toBe('saved');
  });
});

describe('pictures of a post being written', () => {
  const slot = (key: string): Slot => ({ key, state: 'ready', sent: 1, assetId: key, picture: null, file: null, alt: '', fault: null });

  it('change places and go', () => {
    const slots = ['a', 'b', 'c'].map(slot);
    expect(moved(slots, 'a', 1).map(({ key }) => key)).toEqual(['b', 'a', 'c']);
    expect(moved(slots, 'c', -2).map(({ key }) => key)).toEqual(['c', 'a', 'b']);
    expect(moved(slots, 'a', -1)).toBe(slots);
    expect(moved(slots, 'c', 1)).toBe(slots);
    expect(taken(slots, 'b').map(({ key }) => key)).toEqual(['a', 'c']);
  });

  it('are there again, those that are not ready too', () => {
    const picture = { id: 'a', alt: '귤', width: 1, height: 1, blurhash: '', thumb: '', small: '', large: '' };
    expect(slotsOf([picture], [{ asset: 'a', alt: '' }, { asset: 'b', alt: '떡' }])).toMatchObject([
      { key: 'a', state: 'ready', alt: '귤' },
      { key: 'b', state: 'processing', alt: '떡' },
    ]);
  });
});

describe('the colours of a picture', () => {
  it('are read from their thirty signs', () => {
    const pixels = decodeBlurhash('LEHV6nWB2yk8pyo0adR*.7kCMdnj', 4, 3);
    expect(pixels).toHaveLength(48);
    expect(pixels?.[3]).toBe(255);
    // the example of the format: a warm grey all over
    const mean = [0, 1, 2].map((part) => Array.from(pixels ?? []).filter((_, at) => at % 4 === part).reduce((sum, value) => sum + value, 0) / 12);
    expect(mean.every((value) => value > 90 && value < 200)).toBe(true);
  });

  it('are none where it is none', () => {
    expect(decodeBlurhash('', 4, 4)).toBeNull();
    expect(decodeBlurhash('LEHV6n', 4, 4)).toBeNull();
    expect(decodeBlurhash('LEHV6nWB2yk8pyo0adR*.7kCMdn"', 4, 4)).toBeNull();
  });
});
