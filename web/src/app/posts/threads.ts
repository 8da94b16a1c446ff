/** Comments in threads: where an answer is listed, and what a list becomes. */
import type { Comment } from '../api/posts';

/** Deeper answers are listed beside what they answer. */
export const depthMax = 3;

/** Below which comment an answer to this one is listed; null: at the top. */
export function listedUnder(comment: Comment): 'itself' | 'beside' {
  return comment.depth < depthMax ? 'itself' : 'beside';
}

/** One's own new comment, at the end of its list, once. */
export function withNew(entries: readonly Comment[], added: Comment): readonly Comment[] {
  return entries.some(({ id }) => id === added.id) ? entries : [...entries, added];
}

export function replaced(entries: readonly Comment[], now: Comment): readonly Comment[] {
  return entries.map((entry) => (entry.id === now.id ? now : entry));
}

/** Of a comment that was answered the place is left. */
export function without(entries: readonly Comment[], id: string): readonly Comment[] {
  return entries.flatMap((entry) => {
    if (entry.id !== id) {
      return [entry];
    }
    return entry.replies > 0 ? [{ ...entry, author: null, gone: true, text: '' }] : [];
  });
}

/** Another answer to it, or one fewer. */
export function answered(entries: readonly Comment[], id: string, by: 1 | -1): readonly Comment[] {
  return entries.map((entry) => (entry.id === id ? { ...entry, replies: Math.max(entry.replies + by, 0) } : entry));
}
