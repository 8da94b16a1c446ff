/** Small decisions of the pages about people and accounts. */
import { describe, expect, it } from 'vitest';
import { byWayOf, saidAs } from '../../src/app/i18n/josa';
import { momentText } from '../../src/app/momentText';
import { asksSomething, noticeAddress, noticeText } from '../../src/app/social/noticeText';
import { charsOf, hostOf, isWebLink } from '../../src/app/social/text';
import { en } from '../../src/app/social/words/en';
import { joined } from '../../src/app/state/pages';
import { patchOf, shown } from '../../src/pages/settings/draft';
import { deviceOf } from '../../src/pages/settings/logins/device';
import { emptyDraft, parseDraft, scopesFor, wishOf } from '../../src/pages/settings/logins/tokenDraft';
import { completed, isBegun, linksFault } from '../../src/pages/settings/profile/links';

describe('a draft', () => {
  const saved = { mood: '귤', bio: '', links: [{ label: 'a', url: 'https://a.example/' }] };

  it('shows what was changed here over what is saved', () => {
    expect(shown(saved, { bio: 'hi' })).toEqual({ ...saved, bio: 'hi' });
  });

  it('has nothing to save where all is as it was', () => {
    expect(patchOf(saved, {})).toBeNull();
    expect(patchOf(saved, { mood: '귤', links: [{ label: 'a', url: 'https://a.example/' }] })).toBeNull();
  });

  it('saves only what differs', () => {
    expect(patchOf(saved, { mood: '귤', bio: 'hi' })).toEqual({ bio: 'hi' });
    expect(patchOf(saved, { links: [] })).toEqual({ links: [] });
  });

  it('keeps what was typed when the rest was changed elsewhere', () => {
    const touched = { bio: 'hi' };
    const newest = { ...saved, mood: '떡' };
    expect(shown(newest, touched)).toEqual({ ...newest, bio: 'hi' });
    expect(patchOf(newest, touched)).toEqual({ bio: 'hi' });
  });
});

describe('text', () => {
  it('is counted as the server counts', () => {
    expect(charsOf('  하늘 ')).toBe(2);
    expect(charsOf('하늘'.normalize('NFD'))).toBe(2);
    expect(charsOf('🍊🍊')).toBe(2);
  });

  it.each([
    ['https://www.photos.example/a?b', 'photos.example'],
    ['http://블로그.kr/', 'xn--2i0b10rqve.kr'],
    ['nonsense', 'nonsense'],
  ])('of the link %s names the host', (url, host) => {
    expect(hostOf(url)).toBe(host);
  });

  it.each([
    ['https://a.example/', true],
    ['http://a.example/', true],
    ['javascript:alert(1)', false],
    ['data:text/html,x', false],
    ['//a.example', false],
    ['', false],
  ])('%j is a link to the web: %s', (url, is) => {
    expect(isWebLink(url)).toBe(is);
  });
});

describe('links of a profile', () => {
  const link = { label: 'a', url: 'https://a.example/' };

  it('have a name and an address of the web', () => {
    expect(linksFault([link])).toBe(false);
    expect(linksFault([{ ...link, label: ' ' }])).toBe(true);
    expect(linksFault([{ ...link, url: 'javascript:alert(1)' }])).toBe(true);
    expect(linksFault([{ ...link, url: `https://a.example/${'x'.repeat(500)}` }])).toBe(true);
    expect(linksFault(Array.from({ length: 6 }, () => link))).toBe(true);
  });

  it('are none while nothing was written in them', () => {
    expect(isBegun({ label: ' ', url: '' })).toBe(false);
    expect(isBegun({ label: '', url: 'a' })).toBe(true);
  });

  it('get the beginning that people leave out', () => {
    expect(completed(' blog.example/me ')).toBe('https://blog.example/me');
    expect(completed('http://blog.example')).toBe('http://blog.example');
    expect(completed('mailto:me@example.kr')).toBe('mailto:me@example.kr');
    expect(completed('')).toBe('');
  });
});

describe('a device', () => {
  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36', 'Chrome', 'Linux'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0', 'Edge', 'Windows'],
    ['Mozilla/5.0 (Linux; Android 15; SM-S921N) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36', 'Samsung Internet', 'Android'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1', 'Safari', 'iPhone'],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox', 'Mac'],
  ])('is known by what it says: %s', (userAgent, browser, system) => {
    expect(deviceOf(userAgent)).toEqual({ browser, system });
  });

  it('is unknown where it says nothing known', () => {
    expect(deviceOf('curl/8.0')).toBeNull();
    expect(deviceOf('')).toBeNull();
  });
});

