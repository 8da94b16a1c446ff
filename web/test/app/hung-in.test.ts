/** The rooms of a list of posts are asked for once each, for each viewer. */
import { afterEach, expect, it, vi } from 'vitest';
import { hungIn } from '../../src/app/posts/hungIn';

afterEach(() => vi.unstubAllGlobals());

const owner = { id: 'u1', handle: 'haneul', display_name: '하늘', look: [1], mood: '' };
const room = (id: string) => ({ room: { id, name: `방 ${id}`, theme: { wallpaper: 'a', flooring: 'b', light: 'day' }, people_now: 0, items: [], owner, visibility: 'public', role: 'visitor' } });

it('asks again after a while, for another room and for another viewer', async () => {
  const calls: string[] = [];
  vi.stubGlobal('fetch', async (address: string) => {
    calls.push(address);
    return new Response(JSON.stringify(room(address.split('/').at(-1) ?? '')));
  });
  const twenty = await Promise.all(Array.from({ length: 20 }, () => hungIn('me', 'r1', 0)));
  expect(twenty[19]).toEqual({ name: '방 r1', address: '/r/haneul/r1' });
  expect(calls).toEqual(['/v1/rooms/r1']);
  await hungIn('me', 'r2', 1);
  await hungIn('', 'r1', 1);
  expect(calls).toHaveLength(3);
  await hungIn('me', 'r1', 59_999);
  expect(calls).toHaveLength(3);
  await hungIn('me', 'r1', 60_000);
  expect(calls).toHaveLength(4);
});

it('keeps no more than it needs', async () => {
  const calls: string[] = [];
  vi.stubGlobal('fetch', async (address: string) => {
    calls.push(address);
    return new Response(JSON.stringify(room(address.split('/').at(-1) ?? '')));
  });
  for (let number = 0; number < 201; number += 1) {
    await hungIn('many', `r${number}`, 0);
  }
  await hungIn('many', 'r200', 0);
  expect(calls).toHaveLength(201);
  await hungIn('many', 'r0', 0);
  expect(calls).toHaveLength(202);
});
