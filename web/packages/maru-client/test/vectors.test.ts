// The golden bytes shared with the server: every frame reads and writes exactly them.
import vectors from '@protocol/vectors/frames.json';
import { expect, test } from 'vitest';
import { clientFrame, decodeClient, decodeServer, encodeClient, encodeServer, serverFrame } from '../src/index.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test.each(vectors.map((vector) => [`${vector.direction}: ${vector.name}`, vector] as const))('%s', (_, vector) => {
  const bytes = new Uint8Array(Buffer.from(vector.hex, 'hex'));
  if (vector.direction === 'client') {
    const frame = decodeClient(bytes);
    expect(frame.type).not.toBe('unknown');
    expect(clientFrame.write(frame)).toEqual(vector.json);
    expect(hex(encodeClient(frame))).toBe(vector.hex);
  } else {
    const frame = decodeServer(bytes);
    expect(frame.type).not.toBe('unknown');
    expect(serverFrame.write(frame)).toEqual(vector.json);
    expect(hex(encodeServer(frame))).toBe(vector.hex);
  }
});

test('the vectors hold every kind both ways', () => {
  const kinds = (direction: string) => {
    const seen = vectors.filter((vector) => vector.direction === direction).map(({ json }) => Number(json[0]));
    return [...new Set(seen)].toSorted((a, b) => a - b);
  };
  const upTo = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index);
  expect(kinds('client')).toEqual(upTo(1, 12));
  expect(kinds('server')).toEqual(upTo(64, 79));
});
