/** Everyone can use it: no serious axe findings, nothing cut off, both languages, a canvas that really draws. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { until, type Scenario } from '../harness.ts';
import * as room from '../room.ts';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds serious on a page. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  // what is still fading in has not its colours yet
  await page.evaluate(() => Promise.all(document.getAnimations().flatMap((each) => (each.effect?.getComputedTiming().iterations === Infinity ? [] : [each.finished.catch(() => 'cut short')]))));
  const found = await page.evaluate(async () => {
    const { axe: checker } = window as unknown as { axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { target: string[]; failureSummary: string }[] }[] }> } };
    return (await checker.run()).violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  });
  return found.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary}`));
}

const audited: Scenario = {
  name: 'axe finds nothing serious on any page',
  async run(stage) {
    const page = await stage.page();
    await page.goto('/');
    await room.drawn(page);
    assert.deepEqual(await violations(page), [], '/');
    await page.goto('/login?error=expired');
    await page.locator('a[href*="/v1/auth/dev"]').waitFor();
    assert.deepEqual(await violations(page), [], '/login');
    await page.goto('/r/leo');
    await room.drawn(page);
    assert.deepEqual(await violations(page), [], '/r/leo at the door');
    await room.signIn(page, 'leo', '/r/leo');
    await room.inside(page);
    await room.say(page, '안녕');
    assert.deepEqual(await violations(page), [], '/r/leo inside');
    for (const tab of ['사람', '물건']) {
      await page.getByRole('tab', { name: tab }).click();
      assert.deepEqual(await violations(page), [], tab);
    }
    await room.decorate(page);
    assert.deepEqual(await violations(page), [], 'decorating');
    await page.getByRole('tab', { name: '벽지와 바닥' }).click();
    assert.deepEqual(await violations(page), [], 'walls and floor');
    for (const tab of ['settings', 'layouts', 'history', 'access'] as const) {
      await room.manage(page, tab);
      assert.deepEqual(await violations(page), [], tab);
      await room.closeDialog(page);
    }
    const visitor = await stage.page();
    await room.signIn(visitor, 'ada', '/r/leo');
    await room.inside(visitor);
    await page.locator('[data-testid=edit-bar] button').last().click();
    await room.about(page, 'Ada');
    assert.deepEqual(await violations(page), [], 'about a person');
  },
};

const auditedPeople: Scenario = {
  name: 'axe finds nothing serious on the pages about people and accounts',
  async run(stage) {
    const [page, other] = await Promise.all([stage.page(), stage.page()]);
    await room.signIn(other, 'ada', '/u/leo');
    await other.locator('[data-testid=tie]').click();
    await other.locator('[data-testid=tie-dialog] input').fill('악보');
    assert.deepEqual(await violations(other), [], 'asking for a tie');
    await other.locator('[data-testid=tie-dialog] [type=submit]').click();
    await other.locator('dialog').waitFor({ state: 'detached' });
    await room.signIn(page, 'leo', '/u/ada');
    await page.locator('[data-testid=asks-for-tie]').waitFor();
    assert.deepEqual(await violations(page), [], '/u/ada');
    await page.locator('[data-testid=more-about]').click();
    await page.locator('[data-testid=relation-choices]').waitFor();
    assert.deepEqual(await violations(page), [], 'more about Ada');
    await room.closeDialog(page);
    await page.locator('[data-testid=bell]').click();
    await page.locator('[data-testid=notices] [data-kind=tie_request]').waitFor();
    assert.deepEqual(await violations(page), [], 'the notices');
    await room.closeDialog(page);
    await page.locator('header button[aria-expanded]').click();
    assert.deepEqual(await violations(page), [], 'the account menu');
    for (const [path, what] of [
      ['/u/leo?show=requests', '[data-testid=section-requests] [data-person=ada]'],
      ['/people?q=ad', '[data-person=ada]'],
      ['/notifications', '[data-kind=tie_request]'],
      ['/settings/profile', '[data-testid=avatar-editor]'],
      ['/settings/account', '[data-testid=identities] [data-provider]'],
      ['/settings/privacy', '[data-testid=switch-private]'],
      ['/settings/notifications', '[data-testid=switch-follow]'],
      ['/settings/logins', '[data-testid=logins] [data-login=current]'],
      ['/settings/data', '[data-testid=export]'],
    ] as const) {
      await page.goto(path);
      await page.locator(what).first().waitFor();
      assert.deepEqual(await violations(page), [], path);
    }
    await page.goto('/settings/logins');
    await page.locator('[data-testid=make-token]').click();
    await page.locator('[data-testid=token-form]').waitFor();
    assert.deepEqual(await violations(page), [], 'making a token');
  },
};

/** The whole of following somebody, without a mouse. */
const byKeyboard: Scenario = {
  name: 'the account menu, a profile and the avatar editor work with the keyboard alone',
  async run(stage) {
    const page = await stage.page();
    await room.signIn(page, 'ondol', '/people');
    await page.locator('header button[aria-expanded]').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Escape');
    await page.locator('header button[aria-expanded=false]:focus').waitFor();
    await page.keyboard.press('Enter');
    // past the rooms, the profile and the bookmarks
    for (const _ of ['room', 'rooms', 'profile', 'bookmarks', 'settings']) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.waitForURL('**/settings');
    const tab = page.locator('[data-testid=avatar-editor] [role=tab][aria-selected=true]');
    await tab.focus();
    await page.keyboard.press('ArrowRight');
    const radios = page.locator('[data-testid=avatar-editor] input[type=radio]');
    const before = await radios.evaluateAll((all: HTMLInputElement[]) => all.findIndex(({ checked }) => checked));
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowRight');
    await until('another option is worn', () => radios.evaluateAll((all: HTMLInputElement[]) => all.findIndex(({ checked }) => checked)), (at) => at !== before);
    await page.locator('[data-testid=save]:not(:disabled, [aria-disabled=true])').waitFor();
  },
};

