/** Lists that come in pages. */
import { requestJson } from './http';
import { list, object, whole, type Loose } from './shapes';

export interface Page<T> {
  readonly entries: readonly T[];
  readonly nextCursor: string | null;
  /** How many there are altogether, where the server says. */
  readonly count: number | null;
}

export interface PageWish {
  readonly cursor: string | null;
  readonly limit?: number;
  readonly signal?: AbortSignal | undefined;
  readonly query?: Readonly<Record<string, string>>;
}

/** The page of `path` whose entries are in the field `name`. */
export async function fetchPage<T>(path: string, name: string, entry: (value: unknown) => T, { cursor, limit = 20, signal, query = {} }: PageWish): Promise<Page<T>> {
  const search = new URLSearchParams({ ...query, limit: String(limit) });
  if (cursor !== null) {
    search.set('cursor', cursor);
  }
  const page = object<Loose>(await requestJson(`${path}?${search}`, { signal }), name);
  const { next_cursor: next, count } = page;
  return {
    entries: list(page[name], name, entry),
    nextCursor: typeof next === 'string' ? next : null,
    count: count === undefined ? null : whole(count, `${name}_count`),
  };
}
