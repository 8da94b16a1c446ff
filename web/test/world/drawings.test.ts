/** What the server draws rooms of is what the client draws. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { files } from '../../drawings/files';

describe('what the server draws with', () => {
  it.each(files)('%s is what the client draws; npm run drawings writes it anew', { timeout: 60_000 }, (name, text) => {
    const committed = readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
    // not toBe: nobody reads a difference of that size
    expect(committed === text()).toBe(true);
  });
});
