/** Whoever is suspended: signs in to read why and to appeal, is shown so wherever they are, and is in again when it is over. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { until, type Scenario, type Stage } from '../harness.ts';
import * as room from '../room.ts';
import * as writing from '../writing.ts';
import { violations } from './access.ts';

/** In the same browser, with the same cookies. */
async function tab(stage: Stage, page: Page, path: string): Promise<Page> {
  const other = await page.context().newPage();
  other.on('pageerror', (error) => stage.crashes.push(error.stack ?? error.message));
  await other.goto(path);
  return other;
}

/** Through the development identity provider, to wherever that leads. */
async function comeBack(page: Page, name: string): Promise<void> {
  await page.goto('/login?return_to=/feed');
  await page.locator('a[href*="/v1/auth/dev/start"]').click();
  await room.become(page, name);
}

const heading = (page: Page, name: string): Promise<void> => page.getByRole('heading', { level: 1, name }).waitFor();

/** Reports a post of theirs, and has them suspended for it. */
async function suspend(stage: Stage, author: string, words: string): Promise<Page> {
  const [reporter, moderator] = [await stage.page(), await stage.page()];
  await room.moveIn(reporter, `${author} reporter`, `/u/${author}?show=posts`);
  const post = writing.card(reporter, words);
  await post.locator('[data-testid=post-more]').click();
  await reporter.locator('[data-testid=post-choices]').getByRole('button', { name: '신고', exact: false }).click();
  const report = reporter.locator('[data-testid=report]');
  await report.locator('input[value=spam]').check({ force: true });
  await report.locator('[type=submit]').click();
  await reporter.locator('[data-testid=toast]').getByText('운영진이 살펴볼게요', { exact: false }).waitFor();

  await room.moveIn(moderator, `${author} desk`, '/');
  await stage.maru.promote(`${author}_desk`, 'moderator');
  await moderator.goto('/moderation');
  await moderator.locator('[data-testid=desk-open] [data-case=post]').filter({ hasText: author }).locator('a').click();
  const decide = moderator.locator('[data-testid=decide]');
  await decide.locator('input[value=suspend]').check({ force: true });
  await decide.locator('input[inputmode=numeric]').fill('3');
  await decide.locator('input[value=spam]').check({ force: true });
  await decide.locator('[type=submit]').click();
  await moderator.locator('[data-testid=ask-yes]').click();
  await moderator.locator('[data-testid=toast]').getByText('결정했어요.').waitFor();
  return moderator;
}

