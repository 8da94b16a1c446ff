/** What a lost connection asks for: the close-code ranges of PROTOCOL.md and the waits that go with them. */

/** `now` and `lost` resume, `later` resumes with growing waits, `ticket` joins anew, `never` stays away. */
export type ComeBack = 'now' | 'later' | 'ticket' | 'lost' | 'never';

/** Close codes this client acts on or sends itself. */
export const CLOSE_NORMAL = 1000;
export const CLOSE_RESUMING = 4000;
export const CLOSE_SILENT = 4002;
const CLOSE_NO_JOIN = 4203;
const CLOSE_LOGIN_ENDED = 4204;

/** The first wait after a plain loss is anything up to this. */
const FIRST_WAIT_MS_MAX = 500;
const WAIT_MS_MAX = 10_000;
/** Growing waits start here: the server has said that it has too much to do. */
const LATER_STEP = 2;

const REASONS: Readonly<Record<number, string>> = {
  4000: 'restart',
  4001: 'slow_consumer',
  4002: 'silent',
  4003: 'room_moved',
  4100: 'overloaded',
  4101: 'room_full',
  4102: 'rate_limited',
  4103: 'unavailable',
  4104: 'room_locked',
  4200: 'ticket_invalid',
  4201: 'ticket_expired',
  4202: 'resume_refused',
  4203: 'no_join',
  4204: 'login_ended',
  4300: 'protocol',
  4301: 'forbidden',
  4302: 'room_gone',
  4303: 'replaced',
  4304: 'left',
  4305: 'kicked',
  4306: 'banned',
};

const RANGE_REASONS: Readonly<Record<ComeBack, string>> = {
  now: 'restart',
  later: 'overloaded',
  ticket: 'ticket_invalid',
  never: 'refused',
  lost: 'connection_lost',
};

export function comeBackAfter(code: number): ComeBack {
  // nothing says that the session is gone, only that this connection was too slow to ask for it
  if (code === CLOSE_NO_JOIN) return 'lost';
  // a ticket comes only after signing in again, which is the user's to do
  if (code === CLOSE_LOGIN_ENDED) return 'never';
  if (code >= 4000 && code < 4100) return 'now';
  if (code >= 4100 && code < 4200) return 'later';
  if (code >= 4200 && code < 4300) return 'ticket';
  if (code >= 4300 && code < 4400) return 'never';
  return 'lost';
}

/** Refusals that share the close code of an overloaded server, and say more than it. */
const CROWDED: ReadonlySet<string> = new Set(['too_many_sessions', 'too_many_connections']);
const CLOSE_OVERLOADED = 4100;

/** A stable name for a close code; `refusal` is what the server said just before, if anything. */
export function closeReason(code: number, refusal: string | null): string {
  if (code === CLOSE_OVERLOADED && refusal !== null && CROWDED.has(refusal)) return refusal;
  // a code from the future is named after its range
  return REASONS[code] ?? RANGE_REASONS[comeBackAfter(code)];
}

/** Full jitter for the first wait, then doubling up to the cap with half of it at random. */
function backoffMs(attempt: number, random: () => number): number {
  if (attempt <= 0) return random() * FIRST_WAIT_MS_MAX;
  const cap = Math.min(WAIT_MS_MAX, FIRST_WAIT_MS_MAX * 2 ** attempt);
  return cap / 2 + (random() * cap) / 2;
}

/** The wait before the attempt that follows `failures` attempts in a row. */
export function waitMs(comeBack: Exclude<ComeBack, 'never'>, failures: number, random: () => number): number {
  if (comeBack === 'later') return backoffMs(failures + LATER_STEP, random);
  if (comeBack === 'lost') return backoffMs(failures, random);
  // told to come at once; but never in a tight circle
  return failures === 0 ? 0 : backoffMs(failures - 1, random);
}
