/** Running a room: rules as edited, history in words, limits and refusals as they are told. */
import type { Edit, Outcome, Person, RoomInfo } from 'maru-client';
import { describe, expect, it } from 'vitest';
import { en } from '../../src/app/i18n/en';
import { blockOf } from '../../src/pages/room/connectionState';
import { typingText } from '../../src/pages/room/chat/typingText';
import { isDecision } from '../../src/pages/room/decisions';
import { heldBack, queuedChatMs, secondsOf } from '../../src/pages/room/heldBack';
import { faultOf } from '../../src/pages/room/manage/fault';
import { historyText, thingsInEnglish } from '../../src/pages/room/manage/historyText';
import { mayPutOut, nameFits, patchOf, shownRules } from '../../src/pages/room/manage/policy';
import { en as manage } from '../../src/pages/room/manage/words/en';
import { newsOf } from '../../src/pages/room/news';
import { presentPeople } from '../../src/pages/room/panels/present';
import { en as words } from '../../src/pages/room/words/en';
import { catalogueItems } from '../../src/world/catalogue';

const info: RoomInfo = { id: 'r', name: 'Nest', ownerId: 'u', visibility: 'public', guestsAllowed: true, locked: false, peopleMax: 20 };

describe('the rules as the owner edits them', () => {
  it('are what is in force under what was touched, also when that changes meanwhile', () => {
    expect(shownRules({ ...info, locked: true }, { name: 'Cave' })).toEqual({ name: 'Cave', visibility: 'public', guestsAllowed: true, locked: true, peopleMax: 20 });
  });

  it('are sent only where they differ, the name tidied', () => {
    expect(patchOf(info, { name: '  Cave ', locked: false, peopleMax: 20 })).toEqual({ name: 'Cave' });
    expect(patchOf(info, { name: ' Nest', visibility: 'public' })).toBeNull();
    expect(patchOf(info, {})).toBeNull();
  });

  it('take names of 1 to 40 characters, counted as people count them', () => {
    expect([nameFits('집'), nameFits('🏠'.repeat(40)), nameFits(' '), nameFits('x'.repeat(41)), nameFits('a\u0007b')]).toEqual([true, true, false, false, false]);
  });

  it('may put people out when the door becomes narrower', () => {
    expect(mayPutOut(info, { visibility: 'followers' })).toBe(true);
    expect(mayPutOut(info, { guestsAllowed: false })).toBe(true);
    expect(mayPutOut({ ...info, visibility: 'private' }, { visibility: 'followers' })).toBe(false);
    expect(mayPutOut(info, { locked: true })).toBe(false);
    expect(mayPutOut(info, null)).toBe(false);
  });
});

describe('news of the room', () => {
  it('name each thing that changed, and nothing that did not', () => {
    expect(newsOf(words.changed, info, info)).toEqual([]);
    expect(newsOf(words.changed, info, { ...info, name: 'Cave', locked: true })).toEqual([words.changed.name('Cave'), words.changed.locked]);
  });

  it('leave guests out where only followers come in anyway', () => {
    expect(newsOf(words.changed, info, { ...info, visibility: 'followers', guestsAllowed: false })).toEqual([words.changed.followers]);
  });
});

describe('history in words', () => {
  const edit = (...parts: Edit['parts']): Pick<Edit, 'author' | 'parts'> => ({ author: { id: 'u', name: '하늘' }, parts });
  const put = (subject: string, count: number) => ({ action: 'put' as const, subject, count });

  it.each([
    ['ko', edit(put('sofa', 2)), '하늘 님이 소파 2개를 놓았어요'],
    ['ko', edit(put('sofa', 1)), '하늘 님이 소파를 놓았어요'],
    ['ko', edit(put('bookshelf', 1)), '하늘 님이 책장을 놓았어요'],
    ['ko', edit(put('cat', 3)), '하늘 님이 고양이 3마리를 놓았어요'],
    ['ko', edit(put('retro_tv', 1)), '하늘 님이 레트로 TV을(를) 놓았어요'],
    ['ko', edit(put('sofa', 1), { action: 'remove', subject: 'desk', count: 1 }), '하늘 님이 소파를 놓고, 책상을 치웠어요'],
    ['ko', edit({ action: 'restoreLayout', subject: '봄', count: 4 }), '하늘 님이 “봄” 배치를 불러왔어요'],
    ['en', edit(put('sofa', 2)), '하늘 put 2 sofas'],
    ['en', edit({ action: 'patch', subject: 'armchair', count: 1 }), '하늘 moved or changed an armchair'],
    ['en', edit(put('sofa', 1), put('puppy', 2), { action: 'setTheme', subject: '', count: 0 }), '하늘 put a sofa, put 2 puppies and changed the walls, floor or light'],
    ['en', edit(), '하늘 changed the room'],
  ] as const)('in %s: %j', (locale, made, text) => {
    expect(historyText(locale, made)).toBe(text);
  });

  it('counts in English', () => {
    const many = (kind: string) => thingsInEnglish(kind, 2);
    expect(['bookshelf', 'bench', 'gift', 'books', 'candle', 'string_lights', 'unheard_of'].map(many)).toEqual([
      '2 bookshelves',
      '2 benches',
      '2 gift boxes',
      '2 stacks of books',
      'candles (2)',
      'string lights (2)',
      '2 unheard_ofs',
    ]);
  });

  it('has words for every kind in both languages', () => {
    for (const { kind } of catalogueItems) {
      expect(historyText('en', edit(put(kind, 2)))).toMatch(/2/u);
      expect(historyText('ko', edit(put(kind, 1)))).toMatch(/(?:을|를|을\(를\)) 놓았어요$/u);
    }
  });
});

