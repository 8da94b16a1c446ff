/** What goes out to the server about people and accounts, and how its answers are read. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { changeProfile, changeSettings, fetchOwnProfile, makeToken, settings } from '../../src/app/api/account';
import { raw } from '../../src/app/api/contract';
import { fetchNotices, markRead } from '../../src/app/api/notices';
import { fetchFollowers, fetchProfile, mute, relation, searchPeople, take } from '../../src/app/api/people';
import { ApiProblem } from '../../src/app/api/problem';
import { uuid } from '../../src/app/api/uuid';

interface Sent {
  readonly path: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

/** Answers one after another; what was asked. */
function scripted(...answers: (readonly [status: number, body: unknown, etag?: string])[]): Sent[] {
  const sent: Sent[] = [];
  const queue = [...answers];
  vi.stubGlobal('fetch', (path: string, { method = 'GET', headers, body }: RequestInit) => {
    sent.push({ path, method, headers: headers as Record<string, string>, body: typeof body === 'string' ? JSON.parse(body) : null });
    const [status, answer, etag] = queue.shift() ?? [500, null];
    return Promise.resolve(new Response(status === 204 ? null : JSON.stringify(answer), { status, headers: etag ? { etag } : {} }));
  });
  return sent;
}

afterEach(() => vi.unstubAllGlobals());

const person = { id: 'u1', handle: 'haneul', display_name: '하늘', look: [1, 0, 1, 0, 0, 0], mood: '' };
const user = { ...person, bio: '', front_room_id: 'r1', links: [{ label: 'a', url: 'https://a.example/' }], role: 'user', handle_change_at: '2026-12-01T00:00:00Z' };
const nothing = { following: false, requested: false, requested_by: false, followed_by: false, muting: null, blocking: false, tie: null, tie_asked: false, tie_asked_by: false };
const chosen = {
  account_private: true,
  room_default_visibility: 'followers',
  show_presence: 'ties',
  show_visits: 'everyone',
  language: 'en',
  motion: 'reduced',
  notifications: { follow: true, request: true, tie: false, guestbook: true, comment: true, reaction: true, mention: true },
};

describe('changing one’s profile', () => {
  it('says from which version, and sends only what changed', async () => {
    const sent = scripted([200, { user }, '"7"'], [200, { user: { ...user, mood: '귤' } }, '"8"']);
    const { value, etag } = await fetchOwnProfile();
    expect([etag, value.handleChangeMs, value.links]).toEqual(['"7"', Date.UTC(2026, 11, 1), user.links]);
    const changed = await changeProfile({ mood: '귤' }, etag);
    expect(sent[1]).toMatchObject({ path: '/v1/me', method: 'PATCH', headers: { 'if-match': '"7"' }, body: { mood: '귤' } });
    expect(Object.keys(sent[1]?.body as object)).toEqual(['mood']);
    expect([changed.etag, changed.value.mood]).toEqual(['"8"', '귤']);
  });

  it('is refused when it was changed elsewhere', async () => {
    scripted([412, { code: 'precondition_failed', status: 412 }]);
    await expect(changeProfile({ mood: '귤' }, '"7"')).rejects.toMatchObject({ code: 'precondition_failed', status: 412 });
  });
});

describe('somebody’s profile', () => {
  const counts = { followers: 31, following: 2, ties: 1 };
  const presence = { room_id: 'r2', room_name: '귤밭', since_at: '2026-11-28T00:00:00Z' };

  it('has its numbers, and the room they are in', async () => {
    const sent = scripted([200, { user: { ...user, counts, presence } }]);
    expect(await fetchProfile('haneul')).toMatchObject({ handle: 'haneul', counts, presence: { roomId: 'r2', roomName: '귤밭' } });
    expect(sent[0]?.path).toBe('/v1/users/haneul');
  });

  it('may tell neither', async () => {
    scripted([200, { user: { ...user, counts: null, presence: null } }]);
    expect(await fetchProfile('haneul')).toMatchObject({ counts: null, presence: null });
  });

  it.each([
    ['a number', { counts: { ...counts, ties: 'many' }, presence }],
    ['a room', { counts, presence: { ...presence, room_name: undefined } }],
  ])('is not understood where %s is missing', async (_, odd) => {
    scripted([200, { user: { ...user, ...odd } }]);
    await expect(fetchProfile('haneul')).rejects.toThrow(ApiProblem);
  });
});