const appealed: Scenario = {
  name: 'whoever is suspended reads why, appeals, and is in again once that is accepted',
  async run(stage) {
    const [page, admin] = [await stage.page(), await stage.page()];
    await room.moveIn(page, 'ousted', '/feed');
    await writing.write(page, '싸게 팔아요, 연락 주세요');
    const moderator = await suspend(stage, 'ousted', '싸게 팔아요');

    await comeBack(page, 'ousted');
    await page.waitForURL('**/login?error=account_suspended');
    await heading(page, '이용이 정지된 계정이에요');
    const decision = page.locator('[data-testid=decision][data-decision=suspend][data-holds=true]');
    const facts = await decision.locator('dl').innerText();
    for (const said of ['게시물', '스팸이나 광고', '끝나는 때']) {
      assert.ok(facts.includes(said), `${said} in ${facts}`);
    }
    assert.equal(await decision.locator('dl time').count(), 2, 'when it was decided, and until when');
    assert.deepEqual(await violations(page), [], 'suspended');
    await page.getByRole('button', { name: 'EN' }).click();
    await heading(page, 'Your account is suspended');
    assert.deepEqual(await violations(page), [], 'suspended, in English');
    await page.getByRole('button', { name: '한' }).click();

    // still so wherever one goes, and when one looks again
    await page.goto('/rooms');
    await heading(page, '이용이 정지된 계정이에요');
    await page.locator('[data-testid=look-again]').click();
    await page.locator('[data-testid=toast]').getByText('아직 정지되어 있어요.').waitFor();

    const words = decision.locator('textarea');
    await words.fill('이웃 장터에 내놓은 것이에요');
    await page.reload();
    assert.equal(await words.inputValue(), '이웃 장터에 내놓은 것이에요', 'what is not sent waits');
    await decision.locator('[data-testid=appeal-form] [type=submit]').click();
    const appeal = decision.locator('[data-testid=appeal][data-state=open]');
    await appeal.getByText('이웃 장터에 내놓은 것이에요').waitFor();
    await page.reload();
    await appeal.getByText('이의에 대한 답을 기다리는 중이에요.').waitFor();
    assert.equal(await decision.locator('[data-testid=appeal-form]').count(), 0, 'once');
    assert.deepEqual(await violations(page), [], 'appealed');
    await page.setViewportSize({ width: 320, height: 640 });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, 'it fits a phone');

    // elsewhere they sign in, and out again
    const elsewhere = await stage.page({ locale: 'en-US' });
    await comeBack(elsewhere, 'ousted');
    await heading(elsewhere, 'Your account is suspended');
    await elsewhere.locator('[data-testid=sign-out]').click();
    await elsewhere.getByRole('link', { name: 'Sign in' }).first().waitFor();
    assert.equal(new URL(elsewhere.url()).pathname, '/');

    assert.equal(await moderator.evaluate(async () => (await (await fetch('/v1/me')).json()).user.role), 'moderator');
    await room.moveIn(admin, 'ousted admin', '/');
    await stage.maru.promote('ousted_admin', 'admin');
    await admin.goto('/moderation?show=appeals');
    await admin.locator('[data-appeal=suspend]').filter({ hasText: '이웃 장터' }).getByRole('button', { name: '결정 되돌리기' }).click();
    await admin.locator('[data-appeal=suspend]').filter({ hasText: '이웃 장터' }).waitFor({ state: 'detached' });

    await page.locator('[data-testid=look-again]').click();
    await page.locator('[data-testid=toast]').getByText('이용 정지가 끝났어요.', { exact: false }).waitFor();
    await page.goto('/feed');
    await writing.compose(page, '다시 왔어요');
    await writing.publish(page);
    await writing.card(page, '다시 왔어요').waitFor();
    // an old link is no alarm for somebody who is in
    await page.goto('/login?error=account_suspended');
    await page.getByText('ousted 님으로 로그인했어요').waitFor();
    assert.equal(await page.locator('[role=alert]').count(), 0);
  },
};

const everywhere: Scenario = {
  name: 'a suspended person is shown so by whatever they ask for in any tab, the door of a room too',
  async run(stage) {
    const page = await stage.page();
    await room.moveIn(page, 'tabbed', '/feed');
    await writing.write(page, '아무 데나 붙이는 글');
    await suspend(stage, 'tabbed', '아무 데나');
    // signed out by the decision: each tab is a stranger's until they come back in one of them
    const [looking, atDoor] = [await tab(stage, page, '/'), await tab(stage, page, '/r/haneul')];
    await looking.locator('main h1').waitFor();
    const enter = atDoor.locator('[data-testid=enter]');
    await enter.waitFor();
    await comeBack(page, 'tabbed');
    await heading(page, '이용이 정지된 계정이에요');

    await looking.locator('header a[href="/people"]').click();
    await looking.locator('input[type=search]').fill('하늘');
    await heading(looking, '이용이 정지된 계정이에요');
    assert.equal(await until('the focus is in the new page', () => looking.evaluate(() => document.activeElement?.tagName), (at) => at === 'MAIN'), 'MAIN');
    await enter.click();
    await heading(atDoor, '이용이 정지된 계정이에요');

    // signed out in one tab, the others find out when they are looked at again
    await page.locator('[data-testid=sign-out]').click();
    await page.locator('header a[href="/login"]').waitFor();
    await looking.locator('[data-testid=look-again]').click();
    await looking.locator('header a[href="/login"]').waitFor();
  },
};

export const suspended = [appealed, everywhere];
