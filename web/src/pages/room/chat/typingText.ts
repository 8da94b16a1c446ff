/** Who is writing, in words. */
import type { RoomWords } from '../words';

export function typingText(words: RoomWords['typing'], names: readonly string[]): string {
  const [first, second] = names;
  if (first === undefined) {
    return '';
  }
  if (second === undefined) {
    return words.one(first);
  }
  return names.length === 2 ? words.two(first, second) : words.many(names.length);
}
