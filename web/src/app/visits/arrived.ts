/** How one came to a room, as it is kept with the page's place in the browser's history. */
import type { Via } from '../api/visits';

export interface Arrived {
  readonly via: Via;
  /** Whose room one came from. */
  readonly from: string;
}

/** With what one goes on to the next room. */
export function arriving(via: Via, from: string): { readonly wave: Arrived } {
  return { wave: { via, from } };
}

/** Read with suspicion: anything may have been kept there. */
export function arrivedBy(state: unknown): Arrived | null {
  const wave = typeof state === 'object' && state !== null ? (state as { wave?: unknown }).wave : undefined;
  if (typeof wave !== 'object' || wave === null) {
    return null;
  }
  const { via, from } = wave as Record<string, unknown>;
  return typeof from === 'string' && (via === 'tie' || via === 'follower' || via === 'anywhere') ? { via, from } : null;
}
