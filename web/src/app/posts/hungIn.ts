/** The rooms that posts hang in: many of one list hang in the same one, and it is asked for once. */
import { fetchRoom } from '../api';
import { useMe } from '../state/me';
import { useResource, type Resource } from '../state/resource';
import { roomAddress } from '../roomAddress';

export interface HungIn {
  readonly name: string;
  readonly address: string;
}

const freshForMs = 60_000;
const keptMost = 200;

/** Answers on their way and those of a moment ago, by whose eyes and which room; the oldest first. */
const asked = new Map<string, { readonly atMs: number; readonly answer: Promise<HungIn> }>();

async function ask(id: string): Promise<HungIn> {
  const room = await fetchRoom(id);
  return { name: room.name, address: roomAddress(room) };
}

export function hungIn(viewer: string, id: string, nowMs: number): Promise<HungIn> {
  const key = `${viewer} ${id}`;
  const known = asked.get(key);
  if (known && nowMs - known.atMs < freshForMs) {
    return known.answer;
  }
  const answer = ask(id);
  asked.delete(key);
  asked.set(key, { atMs: nowMs, answer });
  for (const oldest of asked.keys()) {
    if (asked.size <= keptMost) {
      break;
    }
    asked.delete(oldest);
  }
  return answer;
}

export function useHungIn(id: string): Resource<HungIn> {
  const viewer = useMe((state) => state.user?.id ?? '');
  const [room] = useResource(`${viewer} ${id}`, () => hungIn(viewer, id, Date.now()));
  return room;
}
