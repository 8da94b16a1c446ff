/** Which operations are the owner's decisions: answered where they were made, not by a notice of the page. */
import type { Op } from 'maru-client';

const decisions: ReadonlySet<Op['type']> = new Set<Op['type']>([
  'kick',
  'ban',
  'unban',
  'mute',
  'unmute',
  'setRole',
  'setPolicy',
  'saveLayout',
  'restoreLayout',
  'removeLayout',
]);

export function isDecision(ops: readonly Op[]): boolean {
  return ops.some(({ type }) => decisions.has(type));
}
