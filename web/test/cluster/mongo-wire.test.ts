/** The listener on the line to MongoDB tells writes that are kept by the majority from those that are not. */
import { describe, expect, it } from 'vitest';
import { listener, type WriteFindings } from '../../cluster/mongo-wire.ts';

type Field = string | number | boolean | { readonly [name: string]: Field };

function field(name: string, value: Field): Buffer {
  const named = (type: number, rest: Buffer): Buffer => Buffer.concat([Buffer.from([type]), Buffer.from(`${name}\0`), rest]);
  if (typeof value === 'string') {
    const text = Buffer.from(`${value}\0`);
    const length = Buffer.alloc(4);
    length.writeInt32LE(text.length);
    return named(0x02, Buffer.concat([length, text]));
  }
  if (typeof value === 'boolean') return named(0x08, Buffer.from([value ? 1 : 0]));
  if (typeof value === 'number') {
    const number = Buffer.alloc(8);
    number.writeDoubleLE(value);
    return named(0x01, number);
  }
  return named(0x03, bson(value));
}

function bson(value: { readonly [name: string]: Field }): Buffer {
  const fields = Object.entries(value).map(([name, each]) => field(name, each));
  const body = Buffer.concat([...fields, Buffer.from([0])]);
  const length = Buffer.alloc(4);
  length.writeInt32LE(body.length + 4);
  return Buffer.concat([length, body]);
}

/** A message with its command after a list of documents, as drivers send them. */
function message(command: { readonly [name: string]: Field }, opcode = 2013): Buffer {
  const documents = Buffer.concat([Buffer.from('documents\0'), bson({ a: 1 })]);
  const size = Buffer.alloc(4);
  size.writeInt32LE(documents.length + 4);
  const body = Buffer.concat([Buffer.alloc(4), Buffer.from([1]), size, documents, Buffer.from([0]), bson(command)]);
  const header = Buffer.alloc(16);
  header.writeInt32LE(body.length + 16, 0);
  header.writeInt32LE(opcode, 12);
  return Buffer.concat([header, body]);
}

const strong = { w: 'majority', j: true };

function heard(...messages: Buffer[]): WriteFindings {
  const findings: WriteFindings = { writes: 0, weak: [] };
  listener(findings)(Buffer.concat(messages));
  return findings;
}

describe('writes on the line', () => {
  it('are counted, and fine when the majority has them in its journal', () => {
    expect(heard(message({ update: 'rooms', x: 1.5, writeConcern: strong }), message({ find: 'rooms' }))).toEqual({ writes: 1, weak: [] });
  });

  it('are weak with less than that', () => {
    const weak: readonly Field[] = [{ w: 'majority' }, { w: 'majority', j: false }, { j: true }, { w: 1, j: true }];
    for (const concern of weak) {
      expect(heard(message({ insert: 'rooms', writeConcern: concern })).weak).toHaveLength(1);
    }
    expect(heard(message({ findAndModify: 'rooms' })).weak).toEqual(['findAndModify rooms with "nothing said"']);
  });

  it('of a transaction are as its end says', () => {
    expect(heard(message({ update: 'rooms', autocommit: false }))).toEqual({ writes: 0, weak: [] });
    expect(heard(message({ commitTransaction: 1, autocommit: false })).weak).toHaveLength(1);
    expect(heard(message({ commitTransaction: 1, autocommit: false, writeConcern: strong })).weak).toEqual([]);
  });

  it('are found in whatever pieces they come', () => {
    const bytes = Buffer.concat([message({ delete: 'rooms' }), message({ hello: 1 }, 2004), message({ insert: 'rooms', writeConcern: strong })]);
    for (const size of [1, 7, 64]) {
      const findings: WriteFindings = { writes: 0, weak: [] };
      const hear = listener(findings);
      for (let at = 0; at < bytes.length; at += size) hear(bytes.subarray(at, at + size));
      expect(findings).toMatchObject({ writes: 2, weak: [expect.stringContaining('delete rooms')] });
    }
  });
});
