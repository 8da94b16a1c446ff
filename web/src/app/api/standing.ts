/** Whether something people wrote may be shown. */
import type { Raw, Wire } from './contract';
import { optional, word } from './shapes';

/** Whoever wrote it sees it in any of these but the last. */
export const standings = ['shown', 'held', 'hidden', 'removed'] as const satisfies readonly Wire['Standing'][];
export type Standing = (typeof standings)[number];

/** Told only of what is not simply shown; one of a newer server is no leave to show it. */
export function standing(value: Raw<Wire['Standing'] | null | undefined>): Standing {
  return optional(value, (came) => word(came, standings, 'hidden')) ?? 'shown';
}
