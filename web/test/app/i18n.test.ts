/** Both languages say everything, each in its own script. */
import { describe, expect, it } from 'vitest';
import { en } from '../../src/app/i18n/en';
import { ko } from '../../src/app/i18n/ko';
import { en as manageEn } from '../../src/pages/room/manage/words/en';
import { ko as manageKo } from '../../src/pages/room/manage/words/ko';
import { en as roomEn } from '../../src/pages/room/words/en';
import { ko as roomKo } from '../../src/pages/room/words/ko';
import { en as postsEn } from '../../src/app/posts/words/en';
import { ko as postsKo } from '../../src/app/posts/words/ko';
import { en as settingsEn } from '../../src/pages/settings/words/en';
import { ko as settingsKo } from '../../src/pages/settings/words/ko';
import { en as socialEn } from '../../src/app/social/words/en';
import { ko as socialKo } from '../../src/app/social/words/ko';
import { en as guestbookEn } from '../../src/app/guestbook/words/en';
import { ko as guestbookKo } from '../../src/app/guestbook/words/ko';
import { en as moderationEn } from '../../src/app/moderation/words/en';
import { ko as moderationKo } from '../../src/app/moderation/words/ko';
import { en as visitsEn } from '../../src/app/visits/words/en';
import { ko as visitsKo } from '../../src/app/visits/words/ko';
import { en as deskEn } from '../../src/pages/moderation/words/en';
import { ko as deskKo } from '../../src/pages/moderation/words/ko';
import { en as roomsEn } from '../../src/pages/rooms/words/en';
import { ko as roomsKo } from '../../src/pages/rooms/words/ko';
import { en as suspendedEn } from '../../src/pages/suspended/words/en';
import { ko as suspendedKo } from '../../src/pages/suspended/words/ko';
import { preferred, textOf } from '../../src/app/i18n/messages';

/** Every entry by its path; functions are called with stand-ins to become texts. */
function texts(value: unknown, path: string): [string, string][] {
  if (typeof value === 'function') {
    const stand = Array.from({ length: value.length }, (_, at) => at + 2);
    return [[path, String((value as (...args: number[]) => string)(...stand))]];
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, inner]) => texts(inner, `${path}.${key}`));
  }
  return [[path, String(value)]];
}

const leftEn = { rooms: roomsEn, visits: visitsEn, guestbook: guestbookEn, moderation: moderationEn, desk: deskEn, suspended: suspendedEn };
const leftKo = { rooms: roomsKo, visits: visitsKo, guestbook: guestbookKo, moderation: moderationKo, desk: deskKo, suspended: suspendedKo };
const allEn = { ...en, inRoom: roomEn, managing: manageEn, social: socialEn, settings: settingsEn, posts: postsEn, ...leftEn };
const english = texts(allEn, '');
const korean = texts({ ...ko, inRoom: roomKo, managing: manageKo, social: socialKo, settings: settingsKo, posts: postsKo, ...leftKo }, '');
/** Texts that are the same thing in every language. */
const wordless = new Set(['.edit.count']);

describe('the dictionaries', () => {
  it('have the same entries', () => {
    expect(korean.map(([path]) => path)).toEqual(english.map(([path]) => path));
  });

  it('leave nothing empty', () => {
    expect([...english, ...korean].filter(([, text]) => text.trim() === '')).toEqual([]);
  });

  it('are written in their own script', () => {
    expect(korean.filter(([path, text]) => !wordless.has(path) && !/[가-힣]/.test(text))).toEqual([]);
    expect(english.filter(([, text]) => /[가-힣]/.test(text))).toEqual([]);
  });

  it('use every stand-in that an entry takes', () => {
    const taking = [...english, ...korean].filter(([path]) => {
      const entry = path.split('.').slice(1).reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], allEn);
      return typeof entry === 'function' && entry.length > 0;
    });
    expect(taking.length).toBeGreaterThan(20);
    expect(taking.filter(([, text]) => !text.includes('2'))).toEqual([]);
  });
});

describe('plurals', () => {
  it('follow the number in English', () => {
    expect(en.common.people(1)).toBe('1 person');
    expect(en.common.people(3)).toBe('3 people');
  });
});

describe('the first language', () => {
  it.each([
    [['ko-KR', 'en'], 'ko'],
    [['fr', 'ko'], 'ko'],
    [['en-GB', 'ko'], 'en'],
    [['kok'], 'en'],
    [[], 'en'],
  ] as const)('of %j is %s', (languages, locale) => {
    expect(preferred(languages)).toBe(locale);
  });
});

describe('the text of a code', () => {
  it('is the code’s own where there is one', () => {
    expect(textOf(en.rejections, 'overlap')).toBe(en.rejections.overlap);
  });

  it('falls back for codes of newer servers and for names every object has', () => {
    expect(textOf(en.rejections, 'sold_out')).toBe(en.rejections.other);
    expect(textOf(en.rejections, 'constructor')).toBe(en.rejections.other);
  });
});
