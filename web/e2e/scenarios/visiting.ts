/** Coming in: as a guest, to a wrong address, on a phone. */
import assert from 'node:assert/strict';
import { until, type Scenario } from '../harness.ts';
import * as room from '../room.ts';

const guest: Scenario = {
  name: 'a guest with a link is inside and walking within two actions',
  async run(stage) {
    const page = await stage.page();
    await page.goto('/r/nabi');
    await room.drawn(page);
    assert.equal(await page.locator('[data-testid=presence]').getAttribute('data-inside'), 'false');
    assert.match(await page.locator('[data-testid=presence]').innerText(), /구경 중/u);
    await page.locator('[data-testid=enter]').click();
    await room.inside(page);
    assert.match(await page.locator('[data-testid=presence]').innerText(), /입장/u);
    const before = await room.ownPlace(page);
    const after = await room.walkTo(page, 6.6, 9.2);
    assert.ok(before && Math.hypot(after.x - before.x, after.y - before.y) > 0.5, 'the guest has walked');
    assert.equal(await page.locator('header button', { hasText: '꾸미기' }).count(), 0, 'a guest does not decorate');
  },
};

const fromHome: Scenario = {
  name: 'the home page leads into a room, and a phone does too',
  async run(stage) {
    const page = await stage.page({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true });
    await page.goto('/');
    await until('every picture near the view is painted', () => page.locator('[data-testid=room-picture]').count(), (count) => count > 0);
    await page.locator('main li a').first().click();
    await page.locator('[data-testid=enter]').click();
    await room.inside(page);
    const before = await room.ownPlace(page);
    const target = await room.onScreen(page, (before?.x ?? 5) + 1, (before?.y ?? 5) + 1);
    const after = await room.walk(page, () => page.touchscreen.tap(target.x, target.y));
    assert.ok(before && Math.hypot(after.x - before.x, after.y - before.y) > 0.3, 'a tap walks');
  },
};

const nowhere: Scenario = {
  name: 'wrong addresses say so and lead home',
  async run(stage) {
    const page = await stage.page({ locale: 'en-US' });
    for (const path of ['/nowhere', '/r/nobody_at_all']) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1, name: 'There is no such place' }).waitFor();
    }
    await page.getByRole('link', { name: 'Go home' }).click();
    await page.waitForURL('**/');
  },
};

const restricted: Scenario = {
  name: 'a failed sign-in says why, in the visitor’s language',
  async run(stage) {
    const page = await stage.page({ locale: 'en-US' });
    await page.goto('/login?error=access_denied');
    await page.getByRole('alert').getByText('Sign-in was cancelled.').waitFor();
  },
};

const closedDoors: Scenario = {
  name: 'a door that stays closed says why and leads elsewhere',
  async run(stage) {
    const page = await stage.page({ locale: 'en-US' });
    const refusals = [
      [403, 'forbidden', 'The door is closed'],
      [401, 'sign_in_required', 'Sign in to enter'],
      [404, 'room_not_found', 'This room is gone'],
    ] as const;
    for (const [status, code, heading] of refusals) {
      await page.route('**/tickets', (route) => route.fulfill({ status, contentType: 'application/problem+json', body: JSON.stringify({ title: code, status, code }) }));
      await page.goto('/r/mina');
      // a guest of this tab is let in again by itself
      if (code === 'forbidden') {
        await page.locator('[data-testid=enter]').click();
      }
      await page.getByRole('heading', { name: heading }).waitFor();
      await page.getByRole('link', { name: 'See other rooms' }).waitFor();
      await page.unroute('**/tickets');
    }
  },
};

export const visiting = [guest, fromHome, nowhere, restricted, closedDoors];
