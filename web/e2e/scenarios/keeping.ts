/** What the pages about people and accounts keep for whoever uses them: what was typed, the focus, a way on. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { until, type Scenario } from '../harness.ts';
import * as room from '../room.ts';

function focused(page: Page): Promise<string> {
  return page.evaluate(() => document.activeElement?.textContent ?? '');
}

const drafts: Scenario = {
  name: 'what was typed into the settings is there again after looking at another tab',
  async run(stage) {
    const page = await stage.page();
    await room.moveIn(page, 'drafter', '/settings/profile');
    await page.locator('[data-testid=mood]').fill('아직 저장 안 함');
    await page.locator('[data-testid=add-link]').click();
    await page.locator('[data-testid=settings-profile] li input').first().and(page.locator(':focus')).waitFor();
    await page.getByRole('tab', { name: '공개 범위' }).click();
    await page.locator('[data-testid=switch-private]').waitFor();
    await page.getByRole('tab', { name: '프로필' }).click();
    assert.equal(await page.locator('[data-testid=mood]').inputValue(), '아직 저장 안 함');
    // a link in which nothing was written is not in the way
    await page.locator('[data-testid=save]').click();
    await page.locator('[data-testid=save-note][data-state=saved]').waitFor();
    await page.reload();
    await until('it is saved', () => page.locator('[data-testid=mood]').inputValue(), (mood) => mood === '아직 저장 안 함');
    assert.equal(await page.locator('[data-testid=settings-profile] li input').count(), 0);
  },
};

const focus: Scenario = {
  name: 'whoever uses the keyboard stays where they were after a question and an answer',
  async run(stage) {
    const page = await stage.page();
    await room.signIn(page, 'mina', '/u/sujin');
    await page.locator('[data-testid=follow][data-state=none]').focus();
    await page.keyboard.press('Enter');
    await page.locator('[data-testid=follow][data-state=following]:focus').waitFor();
    await page.keyboard.press('Enter');
    await page.locator('[data-testid=follow][data-state=none]:focus').waitFor();
    await page.goto('/settings/logins');
    await page.locator('[data-testid=make-token]').click();
    await page.locator('[data-testid=token-form] input').first().fill('초점');
    await page.locator('[data-testid=token-form] [type=submit]').click();
    // a press beside it must not lose what is shown only once
    await page.mouse.click(5, 5);
    await page.locator('[data-testid=secret]').waitFor();
    await page.locator('[data-testid=token-made]').getByRole('button', { name: '잘 보관했어요' }).click();
    await page.locator('[data-testid=tokens] [data-token=초점] button').focus();
    await page.keyboard.press('Enter');
    await page.locator('[data-testid=ask] button:focus').waitFor();
    await page.keyboard.press('Enter');
    await until('the button that asked has it again', () => focused(page), (text) => text === '없애기');
  },
};

const aloud: Scenario = {
  name: 'a failure is told over the dialog it happened in, and a relation that did not come can be asked for again',
  async run(stage) {
    const page = await stage.page();
    await room.signIn(page, 'mina', '/u/sujin');
    await page.route('**/mute', (route) => route.abort());
    await page.locator('[data-testid=more-about]').click();
    await page.locator('dialog').getByRole('button', { name: '하루' }).click();
    await page.locator('dialog [data-testid=toast]').getByText('서버에 닿지 않아요.').waitFor();
    await room.closeDialog(page);
    await page.route('**/relation', (route) => route.abort());
    await page.reload();
    await page.locator('[data-testid=profile] [role=alert] button').waitFor();
    await page.unroute('**/relation');
    await page.locator('[data-testid=profile] [role=alert] button').click();
    await page.locator('[data-testid=follow]').waitFor();
  },
};

const archive: Scenario = {
  name: 'an archive asks once more who one is where the sign-in is old',
  async run(stage) {
    const page = await stage.page();
    await room.moveIn(page, 'archivist', '/settings/data');
    await page.route('**/v1/me/export', (route) => route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify({ status: 403, code: 'reauthentication_required' }) }));
    await page.locator('[data-testid=export] button').click();
    await page.locator('[data-testid=again] a').click();
    await page.unroute('**/v1/me/export');
    await room.become(page, 'archivist');
    await page.waitForURL('**/settings/data');
    const downloading = page.waitForEvent('download');
    await page.locator('[data-testid=export] button').click();
    await downloading;
  },
};

export const keeping = [drafts, focus, aloud, archive];
