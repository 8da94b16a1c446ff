// The wire: exact bytes, tolerance for what newer peers add, refusal of everything else.
import { encode } from '@msgpack/msgpack';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DecodeError, decodeClient, decodeServer, encodeClient, encodeServer } from '../src/index.ts';
import type { ClientFrame, Op, ServerFrame } from '../src/index.ts';
import { LIMITS, ROOM_INFO } from './fake-room.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytes = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

const avatar = { member: 7, x: 0, y: 1000, facing: 3, standing: 2 } as const;
const person = {
  member: 7,
  id: 'p',
  kind: 'guest',
  name: '하늘',
  handle: null,
  look: [0, 1, 2, 3, 4, 255],
  role: 'owner',
  away: true,
  avatar,
  idle: true,
  status: 'busy',
  muted: true,
} as const;
const theme = { wallpaper: 'plain', flooring: 'oak', light: 'night', seq: 2 } as const;
const item = { id: 2 ** 53 - 1, kind: 'chair', place: 2, x: 3, y: 4, rotation: 1, color: '', seq: 9 } as const;
const line = { seq: 3, atMs: 1_700_000_000_000, authorId: 'p', authorName: '하늘', text: '안녕' } as const;

const everyOp: Op[] = [
  { type: 'put', id: 1, kind: 'chair', place: 0, x: 0, y: 20, rotation: 3, color: 'mint' },
  { type: 'patch', id: 1, standpoint: { place: 1, x: 2, y: 3 }, rotation: null, color: '', ifSeq: 4 },
  { type: 'remove', id: 1, ifSeq: null },
  { type: 'setTheme', wallpaper: 'dots', flooring: null, light: 'day' },
  { type: 'say', text: 'hello' },
  { type: 'duplicate', copies: [{ from: 1, to: 2 }], dx: -1, dy: 2 },
  { type: 'kick', person: 'p' },
  { type: 'ban', person: 'p' },
  { type: 'unban', person: 'p' },
  { type: 'mute', person: 'p', minutes: null },
  { type: 'unmute', person: 'p' },
  { type: 'setRole', person: 'p', role: 'editor' },
  { type: 'setPolicy', name: 'n', visibility: 'private', guestsAllowed: false, locked: true, peopleMax: null },
  { type: 'saveLayout', name: 'n' },
  { type: 'restoreLayout', name: 'n' },
  { type: 'removeLayout', name: 'n' },
];

const preview = { item: 1, standpoint: { place: 0, x: 4, y: 5 }, rotation: 3 } as const;
const ref = { id: 'p', name: '하늘' };

const everyClientFrame: ClientFrame[] = [
  { type: 'join', ticket: 't', avatar },
  { type: 'resume', token: 't', have: { epoch: 1, seq: 2 }, avatar: null },
  { type: 'ops', number: 1, baseSeq: 0, resend: true, ops: everyOp },
  { type: 'move', x: 1, y: 2, facing: 0, standing: 1 },
  { type: 'ping', nonce: 1 },
  { type: 'pong', nonce: 1 },
  { type: 'leave' },
  { type: 'typing', active: true },
  { type: 'drag', preview },
  { type: 'drag', preview: null },
  { type: 'setStatus', status: 'busy' },
  { type: 'refresh' },
  { type: 'read', topic: 'access' },
];

const everyServerFrame: ServerFrame[] = [
  {
    type: 'welcome',
    epoch: 2,
    session: 3,
    member: 7,
    resumeToken: 't',
    role: 'editor',
    room: ROOM_INFO,
    limits: LIMITS,
    lastNumber: 0,
    resumed: false,
  },
  { type: 'snapshot', epoch: 2, seq: 9, theme, items: [item], chat: [line], people: [person], parts: 1, room: ROOM_INFO },
  { type: 'part', epoch: 2, seq: 9, part: 1, items: [item], chat: [line], people: [person] },
  { type: 'changes', epoch: 2, seq: 9, theme: null, items: [item], removed: [{ id: 4, seq: 8 }], chat: [], people: [] },
  {
    type: 'events',
    epoch: 2,
    flush: 1,
    seq: 10,
    events: [
      { type: 'changed', seq: 10, member: 7, session: 3, number: 1, atMs: 5, ops: everyOp },
      { type: 'joined', person },
      { type: 'updated', person },
      { type: 'left', member: 7 },
      { type: 'roomChanged', room: ROOM_INFO },
    ],
  },
  { type: 'avatars', epoch: 2, avatars: [avatar] },
  { type: 'acks', epoch: 2, acks: [{ number: 1, outcome: 'rejected', seq: 0, reason: 'overlap' }] },
  { type: 'ping', nonce: 2 ** 32 - 1 },
  { type: 'pong', nonce: 0 },
  { type: 'error', code: 'gap', message: 'm', retryAfterMs: null, number: 4, limit: 'live.unacked' },
  { type: 'goAway', reconnectAfterMs: 500 },
  { type: 'signals', epoch: 2, typing: [{ member: 7, active: true }], drags: [{ member: 7, preview }] },
  {
    type: 'history',
    epoch: 2,
    edits: [{ seq: 9, atMs: 5, author: ref, parts: [{ action: 'restoreLayout', subject: 'n', count: 3 }] }],
  },
  { type: 'layouts', epoch: 2, layouts: [{ name: 'n', savedAtMs: 5, items: 3 }] },
  {
    type: 'access',
    epoch: 2,
    editors: [ref],
    bans: [{ person: ref, atMs: 5 }],
    mutes: [{ person: ref, untilMs: null }],
  },
];

