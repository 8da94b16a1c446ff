/** Whoever says a line hears that words in it were masked, on that line and on no other. */
import type { Op } from 'maru-client';
import { describe, expect, it } from 'vitest';
import { isMaskedLine, maskedOf } from '../../src/pages/room/maskedLines';

const say = (text: string): Op => ({ type: 'say', text });
const line = (seq: number, authorId: string, text: string) => ({ seq, authorId, text });

describe('the lines of a batch', () => {
  const chat = [line(6, 'me', '먼저'), line(7, 'me', '야 ＊＊ 진짜'), line(7, 'me', '안녕'), line(7, 'other', '＊＊')];

  it('that came back otherwise are masked', () => {
    expect(maskedOf([say('야 시발 진짜'), say('안녕')], 7, { seq: 7, chat }, 'me')).toEqual(['7/0']);
  });

  it('that came back as they were said are not, in whatever spaces and composition', () => {
    expect(maskedOf([say(' 먼저'.normalize('NFD'))], 6, { seq: 9, chat }, 'me')).toEqual([]);
  });

  it('are waited for until the room is where they took effect', () => {
    expect(maskedOf([say('시발')], 8, { seq: 7, chat }, 'me')).toBeNull();
    expect(maskedOf([{ type: 'remove', id: 1, ifSeq: null }], 8, { seq: 7, chat }, 'me')).toEqual([]);
  });

  it('that are gone from the log again are left alone', () => {
    expect(maskedOf([say('시발')], 5, { seq: 7, chat }, 'me')).toEqual([]);
  });
});

describe('a line in the log', () => {
  const lines = [line(6, 'me', ''), line(7, 'me', ''), line(7, 'other', ''), line(7, 'me', ''), line(8, 'me', '')];
  const at = (masked: readonly string[]) => lines.map((_, index) => isMaskedLine(new Set(masked), lines, index));

  it('is known by its seq and its number among those of its author there', () => {
    expect(at(['7/1'])).toEqual([false, false, false, true, false]);
    expect(at(['8/0', '7/0'])).toEqual([false, true, true, false, true]);
    expect(at([])).toEqual([false, false, false, false, false]);
    expect(isMaskedLine(new Set(['7/0']), lines, 9)).toBe(false);
  });
});
