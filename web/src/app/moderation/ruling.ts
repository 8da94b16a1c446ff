/** Decisions, as far as they are rules. */
import { appealWithinMs, decisionActions, type ContentKind, type Decision, type DecisionAction } from '../api/moderation';

/** Takes something from whoever wrote the thing: against these one may appeal. */
const againstAuthor: ReadonlySet<string> = new Set<DecisionAction>(['hide', 'remove', 'warn', 'suspend']);

export function isAppealable({ action, appeal, decidedMs }: Pick<Decision, 'action' | 'appeal' | 'decidedMs'>, nowMs: number): boolean {
  return appeal === null && againstAuthor.has(action) && nowMs - decidedMs <= appealWithinMs;
}

/** What may be decided about a kind of thing: people are warned or suspended, and a guest can be neither. */
export function actionsFor(kind: string, hasAuthor: boolean): readonly DecisionAction[] {
  return decisionActions.filter((action) => (hasAuthor || (action !== 'warn' && action !== 'suspend')) && !(kind === 'user' && (action === 'show' || action === 'hide' || action === 'remove')));
}

/** A line said in a room, as reports name it: which room, its seq, and its number among those of the same seq. */
export function chatLineId(roomId: string, lines: readonly { readonly seq: number; readonly pending?: boolean }[], at: number): string | null {
  const line = lines[at];
  if (!line || line.pending) {
    return null;
  }
  let number = 0;
  for (let before = at - 1; before >= 0 && lines[before]?.seq === line.seq; before -= 1) {
    number += 1;
  }
  return `${roomId}/${line.seq}/${number}`;
}

/** Where a thing stands on the site, where its name alone tells. */
export function placeOf(kind: ContentKind | (string & {}), subject: string): string | null {
  if (kind === 'guestbook_entry') {
    return `/guestbook/${subject}`;
  }
  return kind === 'post' ? `/p/${subject}` : null;
}
