/** What one chooses about oneself and one's account, and what others see of it. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { until, type Scenario } from '../harness.ts';
import * as room from '../room.ts';

async function saved(page: Page, form = 'body'): Promise<void> {
  await page.locator(`${form} [data-testid=save]`).click();
  await page.locator(`${form} [data-testid=save-note][data-state=saved]`).waitFor();
}

const looks: Scenario = {
  name: 'an avatar put together in the settings is what others see, at once',
  async run(stage) {
    const [one, other] = await Promise.all([stage.page(), stage.page()]);
    await room.signIn(one, 'dari', '/r/ondol');
    await room.signIn(other, 'ada', '/r/ondol');
    await Promise.all([room.inside(one), room.inside(other)]);
    await other.getByRole('tab', { name: /^사람/u }).click();
    const face = (): Promise<string | null> => other.locator('[data-person=다리] img').getAttribute('src');
    const before = await face();
    const settings = await one.context().newPage();
    await settings.goto('/settings/profile');
    const preview = (): Promise<string | null> => settings.locator('[data-testid=avatar-editor] [role=img] img').getAttribute('src');
    const [shown, tabs] = [await preview(), settings.locator('[data-testid=avatar-editor] [role=tab]')];
    assert.equal(await tabs.count(), 6, 'a tab for each part');
    await tabs.nth(1).click();
    await settings.locator('[data-testid=avatar-editor] input[type=radio]:not(:checked)').first().check();
    await tabs.nth(3).click();
    await settings.locator('[data-testid=avatar-editor] input[type=radio]:not(:checked)').last().check();
    assert.notEqual(await preview(), shown, 'the preview follows');
    await settings.locator('[data-testid=mood]').fill('새 옷');
    await saved(settings);
    await until('others see it', face, (now) => now !== before);
    await other.goto('/u/dari');
    await other.locator('[data-testid=profile]').getByText('새 옷').waitFor();
  },
};

const handles: Scenario = {
  name: 'an old handle leads to the new one, of the profile and of the room',
  async run(stage) {
    const [one, other] = await Promise.all([stage.page(), stage.page()]);
    await room.moveIn(one, 'first name', '/settings/account');
    await one.locator('[data-testid=handle-field]').fill('second_name');
    await one.locator('[data-testid=handle-change]').click();
    await one.getByRole('alertdialog').getByText('90일').waitFor();
    await one.locator('[data-testid=ask-yes]').click();
    await one.getByText('이제 @second_name예요.').waitFor();
    await one.locator('[data-testid=handle]').getByText('다시 바꿀 수 있어요').waitFor();
    await other.goto('/u/first_name?show=followers');
    await other.waitForURL('**/u/second_name?show=followers');
    await other.getByRole('heading', { level: 1, name: 'first name' }).waitFor();
    await other.goto('/r/first_name');
    await other.waitForURL('**/r/second_name');
    await other.locator('[data-testid=entry]').waitFor();
    // and it stays taken
    await room.moveIn(other, 'third name', '/settings/account');
    await other.locator('[data-testid=handle-field]').fill('first_name');
    await other.locator('[data-testid=handle-change]').click();
    await other.locator('[data-testid=ask-yes]').click();
    await other.getByText('이미 쓰고 있는 아이디예요.').waitFor();
  },
};

const conflicts: Scenario = {
  name: 'what was changed in another window is not lost, and what one typed is not either',
  async run(stage) {
    const one = await stage.page();
    await room.moveIn(one, 'two windows', '/settings/profile');
    await one.locator('[data-testid=mood]').waitFor();
    const other = await one.context().newPage();
    await other.goto('/settings/profile');
    await other.locator('[data-testid=mood]').fill('다른 창의 기분');
    await saved(other);
    await one.locator('[data-testid=bio]').fill('여기서 쓴 소개');
    await one.locator('[data-testid=save]').click();
    await one.locator('[data-testid=save-note][data-state=conflict]').getByText('다른 곳에서 바뀌었어요').waitFor();
    assert.equal(await one.locator('[data-testid=mood]').inputValue(), '다른 창의 기분');
    assert.equal(await one.locator('[data-testid=bio]').inputValue(), '여기서 쓴 소개');
    await saved(one);
    await one.reload();
    await until('both are kept', () => one.locator('[data-testid=bio]').inputValue(), (bio) => bio === '여기서 쓴 소개');
    assert.equal(await one.locator('[data-testid=mood]').inputValue(), '다른 창의 기분');

    await one.goto('/settings/notifications');
    await one.locator('[data-testid=switch-follow]').waitFor();
    await other.goto('/settings/notifications');
    await other.locator('[data-testid=switch-reaction]').uncheck();
    await saved(other);
    await one.locator('[data-testid=switch-mention]').uncheck();
    await one.locator('[data-testid=save]').click();
    await one.locator('[data-testid=save-note][data-state=conflict]').waitFor();
    assert.equal(await one.locator('[data-testid=switch-reaction]').isChecked(), false);
    await saved(one);
    await other.reload();
    await until('both are off', () => other.locator('[data-testid=switch-mention]').isChecked(), (on) => !on);
  },
};

