/** Muted words are found as the server finds them: the cases are those of `src/domain/filter/muted_words.rs`. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { folded, mutedWordIn } from '../../src/app/moderation/mutedWords';

const now = 1_000;
const hides = (word: string, text: string, atMs = now, untilMs: number | null = null): boolean => mutedWordIn([{ word, untilMs }])(text, atMs) !== null;

/** The table of the server's own test, read from it: one that is changed there is tried here. */
function casesOfServer(): [word: string, text: string, hidden: boolean][] {
  const source = readFileSync(new URL('../../../src/domain/filter/muted_words.rs', import.meta.url), 'utf8');
  const test = source.slice(source.indexOf('fn korean_is_found_anywhere'), source.indexOf('fn words_end_in_time'));
  const plain = (rust: string): string => JSON.parse(`"${rust.replaceAll(/\\u\{([0-9A-Fa-f]+)\}/gu, (_, hex: string) => String.raw`\u${hex.padStart(4, '0')}`)}"`) as string;
  return Array.from(test.matchAll(/\("((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)", (true|false)\)/gu), ([, word = '', text = '', hidden]) => [plain(word), plain(text), hidden === 'true']);
}

describe('a muted word', () => {
  const cases = casesOfServer();
  it('is tried in all the cases of the server', () => expect(cases.length).toBeGreaterThanOrEqual(15));
  it.each(cases)('%j in %j: %j', (word, text, hidden) => expect(hides(word, text)).toBe(hidden));

  it.each([
    ['cat', 'a😀cat😀', true],
    ['cat', '𝒞at', true],
    ['cat', '𐐀cat', false],
    ['ΟΔΟΣ', 'οδος', true],
    ['cat', 'concat cat', true],
    ['aa', 'aaa aa', true],
    ['İ', 'i̇', true],
    ['스포', 'ㅅㅡㅍㅗ', true],
    ['a b', 'a\u{85}b', true],
    ['a.b', 'axb', false],
  ])('%j in %j: %j', (word, text, hidden) => expect(hides(word, text)).toBe(hidden));

  it('ends in time', () => {
    expect(hides('스포', '스포일러', 1_999, 2_000)).toBe(true);
    expect(hides('스포', '스포일러', 2_000, 2_000)).toBe(false);
    expect(hides('스포', '스포일러', Number.MAX_SAFE_INTEGER)).toBe(true);
  });

  it('is told as it was written, the first of them', () => {
    const find = mutedWordIn([{ word: 'Spoiler', untilMs: null }, { word: '스포', untilMs: null }]);
    expect(find('스포 SPOILER', now)).toBe('Spoiler');
    expect(find('스포', now)).toBe('스포');
    expect(find('조용해요', now)).toBeNull();
  });

  it('of nothing hides nothing', () => {
    expect(mutedWordIn([])('무엇이든', now)).toBeNull();
    expect(hides('\u{200B}', '무엇이든')).toBe(false);
  });

  it('is found in itself, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 50 }), (text) => {
        expect(hides(text, text)).toBe(folded(text) !== '');
      }),
    );
  });
});
