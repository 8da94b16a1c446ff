// The confirmed document: one flush is applied whole or not at all.
import { describe, expect, test } from 'vitest';
import { applyAvatars, applyChanges, applyEvents, CHAT_LINES_KEPT, fromSnapshot } from '../src/document.ts';
import type { Op, Person, RoomEvent } from '../src/index.ts';
import { ROOM_INFO } from './fake-room.ts';
import { chair } from './harness.ts';

const avatar = (member: number, x = 0) => ({ member, x, y: 0, facing: 0, standing: 0 }) as const;
const person = (member: number): Person => ({
  member,
  id: `id-${member}`,
  kind: 'user',
  name: `name-${member}`,
  handle: null,
  look: [],
  role: 'visitor',
  away: false,
  avatar: avatar(member),
  idle: false,
  status: 'available',
  muted: false,
});
const theme = { wallpaper: 'plain', flooring: 'oak', light: 'day', seq: 0 };
const room = fromSnapshot({
  type: 'snapshot',
  epoch: 3,
  seq: 10,
  theme,
  items: [{ ...chair(1), seq: 4 }],
  chat: [],
  people: [person(1)],
  parts: 0,
  room: ROOM_INFO,
});
const changed = (seq: number, ops: Op[], member = 1): RoomEvent => ({
  type: 'changed',
  seq,
  member,
  session: 5,
  number: seq,
  atMs: seq * 1_000,
  ops,
});
const events = (flush: number, seq: number, list: RoomEvent[], epoch = 3) =>
  applyEvents(flush === 1 ? room : { ...room, flush: flush - 1 }, { type: 'events', epoch, flush, seq, events: list });

const turn: Op = { type: 'patch', id: 9, standpoint: null, rotation: 1, color: null, ifSeq: null };

describe('events', () => {
  test('change items, theme and chat under their seq', () => {
    const result = events(1, 12, [
      changed(11, [{ type: 'put', ...chair(2) }, { type: 'remove', id: 1, ifSeq: null }]),
      changed(12, [
        { type: 'setTheme', wallpaper: null, flooring: 'tiles', light: null },
        { type: 'say', text: 'hi' },
      ]),
    ]);
    expect(result).toMatchObject({
      ok: true,
      document: { seq: 12, flush: 1, theme: { wallpaper: 'plain', flooring: 'tiles', seq: 12 } },
      lines: [{ seq: 12, atMs: 12_000, authorId: 'id-1', authorName: 'name-1', text: 'hi' }],
    });
    expect(result.ok && [...result.document.items.keys()]).toEqual([2]);
    expect([...room.items.keys()]).toEqual([1]);
  });

  test('that the snapshot has already are passed over', () => {
    const result = events(1, 11, [
      changed(10, [{ type: 'remove', id: 1, ifSeq: null }]),
      changed(11, [{ type: 'put', ...chair(2) }]),
    ]);
    expect(result.ok && [...result.document.items.keys()]).toEqual([1, 2]);
    expect(result.ok && result.changes.map(({ before }) => before === null)).toEqual([true, false]);
  });

  test('keep what was not touched the same object', () => {
    const result = events(1, 11, [changed(11, [{ type: 'say', text: 'hi' }])]);
    expect(result.ok && result.document.items).toBe(room.items);
    expect(result.ok && result.document.people).toBe(room.people);
  });

  test('of people come, change and go', () => {
    const moved = { ...person(2), avatar: avatar(2, 9) };
    const result = events(1, 10, [
      { type: 'joined', person: person(2) },
      { type: 'updated', person: moved },
      { type: 'left', member: 1 },
      { type: 'left', member: 99 },
    ]);
    expect(result.ok && [...result.document.people]).toEqual([[2, moved]]);
    expect(result.ok && [...result.document.avatars]).toEqual([[2, moved.avatar]]);
  });

  test('a line of somebody unknown keeps an empty name', () => {
    const result = events(1, 11, [changed(11, [{ type: 'say', text: 'hi' }], 44)]);
    expect(result).toMatchObject({ lines: [{ authorName: '' }] });
  });

  test.each([
    ['another epoch', { epoch: 2 }, 'epoch'],
    ['a flush left out', { flush: 7 }, 'gap'],
    ['a flush repeated', { flush: 4 }, 'gap'],
    ['a seq left out', { events: [changed(12, [])], seq: 12 }, 'gap'],
    ['a seq left out at the end', { seq: 11 }, 'gap'],
    ['a patch of nothing', { seq: 11, events: [changed(11, [turn])] }, 'inconsistent'],
  ])('are refused whole: %s', (_, fields, why) => {
    const frame = { type: 'events', epoch: 3, flush: 5, seq: 10, events: [], ...fields } as const;
    expect(applyEvents({ ...room, flush: 4 }, frame)).toEqual({ ok: false, why });
  });
});

describe('changes', () => {
  const frame = {
    type: 'changes',
    epoch: 4,
    seq: 12,
    theme: null,
    items: [{ ...chair(2), seq: 12 }],
    removed: [{ id: 1, seq: 11 }, { id: 2, seq: 11 }],
    chat: [],
    people: [person(2)],
  } as const;

  test('bring items, removals and everyone present', () => {
    const result = applyChanges({ ...room, flush: 4 }, frame);
    expect(result.ok && [...result.document.items.keys()]).toEqual([2]);
    expect(result).toMatchObject({ document: { epoch: 4, seq: 12, flush: null, theme } });
    expect(result.ok && [...result.document.people.keys()]).toEqual([2]);
  });

  test('bring each chat line once', () => {
    const [tenth, eleventh] = [10, 11].map((seq) => ({ seq, atMs: 0, authorId: '', authorName: '', text: '' }));
    const before = { ...room, chat: [tenth!] };
    const result = applyChanges(before, { ...frame, chat: [tenth!, eleventh!] });
    expect(result.ok && result.document.chat.map(({ seq }) => seq)).toEqual([10, 11]);
    expect(result.ok && result.lines.map(({ seq }) => seq)).toEqual([11]);
  });

  test('do not lead back', () => {
    expect(applyChanges(room, { ...frame, epoch: 2 })).toEqual({ ok: false, why: 'epoch' });
    expect(applyChanges(room, { ...frame, seq: 9 })).toEqual({ ok: false, why: 'inconsistent' });
  });
});

test('avatars move those who are here', () => {
  const frame = { type: 'avatars', epoch: 3, avatars: [avatar(1, 5), avatar(9, 5)] } as const;
  const { document, moved } = applyAvatars(room, frame);
  expect(moved).toEqual([avatar(1, 5)]);
  expect([...document.avatars]).toEqual([[1, avatar(1, 5)]]);
});

test('chat is kept up to a bound', () => {
  const ops = Array.from({ length: 64 }, (_, index) => ({ type: 'say', text: `${index}` }) as const);
  let document = room;
  for (let flush = 1; flush <= 5; flush += 1) {
    const seq = document.seq + 1;
    const result = applyEvents(document, { type: 'events', epoch: 3, flush, seq, events: [changed(seq, ops)] });
    if (result.ok) document = result.document;
  }
  expect(document.chat).toHaveLength(CHAT_LINES_KEPT);
  expect(document.chat.at(-1)).toMatchObject({ seq: 15, text: '63' });
});
