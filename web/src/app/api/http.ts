/** JSON over HTTP to the page's own server. */
import { ApiProblem, problemFrom } from './problem';
import { uuid } from './uuid';

const answerWithinMs = 15_000;

interface Request {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  /** The version this change was made from; refused as `precondition_failed` if there is a newer one. */
  ifMatch?: string | null | undefined;
  /** What a POST is called, so that sending it again does nothing twice; a name of its own unless told. */
  once?: string | undefined;
  signal?: AbortSignal | undefined;
  withinMs?: number;
}

/** An answer with the version of what it shows, where that has versions. */
export interface Versioned<T> {
  readonly value: T;
  readonly etag: string | null;
}

/** The decoded answer's JSON, null for an empty one. Throws ApiProblem, or the abort of `signal`. */
export async function requestJson(path: string, request: Request = {}): Promise<unknown> {
  return (await requestVersioned(path, request)).value;
}

export async function requestVersioned(path: string, request: Request = {}): Promise<Versioned<unknown>> {
  const response = await send(path, request);
  const value = await bodyOf(response);
  if (!response.ok) {
    throw problemFrom(response.status, value);
  }
  return { value, etag: response.headers.get('etag') };
}

/** An answer that is a file. */
export async function requestFile(path: string, withinMs: number): Promise<Blob> {
  const response = await send(path, { withinMs });
  if (!response.ok) {
    throw problemFrom(response.status, await bodyOf(response));
  }
  try {
    return await response.blob();
  } catch {
    // it began, and the line broke
    throw new ApiProblem('network', 0);
  }
}

async function send(path: string, request: Request): Promise<Response> {
  const { method = 'GET', body, signal, withinMs = answerWithinMs } = request;
  const deadline = AbortSignal.timeout(withinMs);
  try {
    return await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: headersOf(request),
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

function headersOf({ method, body, ifMatch, once }: Request): Record<string, string> {
  return {
    accept: 'application/json',
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(ifMatch ? { 'if-match': ifMatch } : {}),
    ...(method === 'POST' ? { 'idempotency-key': once ?? uuid() } : {}),
  };
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
