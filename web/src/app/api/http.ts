/** The calls of the document over HTTP, to the page's own server. */
import { addressOf, raw, type Answer, type Call, type Raw, type Wish } from './contract';
import { ApiProblem, problemFrom, refusalFrom } from './problem';
import { uuid } from './uuid';

const answerWithinMs = 15_000;

interface Manner {
  /** The version this change was made from; refused as `precondition_failed` if there is a newer one. */
  readonly ifMatch?: string | null | undefined;
  /** What a POST is called, so that sending it again does nothing twice; a name of its own unless told. */
  readonly once?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly withinMs?: number;
}

/** An answer with the version of what it shows, where that has versions. */
export interface Versioned<T> {
  readonly value: T;
  readonly etag: string | null;
}

/** The decoded answer's JSON, null for an empty one. Throws ApiProblem, or the abort of `signal`. */
export async function ask<C extends Call>(call: C, wish: Wish<C>, manner: Manner = {}): Promise<Raw<Answer<C>>> {
  return (await askVersioned(call, wish, manner)).value;
}

export async function askVersioned<C extends Call>(call: C, wish: Wish<C>, manner: Manner = {}): Promise<Versioned<Raw<Answer<C>>>> {
  const response = await send(call, wish, manner);
  const value = await bodyOf(response, manner.signal);
  if (!response.ok) {
    throw refusalFrom(response.status, value, response.headers.get('retry-after'));
  }
  return { value, etag: response.headers.get('etag') };
}

/** An answer that is a file. */
export async function askFile<C extends Call>(call: C, wish: Wish<C>, manner: Manner = {}): Promise<Blob> {
  const response = await send(call, wish, manner);
  if (!response.ok) {
    throw refusalFrom(response.status, await bodyOf(response, manner.signal), response.headers.get('retry-after'));
  }
  try {
    return await response.blob();
  } catch {
    // it began, and the line broke
    throw new ApiProblem('network', 0);
  }
}

async function send<C extends Call>(call: C, wish: Wish<C>, manner: Manner): Promise<Response> {
  const { signal, withinMs = answerWithinMs } = manner;
  const { body } = wish as { body?: unknown };
  const method = call.slice(0, call.indexOf(' '));
  const deadline = AbortSignal.timeout(withinMs);
  try {
    return await fetch(addressOf(call, wish), {
      method,
      credentials: 'same-origin',
      headers: headersOf(method, body, manner),
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

function headersOf(method: string, body: unknown, { ifMatch, once }: Manner): Record<string, string> {
  return {
    accept: 'application/json',
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(ifMatch ? { 'if-match': ifMatch } : {}),
    ...(method === 'POST' ? { 'idempotency-key': once ?? uuid() } : {}),
  };
}

async function bodyOf(response: Response, signal?: AbortSignal): Promise<Raw<never>> {
  let text: string;
  try {
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) {
      throw error;
    }
    // it began, and the line broke or fell silent
    throw new ApiProblem(error instanceof DOMException && error.name === 'TimeoutError' ? 'timeout' : 'network', 0);
  }
  if (text === '') {
    return null;
  }
  try {
    return raw(JSON.parse(text));
  } catch {
    // a proxy's HTML page in front of the server, not an answer of Maru
    throw problemFrom(response.ok ? 502 : response.status, null, response.headers.get('retry-after'));
  }
}
