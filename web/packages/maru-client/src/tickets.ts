/** Tickets of entry from the REST interface. */

/** Why no ticket was given. A `final` refusal will not change by asking again. */
export class TicketError extends Error {
  override readonly name = 'TicketError';
  /** A stable code of the server, or `network` or `bad_answer`. */
  readonly code: string;
  readonly final: boolean;
  readonly retryAfterMs: number | null;

  constructor(code: string, final: boolean, retryAfterMs: number | null = null, cause?: unknown) {
    super(`no ticket: ${code}`, { cause });
    this.code = code;
    this.final = final;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Gives a fresh ticket; called once before each Join. Throws {@link TicketError} to say whether to ask again. */
export type TicketSource = () => Promise<string>;

/** A visitor without an account. */
export interface Guest {
  readonly name: string;
  readonly look: readonly number[];
}

export interface RestTicketOptions {
  /** Where the server is, as `https://maru.example`. */
  readonly origin: string;
  readonly roomId: string;
  /** Left out when signed in. */
  readonly guest?: Guest;
  /** Sent with each request, as a `cookie` or `authorization` where no browser adds its own. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The platform's `fetch` unless given. */
  readonly fetch?: typeof fetch;
}

const TICKET_WAIT_MS_MAX = 10_000;

/** Refusals that pass with time, whatever their status says. */
const PASSING: ReadonlySet<unknown> = new Set(['room_full', 'room_locked']);

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

async function json(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    throw new TicketError('bad_answer', false, null, error);
  }
}

function waitAsked(response: Response, problem: unknown): number | null {
  const told = member(problem, 'retry_after_ms');
  if (typeof told === 'number' && told >= 0) return told;
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}

function refusal(response: Response, problem: unknown): TicketError {
  const code = member(problem, 'code');
  const busy = response.status === 408 || response.status === 429 || response.status >= 500;
  return new TicketError(
    typeof code === 'string' ? code : `http_${response.status}`,
    !busy && !PASSING.has(code),
    waitAsked(response, problem),
  );
}

/** Ends the work after the longest wait; not every platform has `AbortSignal.timeout`. */
async function withinWait<T>(work: (signal: AbortSignal | null) => Promise<T>): Promise<T> {
  const aborter = typeof AbortController === 'function' ? new AbortController() : null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new TicketError('network', false));
      aborter?.abort();
    }, TICKET_WAIT_MS_MAX);
  });
  try {
    return await Promise.race([work(aborter?.signal ?? null), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** `POST /v1/rooms/{id}/tickets`, with the cookie of the page where there is one. */
export function restTickets(options: RestTicketOptions): TicketSource {
  const send = options.fetch ?? fetch;
  const url = `${options.origin}/v1/rooms/${encodeURIComponent(options.roomId)}/tickets`;
  const headers = { ...options.headers, 'content-type': 'application/json', accept: 'application/json' };
  const body = JSON.stringify(options.guest ? { guest: options.guest } : {});
  const ask = async (signal: AbortSignal | null): Promise<string> => {
    let response: Response;
    try {
      response = await send(url, { method: 'POST', headers, body, signal });
    } catch (error) {
      throw new TicketError('network', false, null, error);
    }
    if (!response.ok) {
      const problem: unknown = await response.json().catch(() => null);
      throw refusal(response, problem);
    }
    const ticket = member(await json(response), 'ticket');
    if (typeof ticket !== 'string') throw new TicketError('bad_answer', false);
    return ticket;
  };
  return () => withinWait(ask);
}

/** The address of a room's live connection. */
export function liveUrl(origin: string, roomId: string): string {
  return `${origin.replace(/^http/, 'ws')}/v1/rooms/${encodeURIComponent(roomId)}/live`;
}
