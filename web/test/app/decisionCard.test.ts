/** What a decision's card says of the appeal against it. */
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it, vi } from 'vitest';
import { raw } from '../../src/app/api/contract';
import { decision } from '../../src/app/api/moderation';
import { en } from '../../src/pages/suspended/words/en';
import { ko } from '../../src/pages/suspended/words/ko';

// The language of the page is set as the texts load.
vi.stubGlobal('document', { documentElement: { lang: '' } });
const { DecisionCard } = await import('../../src/pages/suspended/DecisionCard');

function card(text: string): string {
  const appeal = { text, state: 'overturned', appealed_at: '2026-11-28T02:00:00Z', decided_at: '2026-11-28T03:00:00Z' };
  const ruling = { id: 'd1', kind: 'asset', subject: 'a1', action: 'remove', rule: 'privacy', until: null, decided_at: '2026-11-28T01:00:00Z', appeal };
  return renderToStaticMarkup(createElement(DecisionCard, { decision: decision(raw(ruling)), holds: false, change: () => undefined, again: () => undefined }));
}

const says = (html: string, of: (words: typeof en) => string): boolean => [en, ko].some((words) => html.includes(of(words)));

describe('the card of a decision that was taken back', () => {
  it('quotes the appeal that did it', () => {
    const html = card('제 사진이에요');
    expect(html).toContain('제 사진이에요');
    expect(says(html, (words) => words.yours)).toBe(true);
    expect(says(html, (words) => words.sent(''))).toBe(true);
    expect(says(html, (words) => `>${words.takenBack}<`)).toBe(false);
  });

  it('speaks of no appeal where it went with another decision', () => {
    const html = card('');
    expect(says(html, (words) => `>${words.takenBack}<`)).toBe(true);
    expect(html).not.toContain('<blockquote');
    expect(says(html, (words) => words.yours)).toBe(false);
    expect(says(html, (words) => words.sent(''))).toBe(false);
  });
});
