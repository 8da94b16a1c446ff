/** Whoever is suspended is shown so by whatever they ask for, until they are in again or out. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiProblem, fetchRooms, onSuspended } from '../../src/app/api';
import { askFile } from '../../src/app/api/http';
import { problemFrom, refusalFrom } from '../../src/app/api/problem';
import { appealUntilMs, inForce, isAppealable } from '../../src/app/moderation/ruling';
import { noticeSignOut, useMe } from '../../src/app/state/me';

const person = { id: 'u1', handle: 'nabi', display_name: '나비', look: [1], mood: '', bio: '', front_room_id: 'r1', role: 'user' };

function answer(status: number, body: unknown): void {
  vi.stubGlobal('fetch', async () => new Response(body === null ? null : JSON.stringify(body), { status }));
}

const refuse = (status: number, code: string): void => answer(status, { code, status });
const shown = () => {
  const { user, suspended, closing } = useMe.getState();
  return { user: user && user.handle, suspended, closing };
};

beforeEach(async () => {
  answer(200, { user: person });
  await useMe.getState().load();
  expect(shown()).toEqual({ user: 'nabi', suspended: false, closing: false });
});
afterEach(() => vi.unstubAllGlobals());

describe('somebody who is suspended', () => {
  it('is shown so when it is asked who they are, and no failure beside it', async () => {
    refuse(403, 'account_suspended');
    await useMe.getState().load();
    expect(shown()).toEqual({ user: null, suspended: true, closing: false });
    expect(useMe.getState().problem).toBeNull();
  });

  it('is shown so by whatever else they ask for, a list or a file', async () => {
    for (const call of [() => fetchRooms(null, 1), () => askFile('GET /v1/me/export', {})]) {
      useMe.setState({ suspended: false });
      refuse(403, 'account_suspended');
      await expect(call()).rejects.toMatchObject({ code: 'account_suspended' });
      expect(shown()).toEqual({ user: null, suspended: true, closing: false });
    }
  });

  it('is not shown so by another refusal', async () => {
    for (const [status, code] of [[403, 'forbidden'], [401, 'sign_in_required'], [503, 'unavailable']] as const) {
      refuse(status, code);
      await expect(fetchRooms(null, 1)).rejects.toMatchObject({ code });
      expect(shown()).toEqual({ user: 'nabi', suspended: false, closing: false });
    }
  });

  it('stays so while the server cannot be asked', async () => {
    useMe.getState().suspend();
    vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('no network')));
    await useMe.getState().load();
    expect(shown()).toEqual({ user: null, suspended: true, closing: false });
    expect(useMe.getState().problem).toMatchObject({ code: 'network' });
  });

  it('is in again once it is over', async () => {
    useMe.getState().suspend();
    await useMe.getState().load();
    expect(shown()).toEqual({ user: 'nabi', suspended: false, closing: false });
  });

  it('is out once they sign out, and still there where that failed', async () => {
    useMe.getState().suspend();
    refuse(503, 'unavailable');
    await expect(useMe.getState().signOut()).rejects.toBeInstanceOf(ApiProblem);
    expect(shown().suspended).toBe(true);
    answer(204, null);
    await useMe.getState().signOut();
    expect(shown()).toEqual({ user: null, suspended: false, closing: false });
  });

  it('is out where another suspension has ended their login', async () => {
    useMe.getState().suspend();
    answer(200, { user: null });
    noticeSignOut(new ApiProblem('sign_in_required', 401));
    await vi.waitFor(() => expect(shown()).toEqual({ user: null, suspended: false, closing: false }));
  });
});

describe('who listens for suspensions', () => {
  it('is told by refusals until they stop, and by nothing that is only read', () => {
    let told = 0;
    const stop = onSuspended(() => (told += 1));
    problemFrom(403, { code: 'account_suspended' });
    expect(told).toBe(0);
    refusalFrom(403, { code: 'account_suspended' });
    refusalFrom(403, { code: 'forbidden' });
    expect(told).toBe(1);
    stop();
    refusalFrom(403, { code: 'account_suspended' });
    expect(told).toBe(1);
  });
});

describe('what keeps somebody out', () => {
  const suspension = (id: string, untilMs: number | null, state: 'open' | 'upheld' | 'overturned' | null = null) => ({ id, action: 'suspend', untilMs, appeal: state && { text: '', state, appealedMs: 0 } });
  const ids = (decisions: readonly { readonly id: string }[]) => decisions.map(({ id }) => id);

  it('is what lasts, the longest first, and nothing that was taken back or is another thing', () => {
    const all = [suspension('short', 200), suspension('ended', 100), suspension('ever', null), suspension('back', null, 'overturned'), suspension('upheld', 300, 'upheld'), { ...suspension('warned', null), action: 'warn' }];
    expect(ids(inForce(all, 100))).toEqual(['ever', 'upheld', 'short']);
    expect(ids(inForce(all, 299))).toEqual(['ever', 'upheld']);
    expect(ids(inForce([suspension('newer', null), suspension('older', null)], 0))).toEqual(['newer', 'older']);
    expect(inForce([], 0)).toEqual([]);
  });

  it('can be appealed against until the time that is told', () => {
    const decision = { action: 'suspend', appeal: null, decidedMs: 5_000 };
    expect(isAppealable(decision, appealUntilMs(decision))).toBe(true);
    expect(isAppealable(decision, appealUntilMs(decision) + 1)).toBe(false);
  });
});
