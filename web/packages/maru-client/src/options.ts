/** What a live room needs to know before it starts. */
import type { Position } from './presence.ts';
import type { Exclusive, SessionStorage } from './storage.ts';
import type { TicketSource } from './tickets.ts';
import type { OpenTransport } from './transport.ts';

export interface LiveRoomOptions {
  /** The room's live address, see `liveUrl`. */
  readonly url: string;
  readonly ticket: TicketSource;
  /** Defaults to the platform's WebSocket. */
  readonly open?: OpenTransport;
  /** Where I stood last; a wish the server validates. */
  readonly position?: Position;
  /** Lets a reload take the session up again. */
  readonly storage?: SessionStorage;
  /** Names this room in the storage; its address unless given. */
  readonly storageKey?: string;
  /** Keeps a duplicated tab, whose storage is a copy, from taking the session away. */
  readonly exclusive?: Exclusive;
  readonly random?: () => number;
}
