/** What a live room tells its listeners, and when. */
import type { Problem, Refusal } from './connection.ts';
import type { Answered, Rejection } from './edits.ts';
import type { Avatar, ChatLine, MemberDrag, MemberTyping, Op, Person, Role, RoomInfo, Sender } from './frames.ts';
import type { Batch } from './pending.ts';
import type { RoomView } from './view.ts';

export interface RoomState {
  readonly name: 'connecting' | 'inside' | 'reconnecting' | 'closed';
  /** Why it is not inside, as a stable name; null when nothing has gone wrong. */
  readonly reason: string | null;
  /** Whether it comes back by itself. */
  readonly comesBack: boolean;
  /** How long until the next attempt; null when one is under way or none will follow. */
  readonly retryInMs: number | null;
}

/** A batch that took effect, by anyone, in the order of the room. */
export interface RoomChange {
  /** With `seq` the place of the batch; a new epoch may use a seq again that was lost in a crash. */
  readonly epoch: number;
  readonly seq: number;
  /** Milliseconds since the Unix epoch, by the server's clock. */
  readonly atMs: number;
  /** Null when the author has left. */
  readonly author: Person | null;
  /** Whether this session made it. */
  readonly mine: boolean;
  readonly ops: readonly Op[];
}

/** Something the person is told of, whichever room they are in. It waits in `GET /v1/me/notifications` too. */
export interface Notification {
  /** Grows from one to the next; `POST /v1/me/notifications/read` takes it as `up_to`. */
  readonly id: number;
  readonly kind: KnownNotice | (string & {});
  /** Null: a guest, or the house. */
  readonly from: Sender | null;
  /** Milliseconds since the Unix epoch, by the server's clock. */
  readonly atMs: number;
  /** How many are unread, this one among them. */
  readonly unread: number;
}

/** What this version knows notices to be about; a kind of later counts as well. */
export type KnownNotice =
  | 'follow'
  | 'follow_request'
  | 'request_approved'
  | 'tie_request'
  | 'tie_made'
  | 'testimonial'
  | 'guestbook'
  | 'comment'
  | 'reaction'
  | 'mention'
  | 'decision';

export interface LiveRoomEvents {
  state: RoomState;
  view: RoomView;
  people: ReadonlyMap<number, Person>;
  /** Somebody came in; not told of those who were here before me. */
  'person:joined': Person;
  'person:updated': Person;
  'person:left': Person;
  /** The room's name or rules. */
  room: RoomInfo;
  /** The places that are new, of others and of mine as the server sees it. */
  avatars: readonly Avatar[];
  /** Somebody else has begun or ended writing; all of them are in `room.typists`. */
  typing: MemberTyping;
  /** Somebody else drags an item, or has let go; all of them are in `room.drags`. */
  drag: MemberDrag;
  /** Confirmed lines that are new; those of a snapshot are only in the view. */
  chat: readonly ChatLine[];
  /** One batch; none for what came with a whole new copy of the room. */
  change: RoomChange;
  /** The durable answer to a batch of mine. */
  ack: Answered;
  rejected: Rejection;
  /** Batches whose fate cannot be known: show them, they are not sent again. */
  unproven: readonly Batch[];
  role: Role;
  /** Each once, also where the server says it again. */
  notification: Notification;
  /** From my ping to its answer, in milliseconds; at entry and every so often. */
  latency: number;
  /** The server did not take a frame; batches are sent again by themselves. */
  refused: Refusal;
  problem: Problem;
}
