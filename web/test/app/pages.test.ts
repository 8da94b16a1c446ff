/** Small decisions of the pages: where to return, what a search finds, what a state means. */
import { describe, expect, it } from 'vitest';
import { safeReturn } from '../../src/pages/login/safeReturn';
import { blockOf } from '../../src/pages/room/connectionState';
import { searchCatalogue } from '../../src/pages/room/edit/search';
import { catalogueItems } from '../../src/world/catalogue';

describe('the way back after signing in', () => {
  it.each([
    ['/r/haneul', '/r/haneul'],
    ['/r/haneul?edit=1#top', '/r/haneul?edit=1#top'],
    [null, '/'],
    ['', '/'],
    ['r/haneul', '/'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['/r/a\\b', '/'],
    ['https://evil.example', '/'],
    ['/\n/evil.example', '/'],
  ])('%j leads to %s', (wish, path) => {
    expect(safeReturn(wish)).toBe(path);
  });
});

describe('searching furniture', () => {
  it('knows both languages and minds neither case nor spaces', () => {
    expect(searchCatalogue(catalogueItems, '', '소파').map(({ kind }) => kind)).toContain('sofa');
    expect(searchCatalogue(catalogueItems, '', ' SoFa ').map(({ kind }) => kind)).toContain('sofa');
  });

  it('keeps to the family', () => {
    expect(searchCatalogue(catalogueItems, 'bed', '').every(({ family }) => family === 'bed')).toBe(true);
    expect(searchCatalogue(catalogueItems, 'bed', '').length).toBeGreaterThan(0);
  });

  it('finds all without a question and nothing for nonsense', () => {
    expect(searchCatalogue(catalogueItems, '', '')).toHaveLength(catalogueItems.length);
    expect(searchCatalogue(catalogueItems, '', 'zzzz')).toEqual([]);
  });
});

describe('a connection state', () => {
  const state = (name: 'inside' | 'closed' | 'reconnecting' | 'connecting', reason: string | null) => ({ name, reason, comesBack: name !== 'closed', retryInMs: null });

  it.each([
    ['closed', 'forbidden', 'forbidden'],
    ['closed', 'room_gone', 'gone'],
    ['closed', 'sign_in_required', 'sign_in'],
    ['closed', 'replaced', 'replaced'],
    ['connecting', 'room_full', 'full'],
    ['closed', 'from_the_future', 'broken'],
    ['closed', 'left', null],
    ['reconnecting', 'restart', null],
    ['reconnecting', 'from_the_future', null],
    ['inside', null, null],
  ] as const)('%s because of %s blocks as %s', (name, reason, block) => {
    expect(blockOf(state(name, reason))).toBe(block);
  });
});
