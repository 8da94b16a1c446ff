/** Guestbooks: writing at somebody's room, in secret too, answering, and what the owner does about it. */
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import type { Scenario } from '../harness.ts';
import * as room from '../room.ts';

async function write(page: Page, text: string, secret = false): Promise<void> {
  const form = page.locator('[data-testid=guestbook-write]');
  await form.locator('textarea').fill(text);
  if (secret) {
    await form.locator('[data-testid=switch-secret]').check();
  }
  await form.locator('[type=submit]').click();
  await page.locator('[data-testid=guestbook] [data-entry]').getByText(text).waitFor();
}

/** What stands there, not what somebody is about to write beneath it. */
function entry(page: Page, text: string): Locator {
  return page.locator('[data-entry]').filter({ has: page.locator('p', { hasText: text }) }).first();
}

async function choose(page: Page, text: string, what: string): Promise<void> {
  await entry(page, text).getByRole('button', { name: /글에 할 수 있는 일$/u }).first().click();
  await entry(page, text).getByRole('button', { name: what, exact: true }).click();
}

/** Somebody new who has looked at their own room. */
async function settle(page: Page, name: string, handle: string): Promise<void> {
  await room.moveIn(page, name, '/');
  await page.goto(`/r/${handle}`);
  await room.inside(page);
}

const writing: Scenario = {
  name: 'an entry is written, answered by way of a notice, changed and deleted',
  async run(stage) {
    const [owner, visitor] = await Promise.all([stage.page(), stage.page()]);
    await settle(owner, 'book owner', 'book_owner');
    await room.moveIn(visitor, 'book visitor', '/u/book_owner?show=guestbook');
    await write(visitor, '귤 잘 먹고 갑니다');
    await owner.locator('[data-testid=toast]').getByText('방명록').waitFor();
    await owner.goto('/notifications');
    await owner.locator('[data-kind=guestbook] a').click();
    await owner.waitForURL('**/guestbook/*');
    await entry(owner, '귤 잘 먹고 갑니다').locator('[data-testid=reply-write] textarea').fill('또 오세요!');
    await owner.locator('[data-testid=reply-write] [type=submit]').click();
    await entry(owner, '또 오세요!').waitFor();
    await owner.reload();
    await entry(owner, '또 오세요!').waitFor();
    assert.equal(await owner.locator('[data-testid=reply-write] textarea').inputValue(), '', 'it is not offered to be written again');

    await visitor.goto('/notifications');
    await visitor.locator('[data-kind=guestbook] a').click();
    await entry(visitor, '또 오세요!').waitFor();
    await visitor.goto('/u/book_owner?show=guestbook');
    await choose(visitor, '귤 잘 먹고 갑니다', '고치기');
    await visitor.locator('[data-testid=entry-edit] textarea').fill('귤 두 개 잘 먹고 갑니다');
    await visitor.locator('[data-testid=entry-edit] [type=submit]').click();
    await entry(visitor, '귤 두 개 잘 먹고 갑니다').getByText('고침', { exact: false }).waitFor();
    await choose(visitor, '귤 두 개 잘 먹고 갑니다', '지우기');
    await visitor.locator('[data-testid=ask-yes]').click();
    await visitor.getByText('아직 아무도 쓰지 않았어요.', { exact: false }).waitFor();
    await owner.reload();
    await owner.getByText('이미 없는 글이에요.').waitFor();
  },
};

const secrets: Scenario = {
  name: 'a secret entry is for two, in the room as on the profile; what the owner hides is too',
  async run(stage) {
    const [owner, visitor, third] = await Promise.all([stage.page(), stage.page(), stage.page()]);
    await settle(owner, 'secret owner', 'secret_owner');
    await room.moveIn(visitor, 'secret teller', '/r/secret_owner');
    await room.inside(visitor);
    await visitor.getByRole('tab', { name: '방명록' }).click();
    await write(visitor, '우리끼리 비밀', true);
    await entry(visitor, '우리끼리 비밀').locator('[data-testid=secret]').waitFor();
    await write(visitor, '모두 안녕하세요');

    await owner.goto('/u/secret_owner?show=guestbook');
    await entry(owner, '우리끼리 비밀').locator('[data-testid=secret]').waitFor();
    await room.moveIn(third, 'third one', '/u/secret_owner?show=guestbook');
    await entry(third, '모두 안녕하세요').waitFor();
    assert.equal(await entry(third, '우리끼리 비밀').count(), 0, 'nobody else learns of it');

    await choose(owner, '모두 안녕하세요', '숨기기');
    await owner.locator('[data-entry][data-hidden=true]').waitFor();
    await third.reload();
    await third.getByText('아직 아무도 쓰지 않았어요.', { exact: false }).waitFor();
    await owner.locator('[data-testid=toast]').getByRole('button', { name: '되돌리기' }).click();
    await entry(owner, '모두 안녕하세요').and(owner.locator('[data-hidden=false]')).waitFor();
    await third.reload();
    await entry(third, '모두 안녕하세요').waitFor();
  },
};

const outside: Scenario = {
  name: 'a guest reads the guestbook and is asked to sign in to write',
  async run(stage) {
    const page = await stage.page({ locale: 'en-US', viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await page.goto('/u/nabi?show=guestbook');
    await page.getByRole('link', { name: 'Sign in to write into the guestbook' }).waitFor();
    assert.equal(await page.locator('[data-testid=guestbook-write]').count(), 0);
  },
};

export const guestbook = [writing, secrets, outside];
