/** Reactions as they are counted and shown. */
import { reactionKinds, type ReactionKind, type Reactions } from '../api/posts';

export const signs: Readonly<Record<ReactionKind, string>> = { heart: '💖', laugh: '😆', wow: '😮', sad: '😢', cheer: '🎉', thanks: '👍' };

interface Reactable {
  readonly reactions: Reactions;
  readonly reaction: ReactionKind | null;
}

/** The same with one's own reaction another one, or none. */
export function reacted<T extends Reactable>(of: T, kind: ReactionKind | null): T {
  if (of.reaction === kind) {
    return of;
  }
  const counts = { ...of.reactions };
  if (of.reaction !== null) {
    // somebody else's number may have been read before one's own was
    counts[of.reaction] = Math.max(counts[of.reaction] - 1, 0);
  }
  if (kind !== null) {
    counts[kind] += 1;
  }
  return { ...of, reactions: counts, reaction: kind };
}

export function reactionCount(counts: Reactions): number {
  return reactionKinds.reduce((sum, kind) => sum + counts[kind], 0);
}

/** The kinds there are some of, the most frequent first. */
export function topKinds(counts: Reactions, most: number): ReactionKind[] {
  return reactionKinds
    .filter((kind) => counts[kind] > 0)
    .toSorted((one, other) => counts[other] - counts[one])
    .slice(0, most);
}
