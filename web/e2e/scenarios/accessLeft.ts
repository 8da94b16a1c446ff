/** The same audit for what people leave behind: rooms and what is done with them, guestbooks, reports and decisions. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { Scenario } from '../harness.ts';
import * as room from '../room.ts';
import { violations } from './access.ts';

async function sound(page: Page, what: string): Promise<void> {
  assert.deepEqual(await violations(page), [], what);
}

const rooms: Scenario = {
  name: 'axe finds nothing serious on the pages of rooms, guestbooks and visits',
  async run(stage) {
    const [page, visitor] = await Promise.all([stage.page(), stage.page()]);
    await room.moveIn(page, 'sound host', '/');
    await page.goto('/r/sound_host');
    await room.inside(page);
    await room.signIn(visitor, 'mina', '/r/sound_host');
    await room.inside(visitor);
    await visitor.getByRole('tab', { name: '방명록' }).click();
    const write = visitor.locator('[data-testid=guestbook-write]');
    await write.locator('textarea').fill('들렀다 가요');
    await write.locator('[data-testid=switch-secret]').check();
    await write.locator('[type=submit]').click();
    await visitor.locator('[data-entry]').getByText('들렀다 가요').waitFor();
    await sound(visitor, 'the guestbook beside the room');
    await visitor.locator('[data-testid=replies]').click();
    await visitor.locator('[data-testid=reply-write]').waitFor();
    await visitor.locator('[data-entry] button[aria-expanded=false]').last().click();
    await sound(visitor, 'an entry, its answers and what one can do with it');
    await visitor.getByRole('tab', { name: '글', exact: true }).click();
    await visitor.locator('[data-testid=room-posts]').waitFor();
    await sound(visitor, 'the posts beside the room');
    await visitor.locator('[data-testid=report-room]').click();
    await visitor.locator('[data-testid=report]').waitFor();
    await sound(visitor, 'a report');

    await page.getByRole('tab', { name: '글', exact: true }).click();
    await page.locator('[data-testid=hang]').click();
    await page.locator('dialog [data-testid=composer]').waitFor();
    await sound(page, 'a post being hung');
    await room.closeDialog(page);
    await page.locator('[data-testid=open-visitors]').click();
    await page.locator('dialog').waitFor();
    await sound(page, 'the visitors');
    await page.goto('/notifications');
    await page.locator('[data-kind=guestbook] a').click();
    await page.waitForURL('**/guestbook/*');
    await page.locator('[data-testid=reply-write]').waitFor();
    await sound(page, '/guestbook');
    await page.goto('/u/sound_host?show=guestbook');
    await page.locator('[data-entry]').waitFor();
    await sound(page, 'the guestbook on a profile');

    await page.goto('/rooms');
    const card = page.locator('li[data-room]').first();
    await card.waitFor();
    await sound(page, '/rooms');
    const menu = card.getByRole('button', { name: /에 할 수 있는 일$/u });
    await menu.click();
    await sound(page, 'what one can do with a room');
    await page.keyboard.press('Escape');
    for (const [what, form] of [
      ['함께 꾸미는 사람', 'editors'],
      ['이름과 방문', 'room-settings'],
      ['배치', 'layouts'],
    ] as const) {
      await menu.click();
      await card.getByRole('button', { name: what, exact: true }).click();
      await page.locator(`[data-testid=${form}]`).waitFor();
      await sound(page, what);
      await room.closeDialog(page);
    }
    await page.locator('[data-testid=make-room]').click();
    await page.locator('[data-testid=make-room-form]').waitFor();
    await sound(page, 'a new room');
    await room.closeDialog(page);
    for (const tab of ['보관', '지운 방']) {
      await page.getByRole('tab', { name: tab }).click();
      await sound(page, tab);
    }
  },
};

const rulings: Scenario = {
  name: 'axe finds nothing serious where things are reported, decided and appealed against',
  async run(stage) {
    const [page, moderator] = await Promise.all([stage.page(), stage.page()]);
    await room.moveIn(moderator, 'sound desk', '/');
    await stage.maru.promote('sound_desk', 'moderator');
    await room.moveIn(page, 'sound writer', '/feed');
    // held until somebody has looked at it
    await page.locator('[data-testid=composer-text]').fill('짱깨');
    await page.locator('[data-testid=publish]').click();
    await page.locator('[data-testid=post][data-standing=held]').waitFor();
    await moderator.goto('/moderation');
    const waiting = moderator.locator('[data-testid=desk-open] [data-case=post]').filter({ hasText: 'sound_writer' });
    await waiting.waitFor();
    await sound(moderator, '/moderation');
    await waiting.locator('a').click();
    const decide = moderator.locator('[data-testid=decide]');
    await decide.waitFor();
    await sound(moderator, 'a case');
    await decide.locator('input[value=warn]').check({ force: true });
    await decide.locator('input[value=hate]').check({ force: true });
    await decide.locator('[type=submit]').click();
    await moderator.locator('[data-testid=toast]').getByText('결정했어요.').waitFor();
    await sound(moderator, 'a case that is decided');
    await page.goto('/settings/decisions');
    await page.locator('[data-decision=warn]').waitFor();
    await sound(page, '/settings/decisions');
    await page.locator('[data-testid=appeal-begin]').click();
    await page.locator('[data-testid=appeal-dialog]').waitFor();
    await sound(page, 'an appeal');
    await page.locator('[data-testid=appeal-dialog] textarea').fill('몰랐어요');
    await page.locator('[data-testid=appeal-dialog] [type=submit]').click();
    await page.locator('[data-testid=appeal][data-state=open]').waitFor();
    await moderator.goto('/moderation?show=appeals');
    await moderator.locator('[data-appeal=warn]').waitFor();
    await sound(moderator, 'the appeals');
    await moderator.goto('/moderation/log');
    await moderator.locator('[data-testid=moderation-log] [data-action=warn]').first().waitFor();
    await sound(moderator, '/moderation/log');
    await page.goto('/settings/privacy');
    await page.locator('[data-testid=muted-words]').waitFor();
    await sound(page, 'muted words');
  },
};

export const accessLeft = [rooms, rulings];