const sessions: Scenario = {
  name: 'a sign-in ended from the list is over in the other browser',
  async run(stage) {
    const [here, there] = await Promise.all([stage.page(), stage.page()]);
    await room.signIn(here, 'noah', '/settings/logins');
    await room.signIn(there, 'noah', '/settings/profile');
    await here.reload();
    const others = here.locator('[data-testid=logins] [data-login=other]');
    await others.first().waitFor();
    await others.first().getByRole('button', { name: /이름 짓기/u }).click();
    await here.locator('dialog input').fill('거실');
    await here.locator('dialog [type=submit]').click();
    await others.first().getByText('거실').waitFor();
    await others.first().getByRole('button', { name: /로그아웃/u }).click();
    await here.getByText('거실에서 로그아웃했어요.').waitFor();
    await there.evaluate(() => window.dispatchEvent(new Event('focus')));
    await there.getByText('로그인하면 설정을 바꿀 수 있어요.').waitFor();

    await room.signIn(there, 'noah', '/r/yeoul');
    await room.inside(there);
    await here.reload();
    await here.locator('[data-testid=end-others]').click();
    await here.locator('[data-testid=ask-yes]').click();
    await here.getByText('이제 여기에서만 로그인되어 있어요.').waitFor();
    await there.getByRole('heading', { name: '로그인하고 들어오세요' }).waitFor();
    await here.locator('[data-testid=log] [data-action=signed_in]').first().waitFor();
  },
};

const tokens: Scenario = {
  name: 'a token is shown once, works, and does not once it is revoked',
  async run(stage) {
    const page = await stage.page();
    await room.signIn(page, 'sujin', '/settings/logins');
    await page.locator('[data-testid=make-token]').click();
    await page.locator('[data-testid=token-form] input').first().fill('눈사람 봇');
    await page.locator('[data-testid=token-form] [type=submit]').click();
    const secret = await page.locator('[data-testid=secret]').inputValue();
    assert.match(secret, /^maru_pat_/u);
    await page.locator('[data-testid=token-made]').getByRole('button', { name: '잘 보관했어요' }).click();
    const ask = (): Promise<number> => fetch(`${stage.maru.url}/v1/me`, { headers: { authorization: `Bearer ${secret}` } }).then(({ status }) => status);
    assert.equal(await ask(), 200);
    await page.locator('[data-testid=tokens] [data-token="눈사람 봇"]').getByRole('button', { name: /없애기/u }).click();
    await page.locator('[data-testid=ask-yes]').click();
    await page.getByText('토큰이 없어요.').waitFor();
    assert.equal(await ask(), 401);
    assert.ok(!(await page.content()).includes(secret), 'it is not kept on the page');
  },
};

const taking: Scenario = {
  name: 'everything one owns is taken along as an archive',
  async run(stage) {
    const page = await stage.page();
    await room.moveIn(page, 'packer', '/settings/data');
    const downloading = page.waitForEvent('download');
    await page.locator('[data-testid=export] button').click();
    const download = await downloading;
    assert.equal(download.suggestedFilename(), 'maru-packer.zip');
    assert.deepEqual([...(await readFile(await download.path())).subarray(0, 2)], [0x50, 0x4b], 'a zip');
  },
};

const leaving: Scenario = {
  name: 'an account is closed after showing again who one is, gone for others, and restored',
  async run(stage) {
    const [one, other] = await Promise.all([stage.page(), stage.page()]);
    await room.moveIn(one, 'leaver', '/settings/account');
    // as if the sign-in were long ago
    await one.route('**/v1/me', (route) => (route.request().method() === 'DELETE' ? route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify({ status: 403, code: 'reauthentication_required' }) }) : route.continue()));
    const close = async (): Promise<void> => {
      await one.locator('[data-testid=close-dialog] input').fill('leaver');
      await one.locator('[data-testid=close-dialog] [type=submit]').click();
    };
    await one.locator('[data-testid=close-account]').click();
    await close();
    await one.locator('[data-testid=again] a').click();
    await one.unroute('**/v1/me');
    await room.become(one, 'leaver');
    await one.waitForURL('**/settings/account');
    await close();
    await one.getByText('계정을 닫았어요.', { exact: false }).waitFor();
    await other.goto('/u/leaver');
    await other.getByRole('heading', { level: 1, name: '그런 곳은 없어요' }).waitFor();

    await one.locator('a[href*="/v1/auth/dev/start"]').click();
    await room.become(one, 'leaver');
    await one.getByRole('heading', { level: 1, name: '닫은 계정이에요' }).waitFor();
    await one.locator('[data-testid=restore]').click();
    await one.getByText('다시 오셨네요.', { exact: false }).waitFor();
    await other.reload();
    await other.locator('[data-testid=profile]').waitFor();
  },
};

const still: Scenario = {
  name: 'the wish for little motion is kept with the account and stills the page',
  async run(stage) {
    const page = await stage.page();
    await room.moveIn(page, 'still one', '/settings/account');
    assert.equal(await page.evaluate(() => document.documentElement.dataset.motion), 'full');
    await page.locator('[data-testid=site] input[value=reduced]').check();
    await page.locator('[data-testid=site] input[value=en]').check();
    await saved(page, '[data-testid=site]');
    await until('the page is still', () => page.evaluate(() => document.documentElement.dataset.motion), (motion) => motion === 'reduced');
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    // another browser of the same person
    await page.evaluate(() => localStorage.clear());
    await page.goto('/');
    await until('the page is still again', () => page.evaluate(() => document.documentElement.dataset.motion), (motion) => motion === 'reduced');
  },
};

export const settings = [looks, handles, conflicts, sessions, tokens, taking, leaving, still];
