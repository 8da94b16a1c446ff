/** Decisions, as far as they are rules. */
import { appealWithinMs, decisionActions, type ContentKind, type Decision, type DecisionAction } from '../api/moderation';

/** Takes something from whoever wrote the thing: against these one may appeal. */
const againstAuthor: ReadonlySet<string> = new Set<DecisionAction>(['hide', 'remove', 'warn', 'suspend']);

/** Whether it takes something from whoever wrote the thing. */
export function isAgainstAuthor(action: string): boolean {
  return againstAuthor.has(action);
}

export function isAppealable({ action, appeal, decidedMs }: Pick<Decision, 'action' | 'appeal' | 'decidedMs'>, nowMs: number): boolean {
  return appeal === null && againstAuthor.has(action) && nowMs - decidedMs <= appealWithinMs;
}

/** Until when one may appeal against a decision that takes something from one. */
export function appealUntilMs({ decidedMs }: Pick<Decision, 'decidedMs'>): number {
  return decidedMs + appealWithinMs;
}

/** The suspensions that keep somebody out at this time, as far as their decisions tell; the one that lasts longest first. */
export function inForce<D extends Pick<Decision, 'action' | 'appeal' | 'untilMs'>>(decisions: readonly D[], nowMs: number): readonly D[] {
  const endOf = ({ untilMs }: D): number => untilMs ?? Infinity;
  return decisions
    .filter((decision) => decision.action === 'suspend' && decision.appeal?.state !== 'overturned' && endOf(decision) > nowMs)
    .toSorted((a, b) => (endOf(a) === endOf(b) ? 0 : endOf(b) - endOf(a)));
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
