/** Typed MessagePack arrays: one declaration both checks what was received and writes what is sent. */

/** The bytes are no maru.v1 frame. The text is for logs and developers, not for programs. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';

  constructor(detail: string) {
    super(`not a maru.v1 frame: ${detail}`);
  }
}

/** One position of an array: how to check it and how to write it. */
export interface Field<T> {
  /** Checks a decoded value; `at` names it in errors. Throws {@link DecodeError}. */
  read(value: unknown, at: string): T;
  write(value: T): unknown;
}

/** The named fields of an array, in wire order. */
export type Shape = Readonly<Record<string, Field<unknown>>>;

/** The value a field reads. */
export type ValueOf<F> = F extends Field<infer T> ? T : never;

/** The object a shape reads. */
export type ValuesOf<S extends Shape> = { readonly [K in keyof S]: ValueOf<S[K]> };

/** Variant name to its number on the wire and its fields. */
export type VariantTable = Readonly<Record<string, readonly [kind: number, shape: Shape]>>;

/** A kind from the future: ignored by receivers. */
export interface Unknown {
  readonly type: 'unknown';
  readonly kind: number;
}

/** One of the variants of a table, told apart by `type`. */
export type VariantOf<V extends VariantTable> = {
  [K in keyof V]: { readonly type: K } & ValuesOf<V[K][1]>;
}[keyof V];

function refuse(at: string, expected: string): never {
  throw new DecodeError(`${at} is not ${expected}`);
}

function integer(min: number, max: number, expected: string): Field<number> {
  return {
    read(value, at) {
      if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) {
        return refuse(at, expected);
      }
      return value;
    },
    write: (value) => value,
  };
}

export const uint = integer(0, Number.MAX_SAFE_INTEGER, 'an unsigned integer');
export const uint32 = integer(0, 2 ** 32 - 1, 'a 32-bit unsigned integer');
export const uint8 = integer(0, 255, 'an 8-bit unsigned integer');
export const int32 = integer(-(2 ** 31), 2 ** 31 - 1, 'a 32-bit integer');

export const bool: Field<boolean> = {
  read: (value, at) => (typeof value === 'boolean' ? value : refuse(at, 'a boolean')),
  write: (value) => value,
};

export const str: Field<string> = {
  read: (value, at) => (typeof value === 'string' ? value : refuse(at, 'a string')),
  write: (value) => value,
};

/** A closed set of small integers. */
export function oneOf<const T extends readonly number[]>(...allowed: T): Field<T[number]> {
  return {
    read: (value, at) =>
      allowed.includes(value as number) ? (value as T[number]) : refuse(at, `one of ${allowed.join(', ')}`),
    write: (value) => value,
  };
}

/** A closed set of names that travels as their positions. */
export function named<const T extends readonly string[]>(...names: T): Field<T[number]> {
  return {
    // a text such as "length" would find something in any array
    read: (value, at) =>
      (typeof value === 'number' ? names[value] : undefined) ?? refuse(at, `a number below ${names.length}`),
    write: (value) => names.indexOf(value),
  };
}

/** The field, or nil. */
export function nullable<T>(field: Field<T>): Field<T | null> {
  return {
    read: (value, at) => (value === null ? null : field.read(value, at)),
    write: (value) => (value === null ? null : field.write(value)),
  };
}

export function list<T>(field: Field<T>): Field<readonly T[]> {
  return {
    read(value, at) {
      if (!Array.isArray(value)) return refuse(at, 'an array');
      return value.map((entry: unknown, index) => field.read(entry, `${at}[${index}]`));
    },
    write: (value) => value.map((entry) => field.write(entry)),
  };
}

function readFields(shape: Shape, values: readonly unknown[], from: number, at: string) {
  const result: Record<string, unknown> = {};
  let position = from;
  for (const [name, field] of Object.entries(shape)) {
    if (position >= values.length) throw new DecodeError(`${at}.${name} is missing`);
    result[name] = field.read(values[position], `${at}.${name}`);
    position += 1;
  }
  return result;
}

function writeFields(shape: Shape, value: Readonly<Record<string, unknown>>): unknown[] {
  return Object.entries(shape).map(([name, field]) => field.write(value[name]));
}

/** An object that travels as the array of its fields; what a newer peer appended is ignored. */
export function record<S extends Shape>(shape: S): Field<ValuesOf<S>> {
  return {
    read(value, at) {
      if (!Array.isArray(value)) return refuse(at, 'an array');
      return readFields(shape, value, 0, at) as ValuesOf<S>;
    },
    write: (value) => writeFields(shape, value),
  };
}

/** A tagged union that travels as `[kind, fields...]`; an unknown kind is a value, not an error. */
export function variants<V extends VariantTable>(table: V): Field<VariantOf<V> | Unknown> {
  const byKind = new Map(Object.entries(table).map(([type, [kind, shape]]) => [kind, { type, shape }]));
  return {
    read(value, at) {
      if (!Array.isArray(value)) return refuse(at, 'an array');
      const kind = uint.read(value[0], `${at}.kind`);
      const known = byKind.get(kind);
      if (!known) return { type: 'unknown', kind };
      const fields = readFields(known.shape, value, 1, `${at}.${known.type}`);
      return { type: known.type, ...fields } as VariantOf<V>;
    },
    write(value) {
      if (value.type === 'unknown') return [(value as Unknown).kind];
      const [kind, shape] = table[value.type as string]!;
      return [kind, ...writeFields(shape, value as ValuesOf<Shape>)];
    },
  };
}
