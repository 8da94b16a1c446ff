/** A refusal of the server (RFC 9457) or of the network, with a stable code. */

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

/** Reads a problem+json body; whatever is not one becomes a code of its status class. */
export function problemFrom(status: number, body: unknown): ApiProblem {
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const code = typeof fields.code === 'string' && /^[a-z_]{1,64}$/.test(fields.code) ? fields.code : codeOf(status);
  const wait = fields.retry_after_ms;
  return new ApiProblem(code, status, typeof wait === 'number' && wait >= 0 ? wait : null);
}

function codeOf(status: number): string {
  if (status === 429) {
    return 'rate_limited';
  }
  return status >= 500 ? 'unavailable' : 'other';
}
