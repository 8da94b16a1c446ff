/** What people are to each other, seen from both sides: following, ties, blocks, requests, notices, finding somebody. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { until, type Scenario, type Stage } from '../harness.ts';
import * as room from '../room.ts';

/** Two newcomers on pages of their own, each at `path`. */
async function two(stage: Stage, names: readonly [string, string], path: string): Promise<[Page, Page]> {
  const pages: [Page, Page] = [await stage.page(), await stage.page()];
  await Promise.all(pages.map((page, at) => room.moveIn(page, names[at] ?? '', path)));
  return pages;
}

async function profile(page: Page, handle: string): Promise<void> {
  await page.goto(`/u/${handle}`);
  await page.locator('[data-testid=profile]').waitFor();
}

function unread(page: Page): Promise<string | null> {
  return page.locator('[data-testid=bell]').getAttribute('data-unread');
}

/** Looks away and back, as people do. */
async function glance(page: Page): Promise<void> {
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
}

const following: Scenario = {
  name: 'whoever is followed hears of it: in a room at once, elsewhere on looking back',
  async run(stage) {
    const [fan, star] = await two(stage, ['fan one', 'star one'], '/');
    await star.goto('/r/nabi');
    await room.inside(star);
    await profile(fan, 'star_one');
    await fan.locator('[data-testid=whereabouts] a[href^="/r/nabi"]').waitFor();
    await fan.locator('[data-testid=follow]').click();
    await fan.locator('[data-testid=follow][data-state=following]').waitFor();
    await until('the profile counts', () => fan.locator('[data-testid=count-followers]').innerText(), (count) => count === '1');
    await star.locator('[data-testid=toast]').getByText('fan one 님이 나를 팔로우해요.').waitFor();
    await until('the bell counts', () => unread(star), (count) => count === '1');
    await star.locator('[data-testid=bell]').click();
    await star.locator('[data-testid=notices] [data-kind=follow][data-unread=true]').getByText('fan one').waitFor();
    await star.locator('[data-testid=read-all]').click();
    await until('all is read', () => unread(star), (count) => count === '0');
    await star.locator('[data-testid=notices] [data-unread=false]').waitFor();

    // the other way round, on a page that no room tells anything
    await room.closeDialog(star);
    await profile(star, 'fan_one');
    await star.getByText('나를 팔로우해요').waitFor();
    await star.locator('[data-testid=follow]').click();
    await star.locator('[data-testid=follow][data-state=following]').waitFor();
    await glance(fan);
    await until('the bell counts', () => unread(fan), (count) => count === '1');
    await fan.goto('/notifications');
    await fan.locator('[data-kind=follow] a').click();
    await fan.waitForURL('**/u/star_one');
    await fan.locator('[data-testid=follow]').click();
    await fan.locator('[data-testid=follow][data-state=none]').waitFor();
    await until('the profile counts', () => fan.locator('[data-testid=count-followers]').innerText(), (count) => count === '0');
  },
};

const tied: Scenario = {
  name: 'two become ties by consent, each with a nickname, and leave a line',
  async run(stage) {
    const [one, other] = await two(stage, ['귤나무', 'tie two'], '/');
    // a handle is found by the name one moved in with
    const mine = await ownHandle(one);
    await profile(one, 'tie_two');
    await one.locator('[data-testid=tie]').click();
    await one.locator('[data-testid=tie-dialog] input').fill('단짝');
    await one.locator('[data-testid=tie-dialog] [type=submit]').click();
    await one.getByText('일촌 신청함').waitFor();
    await other.goto('/notifications');
    await other.locator('[data-kind=tie_request] a').click();
    await other.locator('[data-testid=asks-for-tie]').getByRole('button', { name: /일촌 맺기/u }).click();
    await other.locator('[data-testid=tie-dialog] input').fill('귤대장');
    await other.locator('[data-testid=tie-dialog] [type=submit]').click();
    await other.locator('[data-testid=profile]').getByText('일촌 · 귤대장').waitFor();
    await other.locator('[data-testid=write-line] input').fill('귤처럼 상큼한 친구');
    await other.locator('[data-testid=write-line] [type=submit]').click();
    await other.locator('[data-testid=section-lines] [data-person=tie_two]').getByText('귤처럼 상큼한 친구').waitFor();

    await one.goto(`/u/${mine}`);
    await one.locator('[data-testid=section-lines] [data-person=tie_two]').getByText('귤처럼 상큼한 친구').waitFor();
    await one.getByRole('tab', { name: '일촌', exact: true }).click();
    await one.locator('[data-testid=section-ties] [data-person=tie_two]').getByText('“단짝”').waitFor();
    await one.locator('[data-testid=section-ties]').getByText('“귤대장”').waitFor();
    await one.getByRole('tab', { name: '일촌평' }).click();
    await one.getByRole('button', { name: 'tie two 님의 일촌평 지우기' }).click();
    await one.locator('[data-testid=ask-yes]').click();
    await one.getByText('아직 일촌평이 없어요.').waitFor();

    await profile(one, 'tie_two');
    await one.locator('[data-testid=more-about]').click();
    await one.locator('dialog').getByRole('button', { name: '일촌 끊기' }).click();
    await one.locator('[data-testid=ask-yes]').click();
    await one.locator('[data-testid=tie]').waitFor();
  },
};

async function ownHandle(page: Page): Promise<string> {
  const body = (await (await page.request.get('/v1/me')).json()) as { user: { handle: string } };
  return body.user.handle;
}

