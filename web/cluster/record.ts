/** What one client did and was told, in the order it happened: all that the checker looks at. */
import type { Op, Outcome } from '../packages/maru-client/src/index.ts';

export type Entry =
  /** A batch was made; what names it is in its operations. */
  | { readonly kind: 'sent'; readonly atMs: number; readonly key: string; readonly ops: readonly Op[] }
  /** What became of it, as its author was told; the epoch is that of the connection. */
  | { readonly kind: 'answered'; readonly atMs: number; readonly key: string; readonly epoch: number; readonly outcome: Outcome }
  /** A batch of anyone was shown. */
  | { readonly kind: 'delivered'; readonly atMs: number; readonly epoch: number; readonly seq: number; readonly key: string }
  /** The client came in or came back, with the room as it then was. */
  | { readonly kind: 'inside'; readonly atMs: number; readonly epoch: number; readonly seq: number; readonly people: readonly string[] }
  /**
   * The room was given as it then was, to a client that came in or one that had missed something. No batch is told of
   * that is in it: what came to be of those is compared in the end.
   */
  | { readonly kind: 'copied'; readonly atMs: number; readonly epoch: number; readonly seq: number }
  /** It lost the room. */
  | { readonly kind: 'outside'; readonly atMs: number; readonly reason: string }
  | { readonly kind: 'joined'; readonly atMs: number; readonly person: string }
  | { readonly kind: 'left'; readonly atMs: number; readonly person: string }
  /** The client itself was ended for good, by will or because its machine died. */
  | { readonly kind: 'gone'; readonly atMs: number };

export interface ClientRecord {
  readonly name: string;
  /** The person the client is of; null until the room said it. */
  readonly person: string | null;
  readonly entries: readonly Entry[];
}

/** What a room shows in the end. */
export interface Shown {
  readonly seq: number;
  /** The colour of each item, which is all that changes about one here. */
  readonly items: ReadonlyMap<number, string>;
  readonly chat: readonly { readonly seq: number; readonly text: string }[];
}

/** A place in the room, of a person. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** What one client shows in the end, and where it stands itself. */
export interface Ending extends Shown {
  readonly client: string;
  readonly places: ReadonlyMap<string, Place>;
  /** Where it went last; null when it never walked. */
  readonly stood: Place | null;
}

/**
 * The name of an operation in a run: nothing is put, patched or removed twice under one id, and no two lines are alike.
 * None for what only sets the stage; not everybody is told of that.
 */
function namesOf(op: Op): readonly string[] {
  switch (op.type) {
    case 'put':
    case 'patch':
    case 'remove':
      return [`${op.type} ${op.id}`];
    case 'say':
      return [`say ${op.text}`];
    default:
      return [];
  }
}

/** The name of a batch: those of its operations. */
export function keyOf(ops: readonly Op[]): string {
  return ops.flatMap(namesOf).join(' + ');
}
