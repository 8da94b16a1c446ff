/** JSON over HTTP to the page's own server. */
import { ApiProblem, problemFrom } from './problem';

const answerWithinMs = 15_000;

interface Request {
  method?: 'GET' | 'POST';
  body?: unknown;
  signal?: AbortSignal | undefined;
}

/** The decoded answer's JSON, null for an empty one. Throws ApiProblem, or the abort of `signal`. */
export async function requestJson(path: string, request: Request = {}): Promise<unknown> {
  const response = await send(path, request);
  const body = await bodyOf(response);
  if (!response.ok) {
    throw problemFrom(response.status, body);
  }
  return body;
}

async function send(path: string, { method = 'GET', body, signal }: Request): Promise<Response> {
  const deadline = AbortSignal.timeout(answerWithinMs);
  try {
    return await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: body === undefined ? { accept: 'application/json' } : { accept: 'application/json', 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    });
  } catch (error) {
    if (signal?.aborted) {
      throw error;
    }
    throw new ApiProblem(deadline.aborted ? 'timeout' : 'network', 0);
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') {
    return null;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // a proxy's HTML page in front of the server, not an answer of Maru
    throw problemFrom(response.ok ? 502 : response.status, null);
  }
}
