/** Who came: counted in the corner of the room, listed for its owner, kept by the visitor; and surfing on. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { until, type Scenario } from '../harness.ts';
import * as room from '../room.ts';

function today(page: Page): Promise<string | null> {
  return page.locator('[data-testid=visits]').first().getAttribute('data-today');
}

async function showVisitsTo(page: Page, whom: 'everyone' | 'nobody'): Promise<void> {
  await page.goto('/settings/privacy');
  const choice = page.getByRole('group', { name: '내가 다녀간 곳을 보는 사람' }).locator(`input[value=${whom}]`);
  if (!(await choice.isChecked())) {
    await choice.check({ force: true });
    await page.locator('[data-testid=save]').first().click();
    await page.locator('[data-testid=save-note][data-state=saved]').waitFor();
  }
}

const counting: Scenario = {
  name: 'a visit counts once a day, is named if the visitor wants it, and can be cleared',
  async run(stage) {
    const [owner, visitor, shy] = await Promise.all([stage.page(), stage.page(), stage.page()]);
    await room.moveIn(owner, 'counted one', '/');
    await owner.goto('/r/counted_one');
    await room.inside(owner);
    await until('nobody came yet', () => today(owner), (count) => count === '0');
    await room.moveIn(visitor, 'open visitor', '/');
    await showVisitsTo(visitor, 'everyone');
    await room.moveIn(shy, 'shy visitor', '/');
    await showVisitsTo(shy, 'nobody');
    for (const page of [visitor, shy]) {
      await page.goto('/r/counted_one');
      await room.inside(page);
    }
    await until('both count', async () => {
      await owner.reload();
      await owner.locator('[data-testid=visits][data-today]').first().waitFor();
      return today(owner);
    }, (count) => count === '2');
    // once more on the same day is no more
    await visitor.reload();
    await room.inside(visitor);
    await visitor.goto('/u/counted_one');
    await until('it is told on the profile too', () => today(visitor), (count) => count === '2');

    await room.inside(owner);
    await owner.locator('[data-testid=open-visitors]').click();
    await owner.locator('[data-testid=visitors] [data-person=open_visitor]').waitFor();
    await owner.locator('[data-testid=visitors] [data-person=""]').getByText('누군가').waitFor();
    assert.equal(await owner.locator('[data-testid=visitors] [data-person=shy_visitor]').count(), 0);

    await visitor.goto('/settings/privacy');
    const own = visitor.locator('[data-testid=own-visits]');
    await own.locator('[data-room]').first().waitFor();
    await own.locator('[data-testid=clear-visits]').click();
    await visitor.locator('[data-testid=ask-yes]').click();
    await own.getByText('아직 다녀온 곳이 없어요.').waitFor();
    await owner.goto('/u/counted_one?show=visitors');
    await owner.locator('[data-testid=visitors] [data-person=""]').waitFor();
    assert.equal(await owner.locator('[data-testid=visitors] [data-person=open_visitor]').count(), 0, 'out of the owner’s list');
    await until('and still counted', () => today(owner), (count) => count === '2');
  },
};

const surfing: Scenario = {
  name: 'a wave leads to the room of somebody around the owner, and says by whom',
  async run(stage) {
    const [surfer, fan] = await Promise.all([stage.page(), stage.page()]);
    await room.moveIn(fan, 'wave fan', '/');
    await fan.goto('/r/wave_fan');
    await room.inside(fan);
    await fan.goto('/u/yeoul');
    await fan.locator('[data-testid=follow]').click();
    await fan.locator('[data-testid=follow][data-state=following]').waitFor();
    await room.moveIn(surfer, 'wave rider', '/r/yeoul');
    await room.inside(surfer);
    await surfer.locator('[data-testid=surf]').click();
    await surfer.locator('[data-testid=via]').waitFor();
    assert.notEqual(new URL(surfer.url()).pathname, '/r/yeoul');
    await room.inside(surfer);
    // how one came is still known after looking at the page again
    const via = await surfer.locator('[data-testid=via]').getAttribute('data-via');
    await surfer.reload();
    await until('it is told again', () => surfer.locator('[data-testid=via]').getAttribute('data-via'), (now) => now === via);
    await surfer.goBack();
    await surfer.waitForURL('**/r/yeoul');
  },
};

export const visits = [counting, surfing];
