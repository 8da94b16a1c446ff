/** What changed about the room itself, in words. */
import type { RoomInfo } from 'maru-client';
import type { RoomWords } from './words';

/** Empty when nothing changed that one inside could notice. */
export function newsOf(words: RoomWords['changed'], before: RoomInfo, after: RoomInfo): string[] {
  const news: string[] = [];
  if (before.name !== after.name) {
    news.push(words.name(after.name));
  }
  if (before.visibility !== after.visibility) {
    news.push(words[after.visibility]);
  }
  if (before.guestsAllowed !== after.guestsAllowed && after.visibility === 'public') {
    news.push(after.guestsAllowed ? words.guestsIn : words.guestsOut);
  }
  if (before.locked !== after.locked) {
    news.push(after.locked ? words.locked : words.unlocked);
  }
  if (before.peopleMax !== after.peopleMax) {
    news.push(words.peopleMax(after.peopleMax));
  }
  return news;
}
