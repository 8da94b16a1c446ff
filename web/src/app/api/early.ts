/** Calls of services that the document does not describe yet: what goes out and comes in is said where they are made. */
import { raw, type Raw } from './contract';
import { ask, askVersioned, type Versioned } from './http';
import type { Page, PageWish } from './pages';
import { list, object, optional, whole } from './shapes';

interface Place {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
}

export interface EarlyWish extends Place {
  readonly body?: unknown;
}

type Manner = Parameters<typeof ask>[2];

/** As `ask`, of a call that the document does not have. */
export async function askEarly<T>(call: string, wish: EarlyWish = {}, manner: Manner = {}): Promise<Raw<T>> {
  return ask(call as never, wish as never, manner);
}

/** As `askVersioned`. */
export async function askEarlyVersioned<T>(call: string, wish: EarlyWish = {}, manner: Manner = {}): Promise<Versioned<Raw<T>>> {
  return askVersioned(call as never, wish as never, manner);
}

interface Ends {
  readonly next_cursor?: string | null;
  readonly count?: number;
}

/** As `fetchPage`: a page of the list in the answer's field `name`. */
export async function fetchEarlyPage<Each, T>(call: string, which: Place, name: string, entry: (value: Raw<Each>) => T, { cursor, limit = 20, signal }: PageWish): Promise<Page<T>> {
  const query = { ...which.query, limit, ...(cursor === null ? {} : { cursor }) };
  const answer = await askEarly<Ends>(call, { ...which, query }, { signal });
  const { next_cursor: next, count } = object(answer, name);
  const entries = (answer as Readonly<Record<string, unknown>>)[name];
  return {
    entries: list(raw(entries) as Raw<readonly Each[]>, name, entry),
    nextCursor: typeof next === 'string' ? next : null,
    count: optional(count, (told) => whole(told, `${name}_count`)),
  };
}
