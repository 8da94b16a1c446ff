/** A refusal of the server (RFC 9457) or of the network, with a stable code. */

/** The account is suspended: what was decided can be read and appealed against, and one can sign out. */
export const suspendedCode = 'account_suspended';

export class ApiProblem extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    readonly retryAfterMs: number | null = null,
  ) {
    super(`${code} (${status})`);
    this.name = 'ApiProblem';
  }
}

/** Reads a problem+json body; whatever is not one becomes a code of its status class. `retryAfter` is the header, for what stands before the server. */
export function problemFrom(status: number, body: unknown, retryAfter: string | null = null): ApiProblem {
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const code = typeof fields.code === 'string' && /^[a-z_]{1,64}$/.test(fields.code) ? fields.code : codeOf(status);
  const wait = fields.retry_after_ms;
  const waitMs = typeof wait === 'number' && wait >= 0 ? wait : /^\d{1,7}$/u.test(retryAfter ?? '') ? Number(retryAfter) * 1000 : null;
  return new ApiProblem(code, status, waitMs);
}

const suspendedListeners = new Set<() => void>();

/** Whoever is suspended hears so from whatever they ask for first, and from everything after it. */
export function onSuspended(listener: () => void): () => void {
  suspendedListeners.add(listener);
  return () => suspendedListeners.delete(listener);
}

/** The refusal of a call, as {@link problemFrom} reads it; tells those who listen for what concerns the whole page. */
export function refusalFrom(status: number, body: unknown, retryAfter: string | null = null): ApiProblem {
  const problem = problemFrom(status, body, retryAfter);
  if (problem.code === suspendedCode) {
    for (const tell of suspendedListeners) {
      tell();
    }
  }
  return problem;
}

function codeOf(status: number): string {
  if (status === 429) {
    return 'rate_limited';
  }
  return status >= 500 ? 'unavailable' : 'other';
}
