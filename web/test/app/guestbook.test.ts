/** Guestbook entries as they come in, and what may stand in one. */
import { describe, expect, it } from 'vitest';
import { raw } from '../../src/app/api/contract';
import { editWithinMs, entryCharsMax, guestbookEntry } from '../../src/app/api/guestbook';
import { fits, isEditable } from '../../src/app/guestbook/entryText';
import { isMasked } from '../../src/app/moderation/masked';
import { noticeAddress } from '../../src/app/social/noticeText';

const entry = {
  id: 'e1',
  room: 'r1',
  parent: null,
  author: { id: 'u1', handle: 'nabi', display_name: '나비', look: [1], mood: '' },
  text: '왔다 가요',
  secret: true,
  hidden: false,
  replies: 2,
  created_at: '2026-11-28T01:00:00Z',
  edited_at: null,
};

describe('an entry', () => {
  it('is read; without a standing it is simply shown', () => {
    expect(guestbookEntry(raw(entry))).toMatchObject({ id: 'e1', roomId: 'r1', parent: null, secret: true, hidden: false, standing: 'shown', replies: 2, editedMs: null });
    expect(guestbookEntry(raw({ ...entry, standing: 'held' })).standing).toBe('held');
    expect(guestbookEntry(raw({ ...entry, edited_at: '2026-11-28T02:00:00Z' })).editedMs).toBe(Date.UTC(2026, 10, 28, 2));
  });

  it('that does not say whether it is secret is none', () => {
    expect(() => guestbookEntry(raw({ ...entry, secret: undefined }))).toThrow('unexpected_secret');
  });

  it('may be changed for a day, unless it is taken away', () => {
    expect(isEditable({ writtenMs: 0, standing: 'held' }, editWithinMs - 1)).toBe(true);
    expect(isEditable({ writtenMs: 0, standing: 'shown' }, editWithinMs)).toBe(false);
    expect(isEditable({ writtenMs: 0, standing: 'removed' }, 1)).toBe(false);
  });
});

describe('what stands in an entry', () => {
  it('is something, not too much, in not too many lines', () => {
    expect(fits(' 안녕\n또 올게 ')).toBe(true);
    expect(fits(' \n ')).toBe(false);
    expect(fits('가'.repeat(entryCharsMax))).toBe(true);
    expect(fits('가'.repeat(entryCharsMax + 1))).toBe(false);
    expect(fits(Array.from({ length: 21 }, () => 'a').join('\n'))).toBe(false);
  });

  it('was covered where it came back otherwise, but for spaces and composition', () => {
    expect(isMasked(' 안녕 ', '안녕')).toBe(false);
    expect(isMasked('하늘'.normalize('NFD'), '하늘')).toBe(false);
    expect(isMasked('a\r\nb', 'a\nb')).toBe(false);
    expect(isMasked('나쁜 말', '** 말')).toBe(true);
  });
});

describe('a notice of a guestbook', () => {
  it('leads to the entry, or to one’s own book', () => {
    expect(noticeAddress('guestbook', 'nabi', 'me', 'e1')).toBe('/guestbook/e1');
    expect(noticeAddress('guestbook', 'nabi', 'me')).toBe('/u/me?show=guestbook');
    expect(noticeAddress('decision', null, 'me', 'd1')).toBe('/settings/decisions');
  });
});
