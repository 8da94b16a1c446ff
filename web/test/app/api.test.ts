/** Answers of the server are read with suspicion. */
import { describe, expect, it } from 'vitest';
import { raw } from '../../src/app/api/contract';
import { ApiProblem, problemFrom } from '../../src/app/api/problem';
import { room, roomCard, user } from '../../src/app/api/shapes';
import { en } from '../../src/app/i18n/en';
import { ko } from '../../src/app/i18n/ko';
import { problemText } from '../../src/app/problemText';

const owner = { id: 'u1', handle: 'haneul', display_name: '하늘', look: [1, 0, 1, 0, 0, 0], mood: '귤' };
const card = {
  id: 'r1',
  name: '하늘이의 미니룸',
  theme: { wallpaper: 'mint_heart', flooring: 'oak', light: 'night' },
  people_now: 2,
  items: [{ id: 7, kind: 'sofa', place: 0, x: 4, y: 5, rotation: 1, color: '' }],
  owner,
};

describe('a room card', () => {
  it('is read field by field', () => {
    expect(roomCard(raw(card))).toMatchObject({ name: '하늘이의 미니룸', peopleNow: 2, theme: { light: 'night' }, owner: { displayName: '하늘' } });
  });

  it.each(['id', 'name', 'theme', 'items', 'owner'])('is refused without %s', (field) => {
    expect(() => roomCard(raw({ ...card, [field]: undefined }))).toThrow(ApiProblem);
  });

  it('is refused with an item of another shape', () => {
    expect(() => roomCard(raw({ ...card, items: [{ ...card.items[0], x: '4' }] }))).toThrow(ApiProblem);
  });

  it('has the least rights unless it says otherwise', () => {
    expect(room(raw({ ...card, role: 'emperor' })).role).toBe('visitor');
    expect(room(raw({ ...card, role: 'owner' })).role).toBe('owner');
  });
});

describe('a user', () => {
  it('needs a front room', () => {
    expect(user(raw({ ...owner, front_room_id: 'r1' })).frontRoomId).toBe('r1');
    expect(() => user(raw(owner))).toThrow(ApiProblem);
  });
});

describe('a refusal', () => {
  it('keeps the code and the wait', () => {
    expect(problemFrom(429, { code: 'rate_limited', retry_after_ms: 1500 })).toMatchObject({ code: 'rate_limited', status: 429, retryAfterMs: 1500 });
  });

  it('of a proxy says in its header how long to wait', () => {
    expect(problemFrom(503, null, '120').retryAfterMs).toBe(120_000);
    expect(problemFrom(429, { code: 'rate_limited', retry_after_ms: 1500 }, '120').retryAfterMs).toBe(1500);
    for (const odd of [null, '', '-1', '1e9', 'Sat, 28 Nov 2026 10:00:00 GMT']) {
      expect(problemFrom(503, null, odd).retryAfterMs).toBeNull();
    }
  });

  it.each([
    [0, 'a second', '1초'],
    [1_001, '2 seconds', '2초'],
    [99_000, '99 seconds', '99초'],
    [100_000, '2 minutes', '2분'],
    [5_999_000, '100 minutes', '100분'],
    [6_000_000, '2 hours', '2시간'],
    [86_400_000, '24 hours', '24시간'],
  ])('for going too fast says when to try again: %i ms', (ms, english, korean) => {
    const error = new ApiProblem('rate_limited', 429, ms);
    expect(problemText(en, error)).toContain(english);
    expect(problemText(ko, error)).toContain(korean);
    expect(problemText(en, new ApiProblem('rate_limited', 429))).toBe(en.problems.rate_limited);
  });

  it('of another shape gets a code by its status', () => {
    expect(problemFrom(503, '<html>').code).toBe('unavailable');
    expect(problemFrom(400, { code: '<script>' }).code).toBe('other');
    expect(problemFrom(429, null).code).toBe('rate_limited');
  });
});
