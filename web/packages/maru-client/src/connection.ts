/** One session over any number of connections: join, resume, stay alive, come back. */
import {
  closeReason,
  comeBackAfter,
  waitMs,
  CLOSE_NORMAL,
  CLOSE_RESUMING,
  CLOSE_SILENT,
  type ComeBack,
} from './closing.ts';
import { now } from './clock.ts';
import { decodeServer, encodeClient, peekKind } from './codec.ts';
import {
  isExpendable,
  type Avatar,
  type ClientFrame,
  type ReadPoint,
  type ServerFrame,
  type ServerFrameOf,
} from './frames.ts';
import { Heartbeat } from './heartbeat.ts';
import { TicketError, type TicketSource } from './tickets.ts';
import type { OpenTransport, Transport } from './transport.ts';

/** `joining` lasts until the room's contents are here. */
export type Phase =
  | { readonly name: 'joining' }
  | { readonly name: 'inside' }
  | { readonly name: 'waiting'; readonly reason: string; readonly waitMs: number }
  | { readonly name: 'closed'; readonly reason: string };

/** Something went wrong that the room survives; for logs. */
export interface Problem {
  readonly what: 'malformed_frame' | 'refused_frame' | 'ticket' | 'address' | 'resync' | 'storage';
  readonly detail: string;
}

/** A frame the server did not take; the session goes on unless it closes right after. */
export interface Refusal {
  readonly code: string;
  /** English, for developers. */
  readonly message: string;
  /** When trying again can help, and not before. */
  readonly retryAfterMs: number | null;
  /** The batch refused, when it was one. */
  readonly number: number | null;
  /** The limit that was reached, by its name in the server's configuration. */
  readonly limit: string | null;
}

export interface ConnectionHandlers {
  /** What this client still has and where it stands, for Join and Resume. */
  presence(): { readonly have: ReadPoint | null; readonly avatar: Avatar | null };
  phase(phase: Phase): void;
  welcome(frame: ServerFrameOf<'welcome'>): void;
  /** A notice for the person, which is not about the room. */
  notification(frame: ServerFrameOf<'notification'>): void;
  /** Every other frame that concerns the room. */
  frame(frame: ServerFrame): void;
  refused(refusal: Refusal): void;
  /** How long a ping took to be answered. */
  latency(ms: number): void;
  /** The session cannot be taken up again; the next Welcome starts a new one. */
  sessionLost(): void;
  problem(problem: Problem): void;
}

export interface ConnectionOptions {
  readonly url: string;
  readonly ticket: TicketSource;
  readonly open: OpenTransport;
  readonly random: () => number;
}

