/** Lists that come in pages. */
import type { Answer, Call, Fields, Part, PathParts, Query, Raw, Wish } from './contract';
import { ask } from './http';
import { list, object, optional, whole } from './shapes';

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
}

/** The calls whose answers are pages. */
type Paged = { [C in Call]: Answer<C> extends Partial<Pick<Ends, 'next_cursor'>> ? ('limit' | 'cursor' extends keyof Query<C> ? C : never) : never }[Call];
interface Ends {
  readonly next_cursor: string | null;
  readonly count?: number;
}
/** Those that say how many there are altogether. */
type Counted = { [C in Paged]: 'count' extends keyof Answer<C> ? C : never }[Paged];

/** In which fields of an answer there are lists, and of what. */
type Lists<T> = { [Name in keyof T]: T[Name] extends readonly unknown[] ? Name : never }[keyof T] & string;
type Entry<T> = T extends readonly (infer Each)[] ? Each : never;

/** What is asked for besides the page. */
type Which<C extends Call> = Part<'path', PathParts<C>> & Part<'query', Omit<Query<C>, 'limit' | 'cursor'>>;

type Read<C extends Call, Name extends keyof Answer<C>, T> = (entry: Raw<Entry<Answer<C>[Name]>>) => T;

/** A page of the list in the answer's field `name`. */
export async function fetchPage<C extends Paged, Name extends Lists<Answer<C>>, T>(call: C, which: Which<C>, name: Name, entry: Read<C, Name, T>, wish: PageWish): Promise<Page<T>> {
  const answer: Fields<Answer<C>> = object(await ask(call, turned(which as object, wish) as Wish<C>, { signal: wish.signal }), name);
  const { next_cursor: next, count } = answer as Fields<Ends>;
  return {
    entries: list(answer[name] as Raw<readonly Entry<Answer<C>[Name]>[]>, name, entry),
    nextCursor: typeof next === 'string' ? next : null,
    count: optional(count, (told) => whole(told, `${name}_count`)),
  };
}

/** A page of a list of which one is told how long it is. */
export function fetchCounted<C extends Counted, Name extends Lists<Answer<C>>, T>(call: C, which: Which<C>, name: Name, entry: Read<C, Name, T>, wish: PageWish): Promise<Page<T>> {
  return fetchPage(call, which, name, entry, wish);
}

function turned(which: object, { cursor, limit = 20 }: PageWish): object {
  const { query } = which as { query?: object };
  return { ...which, query: { ...query, limit, ...(cursor === null ? {} : { cursor }) } };
}