const blocked: Scenario = {
  name: 'a block makes both vanish for each other in the room at once, and everywhere',
  async run(stage) {
    const [one, other] = await two(stage, ['blocker', 'blockee'], '/r/sujin');
    await Promise.all([room.inside(one), room.inside(other)]);
    await one.getByRole('tab', { name: /^사람/u }).click();
    await other.getByRole('tab', { name: /^사람/u }).click();
    await other.locator('[data-person=blocker]').waitFor();
    await room.about(one, 'blockee');
    await one.locator('[data-testid=person]').getByRole('button', { name: /차단/u }).click();
    await one.locator('[data-testid=ask-yes]').click();
    await one.locator('[data-person=blockee]').waitFor({ state: 'detached' });
    await other.locator('[data-person=blocker]').waitFor({ state: 'detached' });
    await until('nobody else is drawn', () => room.tagOf(other, 'blocker'), (tag) => tag === null);
    await until('one is alone', () => room.stats(one), (answer) => answer?.people === 1);

    await other.goto('/u/blocker');
    await other.getByRole('heading', { level: 1, name: '그런 곳은 없어요' }).waitFor();
    await other.goto('/people?q=blocker');
    await other.getByText('“blocker” 님을 찾지 못했어요.').waitFor();
    await one.goto('/u/blockee');
    await one.getByRole('heading', { level: 1, name: '차단한 사람이에요' }).waitFor();
    await one.goto('/settings/privacy');
    await one.locator('[data-testid=blocks] [data-person=blockee] button').click();
    await one.getByText('차단한 사람이 없어요.').waitFor();
    await profile(one, 'blockee');
  },
};

const privately: Scenario = {
  name: 'a private account lets people follow one by one',
  async run(stage) {
    const [shy, fan] = await two(stage, ['shy one', 'fan two'], '/');
    await shy.goto('/settings/privacy');
    await shy.locator('[data-testid=switch-private]').check();
    await shy.locator('[data-testid=save]').click();
    await shy.locator('[data-testid=save-note][data-state=saved]').waitFor();
    await profile(fan, 'shy_one');
    await fan.getByText('팔로워만 볼 수 있어요.').waitFor();
    await fan.locator('[data-testid=follow]').click();
    await fan.locator('[data-testid=follow][data-state=requested]').waitFor();
    await shy.goto('/u/shy_one?show=requests');
    await shy.locator('[data-testid=section-requests] [data-person=fan_two]').getByRole('button', { name: /받기/u }).click();
    await shy.getByText('기다리는 신청이 없어요.').waitFor();
    await fan.goto('/notifications');
    await fan.locator('[data-kind=request_approved] a').click();
    await fan.locator('[data-testid=follow][data-state=following]').waitFor();
    await fan.getByText('아직 일촌평이 없어요.').waitFor();
    // and lets go of them
    await profile(shy, 'fan_two');
    await shy.locator('[data-testid=more-about]').click();
    await shy.locator('dialog').getByRole('button', { name: /팔로워에서 빼기/u }).click();
    await shy.getByText('fan two 님은 이제 팔로워가 아니에요.').waitFor();
    await profile(fan, 'shy_one');
    await fan.locator('[data-testid=follow][data-state=none]').waitFor();
  },
};

const searching: Scenario = {
  name: 'people are found while one writes, by handle and by name',
  async run(stage) {
    const page = await stage.page({ locale: 'en-US' });
    await page.goto('/');
    await page.getByRole('link', { name: 'Find people' }).click();
    const field = page.getByRole('searchbox');
    await field.pressSequentially('pixel');
    await page.locator('[data-person=pixel_june]').waitFor();
    await page.waitForURL('**/people?q=pixel');
    await field.fill('나비');
    await page.locator('[data-person=nabi]').waitFor();
    await field.fill('zzzz');
    await page.getByText('Nobody was found for “zzzz”.').waitFor();
    await page.goto('/people?q=yeoul');
    await page.locator('[data-person=yeoul] a').click();
    await page.waitForURL('**/u/yeoul');
    await page.getByRole('heading', { level: 1, name: '여울' }).waitFor();
    await page.getByRole('link', { name: 'Sign in to follow' }).waitFor();
  },
};

const muted: Scenario = {
  name: 'whoever is muted follows without a sound',
  async run(stage) {
    const [calm, loud] = await two(stage, ['calm one', 'loud one'], '/');
    await profile(calm, 'loud_one');
    await calm.locator('[data-testid=more-about]').click();
    await calm.locator('dialog').getByRole('button', { name: '하루', exact: true }).click();
    await calm.getByText('loud one 님의 소식을 껐어요.').waitFor();
    await profile(loud, 'calm_one');
    await loud.locator('[data-testid=follow]').click();
    await loud.locator('[data-testid=follow][data-state=following]').waitFor();
    await calm.goto('/notifications');
    await calm.getByText('아직 알림이 없어요.', { exact: false }).waitFor();
    await calm.goto('/settings/privacy');
    await calm.locator('[data-testid=mutes] [data-person=loud_one] button').click();
    await calm.getByText('소식을 끈 사람이 없어요.').waitFor();
  },
};

const counted: Scenario = {
  name: 'the bell shows any number of unread notices in one line',
  async run(stage) {
    const page = await stage.page();
    await page.route('**/v1/me/notifications/unread', (route) => route.fulfill({ json: { count: Number(shown) } }));
    let shown = '7';
    await room.moveIn(page, 'bell one', '/people');
    for (shown of ['7', '58', '120']) {
      await glance(page);
      await until('the bell counts', () => unread(page), (count) => count === shown);
      const count = page.locator('[data-testid=bell] span');
      assert.equal(await count.innerText(), shown === '120' ? '99+' : shown);
      assert.deepEqual(await count.evaluate((box) => [box.scrollHeight <= box.clientHeight, box.scrollWidth <= box.clientWidth]), [true, true], shown);
    }
  },
};

export const people = [counted, following, tied, blocked, privately, searching, muted];