describe('what is held back', () => {
  const refusal = { code: 'rate_limited', limit: 'live.connection_chat', number: 3 };

  it('is told of chat and edits, not of what only its newest value counts of', () => {
    expect(heldBack(refusal)).toBe('chat');
    expect(heldBack({ ...refusal, limit: 'live.user_chat' })).toBe('chat');
    expect(heldBack({ ...refusal, limit: 'live.user_ops' })).toBe('edits');
    expect(heldBack({ ...refusal, limit: 'live.connection_signal', number: null })).toBeNull();
    expect(heldBack({ code: 'unavailable', limit: null, number: 4 })).toBe('busy');
    expect(heldBack({ code: 'gap', limit: null, number: 4 })).toBeNull();
  });

  it('is also what waits for its turn here, as long as that takes', () => {
    expect([0, 2, 3, 8].map((lines) => queuedChatMs(lines, 2))).toEqual([0, 0, 1500, 4000]);
  });

  it('is counted in whole seconds, never none', () => {
    expect([0, 1, 1000, 1001, 2900].map(secondsOf)).toEqual([1, 1, 1, 2, 3]);
    expect(words.limits.chat(1)).toContain('1 second.');
  });
});

describe('a decision', () => {
  const fault = (outcome: Outcome) => faultOf(en.rejections, manage.faults, outcome);

  it('stands, or says why not', () => {
    expect(fault({ status: 'applied', seq: 3 })).toBeNull();
    expect(fault({ status: 'rejected', reason: 'list_full' })).toBe(en.rejections.list_full);
    expect(fault({ status: 'rejected', reason: 'of_another_year' })).toBe(en.rejections.other);
    expect(fault({ status: 'unproven' })).toBe(manage.faults.unproven);
    expect(fault({ status: 'unsent' })).toBe(manage.faults.unsent);
  });

  it('is told apart from edits', () => {
    expect(isDecision([{ type: 'kick', person: 'u' }])).toBe(true);
    expect(isDecision([{ type: 'say', text: 'hi' }])).toBe(false);
  });
});

describe('who is kept out', () => {
  it.each([
    ['kicked', 'closed', 'kicked'],
    ['banned', 'closed', 'banned'],
    ['room_locked', 'connecting', 'locked'],
    ['room_full', 'connecting', 'full'],
    ['replaced', 'closed', 'replaced'],
    ['too_many_sessions', 'connecting', 'crowded'],
    ['login_ended', 'closed', 'sign_in'],
    ['protocol', 'closed', 'broken'],
    ['restart', 'reconnecting', null],
  ] as const)('%s while %s: %s', (reason, name, block) => {
    expect(blockOf({ name, reason, comesBack: name !== 'closed', retryInMs: null })).toBe(block);
  });
});

describe('who is here', () => {
  const person = (member: number, more: Partial<Person>): Person => ({
    member, id: `u${member}`, kind: 'user', name: `P${member}`, handle: null, look: [], role: 'visitor', away: false, idle: false, status: 'available', muted: false,
    avatar: { member, x: 0, y: 0, facing: 0, standing: 0 }, ...more,
  });

  it('is listed by role, then in the order of coming', () => {
    const listed = presentPeople([person(4, {}), person(2, { kind: 'guest' }), person(9, { role: 'owner' }), person(3, { role: 'editor', status: 'busy' })]);
    expect(listed.map(({ member }) => member)).toEqual([9, 3, 2, 4]);
    expect(listed.map(({ busy, guest }) => [busy, guest])).toEqual([[false, false], [true, false], [false, true], [false, false]]);
  });

  it('writes by name, or by number when many do', () => {
    expect(['', 'Ada', 'Ada,Leo', 'Ada,Leo,Mina'].map((names) => typingText(words.typing, names.split(',').filter(Boolean)))).toEqual(['', 'Ada is writing…', 'Ada and Leo are writing…', '3 people are writing…']);
  });
});
