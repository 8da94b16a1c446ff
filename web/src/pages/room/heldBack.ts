/** What limits hold back: by a refusal of the server, or by the client's own patience. */
import type { Refusal } from 'maru-client';
import type { RoomWords } from './words';

/** What a refusal holds back; null for what nobody notices, since only its newest value counts. */
export function heldBack({ code, limit, number }: Pick<Refusal, 'code' | 'limit' | 'number'>): keyof RoomWords['limits'] | null {
  if (number === null) {
    return null;
  }
  if (code === 'unavailable') {
    return 'busy';
  }
  if (code !== 'rate_limited') {
    return null;
  }
  return limit === 'live.connection_chat' || limit === 'live.user_chat' ? 'chat' : 'edits';
}

export const secondsOf = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));

/** So many lines may be on their way without anybody talking too fast. */
const linesOnTheWayMax = 2;

/** How long the lines that wait for their turn will take; the client sends them no faster than the room allows. */
export function queuedChatMs(linesWaiting: number, linesPerSecond: number): number {
  return linesWaiting <= linesOnTheWayMax ? 0 : (linesWaiting / Math.max(1, linesPerSecond)) * 1000;
}
