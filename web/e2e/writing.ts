/** What people do with posts, and what can be seen of it. */
import type { Locator, Page } from 'playwright-core';

/** The card of the post that says this. */
export function card(page: Page, text: string): Locator {
  return page.locator('[data-testid=post]').filter({ has: page.locator('[data-testid=post-text]', { hasText: text }) }).first();
}

/** Writes into the composer of the page. */
export async function compose(page: Page, text: string): Promise<void> {
  await page.locator('[data-testid=composer-text]').fill(text);
}

export async function publish(page: Page): Promise<void> {
  await page.locator('[data-testid=publish]').click();
}

/** Writes something at /feed, and waits until it stands there. */
export async function write(page: Page, text: string): Promise<Locator> {
  await page.goto('/feed');
  await compose(page, text);
  await publish(page);
  const written = card(page, text);
  await written.waitFor();
  return written;
}

export async function idOf(post: Locator): Promise<string> {
  const id = await post.getAttribute('data-post');
  if (id === null) {
    throw new Error('the post has no id');
  }
  return id;
}

/** Opens what else there is about a post, and chooses one of it. */
export async function choose(page: Page, post: Locator, label: string): Promise<void> {
  await post.locator('[data-testid=post-more]').click();
  await page.locator('[data-testid=post-choices]').getByRole('button', { name: label }).click();
}

/** A picture of one colour and its frame, as a file to choose. */
export function file(name: string, buffer: Buffer): { name: string; mimeType: string; buffer: Buffer } {
  return { name, mimeType: 'image/png', buffer };
}
