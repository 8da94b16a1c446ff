/** What a refusal of the server holds back. */
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