/** From the start of an attempt to the room's contents, the ticket included. */
const ATTEMPT_MS_MAX = 15_000;
/** A connection that stood this long was a good one: its loss starts the waits anew. */
const GOOD_MS = 10_000;

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #handlers: ConnectionHandlers;
  #token: string | null = null;
  #transport: Transport | null = null;
  #heartbeat: Heartbeat | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** Grows with each attempt, so that what an abandoned one still says is not heard. */
  #attempt = 0;
  #failures = 0;
  #phase: Phase['name'] | 'idle' = 'idle';
  #welcomedAt: number | null = null;
  #returnNotBefore = 0;
  /** The server's own word on when to come back; it spreads those it sends away. */
  #goAwayUntil: number | null = null;
  #lastRefusal: string | null = null;
  #hurriable = false;
  #nonce = 0;
  #pingedAt = 0;

  constructor(options: ConnectionOptions, handlers: ConnectionHandlers) {
    this.#options = options;
    this.#handlers = handlers;
  }

  get token(): string | null {
    return this.#token;
  }

  /** The server has said that it is about to close. */
  get isEnding(): boolean {
    return this.#goAwayUntil !== null;
  }

  /** Connects, with a token to take an earlier session up again. */
  start(token: string | null): void {
    this.#token = token ?? this.#token;
    this.#failures = 0;
    this.#begin();
  }

  /** The connection ends, the session stays for its grace. */
  pause(): void {
    this.#abandon(CLOSE_NORMAL, 'paused');
    this.#enter({ name: 'closed', reason: 'paused' });
  }

  /** The session ends. */
  leave(): void {
    this.send({ type: 'leave' });
    this.#abandon(CLOSE_NORMAL, 'left');
    this.#token = null;
    this.#enter({ name: 'closed', reason: 'left' });
  }

  /** This client's copy is behind or in doubt: come back and ask for what is missing. */
  resync(detail: string): void {
    if (!this.#transport) return;
    this.#drop(CLOSE_RESUMING, 'resync', 'lost');
    this.#handlers.problem({ what: 'resync', detail });
  }

  /** The room's contents are here. */
  settled(): void {
    if (this.#phase === 'inside') return;
    if (!this.isEnding) this.#stopTimer();
    this.#enter({ name: 'inside' });
  }

  /** The network may have changed, or the page has come to the front: do not wait, do not assume. */
  hurry(): void {
    if (this.#phase === 'waiting' && this.#hurriable) {
      this.#failures = 0;
      this.#begin();
    } else if (this.#phase === 'inside') this.#heartbeat?.probe();
  }

  /** Sends when a session stands; false when there is none or the frame is lost with the connection. */
  send(frame: ClientFrame): boolean {
    if (!this.#transport || this.#welcomedAt === null) return false;
    this.#transport.send(encodeClient(frame));
    return true;
  }

  buffered(): number {
    return this.#transport?.buffered() ?? 0;
  }

  #enter(phase: Phase): void {
    this.#phase = phase.name;
    this.#handlers.phase(phase);
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** Forgets the present attempt; a half-open socket is not waited for. */
  #abandon(code: number, reason: string): void {
    this.#attempt += 1;
    this.#stopTimer();
    this.#heartbeat?.stop();
    this.#heartbeat = null;
    const transport = this.#transport;
    this.#transport = null;
    this.#welcomedAt = null;
    transport?.close(code, reason);
  }

  #begin(): void {
    this.#abandon(CLOSE_RESUMING, 'again');
    this.#returnNotBefore = 0;
    this.#goAwayUntil = null;
    this.#lastRefusal = null;
    const attempt = this.#attempt;
    this.#expectProgress();
    this.#enter({ name: 'joining' });
    // whoever heard that may have closed the room
    if (attempt !== this.#attempt) return;
    if (this.#token !== null) this.#open(attempt, null);
    else void this.#openWithTicket(attempt);
  }

  #expectProgress(): void {
    if (this.isEnding) return;
    this.#stopTimer();
    this.#timer = setTimeout(() => this.#drop(CLOSE_RESUMING, 'no_answer', 'lost'), ATTEMPT_MS_MAX);
  }

  async #openWithTicket(attempt: number): Promise<void> {
    let ticket: string;
    try {
      ticket = await this.#options.ticket();
    } catch (error) {
      if (attempt === this.#attempt) this.#ticketRefused(error);
      return;
    }
    if (attempt === this.#attempt) this.#open(attempt, ticket);
  }

  #ticketRefused(error: unknown): void {
    const refusal = error instanceof TicketError ? error : null;
    if (refusal?.retryAfterMs) this.#notBefore(refusal.retryAfterMs);
    this.#drop(CLOSE_NORMAL, refusal?.code ?? 'network', refusal?.final ? 'never' : 'lost');
    this.#handlers.problem({ what: 'ticket', detail: error instanceof Error ? error.message : String(error) });
  }

  #open(attempt: number, ticket: string | null): void {
    const current = (run: () => void) => () => {
      if (attempt === this.#attempt) run();
    };
    try {
      this.#transport = this.#options.open(this.#options.url, {
        opened: current(() => this.#introduce(ticket)),
        received: (bytes) => current(() => this.#receive(bytes))(),
        closed: (code) => current(() => this.#closed(code))(),
      });
    } catch (error) {
      this.#drop(CLOSE_NORMAL, 'bad_address', 'never');
      this.#handlers.problem({ what: 'address', detail: `${this.#options.url}: ${String(error)}` });
    }
  }

  #introduce(ticket: string | null): void {
    const { have, avatar } = this.#handlers.presence();
    const frame: ClientFrame =
      ticket === null
        ? { type: 'resume', token: this.#token ?? '', have, avatar }
        : { type: 'join', ticket, avatar };
    this.#transport?.send(encodeClient(frame));
  }

  #receive(bytes: Uint8Array | null): void {
    this.#heartbeat?.heard();
    let frame: ServerFrame;
    try {
      if (bytes === null) throw new TypeError('a text message');
      frame = decodeServer(bytes);
    } catch (error) {
      this.#malformed(bytes, error);
      return;
    }
    this.#dispatch(frame);
  }

  /** A frame that may be left out is; without any other the copy of the room is in doubt. */
  #malformed(bytes: Uint8Array | null, error: unknown): void {
    const kind = bytes === null ? null : peekKind(bytes);
    const detail = error instanceof Error ? error.message : String(error);
    if (kind === null || !isExpendable(kind)) this.resync('a frame could not be read');
    this.#handlers.problem({ what: 'malformed_frame', detail });
  }

  #dispatch(frame: ServerFrame): void {
    switch (frame.type) {
      case 'ping':
        this.send({ type: 'pong', nonce: frame.nonce });
        return;
      case 'pong':
        if (frame.nonce === this.#nonce) this.#handlers.latency(now() - this.#pingedAt);
        return;
      case 'unknown':
        return;
      case 'goAway':
        this.#goAway(frame.reconnectAfterMs);
        return;
      case 'notification':
        this.#handlers.notification(frame);
        return;
      case 'welcome':
        this.#welcome(frame);
        return;
      case 'error':
        this.#refused(frame);
        return;
      case 'snapshot':
      case 'part':
        // a long room over a slow line takes its time, as long as it keeps coming
        if (this.#phase === 'joining') this.#expectProgress();
        this.#handlers.frame(frame);
        return;
      default:
        this.#handlers.frame(frame);
    }
  }

  /** It is time to go at the server's word, whether or not it hangs up first; until then nothing new is sent. */
  #goAway(reconnectAfterMs: number): void {
    this.#goAwayUntil = now() + reconnectAfterMs;
    this.#stopTimer();
    this.#timer = setTimeout(() => this.#drop(CLOSE_RESUMING, 'restart', 'now'), reconnectAfterMs);
  }

  #refused({ code, message, retryAfterMs, number, limit }: ServerFrameOf<'error'>): void {
    if (retryAfterMs !== null) this.#notBefore(retryAfterMs);
    if (number === null) this.#lastRefusal = code;
    this.#handlers.refused({ code, message, retryAfterMs, number, limit });
    const detail = limit === null ? `${code}: ${message}` : `${code}: ${message} (${limit})`;
    this.#handlers.problem({ what: 'refused_frame', detail });
  }

  #welcome(frame: ServerFrameOf<'welcome'>): void {
    this.#token = frame.resumeToken;
    this.#welcomedAt = now();
    this.#expectProgress();
    this.#heartbeat?.stop();
    this.#heartbeat = new Heartbeat(frame.limits, {
      ping: () => this.#ping(),
      dead: () => this.#drop(CLOSE_SILENT, 'silent', 'lost'),
    });
    this.#handlers.welcome(frame);
    // only now, with the new token written down, may the server forget the one before it
    this.#ping();
  }

  #ping(): void {
    this.#nonce = (this.#nonce + 1) % 2 ** 32;
    this.#pingedAt = now();
    this.send({ type: 'ping', nonce: this.#nonce });
  }

  #notBefore(ms: number): void {
    this.#returnNotBefore = Math.max(this.#returnNotBefore, now() + ms);
  }

  #closed(code: number): void {
    this.#drop(CLOSE_NORMAL, closeReason(code, this.#lastRefusal), comeBackAfter(code));
  }

  /** The connection is gone or given up: decides whether and when to come back. */
  #drop(code: number, reason: string, comeBack: ComeBack): void {
    const wasGood = this.#welcomedAt !== null && now() - this.#welcomedAt >= GOOD_MS;
    if (wasGood) this.#failures = 0;
    this.#abandon(code, reason);
    const refusedToken = comeBack === 'ticket' && this.#token !== null;
    if (comeBack === 'ticket' || comeBack === 'never') this.#loseSession();
    if (comeBack === 'never') {
      this.#enter({ name: 'closed', reason });
      return;
    }
    // without its token the next attempt is another one, so it need not wait
    const own = refusedToken ? 0 : waitMs(comeBack, this.#failures, this.#options.random);
    const asked = (this.#goAwayUntil ?? this.#returnNotBefore) - now();
    const wait = this.#goAwayUntil !== null && asked > 0 ? asked : Math.max(own, asked);
    this.#failures += 1;
    this.#hurriable = comeBack === 'lost' && asked <= 0;
    this.#timer = setTimeout(() => this.#begin(), wait);
    this.#enter({ name: 'waiting', reason, waitMs: wait });
  }

  #loseSession(): void {
    if (this.#token === null) return;
    this.#token = null;
    this.#handlers.sessionLost();
  }
}