describe('a token that is being made', () => {
  it('is read again with suspicion', () => {
    const draft = { name: 'bot', scopes: ['read', 'live'], life: null } as const;
    expect(parseDraft(JSON.stringify(draft))).toEqual(draft);
    expect(parseDraft('{"name": 7, "scopes": ["account", "write"], "life": 1}')).toEqual({ name: '', scopes: ['write'], life: 90 });
    expect(parseDraft('nonsense')).toEqual(emptyDraft);
    expect(parseDraft(null)).toEqual(emptyDraft);
  });

  it('ends when it was wished to', () => {
    expect(wishOf({ name: ' bot ', scopes: ['read'], life: 30 }, 1000)).toEqual({ name: 'bot', scopes: ['read'], expiresMs: 1000 + 30 * 86_400_000 });
    expect(wishOf({ ...emptyDraft, life: null }, 1000).expiresMs).toBeNull();
  });

  it('offers what one’s role may give', () => {
    expect(scopesFor('user')).toEqual(['read', 'write', 'live']);
    expect(scopesFor('moderator')).toContain('moderate');
    expect(scopesFor('moderator')).not.toContain('admin');
    expect(scopesFor('admin')).toContain('admin');
  });
});

describe('a notice', () => {
  it('says who did what, or in general where the kind is of later', () => {
    expect(noticeText(en.notices, 'follow', 'Leo')).toBe('Leo follows you now.');
    expect(noticeText(en.notices, 'serenade', 'Leo')).toBe('There is something new from Leo.');
    expect(noticeText(en.notices, 'constructor', null)).toBe('There is something new from Somebody.');
  });

  it('leads to whoever did it, or to where it stands', () => {
    expect(noticeAddress('follow', 'leo', 'me')).toBe('/u/leo');
    expect(noticeAddress('testimonial', 'leo', 'me')).toBe('/u/me');
    expect(noticeAddress('mention', 'leo', 'me', 'p1')).toBe('/p/p1');
    expect(noticeAddress('reaction', 'leo', 'me', 'p1')).toBe('/p/p1');
    expect(noticeAddress('comment', 'leo', 'me', 'p1')).toBe('/p/p1#comments');
    expect(noticeAddress('comment', 'leo', 'me', null)).toBe('/u/leo');
    expect(noticeAddress('follow', 'leo', 'me', 'p1')).toBe('/u/leo');
    expect(noticeAddress('mention', null, 'me')).toBe('/u/me');
  });

  it('may ask something', () => {
    expect(['follow', 'follow_request', 'tie_request', 'tie_made'].filter(asksSomething)).toEqual(['follow_request', 'tie_request']);
  });
});

describe('pages of a list that moved meanwhile', () => {
  it('show everybody once', () => {
    expect(joined([{ id: 1 }, { id: 2 }], [{ id: 2 }, { id: 3 }], ({ id }) => id).map(({ id }) => id)).toEqual([1, 2, 3]);
  });
});

describe('a moment', () => {
  const now = new Date(2026, 10, 28, 12).getTime();

  it('has its time today, its day this year, and its year in others', () => {
    expect(momentText('en', new Date(2026, 10, 28, 9, 5).getTime(), now)).toMatch(/^9:05.AM$/u);
    expect(momentText('en', new Date(2026, 10, 27, 9, 5).getTime(), now)).toMatch(/^Nov 27.*9:05.AM$/u);
    expect(momentText('en', new Date(2027, 10, 28, 12).getTime(), now)).toBe('Nov 28, 2027');
    expect(momentText('ko', new Date(2027, 10, 28, 12).getTime(), now)).toBe('2027년 11월 28일');
  });
});

describe('a Korean particle', () => {
  it.each([
    ['카카오', '카카오로'],
    ['개발용 로그인', '개발용 로그인으로'],
    ['구글', '구글로'],
    ['GitHub', 'GitHub로'],
  ])('after %s', (name, said) => {
    expect(byWayOf(name)).toBe(said);
  });

  it.each([
    ['귤', '“귤”이라고'],
    ['단짝 친구', '“단짝 친구”라고'],
    ['Leo', '“Leo”라고'],
  ])('after the nickname %s', (name, said) => {
    expect(saidAs(name)).toBe(said);
  });
});