describe('exact bytes', () => {
  test('of a move', () => {
    const frame = { type: 'move', x: 500, y: 7, facing: 1, standing: 1 } as const;
    expect(hex(encodeClient(frame))).toBe('9504cd01f4070101');
    expect(decodeClient(bytes('95 04 cd01f4 07 01 01'))).toEqual(frame);
  });

  test('of a resume with nil for what is not there', () => {
    expect(hex(encodeClient({ type: 'resume', token: 't', have: null, avatar: null }))).toBe('9402a174c0c0');
    const resume = { type: 'resume', token: 't', have: { epoch: 1, seq: 2 ** 32 }, avatar: null } as const;
    expect(hex(encodeClient(resume))).toBe('9402a1749201cf0000000100000000c0');
  });

  test('of leaving', () => {
    expect(hex(encodeClient({ type: 'leave' }))).toBe('9107');
  });
});

test.each(everyServerFrame.map((frame) => [frame.type, frame] as const))('%s goes there and back', (_, frame) => {
  expect(decodeServer(encodeServer(frame))).toEqual(frame);
});

test.each(everyClientFrame.map((frame) => [frame.type, frame] as const))('%s goes there and back', (_, frame) => {
  expect(decodeClient(encodeClient(frame))).toEqual(frame);
});

describe('what newer peers add', () => {
  test('trailing fields of frames and of what is inside them are ignored', () => {
    const ack = [1, 0, 5, null, { more: true }];
    const frame = decodeServer(encode([69, 2, [ack], 'more', [1, [2]]]));
    expect(frame).toEqual({ type: 'acks', epoch: 2, acks: [{ number: 1, outcome: 'applied', seq: 5, reason: null }] });
  });

  test('unknown frames, events and operations are values, not errors', () => {
    expect(decodeServer(encode([99, 'x']))).toEqual({ type: 'unknown', kind: 99 });
    const frame = decodeServer(encode([67, 1, 1, 1, [[9, 1], [1, 1, 2, 3, 4, 5, [[77, 'x']]]]]));
    expect(frame).toMatchObject({
      events: [{ type: 'unknown', kind: 9 }, { type: 'changed', ops: [{ type: 'unknown', kind: 77 }] }],
    });
  });
});

describe('what is refused', () => {
  test.each([
    ['nothing', ''],
    ['no array', 'c3'],
    ['an empty array', '90'],
    ['a kind that is a string', '91 a146'],
    ['a missing field', '91 46'],
    ['a negative nonce', '92 46 ff'],
    ['a nonce beyond 32 bits', '92 46 cf0000000100000000'],
    ['an integer beyond 2^53', '93 44 cf0020000000000000 90'],
    ['a fraction', '92 46 cb3ff8000000000000'],
    ['a string for a list', '93 44 01 a178'],
    ['nil for a field that needs a value', '93 45 c0 90'],
    ['an outcome that is none', '93 45 01 91 94 01 04 05 c0'],
    ['an outcome that is a word', '93 45 01 91 94 01 a6 6c656e677468 05 c0'],
    ['bytes after the frame', '92 46 01 01'],
    ['a frame that is cut off', '93 45 01'],
    ['an array longer than the frame', '93 44 01 dd7fffffff'],
    ['a string longer than the frame', '92 46 dbffffffff'],
    ['arrays without end', `91${'91'.repeat(40)}`],
    ['arrays nested too deep, even where they would be ignored', `92 63 ${'91'.repeat(20)} 01`],
  ])('%s', (_, text) => {
    expect(() => decodeServer(bytes(text))).toThrow(DecodeError);
  });

  test('nested length bombs before anything is allocated', () => {
    const bomb = new Uint8Array(600_000).map((_, index) => [0xdc, 0xff, 0xff][index % 3]!);
    expect(() => decodeServer(bomb)).toThrow(DecodeError);
  });

  test('any bytes at all give a frame or a DecodeError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (input) => {
        try {
          decodeServer(input);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('so do real frames with bytes flipped and cut', () => {
    const frames = everyServerFrame.map(encodeServer);
    const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...frames), flips, fc.nat(), (frame, changes, cut) => {
        const broken = frame.slice(0, 1 + (cut % frame.length));
        for (const [at, bits] of changes) broken[at % broken.length]! ^= bits;
        try {
          decodeServer(broken);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
