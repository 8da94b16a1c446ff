/** Muted words are found as the server finds them: by the vectors its own tests read, and at the edges of this language. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { folded, mutedWordIn } from '../../src/app/moderation/mutedWords';

const now = 1_000;
const hides = (word: string, text: string, atMs = now, untilMs: number | null = null): boolean => mutedWordIn([{ word, folded: folded(word), untilMs }])(text, atMs) !== null;

/** What the server's own tests read: what is added there is tried here. */
const vectors = JSON.parse(readFileSync(new URL('../../../protocol/vectors/muted-words.json', import.meta.url), 'utf8')) as {
  readonly folded: readonly [text: string, folded: string][];
  readonly hidden: readonly [word: string, text: string, hidden: boolean][];
};

describe('a text', () => {
  it('is tried in all the cases of the server', () => expect(vectors.folded.length).toBeGreaterThan(10));
  it.each(vectors.folded)('%j is folded to %j', (text, wanted) => expect(folded(text)).toBe(wanted));
});

describe('a muted word', () => {
  it('is tried in all the cases of the server', () => expect(vectors.hidden.length).toBeGreaterThan(20));
  it.each(vectors.hidden)('%j in %j: %j', (word, text, hidden) => expect(hides(word, text)).toBe(hidden));

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
    const find = mutedWordIn([{ word: 'Spoiler', folded: 'spoiler', untilMs: null }, { word: '스포', folded: '스포', untilMs: null }]);
    expect(find('스포 SPOILER', now)).toBe('Spoiler');
    expect(find('스포', now)).toBe('스포');
    expect(find('조용해요', now)).toBeNull();
  });

  it('is compared as the server has folded it, whatever this browser would make of it', () => {
    const find = mutedWordIn([{ word: '여기서는 다른 말', folded: '스포', untilMs: null }]);
    expect(find('스포 주의', now)).toBe('여기서는 다른 말');
    expect(find('여기서는 다른 말', now)).toBeNull();
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
