/** The calls of the OpenAPI document, and what the document says of each. */
import type { components, paths } from './openapi';

/** The bodies of the document, by name. */
export type Wire = components['schemas'];

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

type CallsOf<Path extends keyof paths> = { [M in Method]: paths[Path] extends { readonly [m in M]: object } ? `${Uppercase<M>} ${Path}` : never }[Method];

/** A method and a path of the document, as `GET /v1/users/{handle}`. */
export type Call = { [Path in keyof paths]: CallsOf<Path> }[keyof paths];

type Operation<C extends Call> = C extends `${infer M} ${infer Path extends keyof paths}` ? paths[Path][Lowercase<M> & keyof paths[Path]] : never;

type JsonOf<Response> = Response extends { readonly content: { readonly 'application/json': infer T } } ? T : null;

type Success = 200 | 201 | 202 | 204;

type AnswerOf<O> = O extends { readonly responses: infer R } ? JsonOf<R[keyof R & Success]> : never;
type PathOf<O> = O extends { readonly parameters: { readonly path: infer T } } ? T : never;
type QueryOf<O> = O extends { readonly parameters: { readonly query?: infer T } } ? Exclude<T, undefined> : never;
type BodyOf<O> = O extends { readonly requestBody: { readonly content: { readonly 'application/json': infer T } } } ? T : never;

/** What comes back when it was done; null for no body. */
export type Answer<C extends Call> = AnswerOf<Operation<C>>;
/** What stands in the path in place of `{name}`. */
export type PathParts<C extends Call> = PathOf<Operation<C>>;
export type Query<C extends Call> = QueryOf<Operation<C>>;
/** What is sent. */
export type Body<C extends Call> = BodyOf<Operation<C>>;

/** Wanted where the document wants it, and nothing where it has nothing of the kind. */
export type Part<Name extends string, T> = [T] extends [never] ? unknown : Record<never, never> extends T ? { readonly [name in Name]?: T } : { readonly [name in Name]: T };

export type Place<C extends Call> = Part<'path', PathParts<C>> & Part<'query', Query<C>>;
export type Wish<C extends Call> = Place<C> & Part<'body', Body<C>>;

declare const meant: unique symbol;

/** What came in where the document promises a T: not looked at yet. */
export type Raw<T> = { readonly [meant]?: () => T } | null | undefined;

/** The fields the document names, with whatever came in them. */
export type Fields<T> = { readonly [name in keyof T]?: Raw<T[name]> };

/** Something that came in, wherever it may be read. */
export function raw(value: unknown): Raw<never> {
  return value as Raw<never>;
}

type Named = Readonly<Record<string, unknown>>;

/** The address of a call, for `fetch` or for the browser to open. */
export function addressOf<C extends Call>(call: C, place: Place<C>): string {
  const { path = {}, query = {} } = place as { path?: Named; query?: Named };
  const pattern = call.slice(call.indexOf(' ') + 1);
  const filled = pattern.replace(/\{(\w+)\}/gu, (_, name: string) => encodeURIComponent(String(path[name])));
  const asked = Object.entries(query).filter(([, value]) => value !== undefined);
  return asked.length === 0 ? filled : `${filled}?${new URLSearchParams(asked.map(([name, value]) => [name, String(value)]))}`;
}
