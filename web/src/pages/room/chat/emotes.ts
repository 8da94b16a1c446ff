/** Emotes: one-sign messages on the keys 1 to 6. */
import type { Messages } from '../../../app/i18n';

export interface Emote {
  readonly key: number;
  readonly sign: string;
  readonly name: keyof Messages['chat']['emoteNames'];
}

export const emotes: readonly Emote[] = [
  { key: 1, sign: '👋', name: 'wave' },
  { key: 2, sign: '💖', name: 'heart' },
  { key: 3, sign: '😆', name: 'laugh' },
  { key: 4, sign: '😮', name: 'wow' },
  { key: 5, sign: '🎉', name: 'cheer' },
  { key: 6, sign: '👍', name: 'thanks' },
];

export function emoteForKey(key: string): Emote | undefined {
  return emotes.find((emote) => String(emote.key) === key);
}
