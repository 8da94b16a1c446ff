/** Reports, decisions and appeals as they come in, and what may be done about them. */
import { describe, expect, it } from 'vitest';
import { ApiProblem } from '../../src/app/api';
import { raw } from '../../src/app/api/contract';
import { appealWithinMs, caseFile, decision, logLine, mutedWord, ownReport, staffDecision } from '../../src/app/api/moderation';
import { en as messages } from '../../src/app/i18n/en';
import { actionsFor, chatLineId, isAppealable, placeOf } from '../../src/app/moderation/ruling';
import { refusals } from '../../src/app/social/problems';
import { socialProblemText } from '../../src/app/social/socialProblemText';
import { en as social } from '../../src/app/social/words/en';
import { daysOf } from '../../src/pages/moderation/days';

const person = { id: 'u1', handle: 'nabi', display_name: '나비', look: [1], mood: '' };
const ruling = { id: 'd1', kind: 'post', subject: 'p1', action: 'hide', rule: 'abuse', until: null, decided_at: '2026-11-28T01:00:00Z', appeal: null };

describe('what services say of moderation', () => {
  it('muted words end, or do not', () => {
    expect(mutedWord(raw({ id: 'w1', word: 'Spo', folded: 'spo', until: null, muted_at: '2026-11-28T01:00:00Z' }))).toEqual({ id: 'w1', word: 'Spo', folded: 'spo', untilMs: null });
    expect(mutedWord(raw({ id: 'w1', word: 'Spo', folded: 'spo', until: '2026-11-29T01:00:00Z' })).untilMs).toBe(Date.UTC(2026, 10, 29, 1));
  });

  it('reports wait or were looked at', () => {
    const report = { id: 'x', kind: 'room', subject: 'r1', reason: 'spam', comment: '', reported_at: '2026-11-28T01:00:00Z', state: 'open' };
    expect(ownReport(raw(report))).toMatchObject({ kind: 'room', reason: 'spam', open: true });
    expect(ownReport(raw({ ...report, state: 'closed' })).open).toBe(false);
  });

  it('decisions carry the appeal against them', () => {
    expect(decision(raw(ruling))).toMatchObject({ action: 'hide', rule: 'abuse', untilMs: null, appeal: null });
    const appealed = { ...ruling, appeal: { text: '아니에요', state: 'upheld', appealed_at: '2026-11-28T02:00:00Z', decided_at: null } };
    expect(decision(raw(appealed)).appeal).toEqual({ text: '아니에요', state: 'upheld', appealedMs: Date.UTC(2026, 10, 28, 2) });
    expect(staffDecision(raw({ ...ruling, case_id: null, author_id: null, moderator_id: null, note: '두 번째' }))).toMatchObject({ caseId: null, note: '두 번째' });
  });

  it('a case has all there is to decide by', () => {
    const about = { id: 'c1', kind: 'post', subject: 'p1', author: person, text: '그때', state: 'open', held: true, reports: 2, opened_at: '2026-11-28T01:00:00Z', closed_at: null };
    const content = { text: '지금', pictures: ['a', 'b'], standing: 'held', written_at: '2026-11-28T00:00:00Z' };
    const report = { reporter: person, reason: 'hate', comment: '', reported_at: '2026-11-28T01:00:00Z' };
    const file = caseFile(raw({ case: about, content, reports: [report], decisions: [], past_decisions: [{ ...ruling, case_id: 'c0', note: '' }] }));
    expect(file.case).toMatchObject({ open: true, held: true, reports: 2, closedMs: null });
    expect(file.content).toEqual({ text: '지금', pictures: 2, standing: 'held', writtenMs: Date.UTC(2026, 10, 28) });
    expect(file.reports).toMatchObject([{ reason: 'hate', reporter: { handle: 'nabi' } }]);
    expect(file.past).toMatchObject([{ caseId: 'c0' }]);
    expect(caseFile(raw({ case: { ...about, author: null }, content: null, reports: [], decisions: [], past_decisions: [] }))).toMatchObject({ case: { author: null }, content: null });
  });

  it('the log names nobody', () => {
    expect(logLine(raw({ kind: 'comment', action: 'remove', rule: 'spam', date: '2026-11-28', appeal: null }))).toEqual({ kind: 'comment', action: 'remove', rule: 'spam', day: '2026-11-28', appeal: null });
  });
});

describe('an appeal', () => {
  const against = { action: 'warn', appeal: null, decidedMs: 0 };

  it('is against what takes something from one, once, and in time', () => {
    expect(isAppealable(against, appealWithinMs)).toBe(true);
    expect(isAppealable(against, appealWithinMs + 1)).toBe(false);
    expect(isAppealable({ ...against, action: 'dismiss' }, 1)).toBe(false);
    expect(isAppealable({ ...against, appeal: { text: 'x', state: 'open', appealedMs: 0 } }, 1)).toBe(false);
  });
});

describe('what may be decided', () => {
  it('depends on the thing, and on whether somebody stands behind it', () => {
    expect(actionsFor('post', true)).toEqual(['dismiss', 'show', 'hide', 'remove', 'warn', 'suspend']);
    expect(actionsFor('chat_line', false)).toEqual(['dismiss', 'show', 'hide', 'remove']);
    expect(actionsFor('user', true)).toEqual(['dismiss', 'warn', 'suspend']);
  });

  it.each([
    ['', null],
    [' 7 ', 7],
    ['366', 366],
    ['367', undefined],
    ['0', undefined],
    ['-1', undefined],
    ['1e2', undefined],
    ['soon', undefined],
  ])('of days typed as %j is %s', (typed, days) => {
    expect(daysOf(typed)).toBe(days);
  });
});

describe('a line said in a room', () => {
  const lines = [{ seq: 7 }, { seq: 8 }, { seq: 8 }, { seq: 8 }, { seq: 0, pending: true }];

  it('is named by its room, its seq and its number there', () => {
    expect(chatLineId('r1', lines, 0)).toBe('r1/7/0');
    expect(chatLineId('r1', lines, 1)).toBe('r1/8/0');
    expect(chatLineId('r1', lines, 3)).toBe('r1/8/2');
  });

  it('has no name while it is on its way', () => {
    expect(chatLineId('r1', lines, 4)).toBeNull();
    expect(chatLineId('r1', lines, 9)).toBeNull();
  });
});

describe('a thing', () => {
  it('is to be seen where it stands, if its name says where', () => {
    expect(placeOf('guestbook_entry', 'e1')).toBe('/guestbook/e1');
    expect(placeOf('post', 'p1')).toBe('/p/p1');
    expect(placeOf('asset', 'a1')).toBeNull();
  });
});

describe('a refusal', () => {
  it('has its words in both languages', () => {
    expect(Object.keys(refusals.ko)).toEqual(Object.keys(refusals.en));
    expect(Object.values(refusals.ko).filter((text) => !/[가-힣]/u.test(text))).toEqual([]);
  });

  it('is told by its own words, else by general ones', () => {
    const told = (code: string) => socialProblemText(messages, social, new ApiProblem(code, 409), refusals.en);
    expect(told('front_room')).toBe(refusals.en.front_room);
    expect(told('not_tied')).toBe(social.problems.not_tied);
    expect(told('constructor')).toBe(messages.problems.other);
  });
});