const narrow: Scenario = {
  name: 'nothing is cut off at 320 and 390 pixels',
  async run(stage) {
    const owner = await stage.page();
    await room.signIn(owner, 'mina', '/r/mina');
    const cookies = await owner.context().cookies();
    for (const width of [320, 390]) {
      const page = await stage.page({ viewport: { width, height: 700 }, hasTouch: true, isMobile: true });
      const fits = async (where: string): Promise<void> => {
        const { wide, reach } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, reach: innerWidth }));
        assert.ok(wide <= reach && reach === width, `${where} at ${width} px is ${wide} wide`);
        const cut = await page.evaluate(() =>
          // tabs that do not fit scroll within their row
          [...document.querySelectorAll('header button, header a, footer button, footer input, [data-testid=edit-bar] button, aside [role=tab], dialog [role=tab], form button:not([role=tab]), dialog button, dialog input, main li button, main li a')]
            .map((each) => ({ own: each.getBoundingClientRect(), around: (each.closest('form') ?? document.body).getBoundingClientRect() }))
            .filter(({ own, around }) => own.width > 0 && (own.left < around.left - 1 || own.right > around.right + 1)).length,
        );
        assert.equal(cut, 0, `${where} at ${width} px: ${cut} controls beyond the edge`);
      };
      for (const path of ['/', '/login', '/r/mina', '/nowhere', '/u/mina', '/people?q=a']) {
        await page.goto(path);
        await page.locator('h1').first().waitFor();
        await fits(path);
      }
      await page.context().addCookies(cookies);
      for (const path of ['/', '/u/mina', '/u/mina?show=requests', '/u/leo', '/notifications', '/settings/profile', '/settings/account', '/settings/privacy', '/settings/notifications', '/settings/logins', '/settings/data', '/settings/decisions', '/rooms', '/u/leo?show=guestbook', '/moderation/log']) {
        await page.goto(path);
        await page.locator('main h1').first().waitFor();
        await page.waitForLoadState('networkidle');
        await fits(path);
      }
      await page.goto('/r/mina');
      await room.inside(page);
      await fits('inside');
      for (const tab of ['settings', 'layouts', 'history', 'access'] as const) {
        await room.manage(page, tab);
        await fits(tab);
        await room.closeDialog(page);
      }
      await room.decorate(page);
      await fits('decorating');
    }
  },
};

const languages: Scenario = {
  name: 'Korean and English change places without a reload',
  async run(stage) {
    const page = await stage.page({ locale: 'en-GB' });
    await page.goto('/');
    await page.getByRole('heading', { level: 1, name: 'Come in and sit down' }).waitFor();
    await page.evaluate(() => Object.assign(window, { sameDocument: true }));
    await page.locator('button[title=한국어]').click();
    await page.getByRole('heading', { level: 1, name: '들어와서 앉으세요' }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'ko');
    assert.equal(await page.evaluate(() => 'sameDocument' in window), true);
    await page.reload();
    await page.getByRole('heading', { level: 1, name: '들어와서 앉으세요' }).waitFor();
    await page.goto('/r/yeoul');
    await page.locator('[data-testid=enter]').click();
    await room.inside(page);
    await page.locator('button[title=English]').click();
    await page.locator('[data-testid=presence]').getByText('Inside').waitFor();
    await room.inside(page);
    await until('the scene speaks English', () => page.locator('[data-testid=scene] ul button[data-item-id]').first().textContent(), (name) => name !== null && !/[가-힣]/u.test(name));
  },
};

const drawing: Scenario = {
  name: 'the canvas really draws, frame after frame',
  async run(stage) {
    const page = await stage.page();
    await page.goto('/r/haneul');
    await room.drawn(page);
    const { deviation, colours } = await page.locator('[data-testid=scene] canvas').evaluate((canvas: HTMLCanvasElement) => {
      const small = document.createElement('canvas');
      [small.width, small.height] = [160, 100];
      const context = small.getContext('2d');
      context?.drawImage(canvas, 0, 0, 160, 100);
      const { data } = context?.getImageData(0, 0, 160, 100) ?? { data: new Uint8ClampedArray() };
      const light: number[] = [];
      const seen = new Set<number>();
      for (let at = 0; at < data.length; at += 4) {
        const [red = 0, green = 0, blue = 0] = [data[at], data[at + 1], data[at + 2]];
        light.push(0.3 * red + 0.6 * green + 0.1 * blue);
        seen.add(((red >> 4) << 8) | ((green >> 4) << 4) | (blue >> 4));
      }
      const mean = light.reduce((sum, each) => sum + each, 0) / light.length;
      return { deviation: Math.sqrt(light.reduce((sum, each) => sum + (each - mean) ** 2, 0) / light.length), colours: seen.size };
    });
    assert.ok(deviation > 25, `brightness deviates by ${deviation}`);
    assert.ok(colours > 120, `${colours} colours`);
    const before = (await room.stats(page))?.frames ?? 0;
    await until('frames go on', () => room.stats(page), (answer) => (answer?.frames ?? 0) > before + 10);
  },
};

export const access = [audited, auditedPeople, byKeyboard, narrow, languages, drawing];