describe('settings', () => {
  it('are read field by field, and what is unknown counts as the least shown', () => {
    expect(settings(raw(chosen))).toMatchObject({ accountPrivate: true, roomDefault: 'followers', showPresence: 'ties', motion: 'reduced', notifications: { tie: false, follow: true } });
    expect(settings(raw({ ...chosen, show_presence: 'robots' })).showPresence).toBe('nobody');
    expect(() => settings(raw({ ...chosen, account_private: 'yes' }))).toThrow(ApiProblem);
  });

  it('go out under their names on the wire', async () => {
    const sent = scripted([200, { settings: chosen }, '"2"']);
    await changeSettings({ roomDefault: 'private', notifications: { reaction: false } }, '"1"');
    expect(sent[0]?.body).toEqual({ room_default_visibility: 'private', notifications: { reaction: false } });
  });
});

describe('a post', () => {
  it('has a name of its own each time', async () => {
    const sent = scripted([200, { count: 0 }], [200, { count: 0 }]);
    await markRead(7);
    await markRead(7);
    const [first, second] = sent.map(({ headers }) => headers['idempotency-key']);
    expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(second).not.toBe(first);
    expect(sent[0]?.body).toEqual({ up_to: 7 });
  });

  it('sent again under its name is the same token', async () => {
    const token = { id: 't', name: 'bot', scopes: ['read'], created_at: '2026-11-27T00:00:00Z', used_at: null, expires_at: null };
    const sent = scripted([201, { token, secret: 'maru_pat_x' }], [201, { token, secret: 'maru_pat_x' }]);
    const wish = { name: 'bot', scopes: ['read'], expiresMs: null } as const;
    const once = uuid();
    expect((await makeToken(wish, once)).secret).toBe('maru_pat_x');
    await makeToken(wish, once);
    expect(sent.map(({ headers }) => headers['idempotency-key'])).toEqual([once, once]);
    expect(sent[0]?.body).toEqual({ name: 'bot', scopes: ['read'] });
  });

  it('alone has a name', async () => {
    const sent = scripted([200, { relation: nothing }]);
    await mute('leo', Date.UTC(2026, 11, 1));
    expect(sent[0]).toMatchObject({ method: 'PUT', body: { until: '2026-12-01T00:00:00.000Z' } });
    expect(sent[0]?.headers).not.toHaveProperty('idempotency-key');
  });
});

describe('what somebody is to me', () => {
  it('is read with its tie and mute', () => {
    const tie = { nickname_mine: '밍', nickname_theirs: '귤', since_at: '2026-11-01T00:00:00Z' };
    expect(relation(raw({ ...nothing, tie, muting: { until: null } }))).toMatchObject({ tie: { nicknameMine: '밍', nicknameTheirs: '귤' }, muting: { untilMs: null } });
    expect(relation(raw(nothing))).toMatchObject({ tie: null, muting: null });
    expect(() => relation(raw({ ...nothing, blocking: undefined }))).toThrow(ApiProblem);
  });

  it('is asked for after something was taken back', async () => {
    const sent = scripted([204, null], [200, { relation: nothing }]);
    expect((await take('leo', 'follow')).following).toBe(false);
    expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual(['DELETE /v1/users/leo/follow', 'GET /v1/users/leo/relation']);
  });
});

describe('a page of a list', () => {
  it('has its entries, its count and the way on', async () => {
    const sent = scripted([200, { followers: [{ ...person, since_at: '2026-11-01T00:00:00Z' }], count: 31, next_cursor: 'c/1' }], [200, { followers: [], count: 31, next_cursor: null }]);
    const first = await fetchFollowers('haneul', { cursor: null });
    expect(first).toMatchObject({ count: 31, nextCursor: 'c/1', entries: [{ handle: 'haneul' }] });
    await fetchFollowers('haneul', { cursor: first.nextCursor });
    expect(sent[1]?.path).toBe('/v1/users/haneul/followers?limit=20&cursor=c%2F1');
  });

  it('of a search carries what is searched for', async () => {
    const sent = scripted([200, { users: [person], next_cursor: null }]);
    expect((await searchPeople('하 &', { cursor: null })).count).toBeNull();
    expect(new URL(sent[0]?.path ?? '', 'http://x').searchParams.get('q')).toBe('하 &');
  });

  it('may tell of kinds of notices of later, by nobody', async () => {
    scripted([200, { notifications: [{ id: 9, kind: 'serenade', from: null, subject: null, unread: true, told_at: '2026-11-01T00:00:00Z' }], next_cursor: null }]);
    expect((await fetchNotices({ cursor: null })).entries).toMatchObject([{ id: 9, kind: 'serenade', from: null, unread: true }]);
  });
});
